//! What is seen: the shell, the routes, the pages.

#![recursion_limit = "256"]
#![allow(
    clippy::fn_params_excessive_bools,
    clippy::needless_pass_by_value,
    clippy::too_many_lines,
    reason = "a component is a function of its properties, which it owns, and its markup"
)]

pub mod error;
pub mod secrets;
#[cfg(feature = "ssr")]
pub mod ssr;
pub mod ui;
pub mod wire;

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::{
    SsrMode,
    components::{FlatRoutes, Route, Router},
    path,
};
use secrets::{
    list::ListPage,
    pages::{AddPage, DeletePage, EditPage},
};
use ui::{frame::Frame, leave_guard::provide_leave_guard};

/// The document around the application. Rendered on the server alone.
#[cfg(feature = "ssr")]
pub fn shell(options: &LeptosOptions, assets: ssr::Assets) -> impl IntoView + use<> {
    use leptos::nonce::use_nonce;
    use leptos_meta::MetaTags;

    let ssr::Assets { css, js, wasm } = assets;
    let start =
        format!("import('{js}').then(m=>m.default({{module_or_path:'{wasm}'}}).then(()=>m.hydrate()))");
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=ssr::theme().as_str()>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <link rel="stylesheet" href=css/>
                <link rel="modulepreload" href=js nonce=use_nonce()/>
                <link rel="preload" href=wasm r#as="fetch" r#type="application/wasm" crossorigin=""/>
                <AutoReload options=options.clone()/>
                <script type="module" nonce=use_nonce() inner_html=start></script>
                <MetaTags/>
            </head>
            <body>
                <App/>
                // After the application, so that hydration does not meet it.
                <div hidden inner_html=ui::icon::SPRITE></div>
            </body>
        </html>
    }
}

/// The application: the same on the server and in the browser.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    provide_leave_guard();
    // Tells tests, benchmarks and the style sheet that the page answers by itself now.
    Effect::new(|_| {
        if let Some(root) = document().document_element() {
            drop(root.set_attribute("data-hydrated", ""));
        }
    });
    view! {
        <Router>
            <Frame>
                <FlatRoutes fallback=NotFoundPage>
                    <Route path=path!("/secrets") view=ListPage ssr=SsrMode::Async/>
                    <Route path=path!("/secrets/new") view=AddPage ssr=SsrMode::Async/>
                    <Route path=path!("/secrets/:id/edit") view=EditPage ssr=SsrMode::Async/>
                    <Route path=path!("/secrets/:id/delete") view=DeletePage ssr=SsrMode::Async/>
                </FlatRoutes>
            </Frame>
        </Router>
    }
}

/// For an address that leads nowhere.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    #[cfg(feature = "ssr")]
    ssr::set_status(http::StatusCode::NOT_FOUND);
    view! {
        <Title text="Page not found · Latchkey"/>
        <h1>"Page not found"</h1>
        <p>"There is no page at this address. It may have been mistyped, or cut short when it was copied."</p>
        <p>
            <a class="button" href=secrets::LIST>
                "Go to the secrets"
            </a>
        </p>
    }
}
