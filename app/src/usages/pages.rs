//! The pages Add and Edit of images and datasets.

use super::{fields::UsageForm, form::Form, input::Returned, list::subject};
use crate::{failure::loaded, ui::ago::Ago};
use backend::{Backend, Ctx};
use domain::{secret::SecretName, usage::UsageKind};
use leptos::prelude::*;

/// The page that adds an image or a dataset.
#[component]
pub fn AddUsagePage(
    kind: UsageKind,
    /// The answer to the form that this page shows again.
    returned: Option<Returned>,
) -> impl IntoView {
    let load = move |backend: Backend, ctx: Ctx| async move {
        Form::load(&backend, &ctx, kind, None, returned).await
    };
    let page = loaded(subject(kind), load, move |form: Form| {
        view! {
            <h1>{format!("Add {}", kind.as_str())}</h1>
            <p class="lead">{match kind {
                UsageKind::Image => "A container image your platform pulls, and the secret it uses.",
                UsageKind::Dataset => "A Git repository your platform pulls, and the SSH key it uses.",
            }}</p>
            <UsageForm form=&form/>
        }
    });
    view! { <div class="form-page">{page}</div> }
}

/// The page that edits an image or a dataset.
#[component]
pub fn EditUsagePage(
    kind: UsageKind,
    name: SecretName,
    /// The answer to the form that this page shows again.
    returned: Option<Returned>,
) -> impl IntoView {
    let load = move |backend: Backend, ctx: Ctx| async move {
        Form::load(&backend, &ctx, kind, Some(name), returned).await
    };
    let page = loaded(subject(kind), load, move |form: Form| {
        let stored = form.stored.clone().map(|usage| {
            view! {
                <p class="lead">
                    <b>{usage.name.as_str().to_owned()}</b> ", last changed "
                    <Ago at=usage.updated_at now=form.now/> {format!(" by {}.", usage.updated_by)}
                </p>
            }
        });
        view! {
            <h1>{format!("Edit {}", kind.as_str())}</h1>
            {stored}
            <UsageForm form=&form/>
        }
    });
    view! { <div class="form-page">{page}</div> }
}
