//! What happens to every request and every answer.

use crate::clock;
use axum::{
    body::Body,
    extract::{ConnectInfo, Request},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use backend::{Actor, Ctx};
use std::{any::Any, net::SocketAddr};
use uuid::Uuid;

/// Under which the answer names its request, as the log does.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// For answers that are not pages: nothing may be loaded from them at all.
const CLOSED_POLICY: &str = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'";

/// The policy of a page: its own scripts by nonce, and WebAssembly.
pub fn page_policy(nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; \
         object-src 'none'"
    )
}

/// Gives the request its context, and the answer its number.
pub async fn context(mut request: Request, next: Next) -> Response {
    let address =
        request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(address)| address.ip());
    let request_id = Uuid::now_v7().to_string();
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    request.extensions_mut().insert(Ctx {
        actor: Actor::Unknown,
        request_id: request_id.clone(),
        address,
        now: clock::now(),
    });
    let mut response = next.run(request).await;
    tracing::debug!(%method, path, status = response.status().as_u16(), request_id, "answered");
    if let Ok(value) = HeaderValue::try_from(request_id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

/// The headers that every answer bears. A page has set its own policy by then.
pub async fn headers(request: Request, next: Next) -> Response {
    let is_asset = request.uri().path().starts_with("/pkg/");
    let mut response = next.run(request).await;
    let cache = match (is_asset, response.status()) {
        (true, StatusCode::OK | StatusCode::NOT_MODIFIED) => "public, max-age=31536000, immutable",
        _ => "no-store",
    };
    let headers = response.headers_mut();
    default(headers, header::CACHE_CONTROL, cache);
    default(headers, header::CONTENT_SECURITY_POLICY, CLOSED_POLICY);
    default(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    default(headers, header::REFERRER_POLICY, "no-referrer");
    default(headers, HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    default(headers, HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    response
}

fn default(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.entry(name).or_insert(HeaderValue::from_static(value));
}

/// A panic is told to the log by its place alone, and to the person without any detail.
pub fn panicked(_cause: Box<dyn Any + Send + 'static>) -> Response<Body> {
    let text = "Something went wrong in the portal. Its log has the cause.";
    (StatusCode::INTERNAL_SERVER_ERROR, text).into_response()
}
