//! Add, edit and delete a secret.

use super::{Nothing, Unreadable, read, services, with_notice};
use crate::{middleware::to_sign_in, pages, state::AppState};
use app::{
    document::Page,
    secrets::{
        LIST, actions,
        deleted::DELETED,
        input::{Refused, SecretEdit, SecretInput, Typed},
        keys::key_address,
        list_before,
    },
    ssr,
    ui::notice::{Deed, Notice},
};
use axum::{
    extract::{Path, Request, State},
    http::{HeaderValue, header, request::Parts},
    response::Response,
};
use domain::{error::Error, secret::SecretId};
use serde::Deserialize;

/// `POST /secrets/new`
pub async fn add(State(state): State<AppState>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let input = match read::<SecretInput>(&parts, body).await {
        Ok(input) => input,
        Err(refusal) => return unreadable(refusal, state, parts, Page::AddSecret).await,
    };
    let outcome = match services(&state, &parts) {
        Ok((backend, ctx)) => actions::create(&backend, &ctx, &input).await,
        Err(error) => Err(error),
    };
    // A key that was made here has yet to be registered, which its page helps with.
    let next = match &outcome {
        Ok(Notice::Saved { id, .. }) if !input.generate.is_empty() => key_address(id),
        _ => LIST.to_owned(),
    };
    finish(state, parts, Page::AddSecret, outcome, &input, &next).await
}

/// `POST /secrets/{id}/edit`
pub async fn edit(State(state): State<AppState>, Path(id): Path<String>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let input = match read::<SecretInput>(&parts, body).await {
        Ok(input) => input,
        Err(refusal) => return unreadable(refusal, state, parts, Page::EditSecret).await,
    };
    let outcome = match (services(&state, &parts), SecretId::parse(&id)) {
        (Ok((backend, ctx)), Some(id)) => {
            actions::update(&backend, &ctx, SecretEdit { id, form: input.clone() }).await
        }
        (Ok(_), None) => Err(Error::NotFound),
        (Err(error), _) => Err(error),
    };
    finish(state, parts, Page::EditSecret, outcome, &input, LIST).await
}

/// `POST /secrets/{id}/delete`
pub async fn delete(State(state): State<AppState>, Path(id): Path<String>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let typed = match read::<Deletion>(&parts, body).await {
        Ok(typed) => typed,
        Err(refusal) => return unreadable(refusal, state, parts, Page::DeleteSecret).await,
    };
    let outcome = match (services(&state, &parts), SecretId::parse(&id)) {
        (Ok((backend, ctx)), Some(id)) => actions::delete(&backend, &ctx, &id, &typed.confirmation).await,
        (Ok(_), None) => Err(Error::NotFound),
        (Err(error), _) => Err(error),
    };
    let back = list_before(parts.uri.query().unwrap_or_default());
    finish(state, parts, Page::DeleteSecret, outcome, &SecretInput::default(), &back).await
}

/// `POST /secrets/deleted/{id}/restore`
pub async fn restore(State(state): State<AppState>, Path(row): Path<String>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let restored = async {
        let (backend, ctx) = services(&state, &parts)?;
        let Nothing {} = read(&parts, body).await.map_err(|_| Error::BadRequest)?;
        // What is no row is none that there is; who may not is told that all the same.
        backend.secrets().restore(&ctx, row.parse().unwrap_or_default()).await
    };
    let restored = restored.await.map(|_| Notice::Done(Deed::SecretRestored));
    answer_deleted(state, parts, Page::DeletedSecrets, restored).await
}

/// `POST /secrets/deleted/{id}/remove`
pub async fn remove(State(state): State<AppState>, Path(row): Path<String>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let removed = async {
        let (backend, ctx) = services(&state, &parts)?;
        let Nothing {} = read(&parts, body).await.map_err(|_| Error::BadRequest)?;
        match backend.secrets().remove(&ctx, row.parse().unwrap_or_default()).await {
            // Pressed twice, or swept meanwhile: it is gone, as was asked.
            Err(Error::NotFound) => Ok(()),
            outcome => outcome,
        }
    };
    let removed = removed.await.map(|()| Notice::Done(Deed::SecretRemoved));
    answer_deleted(state, parts, Page::RemoveSecret, removed).await
}

async fn answer_deleted(
    state: AppState,
    parts: Parts,
    page: Page,
    outcome: Result<Notice, Error>,
) -> Response {
    match outcome {
        Ok(notice) => with_notice(DELETED, &notice),
        Err(Error::NotSignedIn) => to_sign_in(DELETED),
        Err(error) => {
            let status = ssr::status_of(&error);
            pages::in_answer(state, parts, page, status, error).await
        }
    }
}

/// The name of a used secret, typed before it is deleted.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Deletion {
    confirmation: String,
}

/// The page again. Nothing of the body is repeated: it could not be told what in it is a value.
pub(super) async fn unreadable(refusal: Unreadable, state: AppState, parts: Parts, page: Page) -> Response {
    if let Err(Error::NotSignedIn) = services(&state, &parts) {
        return to_sign_in(parts.uri.path());
    }
    let refused = Refused { typed: Typed::default(), error: Some(Error::BadRequest), value_dropped: true };
    pages::in_answer(state, parts, page, refusal.0, refused).await
}

async fn finish(
    state: AppState,
    parts: Parts,
    page: Page,
    outcome: Result<Notice, Error>,
    input: &SecretInput,
    next: &str,
) -> Response {
    match outcome {
        Ok(notice) => with_notice(next, &notice),
        // The session ended while the form was open: what was typed waits until its sender is back.
        Err(Error::NotSignedIn) => {
            let wanted = parts.uri.path_and_query().map_or(LIST, |path| path.as_str());
            let mut response = to_sign_in(wanted);
            let kept = state.backend().filter(|_| page != Page::DeleteSecret);
            let draft = kept.and_then(|backend| ssr::kept_draft(backend, &parts, &input.typed()));
            if let Some(Ok(draft)) = draft.map(HeaderValue::try_from) {
                response.headers_mut().append(header::SET_COOKIE, draft);
            }
            response
        }
        Err(error) => {
            let status = ssr::status_of(&error);
            let value_dropped = !input.secret.is_empty() || !input.password.is_empty();
            let refused = Refused { typed: input.typed(), error: Some(error), value_dropped };
            pages::in_answer(state, parts, page, status, refused).await
        }
    }
}
