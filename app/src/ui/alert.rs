//! A message that stays in the page until it is dealt with.

use super::{icon::icon, rendered::rendered};
use leptos::prelude::*;

/// A message about what went wrong, and what to do. Screen readers read it out at once.
#[component]
pub fn Alert<C: IntoView + 'static>(
    /// A short heading.
    #[prop(into)]
    title: String,
    children: TypedChildren<C>,
) -> impl IntoView {
    rendered(view! {
        <div class="alert" role="alert">
            {icon!("alert")}
            <div>
                <h2>{title}</h2>
                {children.into_inner()()}
            </div>
        </div>
    })
}
