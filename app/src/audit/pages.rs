//! The Audit page.

use super::{
    AUDIT,
    entries::Entries,
    query::{address, filters, parse},
};
use crate::{
    failure::{Subject, loaded},
    ssr,
};
use backend::{AuditAction, AuditPage, AuditQuery, Backend, Ctx, Outcome};
use domain::time::Timestamp;
use leptos::{either::Either, prelude::*};

/// The audit log, newest first.
#[component]
pub fn AuditPageView() -> impl IntoView {
    let query = parse(&ssr::query());
    let wanted = query.clone();
    let load = move |backend: Backend, ctx: Ctx| async move { backend.audit().list(&ctx, &wanted).await };
    let subject = Subject { heading: "Audit", noun: "record", list: AUDIT };
    loaded(subject, load, move |page| view! { <Log page query/> })
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
