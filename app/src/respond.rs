//! Responses: pages and redirects.

use crate::{
    document::{Page, document},
    form_state::FormState,
    language,
    overview::OVERVIEW,
    portal::Portal,
    sign_in::SIGN_IN,
    ssr::{self, PublicAddress},
    ui::flash::{ActionDone, Flash},
};
use axum::{
    body::Body,
    extract::{FromRef, FromRequestParts},
    http::{HeaderValue, Request, StatusCode, header, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use domain::{
    error::{Error, Field},
    percent,
};
use futures_util::StreamExt;
use leptos::{
    nonce::{provide_nonce, use_nonce},
    prelude::*,
    reactive::{computed::ScopedFuture, owner::with_context},
};
use leptos_axum::{ResponseOptions, ResponseParts};
use std::{convert::Infallible, pin::Pin, sync::PoisonError};

/// The longest address to return to after signing in, in bytes: proxies accept a few thousand in a header.
const MAX_NEXT: usize = 2_000;

/// The future of a response.
pub type Answer = Pin<Box<dyn Future<Output = Response> + Send>>;

/// Answers requests with this page.
pub fn page(portal: &Portal, page: Page) -> impl Fn(Request<Body>) -> Answer + Clone + Send + Sync + 'static {
    render(portal, page, None)
}

/// Renders the page, under this status unless the page sets another one itself.
///
/// This is not left to `leptos_axum`, which sends a stream of pieces: a page is sent when it is complete, as one.
fn render(
    portal: &Portal,
    page: Page,
    status: Option<StatusCode>,
) -> impl Fn(Request<Body>) -> Answer + Clone + Send + Sync + 'static {
    let portal = portal.clone();
    move |request| {
        let (portal, page) = (portal.clone(), page.clone());
        Box::pin(async move {
            let answer = ResponseOptions::default();
            let owner = Owner::new_root(None);
            let html = owner.with(|| {
                provide_context(request.into_parts().0);
                provide_context(answer.clone());
                provide_nonce();
                portal.provide();
                name_scripts();
                if let Some(status) = status {
                    ssr::set_status(status);
                }
                let pieces = document(&portal.options, &portal.assets, page).to_html_stream_in_order();
                // Whenever a part of the page is rendered, its owner is the current one again: other requests use the same
                // thread while it waits, and contexts are looked up in the current owner.
                ScopedFuture::new_untracked(pieces.collect::<String>())
            });
            let html = html.await;
            owner.unset_with_forced_cleanup();
            answered(html, &answer)
        })
    }
}

/// Returns the answer with this page, and with the status and headers that were set while it was rendered.
fn answered(html: String, answer: &ResponseOptions) -> Response {
    let ResponseParts { status, headers } =
        std::mem::take(&mut *answer.0.write().unwrap_or_else(PoisonError::into_inner));
    let mut response = Response::new(Body::from(html));
    *response.status_mut() = status.unwrap_or_default();
    *response.headers_mut() = headers;
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    response.headers_mut().entry(header::CONTENT_TYPE).or_insert(html);
    language::describe(response.headers_mut());
    response
}

/// Adds a policy that names the page's nonce.
fn name_scripts() {
    if let Some(nonce) = use_nonce()
        && let Ok(policy) = HeaderValue::try_from(page_policy(&nonce))
    {
        with_context(|options: &ResponseOptions| {
            options.insert_header(header::CONTENT_SECURITY_POLICY, policy);
        });
    }
}

/// Returns the policy of a page: its own scripts by nonce, and WebAssembly.
fn page_policy(nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; \
         object-src 'none'"
    )
}

/// A request without its body, and the means to answer it.
#[derive(Clone)]
pub struct Reply {
    pub portal: Portal,
    pub parts: Parts,
}

impl<S: Send + Sync> FromRequestParts<S> for Reply
where
    Portal: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        Ok(Self { portal: Portal::from_ref(state), parts: parts.clone() })
    }
}

impl Reply {
    /// Returns the query of the address.
    pub fn query(&self) -> &str {
        self.parts.uri.query().unwrap_or_default()
    }

    /// Returns a parameter of the query.
    pub fn parameter(&self, name: &str) -> Option<String> {
        ssr::parameter(self.query(), name)
    }

    /// Returns the address under which people know the portal.
    pub fn public_address(&self) -> PublicAddress {
        self.parts.extensions.get().cloned().unwrap_or_default()
    }

    /// Returns the address, with its query.
    pub fn address(&self) -> String {
        self.parts.uri.path_and_query().map_or(OVERVIEW, |address| address.as_str()).to_owned()
    }

    /// Returns whether the answer is for a browser that shows it, and not for the script of a page.
    pub fn wants_page(&self) -> bool {
        let accept = self.parts.headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
        accept.is_none_or(|accept| accept.contains("text/html"))
    }

    /// Has pages treat the request as one to this address.
    #[must_use]
    pub fn moved_to(mut self, address: &str) -> Self {
        if let Ok(uri) = address.parse() {
            self.parts.uri = uri;
        }
        self
    }

    /// Renders a piece of a page, which must not wait for anything.
    pub fn piece<V: IntoView>(&self, view: impl FnOnce() -> V) -> String {
        let owner = Owner::new_root(None);
        let html = owner.with(|| {
            provide_context(self.parts.clone());
            view().to_html()
        });
        owner.unset_with_forced_cleanup();
        html
    }

    /// Answers with the page.
    pub async fn page(self, status: StatusCode, page: Page) -> Response {
        let answer = render(&self.portal, page, Some(status));
        let mut response = answer(Request::from_parts(self.parts, Body::empty())).await;
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        }
        response
    }

    /// Answers with the page that says why something was not done, or redirects to the sign-in page.
    pub async fn failed(self, error: Error, page: impl FnOnce(Error) -> Page) -> Response {
        let back = self.parts.uri.path().to_owned();
        self.failed_at(&back, error, page).await
    }

    /// Does the same, and returns to this address after signing in.
    pub async fn failed_at(self, back: &str, error: Error, page: impl FnOnce(Error) -> Page) -> Response {
        if error == Error::NotSignedIn {
            return to_sign_in(back);
        }
        self.page(ssr::status_of(&error), page(error)).await
    }

    /// Renders a rejected form about people or tokens again, with the typed fields but without passwords.
    pub async fn render_rejected(
        self,
        error: Error,
        typed: Vec<(Field, String)>,
        page: impl FnOnce(FormState) -> Page,
    ) -> Response {
        let back = self.parts.uri.path().to_owned();
        self.render_rejected_at(&back, error, typed, page).await
    }

    /// Does the same for a form that was posted to another address than its page's.
    pub async fn render_rejected_at(
        self,
        back: &str,
        error: Error,
        typed: Vec<(Field, String)>,
        page: impl FnOnce(FormState) -> Page,
    ) -> Response {
        if error == Error::NotSignedIn {
            return to_sign_in(back);
        }
        let (status, wait) = (ssr::status_of(&error), error.retry_after());
        let mut response = self.page(status, page(FormState::rejected(typed, error))).await;
        // Overrides whatever status the page has set meanwhile.
        *response.status_mut() = status;
        if let Some(seconds) = wait {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// Redirects to the sign-in page, and from there to this address.
pub fn to_sign_in(next: &str) -> Response {
    let next = if next.len() > MAX_NEXT { OVERVIEW } else { next };
    Redirect::to(&format!("{SIGN_IN}?next={}", percent::encode(next))).into_response()
}

/// Redirects to this address, with a flash about what was done, which the server puts into its cookie.
pub fn with_flash(next: &str, flash: &Flash) -> Response {
    let mut response = Redirect::to(next).into_response();
    response.extensions_mut().insert(flash.clone());
    response
}

/// Redirects to this address, with a flash that this was done.
pub fn done(next: &str, action: ActionDone) -> Response {
    with_flash(next, &Flash::Done(action))
}

/// Returns an address of this portal, or the Overview's if the text is not one: `//elsewhere` and `/\elsewhere`
/// lead away.
pub fn own_address(text: &str) -> String {
    let plain = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if plain && text.starts_with('/') && !text.starts_with("//") {
        text.to_owned()
    } else {
        OVERVIEW.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_address_rejects_other_sites() {
        assert_eq!(own_address("/secrets/new?list=a"), "/secrets/new?list=a");
        for text in
            ["//evil", "/\\evil", "https:evil", "javascript:alert(1)", "", "/a b", "/a\r\nSet-Cookie: x"]
        {
            assert_eq!(own_address(text), OVERVIEW, "{text}");
        }
    }
}
