//! A choice of several in a form that the server renders.

use super::field::{FieldText, field_frame};
use leptos::prelude::*;

/// Renders a choice with its label, its hint, and what is wrong with it.
pub fn select_field<O: IntoView + 'static>(
    text: FieldText,
    options: O,
    problem: Option<String>,
    autofocus: bool,
) -> impl IntoView + use<O> {
    let select = view! {
        <select
            id=text.id
            name=text.id
            aria-invalid=problem.is_some().then_some("true")
            aria-describedby=text.described_by(problem.is_some())
            autocomplete="off"
            autofocus=autofocus
        >
            {options}
        </select>
    };
    field_frame(text, Signal::stored(problem), None, select)
}

/// Renders something that can be chosen, whose value goes into the form.
pub fn option(value: &str, label: &str, chosen: bool) -> impl IntoView + use<> {
    let (value, label) = (value.to_owned(), label.to_owned());
    view! {
        <option value=value selected=chosen>
            {label}
        </option>
    }
}
