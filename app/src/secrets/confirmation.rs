//! The field that confirms the deletion of used secrets, and the alert about it above the form.

use crate::{
    messages,
    ui::{alert::Alert, field::FieldText, line::Line},
};
use domain::error::{Error, Field};
use leptos::{either::Either, prelude::*};

/// Why nothing was deleted, and what was typed.
#[derive(Clone, Debug)]
pub struct NotDeleted {
    /// The reason.
    pub error: Error,
    /// The text that was typed as the confirmation.
    pub typed: String,
}

impl NotDeleted {
    /// Returns the reason; for a wrong confirmation, what to type.
    pub fn reason(&self, words: &str) -> String {
        match self.error {
            Error::Invalid(_) => t!(confirmation_type, words),
            _ => messages::error(&self.error),
        }
    }

    /// Renders the alert above the form.
    pub fn alert(&self, words: &str) -> impl IntoView + use<> {
        let wrong = matches!(self.error, Error::Invalid(_));
        let title = if wrong { t!(confirmation_check) } else { t!(page_not_deleted) };
        rejection(title, wrong.then_some(Field::Confirmation.name()), self.reason(words))
    }
}

/// Renders the field that confirms the deletion of what is used: these words have to be typed.
pub fn confirmation(
    label: &'static str,
    words: &str,
    not_deleted: Option<&NotDeleted>,
) -> impl IntoView + use<> {
    const WORDS: &str = "what-to-type";
    let field = Field::Confirmation;
    let text = FieldText { id: field.name(), label, mark: t!(form_required), hint: "" };
    let wrong = not_deleted.filter(|not_deleted| matches!(not_deleted.error, Error::Invalid(_)));
    let typed = not_deleted.map(|not_deleted| not_deleted.typed.clone());
    let line = Line { mono: true, autofocus: wrong.is_some(), described_by: Some(WORDS), ..Line::TEXT };
    view! {
        <p id=WORDS>{t!(confirmation_type_exactly, words)}</p>
        {line.field(text, typed, wrong.map(|_| t!(confirmation_type, words)))}
    }
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
