//! The second step: the findings, to choose from and name.

use super::{
    IMPORT, NotSaved, import_address,
    row::{Row, control, what},
    texts,
};
use crate::{
    failure::{Noun, Subject, loaded},
    secrets::LIST,
    ssr,
    texts::{Markup, exact},
    ui::{alert::Alert, confirm::not_done, place_list::PlaceList, rendered::rendered},
};
use backend::{Backend, Ctx, ImportChoice, ImportRow, ImportView};
use domain::{
    error::{Error, FieldError},
    import::SkippedCounts,
    time::Timestamp,
};
use leptos::{either::Either, prelude::*};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// The page with the findings.
#[component]
pub fn ChoosePage(
    id: Uuid,
    /// The form that was rejected.
    rejected: Option<NotSaved>,
) -> impl IntoView {
    let load = move |backend: Backend, ctx: Ctx| async move {
        match backend.imports().get(&ctx, id).await {
            Ok(found) => Ok(Some(found)),
            Err(Error::ImportGone) => Ok(None),
            Err(error) => Err(error),
        }
    };
    let subject = Subject { heading: t!(imports_heading), noun: Noun::Secret, list: LIST };
    let page = loaded(subject, load, move |found| match found {
        Some(found) => Either::Left(view! { <Choice id found rejected/> }),
        None => Either::Right(Gone()),
    });
    view! { <div class="form-page">{page}</div> }
}

/// In the place of an import that nothing is left of.
#[component]
fn Gone() -> impl IntoView {
    ssr::set_status(http::StatusCode::NOT_FOUND);
    view! {
        <h1>{t!(imports_gone)}</h1>
        <p>{crate::messages::error(&Error::ImportGone)}</p>
        <div class="choices">
            <a class="button primary" href=IMPORT>
                {t!(imports_again)}
            </a>
            <a class="button" href=LIST>
                {t!(page_to_secrets)}
            </a>
        </div>
    }
}

#[component]
fn Choice(id: Uuid, found: ImportView, rejected: Option<NotSaved>) -> impl IntoView {
    let ImportView { rows, skipped, expires_at, .. } = found;
    let (can, cannot): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.can_be_chosen);
    let wrong = match rejected.as_ref().map(|rejected| &rejected.error) {
        Some(Error::Rows(wrong)) => wrong.clone(),
        _ => Vec::new(),
    };
    let reason = rejected.as_ref().map(|rejected| crate::messages::error(&rejected.error));
    let alert = reason.clone().map(|said| problems(said, &wrong));
    let (count, any, many) = (can.len(), !can.is_empty(), can.len() > FEW);
    let (chosen, typed) = match rejected {
        Some(NotSaved { chosen, typed, .. }) => (chosen, typed),
        None => (chosen_at_first(&can), Vec::new()),
    };
    rendered(view! {
        <h1>{t!(imports_choose)}</h1>
        <p class="lead">{lead(count, expires_at)}</p>
        {alert}
        {many.then(|| selects(&import_address(id)))}
        <form method="post" action=import_address(id) class="secret-form import-form" novalidate>
            {rows_to_choose(can, chosen, typed, wrong)}
            <NotImported rows=cannot skipped/>
            <div class="actions">
                {not_done(reason)}
                // Asked in place: another page would lose what was typed into the rows.
                <details class="ask">
                    <summary class="button">{t!(imports_discard)}</summary>
                    <p>{t!(imports_discard_question)}</p>
                    <button class="danger" formaction=format!("{}/discard", import_address(id))>
                        {t!(imports_discard_all)}
                    </button>
                </details>
                {any.then(|| view! { <button class="primary">{t!(imports_save)}</button> })}
            </div>
        </form>
    })
}

/// Renders the number of findings, and how long they wait.
fn lead(count: usize, expires_at: Timestamp) -> Markup {
    let when = view! { <time datetime=expires_at.rfc3339()>{exact(expires_at)}</time> };
    t!(imports_found, count, when: Markup::rendered(when))
}

/// Renders why nothing was saved, with links to the rows that need another look.
fn problems(said: String, wrong: &[(u32, FieldError)]) -> impl IntoView + use<> {
    let links = wrong
        .iter()
        .map(|(number, problem)| {
            let address = format!("#{}", control(*number, problem));
            view! {
                <li>
                    <a href=address>{crate::messages::problem(&problem.problem)}</a>
                </li>
            }
        })
        .collect_view();
    view! {
        <Alert title=t!(form_problem)>
            <p>{said}</p>
            <ul>{links}</ul>
        </Alert>
    }
}

/// Renders links that choose many rows at once.
fn selects(address: &str) -> impl IntoView + use<> {
    let (all, none) = (format!("{address}?select=all"), format!("{address}?select=none"));
    view! { <p class="hint">{t!(imports_select, all, none, new: address)}</p> }
}

/// Renders each row with its choice and typed fields, and its problems.
fn rows_to_choose(
    rows: Vec<ImportRow>,
    chosen: Vec<u32>,
    typed: Vec<ImportChoice>,
    wrong: Vec<(u32, FieldError)>,
) -> impl IntoView {
    let many = rows.len() > FEW;
    let first_wrong = wrong.first().map(|(number, problem)| control(*number, problem));
    let mut problems: HashMap<u32, Vec<FieldError>> = HashMap::new();
    for (number, problem) in wrong {
        problems.entry(number).or_default().push(problem);
    }
    let chosen: HashSet<u32> = chosen.into_iter().collect();
    let mut typed: HashMap<u32, ImportChoice> =
        typed.into_iter().map(|choice| (choice.number, choice)).collect();
    rows.into_iter()
        .map(|row| {
            let problems = problems.remove(&row.number).unwrap_or_default();
            let typed = typed.remove(&row.number);
            let chosen = chosen.contains(&row.number);
            view! { <Row row=&row typed chosen problems=&problems first_wrong=first_wrong.as_deref() many/> }
        })
        .collect_view()
}

/// The most rows that have a field for their display names, so that longer forms stay usable.
const FEW: usize = 100;

/// Returns the rows that are chosen at first, as the page's address says.
fn chosen_at_first(rows: &[ImportRow]) -> Vec<u32> {
    match ssr::query_parameter("select").as_deref() {
        Some("all") => rows.iter().map(|row| row.number).collect(),
        Some("none") => Vec::new(),
        _ => preset_choices(rows),
    }
}

/// Returns the suggested rows: all that no secret holds already, but only the first of several for one
/// registry.
fn preset_choices(rows: &[ImportRow]) -> Vec<u32> {
    let mut hosts = HashSet::new();
    let mut suggested = |row: &&ImportRow| {
        row.duplicate.is_none() && row.host.as_ref().is_none_or(|host| hosts.insert(host.clone()))
    };
    rows.iter().filter(|row| suggested(row)).map(|row| row.number).collect()
}

/// Returns the rows by their notes, each of which is said once: often all are in one program that keeps credentials.
fn by_notes(rows: Vec<ImportRow>) -> Vec<(String, Vec<ImportRow>)> {
    let mut groups: Vec<(String, Vec<ImportRow>)> = Vec::new();
    for row in rows {
        let notes = row.notes.iter().map(texts::note).collect::<Vec<_>>().join(" ");
        match groups.iter_mut().find(|(known, _)| *known == notes) {
            Some((_, alike)) => alike.push(row),
            None => groups.push((notes, vec![row])),
        }
    }
    groups
}

/// The rows that cannot be chosen, and what to do about them.
#[component]
fn NotImported(rows: Vec<ImportRow>, skipped: SkippedCounts) -> impl IntoView {
    let nothing = rows.is_empty();
    let rows = by_notes(rows)
        .into_iter()
        .map(|(notes, rows)| {
            let rows = rows.iter().map(|row| {
                view! {
                    <div>
                        <b>{what(row)}</b>
                        <PlaceList places=&row.places from=true/>
                    </div>
                }
            });
            view! {
                <li>
                    {rows.collect_view()}
                    <p>{notes}</p>
                </li>
            }
        })
        .collect_view();
    view! {
        {(!nothing)
            .then(|| {
                view! {
                    <h2 class="not-imported-title">{t!(imports_not_imported)}</h2>
                    <ul class="not-imported">{rows}</ul>
                }
            })}
        {texts::skipped(&skipped).map(|said| view! { <p class="hint">{said}</p> })}
    }
}
