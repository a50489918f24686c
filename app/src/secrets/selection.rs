//! Several secrets at once: selected by their boxes in the list, then tested, exported or deleted together.

pub mod connection_tests;
pub mod delete;
pub mod manifests;
pub mod post;
mod watched;

pub use watched::LINES;

use super::{LIST, list_before, page_of};
use crate::{
    failure::{Noun, Subject, loaded},
    ssr,
    texts::Markup,
    ui::{icon::icon, rendered::rendered},
};
use backend::{Backend, Ctx};
use domain::{error::Error, secret::Selection, usage::SelectedSecret};
use http::StatusCode;
use leptos::{either::Either, prelude::*};

/// The address that tests the selected secrets.
pub const CHECK: &str = "/secrets/selected/check";
/// The address of the form for their manifests.
pub const MANIFESTS: &str = "/secrets/selected/manifests";
/// The address of the confirmation before they are deleted.
pub const DELETE: &str = "/secrets/selected/delete";

/// The form around the rows, which their boxes belong to.
pub const FORM: &str = "selected";

/// The operations on the selected secrets. The style sheet shows them once a box is checked, and counts the
/// boxes.
#[component]
pub fn SelectionBar(list_query: String, may_write: bool) -> impl IntoView {
    let check = may_write.then(|| {
        view! {
            <button formmethod="post" formaction=CHECK>
                {icon!("plug")}
                {t!(selected_test)}
            </button>
        }
    });
    let delete = may_write.then(|| {
        view! {
            <button class="danger" formaction=DELETE>
                {icon!("bin")}
                {t!(selected_delete)}
            </button>
        }
    });
    let list =
        (!list_query.is_empty()).then(|| view! { <input type="hidden" name="list" value=list_query/> });
    rendered(view! {
        <div role="form" class="selection-bar" aria-label=t!(selected_bar)>
            {list}
            <p class="selected-count" role="status">
                {t!(selected_count, count: Markup::rendered(view! { <span></span> }))}
            </p>
            // The first button is what Enter on a box presses, and it only opens a form.
            <button formaction=MANIFESTS>
                {icon!("file")}
                {t!(selected_export)}
            </button>
            {check}
            {delete}
        </div>
    })
}

/// Returns the selection that the address of a page names.
fn selection() -> Option<Selection> {
    Selection::parse_query(&ssr::query())
}

/// Loads the selection that the address names, and shows it, or says why not.
fn with_selected<V: IntoView + 'static>(
    heading: &'static str,
    to_change: bool,
    // The selection, the part of it that still exists, and its secrets.
    show: impl FnOnce(Selection, Selection, Vec<SelectedSecret>) -> V + Send + 'static,
) -> impl IntoView {
    let page = match selection() {
        None => Either::Left(NothingSelected()),
        Some(selection) => {
            let load = move |backend: Backend, ctx: Ctx| load(backend, ctx, selection, to_change);
            let subject = Subject { heading, noun: Noun::Secret, list: LIST };
            Either::Right(loaded(subject, load, |(selection, left, secrets)| show(selection, left, secrets)))
        }
    };
    view! { <div class="form-page">{page}</div> }
}

/// Loads what is selected: the selection, what of it is left, and what is known of that.
async fn load(
    backend: Backend,
    ctx: Ctx,
    selection: Selection,
    to_change: bool,
) -> Result<(Selection, Selection, Vec<SelectedSecret>), Error> {
    if to_change {
        backend.secrets().may_change(&ctx, None).await?;
    }
    let secrets = backend.usages().of_selection(&ctx, &selection).await?;
    let left = Selection::of(secrets.iter().map(|secret| secret.id.clone())).ok_or(Error::NotFound)?;
    Ok((selection, left, secrets))
}

/// The page in place of one that needs a selection.
#[component]
pub fn NothingSelected() -> impl IntoView {
    ssr::set_status(StatusCode::BAD_REQUEST);
    view! {
        <h1>{t!(selected_nothing)}</h1>
        <p>{t!(selected_nothing_text, most: Selection::MAX)}</p>
        <p>
            <a class="button primary" href=list_before(&ssr::query())>
                {t!(page_to_secrets)}
            </a>
        </p>
    }
}

/// Returns how many of the selected secrets no longer exist.
fn gone(selection: &Selection, secrets: &[SelectedSecret]) -> Option<String> {
    let count = selection.ids().len() - secrets.len();
    (count > 0).then(|| t!(selected_gone, count))
}

/// Renders each secret with both its names, and the remarks on it.
fn listed<V: IntoView + 'static>(
    secrets: &[SelectedSecret],
    about: fn(&SelectedSecret) -> Option<V>,
) -> impl IntoView + use<V> {
    let rows: Vec<_> = secrets
        .iter()
        .map(|secret| {
            let icon = match secret.id.kind {
                domain::secret::SecretKind::GitDataset => icon!("git"),
                domain::secret::SecretKind::ImagePull => icon!("box"),
            };
            let name = secret.id.name.as_str().to_owned();
            let display = (secret.display_name != name).then(|| format!(" {}", secret.display_name));
            let about = about(secret);
            view! {
                <li>
                    {icon}
                    <span>
                        <a href=page_of(&secret.id, "", &ssr::query())>
                            <code>{name}</code>
                        </a>
                        {display}
                        {about}
                    </span>
                </li>
            }
        })
        .collect();
    rendered(view! { <ul class="selected-secrets">{rows}</ul> })
}
