//! The log of requests, for whoever switches it on: a line for each, with nothing of its query, its headers or its body.

use crate::metrics::http::route;
use axum::{extract::Request, http::StatusCode};
use backend::Ctx;
use tokio::time::Instant;

/// The longest text of a stranger that is logged, in characters.
const MAX_LOGGED: usize = 200;

/// Returns the part of a stranger's text that is logged. Log it with `?`, which escapes control characters.
pub(crate) fn logged(text: &str) -> String {
    text.chars().take(MAX_LOGGED).collect()
}

/// A request that is being answered.
#[derive(Debug)]
pub struct Begun {
    at: Instant,
    route: String,
    ctx: Ctx,
}

impl Begun {
    /// Notes that this request has arrived.
    pub fn now(request: &Request, ctx: &Ctx) -> Self {
        Self { at: Instant::now(), route: route(request).to_owned(), ctx: ctx.clone() }
    }

    /// Logs the request, which was answered with this status. The address is the one that audit records have, too.
    pub fn end(self, method: &str, path: &str, status: StatusCode) {
        let Self { at, route, ctx } = self;
        let milliseconds = u64::try_from(at.elapsed().as_millis()).unwrap_or(u64::MAX);
        tracing::info!(
            method,
            route,
            path = ?logged(path),
            status = status.as_u16(),
            milliseconds,
            request_id = ctx.request_id,
            address = ctx.address.map(tracing::field::display),
            "request"
        );
    }
}
