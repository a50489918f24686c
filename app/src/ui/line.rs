//! A line of text in a form that the server renders.

use super::field::{FieldText, field_frame};
use leptos::prelude::*;

/// The attributes of a line of text.
#[expect(clippy::struct_excessive_bools, reason = "each is an attribute of its own")]
#[derive(Clone, Copy, Debug)]
pub struct Line {
    /// Whether the text is hidden, and never filled in.
    pub secret: bool,
    /// Whether the line may stay empty.
    pub optional: bool,
    /// Whether the text is a name, an id or a key.
    pub mono: bool,
    /// Whether the line is shown, and not sent.
    pub locked: bool,
    /// Whether the line takes the focus when the page opens.
    pub autofocus: bool,
    /// The hint to password managers.
    pub autocomplete: &'static str,
    /// The id of a further description, besides the hint and the error.
    pub described_by: Option<&'static str>,
}

impl Line {
    /// A plain text.
    pub const TEXT: Self = Self {
        secret: false,
        optional: false,
        mono: false,
        locked: false,
        autofocus: false,
        autocomplete: "off",
        described_by: None,
    };

    /// An existing password.
    pub const PASSWORD: Self = Self { secret: true, autocomplete: "current-password", ..Self::TEXT };

    /// A new password.
    pub const NEW_PASSWORD: Self = Self { secret: true, autocomplete: "new-password", ..Self::TEXT };

    /// Renders the line with its label, its hint and its problem.
    pub fn field(
        self,
        text: FieldText,
        value: Option<String>,
        problem: Option<String>,
    ) -> impl IntoView + use<> {
        let Self { secret, optional, mono, locked, autofocus, autocomplete, described_by } = self;
        let id = text.id;
        let described = match (described_by, text.described_by(problem.is_some())) {
            (Some(also), Some(own)) => Some(format!("{also} {own}")),
            (Some(also), None) => Some(also.to_owned()),
            (None, own) => own,
        };
        let input = view! {
            <input
                type=if secret { "password" } else { "text" }
                id=id
                name=(!locked).then_some(id)
                value=value.filter(|_| !secret)
                class=mono.then_some("mono")
                readonly=locked
                aria-required=(!optional && !locked).then_some("true")
                aria-invalid=problem.is_some().then_some("true")
                aria-describedby=described
                autocomplete=autocomplete
                autocapitalize="none"
                spellcheck="false"
                autofocus=autofocus
            />
        };
        field_frame(text, Signal::stored(problem), None, input)
    }
}
