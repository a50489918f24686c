//! The second step: what was found, to choose from and name.

use super::{GONE, IMPORT, NotSaved, import_address, message};
use crate::{
    failure::LoadFailure,
    secrets::{LIST, holds_the_same},
    ssr,
    ui::{alert::Alert, confirm::not_done, icon::icon, place_list::PlaceList},
};
use backend::{ImportChoice, ImportRow, ImportView};
use domain::{
    check::TrustedKey,
    error::{Error, Field},
    import::{ImportError, Note, RowProblem, SkippedCounts},
    secret::SecretKind,
};
use leptos::{either::EitherOf3, prelude::*};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// What was found.
#[component]
pub fn ChoosePage(
    /// What was chosen and typed, and why it was not saved.
    refused: Option<NotSaved>,
) -> impl IntoView {
    let page = Suspend::new(async move {
        match load().await {
            Ok((id, found)) => EitherOf3::A(view! { <Choice id found refused/> }),
            Err(ImportError::Refused(error)) => {
                let error = ssr::respond_with(error);
                EitherOf3::B(view! { <LoadFailure error heading="Import secrets" noun="secret" list=LIST/> })
            }
            Err(_) => {
                ssr::set_status(http::StatusCode::NOT_FOUND);
                EitherOf3::C(view! {
                    <h1>"This import is over"</h1>
                    <p>{GONE}</p>
                    <div class="choices">
                        <a class="button primary" href=IMPORT>
                            "Import again"
                        </a>
                        <a class="button" href=LIST>
                            "Go to the secrets"
                        </a>
                    </div>
                })
            }
        }
    });
    view! { <div class="form-page">{page}</div> }
}

async fn load() -> Result<(Uuid, ImportView), ImportError> {
    let (backend, ctx) = match ssr::request() {
        Ok(request) => request,
        Err(crate::error::ApiError::Refused(error)) => return Err(error.into()),
        Err(crate::error::ApiError::Unreachable) => return Err(Error::Unavailable.into()),
    };
    // A text that is none is the id of no import.
    let id = ssr::path_segment(3).and_then(|text| text.parse().ok()).unwrap_or_default();
    Ok((id, backend.imports().get(&ctx, id).await?))
}

#[component]
fn Choice(id: Uuid, found: ImportView, refused: Option<NotSaved>) -> impl IntoView {
    let ImportView { rows, skipped, expires_at, .. } = found;
    let (can, cannot): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.can_be_chosen);
    let count = can.len();
    let lead = match count {
        0 => "No credential was found that can be imported.".to_owned(),
        1 => "One credential was found.".to_owned(),
        count => {
            format!("{count} credentials were found. Those that are chosen are saved together, or none is.")
        }
    };
    let waits = match count {
        0 => None,
        1 => Some(" It waits, sealed, until "),
        _ => Some(" They wait, sealed, until "),
    };
    let wrong = match refused.as_ref().map(|refused| &refused.error) {
        Some(ImportError::Rows(wrong)) => wrong.clone(),
        _ => Vec::new(),
    };
    let reason = refused.as_ref().map(|refused| message(&refused.error));
    let alert = reason.clone().map(|said| {
        let links = wrong
            .iter()
            .map(|(number, problem)| {
                let address = format!("#{}", control(*number, problem));
                view! {
                    <li>
                        <a href=address>{problem.message()}</a>
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
    });
    let preset = match select() {
        Select::Suggested => preset_choices(&can),
        Select::All => can.iter().map(|row| row.number).collect(),
        Select::None => Vec::new(),
    };
    let (any, many) = (!can.is_empty(), can.len() > FEW);
    let first_wrong = wrong.first().map(|(number, problem)| control(*number, problem));
    let mut problems: HashMap<u32, Vec<RowProblem>> = HashMap::new();
    for (number, problem) in wrong {
        problems.entry(number).or_default().push(problem);
    }
    let (chosen, typed) = match refused {
        Some(NotSaved { chosen, typed, .. }) => (chosen, typed),
        None => (preset, Vec::new()),
    };
    let chosen: HashSet<u32> = chosen.into_iter().collect();
    let mut typed: HashMap<u32, ImportChoice> =
        typed.into_iter().map(|choice| (choice.number, choice)).collect();
    let rows = can
        .into_iter()
        .map(|row| {
            let problems = problems.remove(&row.number).unwrap_or_default();
            let typed = typed.remove(&row.number);
            let chosen = chosen.contains(&row.number);
            view! { <Row row typed chosen problems first_wrong=first_wrong.clone() many/> }
        })
        .collect_view();
    let selects = many.then(|| {
        let address = import_address(id);
        view! {
            <p class="hint">
                "Select " <a href=format!("{address}?select=all")>"all"</a> ", "
                <a href=format!("{address}?select=none")>"none"</a> " or "
                <a href=address.clone()>"those that are not stored yet"</a> ": what you typed below is lost then."
            </p>
        }
    });
    view! {
        <h1>"Choose what to import"</h1>
        <p class="lead">
            {lead}
            {waits.map(|waits| {
                view! {
                    {waits}
                    <time datetime=expires_at.rfc3339()>{expires_at.utc_text()}</time>
                    "."
                }
            })}
        </p>
        {alert}
        {selects}
        <form method="post" action=import_address(id) class="secret-form import-form" novalidate>
            {rows}
            <NotImported rows=cannot skipped/>
            <div class="actions">
                {not_done(reason)}
                // Asked in place: another page would lose what was typed into the rows.
                <details class="ask">
                    <summary class="button">"Discard"</summary>
                    <p>"Discard all that was found? To import it later, the file has to be given once more."</p>
                    <button class="danger" formaction=format!("{}/discard", import_address(id))>
                        "Discard all"
                    </button>
                </details>
                {any.then(|| view! { <button class="primary">"Import the chosen"</button> })}
            </div>
        </form>
    }
}

/// Up to so many rows have a field for their display names: more are for a form that stays usable.
const FEW: usize = 100;

/// Which rows are chosen at first, by the page's address.
enum Select {
    Suggested,
    All,
    None,
}

fn select() -> Select {
    match ssr::query_parameter("select").as_deref() {
        Some("all") => Select::All,
        Some("none") => Select::None,
        _ => Select::Suggested,
    }
}

/// What is chosen at first: everything that no secret holds already, but of several for one registry the first alone.
fn preset_choices(rows: &[ImportRow]) -> Vec<u32> {
    let mut hosts = HashSet::new();
    let mut suggested = |row: &&ImportRow| {
        row.twin.is_none() && row.host.as_ref().is_none_or(|host| hosts.insert(host.clone()))
    };
    rows.iter().filter(|row| suggested(row)).map(|row| row.number).collect()
}

/// The id of what has to be looked at again: what is wrong with the credential itself is said beside its choice.
fn control(number: u32, problem: &RowProblem) -> String {
    let field = match problem {
        RowProblem::SameName => Field::Name.key(),
        RowProblem::Field(error)
            if matches!(error.field, Field::Name | Field::DisplayName | Field::Passphrase) =>
        {
            error.field.key()
        }
        RowProblem::Field(_) => "take",
    };
    format!("{field}-{number}")
}

#[component]
fn Row(
    row: ImportRow,
    typed: Option<ImportChoice>,
    chosen: bool,
    problems: Vec<RowProblem>,
    first_wrong: Option<String>,
    many: bool,
) -> impl IntoView {
    let number = row.number;
    let typed = typed.unwrap_or_else(|| ImportChoice {
        number,
        name: row.name.clone(),
        display_name: row.display_name.clone(),
        // What registries refuse is not meant.
        without_ends: true,
        ..ImportChoice::default()
    });
    let of = |id: &str| -> Option<String> {
        problems.iter().find(|problem| control(number, problem) == id).map(RowProblem::message)
    };
    let take = format!("take-{number}");
    let (name, display) =
        (format!("{}-{number}", Field::Name.key()), format!("{}-{number}", Field::DisplayName.key()));
    let line = |id: String, label: &'static str, value: Option<String>, mono: bool| {
        let error = of(&id);
        let error_id = format!("{id}-error");
        let wrong = error.is_some();
        let described = wrong.then(|| error_id.clone());
        view! {
            <div class="field" class:invalid=wrong>
                <label for=id.clone()>{label}</label>
                <input
                    type=if value.is_some() { "text" } else { "password" }
                    id=id.clone()
                    name=id.clone()
                    value=value
                    class:mono=mono
                    aria-invalid=wrong.then_some("true")
                    aria-describedby=described
                    autocomplete="off"
                    autocapitalize="none"
                    spellcheck="false"
                    autofocus={first_wrong.as_deref() == Some(id.as_str())}
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
    };
    let passphrase = format!("{}-{number}", Field::Passphrase.key());
    let choice = |id: String, checked: bool, label: &'static str| {
        view! {
            <label class="import-choice">
                <input type="checkbox" id=id.clone() name=id value="yes" checked=checked autocomplete="off"/>
                <span>{label}</span>
            </label>
        }
    };
    let has_ends = row.notes.iter().any(|note| matches!(note, Note::PasswordEnd(_)));
    let hosts = (!row.known_hosts.is_empty()).then(|| {
        let keys = row.known_hosts.iter().map(host_key).collect_view();
        view! {
            {choice(
                format!("hosts-{number}"),
                typed.trust_hosts,
                "Trust these host keys, which stood beside it. Compare them with what the host’s operator publishes.",
            )}
            <ul class="notes">{keys}</ul>
        }
    });
    let notes_id = format!("notes-{number}");
    let same = holds_the_same(row.kind);
    let twin = row.twin.clone().map(|twin| {
        let name = twin.name.as_str().to_owned();
        view! {
            <li>
                "The secret " <a href=format!("{LIST}/{twin}")>{name}</a> {same}
            </li>
        }
    });
    let notes: Vec<String> = of(&take)
        .into_iter()
        .chain(row.same_here.then(|| format!("Another row here{same}")))
        .chain(row.notes.iter().map(Note::message))
        .collect();
    let repository = row.repository.clone().map(|repository| {
        view! {
            <li>
                "Tried on the repository " <code>{repository}</code> ", which stood beside it."
            </li>
        }
    });
    let any_notes = twin.is_some() || repository.is_some() || !notes.is_empty();
    let described = any_notes.then(|| notes_id.clone());
    let icon = match row.kind {
        SecretKind::GitDataset => icon!("git"),
        SecretKind::ImagePull => icon!("box"),
    };
    view! {
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
                    <span>{what(&row)}</span>
                </label>
            </legend>
            {any_notes
                .then(|| {
                    let notes = notes.into_iter().map(|note| view! { <li>{note}</li> }).collect_view();
                    view! {
                        <ul class="notes" id=notes_id>
                            {twin}
                            {repository}
                            {notes}
                        </ul>
                    }
                })}
            <PlaceList places=row.places.clone() lead="From "/>
            <div class="import-fields">
                {line(name, Field::Name.label(), Some(typed.name), true)}
                {(!many).then(|| line(display, Field::DisplayName.label(), Some(typed.display_name), false))}
                {row.needs_passphrase.then(|| line(passphrase, Field::Passphrase.label(), None, false))}
            </div>
            {has_ends.then(|| choice(format!("ends-{number}"), typed.without_ends, "Take the password without it"))}
            {hosts}
        </fieldset>
    }
}

/// A key of a host, for a person to compare.
fn host_key(key: &TrustedKey) -> impl IntoView + use<> {
    let TrustedKey { hosts, algorithm, fingerprint } = key.clone();
    let hosts = hosts.unwrap_or_else(|| "a hashed name".to_owned());
    let fingerprint = fingerprint.unwrap_or_else(|| "a key that cannot be read".to_owned());
    view! {
        <li>
            <code>{hosts}</code> " " {algorithm} " " <code class="fingerprint">{fingerprint}</code>
        </li>
    }
}

/// What a row is: the account, or the key.
fn what(row: &ImportRow) -> impl IntoView + use<> {
    let kind = row.kind.label();
    let host = row.host.clone().map(|host| view! { ": " <code>{host}</code> });
    let username = row.username.clone().map(|username| view! { " as " <code>{username}</code> });
    view! { {kind} {host} {username} }
}

/// What there is nothing to choose of, and what to do about it.
#[component]
fn NotImported(rows: Vec<ImportRow>, skipped: SkippedCounts) -> impl IntoView {
    let nothing = rows.is_empty();
    let rows = rows
        .into_iter()
        .map(|row| {
            let notes: Vec<_> = row.notes.iter().map(Note::message).collect();
            view! {
                <li>
                    <b>{what(&row)}</b>
                    <p>{notes.join(" ")}</p>
                    <PlaceList places=row.places.clone() lead="From "/>
                </li>
            }
        })
        .collect_view();
    view! {
        {(!nothing)
            .then(|| {
                view! {
                    <h2>"Cannot be imported"</h2>
                    <ul class="not-imported">{rows}</ul>
                }
            })}
        {skipped.message().map(|said| view! { <p class="hint">{said}</p> })}
    }
}
