//! Users: add, roles, sessions, password links.

use super::{
    Nothing,
    access::{begin_signed_in, refused, refused_at},
    with_notice,
};
use crate::{middleware::arrival, pages, state::AppState};
use app::{
    document::Page,
    ui::notice::{Deed, Notice},
    users::{MadeLink, question::UserQuestion, user_address},
};
use axum::{
    extract::{Path, Request, State},
    http::{StatusCode, request::Parts},
    response::Response,
};
use backend::PasswordReset;
use domain::{
    access::{AccessError, AccessField},
    sensitive::Sensitive,
};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewUser {
    username: String,
    role: String,
    #[serde(default)]
    current_password: Sensitive,
}

/// `POST /users/new`
pub async fn add_user(State(state): State<AppState>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let (backend, ctx, input) = match begin_signed_in::<NewUser>(&state, &parts, body).await {
        Ok(all) => all,
        Err(error) => return refused(state, parts, Page::AddUser, Vec::new(), error).await,
    };
    match backend.users().add(&ctx, &input.username, &input.role, &input.current_password).await {
        Ok(added) => {
            let address = link_address(&state, &parts, &added.link_token);
            let link = MadeLink { name: added.name.as_str().to_owned(), address, added: true };
            pages::in_answer(state, parts, Page::PasswordLink, StatusCode::OK, link).await
        }
        Err(error) => {
            let typed = vec![(AccessField::UserName, input.username), (AccessField::Role, input.role)];
            refused(state, parts, Page::AddUser, typed, error).await
        }
    }
}

fn link_address(state: &AppState, parts: &Parts, token: &Sensitive) -> Sensitive {
    let origin = state.edge.origin(parts, arrival(parts));
    Sensitive::new(format!("{origin}/choose-password?token={}", token.expose()))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewRole {
    role: String,
    #[serde(default)]
    current_password: Sensitive,
}

/// `POST /users/{name}/role`
pub async fn set_role(State(state): State<AppState>, Path(name): Path<String>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let (backend, ctx, input) = match begin_signed_in::<NewRole>(&state, &parts, body).await {
        Ok(all) => all,
        Err(error) => return not_changed(state, parts, &name, error).await,
    };
    match backend.users().set_role(&ctx, &name, &input.role, &input.current_password).await {
        Ok(()) => with_notice(&user_address(&name), &Notice::Done(Deed::RoleChanged)),
        Err(error) => {
            let typed = vec![(AccessField::Role, input.role)];
            not_proven(state, parts, &name, UserQuestion::Role, typed, error).await
        }
    }
}

/// `POST /users/{name}/disable`
pub async fn disable(State(state): State<AppState>, Path(name): Path<String>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let done = async {
        let (backend, ctx, Nothing {}) = begin_signed_in(&state, &parts, body).await?;
        backend.users().disable(&ctx, &name).await
    };
    match done.await {
        Ok(()) => with_notice(&user_address(&name), &Notice::Done(Deed::UserDisabled)),
        Err(error) => not_changed(state, parts, &name, error).await,
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Proven {
    #[serde(default)]
    current_password: Sensitive,
}

/// `POST /users/{name}/enable`
pub async fn enable(State(state): State<AppState>, Path(name): Path<String>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let done = async {
        let (backend, ctx, input) = begin_signed_in::<Proven>(&state, &parts, body).await?;
        backend.users().enable(&ctx, &name, &input.current_password).await
    };
    match done.await {
        Ok(()) => with_notice(&user_address(&name), &Notice::Done(Deed::UserEnabled)),
        Err(error) => not_proven(state, parts, &name, UserQuestion::Enable, Vec::new(), error).await,
    }
}

/// `POST /users/{name}/end-sessions`
pub async fn end_sessions(
    State(state): State<AppState>,
    Path(name): Path<String>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let done = async {
        let (backend, ctx, Nothing {}) = begin_signed_in(&state, &parts, body).await?;
        backend.users().end_sessions(&ctx, &name).await
    };
    match done.await {
        Ok(()) => with_notice(&user_address(&name), &Notice::Done(Deed::SessionsEnded)),
        Err(error) => not_changed(state, parts, &name, error).await,
    }
}

/// Renders the page of the user with the reason why nothing was changed.
async fn not_changed(state: AppState, parts: Parts, name: &str, error: AccessError) -> Response {
    refused_at(&user_address(name), state, parts, Page::User, Vec::new(), error).await
}

/// Renders the question again where the proof of who asks was missing or wrong, and the page of the user where the reason is
/// another one.
async fn not_proven(
    state: AppState,
    parts: Parts,
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
        let page = Page::AskAboutUser(question);
        return refused_at(&user_address(name), state, parts, page, typed, error).await;
    }
    not_changed(state, parts, name, error).await
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Reset {
    /// Ticked, unless somebody has taken the tick away.
    revoke_tokens: Option<String>,
    #[serde(default)]
    current_password: Sensitive,
}

/// `POST /users/{name}/password-link`
pub async fn password_link(
    State(state): State<AppState>,
    Path(name): Path<String>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let (backend, ctx, input) = match begin_signed_in::<Reset>(&state, &parts, body).await {
        Ok(all) => all,
        Err(error) => return not_changed(state, parts, &name, error).await,
    };
    let reset = match input.revoke_tokens {
        Some(_) => PasswordReset::NowAndTokens,
        None => PasswordReset::Now,
    };
    match backend.users().password_link(&ctx, &name, reset, &input.current_password).await {
        Ok(token) => {
            let address = link_address(&state, &parts, &token);
            let link = MadeLink { name, address, added: false };
            pages::in_answer(state, parts, Page::PasswordLink, StatusCode::OK, link).await
        }
        Err(error) => {
            let typed = input.revoke_tokens.map(|ticked| (AccessField::RevokeTokens, ticked));
            let typed = typed.into_iter().collect();
            not_proven(state, parts, &name, UserQuestion::PasswordLink, typed, error).await
        }
    }
}
