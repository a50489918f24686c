//! The probes: whether the server is alive, and whether it can serve.

use crate::{clock, state::AppState};
use axum::{
    extract::{RawQuery, State},
    http::StatusCode,
};
use backend::{Ctx, Readiness};
use std::{fmt::Write, sync::atomic::Ordering};

/// The path that tells whether the process lives.
pub(crate) const LIVE: &str = "/livez";

/// The path that tells whether requests can be served.
pub(crate) const READY: &str = "/readyz";

/// Returns whether this is the route of a probe.
pub(crate) fn is_probe(route: &str) -> bool {
    [LIVE, READY].contains(&route)
}

/// Answers that the process is alive.
pub async fn live() -> &'static str {
    "live\n"
}

/// Returns whether a request that writes would be served now: the database takes writes, the stored values
/// can be opened, and the site is complete. With `?verbose`, adds a line for each fact that operators want to
/// know.
pub async fn ready(State(state): State<AppState>, RawQuery(query): RawQuery) -> (StatusCode, String) {
    let (status, word) = summary(&state).await;
    let verbose = query
        .is_some_and(|query| query.split('&').any(|part| part == "verbose" || part.starts_with("verbose=")));
    let text = if verbose { format!("{word}\n{}", details(&state).await) } else { format!("{word}\n") };
    (status, text)
}

async fn summary(state: &AppState) -> (StatusCode, &'static str) {
    let not = |why| (StatusCode::SERVICE_UNAVAILABLE, why);
    if state.is_draining() {
        return not("stopping");
    }
    let readiness = match state.backend() {
        Some(backend) => backend.ready().await,
        None => return not("starting"),
    };
    match readiness {
        Readiness::Sealed => not("sealed: the key encryption key is not the right one"),
        Readiness::Unavailable => not("the database does not answer"),
        Readiness::ReadOnly => not("the database can only be read"),
        Readiness::Ready if state.status.incomplete.load(Ordering::Relaxed) => {
            not("the built site is incomplete: pages have neither style nor script")
        }
        Readiness::Ready => (StatusCode::OK, "ready"),
    }
}

async fn details(state: &AppState) -> String {
    let mut text = String::new();
    let mut line = |name: &str, value: &str| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{name}: {value}");
    };
    line("version", env!("CARGO_PKG_VERSION"));
    let now = clock::now();
    match state.backend() {
        Some(backend) => {
            line("sealed", if backend.is_sealed() { "yes" } else { "no" });
            match backend.health(&Ctx::system("health", now)).await {
                Ok(health) => {
                    line("database", "answers");
                    line("schema", &health.schema.to_string());
                }
                Err(_) => line("database", "does not answer"),
            }
        }
        None => line("database", "not opened yet"),
    }
    if let Some(running) = state.status.private.get() {
        line("private PostgreSQL", if running() { "runs" } else { "has ended, and is started again" });
    }
    match state.status.cleaned.load(Ordering::Relaxed) {
        0 => line("last clean-up", "not yet"),
        at => line("last clean-up", &format!("{} s ago", (now.micros() - at).max(0) / 1_000_000)),
    }
    let incomplete = state.status.incomplete.load(Ordering::Relaxed);
    line("site", if incomplete { "incomplete" } else { "complete" });
    text
}
