//! The session that begins when somebody signs in or chooses a password.

use crate::{
    cookie::{self, SecureCookies},
    respond::Reply,
    ssr,
};
use axum::{
    http::{header, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use backend::{Backend, Ctx, NewSession};
use domain::error::Error;
use std::time::Duration;

/// The lifetime of a browser's mark after somebody has signed in: longer than any session.
const BROWSER_LIFE: Duration = Duration::from_hours(60 * 24);

impl Reply {
    /// Returns the name that the browser gives itself.
    pub fn device(&self) -> &str {
        let agent = self.parts.headers.get(header::USER_AGENT);
        agent.and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

/// Redirects to this address in the session that has begun. The browser's previous session ends, because
/// nobody would look for it there.
///
/// Errors: `Refused`.
pub async fn signed_in(
    backend: &Backend,
    parts: &Parts,
    next: &str,
    session: &NewSession,
) -> Result<Response, Error> {
    backend.sessions().sign_out(&ssr::identified(parts)?).await?;
    let mut response = Redirect::to(next).into_response();
    hand_out(backend, parts, session, &mut response);
    Ok(response)
}

/// Gives the browser its session, and a mark by which it is recognized after the session has ended.
pub fn hand_out(backend: &Backend, parts: &Parts, session: &NewSession, response: &mut Response) {
    let secure = SecureCookies::of(parts);
    let browser = backend.browsers().admit(session, ssr::browser(backend, parts));
    let cookies = [
        cookie::SESSION.hand_out(&session.token, session.absolute, secure),
        browser.and_then(|browser| cookie::BROWSER.hand_out(browser.mark(), BROWSER_LIFE, secure)),
    ];
    for cookie in cookies.into_iter().flatten() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

/// Counts an attempt from the caller's address.
///
/// Errors: `Locked`.
pub fn limited(reply: &Reply, ctx: &Ctx) -> Result<(), Error> {
    reply.portal.attempt(ctx.address).map_err(Error::Locked)
}
