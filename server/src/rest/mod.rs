//! The API for clusters and scripts: JSON or GraphQL, and tokens in `Authorization: Bearer`. Over the same services as the pages.

pub mod audit;
mod body;
mod caller;
mod conditional;
pub mod graphql;
pub mod keys;
pub mod me;
pub mod openapi;
mod problem;
mod query;
pub mod secrets;
pub mod tokens;
pub mod values;
pub mod views;

use crate::state::AppState;
use axum::{
    Json,
    response::{IntoResponse, Response},
    routing::MethodRouter,
};
use caller::Caller;
use domain::{error::Error, secret::SecretId};
use problem::Problem;

/// An answer, or the problem that stood in its way.
type Answer = Result<Response, Problem>;

/// What answers at an address of the API, with a problem in JSON for methods that do not.
pub fn endpoint(answer: MethodRouter<AppState>) -> MethodRouter<AppState> {
    answer.fallback(async |_: Caller| Problem::no_such_method())
}

/// For addresses of the API that lead nowhere.
pub async fn nowhere(_: Caller) -> Response {
    Problem::from(Error::NotFound).into_response()
}

/// The id in an address. What cannot be one names no secret.
fn id(text: &str) -> Result<SecretId, Problem> {
    SecretId::parse(text).ok_or_else(|| Error::NotFound.into())
}

/// An answer in JSON.
fn json(body: impl serde::Serialize) -> Response {
    Json(body).into_response()
}
