//! The document around every page, and which page stands at which address.

use crate::{
    secrets::{
        self,
        list::ListPage,
        pages::{AddPage, DeletePage, EditPage},
    },
    ssr,
    ui::{frame::Frame, icon},
};
use leptos::{nonce::use_nonce, prelude::*};
use leptos_meta::{MetaTags, Title, provide_meta_context};
use leptos_router::{
    SsrMode,
    components::{FlatRoutes, Route, Router},
    path,
};

/// The whole document.
pub fn document(options: &LeptosOptions, assets: ssr::Assets) -> impl IntoView + use<> {
    // Nothing of a page comes alive but its islands, so nothing else is prepared for it.
    if let Some(shared) = Owner::current_shared_context() {
        shared.set_is_hydrating(false);
    }
    let ssr::Assets { css, js, wasm } = assets;
    let start = format!("const js='{js}',wasm='{wasm}';{}", include_str!("start.js"));
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
                <div hidden inner_html=icon::SPRITE></div>
                <App/>
            </body>
        </html>
    }
}

/// The page that the address asks for, in its frame.
#[component]
fn App() -> impl IntoView {
    provide_meta_context();
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
fn NotFoundPage() -> impl IntoView {
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
