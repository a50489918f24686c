//! The plain forms: what is posted to a page's own address. Done, the answer is a redirect; refused, it is the
//! same page with what was typed.

use crate::{pages, state::AppState};
use app::{
    document::Page,
    secrets::{
        LIST, actions,
        input::{Refused, SecretEdit, SecretInput, Typed},
        list_before,
    },
    ssr,
    ui::{
        notice::{self, Notice},
        theme::{self, Theme},
    },
};
use axum::{
    body::{Body, to_bytes},
    extract::{Path, Request, State},
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use backend::{Backend, Ctx};
use domain::{error::Error, percent, secret::SecretId};
use serde::{Deserialize, de::DeserializeOwned};

/// More than any form of ours: a value of 64 KiB, each byte written as three.
pub const BODY_LIMIT: usize = 256 * 1024;

/// `POST /secrets/new`
pub async fn add(State(state): State<AppState>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let input = match read::<SecretInput>(&parts, body).await {
        Ok(input) => input,
        Err(refusal) => return refusal.answer(state, parts, Page::AddSecret).await,
    };
    let outcome = match services(&state, &parts) {
        Ok((backend, ctx)) => actions::create(&backend, &ctx, &input).await,
        Err(error) => Err(error),
    };
    finish(state, parts, Page::AddSecret, outcome, &input, LIST.to_owned()).await
}

/// `POST /secrets/{id}/edit`
pub async fn edit(State(state): State<AppState>, Path(id): Path<String>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let input = match read::<SecretInput>(&parts, body).await {
        Ok(input) => input,
        Err(refusal) => return refusal.answer(state, parts, Page::EditSecret).await,
    };
    let outcome = match (services(&state, &parts), SecretId::parse(&id)) {
        (Ok((backend, ctx)), Some(id)) => {
            actions::update(&backend, &ctx, SecretEdit { id, form: input.clone() }).await
        }
        (Ok(_), None) => Err(Error::NotFound),
        (Err(error), _) => Err(error),
    };
    finish(state, parts, Page::EditSecret, outcome, &input, LIST.to_owned()).await
}

/// `POST /secrets/{id}/delete`
pub async fn delete(State(state): State<AppState>, Path(id): Path<String>, request: Request) -> Response {
    /// There is nothing to fill in.
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Nothing {}

    let (parts, body) = request.into_parts();
    if let Err(refusal) = read::<Nothing>(&parts, body).await {
        return refusal.answer(state, parts, Page::DeleteSecret).await;
    }
    let outcome = match (services(&state, &parts), SecretId::parse(&id)) {
        (Ok((backend, ctx)), Some(id)) => actions::delete(&backend, &ctx, &id).await,
        (Ok(_), None) => Err(Error::NotFound),
        (Err(error), _) => Err(error),
    };
    let back = list_before(parts.uri.query().unwrap_or_default());
    finish(state, parts, Page::DeleteSecret, outcome, &SecretInput::default(), back).await
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
    let cookie = format!(
        "{}={}; Path=/; Max-Age={}; SameSite=Lax",
        theme::COOKIE,
        theme.as_str(),
        theme::COOKIE_MAX_AGE
    );
    ([(header::SET_COOKIE, cookie)], Redirect::to(&own_address(&back))).into_response()
}

/// An address of this portal, or the list where the text is none: `//elsewhere` and `/\elsewhere` lead away.
fn own_address(text: &str) -> String {
    let plain = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if plain && text.starts_with('/') && !text.starts_with("//") { text.to_owned() } else { LIST.to_owned() }
}

fn services(state: &AppState, parts: &Parts) -> Result<(Backend, Ctx), Error> {
    match (state.backend(), parts.extensions.get::<Ctx>()) {
        (Some(backend), Some(ctx)) => Ok((backend.clone(), ctx.clone())),
        _ => Err(Error::Unavailable),
    }
}

/// A body that is not one of our forms.
struct Unreadable(StatusCode);

impl Unreadable {
    /// The page again. Nothing of the body is repeated: it could not be told what in it is a value.
    async fn answer(self, state: AppState, parts: Parts, page: Page) -> Response {
        let refused = Refused { typed: Typed::default(), error: Error::BadRequest, value_dropped: true };
        pages::refused(state, parts, page, refused, self.0).await
    }
}

/// Reads a form strictly: no field that we do not know, none twice, UTF-8 throughout.
async fn read<T: DeserializeOwned>(parts: &Parts, body: Body) -> Result<T, Unreadable> {
    let is_form = parts
        .headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.split(';').next() == Some("application/x-www-form-urlencoded"));
    let bytes = to_bytes(body, BODY_LIMIT).await.map_err(|_| Unreadable(StatusCode::PAYLOAD_TOO_LARGE))?;
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

async fn finish(
    state: AppState,
    parts: Parts,
    page: Page,
    outcome: Result<Notice, Error>,
    input: &SecretInput,
    next: String,
) -> Response {
    match outcome {
        Ok(notice) => {
            let cookie = ssr::notice_cookie(&notice.to_cookie(), notice::COOKIE_MAX_AGE);
            let mut response = Redirect::to(&next).into_response();
            if let Ok(value) = HeaderValue::try_from(cookie) {
                response.headers_mut().append(header::SET_COOKIE, value);
            }
            response
        }
        Err(error) => {
            let status = ssr::status_of(&error);
            let value_dropped = !input.secret.is_empty() || !input.password.is_empty();
            let refused = Refused { typed: input.typed(), error, value_dropped };
            pages::refused(state, parts, page, refused, status).await
        }
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
