//! The SSH keys of secrets: a new pair, taking it into use or away, and the public half as a file.

use super::{read, services, with_notice};
use crate::{middleware::to_sign_in, pages, state::AppState};
use app::{
    document::Page,
    secrets::keys::{NewKeyTested, NotDone, key_address},
    ssr,
    ui::notice::{Deed, Notice},
};
use axum::{
    body::Body,
    extract::{Path, Request, State},
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use backend::{Backend, Ctx};
use domain::{
    error::Error,
    secret::{KeyFacts, NewKeyKind, SecretDetails, SecretId, StoredKey},
};
use serde::{Deserialize, de::DeserializeOwned};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Generate {
    generate: String,
    /// The fingerprint of the pair that waits and may give way; nothing where none is known to wait.
    #[serde(default)]
    replaces: Option<String>,
}

/// Which pair, as the page showed it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Waiting {
    fingerprint: String,
}

/// Which pair is taken into use.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Switch {
    fingerprint: String,
    /// The ticket of the test just before, if there was one.
    #[serde(default)]
    tested: String,
}

/// `POST /secrets/{id}/key/generate`
pub async fn generate(State(state): State<AppState>, Path(id): Path<String>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let outcome = async {
        let (backend, ctx, id, input) = begin::<Generate>(&state, &parts, &id, body).await?;
        let kind = NewKeyKind::parse(&input.generate).ok_or(Error::BadRequest)?;
        backend.secrets().replace_pending_key(&ctx, &id, kind, input.replaces.as_deref()).await?;
        Ok(Redirect::to(&key_address(&id)).into_response())
    };
    let outcome = outcome.await;
    finish(state, parts, outcome).await
}

/// `POST /secrets/{id}/key/check`
pub async fn check(State(state): State<AppState>, Path(id): Path<String>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let outcome = async {
        let (backend, ctx, id, input) = begin::<Waiting>(&state, &parts, &id, body).await?;
        backend.checks().pending_with_ticket(&ctx, &id, &input.fingerprint).await
    };
    match outcome.await {
        Ok((report, ticket)) => {
            let tested = NewKeyTested { report, ticket };
            pages::in_answer(state, parts, Page::SecretKey, StatusCode::OK, tested).await
        }
        Err(error) => finish(state, parts, Err(error)).await,
    }
}

/// `POST /secrets/{id}/key/switch`
pub async fn switch(State(state): State<AppState>, Path(id): Path<String>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let outcome = async {
        let (backend, ctx, id, input) = begin::<Switch>(&state, &parts, &id, body).await?;
        backend.secrets().switch_key_tested(&ctx, &id, &input.fingerprint, &input.tested).await?;
        Ok(with_notice(&key_address(&id), &Notice::Done(Deed::KeySwitched)))
    };
    let outcome = outcome.await;
    finish(state, parts, outcome).await
}

/// `POST /secrets/{id}/key/discard`
pub async fn discard(State(state): State<AppState>, Path(id): Path<String>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let outcome = async {
        let (backend, ctx, id, input) = begin::<Waiting>(&state, &parts, &id, body).await?;
        backend.secrets().discard_key(&ctx, &id, &input.fingerprint).await?;
        Ok(with_notice(&key_address(&id), &Notice::Done(Deed::KeyDiscarded)))
    };
    let outcome = outcome.await;
    finish(state, parts, outcome).await
}

/// `GET /secrets/{id}/key.pub`
pub async fn public_key(State(state): State<AppState>, Path(id): Path<String>, request: Request) -> Response {
    download(state, &id, request, |details| match details.key {
        StoredKey::Known(facts) => Some(facts),
        StoredKey::Unreadable | StoredKey::Unknown => None,
    })
    .await
}

/// `GET /secrets/{id}/key/new.pub`
pub async fn new_public_key(
    State(state): State<AppState>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    download(state, &id, request, |details| details.pending.map(|pending| pending.facts)).await
}

async fn download(
    state: AppState,
    id: &str,
    request: Request,
    which: impl FnOnce(SecretDetails) -> Option<KeyFacts>,
) -> Response {
    let (parts, _) = request.into_parts();
    let outcome = async {
        let (backend, ctx) = services(&state, &parts)?;
        let id = SecretId::parse(id).ok_or(Error::NotFound)?;
        let details = backend.secrets().get(&ctx, &id).await?;
        let facts = which(details).ok_or(Error::NotFound)?;
        let mut response = format!("{}\n", facts.public_line()).into_response();
        let name = format!("attachment; filename=\"{}.pub\"", id.name.as_str());
        if let Ok(name) = HeaderValue::try_from(name) {
            response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
        }
        Ok(response)
    };
    let outcome = outcome.await;
    finish(state, parts, outcome).await
}

/// The services, who asks, which secret, and the form.
async fn begin<T: DeserializeOwned>(
    state: &AppState,
    parts: &Parts,
    id: &str,
    body: Body,
) -> Result<(Backend, Ctx, SecretId, T), Error> {
    let (backend, ctx) = services(state, parts)?;
    let id = SecretId::parse(id).ok_or(Error::NotFound)?;
    // Who may not is told so, whatever the form is like.
    backend.secrets().may_change(&ctx, Some(&id)).await?;
    let input = read::<T>(parts, body).await.map_err(|_| Error::BadRequest)?;
    Ok((backend, ctx, id, input))
}

async fn finish(state: AppState, parts: Parts, outcome: Result<Response, Error>) -> Response {
    match outcome {
        Ok(response) => response,
        Err(Error::NotSignedIn) => to_sign_in(&page_of(&parts)),
        Err(error) => {
            let status = ssr::status_of(&error);
            let page = if error == Error::Forbidden { Page::EditSecret } else { Page::SecretKey };
            pages::in_answer(state, parts, page, status, NotDone(error)).await
        }
    }
}

/// The page that the form stands on.
fn page_of(parts: &Parts) -> String {
    let path = parts.uri.path();
    let start = path.rfind("/key").unwrap_or(path.len());
    format!("{}/key", &path[..start])
}
