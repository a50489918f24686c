//! The form that chooses a theme.

use crate::{
    cookie::SecureCookies,
    extract::RawForm,
    respond::own_address,
    ui::theme::{self, Theme},
};
use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    theme: String,
    #[serde(default)]
    back: String,
}

/// Handles `POST /theme`.
#[expect(clippy::unused_async, reason = "handlers are asynchronous")]
pub async fn choose(RawForm { reply, form }: RawForm<Choice>) -> Response {
    let Ok(Choice { theme, back }) = form else { return StatusCode::BAD_REQUEST.into_response() };
    let Some(theme) = Theme::parse(&theme) else { return StatusCode::BAD_REQUEST.into_response() };
    let cookie = theme::line(SecureCookies::of(&reply.parts), theme);
    ([(header::SET_COOKIE, cookie)], Redirect::to(&own_address(&back))).into_response()
}
