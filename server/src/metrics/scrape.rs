//! The listener for Prometheus: `/metrics`, and nothing else.

use super::{
    database::{Answer, Cache},
    exposition::Format,
    instruments::Instruments,
    process,
};
use crate::{clock, forwarded, listener::LocalAddr, state::AppState, surroundings::VERSION};
use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    middleware::{Next, from_fn, map_response},
    response::{IntoResponse, Response},
    routing::get,
};
use backend::{Ctx, PoolState};
use prometheus_client::{
    encoding::text::{encode_eof, encode_registry},
    metrics::{
        family::Family,
        gauge::{ConstGauge, Gauge},
    },
    registry::Registry,
};
use std::sync::{Arc, atomic::Ordering};
use tower_http::{catch_panic::CatchPanicLayer, compression::CompressionLayer, limit::RequestBodyLimitLayer};

/// Everything that a scrape needs. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Scrapes(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    /// The most secrets that are shown by name.
    names: u32,
    /// The metrics that last as long as the process.
    lasting: Registry,
    database: Cache,
}

impl Scrapes {
    /// Returns what these instruments count and measure, and so many secrets by name.
    pub fn new(instruments: &Instruments, names: u32) -> Self {
        let mut lasting = Registry::with_prefix("latchkey");
        let build: Family<[(&str, &str); 1], ConstGauge> =
            Family::new_with_constructor(|| ConstGauge::new(1));
        drop(build.get_or_create(&[("version", VERSION)]));
        lasting.register("build_info", "The version of the server", build);
        instruments.http.register(&mut lasting);
        instruments.services.register(&mut lasting);
        Self(Arc::new(Parts { names, lasting, database: Cache::default() }))
    }

    /// Returns everything as `OpenMetrics` text: also while the database is away, with what the process knows.
    async fn text(&self, state: &AppState) -> String {
        let now = clock::now();
        let (answer, pool) = match state.backend() {
            Some(backend) => {
                let answer = self.0.database.get(backend, now, self.0.names).await;
                (answer, backend.metrics().pool(&Ctx::system("metrics", now)).await.ok())
            }
            None => (Answer { up: false, text: String::new() }, None),
        };
        let mut text = String::new();
        let mut process = Registry::default();
        process::register(&mut process);
        let mut present = Registry::with_prefix("latchkey");
        register(&mut present, state, answer.up, pool);
        // Writing to a string cannot fail.
        let _ = encode_registry(&mut text, &self.0.lasting);
        let _ = encode_registry(&mut text, &present);
        let _ = encode_registry(&mut text, &process);
        text.push_str(&answer.text);
        let _ = encode_eof(&mut text);
        text
    }
}

/// Registers the state of the process.
fn register(registry: &mut Registry, state: &AppState, database_up: bool, pool: Option<PoolState>) {
    let flag = |is: bool| ConstGauge::new(i64::from(is));
    registry.register("database_up", "Whether the database answers", flag(database_up));
    registry.register("draining", "Whether the server is about to stop", flag(state.is_draining()));
    if let Some(backend) = state.backend() {
        registry.register(
            "sealed",
            "Whether the key encryption key is missing or wrong",
            flag(backend.is_sealed()),
        );
    }
    let cleaned = state.status.cleaned.load(Ordering::Relaxed);
    if cleaned > 0 {
        registry.register(
            "cleanup_last_timestamp_seconds",
            "The last cleanup of this server",
            ConstGauge::new(cleaned / 1_000_000),
        );
    }
    if let Some(pool) = pool {
        let connections = Family::<[(&str, &str); 1], Gauge>::default();
        connections.get_or_create(&[("state", "in-use")]).set(pool.in_use.into());
        connections.get_or_create(&[("state", "idle")]).set(pool.idle.into());
        registry.register("database_connections", "Connections to the database, by state", connections);
        let most = ConstGauge::new(i64::from(pool.most));
        registry.register("database_connections_max", "The most connections at once", most);
        let waiting = ConstGauge::new(i64::from(pool.waiting));
        registry.register("database_waiting", "Callers that wait for a connection", waiting);
    }
}

async fn show(State((scrapes, state)): State<(Scrapes, AppState)>, headers: HeaderMap) -> Response {
    let format = Format::wanted(&headers);
    let text = format.of(scrapes.text(&state).await);
    ([(header::CONTENT_TYPE, format.content_type())], text).into_response()
}

/// Rejects other hosts than this machine if it alone is listened to: a site whose name leads here would read everything by
/// the browser of somebody who works on this machine.
async fn known_host(request: Request, next: Next) -> Response {
    let local = request.extensions().get::<LocalAddr>();
    let is_local = local.is_some_and(|LocalAddr(address)| address.ip().is_loopback());
    let host = forwarded::named_host(request.headers(), request.uri());
    if is_local && host.is_some_and(|host| !forwarded::is_loopback(&host.to_ascii_lowercase())) {
        return (StatusCode::MISDIRECTED_REQUEST, "Metrics are not served under this host name.\n")
            .into_response();
    }
    next.run(request).await
}

/// Sets the headers of every answer.
async fn closed(mut response: Response) -> Response {
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Returns the router of the listener. What it shows is not for everybody, so it shows nothing else.
pub fn router(scrapes: Scrapes, state: AppState) -> Router {
    Router::new()
        .route("/metrics", get(show))
        .with_state((scrapes, state))
        .layer(RequestBodyLimitLayer::new(0))
        .layer(from_fn(known_host))
        .layer(CatchPanicLayer::custom(|_| -> Response<Body> {
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }))
        .layer(CompressionLayer::new())
        .layer(map_response(closed))
}
