//! The confirmation before several secrets are deleted.

use super::{gone, listed, with_selected};
use crate::{
    secrets::{
        confirmation::{NotDeleted, confirmation},
        consumers::count_words_of,
        list_before,
    },
    ssr, texts,
    ui::{confirm::not_done, icon::icon},
};
use domain::{
    secret::Selection,
    usage::{SelectedSecret, UsageKind},
};
use leptos::{either::Either, prelude::*};

/// A single confirmation for all selected secrets, on one page.
#[component]
pub fn DeleteSelectedPage(
    /// The reason why they were not deleted the last time, and what was typed.
    failure: Option<NotDeleted>,
) -> impl IntoView {
    let cancel = list_before(&ssr::query());
    let keep_days = ssr::request().map_or(0, |(backend, _)| backend.secrets().keep_deleted().0);
    let show = move |selection: Selection, left: Selection, secrets: Vec<SelectedSecret>| {
        let words = left.confirmation();
        let reason = failure.as_ref().map(|failure| failure.reason(&words));
        let rejected = failure.as_ref().map(|failure| failure.alert(&words));
        let used = secrets.iter().filter(|secret| is_used(secret)).count();
        let asked = (used > 0).then(|| {
            let warning = match left.ids().len() {
                1 => t!(selected_one_in_use).to_owned(),
                _ => t!(selected_in_use, count: used),
            };
            view! {
                <div class="in-use">
                    <p class="warning">{icon!("alert")} <span>{warning}</span></p>
                    {confirmation(t!(selected_confirmation), &words, failure.as_ref())}
                </div>
            }
        });
        let after = t!(selected_delete_after, days: keep_days);
        let question = match left.ids().len() {
            1 => Either::Left(t!(selected_delete_one)),
            count => Either::Right(t!(selected_delete_question, secrets: t!(list_count, count)).view()),
        };
        view! {
            <h1>{t!(selected_delete_heading)}</h1>
            {rejected}
            <form method="post">
                <p>{question} " " {after}</p>
                {listed(&secrets, users)}
                {gone(&selection, &secrets).map(|words| view! { <p class="hint">{words}</p> })}
                {asked}
                <div class="actions">
                    {not_done(reason)}
                    <a class="button" href=cancel>
                        {t!(page_cancel)}
                    </a>
                    <button class="danger">{t!(page_ok)}</button>
                </div>
            </form>
        }
    };
    with_selected(t!(selected_delete_heading), true, show)
}

fn is_used(secret: &SelectedSecret) -> bool {
    secret.usage_count + secret.reader_count > 0
}

/// Renders the consumers of a secret, on a line of their own.
fn users(secret: &SelectedSecret) -> Option<impl IntoView + use<>> {
    let consumers = count_words_of(secret.usage_count, secret.reader_count, UsageKind::of(secret.id.kind))?;
    let mut names: Vec<&str> = secret.usages.iter().map(domain::secret::SecretName::as_str).collect();
    names.extend((secret.usage_count as usize > names.len()).then_some("…"));
    let words = if names.is_empty() {
        t!(selected_used_by, consumers)
    } else {
        let names = texts::list(names.into_iter().map(str::to_owned));
        t!(selected_used_by_named, consumers, names)
    };
    Some(view! { <span class="against">{icon!("alert")} " " {words}</span> })
}
