//! Deleting: the question, and the dialog that asks it over the list.

use super::api::delete_secret;
use crate::{
    error::ApiError,
    ui::{
        alert::Alert,
        dialog::Dialog,
        dom,
        notice::{Notice, Notices},
    },
};
use domain::{error::Error, secret::SecretId};
use leptos::prelude::*;

/// What is about to be deleted.
#[derive(Clone, PartialEq)]
pub struct Doomed {
    pub id: SecretId,
    pub display_name: String,
}

/// The question, naming the secret by both names.
#[component]
pub fn DeleteQuestion(id: SecretId, display_name: String) -> impl IntoView {
    let name = id.name.as_str().to_owned();
    view! {
        <p id="delete-question">
            "Are you sure to delete " <b>{display_name}</b> " (" <code>{name}</code>
            ")? Whatever pulls with it stops working, and its value cannot be brought back."
        </p>
    }
}

/// The dialog over the list. Open while `doomed` holds a secret.
#[component]
pub fn DeleteDialog(
    doomed: RwSignal<Option<Doomed>>,
    /// Called once the secret is gone.
    #[prop(into)]
    deleted: Callback<()>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    // What was asked stays in the dialog while it closes.
    let asked = RwSignal::new(None::<Doomed>);
    let failure = RwSignal::new(None::<ApiError>);
    Effect::new(move |_| {
        if let Some(next) = doomed.get() {
            asked.set(Some(next));
            failure.set(None);
            open.set(true);
        }
    });
    Effect::new(move |_| {
        if !open.get() {
            doomed.set(None);
        }
    });

    let notices = expect_context::<Notices>();
    let delete = Action::new(|id: &SecretId| delete_secret(id.clone()));
    let pending = delete.pending();
    Effect::new(move |_| match delete.value().get() {
        Some(Ok(display_name)) => {
            open.set(false);
            notices.show(Notice::Deleted { display_name });
            deleted.run(());
            // The row that had the focus is gone. The page takes the focus once the dialog is closed.
            request_animation_frame(|| dom::focus("main"));
        }
        Some(Err(error)) => {
            if error == ApiError::Refused(Error::NotFound) {
                // Somebody else was quicker: the list shows it.
                deleted.run(());
            }
            failure.set(Some(error));
        }
        None => {}
    });
    let confirm = move |_| {
        if let Some(Doomed { id, .. }) = asked.get_untracked()
            && !pending.get_untracked()
        {
            delete.dispatch(id);
        }
    };
    view! {
        <Dialog open labelled_by="delete-title" described_by="delete-question">
            <h2 id="delete-title">"Delete Secret"</h2>
            {move || {
                asked.get().map(|Doomed { id, display_name }| view! { <DeleteQuestion id display_name/> })
            }}
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
                    aria-disabled=move || pending.get().then_some("true")
                    on:click=confirm
                >
                    "OK"
                </button>
            </div>
        </Dialog>
    }
}
