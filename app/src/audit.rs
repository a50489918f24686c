//! The Audit page, and the history of one secret.

pub mod history;

pub use history::History;

use crate::{failure::LoadFailure, ssr, ui::ago::Ago};
use backend::{AuditAction, AuditCursor, AuditEntry, AuditPage, AuditQuery, Outcome};
use domain::{percent, time::Timestamp};
use leptos::{either::Either, prelude::*};

/// The address of the log.
pub const AUDIT: &str = "/audit";

/// Texts longer than this are looked for no further, in characters.
const MAX_CHARS: usize = 300;

/// Reads the query of an address: nonsense looks for everything.
pub fn parse(query: &str) -> AuditQuery {
    let text = |name: &str| {
        query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .filter(|(key, _)| *key == name)
            .find_map(|(_, value)| percent::decode(value))
            .map(|value| value.trim().chars().filter(|c| !c.is_control()).take(MAX_CHARS).collect::<String>())
            .unwrap_or_default()
    };
    let number = |name: &str| text(name).parse::<i64>().ok().filter(|id| *id >= 0);
    let cursor = match (number("older"), number("newer")) {
        (Some(id), _) => AuditCursor::OlderThan(id),
        (None, Some(id)) => AuditCursor::NewerThan(id),
        (None, None) => AuditCursor::Newest,
    };
    AuditQuery {
        actor: text("actor"),
        action: text("action"),
        object: text("object"),
        outcome: text("outcome"),
        from: Timestamp::parse_date(&text("from")),
        // The day that is named is part of it.
        until: Timestamp::parse_date(&text("until")).map(Timestamp::next_day),
        cursor,
    }
}

/// The filters of a query, as they stand in the address; the page does not.
fn filters(query: &AuditQuery) -> String {
    let mut out = String::new();
    let day = |at: Timestamp| at.rfc3339()[..10].to_owned();
    for (name, value) in [
        ("actor", query.actor.clone()),
        ("action", query.action.clone()),
        ("object", query.object.clone()),
        ("outcome", query.outcome.clone()),
        ("from", query.from.map(day).unwrap_or_default()),
        ("until", query.until.map(Timestamp::previous_day).map(day).unwrap_or_default()),
    ] {
        if !value.is_empty() {
            if !out.is_empty() {
                out.push('&');
            }
            out.push_str(name);
            out.push('=');
            out.push_str(&percent::encode(&value));
        }
    }
    out
}

fn address(filters: &str, page: &str) -> String {
    let parts: Vec<&str> = [filters, page].into_iter().filter(|part| !part.is_empty()).collect();
    if parts.is_empty() { AUDIT.to_owned() } else { format!("{AUDIT}?{}", parts.join("&")) }
}

/// Everything that was done, newest first.
#[component]
pub fn AuditPageView() -> impl IntoView {
    let query = parse(&ssr::query());

    Suspend::new(async move {
        let loaded = match ssr::request() {
            Ok((backend, ctx)) => backend.audit().list(&ctx, &query).await.map_err(ssr::refuse),
            Err(error) => Err(error),
        };
        match loaded {
            Ok(page) => Either::Left(view! { <Log page query/> }),
            Err(error) => {
                Either::Right(view! { <LoadFailure error heading="Audit" noun="record" list=AUDIT/> })
            }
        }
    })
}

#[component]
fn Log(page: AuditPage, query: AuditQuery) -> impl IntoView {
    let AuditPage { entries, newer, older, now } = page;
    let filters = filters(&query);
    let to = |label: &'static str, page: Option<String>| {
        page.map(|page| view! { <a class="button" href=address(&filters, &page)>{label}</a> })
    };
    let pages = view! {
        <nav class="pages" aria-label="Pages">
            {to("Newest", newer.then(String::new))}
            {to("Newer", entries.first().filter(|_| newer).map(|entry| format!("newer={}", entry.id)))}
            {to("Older", entries.last().filter(|_| older).map(|entry| format!("older={}", entry.id)))}
        </nav>
    };
    let export = |format: &'static str, label: &'static str| {
        view! { <button name="format" value=format>{label}</button> }
    };
    let rows = if entries.is_empty() {
        Either::Left(view! {
            <div class="nothing">
                <p><b>"No record matches."</b></p>
                <a class="button" href=AUDIT>
                    "Clear filters"
                </a>
            </div>
        })
    } else {
        Either::Right(view! { <Entries entries now of_one=false places=true/> })
    };
    view! {
        <div class="page-head">
            <div>
                <h1>"Audit"</h1>
                <p class="lead">"Who did what, when and from where. A record that was changed, or taken out from between others, is found by " <code>"latchkey audit verify"</code> "."</p>
            </div>
            <form method="post" action=format!("{AUDIT}/export?{filters}") class="choices">
                {export("csv", "Export CSV")}
                {export("jsonl", "Export JSON lines")}
            </form>
        </div>
        <Filters query/>
        {rows}
        {pages}
    }
}

#[component]
fn Filters(query: AuditQuery) -> impl IntoView {
    let chosen = query.action.clone();
    let actions = AuditAction::all()
        .map(|action| {
            view! {
                <option value=action.as_str() selected={action.as_str() == chosen}>
                    {action.as_str()}
                </option>
            }
        })
        .collect_view();
    let chosen = query.outcome.clone();
    let outcomes = Outcome::ALL
        .map(|outcome| {
            view! {
                <option value=outcome.as_str() selected={outcome.as_str() == chosen}>
                    {outcome.as_str()}
                </option>
            }
        })
        .collect_view();
    let day = |at: Option<Timestamp>| at.map(|at| at.rfc3339()[..10].to_owned());
    let text = |id: &'static str, label: &'static str, value: String| {
        view! {
            <div>
                <label for=id>{label}</label>
                <input type="text" id=id name=id value=value maxlength="300" autocomplete="off" spellcheck="false" autocapitalize="none"/>
            </div>
        }
    };
    view! {
        <form class="filter" method="get" action=AUDIT role="search" id="filter">
            {text("actor", "Actor", query.actor)}
            <div>
                <label for="action">"Action"</label>
                <select id="action" name="action" autocomplete="off">
                    <option value="">"All"</option>
                    {actions}
                </select>
            </div>
            {text("object", "Object", query.object)}
            <div>
                <label for="outcome">"Outcome"</label>
                <select id="outcome" name="outcome" autocomplete="off">
                    <option value="">"All"</option>
                    {outcomes}
                </select>
            </div>
            <div>
                <label for="from">"From (UTC)"</label>
                <input type="date" id="from" name="from" value=day(query.from)/>
            </div>
            <div>
                <label for="until">"Until (UTC)"</label>
                <input type="date" id="until" name="until" value=day(query.until.map(Timestamp::previous_day))/>
            </div>
            <button>"Filter"</button>
        </form>
    }
}

#[component]
fn Entries(
    entries: Vec<AuditEntry>,
    now: Timestamp,
    /// All are about one object, which is not named again.
    of_one: bool,
    /// From where things were done, and in which session, is for administrators.
    places: bool,
) -> impl IntoView {
    let rows = entries
        .into_iter()
        .map(|entry| {
            let credential = entry.credential.map_or_else(String::new, |id| format!(", by {id}"));
            let who =
                format!("{}: {}{credential}, request {}", entry.actor, entry.actor_kind, entry.request_id);
            let did = if entry.fields.is_empty() {
                entry.action
            } else {
                format!("{}: {}", entry.action, entry.fields.join(", "))
            };
            let object = (!of_one).then(|| {
                view! {
                    <td title=entry.object.clone()>
                        <span class="column-word">"Object"</span>
                        {entry.object.clone()}
                    </td>
                }
            });
            let address = places.then(|| {
                view! {
                    <td>
                        <span class="column-word">"Address"</span>
                        {entry.address.unwrap_or_else(|| "none".to_owned())}
                    </td>
                }
            });
            view! {
                <tr>
                    <td>
                        <Ago at=entry.at now/>
                    </td>
                    <td title=who>
                        <span class="column-word">"Actor"</span>
                        {entry.actor}
                    </td>
                    <td title=did.clone()>
                        <span class="column-word">"Action"</span>
                        {did.clone()}
                    </td>
                    {object}
                    <td>
                        <span class="column-word">"Outcome"</span>
                        {entry.outcome}
                    </td>
                    {address}
                </tr>
            }
        })
        .collect_view();
    view! {
        <table class="audit">
            <thead>
                <tr>
                    <th scope="col">"Time"</th>
                    <th scope="col">"Actor"</th>
                    <th scope="col">"Action"</th>
                    {(!of_one).then(|| view! { <th scope="col">"Object"</th> })}
                    <th scope="col">"Outcome"</th>
                    {places.then(|| view! { <th scope="col">"Address"</th> })}
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_read_and_written() {
        let text =
            "actor=ana&action=secret%20added&object=image-a&outcome=done&from=2026-11-01&until=2026-11-24";
        let query = parse(text);
        assert_eq!(filters(&query), text);
        assert_eq!(query.until.unwrap().rfc3339(), "2026-11-25T00:00:00Z");
        assert_eq!(parse("older=7").cursor, AuditCursor::OlderThan(7));
        assert_eq!(parse("newer=7").cursor, AuditCursor::NewerThan(7));
        for nonsense in ["older=-1", "older=x", "from=yesterday&until=2026-13-45", "actor=%00%01", ""] {
            assert_eq!(parse(nonsense), AuditQuery::default(), "{nonsense}");
        }
        assert_eq!(parse(&format!("actor={}", "x".repeat(9_000))).actor.len(), MAX_CHARS);
    }
}
