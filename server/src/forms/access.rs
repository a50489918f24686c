//! What the forms about people and tokens have in common.

use super::{read, services};
use crate::{
    cookie,
    middleware::{arrival, to_sign_in},
    pages,
    state::AppState,
};
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
use std::time::Duration;

/// How long a browser is known again after somebody has signed in with it: longer than any session.
const BROWSER_LIFE: Duration = Duration::from_hours(60 * 24);

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

/// Redirects to this address in the session that has begun. The session that the browser had ends: nobody would look for
/// it there any more.
///
/// Errors: `Refused`.
pub(super) async fn signed_in(
    backend: &Backend,
    parts: &Parts,
    next: &str,
    session: &NewSession,
) -> Result<Response, AccessError> {
    backend.sessions().sign_out(&ssr::identified(parts)?).await?;
    let mut response = Redirect::to(next).into_response();
    hand_out(backend, parts, session, &mut response);
    Ok(response)
}

/// Gives the browser its session, and a mark by which it is known again once that has ended.
pub(super) fn hand_out(backend: &Backend, parts: &Parts, session: &NewSession, response: &mut Response) {
    let arrival = arrival(parts);
    let browser = backend.browsers().admit(session.user, ssr::browser(backend, parts));
    let cookies = [
        cookie::SESSION.hand_out(&session.token, session.absolute, arrival),
        browser.and_then(|browser| cookie::BROWSER.hand_out(browser.mark(), BROWSER_LIFE, arrival)),
    ];
    for cookie in cookies.into_iter().flatten() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
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
    let wait = match &error {
        AccessError::Locked(seconds) | AccessError::LockedOut(seconds) | AccessError::Busy(seconds) => {
            Some(*seconds)
        }
        _ => None,
    };
    let form = FormState::refused(typed, error);
    let mut response = pages::in_answer(state, parts, page, status, form).await;
    // Whatever else the page has found out meanwhile.
    *response.status_mut() = status;
    if let Some(seconds) = wait {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

pub(super) fn status_of(error: &AccessError) -> StatusCode {
    match error {
        AccessError::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
        AccessError::WrongPassword => StatusCode::UNAUTHORIZED,
        AccessError::Locked(_) | AccessError::LockedOut(_) => StatusCode::TOO_MANY_REQUESTS,
        AccessError::Busy(_) => StatusCode::SERVICE_UNAVAILABLE,
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
