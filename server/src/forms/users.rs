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
    users::{MadeLink, user_address},
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
}

/// `POST /users/new`
pub async fn add_user(State(state): State<AppState>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let (backend, ctx, input) = match begin_signed_in::<NewUser>(&state, &parts, body).await {
        Ok(all) => all,
        Err(error) => return refused(state, parts, Page::AddUser, Vec::new(), error).await,
    };
    match backend.users().add(&ctx, &input.username, &input.role).await {
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
}

/// `POST /users/{name}/role`
pub async fn set_role(State(state): State<AppState>, Path(name): Path<String>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let done = async {
        let (backend, ctx, NewRole { role }) = begin_signed_in(&state, &parts, body).await?;
        backend.users().set_role(&ctx, &name, &role).await
    };
    let done = done.await;
    user_changed(state, parts, &name, done, Deed::RoleChanged).await
}

/// `POST /users/{name}/disable`
pub async fn disable(State(state): State<AppState>, Path(name): Path<String>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let done = async {
        let (backend, ctx, Nothing {}) = begin_signed_in(&state, &parts, body).await?;
        backend.users().set_disabled(&ctx, &name, true).await
    };
    let done = done.await;
    user_changed(state, parts, &name, done, Deed::UserDisabled).await
}

/// `POST /users/{name}/enable`
pub async fn enable(State(state): State<AppState>, Path(name): Path<String>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let done = async {
        let (backend, ctx, Nothing {}) = begin_signed_in(&state, &parts, body).await?;
        backend.users().set_disabled(&ctx, &name, false).await
    };
    let done = done.await;
    user_changed(state, parts, &name, done, Deed::UserEnabled).await
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
    let done = done.await;
    user_changed(state, parts, &name, done, Deed::SessionsEnded).await
}

async fn user_changed(
    state: AppState,
    parts: Parts,
    name: &str,
    done: Result<(), AccessError>,
    deed: Deed,
) -> Response {
    let address = user_address(name);
    match done {
        Ok(()) => with_notice(&address, &Notice::Done(deed)),
        Err(error) => refused_at(&address, state, parts, Page::User, Vec::new(), error).await,
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Reset {
    /// Ticked, unless somebody has taken the tick away.
    revoke_tokens: Option<String>,
}

/// `POST /users/{name}/password-link`
pub async fn password_link(
    State(state): State<AppState>,
    Path(name): Path<String>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let made = async {
        let (backend, ctx, input) = begin_signed_in::<Reset>(&state, &parts, body).await?;
        let reset = match input.revoke_tokens {
            Some(_) => PasswordReset::NowAndTokens,
            None => PasswordReset::Now,
        };
        backend.users().password_link(&ctx, &name, reset).await
    };
    match made.await {
        Ok(token) => {
            let address = link_address(&state, &parts, &token);
            let link = MadeLink { name, address, added: false };
            pages::in_answer(state, parts, Page::PasswordLink, StatusCode::OK, link).await
        }
        Err(error) => refused_at(&user_address(&name), state, parts, Page::User, Vec::new(), error).await,
    }
}
