//! Light, dark, or as the system has it. Kept in a cookie, so that the server renders it from the first byte.

use crate::ssr;
use leptos::prelude::*;

pub use super::in_place::{COOKIE, COOKIE_MAX_AGE};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

impl Theme {
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// As it stands in the cookie, the form and `data-theme`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.as_str() == text)
    }

    fn label(self) -> &'static str {
        match self {
            Self::System => "System",
            Self::Light => "Light",
            Self::Dark => "Dark",
        }
    }
}

/// The three choices, as a form that works by itself.
#[component]
pub fn ThemeSwitch(
    /// The address of this page, to come back to.
    back: String,
) -> impl IntoView {
    let chosen = ssr::theme();
    let cookies = ssr::secure_cookies();
    view! {
        <div role="group" aria-label="Theme">
            <form
                class="theme"
                method="post"
                action="/theme"
                data-prefix=cookies.prefix()
                data-suffix=cookies.suffix()
            >
                <input type="hidden" name="back" value=back/>
                {Theme::ALL
                    .map(|theme| {
                        view! {
                            <button name="theme" value=theme.as_str() aria-pressed=(theme == chosen).to_string()>
                                {theme.label()}
                            </button>
                        }
                    })
                    .collect_view()}
            </form>
        </div>
    }
}
