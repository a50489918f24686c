//! The portal as a process: routes, middleware, configuration, start and stop.

// The type of a page is as deep as its markup.
#![recursion_limit = "512"]

pub mod clock;
pub mod config;
pub mod forms;
pub mod health;
pub mod key_file;
pub mod middleware;
pub mod pages;
pub mod private_postgres;
pub mod site;
pub mod start;
pub mod state;

use any_spawner::Executor;
use app::document::Page;
use axum::{
    Router,
    middleware::from_fn,
    response::Redirect,
    routing::{MethodFilter, any, get, on, post},
};
use leptos::server_fn::axum::server_fn_paths;
use leptos_axum::handle_server_fns_with_context;
use state::AppState;
use tower::ServiceBuilder;
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{CompressionLayer, CompressionLevel, predicate::SizeAbove},
    csrf::CsrfLayer,
    limit::RequestBodyLimitLayer,
    services::ServeDir,
};

/// Everything the server answers, ready to be served or to be driven by a test without a socket.
pub fn router(state: AppState) -> Router {
    // Leptos spawns by it. Fails where it was done already, which is as good.
    drop(Executor::init_tokio());
    let page = |page| get(pages::page(&state, page));
    let assets =
        ServeDir::new(format!("{}/pkg", state.options.site_root)).precompressed_br().precompressed_gzip();
    // Not leptos_axum's own file handler: while a page waits for the database, a file served beside it on the same
    // thread takes the page's headers with it.
    let files = ServeDir::new(&*state.options.site_root)
        .append_index_html_on_directories(false)
        .precompressed_br()
        .precompressed_gzip()
        .call_fallback_on_method_not_allowed(true)
        .fallback(any(pages::page(&state, Page::NotFound)));
    let pages = Router::new()
        .route("/", get(async || Redirect::to(app::secrets::LIST)))
        .route("/secrets", page(Page::Secrets))
        .route("/secrets/new", page(Page::AddSecret).post(forms::add))
        .route("/secrets/{id}/edit", page(Page::EditSecret).post(forms::edit))
        .route("/secrets/{id}/delete", page(Page::DeleteSecret).post(forms::delete))
        .route("/theme", post(forms::choose_theme))
        .fallback_service(files)
        // Assets are compressed beforehand and stay out of this.
        .layer(
            CompressionLayer::new().quality(CompressionLevel::Precise(4)).compress_when(SizeAbove::new(512)),
        );
    let functions = server_fn_paths().fold(Router::new(), |functions, (path, method)| {
        let state = state.clone();
        let call =
            async move |request| handle_server_fns_with_context(move || state.provide(), request).await;
        functions.route(path, on(MethodFilter::try_from(method).unwrap_or(MethodFilter::POST), call))
    });
    Router::new()
        .route("/livez", get(health::live))
        .route("/readyz", get(health::ready))
        .nest_service("/pkg", assets)
        .merge(pages)
        .merge(functions)
        .layer(
            ServiceBuilder::new()
                .layer(from_fn(middleware::context))
                .layer(from_fn(middleware::headers))
                .layer(CatchPanicLayer::custom(middleware::panicked))
                .layer(CsrfLayer::new())
                .layer(RequestBodyLimitLayer::new(forms::BODY_LIMIT)),
        )
        .with_state(state)
}
