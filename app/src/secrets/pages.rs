//! The pages Add, Edit and Delete: what they load, and what they say around the form.

use super::{
    LIST,
    delete::DeleteQuestion,
    form::{Purpose, SecretForm},
    list_before,
};
use crate::{
    error::ApiError,
    ssr,
    ui::{ago::Ago, alert::Alert},
};
use domain::{
    error::Error,
    secret::{SecretDetails, SecretId},
};
use leptos::{either::Either, prelude::*};

/// Add a secret.
#[component]
pub fn AddPage() -> impl IntoView {
    let purpose = Purpose::Add { submission: ssr::new_submission() };
    view! {
        <div class="form-page">
            <h1>"Add secret"</h1>
            <p class="lead">"A credential for one Git repository host or one image registry. Its value is sealed before it is stored."</p>
            <SecretForm purpose refused=ssr::refused() cancel=list_before(&ssr::query())/>
        </div>
    }
}

/// Edit a secret.
#[component]
pub fn EditPage() -> impl IntoView {
    let refused = ssr::refused();
    let cancel = list_before(&ssr::query());
    let show = move |details: SecretDetails| {
        let (by, at, now) = (details.updated_by.clone(), details.updated_at, details.now);
        view! {
            <h1>"Edit secret"</h1>
            <p class="lead">
                {details.id.kind.label()} " " <b>{details.display_name.clone()}</b> ", last changed " <Ago at now/>
                {format!(" by {by}.")}
            </p>
            <SecretForm purpose=Purpose::Edit(details) refused cancel/>
        }
    };
    with_secret(show)
}

/// The confirmation as a page of its own.
#[component]
pub fn DeletePage() -> impl IntoView {
    let failure = ssr::refused().map(|refused| ApiError::Refused(refused.error));
    let cancel = list_before(&ssr::query());
    let show = move |details: SecretDetails| {
        view! {
            <h1 id="delete-title">"Delete Secret"</h1>
            {failure.map(|error| view! { <Alert title="Not deleted"><p>{error.message()}</p></Alert> })}
            <form method="post">
                <DeleteQuestion id=details.id display_name=details.display_name/>
                <div class="actions">
                    <a class="button" href=cancel>
                        "Cancel"
                    </a>
                    <button class="danger">"OK"</button>
                </div>
            </form>
        }
    };
    with_secret(show)
}

/// Loads the secret that the address names, and shows it, or says why not.
fn with_secret<V: IntoView + 'static>(
    show: impl FnOnce(SecretDetails) -> V + Send + 'static,
) -> impl IntoView {
    let page = Suspend::new(async move {
        match load().await {
            Ok(details) => Either::Left(show(details)),
            Err(error) => Either::Right(view! { <LoadFailure error/> }),
        }
    });
    view! { <div class="form-page">{page}</div> }
}

async fn load() -> Result<SecretDetails, ApiError> {
    let (backend, ctx) = ssr::request()?;
    let id = ssr::path_segment(2).and_then(|id| SecretId::parse(&id));
    let id = id.ok_or_else(|| ssr::refuse(Error::NotFound))?;
    backend.secrets().get(&ctx, &id).await.map_err(ssr::refuse)
}

/// In place of a page that could not be loaded.
#[component]
pub fn LoadFailure(error: ApiError) -> impl IntoView {
    match error {
        ApiError::Refused(Error::NotFound) => Either::Left(view! {
            <h1>"Secret not found"</h1>
            <p>"There is no secret at this address. It may have been deleted, or the address was cut short."</p>
            <p>
                <a class="button" href=LIST>
                    "Go to the secrets"
                </a>
            </p>
        }),
        error => Either::Right(view! {
            <h1>"Secrets"</h1>
            <Alert title="This page could not be loaded">
                <p>{error.message()}</p>
                <div class="choices">
                    <a class="button" href="">
                        "Try again"
                    </a>
                </div>
            </Alert>
        }),
    }
}
