//! Audit records as a table.

use super::labels;
use crate::{
    secrets::secret_address,
    ui::{ago::Ago, rendered::rendered, table::Cell},
};
use backend::{AuditAction, AuditEntry};
use domain::time::Timestamp;
use leptos::{either::Either, prelude::*};
use std::collections::BTreeMap;

/// A row for each record.
#[component]
pub fn Entries(
    entries: Vec<AuditEntry>,
    /// The names of API tokens that records are about, by their ids.
    token_names: BTreeMap<String, String>,
    now: Timestamp,
    /// Whether all records are about one object, which is then not named again.
    of_one: bool,
    /// Whether to show the address and the session of each action, which only administrators may see.
    places: bool,
) -> impl IntoView {
    let rows = entries
        .into_iter()
        .map(|entry| {
            let actor = labels::actor(&entry.actor_kind, &entry.actor, &entry.action).to_owned();
            let (name, kind, request) =
                (&actor, labels::actor_kind_of(&entry.actor_kind), &entry.request_id);
            let who = match &entry.credential {
                Some(credential) => t!(audit_who_by, name, kind, credential, request),
                None => t!(audit_who, name, kind, request),
            };
            let did = labels::change(&entry.action, &entry.fields);
            let token_name = token_names.get(&entry.object).cloned();
            let object = (!of_one).then(|| {
                view! {
                    <Cell label=t!(audit_object) title=entry.object.clone()>
                        {named(&entry.action, entry.object.clone(), token_name.as_deref())}
                    </Cell>
                }
            });
            let address = places.then(|| {
                view! { <Cell label=t!(audit_address)>{entry.address.unwrap_or_else(|| t!(audit_no_address).to_owned())}</Cell> }
            });
            view! {
                <tr>
                    <Cell label=t!(audit_time)>
                        {if of_one { Either::Left(view! { <Ago at=entry.at now/> }) } else { Either::Right(exactly(entry.at)) }}
                    </Cell>
                    <Cell label=t!(audit_actor) title=who>
                        {actor}
                    </Cell>
                    <Cell label=t!(audit_action) title=did.clone()>
                        {did.clone()}
                    </Cell>
                    {object}
                    <Cell label=t!(audit_outcome)>{labels::outcome_of(&entry.outcome).to_owned()}</Cell>
                    {address}
                </tr>
            }
        })
        .collect_view();
    rendered(view! {
        <table class="audit">
            <thead>
                <tr>
                    <th scope="col">{t!(audit_time)}</th>
                    <th scope="col">{t!(audit_actor)}</th>
                    <th scope="col">{t!(audit_action)}</th>
                    {(!of_one).then(|| view! { <th scope="col">{t!(audit_object)}</th> })}
                    <th scope="col">{t!(audit_outcome)}</th>
                    {places.then(|| view! { <th scope="col">{t!(audit_address)}</th> })}
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    })
}

/// Renders the time of a record to the second, in UTC; `public/times.js` has the reader's own zone.
fn exactly(at: Timestamp) -> impl IntoView {
    let time = at.rfc3339().replace('T', " ").replace('Z', "");
    view! { <time datetime=at.rfc3339()>{t!(audit_time_utc, time)}</time> }
}

/// Renders the object of a record: of a secret, as a link to its page, which may be gone.
fn named(action: &str, object: String, token_name: Option<&str>) -> impl IntoView + use<> {
    match AuditAction::secret_of(action, &object) {
        Some(id) => Either::Left(view! { <a href=secret_address(&id)>{object}</a> }),
        None => Either::Right(broken_at_slash(&labels::object(action, &object, token_name))),
    }
}

/// Renders a text that may be broken after its first slash, as in `datasets/weather`: browsers break there only within a word.
fn broken_at_slash(text: &str) -> impl IntoView + use<> {
    match text.find('/').map(|slash| text.split_at(slash + 1)) {
        Some((before, after)) => Either::Left(view! {
            {before.to_owned()}
            <wbr/>
            {after.to_owned()}
        }),
        None => Either::Right(text.to_owned()),
    }
}
