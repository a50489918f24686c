//! Add, edit and delete a secret.

use super::{Nothing, Unreadable, read, services, with_notice};
use crate::{middleware::to_sign_in, pages, state::AppState};
use app::{
    document::Page,
    secrets::{
        LIST, actions,
        input::{Refused, SecretEdit, SecretInput, Typed},
        keys::key_address,
        list_before,
    },
    ssr,
    ui::notice::Notice,
};
use axum::{
    extract::{Path, Request, State},
    http::{HeaderValue, header, request::Parts},
    response::Response,
};
use domain::{error::Error, secret::SecretId};

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
    if let Err(refusal) = read::<Nothing>(&parts, body).await {
        return unreadable(refusal, state, parts, Page::DeleteSecret).await;
    }
    let outcome = match (services(&state, &parts), SecretId::parse(&id)) {
        (Ok((backend, ctx)), Some(id)) => actions::delete(&backend, &ctx, &id).await,
        (Ok(_), None) => Err(Error::NotFound),
        (Err(error), _) => Err(error),
    };
    let back = list_before(parts.uri.query().unwrap_or_default());
    finish(state, parts, Page::DeleteSecret, outcome, &SecretInput::default(), &back).await
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
            let draft = ssr::kept_draft(&input.typed(), parts.uri.path()).map(HeaderValue::try_from);
            if let (Some(Ok(draft)), false) = (draft, page == Page::DeleteSecret) {
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
