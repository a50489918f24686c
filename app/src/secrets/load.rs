//! Loading the secret of a page.

use super::LIST;
use crate::failure::{Noun, Subject, loaded};
use backend::{Backend, Ctx};
use domain::{
    error::Error,
    secret::{SecretDetails, SecretId},
    usage::SecretConsumers,
};
use leptos::prelude::*;

/// Returns the subject of pages about a secret.
fn subject() -> Subject {
    Subject { heading: t!(list_title), noun: Noun::Secret, list: LIST }
}

/// Loads a secret and its consumers, and shows them, or says why not.
pub fn with_users<V: IntoView + 'static>(
    id: SecretId,
    // Whether the page is only for those who may change the secret.
    to_change: bool,
    show: impl FnOnce(SecretDetails, SecretConsumers) -> V + Send + 'static,
) -> impl IntoView {
    let load = move |backend: Backend, ctx: Ctx| async move {
        let details = load(&backend, &ctx, &id, to_change).await?;
        let users = match details.used_by {
            Some(0) => SecretConsumers::nobody(details.now),
            Some(_) | None => backend.usages().of_secret(&ctx, &details.id).await?,
        };
        Ok((details, users))
    };
    let page = loaded(subject(), load, move |(details, users)| show(details, users));
    view! { <div class="form-page">{page}</div> }
}

/// Loads a secret and shows it, or says why not.
pub fn with_secret<V: IntoView + 'static>(
    id: SecretId,
    show: impl FnOnce(SecretDetails) -> V + Send + 'static,
) -> impl IntoView {
    let load = move |backend: Backend, ctx: Ctx| async move { load(&backend, &ctx, &id, false).await };
    let page = loaded(subject(), load, show);
    view! { <div class="form-page">{page}</div> }
}

async fn load(backend: &Backend, ctx: &Ctx, id: &SecretId, to_change: bool) -> Result<SecretDetails, Error> {
    if to_change {
        backend.secrets().may_change(ctx, Some(id)).await?;
    }
    backend.secrets().get(ctx, id).await
}
