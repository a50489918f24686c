//! The page of a secret's key.

use super::{KeyAnswer, replaced, section::KeySection};
use crate::{
    secrets::{LIST, from_secret, load::with_secret, secret_address},
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
        let id = details.id.clone();
        if id.kind == SecretKind::ImagePull {
            ssr::set_status(http::StatusCode::NOT_FOUND);
            return Either::Left(view! {
                <h1>{t!(key_none)}</h1>
                <p>{t!(key_none_text)}</p>
                <p>
                    <a class="button" href=format!("{LIST}/{id}")>
                        {t!(key_to_secret)}
                    </a>
                </p>
            });
        }
        let test = (ssr::may(Role::Editor) && details.pending.is_none()).then(|| {
            let action = from_secret(&format!("{LIST}/{id}/check"), "");
            view! {
                <form method="post" action=action>
                    <button>{icon!("plug")} {t!(test_connection)}</button>
                </form>
            }
        });
        Either::Right(view! {
            <h1>{t!(key_heading)}</h1>
            <p class="lead">{t!(key_lead, address: secret_address(&id), name: &details.display_name)}</p>
            {failed}
            <KeySection details tested/>
            <div class="choices">
                <a class="button" href=secret_address(&id)>
                    {t!(key_to_secret)}
                </a>
                <a class="button" href=LIST>
                    {t!(secret_back_to_list)}
                </a>
                {test}
            </div>
        })
    };
    with_secret(id, show)
}
