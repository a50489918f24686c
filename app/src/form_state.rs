//! The state of a form about people or tokens that is sent back: what was typed, and what was wrong with it.
//! The server alone renders these forms, which work without JavaScript because they have nothing else.

use crate::{
    messages, ssr,
    ui::{
        alert::Alert,
        area::Area,
        confirm::not_done,
        field::FieldText,
        line::Line,
        select::{option, select_field},
    },
};
use domain::error::{Error, Field};
use leptos::prelude::*;

/// A form that was rejected, or an empty one.
#[derive(Clone, Debug, Default)]
pub struct FormState {
    /// The fields as typed, without passwords.
    pub typed: Vec<(Field, String)>,
    /// The reason for the rejection.
    pub error: Option<Error>,
}

impl FormState {
    /// Returns the state of a rejected form.
    pub fn rejected(typed: Vec<(Field, String)>, error: Error) -> Self {
        Self { typed, error: Some(error) }
    }

    /// Returns what was typed into this field.
    pub fn typed(&self, field: Field) -> String {
        self.typed.iter().find(|(typed, _)| *typed == field).map(|(_, text)| text.clone()).unwrap_or_default()
    }

    /// Returns whether the box of this field is ticked: as it was sent, or `first` in an empty form.
    pub fn ticked(&self, field: Field, first: bool) -> bool {
        if self.error.is_some() { !self.typed(field).is_empty() } else { first }
    }

    /// Returns the problem of this field, if it has one.
    pub fn problem(&self, field: Field) -> Option<String> {
        match &self.error {
            Some(Error::Invalid(problems)) => problems
                .iter()
                .find(|wrong| wrong.field == field)
                .map(|wrong| messages::problem(&wrong.problem)),
            _ => None,
        }
    }

    fn wrong(&self) -> Vec<(Field, String)> {
        match &self.error {
            Some(Error::Invalid(problems)) => {
                problems.iter().map(|wrong| (wrong.field, messages::problem(&wrong.problem))).collect()
            }
            _ => Vec::new(),
        }
    }

    fn is_first_wrong(&self, field: Field) -> bool {
        self.wrong().first().is_some_and(|(first, _)| *first == field)
    }

    /// Renders the reason for the rejection, above the form.
    pub fn summary(&self) -> impl IntoView + use<> {
        let wrong = self.wrong();
        self.error.as_ref().map(|error| {
            let (title, said) = match error {
                Error::Invalid(_) => (t!(form_check_fields), None),
                error => (t!(form_problem), Some(message(error))),
            };
            let links = wrong
                .into_iter()
                .map(|(field, message)| {
                    view! {
                        <li>
                            <a href=format!("#{}", field.name())>{message}</a>
                        </li>
                    }
                })
                .collect_view();
            view! {
                <Alert title=title>
                    {said.map(|said| view! { <p>{said}</p> })}
                    <ul>{links}</ul>
                </Alert>
            }
        })
    }

    /// Renders the reason again, for the place beside the button that was pressed.
    pub fn reason(&self) -> impl IntoView + use<> {
        not_done(self.error.as_ref().map(message))
    }

    /// Renders the mark of the form, by which the portal recognizes the same form when it is sent again. Browsers must not keep it
    /// for the next form.
    pub fn submission(&self) -> impl IntoView + use<> {
        view! { <input type="hidden" name="submission" value=ssr::new_submission() autocomplete="off"/> }
    }

    /// Renders a line of text.
    pub fn line(
        &self,
        field: Field,
        label: &'static str,
        hint: &'static str,
        more: Line,
    ) -> impl IntoView + use<> {
        // Nobody doubts it of a password, and of the name that it is for.
        let known = more.secret || more.locked || more.autocomplete == "username";
        let mark = match (more.optional, known) {
            (true, _) => t!(form_optional),
            (false, true) => "",
            (false, false) => t!(form_required),
        };
        let text = FieldText { id: field.name(), label, mark, hint };
        let autofocus = more.autofocus || self.is_first_wrong(field);
        Line { autofocus, ..more }.field(text, Some(self.typed(field)), self.problem(field))
    }

    /// Renders the fields for a new password, twice.
    pub fn new_password(&self) -> impl IntoView + use<> {
        view! {
            {self.line(
                Field::Password,
                t!(sign_in_new_password),
                t!(sign_in_new_password_hint),
                Line::NEW_PASSWORD,
            )}
            {self.line(Field::RepeatPassword, t!(sign_in_repeat_password), "", Line::NEW_PASSWORD)}
        }
    }

    /// Renders several lines of text.
    pub fn lines(&self, field: Field, label: &'static str, hint: &'static str) -> impl IntoView + use<> {
        let text = FieldText { id: field.name(), label, mark: t!(form_optional), hint };
        Area { autofocus: self.is_first_wrong(field), ..Area::TEXT }.field(
            text,
            &self.typed(field),
            self.problem(field),
        )
    }

    /// Renders a choice: value, label and explanation of each.
    pub fn choice(
        &self,
        field: Field,
        label: &'static str,
        choices: Vec<(&'static str, &'static str, &'static str)>,
        default: &str,
    ) -> impl IntoView + use<> {
        let text = FieldText { id: field.name(), label, mark: "", hint: "" };
        let typed = self.typed(field);
        let chosen = if typed.is_empty() { default.to_owned() } else { typed };
        let options = choices
            .into_iter()
            .map(|(value, label, meaning)| option(value, &t!(form_choice, label, meaning), value == chosen))
            .collect_view();
        select_field(text, options, self.problem(field), false)
    }
}

/// Returns the message above the form. Somebody who is signed in and has to prove who they are learns that they stay signed in.
pub(crate) fn message(error: &Error) -> String {
    match error {
        Error::Locked(seconds) if ssr::user().is_some() => messages::locked_inside(*seconds),
        error => messages::error(error),
    }
}
