//! The only place that reads the server's context: the request, the backend, the answer's status and headers.

use crate::{
    cookie::{self, SecureCookies},
    error::ApiError,
    ui::{
        flash::{self, Flash},
        theme::{self, Theme},
    },
};
use backend::{Actor, Backend, Browser, Ctx, UserActor};
use domain::{access::Role, error::Error};
use http::{HeaderValue, StatusCode, header, request::Parts};
use leptos::{prelude::*, reactive::owner::with_context};
use leptos_axum::ResponseOptions;
use uuid::Uuid;

pub use crate::status::set_status;

/// The names of the built assets, with their hashes; read once at start.
#[derive(Clone, Debug)]
pub struct Assets {
    pub css: String,
    pub js: String,
    pub wasm: String,
}

/// Returns the services, and the context of this request.
pub fn request() -> Result<(Backend, Ctx), ApiError> {
    match (use_context::<Backend>(), with_context(identified)) {
        (Some(backend), Some(Ok(ctx))) => Ok((backend, ctx)),
        (_, Some(Err(error))) => Err(respond_with(error)),
        _ => Err(respond_with(Error::Unavailable)),
    }
}

/// The caller, as the server has identified them; or why it could not.
pub type Identified = Result<Ctx, Error>;

/// Returns the context of the request with these parts.
pub fn identified(parts: &Parts) -> Identified {
    parts.extensions.get::<Identified>().cloned().unwrap_or(Err(Error::Unavailable))
}

/// Returns the signed-in user, if any.
pub fn user() -> Option<UserActor> {
    with_user(UserActor::clone)
}

/// Returns what is asked about who has signed in, if anybody.
fn with_user<T>(ask: impl FnOnce(&UserActor) -> T) -> Option<T> {
    let user = |parts: &Parts| match parts.extensions.get::<Identified>() {
        Some(Ok(Ctx { actor: Actor::User(user), .. })) => Some(ask(user)),
        _ => None,
    };
    with_context(user).flatten()
}

/// Returns the name and role for the frame of a page that could not find out who asks for it: those with which somebody has
/// signed in with this browser. For showing alone; `None` if the caller is known, or nobody has signed in.
pub fn last_person() -> Option<(Option<String>, Role)> {
    let last = |parts: &Parts| {
        if identified(parts).is_ok() {
            return None;
        }
        let secure = SecureCookies::of(parts);
        cookie::SESSION.read(&parts.headers, secure)?;
        let mark = cookie::BROWSER.read(&parts.headers, secure);
        let person = mark.and_then(|mark| Browser::shown_person(&mark));
        Some(person.map_or((None, Role::Reader), |(name, role)| (Some(name), role)))
    };
    with_context(last).flatten()
}

/// Returns whether the caller has this role.
pub fn may(role: Role) -> bool {
    with_user(|user| user.role >= role).unwrap_or(false)
}

/// Converts the result of an action into the answer of a server function: the flash in its cookie, or the
/// error with its status.
pub fn answer(result: Result<Flash, Error>) -> Result<(), ApiError> {
    set_cookie(&flash::line(secure_cookies(), &result.map_err(respond_with)?));
    Ok(())
}

/// Returns the error for the page or answer being made, and sets its status to match.
pub fn respond_with(error: Error) -> ApiError {
    set_status(status_of(&error));
    if let (Some(seconds), Some(options)) = (error.retry_after(), use_context::<ResponseOptions>()) {
        options.insert_header(header::RETRY_AFTER, seconds.into());
    }
    error.into()
}

/// Returns the status of an error.
pub fn status_of(error: &Error) -> StatusCode {
    StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// Returns the theme in the request's cookie.
pub fn theme() -> Theme {
    cookie(theme::COOKIE).and_then(|text| Theme::parse(&text)).unwrap_or_default()
}

/// Returns the flash that the request before left, which is shown once.
pub fn take_flash() -> Option<Flash> {
    let text = cookie(flash::COOKIE)?;
    set_cookie(&secure_cookies().line(flash::COOKIE, "", 0));
    Flash::from_cookie(&text)
}

/// Returns whether the request for this page came by TLS.
pub fn secure_cookies() -> SecureCookies {
    with_context(SecureCookies::of).unwrap_or_default()
}

/// Adds a cookie to the answer.
pub fn set_cookie(line: &str) {
    if let Some(options) = use_context::<ResponseOptions>()
        && let Ok(value) = HeaderValue::try_from(line)
    {
        options.append_header(header::SET_COOKIE, value);
    }
}

/// Returns the path and query of the page.
pub fn address() -> String {
    let address = |parts: &Parts| parts.uri.path_and_query().map(ToString::to_string);
    with_context(address).flatten().unwrap_or_default()
}

/// Returns the query of the page's address.
pub fn query() -> String {
    with_context(|parts: &Parts| parts.uri.query().map(ToOwned::to_owned)).flatten().unwrap_or_default()
}

/// Returns a parameter of the query.
pub fn query_parameter(name: &str) -> Option<String> {
    parameter(&query(), name)
}

/// Returns whether the portal sends mail.
pub fn sends_mail() -> bool {
    use_context::<Backend>().is_some_and(|backend| backend.mail().public_url().is_some())
}

/// Returns a parameter of this query.
pub fn parameter(query: &str, name: &str) -> Option<String> {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.filter(|(key, _)| *key == name).find_map(|(_, value)| domain::percent::decode(value))
}

/// Returns the text of a cookie of the request.
pub fn cookie(name: &str) -> Option<String> {
    let found =
        |parts: &Parts| cookie::find(&parts.headers, &SecureCookies::of(parts).name(name)).map(str::to_owned);
    with_context(found).flatten()
}

/// Returns the browser that sent the request, if somebody has signed in with it.
pub fn browser(backend: &Backend, parts: &Parts) -> Option<Browser> {
    let mark = cookie::BROWSER.read(&parts.headers, SecureCookies::of(parts))?;
    backend.browsers().recognize(&mark)
}

/// The address under which people know the portal, as the server has determined for a request.
#[derive(Clone, Debug, Default)]
pub struct PublicAddress {
    /// The origin of links for somebody else.
    pub origin: String,
    /// The public origin, if the request came in under another host.
    pub elsewhere: Option<String>,
    /// Whether only this machine reaches that origin, because no public address is set.
    pub here_only: bool,
}

/// Returns the origin under which people know the portal; a placeholder if it has characters that a shell could take for
/// something else.
pub fn public_origin() -> String {
    let origin = with_context(|parts: &Parts| parts.extensions.get::<PublicAddress>().cloned());
    let origin = origin.flatten().map(|address| address.origin).unwrap_or_default();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".:/[]-".contains(&byte);
    if !origin.is_empty() && origin.bytes().all(plain) {
        origin
    } else {
        "https://latchkey.example".to_owned()
    }
}

/// Returns the origin of links if only this machine reaches it, so that they are of no use to others.
pub fn origin_for_here_only() -> Option<String> {
    let address = with_context(|parts: &Parts| parts.extensions.get::<PublicAddress>().cloned()).flatten();
    address.filter(|address| address.here_only).map(|address| address.origin)
}

/// Returns a mark for one form, so that the same form sent twice is saved once.
pub fn new_submission() -> String {
    backend::random_id().to_string()
}

/// Returns the mark that a form was sent with; another one each time if the sender gave none.
pub fn sent_submission(text: &str) -> Uuid {
    text.parse().unwrap_or_else(|_| backend::random_id())
}
