//! The way back to the page above.

use leptos::prelude::*;

/// Renders the way back to the page above this one.
pub fn crumbs(address: String, label: String) -> impl IntoView {
    view! {
        <nav class="crumbs" aria-label=t!(page_breadcrumb)>
            <a href=address>{label}</a>
        </nav>
    }
}
