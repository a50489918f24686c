//! Identifies the caller before the body is read: only the body of an identified caller is parsed and paid
//! for.

use crate::{rest::body::media_type, state::AppState};
use app::{
    document::Page,
    error::ApiError,
    respond::{self, to_sign_in},
    ssr::{self, Identified},
};
use axum::{
    RequestExt,
    body::{Body, HttpBody},
    extract::{MatchedPath, RawPathParams, Request, State},
    http::{HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use backend::{Actor, Ctx};
use domain::{
    access::UserName,
    error::Error,
    secret::{SecretId, SecretName},
};
use std::{future::poll_fn, pin::Pin};

/// The longest path segment of unknown form, in bytes.
const MAX_PART: usize = 300;

/// The forms that are kept when a session has ended, so that they need not be typed again; and the form that
/// holds a place in the list.
const KEPT_FORMS: [&str; 5] = [
    "/secrets/new",
    "/secrets/new/check",
    "/secrets/{id}/edit",
    "/secrets/{id}/edit/check",
    "/secrets/selected/check",
];

fn identified(request: &Request) -> Identified {
    request.extensions().get::<Identified>().cloned().unwrap_or(Err(Error::Unavailable))
}

fn is_read(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}

/// Returns whether each path segment can name something.
async fn has_names(request: &mut Request) -> bool {
    let route = matched(request);
    if !route.contains('{') {
        return true;
    }
    match request.extract_parts::<RawPathParams>().await {
        Ok(params) => params.iter().all(|(key, value)| is_name(&route, key, value)),
        // Not UTF-8.
        Err(_) => false,
    }
}

fn matched(request: &Request) -> String {
    request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned()).unwrap_or_default()
}

/// Returns whether this path segment can be a name.
fn is_name(route: &str, key: &str, value: &str) -> bool {
    match key {
        "name" if route.starts_with("/users/") => UserName::parse(value).is_ok(),
        "name" => SecretName::parse(value).is_ok(),
        "id" if route.starts_with("/secrets/{id}") => SecretId::parse(value).is_some(),
        _ => value.len() <= MAX_PART && value.bytes().all(|byte| byte.is_ascii_graphic()),
    }
}

/// Answers with the not-found page if a path segment cannot name anything, without asking the services and
/// without an audit record. Redirects to the sign-in page whoever is not signed in, without reading the body, and from there
/// back. The services decide what is permitted; this is only the way there.
pub async fn sign_in_first(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    if !has_names(&mut request).await {
        let (parts, body) = request.into_parts();
        drain(body);
        return respond::page(&state.portal, Page::NotFound)(Request::from_parts(parts, Body::empty())).await;
    }
    let known = request.extensions().get::<Identified>();
    if known.is_some_and(|known| known.as_ref().is_ok_and(|ctx| ctx.actor != Actor::Anonymous)) {
        return next.run(request).await;
    }
    let known = identified(&request);
    if is_read(request.method()) {
        if known.is_ok() {
            let wanted = request.uri().path_and_query().map_or("/", |path| path.as_str());
            return to_sign_in(wanted);
        }
        return next.run(request).await;
    }
    // Somebody had signed in with this browser, and the session has ended or cannot be looked up now: what
    // they typed is kept.
    let kept = KEPT_FORMS.contains(&matched(&request).as_str());
    let (parts, body) = request.into_parts();
    let known_browser = || state.backend().is_some_and(|backend| ssr::browser(backend, &parts).is_some());
    if kept && known_browser() {
        return next.run(Request::from_parts(parts, body)).await;
    }
    without_body(Request::from_parts(parts, body), next).await
}

/// Answers server functions for whoever is signed in, and accepts only JSON. The headers that ask for a page
/// are removed, because a server function would otherwise redirect to whatever address the browser says it
/// came from.
pub async fn functions_for_people(mut request: Request, next: Next) -> Response {
    let rejection = match identified(&request) {
        Ok(ctx) if ctx.actor == Actor::Anonymous => Some((StatusCode::UNAUTHORIZED, Error::NotSignedIn)),
        Ok(_) if media_type(request.headers()) != "application/json" => {
            Some((StatusCode::UNSUPPORTED_MEDIA_TYPE, Error::BadRequest))
        }
        Ok(_) => None,
        Err(error) => Some((ssr::status_of(&error), error)),
    };
    let Some((status, error)) = rejection else {
        let headers = request.headers_mut();
        headers.remove(header::REFERER);
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        return next.run(request).await;
    };
    drain(request.into_body());
    let wait = error.retry_after();
    let mut response = (status, axum::Json(ApiError::from(error))).into_response();
    if let Some(seconds) = wait {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

/// Answers API requests without a valid token, without reading their body.
pub async fn tokens_first(request: Request, next: Next) -> Response {
    let known = request.extensions().get::<Identified>();
    if known.is_some_and(|known| matches!(known, Ok(Ctx { actor: Actor::Token(_), .. }))) {
        return next.run(request).await;
    }
    without_body(request, next).await
}

/// Answers the request as if it had no body.
async fn without_body(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let response = next.run(Request::from_parts(parts, Body::empty())).await;
    drain(body);
    response
}

/// The most bytes of an unread body that are waited for.
const MAX_DRAINED: usize = 4 * 1024 * 1024;

/// Reads and discards the rest of the body, within the limits of every body, because a connection that is
/// closed before everything has arrived loses the answer.
fn drain(mut body: Body) {
    if body.is_end_stream() {
        return;
    }
    tokio::spawn(async move {
        let mut left = MAX_DRAINED;
        while let Some(Ok(frame)) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
            match left.checked_sub(frame.data_ref().map_or(1, |data| data.len().max(1))) {
                Some(rest) => left = rest,
                None => return,
            }
            // A sender without pauses must not keep others waiting.
            tokio::task::yield_now().await;
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_name_accepts_only_possible_names() {
        let long = "a".repeat(2_700);
        for (route, key, good, bad) in [
            ("/users/{name}/role", "name", "ana@example.org", "an\0a"),
            ("/users/{name}", "name", "ana", long.as_str()),
            ("/images/{name}/edit", "name", "trainer", "Trainer!"),
            ("/secrets/{id}/edit", "id", "image-hub", "hub"),
            ("/secrets/{id}", "id", "gitsync-secret-a", "image-a\u{202e}"),
            ("/tokens/{id}/revoke", "id", "0123abcd", "01\n23"),
            ("/secrets/import/{id}", "id", "0198c6f2-5d5f-4f0e-9a53-0f3c1b9b7a11", long.as_str()),
            ("/help/{topic}", "topic", "ghcr", "\u{7f}"),
        ] {
            assert!(is_name(route, key, good), "{route} {good}");
            assert!(!is_name(route, key, bad), "{route} {bad:?}");
        }
    }
}
