//! Light, dark, or as the system has it. Kept in a cookie, so that the server renders it from the first byte.

use leptos::prelude::*;

/// The cookie that remembers the choice.
pub const COOKIE: &str = "latchkey_theme";

/// A year, in seconds.
pub const COOKIE_MAX_AGE: u32 = 31_536_000;

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

/// The theme this page was rendered with.
fn current() -> Theme {
    #[cfg(feature = "ssr")]
    {
        crate::ssr::theme()
    }
    #[cfg(not(feature = "ssr"))]
    {
        document()
            .document_element()
            .and_then(|root| root.get_attribute("data-theme"))
            .and_then(|text| Theme::parse(&text))
            .unwrap_or_default()
    }
}

/// Shows the choice without a reload, and has the server remember it.
fn apply(theme: Theme) {
    if let Some(root) = document().document_element() {
        // Fails only for a malformed attribute name.
        drop(root.set_attribute("data-theme", theme.as_str()));
    }
    let cookie = format!("{COOKIE}={}; Path=/; Max-Age={COOKIE_MAX_AGE}; SameSite=Lax", theme.as_str());
    drop(js_sys::Reflect::set(&document(), &"cookie".into(), &cookie.into()));
}

/// The three choices, as a form that works by itself.
#[island]
pub fn ThemeSwitch(
    /// The address of this page, to come back to.
    back: String,
) -> impl IntoView {
    let chosen = RwSignal::new(current());
    view! {
        <div role="group" aria-label="Theme">
            <form class="theme" method="post" action="/theme">
            <input type="hidden" name="back" value=back/>
            {Theme::ALL
                .map(|theme| {
                    view! {
                        <button
                            name="theme"
                            value=theme.as_str()
                            aria-pressed=move || (chosen.get() == theme).to_string()
                            on:click=move |event| {
                                event.prevent_default();
                                apply(theme);
                                chosen.set(theme);
                            }
                        >
                            {theme.label()}
                        </button>
                    }
                })
                .collect_view()}
            </form>
        </div>
    }
}
