//! API tokens: the forms that add and revoke them.

use super::TOKENS;
use crate::{
    document::Page,
    extract::{Nothing, Path, PostForm, SignedIn},
    respond::done,
    ui::flash::ActionDone,
};
use axum::{http::StatusCode, response::Response};
use domain::{
    access::{AccessError, AccessField, TokenDraft},
    sensitive::Sensitive,
};
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
}

/// Handles `POST /tokens/new`.
pub async fn add(PostForm { reply, sent }: PostForm<NewToken>) -> Response {
    let (SignedIn { backend, ctx }, input) = match sent {
        Ok(sent) => sent,
        Err(error) => return reply.render_rejected(error.into(), Vec::new(), Page::AddToken).await,
    };
    let NewToken { name, scope, prefix, secrets, expiry, current_password } = input;
    let draft = TokenDraft { name, scope, prefix, secrets, expiry, current_password };
    match backend.tokens().create(&ctx, &draft).await {
        Ok(token) => reply.page(StatusCode::OK, Page::TokenCreated(token)).await,
        Err(error) => {
            let typed = vec![
                (AccessField::TokenName, draft.name),
                (AccessField::Scope, draft.scope),
                (AccessField::Prefix, draft.prefix),
                (AccessField::Secrets, draft.secrets),
                (AccessField::Expiry, draft.expiry),
            ];
            reply.render_rejected(error, typed, Page::AddToken).await
        }
    }
}

/// Handles `POST /tokens/{id}/revoke`.
pub async fn revoke(Path(id): Path<String>, PostForm { reply, sent }: PostForm<Nothing>) -> Response {
    let revoked = async {
        let (SignedIn { backend, ctx }, Nothing {}) = sent?;
        backend.tokens().revoke(&ctx, &id).await.map_err(AccessError::from)
    };
    match revoked.await {
        Ok(_) => done(TOKENS, ActionDone::TokenRevoked),
        Err(error) => reply.render_rejected(error, Vec::new(), |form| Page::RevokeToken(id, form)).await,
    }
}
