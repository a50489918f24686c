//! The question before something that cannot be undone: a page of its own, the same with JavaScript and without.

use super::{alert::Alert, icon::icon};
use crate::error::first_sentence;
use leptos::prelude::*;

/// Renders why something was not done, in a sentence, for the place beside the button that was pressed; nothing where it was not
/// rejected.
pub fn not_done(reason: Option<String>) -> impl IntoView + use<> {
    reason.map(|reason| view! { <p class="not-saved">{first_sentence(reason)}</p> })
}

/// A page that asks before something is done, and whose form does it.
#[component]
pub fn ConfirmPage<C: IntoView + 'static>(
    /// Names what would be done.
    heading: String,
    /// The address that the form is sent to; the page's own where it is not given.
    #[prop(optional_no_strip)]
    action: Option<String>,
    /// The address of Cancel.
    cancel: String,
    /// The words of the button that does it.
    confirm: &'static str,
    /// Says why it was not done the last time, above the form.
    #[prop(optional_no_strip)]
    rejected: Option<AnyView>,
    /// Says the same in a sentence, beside the button.
    #[prop(optional_no_strip)]
    reason: Option<String>,
    /// The question, what follows from a yes, and further fields of the form.
    children: TypedChildren<C>,
) -> impl IntoView {
    view! {
        <h1 id="confirm-title">{heading}</h1>
        {rejected}
        <form method="post" action=action class="confirm">
            {children.into_inner()()}
            <div class="actions">
                {not_done(reason)}
                <a class="button" href=cancel>
                    "Cancel"
                </a>
                <button class="danger">{confirm}</button>
            </div>
        </form>
    }
}

/// In the place of the question, where a yes would be rejected in any case.
#[component]
pub fn NotPossible(
    /// Names what would be done.
    heading: String,
    /// Says why not, and what to do.
    reason: String,
    /// The address of the way on.
    back: String,
    /// The words of the way on.
    label: &'static str,
) -> impl IntoView {
    view! {
        <h1>{heading}</h1>
        <Alert title="Not possible">
            <p>{reason}</p>
        </Alert>
        <p>
            <a class="button" href=back>
                {label}
            </a>
        </p>
    }
}

/// A consequence that has to be read before the question is answered.
#[component]
pub fn Consequence<C: IntoView + 'static>(
    /// The sentence.
    children: TypedChildren<C>,
) -> impl IntoView {
    view! {
        <p class="warning consequence">
            {icon!("alert")}
            <span>{children.into_inner()()}</span>
        </p>
    }
}
