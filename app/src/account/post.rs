//! The forms of the account page.

use super::ACCOUNT;
use crate::{
    document::Page,
    extract::{Nothing, Path, PostForm, SignedIn},
    new_password::typed_twice,
    respond::{Reply, done},
    sign_in::session::{hand_out, limited},
    ui::flash::ActionDone,
};
use axum::response::Response;
use backend::{Actor, Ctx};
use domain::{
    error::{Error, Field},
    sensitive::Sensitive,
};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangedPassword {
    current_password: Sensitive,
    password: Sensitive,
    repeat_password: Sensitive,
    #[serde(default)]
    revoke_tokens: Option<String>,
}

/// Handles `POST /account/password`.
pub async fn change_password(PostForm { reply, sent }: PostForm<ChangedPassword>) -> Response {
    let (SignedIn { backend, ctx }, input) = match sent {
        Ok(sent) => sent,
        Err(error) => return again(reply, error, Vec::new()).await,
    };
    let changed = async {
        limited(&reply, &ctx)?;
        typed_twice(None, &input.password, &input.repeat_password)?;
        let revoke = input.revoke_tokens.is_some();
        backend.users().change_password(&ctx, &input.current_password, &input.password, revoke).await?;
        let anybody = Ctx { actor: Actor::Anonymous, ..ctx.clone() };
        backend.sessions().begin_for(&anybody, ctx.actor.name(), reply.device()).await
    };
    match changed.await {
        Ok(session) => {
            let mut response = done(ACCOUNT, ActionDone::PasswordChanged);
            hand_out(&backend, &reply.parts, &session, &mut response);
            response
        }
        Err(error) => {
            let ticked = input.revoke_tokens.map(|ticked| (Field::RevokeTokens, ticked));
            again(reply, error, ticked.into_iter().collect()).await
        }
    }
}

/// Handles `POST /account/sessions/{id}/end`.
pub async fn end_session(Path(id): Path<String>, PostForm { reply, sent }: PostForm<Nothing>) -> Response {
    let ended = async {
        let (SignedIn { backend, ctx }, Nothing {}) = sent?;
        let id = id.parse().map_err(|_| Error::NotFound)?;
        match backend.sessions().end(&ctx, id).await {
            // Submitted twice: the session has ended, as was asked.
            Ok(()) | Err(Error::NotFound) => Ok(()),
            Err(error) => Err(error),
        }
    };
    match ended.await {
        Ok(()) => done(ACCOUNT, ActionDone::SessionEnded),
        Err(error) => again(reply, error, Vec::new()).await,
    }
}

/// Handles `POST /account/sessions/end-others`.
pub async fn end_other_sessions(PostForm { reply, sent }: PostForm<Nothing>) -> Response {
    let ended = async {
        let (SignedIn { backend, ctx }, Nothing {}) = sent?;
        backend.sessions().end_others(&ctx).await
    };
    match ended.await {
        Ok(_) => done(ACCOUNT, ActionDone::OtherSessionsEnded),
        Err(error) => again(reply, error, Vec::new()).await,
    }
}

/// Renders the account with the reason why nothing was done.
async fn again(reply: Reply, error: Error, typed: Vec<(Field, String)>) -> Response {
    reply.render_rejected_at(ACCOUNT, error, typed, Page::Account).await
}
