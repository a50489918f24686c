//! Links through a list of many pages.

use leptos::prelude::*;

/// Links from a page of a list: to the first, unless this is the first, and to the next, if there is one.
#[component]
pub fn Pages(first: Option<String>, next: Option<String>) -> impl IntoView {
    let to = |label: &'static str, address: Option<String>| {
        address.map(|address| view! { <a class="button" href=address>{label}</a> })
    };
    view! { <nav class="pages" aria-label="Pages">{to("First", first)} {to("Next", next)}</nav> }
}
