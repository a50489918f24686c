//! The SSH keys of secrets: generating, using and discarding a new pair, and the public half as a file.

use super::{KeyAnswer, NewKeyTested, key_address};
use crate::{
    document::Page,
    extract::{Path, Sender, SignedIn, Unread},
    respond::{Reply, done},
    ui::flash::ActionDone,
};
use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use domain::{
    error::Error,
    secret::{NewSshKeyKind, SecretDetails, SecretId, SshKeyFacts, StoredSshKey},
};
use serde::{Deserialize, de::DeserializeOwned};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Generate {
    generate: String,
    /// The fingerprint of the pending pair that may be replaced; nothing if none is known to be pending.
    #[serde(default)]
    replaces: Option<String>,
}

/// The pending pair, as the page showed it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Waiting {
    fingerprint: String,
}

/// The pair that is taken into use.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Switch {
    fingerprint: String,
    /// The ticket of the test just before, if there was one.
    #[serde(default)]
    tested: String,
}

/// Handles `POST /secrets/{id}/key/generate`.
pub async fn generate(Path(id): Path<SecretId>, Unread { reply, body }: Unread) -> Response {
    let generated = async {
        let (SignedIn { backend, ctx }, input) = begin::<Generate>(&reply, &id, body).await?;
        let kind = NewSshKeyKind::parse(&input.generate).ok_or(Error::BadRequest)?;
        backend.secrets().replace_pending_key(&ctx, &id, kind, input.replaces.as_deref()).await
    };
    match generated.await {
        Ok(()) => Redirect::to(&key_address(&id, reply.query())).into_response(),
        Err(error) => not_done(reply, &id, error).await,
    }
}

/// Handles `POST /secrets/{id}/key/check`.
pub async fn test(Path(id): Path<SecretId>, Unread { reply, body }: Unread) -> Response {
    let tested = async {
        let (SignedIn { backend, ctx }, input) = begin::<Waiting>(&reply, &id, body).await?;
        backend.connection_tests().pending_with_ticket(&ctx, &id, &input.fingerprint).await
    };
    match tested.await {
        Ok((report, ticket)) => {
            let tested = KeyAnswer::Tested(NewKeyTested { report, ticket });
            reply.page(StatusCode::OK, Page::SecretKey(id, Some(Box::new(tested)))).await
        }
        Err(error) => not_done(reply, &id, error).await,
    }
}

/// Handles `POST /secrets/{id}/key/switch`.
pub async fn switch(Path(id): Path<SecretId>, Unread { reply, body }: Unread) -> Response {
    let switched = async {
        let (SignedIn { backend, ctx }, input) = begin::<Switch>(&reply, &id, body).await?;
        backend.secrets().switch_key_tested(&ctx, &id, &input.fingerprint, &input.tested).await
    };
    match switched.await {
        Ok(()) => done(&key_address(&id, reply.query()), ActionDone::KeySwitched),
        Err(error) => not_done(reply, &id, error).await,
    }
}

/// Handles `POST /secrets/{id}/key/discard`.
pub async fn discard(Path(id): Path<SecretId>, Unread { reply, body }: Unread) -> Response {
    let discarded = async {
        let (SignedIn { backend, ctx }, input) = begin::<Waiting>(&reply, &id, body).await?;
        backend.secrets().discard_key(&ctx, &id, &input.fingerprint).await
    };
    match discarded.await {
        Ok(()) => done(&key_address(&id, reply.query()), ActionDone::KeyDiscarded),
        Err(error) => not_done(reply, &id, error).await,
    }
}

/// Handles `GET /secrets/{id}/key.pub`.
pub async fn public_key(Path(id): Path<SecretId>, reply: Reply) -> Response {
    download(reply, &id, |details| match details.key {
        StoredSshKey::Known(facts) => Some(facts),
        StoredSshKey::Unreadable | StoredSshKey::Unknown => None,
    })
    .await
}

/// Handles `GET /secrets/{id}/key/new.pub`.
pub async fn new_public_key(Path(id): Path<SecretId>, reply: Reply) -> Response {
    download(reply, &id, |details| details.pending.map(|pending| pending.facts)).await
}

async fn download(
    reply: Reply,
    id: &SecretId,
    which: impl FnOnce(SecretDetails) -> Option<SshKeyFacts>,
) -> Response {
    let found = async {
        let SignedIn { backend, ctx } = SignedIn::of(&reply)?;
        let details = backend.secrets().get(&ctx, id).await?;
        which(details).ok_or(Error::NotFound)
    };
    match found.await {
        Ok(facts) => {
            let mut response = format!("{}\n", facts.public_line()).into_response();
            let name = format!("attachment; filename=\"{}.pub\"", id.name.as_str());
            if let Ok(name) = HeaderValue::try_from(name) {
                response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
            }
            response
        }
        Err(error) => not_done(reply, id, error).await,
    }
}

/// Returns the caller and the form. Rejects people who may not change the secret, whatever the form contains.
async fn begin<T: DeserializeOwned>(
    reply: &Reply,
    id: &SecretId,
    body: Body,
) -> Result<(SignedIn, T), Error> {
    let SignedIn { backend, ctx } = SignedIn::of(reply)?;
    backend.secrets().may_change(&ctx, Some(id)).await?;
    let input = reply.read(body).await?;
    Ok((SignedIn { backend, ctx }, input))
}

/// Renders the page of the key with the reason why nothing was done.
async fn not_done(reply: Reply, id: &SecretId, error: Error) -> Response {
    let page = |error| match error {
        Error::Forbidden => Page::EditSecret(id.clone(), None),
        error => Page::SecretKey(id.clone(), Some(Box::new(KeyAnswer::NotDone(error)))),
    };
    let back = key_address(id, reply.query());
    reply.failed_at(&back, error, page).await
}
