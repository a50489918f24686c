//! The API for clusters and scripts: JSON or GraphQL, and tokens in `Authorization: Bearer`. Over the same services as the pages.

mod answer;
pub mod audit;
pub(crate) mod body;
mod caller;
mod conditional;
pub mod deleted;
pub mod docs;
pub mod graphql;
pub mod keys;
pub mod me;
pub mod openapi;
mod problem;
mod query;
pub mod secrets;
pub mod tokens;
pub mod usages;
pub mod values;
pub mod views;

use crate::state::AppState;
use answer::{Answer, id, json};
use axum::{
    response::{IntoResponse, Response},
    routing::{MethodRouter, any, delete, get, post},
};
use caller::Caller;
use domain::error::Error;
use problem::{Problem, ProblemDetails};

/// Returns the endpoints of the API by their paths.
pub fn endpoints() -> Vec<(&'static str, MethodRouter<AppState>)> {
    vec![
        ("/api/v1/me", all(get(me::show))),
        ("/api/v1/secrets", all(get(secrets::list).post(secrets::create))),
        ("/api/v1/secrets/{id}", all(get(secrets::show).patch(secrets::change).delete(secrets::delete))),
        ("/api/v1/secrets/{id}/test", all(post(secrets::test))),
        ("/api/v1/secrets/{id}/value", all(get(values::value))),
        ("/api/v1/secrets/{id}/manifest", all(get(values::kubernetes_manifest))),
        ("/api/v1/secrets/{id}/key", all(post(keys::generate).delete(keys::discard))),
        ("/api/v1/secrets/{id}/key/switch", all(post(keys::switch))),
        ("/api/v1/secrets/{id}/users", all(get(usages::of_secret))),
        ("/api/v1/deleted-secrets", all(get(deleted::list))),
        ("/api/v1/deleted-secrets/{row}", all(delete(deleted::remove))),
        ("/api/v1/deleted-secrets/{row}/restore", all(post(deleted::restore))),
        ("/api/v1/images", all(get(usages::list_images).post(usages::create_image))),
        (
            "/api/v1/images/{name}",
            all(get(usages::show_image).patch(usages::change_image).delete(usages::delete_image)),
        ),
        ("/api/v1/images/{name}/test", all(post(usages::test_image))),
        ("/api/v1/datasets", all(get(usages::list_datasets).post(usages::create_dataset))),
        (
            "/api/v1/datasets/{name}",
            all(get(usages::show_dataset).patch(usages::change_dataset).delete(usages::delete_dataset)),
        ),
        ("/api/v1/datasets/{name}/test", all(post(usages::test_dataset))),
        ("/api/v1/tokens", all(get(tokens::list))),
        ("/api/v1/audit", all(get(audit::list))),
        ("/api/graphql", all(post(graphql::answer))),
        ("/api/v1/{*path}", any(nowhere)),
    ]
}

/// Adds a problem in JSON for the methods that an address does not have.
fn all(answer: MethodRouter<AppState>) -> MethodRouter<AppState> {
    answer.fallback(async |_: Caller| Problem::no_such_method())
}

/// Answers addresses of the API that lead nowhere.
pub async fn nowhere(_: Caller) -> Response {
    Problem::from(Error::NotFound).into_response()
}
