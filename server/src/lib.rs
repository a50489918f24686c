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

use axum::{
    Router,
    middleware::from_fn,
    response::Redirect,
    routing::{any, get, post},
};
use leptos_axum::{LeptosRoutes, generate_route_list};
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
    let shell = pages::shell(&state);
    let context = pages::page_context(&state);
    let routes = generate_route_list(shell.clone());
    let assets =
        ServeDir::new(format!("{}/pkg", state.options.site_root)).precompressed_br().precompressed_gzip();
    // Not leptos_axum's own file handler: while a page waits for the database, a file served beside it on the same
    // thread takes the page's headers with it.
    let not_found = any(leptos_axum::render_app_async_with_context(context.clone(), shell.clone()));
    let files = ServeDir::new(&*state.options.site_root)
        .append_index_html_on_directories(false)
        .precompressed_br()
        .precompressed_gzip()
        .call_fallback_on_method_not_allowed(true)
        .fallback(not_found);
    let pages = Router::new()
        .route("/", get(async || Redirect::to(app::secrets::LIST)))
        .route("/secrets/new", post(forms::add))
        .route("/secrets/{id}/edit", post(forms::edit))
        .route("/secrets/{id}/delete", post(forms::delete))
        .route("/theme", post(forms::choose_theme))
        .leptos_routes_with_context(&state, routes, context, shell)
        .fallback_service(files)
        // Assets are compressed beforehand and stay out of this.
        .layer(
            CompressionLayer::new().quality(CompressionLevel::Precise(4)).compress_when(SizeAbove::new(512)),
        );
    Router::new()
        .route("/livez", get(health::live))
        .route("/readyz", get(health::ready))
        .nest_service("/pkg", assets)
        .merge(pages)
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
