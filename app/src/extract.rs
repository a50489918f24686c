//! Extractors of handlers: the caller, the form, and the object that the address names. The caller is known
//! before the body is read.

use crate::{
    document::Page,
    imports::IMPORT,
    portal::Portal,
    respond::{self, Answer, Reply},
    ssr,
};
use axum::{
    body::{Body, to_bytes},
    extract::{FromRef, FromRequest, FromRequestParts, Path as RawPath, Request},
    http::{StatusCode, header, request::Parts},
    response::Response,
};
use backend::{Actor, Backend, Ctx};
use domain::{
    error::Error,
    import::MAX_ENTRIES,
    percent,
    secret::{SecretId, SecretName},
};
use serde::{Deserialize, de::DeserializeOwned};
use std::convert::Infallible;
use tower_http::timeout::TimeoutError;
use uuid::Uuid;

/// The longest form: a value of 64 KiB, each byte written as three, and more.
pub const BODY_LIMIT: usize = 256 * 1024;

/// The longest form with the choices of an import: a name of 238 letters and the choice, for the most rows
/// possible.
pub const CHOICE_LIMIT: usize = MAX_ENTRIES * 1024;

/// Returns the longest body of a request to this path; `None` if the form's handler checks that itself,
/// because it reports it on its page.
pub fn body_limit(path: &str) -> Option<usize> {
    match path.strip_prefix(IMPORT) {
        Some("") => None,
        Some(rest) if rest.starts_with('/') => Some(CHOICE_LIMIT),
        _ => Some(BODY_LIMIT),
    }
}

/// The services, and somebody who has signed in.
pub struct SignedIn {
    pub backend: Backend,
    pub ctx: Ctx,
}

/// The services, and a caller who need not be known: anybody may sign in, with or without a session.
pub struct Anybody {
    pub backend: Backend,
    pub ctx: Ctx,
}

/// The sender of a form.
pub trait Sender: Sized {
    /// Returns the services, and the sender of the request.
    fn of(reply: &Reply) -> Result<Self, Error>;
}

impl Sender for SignedIn {
    /// Returns the services and the signed-in person.
    ///
    /// Errors: `NotSignedIn`; `Unavailable` and `Sealed` while nothing can be done.
    fn of(reply: &Reply) -> Result<Self, Error> {
        let ctx = ssr::identified(&reply.parts)?;
        if ctx.actor == Actor::Anonymous {
            return Err(Error::NotSignedIn);
        }
        let backend = reply.portal.backend().cloned().ok_or(Error::Unavailable)?;
        Ok(Self { backend, ctx })
    }
}

impl Sender for Anybody {
    /// Returns the services and the caller.
    ///
    /// Errors: `Unavailable` and `Sealed` while nothing can be done.
    fn of(reply: &Reply) -> Result<Self, Error> {
        let ctx = Ctx { actor: Actor::Anonymous, ..ssr::identified(&reply.parts)? };
        let backend = reply.portal.backend().cloned().ok_or(Error::Unavailable)?;
        Ok(Self { backend, ctx })
    }
}

/// A form of somebody who is signed in, or of the sender that the second type names.
pub struct PostForm<T, W = SignedIn> {
    pub reply: Reply,
    /// The sender and the form; or why it was not read: `BadRequest` for a body that is not one of the
    /// portal's forms.
    pub sent: Result<(W, T), Error>,
}

impl<S: Send + Sync, T: DeserializeOwned, W: Sender + Send> FromRequest<S> for PostForm<T, W>
where
    Portal: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request(request: Request, state: &S) -> Result<Self, Infallible> {
        let (reply, body) = split(request, state);
        let sent = match W::of(&reply) {
            Ok(sender) => reply.read(body).await.map(|form| (sender, form)).map_err(Error::from),
            Err(error) => Err(error),
        };
        Ok(Self { reply, sent })
    }
}

/// A form that is read from any sender, because `server::admission` has already rejected those without the
/// right.
pub struct RawForm<T> {
    pub reply: Reply,
    pub form: Result<T, Unreadable>,
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for RawForm<T>
where
    Portal: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request(request: Request, state: &S) -> Result<Self, Infallible> {
        let (reply, body) = split(request, state);
        let form = reply.read(body).await;
        Ok(Self { reply, form })
    }
}

/// A request whose body is not read yet, because the right to send it is checked first.
pub struct Unread {
    pub reply: Reply,
    pub body: Body,
}

impl<S: Send + Sync> FromRequest<S> for Unread
where
    Portal: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request(request: Request, state: &S) -> Result<Self, Infallible> {
        let (reply, body) = split(request, state);
        Ok(Self { reply, body })
    }
}

fn split<S>(request: Request, state: &S) -> (Reply, Body)
where
    Portal: FromRef<S>,
{
    let (parts, body) = request.into_parts();
    (Reply { portal: Portal::from_ref(state), parts }, body)
}

impl Reply {
    /// Reads the form.
    pub async fn read<T: DeserializeOwned>(&self, body: Body) -> Result<T, Unreadable> {
        read_up_to(&self.parts, body, BODY_LIMIT).await
    }
}

/// A form without fields.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// The error of a body that is not one of the portal's forms.
#[derive(Debug)]
pub struct Unreadable(pub StatusCode);

impl From<Unreadable> for Error {
    fn from(_: Unreadable) -> Self {
        Self::BadRequest
    }
}

/// Reads a form of at most `limit` bytes strictly: no unknown field, no field twice, UTF-8 throughout.
pub async fn read_up_to<T: DeserializeOwned>(
    parts: &Parts,
    body: Body,
    limit: usize,
) -> Result<T, Unreadable> {
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
    // The parser below replaces invalid UTF-8 silently.
    let whole = std::str::from_utf8(&bytes).ok().and_then(percent::decode);
    if whole.is_none() {
        return Err(Unreadable(StatusCode::BAD_REQUEST));
    }
    serde_urlencoded::from_bytes(&bytes).map_err(|_| Unreadable(StatusCode::BAD_REQUEST))
}

/// Returns the status for an incomplete body: it took too long, or is too long.
fn status_of_body(error: &(dyn std::error::Error + 'static)) -> StatusCode {
    let mut causes = std::iter::successors(Some(error), |error| error.source());
    if causes.any(<dyn std::error::Error>::is::<TimeoutError>) {
        StatusCode::REQUEST_TIMEOUT
    } else {
        StatusCode::PAYLOAD_TOO_LARGE
    }
}

/// A path segment that names something. If it cannot name anything of its kind, the not-found page answers.
pub struct Path<T>(pub T);

/// A kind of object that a path segment can name.
pub trait Named: Sized {
    /// Parses the path segment.
    fn named(text: &str) -> Option<Self>;
}

impl Named for SecretId {
    fn named(text: &str) -> Option<Self> {
        Self::parse(text)
    }
}

impl Named for SecretName {
    fn named(text: &str) -> Option<Self> {
        Self::parse(text).ok()
    }
}

impl Named for String {
    fn named(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }
}

impl Named for Uuid {
    /// Takes a text that is not an id for the id of nothing, so that a request without the right is still
    /// rejected as forbidden.
    fn named(text: &str) -> Option<Self> {
        Some(text.parse().unwrap_or_default())
    }
}

impl<S: Send + Sync, T: Named> FromRequestParts<S> for Path<T>
where
    Portal: FromRef<S>,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let text = RawPath::<String>::from_request_parts(parts, state).await;
        if let Some(named) = text.ok().and_then(|RawPath(text)| T::named(&text)) {
            return Ok(Self(named));
        }
        let nowhere = respond::page(&Portal::from_ref(state), Page::NotFound);
        Err(nowhere(Request::from_parts(parts.clone(), Body::empty())).await)
    }
}

/// Answers requests with the page of what their address names.
pub fn page_of<T: Named + Send + 'static>(
    portal: &Portal,
    page: impl Fn(T) -> Page + Clone + Send + Sync + 'static,
) -> impl Fn(Path<T>, Request) -> Answer + Clone + Send + Sync + 'static {
    let portal = portal.clone();
    move |Path(named), request| respond::page(&portal, page(named))(request)
}
