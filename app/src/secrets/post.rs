//! Secrets: the forms that add, edit and delete one.

use super::{
    actions,
    confirmation::NotDeleted,
    draft,
    input::{RejectedForm, Returned, SecretEdit, SecretInput, Typed},
    keys::key_address,
    list_before, place_before,
};
use crate::{
    document::Page,
    extract::{Path, RawForm, Sender, SignedIn, Unreadable},
    respond::{Reply, to_sign_in, with_flash},
    ssr,
    ui::flash::Flash,
};
use axum::{
    http::{HeaderValue, header},
    response::Response,
};
use domain::{error::Error, secret::SecretId};
use serde::Deserialize;

/// Handles `POST /secrets/new`.
pub async fn add(RawForm { reply, form }: RawForm<SecretInput>) -> Response {
    let input = match form {
        Ok(input) => input,
        Err(unreadable) => return not_read(reply, unreadable, emptied(Page::AddSecret)).await,
    };
    let added = async {
        let SignedIn { backend, ctx } = SignedIn::of(&reply)?;
        actions::create(&backend, &ctx, &input).await
    };
    match added.await {
        Ok(flash) => {
            // A generated key has yet to be registered, which its page helps with.
            let next = match &flash {
                Flash::Saved { id, .. } if input.key_to_generate().is_some() => {
                    key_address(id, reply.query())
                }
                _ => list_before(reply.query()),
            };
            with_flash(&next, &flash)
        }
        Err(error) => not_saved(reply, error, &input, Page::AddSecret).await,
    }
}

/// Handles `POST /secrets/{id}/edit`.
pub async fn edit(Path(id): Path<SecretId>, RawForm { reply, form }: RawForm<SecretInput>) -> Response {
    let page = |returned| Page::EditSecret(id.clone(), returned);
    let input = match form {
        Ok(input) => input,
        Err(unreadable) => return not_read(reply, unreadable, emptied(page)).await,
    };
    let changed = async {
        let SignedIn { backend, ctx } = SignedIn::of(&reply)?;
        actions::update(&backend, &ctx, SecretEdit { id: id.clone(), form: input.clone() }).await
    };
    match changed.await {
        Ok(flash) => with_flash(&place_before(reply.query(), &id), &flash),
        Err(error) => not_saved(reply, error, &input, page).await,
    }
}

/// The name of a used secret, typed before it is deleted.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Deletion {
    confirmation: String,
}

/// Handles `POST /secrets/{id}/delete`.
pub async fn delete(Path(id): Path<SecretId>, RawForm { reply, form }: RawForm<Deletion>) -> Response {
    let typed = match form {
        Ok(typed) => typed,
        Err(unreadable) => {
            return not_read(reply, unreadable, |error| {
                Page::DeleteSecret(id, Some(NotDeleted { error, typed: String::new() }))
            })
            .await;
        }
    };
    let deleted = async {
        let SignedIn { backend, ctx } = SignedIn::of(&reply)?;
        actions::delete(&backend, &ctx, &id, &typed.confirmation).await
    };
    match deleted.await {
        Ok(flash) => with_flash(&list_before(reply.query()), &flash),
        Err(error) => {
            let back = reply.address();
            let typed = typed.confirmation;
            let page = |error| Page::DeleteSecret(id, Some(NotDeleted { error, typed }));
            reply.failed_at(&back, error, page).await
        }
    }
}

/// Renders the page again after a body that is not one of the portal's forms.
pub(crate) async fn not_read(
    reply: Reply,
    unreadable: Unreadable,
    page: impl FnOnce(Error) -> Page,
) -> Response {
    if let Err(Error::NotSignedIn) = SignedIn::of(&reply).map(drop) {
        return to_sign_in(reply.parts.uri.path());
    }
    reply.page(unreadable.0, page(Error::BadRequest)).await
}

/// Returns the page of a form that repeats nothing, because any part of the body may be a value.
pub(crate) fn emptied(page: impl FnOnce(Option<Box<Returned>>) -> Page) -> impl FnOnce(Error) -> Page {
    move |error| {
        let form = RejectedForm { typed: Typed::default(), error: Some(error.into()), value_dropped: true };
        page(Some(Box::new(Returned { form, tested: None })))
    }
}

/// Renders the form again, with the typed fields but without values.
async fn not_saved(
    reply: Reply,
    error: Error,
    input: &SecretInput,
    page: impl FnOnce(Option<Box<Returned>>) -> Page,
) -> Response {
    if error == Error::NotSignedIn {
        // The session ended while the form was open: the draft is kept until its sender signs in again.
        let mut response = to_sign_in(&reply.address());
        let backend = reply.portal.backend();
        let kept = backend.and_then(|backend| draft::keep(backend, &reply.parts, &input.typed()));
        if let Some(Ok(kept)) = kept.map(HeaderValue::try_from) {
            response.headers_mut().append(header::SET_COOKIE, kept);
        }
        return response;
    }
    let status = ssr::status_of(&error);
    let form =
        RejectedForm { typed: input.typed(), error: Some(error.into()), value_dropped: input.has_value() };
    reply.page(status, page(Some(Box::new(Returned { form, tested: None })))).await
}
