//! Testing connections by plain forms.

use super::{Nothing, Unreadable, read, secrets::unreadable, services};
use crate::{middleware::to_sign_in, pages, state::AppState};
use app::{
    checks::{
        actions,
        answer::{self, Tested},
        page::Outcome,
    },
    document::Page,
    secrets::{
        LIST,
        input::{Refused, SecretInput},
    },
    ssr,
};
use axum::{
    extract::{Path, Request, State},
    http::{StatusCode, header, request::Parts},
    response::{Html, IntoResponse, Redirect, Response},
};
use domain::{error::Error, secret::SecretId};
use serde::Deserialize;

/// `POST /secrets/new/check`
pub async fn new(State(state): State<AppState>, request: Request) -> Response {
    Box::pin(typed(state, request, Page::AddSecret, None)).await
}

/// `POST /secrets/{id}/edit/check`
pub async fn edit(State(state): State<AppState>, Path(id): Path<String>, request: Request) -> Response {
    Box::pin(typed(state, request, Page::EditSecret, Some(id))).await
}

/// What a test of the form came to. A browser that goes there gets the form again, without the values; the button of a
/// page that has come alive gets that much HTML as it puts into the page.
async fn typed(state: AppState, request: Request, page: Page, of: Option<String>) -> Response {
    let (parts, body) = request.into_parts();
    let accept = parts.headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    let wants_page = accept.is_none_or(|accept| accept.contains("text/html"));
    let input = match read::<SecretInput>(&parts, body).await {
        Ok(input) => input,
        Err(refusal) if wants_page => return unreadable(refusal, state, parts, page).await,
        Err(Unreadable(status)) => {
            return (status, Html(answer::refusal(&Error::BadRequest))).into_response();
        }
    };
    let outcome = match (
        services(&state, &parts),
        of.map(|id| SecretId::parse(&id).ok_or(Error::NotFound)).transpose(),
    ) {
        (Ok((backend, ctx)), Ok(id)) => actions::typed(&backend, &ctx, id, &input).await,
        (Err(error), _) | (_, Err(error)) => Err(error),
    };
    let value_dropped = wants_page && !(input.secret.is_empty() && input.password.is_empty());
    match outcome {
        Ok((report, ticket)) => {
            let html = answer::html(report, &input, ticket, value_dropped);
            if !wants_page {
                return Html(html).into_response();
            }
            // Nothing is wrong with the form; it is only not saved.
            let refused = Refused { typed: input.typed(), error: None, value_dropped };
            pages::in_answer(state, parts, page, StatusCode::OK, (refused, Tested(html))).await
        }
        Err(error) if !wants_page => (ssr::status_of(&error), Html(answer::refusal(&error))).into_response(),
        Err(Error::NotSignedIn) => to_sign_in(parts.uri.path()),
        Err(error) => {
            let status = ssr::status_of(&error);
            let refused = Refused { typed: input.typed(), error: Some(error), value_dropped };
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
