//! The pages Add, Edit and Delete: what they load, and what they say around the form.

use super::{
    api::get_secret,
    delete::DeleteQuestion,
    form::{Purpose, SecretForm},
    id_in_address,
    input::Refused,
    list_address, list_before,
};
use crate::{
    error::ApiError,
    ui::{ago::Ago, alert::Alert},
};
use domain::{error::Error, secret::SecretDetails};
use leptos::prelude::*;
use leptos_meta::Title;

/// What the server hands to the page it answers a refused form with.
fn refused() -> Option<Refused> {
    SharedValue::new(|| {
        #[cfg(feature = "ssr")]
        {
            crate::ssr::refused()
        }
        #[cfg(not(feature = "ssr"))]
        {
            None
        }
    })
    .into_inner()
}

/// Add a secret.
#[component]
pub fn AddPage() -> impl IntoView {
    let refused = refused();
    let submission = SharedValue::new(|| {
        #[cfg(feature = "ssr")]
        {
            crate::ssr::new_submission()
        }
        #[cfg(not(feature = "ssr"))]
        {
            // The button is locked while the form is sent, so a page made in the browser needs no mark.
            String::new()
        }
    })
    .into_inner();
    let cancel = list_address(&list_before());
    view! {
        <Title text="Add secret · Latchkey"/>
        <div class="form-page">
            <h1>"Add secret"</h1>
            <p class="lead">"A credential for one Git repository host or one image registry. Its value is sealed before it is stored."</p>
            <SecretForm purpose=Purpose::Add { submission } refused cancel/>
        </div>
    }
}

/// Loads the secret that the address names, and shows it, or says why not.
#[component]
fn WithSecret(
    /// The page's title before it is known whose page it is.
    title: &'static str,
    #[prop(into)] show: Callback<SecretDetails, AnyView>,
) -> impl IntoView {
    let id = id_in_address();
    let secret = Resource::new(
        move || id.get(),
        |id| async move {
            if let Some(id) = id {
                return get_secret(id).await;
            }
            #[cfg(feature = "ssr")]
            crate::ssr::set_status(http::StatusCode::NOT_FOUND);
            Err(ApiError::Refused(Error::NotFound))
        },
    );
    view! {
        <Title text=format!("{title} · Latchkey")/>
        <div class="form-page">
            <Transition fallback=|| view! { <p class="hint">"Loading…"</p> }>
                {move || {
                    Suspend::new(async move {
                        match secret.await {
                            Ok(details) => show.run(details),
                            Err(error) => view! { <LoadFailure error/> }.into_any(),
                        }
                    })
                }}
            </Transition>
        </div>
    }
}

/// In place of a page whose secret could not be loaded.
#[component]
pub fn LoadFailure(error: ApiError) -> impl IntoView {
    match error {
        ApiError::Refused(Error::NotFound) => view! {
            <h1>"Secret not found"</h1>
            <p>"There is no secret at this address. It may have been deleted, or the address was cut short."</p>
            <p>
                <a class="button" href=super::LIST>
                    "Go to the secrets"
                </a>
            </p>
        }
        .into_any(),
        error => view! {
            <h1>"Secrets"</h1>
            <Alert title="This page could not be loaded">
                <p>{error.message()}</p>
                <div class="choices">
                    <a class="button" href="" rel="external">
                        "Try again"
                    </a>
                </div>
            </Alert>
        }
        .into_any(),
    }
}

/// Edit a secret.
#[component]
pub fn EditPage() -> impl IntoView {
    let refused = refused();
    let cancel = list_address(&list_before());
    view! {
        <WithSecret
            title="Edit secret"
            show=move |details: SecretDetails| {
                let (by, at, now) = (details.updated_by.clone(), details.updated_at, details.now);
                view! {
                    <h1>"Edit secret"</h1>
                    <p class="lead">
                        {details.id.kind.label()} " " <b>{details.display_name.clone()}</b> ", last changed " <Ago at now/>
                        {format!(" by {by}.")}
                    </p>
                    <SecretForm
                        purpose=Purpose::Edit(details)
                        refused=refused.clone()
                        cancel=cancel.clone()
                    />
                }
                .into_any()
            }
        />
    }
}

/// The confirmation as a page of its own.
#[component]
pub fn DeletePage() -> impl IntoView {
    let refused = refused();
    let cancel = list_address(&list_before());
    view! {
        <WithSecret
            title="Delete secret"
            show=move |details: SecretDetails| {
                let failure = refused.clone().map(|refused| ApiError::Refused(refused.error));
                view! {
                    <h1 id="delete-title">"Delete Secret"</h1>
                    {failure
                        .map(|error| view! { <Alert title="Not deleted"><p>{error.message()}</p></Alert> })}
                    <form method="post">
                        <DeleteQuestion id=details.id display_name=details.display_name/>
                        <div class="actions">
                            <a class="button" href=cancel.clone()>
                                "Cancel"
                            </a>
                            <button class="danger">"OK"</button>
                        </div>
                    </form>
                }
                .into_any()
            }
        />
    }
}
