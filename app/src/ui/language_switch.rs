//! The choice of a language.

use crate::{
    language::{self, LANGUAGE, OWN_LANGUAGE},
    ssr,
};
use domain::language::Language;
use leptos::prelude::*;

/// The languages, each by its own name, as a form that works without JavaScript. The choice is kept in the browser, and for a
/// signed-in person in the account.
#[component]
pub fn LanguageSwitch(
    /// The address of this page, to come back to.
    back: String,
) -> impl IntoView {
    let chosen = language::current();
    let action = if ssr::user().is_some() { OWN_LANGUAGE } else { LANGUAGE };
    view! {
        <div role="group" aria-label=t!(frame_language)>
            <form class="languages" method="post" action=action>
                <input type="hidden" name="back" value=back/>
                {Language::OFFERED
                    .map(|language| {
                        view! {
                            <button
                                name="language"
                                value=language.code()
                                lang=language.code()
                                aria-pressed=(language == chosen).to_string()
                            >
                                {language.own_name()}
                            </button>
                        }
                    })
                    .collect_view()}
            </form>
        </div>
    }
}
