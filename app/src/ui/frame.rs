//! What stands around every page: the mark, the places, the theme, the notices.

use super::{icon::icon, notice::NoticeRegion, theme::ThemeSwitch};
use crate::ssr;
use leptos::prelude::*;

/// The frame; the page goes into `main`.
#[component]
pub fn Frame<C: IntoView + 'static>(children: TypedChildren<C>) -> impl IntoView {
    let address = ssr::address();
    view! {
        <a class="skip" href="#main">
            "Skip to the content"
        </a>
        <header class="bar">
            <a class="mark" href="/secrets">
                {icon!("mark")}
                "Latchkey"
            </a>
            <button type="button" class="menu quiet" popovertarget="places">
                {icon!("menu")}
                "Menu"
            </button>
            // On narrow screens a popover under the button, on wide ones always there: the style sheet decides.
            <div class="places" id="places" popover="auto">
                <nav aria-label="Places">
                    <a href="/secrets" aria-current=address.starts_with("/secrets").then_some("page")>
                        {icon!("key")}
                        "Secrets"
                    </a>
                </nav>
                <ThemeSwitch back=address/>
            </div>
        </header>
        <main id="main" tabindex="-1">
            {children.into_inner()()}
        </main>
        <NoticeRegion left=ssr::take_notice()/>
    }
}
