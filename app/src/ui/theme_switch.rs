//! The choice of a theme.

use super::theme::Theme;
use crate::ssr;
use leptos::prelude::*;

/// The three choices, as a form that works without JavaScript.
#[component]
pub fn ThemeSwitch(
    /// The address of this page, to come back to.
    back: String,
) -> impl IntoView {
    let chosen = ssr::theme();
    let cookies = ssr::secure_cookies();
    view! {
        <div role="group" aria-label=t!(frame_theme)>
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
                                {label(theme)}
                            </button>
                        }
                    })
                    .collect_view()}
            </form>
        </div>
    }
}

fn label(theme: Theme) -> &'static str {
    match theme {
        Theme::System => t!(frame_theme_system),
        Theme::Light => t!(frame_theme_light),
        Theme::Dark => t!(frame_theme_dark),
    }
}
