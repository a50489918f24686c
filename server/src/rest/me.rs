//! The token itself.

use super::{Caller, json, views::Me};
use axum::response::Response;

/// Whose token this is, and what it allows
#[utoipa::path(
    get, path = "/api/v1/me", tag = "Tokens",
    responses((status = 200, description = "The token", body = Me)),
)]
pub async fn show(caller: Caller) -> Response {
    json(Me::from(&caller.token))
}
