//! Testing connections by plain forms.

use super::{Nothing, Unreadable, read, secrets::unreadable, services};
use crate::{middleware::to_sign_in, pages, state::AppState};
use app::{
    checks::{actions, answer, page::Outcome},
    document::Page,
    secrets::{
        LIST,
        input::{Refused, SecretInput, Tested},
    },
    ssr,
};
use axum::{
    extract::{Path, Request, State},
    http::{StatusCode, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use domain::{error::Error, secret::SecretId};
use serde::Deserialize;

/// `POST /secrets/new/check`
pub async fn new(State(state): State<AppState>, request: Request) -> Response {
    typed(state, request, Page::AddSecret, String::new()).await
}

/// `POST /secrets/{id}/edit/check`
pub async fn edit(State(state): State<AppState>, Path(id): Path<String>, request: Request) -> Response {
    typed(state, request, Page::EditSecret, id).await
}

/// The form again, with what the test came to; values are not in it.
async fn typed(state: AppState, request: Request, page: Page, of: String) -> Response {
    let (parts, body) = request.into_parts();
    let input = match read::<SecretInput>(&parts, body).await {
        Ok(input) => SecretInput { of, ..input },
        Err(refusal) => return unreadable(refusal, state, parts, page).await,
    };
    let outcome = match services(&state, &parts) {
        Ok((backend, ctx)) => actions::typed(&backend, &ctx, &input).await,
        Err(error) => Err(error),
    };
    let value_dropped = !input.secret.is_empty() || !input.password.is_empty();
    match outcome {
        Ok(report) => {
            let tested = Tested { typed: input.typed(), answer: answer::html(report, &input, value_dropped) };
            pages::in_answer(state, parts, page, StatusCode::OK, tested).await
        }
        Err(Error::NotSignedIn) => to_sign_in(parts.uri.path()),
        Err(error) => {
            let status = ssr::status_of(&error);
            let refused = Refused { typed: input.typed(), error, value_dropped };
            pages::in_answer(state, parts, page, status, refused).await
        }
    }
}

/// `POST /secrets/{id}/check`
pub async fn stored(State(state): State<AppState>, Path(id): Path<String>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    if let Err(Unreadable(status)) = read::<Nothing>(&parts, body).await {
        return status.into_response();
    }
    let outcome = match (services(&state, &parts), SecretId::parse(&id)) {
        (Ok((backend, ctx)), Some(id)) => backend.checks().stored(&ctx, &id).await,
        (Ok(_), None) => Err(Error::NotFound),
        (Err(error), _) => Err(error),
    };
    finish(state, parts, &id, outcome).await
}

/// `POST /secrets/{id}/known-hosts`
pub async fn approve(State(state): State<AppState>, Path(id): Path<String>, request: Request) -> Response {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields, default)]
    #[derive(Default)]
    struct Approved {
        approved_hosts: String,
    }

    let (parts, body) = request.into_parts();
    let approved = match read::<Approved>(&parts, body).await {
        Ok(approved) => approved.approved_hosts,
        Err(Unreadable(status)) => return status.into_response(),
    };
    let outcome = match (services(&state, &parts), SecretId::parse(&id)) {
        (Ok((backend, ctx)), Some(id)) => backend.checks().approve(&ctx, &id, &approved).await,
        (Ok(_), None) => Err(Error::NotFound),
        (Err(error), _) => Err(error),
    };
    finish(state, parts, &id, outcome).await
}

/// On to the page that shows what is kept; where there is more to show than that, it is the answer itself.
async fn finish(state: AppState, parts: Parts, id: &str, outcome: Outcome) -> Response {
    let status = match &outcome {
        Ok(report) if report.host_keys.is_empty() => {
            let query = parts.uri.query().map(|query| format!("?{query}")).unwrap_or_default();
            return Redirect::to(&format!("{LIST}/{}/check{query}", domain::percent::encode(id)))
                .into_response();
        }
        Ok(_) => StatusCode::OK,
        Err(Error::NotSignedIn) => {
            return to_sign_in(&format!("{LIST}/{}/check", domain::percent::encode(id)));
        }
        Err(error) => ssr::status_of(error),
    };
    pages::in_answer(state, parts, Page::CheckSecret, status, outcome).await
}
