//! Deleting: the confirmation, and its dialog over the list.

use super::api::delete_secret;
use crate::{
    error::ApiError,
    ui::{alert::Alert, dialog::Dialog, dom},
};
use domain::{error::Error, secret::SecretId};
use leptos::{ev, prelude::*};

/// The question of the confirmation, with both names of the secret.
#[component]
pub fn DeleteQuestion<'a>(
    id: &'a SecretId,
    display_name: String,
    /// The number of days in which it can be restored.
    keep_days: u16,
) -> impl IntoView + use<> {
    let name = id.name.as_str().to_owned();
    let after = match keep_days {
        0 => "and its value cannot be brought back.".to_owned(),
        1 => "and it can be restored for one day.".to_owned(),
        days => format!("and it can be restored for {days} days."),
    };
    view! {
        <p id="delete-question">
            "Are you sure to delete " <b>{display_name}</b> " (" <code>{name}</code>
            ")? Whatever pulls with it stops working, " {after}
        </p>
    }
}

/// The dialog over the list, or over the page of a secret. It replaces the pages that the links of rows with the label `d`
/// lead to, and links with `data-delete`, which say where to go afterwards; from the list, the same page is loaded again. It
/// takes the secret from around the link: the id from an input, and the display name from a title. It leaves out the links of
/// used secrets, which are marked, because their page has more to read, and a name to type.
#[island]
pub fn DeleteDialog(
    /// The number of days in which a deleted secret can be restored.
    keep_days: u16,
) -> impl IntoView {
    let open = RwSignal::new(false);
    // The secret stays in the dialog while it closes.
    let asked = RwSignal::new(None::<(SecretId, String)>);
    let next = StoredValue::new(String::new());
    // The page of the same question.
    let page = StoredValue::new(String::new());
    let failure = RwSignal::new(None::<ApiError>);
    Effect::new(move |_| {
        window_event_listener(ev::click, move |event| {
            let link = dom::target(&event).and_then(|target| {
                target.closest("[aria-labelledby^='d ']:not([data-used]),[data-delete]").ok().flatten()
            });
            let doomed = link.and_then(|link| {
                let row = link.closest("tr,.page-head").ok()??;
                let said = |selector, attribute| row.query_selector(selector).ok()??.get_attribute(attribute);
                next.set_value(link.get_attribute("data-delete").unwrap_or_default());
                page.set_value(link.get_attribute("href").unwrap_or_default());
                Some((SecretId::parse(&said("input", "value")?)?, said("td[title],h1", "title")?))
            });
            if doomed.is_some() && !dom::opens_elsewhere(&event) {
                event.prevent_default();
                asked.set(doomed);
                failure.set(None);
                open.set(true);
            }
        });
    });

    let delete = Action::new(|id: &SecretId| delete_secret(id.clone()));
    // Deleted, and the list without it is loading.
    let done = move || matches!(*delete.value().read(), Some(Ok(())));
    let busy = move || delete.pending().get() || done();
    Effect::new(move |_| match delete.value().get() {
        // The list, with the flash of the answer.
        Some(Ok(())) => drop(window().location().assign(&next.get_value())),
        // Used by now: the page says by whom.
        Some(Err(ApiError::Rejected(Error::Invalid(_)))) => {
            drop(window().location().assign(&page.get_value()));
        }
        Some(Err(error)) => failure.set(Some(error)),
        None => {}
    });
    let confirm = move |_| {
        if let Some((id, _)) = asked.get_untracked()
            && !untrack(busy)
        {
            delete.dispatch(id);
        }
    };
    view! {
        <Dialog open labelled_by="delete-title" described_by="delete-question">
            <h2 id="delete-title">"Delete Secret"</h2>
            {move || asked.get().map(|(id, display_name)| view! { <DeleteQuestion id=&id display_name keep_days/> })}
            {move || {
                failure.get().map(|error| view! { <Alert title="Not deleted"><p>{error.message()}</p></Alert> })
            }}
            <div class="actions">
                <button type="button" on:click=move |_| open.set(false)>
                    "Cancel"
                </button>
                <button
                    type="button"
                    class="danger"
                    aria-disabled=move || busy().then_some("true")
                    on:click=confirm
                >
                    "OK"
                </button>
            </div>
        </Dialog>
    }
}
