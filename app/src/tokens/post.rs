//! API tokens: the forms that add and revoke them.

use super::TOKENS;
use crate::{
    document::Page,
    extract::{Nothing, Path, PostForm, SignedIn},
    respond::done,
    ssr,
    ui::flash::ActionDone,
};
use axum::{http::StatusCode, response::Response};
use domain::{access::TokenDraft, error::Field, sensitive::Sensitive};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    name: String,
    scope: String,
    #[serde(default)]
    prefix: String,
    #[serde(default)]
    secrets: String,
    #[serde(default)]
    expiry: String,
    #[serde(default)]
    current_password: Sensitive,
    #[serde(default)]
    submission: String,
}

/// Handles `POST /tokens/new`.
pub async fn add(PostForm { reply, sent }: PostForm<NewToken>) -> Response {
    let (SignedIn { backend, ctx }, input) = match sent {
        Ok(sent) => sent,
        Err(error) => return reply.render_rejected(error, Vec::new(), Page::AddToken).await,
    };
    let NewToken { name, scope, prefix, secrets, expiry, current_password, submission } = input;
    let draft = TokenDraft { name, scope, prefix, secrets, expiry, current_password };
    let form = ssr::sent_submission(&submission);
    match backend.tokens().create_by_form(&ctx, form, &draft).await {
        Ok(token) => reply.page(StatusCode::OK, Page::TokenCreated(draft.name, token)).await,
        Err(error) => {
            let typed = vec![
                (Field::Name, draft.name),
                (Field::Scope, draft.scope),
                (Field::Prefix, draft.prefix),
                (Field::Secrets, draft.secrets),
                (Field::Expiry, draft.expiry),
            ];
            reply.render_rejected(error, typed, Page::AddToken).await
        }
    }
}

/// Handles `POST /tokens/{id}/revoke`.
pub async fn revoke(Path(id): Path<String>, PostForm { reply, sent }: PostForm<Nothing>) -> Response {
    let revoked = async {
        let (SignedIn { backend, ctx }, Nothing {}) = sent?;
        backend.tokens().revoke(&ctx, &id).await
    };
    match revoked.await {
        Ok(_) => done(TOKENS, ActionDone::TokenRevoked),
        Err(error) => reply.render_rejected(error, Vec::new(), |form| Page::RevokeToken(id, form)).await,
    }
}
