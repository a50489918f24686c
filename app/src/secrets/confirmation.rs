//! The field in which it is said once more that secrets that are in use are to be deleted, and what is said of it above the form.

use crate::ui::{
    alert::Alert,
    field::{FieldText, field_frame},
};
use domain::error::Field;
use leptos::{either::Either, prelude::*};

/// The field in which it is said once more that a used secret is to be deleted.
pub fn confirmation(
    label: &'static str,
    hint: &'static str,
    // The id of what says what to type, where the hint does not.
    words: Option<&'static str>,
    problem: Option<String>,
) -> impl IntoView {
    let field = Field::Confirmation;
    let text = FieldText { id: field.key(), label, mark: "required", hint };
    let described = words.map(str::to_owned).into_iter().chain(text.described_by(problem.is_some()));
    let described = described.collect::<Vec<_>>().join(" ");
    let input = view! {
        <input
            type="text"
            id=field.key()
            name=field.key()
            class="mono"
            aria-required="true"
            aria-invalid=problem.is_some().then_some("true")
            aria-describedby=described
            autocomplete="off"
            autocapitalize="none"
            spellcheck="false"
            autofocus=problem.is_some()
        />
    };
    field_frame(text, Signal::stored(problem), None, input)
}

/// The alert above a form that was refused: a link to the field that it is about, or a sentence.
pub fn refusal(title: &'static str, field: Option<&'static str>, message: String) -> impl IntoView {
    let said = match field {
        Some(field) => Either::Left(view! {
            <ul>
                <li>
                    <a href=format!("#{field}")>{message}</a>
                </li>
            </ul>
        }),
        None => Either::Right(view! { <p>{message}</p> }),
    };
    view! { <Alert title=title>{said}</Alert> }
}
