//! The page of a secret's key.

use super::{KeyAnswer, replaced, section::KeySection};
use crate::{
    secrets::{from_secret, list_before, load::with_secret, page_of},
    ssr,
    ui::{alert::Alert, icon::icon},
};
use domain::{
    access::Role,
    error::Error,
    secret::{SecretDetails, SecretId, SecretKind},
};
use leptos::{either::Either, prelude::*};

/// The page of a secret's key.
#[component]
pub fn KeyPage(
    id: SecretId,
    /// The answer to a form on the page.
    answer: Option<KeyAnswer>,
) -> impl IntoView {
    let (failed, tested) = match answer {
        Some(KeyAnswer::NotDone(error)) => (Some(error), None),
        Some(KeyAnswer::Tested(tested)) => (None, Some(tested)),
        None => (None, None),
    };
    let failed = failed.map(|error| {
        let said = match error {
            Error::Changed(_) => replaced(),
            Error::NotFound => {
                "There is no new key any more: it was discarded, or is in use already.".to_owned()
            }
            error => crate::messages::error(&error),
        };
        view! { <Alert title="Not done"><p>{said}</p></Alert> }
    });
    let show = move |details: SecretDetails| {
        let (id, query) = (details.id.clone(), ssr::query());
        if id.kind == SecretKind::ImagePull {
            ssr::set_status(http::StatusCode::NOT_FOUND);
            return Either::Left(view! {
                <h1>"No SSH key"</h1>
                <p>"This secret is an account at an image registry, and has no SSH key."</p>
                <p>
                    <a class="button" href=page_of(&id, "", &query)>
                        "Go to the secret"
                    </a>
                </p>
            });
        }
        let test = (ssr::may(Role::Editor) && details.pending.is_none()).then(|| {
            let action = from_secret(&id, "check", &query);
            view! {
                <form method="post" action=action>
                    <button>{icon!("plug")} "Test connection"</button>
                </form>
            }
        });
        Either::Right(view! {
            <h1>"SSH key"</h1>
            <p class="lead">"Of the Git dataset secret " <a href=page_of(&id, "", &query)>{details.display_name.clone()}</a> "."</p>
            {failed}
            <KeySection details tested/>
            <div class="choices">
                <a class="button" href=page_of(&id, "", &query)>
                    "Go to the secret"
                </a>
                <a class="button" href=list_before(&query)>
                    "Back to the secrets"
                </a>
                {test}
            </div>
        })
    };
    with_secret(id, show)
}
