//! What stands around every page: the mark, the places, the theme, the notices.

use super::{
    dom,
    icon::Icon,
    notice::{NoticeRegion, provide_notices},
    theme::{MenuButton, ThemeSwitch},
};
use leptos::prelude::*;
use leptos_router::components::A;

/// The frame; the page goes into `main`.
#[component]
pub fn Frame(children: Children) -> impl IntoView {
    let notices = provide_notices();
    view! {
        <a class="skip" href="#main" rel="external">
            "Skip to the content"
        </a>
        <header class="bar">
            <a class="mark" href="/secrets">
                <Icon name="mark"/>
                "Latchkey"
            </a>
            <MenuButton/>
            // On narrow screens a popover under the button, on wide ones always there: the style sheet decides.
            <div class="places" id="places" popover="auto">
                <nav aria-label="Places" on:click=|_| dom::hide_popover("places")>
                    <A href="/secrets">
                        <Icon name="key"/>
                        "Secrets"
                    </A>
                </nav>
                <ThemeSwitch/>
            </div>
        </header>
        <main id="main" tabindex="-1">
            {children()}
        </main>
        <NoticeRegion notices/>
    }
}
