//! The API for clusters and scripts: JSON, and tokens in `Authorization: Bearer`.

use app::ssr::{self, Identified};
use axum::{
    Json,
    extract::Request,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use backend::Actor;
use domain::{access::Restriction, error::Error};
use serde::Serialize;

/// `GET /api/v1/me`: whose token this is, and what it allows.
pub async fn me(request: Request) -> Response {
    match request.extensions().get::<Identified>() {
        Some(Ok(ctx)) => match &ctx.actor {
            Actor::Token(token) => {
                let (prefix, secrets) = match &token.restriction {
                    Restriction::None => (None, None),
                    Restriction::Prefix(prefix) => (Some(prefix.clone()), None),
                    Restriction::Secrets(ids) => (None, Some(ids.iter().map(ToString::to_string).collect())),
                };
                Json(Me {
                    kind: ctx.actor.kind(),
                    id: token.id.clone(),
                    name: token.name.clone(),
                    scope: token.scope.as_str(),
                    name_prefix: prefix,
                    secrets,
                    expires_at: token.expires_at.map(domain::time::Timestamp::rfc3339),
                })
                .into_response()
            }
            _ => problem(&Error::NotSignedIn),
        },
        Some(Err(error)) => problem(error),
        None => problem(&Error::Unavailable),
    }
}

#[derive(Serialize)]
struct Me {
    kind: &'static str,
    id: String,
    name: String,
    scope: &'static str,
    name_prefix: Option<String>,
    secrets: Option<Vec<String>>,
    expires_at: Option<String>,
}

/// Problem details (RFC 9457).
#[derive(Serialize)]
struct Problem {
    title: &'static str,
    status: u16,
    detail: &'static str,
}

/// What went wrong, without anything that was sent.
fn problem(error: &Error) -> Response {
    let status = ssr::status_of(error);
    let (title, detail) = match error {
        Error::NotSignedIn => (
            "Unauthorized",
            "Send a token that is good in the header Authorization: Bearer. It may have expired or been revoked.",
        ),
        Error::Sealed => ("Sealed", "The portal is sealed: its key encryption key is not the right one."),
        Error::Unavailable => ("Unavailable", "The database does not answer at the moment. Try again."),
        Error::TooManyTests(_) => {
            ("Too many tests", "This token has tested connections too often. Wait before the next.")
        }
        Error::Forbidden => ("Forbidden", "The token does not allow this."),
        Error::NotFound => ("Not found", "There is nothing here."),
        _ => ("Failed", "The portal could not do this. Its log has the cause."),
    };
    let body = Problem { title, status: status.as_u16(), detail };
    let mut response = (status, Json(body)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    if *error == Error::NotSignedIn {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"latchkey\""));
    }
    if let Some(seconds) = ssr::retry_after(error) {
        headers.insert(header::RETRY_AFTER, seconds.into());
    }
    response
}
