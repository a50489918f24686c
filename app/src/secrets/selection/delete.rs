//! The confirmation before several secrets are deleted.

use super::{gone, listed, with_selected};
use crate::{
    secrets::{
        confirmation::{NotDeleted, confirmation},
        consumers::count_words_of,
        list_before,
    },
    ssr,
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
            let warning = match (used, left.ids().len()) {
                (_, 1) => "It is in use. Whatever pulls with it stops working.".to_owned(),
                (1, _) => "One of them is in use. Whatever pulls with it stops working.".to_owned(),
                (count, _) => format!("{count} of them are in use. Whatever pulls with them stops working."),
            };
            view! {
                <div class="in-use">
                    <p class="warning">{icon!("alert")} <span>{warning}</span></p>
                    {confirmation("Confirmation", &words, failure.as_ref())}
                </div>
            }
        });
        let after = match keep_days {
            0 => "What is deleted cannot be brought back.".to_owned(),
            1 => "What is deleted can be restored for one day.".to_owned(),
            days => format!("What is deleted can be restored for {days} days."),
        };
        let question = if left.ids().len() == 1 {
            Either::Left(view! { <p>"Are you sure to delete this secret? " {after}</p> })
        } else {
            Either::Right(view! {
                <p>
                    "Are you sure to delete these " <b>{left.count_words()}</b> "? All of them, or none. " {after}
                </p>
            })
        };
        view! {
            <h1>"Delete Secrets"</h1>
            {rejected}
            <form method="post">
                {question}
                {listed(&secrets, users)}
                {gone(&selection, &secrets).map(|words| view! { <p class="hint">{words}</p> })}
                {asked}
                <div class="actions">
                    {not_done(reason)}
                    <a class="button" href=cancel>
                        "Cancel"
                    </a>
                    <button class="danger">"OK"</button>
                </div>
            </form>
        }
    };
    with_selected("Delete Secrets", true, show)
}

fn is_used(secret: &SelectedSecret) -> bool {
    secret.usage_count + secret.reader_count > 0
}

/// Renders the consumers of a secret, on a line of their own.
fn users(secret: &SelectedSecret) -> Option<impl IntoView + use<>> {
    let words = count_words_of(secret.usage_count, secret.reader_count, UsageKind::of(secret.id.kind))?;
    let mut names: Vec<&str> = secret.usages.iter().map(domain::secret::SecretName::as_str).collect();
    names.extend((secret.usage_count as usize > names.len()).then_some("…"));
    let names = if names.is_empty() { String::new() } else { format!(": {}", names.join(", ")) };
    Some(view! { <span class="against">{icon!("alert")} {format!(" used by {words}{names}")}</span> })
}
