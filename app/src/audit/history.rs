//! The history of one secret, on its page: changes first, everything else folded by day.

use super::{
    AUDIT,
    entries::{Entries, EntriesProps},
    labels,
};
use crate::{
    ssr,
    texts::{self, Markup},
    ui::{ago::Ago, rendered::rendered},
};
use backend::{FoldedReads, FoldedRecords, SecretHistory};
use domain::{access::Role, percent, secret::SecretId, time::Timestamp};
use leptos::{either::Either, prelude::*};
use std::collections::BTreeMap;

/// The history of one secret.
#[component]
pub fn History<'a>(history: SecretHistory, id: &'a SecretId) -> impl IntoView + use<> {
    let SecretHistory { changes, more_changes, reads, others, more_others, now } = history;
    let older = more_changes.then(|| view! { <p class="hint">{t!(history_older_changes)}</p> });
    let changes = if changes.is_empty() {
        Either::Left(view! { <p class="hint">{t!(history_no_changes)}</p> })
    } else {
        Either::Right(view! {
            {Entries(EntriesProps { entries: changes, token_names: &BTreeMap::new(), now, of_one: true, places: ssr::may(Role::Admin) })}
            {older}
        })
    };
    let reads = (!reads.is_empty()).then(|| {
        let lines = reads.iter().map(|line| view! { <li title=line.token.clone()>{read(line, now)}</li> });
        view! {
            <h3>{t!(history_reads)}</h3>
            <ul class="users-of-secret">{lines.collect_view()}</ul>
        }
    });
    let others = (!others.is_empty()).then(|| {
        let lines = others.iter().map(|line| view! { <li>{other(line, now)}</li> }).collect_view();
        view! {
            <h3>{t!(history_others)}</h3>
            <ul class="users-of-secret">
                {lines} {more_others.then(|| view! { <li>{t!(history_older)}</li> })}
            </ul>
        }
    });
    let all = ssr::may(Role::Admin).then(|| {
        let address = format!("{AUDIT}?object={}", percent::encode(&id.to_string()));
        view! {
            <p>
                <a href=address>{t!(history_all)}</a>
            </p>
        }
    });
    rendered(view! {
        <h2 id="history-title">{t!(history_heading)}</h2>
        {changes}
        {reads}
        {others}
        {all}
    })
}

/// Returns a line such as "API token argo-cd read it 40 times today, last 3 minutes ago".
fn read(line: &FoldedReads, now: Timestamp) -> Markup {
    let FoldedReads { name, day, count, last, .. } = line;
    t!(history_read, count: *count, name, day: on(*day, now), when: ago(*last, now))
}

/// Returns a line such as "ana: Tested connection, Failed, 3 times today, last 2 hours ago".
fn other(line: &FoldedRecords, now: Timestamp) -> Markup {
    let FoldedRecords { actor_kind, actor, action, outcome, day, count, last } = line;
    let (count, when) = (*count, ago(*last, now));
    let (action, outcome, day) = (labels::action_of(action), labels::outcome_of(outcome), on(*day, now));
    match actor_kind.as_str() {
        "token" => t!(history_other_token, count, actor, action, outcome, day, when),
        "anonymous" => t!(history_other, count, actor: t!(audit_no_user), action, outcome, day, when),
        _ => t!(history_other, count, actor, action, outcome, day, when),
    }
}

fn ago(at: Timestamp, now: Timestamp) -> Markup {
    Markup::rendered(view! { <Ago at now/> })
}

/// Returns the day in words: `today`, `yesterday`, or its date.
fn on(day: Timestamp, now: Timestamp) -> String {
    let date = |at: Timestamp| at.rfc3339()[..10].to_owned();
    match date(day) {
        today if today == date(now) => t!(history_today).to_owned(),
        yesterday if yesterday == date(now.previous_day()) => t!(history_yesterday).to_owned(),
        _ => t!(history_on, date: texts::date(day)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn read_and_on_are_in_words() {
        let at = |text: &str| Timestamp::parse_date(text).unwrap();
        let now = at("2026-11-26");
        let line = |count| {
            let (token, name) = (String::new(), "argo<cd".to_owned());
            let folded = FoldedReads { token, name, day: now, count, last: now };
            Owner::new().with(|| read(&folded, now).as_str().to_owned())
        };
        assert!(line(1).starts_with("API token <b>argo&lt;cd</b> read it once today (UTC), <time"));
        assert!(line(40).contains(" read it 40 times today (UTC), last <time"), "{}", line(40));
        assert_eq!(on(at("2026-11-25"), now), "yesterday (UTC)");
        assert_eq!(on(at("2026-10-31"), now), "on 31 October 2026");
    }
}
