//! Testing connections by plain forms.

use super::{actions, answer, page::TestResult};
use crate::{
    document::Page,
    error::ApiError,
    extract::{Nothing, Path, RawForm, Sender, SignedIn, Unreadable},
    respond::{Reply, to_sign_in},
    secrets::{
        input::{RejectedForm, Returned, SecretInput},
        is_from_secret, page_beside, place_before,
        post::{emptied, not_read},
    },
    ssr,
};
use axum::{
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
};
use domain::{error::Error, secret::SecretId};
use serde::Deserialize;

/// Handles `POST /secrets/new/check`.
pub async fn new(form: RawForm<SecretInput>) -> Response {
    Box::pin(typed(form, Page::AddSecret, None)).await
}

/// Handles `POST /secrets/{id}/edit/check`.
pub async fn edit(Path(id): Path<SecretId>, form: RawForm<SecretInput>) -> Response {
    let page = |returned| Page::EditSecret(id.clone(), returned);
    Box::pin(typed(form, page, Some(id.clone()))).await
}

/// Answers with the result of a test of the form. A browser gets the form again, without the values; the
/// button of a hydrated page gets the HTML that it puts into the page.
async fn typed(
    RawForm { reply, form }: RawForm<SecretInput>,
    page: impl FnOnce(Option<Box<Returned>>) -> Page,
    id: Option<SecretId>,
) -> Response {
    let wants_page = reply.wants_page();
    let input = match form {
        Ok(input) => input,
        Err(unreadable) if wants_page => return not_read(reply, unreadable, emptied(page)).await,
        Err(Unreadable(status)) => {
            return (status, Html(answer::not_tested(&Error::BadRequest))).into_response();
        }
    };
    let tested = async {
        let SignedIn { backend, ctx } = SignedIn::of(&reply)?;
        actions::typed(&backend, &ctx, id, &input).await
    };
    let value_dropped = wants_page && input.has_value();
    let returned = |error: Option<Error>, tested| {
        let form = RejectedForm { typed: input.typed(), error: error.map(ApiError::from), value_dropped };
        Some(Box::new(Returned { form, tested }))
    };
    match tested.await {
        Ok((report, ticket)) => {
            let html = answer::html(report, &input, ticket, value_dropped);
            if !wants_page {
                return Html(html).into_response();
            }
            // The form is valid, but not saved.
            reply.page(StatusCode::OK, page(returned(None, Some(html)))).await
        }
        Err(error) if !wants_page => {
            (ssr::status_of(&error), Html(answer::not_tested(&error))).into_response()
        }
        Err(error) => reply.failed(error, |error| page(returned(Some(error), None))).await,
    }
}

/// Handles `POST /secrets/{id}/check`.
pub async fn stored(Path(id): Path<SecretId>, RawForm { reply, form }: RawForm<Nothing>) -> Response {
    if let Err(Unreadable(status)) = form {
        return status.into_response();
    }
    let tested = async {
        let SignedIn { backend, ctx } = SignedIn::of(&reply)?;
        backend.connection_tests().stored(&ctx, &id).await
    };
    let outcome = tested.await;
    show(reply, id, outcome).await
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Approved {
    approved_hosts: String,
}

/// Handles `POST /secrets/{id}/known-hosts`.
pub async fn approve(Path(id): Path<SecretId>, RawForm { reply, form }: RawForm<Approved>) -> Response {
    let approved = match form {
        Ok(approved) => approved.approved_hosts,
        Err(Unreadable(status)) => return status.into_response(),
    };
    let tested = async {
        let SignedIn { backend, ctx } = SignedIn::of(&reply)?;
        backend.connection_tests().approve(&ctx, &id, &approved).await
    };
    let outcome = tested.await;
    show(reply, id, outcome).await
}

/// Redirects to the page that shows the stored result, which is that of the secret for those who came from there; if there
/// is more to show, the page of the connection is the answer.
async fn show(reply: Reply, id: SecretId, outcome: TestResult) -> Response {
    let status = match &outcome {
        Ok(report) if report.host_keys.is_empty() => {
            let next = if is_from_secret(reply.query()) {
                place_before(reply.query(), &id)
            } else {
                page_beside(&id, "check", reply.query())
            };
            return Redirect::to(&next).into_response();
        }
        Ok(_) => StatusCode::OK,
        Err(Error::NotSignedIn) => return to_sign_in(&page_beside(&id, "check", reply.query())),
        Err(error) => ssr::status_of(error),
    };
    reply.page(status, Page::TestSecret(id, Some(Box::new(outcome)))).await
}
