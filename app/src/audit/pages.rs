//! The Audit page.

use super::{
    AUDIT,
    entries::Entries,
    labels,
    query::{address, filters, parse},
};
use crate::{
    failure::{Noun, Subject, loaded},
    ssr,
    ui::list::{ListPage, Nothing, button_link, filter_choice},
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
    let subject = Subject { heading: t!(audit_heading), noun: Noun::Record, list: AUDIT };
    loaded(subject, load, move |page| view! { <Log page query/> })
}

#[component]
fn Log(page: AuditPage, query: AuditQuery) -> impl IntoView {
    let AuditPage { entries, newer, older, more_names, token_names, now } = page;
    let filters = filters(&query);
    let to = |page: String| address(&filters, &page);
    let pages = [
        (t!(audit_newest), newer.then(|| to(String::new()))),
        (t!(audit_newer), entries.first().filter(|_| newer).map(|entry| to(format!("newer={}", entry.id)))),
        (t!(audit_older), entries.last().filter(|_| older).map(|entry| to(format!("older={}", entry.id)))),
    ];
    let export = |format: &'static str, label: &'static str| {
        view! { <button name="format" value=format>{label}</button> }
    };
    let rows = if entries.is_empty() {
        let clear = button_link(AUDIT, t!(page_clear_filters));
        Either::Left(view! { <Nothing title=t!(audit_none) link=Some(clear)/> })
    } else {
        Either::Right(view! { <Entries entries token_names=&token_names now of_one=false places=true/> })
    };
    let lead = t!(audit_lead).view();
    let exports = view! {
        <form method="post" action=format!("{AUDIT}/export?{filters}") class="choices">
            {export("csv", t!(audit_export_csv))}
            {export("jsonl", t!(audit_export_json))}
        </form>
    };
    view! {
        <ListPage heading=t!(audit_heading) lead actions=Some(exports.into_any()) rows pages>
            <Filters query/>
            {more_names.then(|| view! { <p class="hint">{t!(audit_many_names)}</p> })}
        </ListPage>
    }
}

#[component]
fn Filters(query: AuditQuery) -> impl IntoView {
    let chosen = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let (action, outcome) = (chosen(&query.action), chosen(&query.outcome));
    let actions = AuditAction::all().map(|action| (action.code(), labels::action(action)));
    let outcomes = Outcome::ALL.map(|outcome| (outcome.code(), labels::outcome(outcome)));
    let day = |at: Option<Timestamp>| at.map(|at| at.rfc3339()[..10].to_owned());
    let text = |id: &'static str, label: &'static str, value: String| {
        view! {
            <div>
                <label for=id>{label}</label>
                <input type="text" id=id name=id value=value placeholder=t!(audit_part_of_name) maxlength="300" autocomplete="off" spellcheck="false" autocapitalize="none"/>
            </div>
        }
    };
    view! {
        <form class="filter" method="get" action=AUDIT role="search" id="filter">
            {text("actor", t!(audit_actor), query.actor)}
            {filter_choice("action", t!(audit_action), action.as_deref(), actions)}
            {text("object", t!(audit_object), query.object)}
            {filter_choice("outcome", t!(audit_outcome), outcome.as_deref(), outcomes)}
            <div class="dates">
                <div>
                    <label for="from">{t!(audit_from)}</label>
                    <input type="date" id="from" name="from" value=day(query.from)/>
                </div>
                <div>
                    <label for="until">{t!(audit_until)}</label>
                    <input type="date" id="until" name="until" value=day(query.until.map(Timestamp::previous_day))/>
                </div>
            </div>
            <button>{t!(audit_filter)}</button>
        </form>
    }
}
