//! Users: the forms that add one, change roles, end sessions and make password links.

use super::{MadeLink, question::UserQuestion, user_address};
use crate::{
    document::Page,
    extract::{Nothing, Path, PostForm, SignedIn},
    respond::{Reply, done},
    ssr,
    ui::flash::ActionDone,
};
use axum::{http::StatusCode, response::Response};
use backend::{PasswordReset, Submitted};
use domain::{
    error::{Error, Field},
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
    #[serde(default)]
    submission: String,
}

/// Handles `POST /users/new`.
pub async fn add(PostForm { reply, sent }: PostForm<NewUser>) -> Response {
    let (SignedIn { backend, ctx }, input) = match sent {
        Ok(sent) => sent,
        Err(error) => return reply.render_rejected(error, Vec::new(), Page::AddUser).await,
    };
    let NewUser { username, role, current_password, submission } = input;
    let form = ssr::sent_submission(&submission);
    match backend.users().add_by_form(&ctx, form, &username, &role, &current_password).await {
        Ok(Submitted::First(added)) => {
            show_link(reply, added.name.as_str().to_owned(), Some(&added.link_token), true).await
        }
        Ok(Submitted::Again(name)) => show_link(reply, name, None, true).await,
        Err(error) => {
            let typed = vec![(Field::Username, username), (Field::Role, role)];
            reply.render_rejected(error, typed, Page::AddUser).await
        }
    }
}

/// Shows the link with which this user chooses a password, or says that it was shown before.
async fn show_link(reply: Reply, name: String, token: Option<&Sensitive>, added: bool) -> Response {
    let origin = reply.public_address().origin;
    let address =
        |token: &Sensitive| Sensitive::new(format!("{origin}/choose-password?token={}", token.expose()));
    let address = token.map(address);
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
        Err(error) => return not_changed(reply, &name, error).await,
    };
    match backend.users().set_role(&ctx, &name, &input.role, &input.current_password).await {
        Ok(()) => done(&user_address(&name), ActionDone::RoleChanged),
        Err(error) => {
            let typed = vec![(Field::Role, input.role)];
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
    #[serde(default)]
    submission: String,
}

/// Handles `POST /users/{name}/password-link`.
pub async fn password_link(Path(name): Path<String>, PostForm { reply, sent }: PostForm<Reset>) -> Response {
    let (SignedIn { backend, ctx }, input) = match sent {
        Ok(sent) => sent,
        Err(error) => return not_changed(reply, &name, error).await,
    };
    let reset = match input.revoke_tokens {
        Some(_) => PasswordReset::NowAndTokens,
        None => PasswordReset::Now,
    };
    let form = ssr::sent_submission(&input.submission);
    match backend.users().password_link_by_form(&ctx, form, &name, reset, &input.current_password).await {
        Ok(Submitted::First(token)) => show_link(reply, name, Some(&token), false).await,
        Ok(Submitted::Again(name)) => show_link(reply, name, None, false).await,
        Err(error) => {
            let typed = input.revoke_tokens.map(|ticked| (Field::RevokeTokens, ticked));
            let typed = typed.into_iter().collect();
            not_proven(reply, &name, UserQuestion::PasswordLink, typed, error).await
        }
    }
}

/// Renders the page of the user with the reason why nothing was changed.
async fn not_changed(reply: Reply, name: &str, error: Error) -> Response {
    let page = |form| Page::User(name.to_owned(), form);
    reply.render_rejected_at(&user_address(name), error, Vec::new(), page).await
}

/// Renders the confirmation again if the proof was missing or wrong, and the page of the user for any other
/// reason.
async fn not_proven(
    reply: Reply,
    name: &str,
    question: UserQuestion,
    typed: Vec<(Field, String)>,
    error: Error,
) -> Response {
    let asked_again = match &error {
        Error::Invalid(problems) => problems.iter().any(|wrong| wrong.field == Field::CurrentPassword),
        Error::Locked(_) | Error::LockedOut(_) | Error::Busy(_) | Error::ProveAtProvider => true,
        _ => false,
    };
    if asked_again {
        let page = |form| Page::AskAboutUser(name.to_owned(), question, form);
        return reply.render_rejected_at(&user_address(name), error, typed, page).await;
    }
    not_changed(reply, name, error).await
}
