//! API tokens: add and revoke.

use super::{
    Nothing,
    access::{begin_signed_in, refused},
    with_notice,
};
use crate::{pages, state::AppState};
use app::{
    document::Page,
    tokens::pages::TOKENS,
    ui::notice::{Deed, Notice},
};
use axum::{
    extract::{Path, Request, State},
    http::StatusCode,
    response::Response,
};
use domain::{
    access::{AccessError, AccessField, TokenDraft},
    sensitive::Sensitive,
};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewToken {
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

/// `POST /tokens/new`
pub async fn add_token(State(state): State<AppState>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let (backend, ctx, input) = match begin_signed_in::<NewToken>(&state, &parts, body).await {
        Ok(all) => all,
        Err(error) => return refused(state, parts, Page::AddToken, Vec::new(), error).await,
    };
    let NewToken { name, scope, prefix, secrets, expiry, current_password } = input;
    let draft = TokenDraft { name, scope, prefix, secrets, expiry, current_password };
    match backend.tokens().create(&ctx, &draft).await {
        Ok(token) => pages::in_answer(state, parts, Page::TokenCreated, StatusCode::OK, token).await,
        Err(error) => {
            let typed = vec![
                (AccessField::TokenName, draft.name),
                (AccessField::Scope, draft.scope),
                (AccessField::Prefix, draft.prefix),
                (AccessField::Secrets, draft.secrets),
                (AccessField::Expiry, draft.expiry),
            ];
            refused(state, parts, Page::AddToken, typed, error).await
        }
    }
}

/// `POST /tokens/{id}/revoke`
pub async fn revoke_token(
    State(state): State<AppState>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let revoked = async {
        let (backend, ctx, Nothing {}) = begin_signed_in(&state, &parts, body).await?;
        backend.tokens().revoke(&ctx, &id).await.map_err(AccessError::from)
    };
    match revoked.await {
        Ok(_) => with_notice(TOKENS, &Notice::Done(Deed::TokenRevoked)),
        Err(error) => refused(state, parts, Page::RevokeToken, Vec::new(), error).await,
    }
}
