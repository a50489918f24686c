//! The pages Add and Edit of images and datasets.

use super::{fields::UsageForm, form::Form, input::Returned, list::subject};
use crate::{failure::loaded, texts::Markup, ui::ago::Ago};
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
            <h1>{match kind {
                UsageKind::Image => t!(usages_add_image),
                UsageKind::Dataset => t!(usages_add_dataset),
            }}</h1>
            <p class="lead">{match kind {
                UsageKind::Image => t!(usages_add_image_lead),
                UsageKind::Dataset => t!(usages_add_dataset_lead),
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
            let when = Markup::rendered(view! { <Ago at=usage.updated_at now=form.now/> });
            view! {
                <p class="lead">
                    {t!(usages_changed, name: usage.name.as_str(), when, by: usage.updated_by)}
                </p>
            }
        });
        view! {
            <h1>{match kind {
                UsageKind::Image => t!(usages_edit_image),
                UsageKind::Dataset => t!(usages_edit_dataset),
            }}</h1>
            {stored}
            <UsageForm form=&form/>
        }
    });
    view! { <div class="form-page">{page}</div> }
}
