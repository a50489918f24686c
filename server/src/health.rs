//! For whoever watches over the server: is it alive, can it serve.

use crate::state::AppState;
use axum::{extract::State, http::StatusCode};
use backend::Readiness;

/// The process answers.
pub async fn live() -> &'static str {
    "live\n"
}

/// The database answers too, and the stored values can be opened.
pub async fn ready(State(state): State<AppState>) -> (StatusCode, &'static str) {
    if state.is_draining() {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n");
    }
    let readiness = match state.backend() {
        Some(backend) => backend.ready().await,
        None => return (StatusCode::SERVICE_UNAVAILABLE, "starting\n"),
    };
    match readiness {
        Readiness::Ready => (StatusCode::OK, "ready\n"),
        Readiness::Sealed => {
            (StatusCode::SERVICE_UNAVAILABLE, "sealed: the key encryption key is not the right one\n")
        }
        Readiness::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n"),
    }
}
