//! The fields that say on what a credential is tried.

use crate::{
    secrets::{form_fields::Problems, input::Typed},
    ui::field::{FieldText, TextField, field_frame},
};
use domain::{
    check::Repository,
    error::{Field, Problem},
};
use leptos::prelude::*;

/// The repository that a key opens, and the hosts that are trusted.
#[component]
pub fn RepositoryFields(typed: Typed, problems: Problems, autofocus: Option<Field>) -> impl IntoView {
    let check = move |text: String| {
        let problem = if text.trim().is_empty() { None } else { Repository::parse(&text).err() };
        problems.note(Field::Repository, problem.map(Problem::Target));
    };
    let text = FieldText {
        id: Field::KnownHosts.key(),
        label: Field::KnownHosts.label(),
        mark: "optional",
        hint: "The keys of hosts that are trusted, as in a known_hosts file. Left empty, they are shown for approval at the first test.",
    };
    let error = problems.message(Field::KnownHosts);
    let described = text.clone();
    let open = !typed.known_hosts.is_empty() || autofocus == Some(Field::KnownHosts);
    let area = view! {
        <textarea
            id=text.id
            name=text.id
            class="mono"
            rows="3"
            aria-invalid=move || error.read().is_some().then_some("true")
            aria-describedby=move || described.described_by(error.read().is_some())
            autocomplete="off"
            autocapitalize="none"
            spellcheck="false"
            wrap="off"
        >
            {typed.known_hosts}
        </textarea>
    };
    view! {
        <TextField
            text=FieldText {
                id: Field::Repository.key(),
                label: Field::Repository.label(),
                mark: "optional",
                hint: "By SSH: git@github.com:group/app.git. A key names no host, so without a repository there is nothing to test.",
            }
            value=typed.repository
            error=problems.message(Field::Repository)
            left=Callback::new(check)
            mono=true
            autofocus={autofocus == Some(Field::Repository)}
        />
        <details class="known-hosts" open=open>
            <summary>"Trusted host keys"</summary>
            {field_frame(text, error, None, area)}
        </details>
    }
}

/// The image that an account pulls.
#[component]
pub fn ImageField(typed: Typed, problems: Problems, autofocus: Option<Field>) -> impl IntoView {
    view! {
        <TextField
            text=FieldText {
                id: Field::Image.key(),
                label: Field::Image.label(),
                mark: "optional",
                hint: "Such as group/app:tag. Without one, only the username and the password are tested.",
            }
            value=typed.image
            error=problems.message(Field::Image)
            mono=true
            autofocus={autofocus == Some(Field::Image)}
        />
    }
}
