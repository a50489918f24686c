//! A finding: whether it is chosen, its names, and its notes.

use super::texts;
use crate::{
    secrets::LIST,
    texts::{Markup, field, kind},
    ui::{icon::icon, place_list::PlaceList, rendered::rendered},
};
use backend::{ImportChoice, ImportRow};
use domain::{
    connection_test::TrustedKey,
    error::{Field, FieldError},
    import::Note,
    secret::{DisplayName, SecretKind},
};
use leptos::{either::Either, prelude::*};

/// Returns the id of the control that needs another look: problems of the credential itself are shown beside its choice.
pub fn control(number: u32, problem: &FieldError) -> String {
    let field = match problem.field {
        Field::Name | Field::DisplayName | Field::Passphrase => problem.field.name(),
        _ => "take",
    };
    format!("{field}-{number}")
}

/// A row of the form.
#[component]
pub fn Row<'a>(
    row: &'a ImportRow,
    /// The fields as typed, if the form was sent before.
    typed: Option<ImportChoice>,
    chosen: bool,
    problems: &'a [FieldError],
    /// The id of the control that takes the focus.
    first_wrong: Option<&'a str>,
    /// Whether there are too many rows for a display name in each.
    many: bool,
) -> impl IntoView + use<> {
    let number = row.number;
    let typed = typed.unwrap_or_else(|| ImportChoice {
        number,
        name: row.name.clone(),
        display_name: display_name(row),
        // Registries reject such ends, so they are not meant.
        without_ends: true,
        ..ImportChoice::default()
    });
    let of = |id: &str| -> Option<String> {
        problems
            .iter()
            .find(|wrong| control(number, wrong) == id)
            .map(|wrong| crate::messages::problem(&wrong.problem))
    };
    let line = |of_row: Field, value: Option<String>, mono: bool| {
        let id = format!("{}-{number}", of_row.name());
        let (error, autofocus) = (of(&id), first_wrong == Some(id.as_str()));
        text_line(id, field(of_row), value, mono, error, autofocus)
    };
    let take = format!("take-{number}");
    let notes_id = format!("notes-{number}");
    let notes = notes(row, of(&take), &notes_id);
    let described = notes.is_some().then_some(notes_id);
    let icon = match row.kind {
        SecretKind::GitDataset => icon!("git"),
        SecretKind::ImagePull => icon!("box"),
    };
    let has_ends = row.notes.iter().any(|note| matches!(note, Note::PasswordEnd(_)));
    rendered(view! {
        <fieldset class="import-row">
            <legend>
                <label>
                    <input
                        type="checkbox"
                        id=take
                        name="take"
                        value=number.to_string()
                        checked=chosen
                        aria-describedby=described
                        autocomplete="off"
                    />
                    {icon}
                    <span>{what(row)}</span>
                </label>
            </legend>
            {notes}
            <PlaceList places=&row.places from=true/>
            <div class="import-fields">
                {line(Field::Name, Some(typed.name), true)}
                {(!many).then(|| {
                    line(Field::DisplayName, Some(typed.display_name), false)
                })}
                {row.needs_passphrase
                    .then(|| line(Field::Passphrase, None, false))}
            </div>
            {has_ends.then(|| tick(format!("ends-{number}"), typed.without_ends, t!(imports_remove_ends)))}
            {host_keys(row, typed.trust_hosts)}
        </fieldset>
    })
}

/// Returns the suggested display name of an account, in the reader's language; empty for a key.
fn display_name(row: &ImportRow) -> String {
    let (Some(place), Some(username)) = (&row.place, &row.username) else { return String::new() };
    let text = t!(imports_display_name, place, username);
    if matches!(DisplayName::parse(&text), Ok(Some(_))) { text } else { String::new() }
}

/// Renders the notes on a row, after the problem of the credential itself; empty without notes.
fn notes(row: &ImportRow, wrong: Option<String>, id: &str) -> Option<impl IntoView + use<>> {
    let duplicate = row.duplicate.as_ref().map(|duplicate| {
        let (address, name) = (format!("{LIST}/{duplicate}"), duplicate.name.as_str());
        let said = match row.kind {
            SecretKind::GitDataset => t!(imports_duplicate_key, address, name),
            SecretKind::ImagePull => t!(imports_duplicate_account, address, name),
        };
        view! { <li>{said}</li> }
    });
    let repository = row
        .repository
        .as_deref()
        .map(|repository| view! { <li>{t!(imports_test_repository, repository)}</li> });
    let same_here = row.same_here.then(|| match row.kind {
        SecretKind::GitDataset => t!(imports_same_key).to_owned(),
        SecretKind::ImagePull => t!(imports_same_account).to_owned(),
    });
    let notes: Vec<String> =
        wrong.into_iter().chain(same_here).chain(row.notes.iter().map(texts::note)).collect();
    (duplicate.is_some() || repository.is_some() || !notes.is_empty()).then(|| {
        let notes = notes.into_iter().map(|note| view! { <li>{note}</li> }).collect_view();
        view! {
            <ul class="notes" id=id.to_owned()>
                {duplicate}
                {repository}
                {notes}
            </ul>
        }
    })
}

/// Renders a line of text; without a value it is a secret one.
fn text_line(
    id: String,
    label: &'static str,
    value: Option<String>,
    mono: bool,
    error: Option<String>,
    autofocus: bool,
) -> impl IntoView {
    let error_id = format!("{id}-error");
    let wrong = error.is_some();
    let described = wrong.then(|| error_id.clone());
    view! {
        <div class="field" class:invalid=wrong>
            <label for=id.clone()>{label}</label>
            <input
                type=if value.is_some() { "text" } else { "password" }
                id=id.clone()
                name=id
                value=value
                class:mono=mono
                aria-invalid=wrong.then_some("true")
                aria-describedby=described
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                autofocus=autofocus
            />
            {error
                .map(|error| {
                    view! {
                        <p class="error" id=error_id>
                            {icon!("alert")}
                            <span>{error}</span>
                        </p>
                    }
                })}
        </div>
    }
}

/// Renders a box to tick.
fn tick(id: String, checked: bool, label: &'static str) -> impl IntoView {
    view! {
        <label class="import-choice">
            <input type="checkbox" id=id.clone() name=id value="yes" checked=checked autocomplete="off"/>
            <span>{label}</span>
        </label>
    }
}

/// Renders the host keys beside a key, to be trusted.
fn host_keys(row: &ImportRow, trusted: bool) -> Option<impl IntoView + use<>> {
    let id = format!("hosts-{}", row.number);
    (!row.known_hosts.is_empty()).then(|| {
        let keys = row.known_hosts.iter().map(host_key).collect_view();
        view! {
            {tick(id, trusted, t!(imports_trust))}
            <ul class="notes">{keys}</ul>
        }
    })
}

/// Renders a host key, for a person to compare.
fn host_key(key: &TrustedKey) -> impl IntoView + use<> {
    let TrustedKey { hosts, algorithm, fingerprint } = key.clone();
    let hosts = hosts.unwrap_or_else(|| t!(imports_hashed_name).to_owned());
    let fingerprint = fingerprint.unwrap_or_else(|| t!(imports_unreadable_key).to_owned());
    view! {
        <li>
            <code>{hosts}</code> " " {algorithm} " " <code class="fingerprint">{fingerprint}</code>
        </li>
    }
}

/// Renders the subject of a row: the account, or the key.
pub fn what(row: &ImportRow) -> impl IntoView + use<> {
    let kind = kind(row.kind);
    let account: Option<Markup> = match (row.host.as_deref(), row.username.as_deref()) {
        (Some(host), Some(username)) => Some(t!(imports_account, kind, host, username)),
        (Some(host), None) => Some(t!(imports_of_host, kind, host)),
        (None, Some(username)) => Some(t!(imports_of_user, kind, username)),
        (None, None) => None,
    };
    match account {
        Some(account) => Either::Left(account.view()),
        None => Either::Right(kind),
    }
}
