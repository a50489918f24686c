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
            Error::NotFound => t!(key_gone).to_owned(),
            error => crate::messages::error(&error),
        };
        view! { <Alert title=t!(key_not_done)><p>{said}</p></Alert> }
    });
    let show = move |details: SecretDetails| {
        let (id, query) = (details.id.clone(), ssr::query());
        if id.kind == SecretKind::ImagePull {
            ssr::set_status(http::StatusCode::NOT_FOUND);
            return Either::Left(view! {
                <h1>{t!(key_none)}</h1>
                <p>{t!(key_none_text)}</p>
                <p>
                    <a class="button" href=page_of(&id, "", &query)>
                        {t!(key_to_secret)}
                    </a>
                </p>
            });
        }
        let test = (ssr::may(Role::Editor) && details.pending.is_none()).then(|| {
            let action = from_secret(&id, "check", &query);
            view! {
                <form method="post" action=action>
                    <button>{icon!("plug")} {t!(test_connection)}</button>
                </form>
            }
        });
        Either::Right(view! {
            <h1>{t!(key_heading)}</h1>
            <p class="lead">{t!(key_lead, address: page_of(&id, "", &query), name: &details.display_name)}</p>
            {failed}
            <KeySection details tested/>
            <div class="choices">
                <a class="button" href=page_of(&id, "", &query)>
                    {t!(key_to_secret)}
                </a>
                <a class="button" href=list_before(&query)>
                    {t!(secret_back_to_list)}
                </a>
                {test}
            </div>
        })
    };
    with_secret(id, show)
}
