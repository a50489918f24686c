//! Users: the forms that add one, change roles, end sessions and make password links.

use super::{MadeLink, question::UserQuestion, user_address};
use crate::{
    document::Page,
    extract::{Nothing, Path, PostForm, SignedIn},
    respond::{Reply, done},
    ui::flash::ActionDone,
};
use axum::{http::StatusCode, response::Response};
use backend::PasswordReset;
use domain::{
    access::{AccessError, AccessField},
    sensitive::Sensitive,
};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewUser {
    username: String,
    role: String,
    #[serde(default)]
    current_password: Sensitive,
}

/// Handles `POST /users/new`.
pub async fn add(PostForm { reply, sent }: PostForm<NewUser>) -> Response {
    let (SignedIn { backend, ctx }, input) = match sent {
        Ok(sent) => sent,
        Err(error) => return reply.render_rejected(error.into(), Vec::new(), Page::AddUser).await,
    };
    match backend.users().add(&ctx, &input.username, &input.role, &input.current_password).await {
        Ok(added) => show_link(reply, added.name.as_str().to_owned(), &added.link_token, true).await,
        Err(error) => {
            let typed = vec![(AccessField::UserName, input.username), (AccessField::Role, input.role)];
            reply.render_rejected(error, typed, Page::AddUser).await
        }
    }
}

/// Shows the link with which this user chooses a password.
async fn show_link(reply: Reply, name: String, token: &Sensitive, added: bool) -> Response {
    let origin = reply.public_address().origin;
    let address = Sensitive::new(format!("{origin}/choose-password?token={}", token.expose()));
    reply.page(StatusCode::OK, Page::PasswordLink(MadeLink { name, address, added })).await
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewRole {
    role: String,
    #[serde(default)]
    current_password: Sensitive,
}

/// Handles `POST /users/{name}/role`.
pub async fn set_role(Path(name): Path<String>, PostForm { reply, sent }: PostForm<NewRole>) -> Response {
    let (SignedIn { backend, ctx }, input) = match sent {
        Ok(sent) => sent,
        Err(error) => return not_changed(reply, &name, error.into()).await,
    };
    match backend.users().set_role(&ctx, &name, &input.role, &input.current_password).await {
        Ok(()) => done(&user_address(&name), ActionDone::RoleChanged),
        Err(error) => {
            let typed = vec![(AccessField::Role, input.role)];
            not_proven(reply, &name, UserQuestion::Role, typed, error).await
        }
    }
}

/// Handles `POST /users/{name}/disable`.
pub async fn disable(Path(name): Path<String>, PostForm { reply, sent }: PostForm<Nothing>) -> Response {
    let disabled = async {
        let (SignedIn { backend, ctx }, Nothing {}) = sent?;
        backend.users().disable(&ctx, &name).await
    };
    match disabled.await {
        Ok(()) => done(&user_address(&name), ActionDone::UserDisabled),
        Err(error) => not_changed(reply, &name, error).await,
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proven {
    #[serde(default)]
    current_password: Sensitive,
}

/// Handles `POST /users/{name}/enable`.
pub async fn enable(Path(name): Path<String>, PostForm { reply, sent }: PostForm<Proven>) -> Response {
    let enabled = async {
        let (SignedIn { backend, ctx }, input) = sent?;
        backend.users().enable(&ctx, &name, &input.current_password).await
    };
    match enabled.await {
        Ok(()) => done(&user_address(&name), ActionDone::UserEnabled),
        Err(error) => not_proven(reply, &name, UserQuestion::Enable, Vec::new(), error).await,
    }
}

/// Handles `POST /users/{name}/end-sessions`.
pub async fn end_sessions(Path(name): Path<String>, PostForm { reply, sent }: PostForm<Nothing>) -> Response {
    let ended = async {
        let (SignedIn { backend, ctx }, Nothing {}) = sent?;
        backend.users().end_sessions(&ctx, &name).await
    };
    match ended.await {
        Ok(()) => done(&user_address(&name), ActionDone::SessionsEnded),
        Err(error) => not_changed(reply, &name, error).await,
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reset {
    /// Whether to revoke the tokens: ticked at first.
    revoke_tokens: Option<String>,
    #[serde(default)]
    current_password: Sensitive,
}

/// Handles `POST /users/{name}/password-link`.
pub async fn password_link(Path(name): Path<String>, PostForm { reply, sent }: PostForm<Reset>) -> Response {
    let (SignedIn { backend, ctx }, input) = match sent {
        Ok(sent) => sent,
        Err(error) => return not_changed(reply, &name, error.into()).await,
    };
    let reset = match input.revoke_tokens {
        Some(_) => PasswordReset::NowAndTokens,
        None => PasswordReset::Now,
    };
    match backend.users().password_link(&ctx, &name, reset, &input.current_password).await {
        Ok(token) => show_link(reply, name, &token, false).await,
        Err(error) => {
            let typed = input.revoke_tokens.map(|ticked| (AccessField::RevokeTokens, ticked));
            let typed = typed.into_iter().collect();
            not_proven(reply, &name, UserQuestion::PasswordLink, typed, error).await
        }
    }
}

/// Renders the page of the user with the reason why nothing was changed.
async fn not_changed(reply: Reply, name: &str, error: AccessError) -> Response {
    let page = |form| Page::User(name.to_owned(), form);
    reply.render_rejected_at(&user_address(name), error, Vec::new(), page).await
}

/// Renders the confirmation again if the proof was missing or wrong, and the page of the user for any other
/// reason.
async fn not_proven(
    reply: Reply,
    name: &str,
    question: UserQuestion,
    typed: Vec<(AccessField, String)>,
    error: AccessError,
) -> Response {
    let asked_again = match &error {
        AccessError::Invalid(problems) => {
            problems.iter().any(|(field, _)| *field == AccessField::CurrentPassword)
        }
        AccessError::Locked(_)
        | AccessError::LockedOut(_)
        | AccessError::Busy(_)
        | AccessError::ProveAtProvider => true,
        _ => false,
    };
    if asked_again {
        let page = |form| Page::AskAboutUser(name.to_owned(), question, form);
        return reply.render_rejected_at(&user_address(name), error, typed, page).await;
    }
    not_changed(reply, name, error).await
}
