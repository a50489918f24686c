//! What the forms about people and tokens have in common.

use super::{read, services};
use crate::{cookie, edge::Arrival, middleware::to_sign_in, pages, state::AppState};
use app::{document::Page, form_state::FormState, ssr};
use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use backend::{Actor, Backend, Ctx, NewSession};
use domain::{
    access::{AccessError, AccessField, SignOnProblem},
    error::Error,
};
use serde::de::DeserializeOwned;

/// The services, whoever asks, and what was sent.
pub(super) async fn begin<T: DeserializeOwned>(
    state: &AppState,
    parts: &Parts,
    body: Body,
) -> Result<(Backend, Ctx, T), AccessError> {
    let ctx = ssr::identified(parts)?;
    let backend = state.backend().cloned().ok_or(Error::Unavailable)?;
    let input = read(parts, body).await.map_err(|_| Error::BadRequest)?;
    Ok((backend, ctx, input))
}

/// The same for those who have signed in.
pub(super) async fn begin_signed_in<T: DeserializeOwned>(
    state: &AppState,
    parts: &Parts,
    body: Body,
) -> Result<(Backend, Ctx, T), AccessError> {
    let (backend, ctx) = services(state, parts)?;
    let input = read(parts, body).await.map_err(|_| Error::BadRequest)?;
    Ok((backend, ctx, input))
}

/// Signing in is asked for by nobody, whoever has a session already.
pub(super) fn as_anybody(ctx: Ctx) -> Ctx {
    Ctx { actor: Actor::Anonymous, ..ctx }
}

pub(super) fn signed_in(next: &str, session: &NewSession, arrival: Arrival) -> Response {
    let mut response = Redirect::to(next).into_response();
    if let Some(cookie) = cookie::SESSION.hand_out(&session.token, session.absolute, arrival) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// What the browser calls itself.
pub(super) fn device(parts: &Parts) -> &str {
    parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

pub(super) fn limited(state: &AppState, ctx: &Ctx) -> Result<(), AccessError> {
    state.attempt(ctx.address).map_err(AccessError::Locked)
}

/// The page that the form stands in, again, with what was typed but for passwords.
pub(super) async fn refused(
    state: AppState,
    parts: Parts,
    page: Page,
    typed: Vec<(AccessField, String)>,
    error: AccessError,
) -> Response {
    let address = parts.uri.path().to_owned();
    refused_at(&address, state, parts, page, typed, error).await
}

/// The same, where the form was posted to another address than that of its page.
pub(super) async fn refused_at(
    address: &str,
    state: AppState,
    parts: Parts,
    page: Page,
    typed: Vec<(AccessField, String)>,
    error: AccessError,
) -> Response {
    if error == AccessError::Refused(Error::NotSignedIn) {
        return to_sign_in(address);
    }
    let status = status_of(&error);
    let locked = if let AccessError::Locked(seconds) = &error { Some(*seconds) } else { None };
    let form = FormState::refused(typed, error);
    let mut response = pages::in_answer(state, parts, page, status, form).await;
    // Whatever else the page has found out meanwhile.
    *response.status_mut() = status;
    if let Some(seconds) = locked {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

pub(super) fn status_of(error: &AccessError) -> StatusCode {
    match error {
        AccessError::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
        AccessError::WrongPassword => StatusCode::UNAUTHORIZED,
        AccessError::Locked(_) => StatusCode::TOO_MANY_REQUESTS,
        AccessError::LinkSpent => StatusCode::GONE,
        AccessError::LastAdmin => StatusCode::CONFLICT,
        AccessError::NoPasswords | AccessError::KeptByProvider | AccessError::ProveAtProvider => {
            StatusCode::FORBIDDEN
        }
        AccessError::SignOn(problem) => match problem {
            SignOnProblem::Expired => StatusCode::BAD_REQUEST,
            SignOnProblem::Unreachable => StatusCode::SERVICE_UNAVAILABLE,
            SignOnProblem::Misconfigured | SignOnProblem::Untrusted => StatusCode::BAD_GATEWAY,
            SignOnProblem::Denied
            | SignOnProblem::NoGroup
            | SignOnProblem::GroupsLeftOut
            | SignOnProblem::NoGroupsTold
            | SignOnProblem::NotAskedAgain
            | SignOnProblem::Disabled => StatusCode::FORBIDDEN,
            SignOnProblem::NameTaken => StatusCode::CONFLICT,
        },
        AccessError::Refused(error) => ssr::status_of(error),
    }
}
