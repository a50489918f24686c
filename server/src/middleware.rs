//! The steps that every request and every answer pass.

use crate::{
    clock,
    forwarded::{self, ClientInfo},
    health,
    metrics::http::route,
    request_log::Begun,
    state::AppState,
    traces,
};
use app::{
    cookie::{self, SecureCookies},
    extract::{BODY_LIMIT, body_limit},
    language,
    ssr::Identified,
    ui::flash::{self, Flash},
};
use axum::{
    body::{Body, HttpBody},
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use backend::{Actor, Ctx};
use domain::{error::Error, language::Language, secret::SecretId, sensitive::Sensitive};
use http_body_util::Limited;
use std::{any::Any, net::SocketAddr, time::Duration};
use tower_http::timeout::DeadlineBody;
use tracing::{Instrument, Span};

/// The longest time that the whole body of a request may take.
const BODY_TIMEOUT: Duration = Duration::from_mins(1);

/// The same for a file, which may be large and its sender far away.
const LARGE_BODY_TIMEOUT: Duration = Duration::from_mins(5);

/// The header with the request id, which the log has, too.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The policy of answers that are not pages: nothing may be loaded from them at all.
const CLOSED_POLICY: &str = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'";

/// The mark of an answer whose handler panicked.
#[derive(Clone, Copy)]
struct Panicked;

/// Rejects bodies that are longer than anything that is sent to their address, and aborts those that take too long as a
/// whole, in however many pieces they come.
pub async fn limit_body(request: Request, next: Next) -> Response {
    let length = request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    if length.is_none() && request.body().is_end_stream() {
        return next.run(request).await;
    }
    let limit = body_limit(request.uri().path());
    let length = length.and_then(|length| length.parse::<usize>().ok());
    if limit.zip(length).is_some_and(|(limit, length)| length > limit) {
        return (StatusCode::PAYLOAD_TOO_LARGE, "This is longer than anything that is sent here.\n")
            .into_response();
    }
    let is_small = limit.is_some_and(|limit| limit <= BODY_LIMIT);
    let time = if is_small { BODY_TIMEOUT } else { LARGE_BODY_TIMEOUT };
    let limited = |body| match limit {
        Some(limit) => Body::new(DeadlineBody::new(time, Limited::new(body, limit))),
        None => Body::new(DeadlineBody::new(time, body)),
    };
    next.run(request.map(limited)).await
}

/// Gives the request its context, and the answer its headers and request id.
pub async fn context(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| *peer);
    let client_info = state.forwarding.client_info(peer, request.headers());
    let id = backend::sortable_id();
    let request_id = id.to_string();
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let measured = state.instruments().map(|instruments| instruments.http.begin(&request));
    // Without a referrer browsers send `Origin: null`, and only if they trust the host do other headers say
    // where a form comes from.
    let host = forwarded::named_host(request.headers(), request.uri());
    let trusted =
        client_info.secure || host.is_none_or(|host| forwarded::is_loopback(&host.to_ascii_lowercase()));
    request.extensions_mut().insert(client_info);
    request.extensions_mut().insert(SecureCookies(client_info.secure));
    let ctx = Ctx {
        actor: Actor::Anonymous,
        request_id: request_id.clone(),
        address: client_info.address,
        now: clock::now(),
    };
    // A probe comes every few seconds, and would hide what people did.
    let traces = state.traces().filter(|_| !health::is_probe(route(&request)));
    let span = traces.map_or_else(Span::none, |traces| traces.begin(&request, id));
    let begun = state.logs_requests().then(|| Begun::now(&request, &ctx));
    request.extensions_mut().insert(ctx);
    let mut response = next.run(request).instrument(span.clone()).await;
    traces::end(&span, response.status());
    set_headers(&mut response, uri.path().starts_with("/pkg/"), trusted, client_info.secure);
    if let Some(flash) = response.extensions_mut().remove::<Flash>()
        && let Ok(line) = HeaderValue::try_from(flash::line(SecureCookies(client_info.secure), &flash))
    {
        response.headers_mut().append(header::SET_COOKIE, line);
    }
    if state.is_draining() {
        // The next request then comes over a connection that does not end in the middle of it.
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    if response.extensions().get::<Panicked>().is_some() {
        tracing::error!(%method, path = uri.path(), request_id, "a request panicked");
        *response.body_mut() = Body::from(format!(
            "Something went wrong in the portal. Its log has the cause under reference {request_id}.\n"
        ));
    }
    if let Some(measured) = measured {
        measured.end(response.status());
    }
    if let Some(begun) = begun {
        begun.end(method.as_str(), uri.path(), response.status());
    }
    tracing::debug!(%method, path = uri.path(), status = response.status().as_u16(), request_id, "answered");
    if let Ok(value) = HeaderValue::try_from(request_id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

/// Returns the request's client, as `context` found it.
pub fn client_info(parts: &Parts) -> ClientInfo {
    parts.extensions.get().copied().unwrap_or(ClientInfo { address: None, secure: false })
}

/// Identifies the caller: by the session's cookie, or for the API by its token.
pub async fn identify(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let identified = identity(&state, &mut parts).await;
    let language = if is_api(parts.uri.path()) {
        Language::English
    } else {
        language::chosen(&identified, &parts, state.offers_pseudo_language())
    };
    parts.extensions.insert::<Identified>(identified);
    language::within(language, next.run(Request::from_parts(parts, body))).await
}

/// Returns whether the path is of the API, which takes tokens and answers in English.
fn is_api(path: &str) -> bool {
    path.starts_with("/api/v1/") || path == "/api/graphql"
}

async fn identity(state: &AppState, parts: &mut Parts) -> Identified {
    let (Some(backend), Some(ctx)) = (state.backend(), parts.extensions.remove::<Ctx>()) else {
        return Err(Error::Unavailable);
    };
    if backend.is_sealed() {
        return Err(Error::Sealed);
    }
    let actor = if is_api(parts.uri.path()) {
        match (bearer(&parts.headers), wanted_value(parts)) {
            (Some(token), Some(secret)) => {
                let found = backend.tokens().identify_for_value(&ctx, &token, secret).await?;
                found.map(|(actor, value)| {
                    parts.extensions.insert(value);
                    actor
                })
            }
            (Some(token), None) => backend.tokens().identify(&ctx, &token).await?,
            (None, _) => None,
        }
    } else {
        match cookie::SESSION.read(&parts.headers, SecureCookies::of(parts)) {
            Some(token) => backend.sessions().identify(&ctx, &token).await?,
            None => None,
        }
    };
    Ok(Ctx { actor: actor.unwrap_or(Actor::Anonymous), ..ctx })
}

/// Returns the secret whose value the request asks for. An address in another spelling, which also leads there, only costs
/// another query.
fn wanted_value(parts: &Parts) -> Option<SecretId> {
    let path = (parts.method == Method::GET).then(|| parts.uri.path())?;
    SecretId::parse(path.strip_prefix("/api/v1/secrets/")?.strip_suffix("/value")?)
}

/// Returns the token of `Authorization: Bearer …` (RFC 6750, 2.1), the only place where a token is accepted.
fn bearer(headers: &HeaderMap) -> Option<Sensitive> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| Sensitive::new(token.trim()))
}

/// Sets the headers of every answer. A page has set its own policy by then.
fn set_headers(response: &mut Response, is_asset: bool, trusted: bool, secure: bool) {
    let cache = match (is_asset, response.status()) {
        (true, StatusCode::OK | StatusCode::NOT_MODIFIED) => "public, max-age=31536000, immutable",
        _ => "no-store",
    };
    let headers = response.headers_mut();
    default(headers, header::CACHE_CONTROL, cache);
    default(headers, header::CONTENT_SECURITY_POLICY, CLOSED_POLICY);
    default(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    default(headers, header::REFERRER_POLICY, if trusted { "no-referrer" } else { "same-origin" });
    default(headers, HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    default(headers, HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    if secure {
        default(headers, header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
}

fn default(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.entry(name).or_insert(HeaderValue::from_static(value));
}

/// Answers after a panic: the log gets its place alone, and the person the request id.
pub fn panicked(_cause: Box<dyn Any + Send + 'static>) -> Response<Body> {
    let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
    response.extensions_mut().insert(Panicked);
    response
}
