//! The field that confirms the deletion of used secrets, and the alert about it above the form.

use crate::ui::{alert::Alert, field::FieldText, line::Line};
use domain::error::Field;
use leptos::{either::Either, prelude::*};

/// Renders the field that confirms the deletion of a used secret.
pub fn confirmation(
    label: &'static str,
    hint: &'static str,
    // The id of the text that says what to type, unless the hint does.
    words: Option<&'static str>,
    problem: Option<String>,
) -> impl IntoView {
    let field = Field::Confirmation;
    let text = FieldText { id: field.name(), label, mark: "required", hint };
    let autofocus = problem.is_some();
    Line { mono: true, autofocus, described_by: words, ..Line::TEXT }.field(text, None, problem)
}

/// Renders the alert above a rejected form: a link to the field that it is about, or a sentence.
pub fn rejection(title: &'static str, field: Option<&'static str>, message: String) -> impl IntoView {
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
