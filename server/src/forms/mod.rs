//! The plain forms: what is posted to a page's own address. Done, the answer is a redirect; refused, it is the
//! same page with what was typed.

mod access;
pub mod account;
pub mod audit;
pub mod checks;
pub mod imports;
pub mod keys;
pub mod secrets;
pub mod selection;
pub mod sign_in;
pub mod single_sign_on;
pub mod tokens;
pub mod usages;
pub mod users;

use crate::state::AppState;
use app::{
    imports::IMPORT,
    secrets::LIST,
    ssr::{self, SecureCookies},
    ui::{notice::Notice, theme::Theme},
};
use axum::{
    body::{Body, to_bytes},
    extract::Request,
    http::{StatusCode, header, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use backend::{Actor, Backend, Ctx};
use domain::{error::Error, percent};
use serde::{Deserialize, de::DeserializeOwned};
use tower_http::timeout::TimeoutError;

/// More than any form of ours: a value of 64 KiB, each byte written as three.
pub const BODY_LIMIT: usize = 256 * 1024;

/// Returns how long the body of a request to this path may be; `None` where the form looks after that itself, which can say
/// so on its page.
pub fn body_limit(path: &str) -> Option<usize> {
    match path.strip_prefix(IMPORT) {
        Some("") => None,
        Some(rest) if rest.starts_with('/') => Some(imports::CHOICE_LIMIT),
        _ => Some(BODY_LIMIT),
    }
}

/// `POST /theme`
pub async fn choose_theme(request: Request) -> Response {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Choice {
        theme: String,
        #[serde(default)]
        back: String,
    }

    let (parts, body) = request.into_parts();
    let Ok(Choice { theme, back }) = read::<Choice>(&parts, body).await else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let Some(theme) = Theme::parse(&theme) else { return StatusCode::BAD_REQUEST.into_response() };
    let cookie = SecureCookies::of(&parts).theme_line(theme);
    ([(header::SET_COOKIE, cookie)], Redirect::to(&own_address(&back))).into_response()
}

/// An address of this portal, or the list where the text is none: `//elsewhere` and `/\elsewhere` lead away.
fn own_address(text: &str) -> String {
    let plain = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if plain && text.starts_with('/') && !text.starts_with("//") { text.to_owned() } else { LIST.to_owned() }
}

/// The services, and who asks.
///
/// Errors: `NotSignedIn`; `Unavailable` and `Sealed` while nothing can be done.
fn services(state: &AppState, parts: &Parts) -> Result<(Backend, Ctx), Error> {
    let ctx = ssr::identified(parts)?;
    if ctx.actor == Actor::Anonymous {
        return Err(Error::NotSignedIn);
    }
    state.backend().map(|backend| (backend.clone(), ctx)).ok_or(Error::Unavailable)
}

/// A form in which there is nothing to fill in.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

/// Redirects to this address, with a notice of what was done, which `middleware::context` puts into its cookie.
fn with_notice(next: &str, notice: &Notice) -> Response {
    let mut response = Redirect::to(next).into_response();
    response.extensions_mut().insert(notice.clone());
    response
}

/// A body that is not one of our forms.
struct Unreadable(StatusCode);

/// Reads a form strictly: no field that we do not know, none twice, UTF-8 throughout.
async fn read<T: DeserializeOwned>(parts: &Parts, body: Body) -> Result<T, Unreadable> {
    read_up_to(parts, body, BODY_LIMIT).await
}

/// The same of a form that may be so long.
async fn read_up_to<T: DeserializeOwned>(parts: &Parts, body: Body, limit: usize) -> Result<T, Unreadable> {
    let is_form = parts
        .headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.split(';').next() == Some("application/x-www-form-urlencoded"));
    let bytes = to_bytes(body, limit).await.map_err(|error| Unreadable(status_of_body(&error)))?;
    if bytes.is_empty() {
        return serde_urlencoded::from_bytes(&bytes).map_err(|_| Unreadable(StatusCode::BAD_REQUEST));
    }
    if !is_form {
        return Err(Unreadable(StatusCode::UNSUPPORTED_MEDIA_TYPE));
    }
    // The parser below replaces bad UTF-8 silently.
    let whole = std::str::from_utf8(&bytes).ok().and_then(percent::decode);
    if whole.is_none() {
        return Err(Unreadable(StatusCode::BAD_REQUEST));
    }
    serde_urlencoded::from_bytes(&bytes).map_err(|_| Unreadable(StatusCode::BAD_REQUEST))
}

/// Under which status a body is refused that did not come whole: it took too long, or it is too long.
fn status_of_body(error: &(dyn std::error::Error + 'static)) -> StatusCode {
    let mut causes = std::iter::successors(Some(error), |error| error.source());
    if causes.any(<dyn std::error::Error>::is::<TimeoutError>) {
        StatusCode::REQUEST_TIMEOUT
    } else {
        StatusCode::PAYLOAD_TOO_LARGE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_stays_here() {
        assert_eq!(own_address("/secrets/new?list=a"), "/secrets/new?list=a");
        for text in
            ["//evil", "/\\evil", "https:evil", "javascript:alert(1)", "", "/a b", "/a\r\nSet-Cookie: x"]
        {
            assert_eq!(own_address(text), LIST, "{text}");
        }
    }
}
