//! The token itself.

use super::{Caller, json, tokens::TokenFacts};
use axum::response::Response;
use backend::TokenActor;
use serde::Serialize;
use utoipa::ToSchema;

/// The token that is asked with.
#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    /// Always `token`.
    kind: &'static str,
    #[serde(flatten)]
    token: TokenFacts,
}

impl From<TokenActor> for Me {
    fn from(token: TokenActor) -> Self {
        let TokenActor { id, name, owner, scope, restriction, expires_at, .. } = token;
        Self { kind: "token", token: TokenFacts::new(id, name, owner, scope, &restriction, expires_at) }
    }
}

/// Get the current token
#[utoipa::path(
    get, path = "/api/v1/me", tag = "Tokens", operation_id = "show_me",
    responses((status = 200, description = "The token", body = Me)),
)]
pub async fn show(caller: Caller) -> Response {
    json(Me::from(caller.token))
}
