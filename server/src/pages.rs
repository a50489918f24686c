//! Rendering the application's pages.

use crate::{middleware::page_policy, state::AppState};
use app::{secrets::input::Refused, ssr};
use axum::{
    body::Body,
    http::{HeaderValue, Request, StatusCode, header, request::Parts},
    response::Response,
};
use leptos::{nonce::use_nonce, prelude::*};
use leptos_axum::ResponseOptions;

/// What every page is rendered with: the services, and a policy that names the page's nonce.
pub fn page_context(state: &AppState) -> impl Fn() + Clone + Send + Sync + 'static {
    let state = state.clone();
    move || {
        state.provide();
        if let (Some(nonce), Some(options)) = (use_nonce(), use_context::<ResponseOptions>())
            && let Ok(policy) = HeaderValue::try_from(page_policy(&nonce))
        {
            options.insert_header(header::CONTENT_SECURITY_POLICY, policy);
        }
    }
}

/// The document.
pub fn shell(state: &AppState) -> impl Fn() -> AnyView + Clone + Send + Sync + 'static {
    let AppState { options, assets, .. } = state.clone();
    move || app::document::document(&options, assets.clone()).into_any()
}

/// The page at the request's own address, with a plain form that was refused.
pub async fn render_refused(state: AppState, parts: Parts, refused: Refused, status: StatusCode) -> Response {
    let context = page_context(&state);
    let with_refusal = move || {
        context();
        ssr::set_status(status);
        provide_context(refused.clone());
    };
    let render = leptos_axum::render_app_async_with_context(with_refusal, shell(&state));
    render(Request::from_parts(parts, Body::empty())).await
}
