//! The history of one secret, under its form: changes first, everything else folded by day.

use super::{
    AUDIT,
    entries::{Entries, EntriesProps},
};
use crate::{
    failure::with_loaded,
    ssr,
    ui::{ago::Ago, rendered::rendered},
};
use backend::{AuditAction, Backend, Ctx, FoldedReads, FoldedRecords, Outcome, SecretHistory};
use domain::{access::Role, percent, secret::SecretId, time::Timestamp};
use leptos::{either::Either, prelude::*};

/// The history of one secret.
#[component]
pub fn History(id: SecretId) -> impl IntoView {
    let wanted = id.clone();
    let load = move |backend: Backend, ctx: Ctx| async move { backend.audit().history(&ctx, &wanted).await };
    let page = with_loaded(load, move |loaded| match loaded {
        Ok(history) => Either::Left(view! { <Shown history id=&id/> }),
        Err(error) => Either::Right(view! {
            <h2>"History"</h2>
            <p class="hint">{format!("The history could not be loaded. {}", error.message())}</p>
        }),
    });
    view! { <section class="history">{page}</section> }
}

/// The history, once it is loaded.
#[component]
pub fn Shown<'a>(history: SecretHistory, id: &'a SecretId) -> impl IntoView + use<> {
    let SecretHistory { changes, more_changes, reads, others, more_others, now } = history;
    let older = more_changes.then(|| view! { <p class="hint">"There are older changes."</p> });
    let changes = if changes.is_empty() {
        Either::Left(view! { <p class="hint">"No change is on record."</p> })
    } else {
        Either::Right(view! {
            {Entries(EntriesProps { entries: changes, now, of_one: true, places: ssr::may(Role::Admin) })}
            {older}
        })
    };
    let reads = (!reads.is_empty()).then(|| {
        let lines = reads.into_iter().map(|line| view! { <Reads line now/> }).collect_view();
        view! {
            <h3>"Reads of the value"</h3>
            <ul class="users-of-secret">{lines}</ul>
        }
    });
    let others = (!others.is_empty()).then(|| {
        let lines = others.into_iter().map(|line| view! { <Others line now/> }).collect_view();
        view! {
            <h3>"Tests and refusals"</h3>
            <ul class="users-of-secret">
                {lines} {more_others.then(|| view! { <li>"and older ones"</li> })}
            </ul>
        }
    });
    let all = ssr::may(Role::Admin).then(|| {
        let address = format!("{AUDIT}?object={}", percent::encode(&id.to_string()));
        view! {
            <p>
                <a href=address>"All records of this secret"</a>
            </p>
        }
    });
    rendered(view! {
        <h2 id="history-title">"History"</h2>
        {changes}
        {reads}
        {others}
        {all}
    })
}

/// A line such as "API token argo-cd read it 40 times today, last 3 minutes ago."
#[component]
fn Reads(line: FoldedReads, now: Timestamp) -> impl IntoView {
    let FoldedReads { token, name, day, count, last } = line;
    view! {
        <li title=token>
            "API token " <b>{name}</b> {format!(" read it {} {}, last ", times(count), on(day, now))}
            <Ago at=last now/>
        </li>
    }
}

/// A line such as "ana: connection tested, failed, 3 times today, last 2 hours ago."
#[component]
fn Others(line: FoldedRecords, now: Timestamp) -> impl IntoView {
    let FoldedRecords { actor_kind, actor, action, outcome, day, count, last } = line;
    let (action, outcome) = (AuditAction::label_of(&action), Outcome::label_of(&outcome));
    let who = if actor_kind == "token" { Some("API token ") } else { None };
    view! {
        <li>
            {who} <b>{actor}</b> {format!(": {action}, {outcome}, {} {}, last ", times(count), on(day, now))}
            <Ago at=last now/>
        </li>
    }
}

fn times(count: u64) -> String {
    if count == 1 { "once".to_owned() } else { format!("{count} times") }
}

/// Returns the day in words: `today`, `yesterday`, or its date.
fn on(day: Timestamp, now: Timestamp) -> String {
    let date = |at: Timestamp| at.rfc3339()[..10].to_owned();
    match date(day) {
        today if today == date(now) => "today (UTC)".to_owned(),
        yesterday if yesterday == date(now.previous_day()) => "yesterday (UTC)".to_owned(),
        _ => {
            let text = day.utc_text();
            format!("on {}", text.split_once(',').map_or(text.as_str(), |(date, _)| date))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_on_are_in_words() {
        let at = |text: &str| Timestamp::parse_date(text).unwrap();
        let now = at("2026-11-26");
        assert_eq!(times(1), "once");
        assert_eq!(times(40), "40 times");
        assert_eq!(on(at("2026-11-26"), now), "today (UTC)");
        assert_eq!(on(at("2026-11-25"), now), "yesterday (UTC)");
        assert_eq!(on(at("2026-10-31"), now), "on 31 October 2026");
    }
}
