//! Deleting: the confirmation, and its dialog over the list.

use super::{api::delete_secret, server_markup::ServerMarkup};
#[cfg(feature = "ssr")]
use crate::texts::Markup;
use crate::{
    error::ApiError,
    island_texts::IslandText,
    ui::{alert::Alert, dialog::Dialog, dom},
};
use domain::{error::Error, secret::SecretId};
use leptos::{ev, prelude::*};

/// The places in the dialog for the names of the secret.
const DISPLAY_NAME: &str = "delete-display-name";
const NAME: &str = "delete-name";

/// Renders the question of the confirmation, with both names of the secret.
#[cfg(feature = "ssr")]
pub(crate) fn question(display_name: Markup, name: Markup, keep_days: u16) -> impl IntoView {
    view! { <p id="delete-question">{t!(delete_question, display_name, name, days: keep_days)}</p> }
}

/// Renders the question of the dialog, with places for the names.
#[cfg(feature = "ssr")]
pub(crate) fn question_with_places(keep_days: u16) -> ServerMarkup {
    let place = |id: &'static str| Markup::rendered(view! { <span id=id></span> });
    ServerMarkup::render(question(place(DISPLAY_NAME), place(NAME), keep_days).into_view())
}

/// The dialog over the list, or over the page of a secret. It replaces the pages that the links of rows with the label `d`
/// lead to, and links with `data-delete`, which say where to go afterwards; from the list, the same page is loaded again. It
/// takes the secret from around the link: the id from an input, and the display name from its cell or heading. It leaves out the
/// links of used secrets, which are marked, because their page has more to read, and a name to type.
#[island]
pub fn DeleteDialog(
    /// The question, with places for the names.
    question: ServerMarkup,
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
                let part = |selector| row.query_selector(selector).ok()?;
                next.set_value(link.get_attribute("data-delete").unwrap_or_default());
                page.set_value(link.get_attribute("href").unwrap_or_default());
                let id = SecretId::parse(&part("input")?.get_attribute("value")?)?;
                Some((id, part("th+td>p,h1")?.text_content()?))
            });
            if doomed.is_some() && !dom::opens_elsewhere(&event) {
                event.prevent_default();
                if let Some((id, display_name)) = &doomed {
                    dom::say(DISPLAY_NAME, display_name);
                    dom::say(NAME, id.name.as_str());
                }
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
        Some(Err(ApiError::Rejected(Error::Invalid(_), _))) => {
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
            <h2 id="delete-title">{fixed!(secret_delete_heading)}</h2>
            <div class="part" inner_html=question.0></div>
            {move || {
                failure.get().map(|error| view! { <Alert title=IslandText::page_not_deleted.get()><p>{error.message()}</p></Alert> })
            }}
            <div class="actions">
                <button type="button" on:click=move |_| open.set(false)>
                    {fixed!(page_cancel)}
                </button>
                <button
                    type="button"
                    class="danger"
                    aria-disabled=move || busy().then_some("true")
                    on:click=confirm
                >
                    {fixed!(page_ok)}
                </button>
            </div>
        </Dialog>
    }
}
