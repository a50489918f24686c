//! The one place that reads the server's context: the request, the backend, the answer's status and headers.

use crate::{
    checks::answer::Tested,
    error::ApiError,
    form_state::FormState,
    secrets::input::{Refused, Typed},
    ui::{
        notice::{self, Notice},
        theme,
    },
};
use backend::{Actor, Backend, Ctx, UserActor};
use domain::{access::Role, error::Error};
use http::{HeaderValue, StatusCode, header, request::Parts};
use leptos::prelude::*;
use leptos_axum::ResponseOptions;

/// The names of the built assets, with their hashes; read once at start.
#[derive(Clone, Debug)]
pub struct Assets {
    pub css: String,
    pub js: String,
    pub wasm: String,
}

/// The services, and the context of this request.
pub fn request() -> Result<(Backend, Ctx), ApiError> {
    match (use_context::<Backend>(), use_context::<Parts>().map(|parts| identified(&parts))) {
        (Some(backend), Some(Ok(ctx))) => Ok((backend, ctx)),
        (_, Some(Err(error))) => Err(refuse(error)),
        _ => Err(refuse(Error::Unavailable)),
    }
}

/// Who asks, as the server found out before; or why it could not.
pub type Identified = Result<Ctx, Error>;

/// The context of the request with these parts.
pub fn identified(parts: &Parts) -> Identified {
    parts.extensions.get::<Identified>().cloned().unwrap_or(Err(Error::Unavailable))
}

/// Who has signed in, if anybody.
pub fn user() -> Option<UserActor> {
    match identified(&use_context::<Parts>()?).ok()?.actor {
        Actor::User(user) => Some(user),
        _ => None,
    }
}

/// Whether whoever asks may do what takes this role.
pub fn may(role: Role) -> bool {
    user().is_some_and(|user| user.role >= role)
}

/// Turns what an action says into what a server function answers: the notice in its cookie, or the refusal with its
/// status.
pub fn answer(result: Result<Notice, Error>) -> Result<(), ApiError> {
    set_notice_cookie(&result.map_err(refuse)?.to_cookie(), notice::COOKIE_MAX_AGE);
    Ok(())
}

/// The refusal, with the status of the answer set to match.
pub fn refuse(error: Error) -> ApiError {
    set_status(status_of(&error));
    if let (Some(seconds), Some(options)) = (retry_after(&error), use_context::<ResponseOptions>()) {
        options.insert_header(header::RETRY_AFTER, seconds.into());
    }
    ApiError::Refused(error)
}

/// The status an error travels under.
pub fn status_of(error: &Error) -> StatusCode {
    match error {
        Error::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
        Error::NotFound => StatusCode::NOT_FOUND,
        Error::Changed(_) | Error::Twin(_) => StatusCode::CONFLICT,
        Error::Sealed | Error::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Error::TooManyTests(_) => StatusCode::TOO_MANY_REQUESTS,
        Error::BadRequest => StatusCode::BAD_REQUEST,
        Error::NotSignedIn => StatusCode::UNAUTHORIZED,
        Error::Forbidden => StatusCode::FORBIDDEN,
        Error::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// After how many seconds it is worth asking again, where that is known.
pub fn retry_after(error: &Error) -> Option<u32> {
    match error {
        Error::Sealed | Error::Unavailable => Some(5),
        Error::TooManyTests(seconds) => Some(*seconds),
        _ => None,
    }
}

/// Sets the status of the page or answer being made.
pub fn set_status(status: StatusCode) {
    if let Some(options) = use_context::<ResponseOptions>() {
        options.set_status(status);
    }
}

/// The theme that the request's cookie asks for.
pub fn theme() -> theme::Theme {
    cookie(theme::COOKIE).and_then(|text| theme::Theme::parse(&text)).unwrap_or_default()
}

/// The notice left by the request before, which is shown once.
pub fn take_notice() -> Option<Notice> {
    let text = cookie(notice::COOKIE)?;
    set_notice_cookie("", 0);
    Notice::from_cookie(&text)
}

/// The `Set-Cookie` line of a notice; an age of 0 seconds takes it away.
pub fn notice_cookie(text: &str, max_age: u32) -> String {
    format!("{}={text}; Path=/; Max-Age={max_age}; HttpOnly; SameSite=Lax", notice::COOKIE)
}

fn set_notice_cookie(text: &str, max_age: u32) {
    set_cookie(&notice_cookie(text, max_age));
}

fn set_cookie(line: &str) {
    if let Some(options) = use_context::<ResponseOptions>()
        && let Ok(value) = HeaderValue::try_from(line)
    {
        options.append_header(header::SET_COOKIE, value);
    }
}

/// The path and query of the page.
pub fn address() -> String {
    use_context::<Parts>()
        .and_then(|parts| parts.uri.path_and_query().map(ToString::to_string))
        .unwrap_or_default()
}

/// One segment of the page's path, counted from 1.
pub fn path_segment(number: usize) -> Option<String> {
    let parts = use_context::<Parts>()?;
    domain::percent::decode(parts.uri.path().split('/').nth(number)?)
}

/// The query of the page's address.
pub fn query() -> String {
    use_context::<Parts>().and_then(|parts| parts.uri.query().map(ToOwned::to_owned)).unwrap_or_default()
}

/// One parameter of the query.
pub fn query_parameter(name: &str) -> Option<String> {
    parameter(&query(), name)
}

/// One parameter of this query.
pub fn parameter(query: &str, name: &str) -> Option<String> {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.filter(|(key, _)| *key == name).find_map(|(_, value)| domain::percent::decode(value))
}

fn cookie(name: &str) -> Option<String> {
    let parts = use_context::<Parts>()?;
    parts
        .headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split("; "))
        .find_map(|pair| pair.split_once('=').filter(|(key, _)| *key == name))
        .map(|(_, value)| value.to_owned())
}

/// The plain form of a secret that this page is the answer to, where it was refused; or that was sent when the session
/// had ended, and waited in a cookie for its sender to sign in again.
pub fn refused() -> Option<Refused> {
    let tested = || use_context::<(Refused, Tested)>().map(|(refused, _)| refused);
    use_context().or_else(tested).or_else(|| {
        let draft = cookie(DRAFT_COOKIE)?;
        let path = use_context::<Parts>()?.uri.path().to_owned();
        set_cookie(&draft_cookie("", &path, 0));
        let typed = serde_urlencoded::from_str(&draft).ok()?;
        Some(Refused { typed, error: Some(Error::NotSignedIn), value_dropped: true })
    })
}

/// Where what was typed into a secret's form waits while its sender signs in again; values are not in it.
const DRAFT_COOKIE: &str = "latchkey_draft";

/// How long, in seconds.
const DRAFT_MAX_AGE: u32 = 900;

/// Browsers keep no longer cookies.
const DRAFT_MOST_BYTES: usize = 3_800;

/// The `Set-Cookie` line that keeps what was typed for the page at this path; `None` where it is too long.
pub fn kept_draft(typed: &Typed, path: &str) -> Option<String> {
    let text = serde_urlencoded::to_string(typed).ok()?;
    (text.len() <= DRAFT_MOST_BYTES).then(|| draft_cookie(&text, path, DRAFT_MAX_AGE))
}

fn draft_cookie(text: &str, path: &str, max_age: u32) -> String {
    format!("{DRAFT_COOKIE}={text}; Path={path}; Max-Age={max_age}; HttpOnly; SameSite=Lax")
}

/// What was typed into a form about people or tokens, and what was wrong with it.
pub fn form() -> FormState {
    use_context().unwrap_or_default()
}

/// A mark for one form, so that the same form sent twice is saved once.
pub fn new_submission() -> String {
    uuid::Uuid::new_v4().to_string()
}
