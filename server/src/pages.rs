//! Rendering the application's pages.

use crate::{middleware::page_policy, state::AppState};
use app::{
    document::{Page, document},
    ssr,
};
use axum::{
    body::Body,
    http::{HeaderValue, Request, StatusCode, header, request::Parts},
    response::Response,
};
use leptos::{nonce::use_nonce, prelude::*};
use leptos_axum::{ResponseOptions, render_app_async_with_context};
use std::pin::Pin;

/// What an answer is waited for in.
type Answer = Pin<Box<dyn Future<Output = Response> + Send>>;

/// Answers with this page.
pub fn page(
    state: &AppState,
    page: Page,
) -> impl Fn(Request<Body>) -> Answer + Clone + Send + Sync + 'static {
    let prepared = state.clone();
    let answer = render_app_async_with_context(move || prepare(&prepared), shell(state, page));
    move |request| Box::pin(answer(request))
}

/// The page in answer to a plain form, with what the page is to find: why the form was refused, or what it has made.
pub async fn in_answer<T: Clone + Send + Sync + 'static>(
    state: AppState,
    parts: Parts,
    page: Page,
    status: StatusCode,
    found: T,
) -> Response {
    let shell = shell(&state, page);
    let context = move || {
        prepare(&state);
        ssr::set_status(status);
        provide_context(found.clone());
    };
    let mut response =
        render_app_async_with_context(context, shell)(Request::from_parts(parts, Body::empty())).await;
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
    }
    response
}

fn shell(state: &AppState, page: Page) -> impl Fn() -> AnyView + Clone + Send + Sync + 'static {
    let state = state.clone();
    move || document(&state.options, &state.assets, page).into_any()
}

/// What every page is rendered with: the services, and a policy that names the page's nonce.
fn prepare(state: &AppState) {
    state.provide();
    if let (Some(nonce), Some(options)) = (use_nonce(), use_context::<ResponseOptions>())
        && let Ok(policy) = HeaderValue::try_from(page_policy(&nonce))
    {
        options.insert_header(header::CONTENT_SECURITY_POLICY, policy);
    }
}
