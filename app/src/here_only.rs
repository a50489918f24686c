//! The warning that links and examples are of no use to others, because nobody has set the public address.

use crate::{
    ssr,
    ui::{icon::icon, rendered::rendered},
};
use leptos::prelude::*;

/// The warning, if it applies.
#[component]
pub fn HereOnly() -> impl IntoView {
    ssr::origin_for_here_only().map(|address| {
        rendered(view! {
            <p class="warning">
                {icon!("alert")}
                <span>{t!(page_here_only, address)}</span>
            </p>
        })
    })
}
