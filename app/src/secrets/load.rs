//! Loading the secret that the address of a page names.

use super::LIST;
use crate::{error::ApiError, failure::LoadFailure, ssr};
use domain::{
    error::Error,
    secret::{SecretDetails, SecretId},
    usage::SecretUsers,
};
use leptos::{either::Either, prelude::*};

/// Loads the secret that the address names and who uses it, and shows them, or says why not.
pub fn with_users<V: IntoView + 'static>(
    to_change: bool,
    show: impl FnOnce(SecretDetails, SecretUsers) -> V + Send + 'static,
) -> impl IntoView {
    let page = Suspend::new(async move {
        let loaded = match load(to_change).await {
            Ok(details) => load_users(&details.id).await.map(|users| (details, users)),
            Err(error) => Err(error),
        };
        match loaded {
            Ok((details, users)) => Either::Left(show(details, users)),
            Err(error) => {
                Either::Right(view! { <LoadFailure error heading="Secrets" noun="secret" list=LIST/> })
            }
        }
    });
    view! { <div class="form-page">{page}</div> }
}

async fn load_users(id: &SecretId) -> Result<SecretUsers, ApiError> {
    let (backend, ctx) = ssr::request()?;
    backend.usages().of_secret(&ctx, id).await.map_err(ssr::respond_with)
}

/// Loads the secret that the address names, and shows it, or says why not.
pub fn with_secret<V: IntoView + 'static>(
    // For whom is it: those who may change it.
    to_change: bool,
    show: impl FnOnce(SecretDetails) -> V + Send + 'static,
) -> impl IntoView {
    let page = Suspend::new(async move {
        match load(to_change).await {
            Ok(details) => Either::Left(show(details)),
            Err(error) => {
                Either::Right(view! { <LoadFailure error heading="Secrets" noun="secret" list=LIST/> })
            }
        }
    });
    view! { <div class="form-page">{page}</div> }
}

async fn load(to_change: bool) -> Result<SecretDetails, ApiError> {
    let (backend, ctx) = ssr::request()?;
    let id = ssr::path_segment(2).and_then(|id| SecretId::parse(&id));
    let id = id.ok_or_else(|| ssr::respond_with(Error::NotFound))?;
    if to_change {
        backend.secrets().may_change(&ctx, Some(&id)).await.map_err(ssr::respond_with)?;
    }
    backend.secrets().get(&ctx, &id).await.map_err(ssr::respond_with)
}
