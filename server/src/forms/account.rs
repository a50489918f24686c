//! One's own password and sessions.

use super::{
    Nothing,
    access::{as_anybody, begin_signed_in, device, hand_out, limited, refused_at},
    with_notice,
};
use crate::state::AppState;
use app::{
    account::ACCOUNT,
    document::Page,
    ui::notice::{Deed, Notice},
};
use axum::{
    extract::{Path, Request, State},
    response::Response,
};
use domain::{
    access::{AccessError, AccessField, AccessProblem},
    error::Error,
    sensitive::Sensitive,
};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ChangedPassword {
    current_password: Sensitive,
    password: Sensitive,
    repeat_password: Sensitive,
    #[serde(default)]
    revoke_tokens: Option<String>,
}

/// `POST /account/password`
pub async fn change_password(State(state): State<AppState>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let (backend, ctx, input) = match begin_signed_in::<ChangedPassword>(&state, &parts, body).await {
        Ok(all) => all,
        Err(error) => return refused_at(ACCOUNT, state, parts, Page::Account, Vec::new(), error).await,
    };
    let changed = async {
        limited(&state, &ctx)?;
        if input.password.expose() != input.repeat_password.expose() {
            let problem = AccessProblem::PasswordDiffers;
            return Err(AccessError::field(AccessField::RepeatPassword, problem));
        }
        let revoke = input.revoke_tokens.is_some();
        backend.users().change_password(&ctx, &input.current_password, &input.password, revoke).await?;
        backend.sessions().begin_for(&as_anybody(ctx.clone()), ctx.actor.name(), device(&parts)).await
    };
    match changed.await {
        Ok(session) => {
            let mut response = with_notice(ACCOUNT, &Notice::Done(Deed::PasswordChanged));
            hand_out(&backend, &parts, &session, &mut response);
            response
        }
        Err(error) => {
            let ticked = input.revoke_tokens.map(|ticked| (AccessField::RevokeTokens, ticked));
            let typed = ticked.into_iter().collect();
            refused_at(ACCOUNT, state, parts, Page::Account, typed, error).await
        }
    }
}

/// `POST /account/sessions/{id}/end`
pub async fn end_session(
    State(state): State<AppState>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let ended = async {
        let (backend, ctx, Nothing {}) = begin_signed_in(&state, &parts, body).await?;
        let id = id.parse().map_err(|_| Error::NotFound)?;
        match backend.sessions().end(&ctx, id).await {
            // Pressed twice: it is over, as was asked.
            Ok(()) | Err(Error::NotFound) => Ok(()),
            Err(error) => Err(AccessError::from(error)),
        }
    };
    match ended.await {
        Ok(()) => with_notice(ACCOUNT, &Notice::Done(Deed::SessionEnded)),
        Err(error) => refused_at(ACCOUNT, state, parts, Page::Account, Vec::new(), error).await,
    }
}
