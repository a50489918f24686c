//! Answers of the API.

use super::problem::Problem;
use axum::{
    Json,
    response::{IntoResponse, Response},
};
use domain::{error::Error, secret::SecretId};

/// An answer, or the problem in its place.
pub(super) type Answer = Result<Response, Problem>;

/// Parses the id in an address. A text that is not an id names no secret.
pub(super) fn id(text: &str) -> Result<SecretId, Problem> {
    SecretId::parse(text).ok_or_else(|| Error::NotFound.into())
}

/// Returns an answer in JSON.
pub(super) fn json(body: impl serde::Serialize) -> Response {
    Json(body).into_response()
}
