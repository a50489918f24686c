//! Extractors of handlers: who asks, what was sent, and what the address names. Who asks is known before anything that
//! was sent is read.

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

/// More than any form of ours: a value of 64 KiB, each byte written as three.
pub const BODY_LIMIT: usize = 256 * 1024;

/// The longest form with what was chosen of an import: a name of 238 letters and what is chosen, for each of as many rows as
/// there may be.
pub const CHOICE_LIMIT: usize = MAX_ENTRIES * 1024;

/// Returns how long the body of a request to this path may be; `None` where the form looks after that itself, which can say
/// so on its page.
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

/// The services, and whoever asks as nobody in particular: signing in is asked for by nobody, whoever has a session already.
pub struct Anybody {
    pub backend: Backend,
    pub ctx: Ctx,
}

/// The sender of a form.
pub trait Sender: Sized {
    /// Returns the services, and who has sent the request.
    fn of(reply: &Reply) -> Result<Self, Error>;
}

impl Sender for SignedIn {
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
    /// Errors: `Unavailable` and `Sealed` while nothing can be done.
    fn of(reply: &Reply) -> Result<Self, Error> {
        let ctx = Ctx { actor: Actor::Anonymous, ..ssr::identified(&reply.parts)? };
        let backend = reply.portal.backend().cloned().ok_or(Error::Unavailable)?;
        Ok(Self { backend, ctx })
    }
}

/// A form of somebody who has signed in, or of whom else the second type says.
pub struct PostForm<T, W = SignedIn> {
    pub reply: Reply,
    /// Who sent what; or why nothing of it is looked at: `BadRequest` where it is not one of our forms.
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

/// A form that is read whoever has sent it: `server::admission` has let nothing through of whoever may not be asked for it
/// again.
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

/// A request of which nothing is read yet: whether whoever asks may send it is asked first.
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
    /// Reads the form that was sent.
    pub async fn read<T: DeserializeOwned>(&self, body: Body) -> Result<T, Unreadable> {
        read_up_to(&self.parts, body, BODY_LIMIT).await
    }
}

/// A form in which there is nothing to fill in.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// A body that is not one of our forms.
#[derive(Debug)]
pub struct Unreadable(pub StatusCode);

impl From<Unreadable> for Error {
    fn from(_: Unreadable) -> Self {
        Self::BadRequest
    }
}

/// Reads a form of at most so many bytes strictly: no field that we do not know, none twice, UTF-8 throughout.
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
    // The parser below replaces bad UTF-8 silently.
    let whole = std::str::from_utf8(&bytes).ok().and_then(percent::decode);
    if whole.is_none() {
        return Err(Unreadable(StatusCode::BAD_REQUEST));
    }
    serde_urlencoded::from_bytes(&bytes).map_err(|_| Unreadable(StatusCode::BAD_REQUEST))
}

/// Returns the status for a body that did not come whole: it took too long, or it is too long.
fn status_of_body(error: &(dyn std::error::Error + 'static)) -> StatusCode {
    let mut causes = std::iter::successors(Some(error), |error| error.source());
    if causes.any(<dyn std::error::Error>::is::<TimeoutError>) {
        StatusCode::REQUEST_TIMEOUT
    } else {
        StatusCode::PAYLOAD_TOO_LARGE
    }
}

/// The part of the path that names something. Where it cannot name anything of the kind, the page for addresses that lead
/// nowhere answers.
pub struct Path<T>(pub T);

/// A kind of thing that a part of a path can name.
pub trait Named: Sized {
    /// Parses the part of the path.
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
    /// A text that is no id is that of nothing: whoever may not do what is asked for is rejected all the same.
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
