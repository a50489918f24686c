//! A message that stands in the page until it is dealt with.

use super::icon::icon;
use leptos::prelude::*;

/// Says that something went wrong, and what to do. Read out at once by a screen reader.
#[component]
pub fn Alert<C: IntoView + 'static>(
    /// A short heading.
    title: &'static str,
    children: TypedChildren<C>,
) -> impl IntoView {
    view! {
        <div class="alert" role="alert">
            {icon!("alert")}
            <div>
                <h2>{title}</h2>
                {children.into_inner()()}
            </div>
        </div>
    }
}
