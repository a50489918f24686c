//! The state of a form about people or tokens that is sent back: what was typed, and what was wrong with it.
//! The server alone renders these forms, which work without JavaScript because they have nothing else.

use crate::{
    ssr,
    ui::{
        alert::Alert,
        area::Area,
        confirm::not_done,
        field::FieldText,
        line::Line,
        select::{option, select_field},
    },
};
use domain::access::{AccessError, AccessField};
use leptos::prelude::*;

/// A form that was rejected, or an empty one.
#[derive(Clone, Debug, Default)]
pub struct FormState {
    /// The fields as typed, without passwords.
    pub typed: Vec<(AccessField, String)>,
    /// The reason for the rejection.
    pub error: Option<AccessError>,
}

impl FormState {
    /// Returns the state of a rejected form.
    pub fn rejected(typed: Vec<(AccessField, String)>, error: AccessError) -> Self {
        Self { typed, error: Some(error) }
    }

    /// Returns what was typed into this field.
    pub fn typed(&self, field: AccessField) -> String {
        self.typed.iter().find(|(typed, _)| *typed == field).map(|(_, text)| text.clone()).unwrap_or_default()
    }

    /// Returns whether the box of this field is ticked: as it was sent, or `first` in an empty form.
    pub fn ticked(&self, field: AccessField, first: bool) -> bool {
        if self.error.is_some() { !self.typed(field).is_empty() } else { first }
    }

    fn problem(&self, field: AccessField) -> Option<String> {
        match &self.error {
            Some(AccessError::Invalid(problems)) => {
                problems.iter().find(|(wrong, _)| *wrong == field).map(|(_, problem)| problem.message())
            }
            _ => None,
        }
    }

    fn wrong(&self) -> Vec<(AccessField, String)> {
        match &self.error {
            Some(AccessError::Invalid(problems)) => {
                problems.iter().map(|(field, problem)| (*field, problem.message())).collect()
            }
            _ => Vec::new(),
        }
    }

    fn is_first_wrong(&self, field: AccessField) -> bool {
        self.wrong().first().is_some_and(|(first, _)| *first == field)
    }

    /// Renders the reason for the rejection, above the form.
    pub fn summary(&self) -> impl IntoView + use<> {
        let wrong = self.wrong();
        self.error.as_ref().map(|error| {
            let said = message(error);
            let links = wrong
                .into_iter()
                .map(|(field, message)| {
                    view! {
                        <li>
                            <a href=format!("#{}", field.key())>{message}</a>
                        </li>
                    }
                })
                .collect_view();
            view! {
                <Alert title="There is a problem">
                    <p>{said}</p>
                    <ul>{links}</ul>
                </Alert>
            }
        })
    }

    /// Renders the reason again, for the place beside the button that was pressed.
    pub fn reason(&self) -> impl IntoView + use<> {
        not_done(self.error.as_ref().map(message))
    }

    /// Renders a line of text.
    pub fn line(
        &self,
        field: AccessField,
        label: &'static str,
        hint: &'static str,
        more: Line,
    ) -> impl IntoView + use<> {
        let text =
            FieldText { id: field.key(), label, mark: if more.optional { "optional" } else { "" }, hint };
        let autofocus = more.autofocus || self.is_first_wrong(field);
        Line { autofocus, ..more }.field(text, Some(self.typed(field)), self.problem(field))
    }

    /// Renders the fields for a new password, twice.
    pub fn new_password(&self) -> impl IntoView + use<> {
        view! {
            {self.line(
                AccessField::Password,
                "New password",
                "At least 12 characters. A few words in a row are fine.",
                Line::NEW_PASSWORD,
            )}
            {self.line(AccessField::RepeatPassword, "Repeat password", "", Line::NEW_PASSWORD)}
        }
    }

    /// Renders several lines of text.
    pub fn lines(
        &self,
        field: AccessField,
        label: &'static str,
        hint: &'static str,
    ) -> impl IntoView + use<> {
        let text = FieldText { id: field.key(), label, mark: "optional", hint };
        Area { autofocus: self.is_first_wrong(field), ..Area::TEXT }.field(
            text,
            &self.typed(field),
            self.problem(field),
        )
    }

    /// Renders a choice: value, label and explanation of each.
    pub fn choice(
        &self,
        field: AccessField,
        label: &'static str,
        choices: Vec<(&'static str, &'static str, &'static str)>,
        default: &str,
    ) -> impl IntoView + use<> {
        let text = FieldText { id: field.key(), label, mark: "", hint: "" };
        let typed = self.typed(field);
        let chosen = if typed.is_empty() { default.to_owned() } else { typed };
        let options = choices
            .into_iter()
            .map(|(value, label, meaning)| option(value, &format!("{label}: {meaning}"), value == chosen))
            .collect_view();
        select_field(text, options, self.problem(field), false)
    }
}

/// The advice to somebody who does not know their current password. They may be the only administrator.
const FORGOTTEN: &str = "If you have forgotten your password, another administrator can make a link to choose a new one, and so \
    does “latchkey user reset-password” on the server.";

fn minutes(seconds: u32) -> String {
    match seconds.div_ceil(60) {
        1 => "1 minute".to_owned(),
        minutes => format!("{minutes} minutes"),
    }
}

/// Returns why no password is compared: to somebody who signs in, or who is signed in and has to prove who
/// they are.
fn locked(seconds: u32, is_signed_in: bool) -> String {
    let minutes = minutes(seconds);
    if is_signed_in {
        format!(
            "Too many wrong passwords were typed under this name, so none is looked at now. You stay signed in: try again in \
             {minutes}. {FORGOTTEN}"
        )
    } else {
        format!(
            "Too many attempts to sign in under this name. Try again in {minutes}, or ask an administrator for a link to \
             choose a new password."
        )
    }
}

/// Returns the message above the form.
pub(crate) fn message(error: &AccessError) -> String {
    match error {
        AccessError::Invalid(_) => "Some fields need another look.".to_owned(),
        AccessError::WrongPassword => {
            "The username or the password is not right. Five failures in a row lock a name for 15 minutes."
                .to_owned()
        }
        AccessError::Locked(seconds) => locked(*seconds, ssr::user().is_some()),
        AccessError::LockedOut(seconds) => format!(
            "That was one wrong password too many, so your session has ended, and nothing was done. Sign in again in {}. \
             {FORGOTTEN}",
            minutes(*seconds)
        ),
        AccessError::Busy(seconds) => {
            format!(
                "Very many people sign in at this moment, so your password was not checked. Try again in {seconds} seconds."
            )
        }
        AccessError::LinkSpent => {
            "This link is not good any more: it was used, or its time is over. Ask for a new one.".to_owned()
        }
        AccessError::LastAdmin => {
            "This is the last administrator, and somebody has to be one. Make another user an admin first."
                .to_owned()
        }
        AccessError::SignOn(problem) => problem.message().to_owned(),
        AccessError::NoPasswords => {
            "Nobody signs in to this portal with a password; it is done where everybody of yours signs in.".to_owned()
        }
        AccessError::KeptByProvider => {
            "This user's password and groups are kept where they sign in; a change there counts here from the next sign-in \
             on."
                .to_owned()
        }
        AccessError::ProveAtProvider => {
            "Sign in again at your provider first; it counts for five minutes.".to_owned()
        }
        AccessError::Refused(error) => crate::error::ApiError::Refused(error.clone()).message(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn message_of_a_lock_says_what_its_reader_can_do() {
        let at_door = locked(900, false);
        assert!(
            at_door.contains("Too many attempts to sign in under this name. Try again in 15 minutes"),
            "{at_door}"
        );
        let inside = locked(61, true);
        assert!(inside.contains("You stay signed in: try again in 2 minutes"), "{inside}");
        let out = message(&AccessError::LockedOut(900));
        assert!(
            out.contains("your session has ended") && out.contains("Sign in again in 15 minutes"),
            "{out}"
        );
        for said in [inside, out] {
            assert!(said.contains("latchkey user reset-password"), "{said}");
        }
        assert_eq!(minutes(60), "1 minute");
    }
}
