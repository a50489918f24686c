//! The confirmation before something that cannot be undone: a page of its own, with and without JavaScript.

use super::{alert::Alert, icon::icon, rendered::rendered};
use crate::error::first_sentence;
use leptos::prelude::*;

/// Renders in a sentence why something was not done, for the place beside the button that was pressed;
/// nothing if it was not rejected.
pub fn not_done(reason: Option<String>) -> impl IntoView + use<> {
    reason.map(|reason| view! { <p class="not-saved">{first_sentence(reason)}</p> })
}

/// A page that asks before something is done, and whose form does it.
#[component]
pub fn ConfirmPage<C: IntoView + 'static>(
    /// The heading, which names what would be done.
    heading: String,
    /// The address that the form is sent to; by default the page's own.
    #[prop(optional_no_strip)]
    action: Option<String>,
    /// The address of Cancel.
    cancel: String,
    /// The label of the button that does it.
    confirm: &'static str,
    /// Whether it can be undone: the button then looks like that of a form.
    #[prop(optional)]
    harmless: bool,
    /// The reason why it was not done the last time, above the form.
    #[prop(optional_no_strip)]
    rejected: Option<AnyView>,
    /// The same reason in a sentence, beside the button.
    #[prop(optional_no_strip)]
    reason: Option<String>,
    /// The question, its consequences, and further fields of the form.
    children: TypedChildren<C>,
) -> impl IntoView {
    // Not rendered at once: a question may wait for what it is about.
    view! {
        <h1 id="confirm-title">{heading}</h1>
        {rejected}
        <form method="post" action=action class="confirm">
            {children.into_inner()()}
            <div class="actions">
                {not_done(reason)}
                <a class="button" href=cancel>
                    {t!(page_cancel)}
                </a>
                <button class=if harmless { "primary" } else { "danger" }>{confirm}</button>
            </div>
        </form>
    }
}

/// The page in place of the question, if a yes would be rejected in any case.
#[component]
pub fn NotPossible(
    /// The heading, which names what would be done.
    heading: String,
    /// The reason why not, and what to do.
    reason: String,
    /// The address of the link onwards.
    back: String,
    /// The label of the link onwards.
    label: &'static str,
) -> impl IntoView {
    rendered(view! {
        <h1>{heading}</h1>
        <Alert title=t!(page_not_possible)>
            <p>{reason}</p>
        </Alert>
        <p>
            <a class="button" href=back>
                {label}
            </a>
        </p>
    })
}

/// A consequence that has to be read before answering.
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
