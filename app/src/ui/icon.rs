//! Lucide's outlines, as symbols that a page carries once and uses by reference.

use leptos::prelude::*;

/// An icon beside a word, or inside a control with an accessible name of its own.
#[component]
pub fn Icon(
    /// The symbol's name in `sprite.svg`, without its prefix.
    name: &'static str,
) -> impl IntoView {
    view! {
        <svg class="icon" aria-hidden="true">
            <use href=format!("#icon-{name}")></use>
        </svg>
    }
}

/// The symbols themselves; the shell puts them at the start of the body, outside what is hydrated.
#[cfg(feature = "ssr")]
pub const SPRITE: &str = include_str!("sprite.svg");
