//! Signing in and out, passwords, users and tokens.

use super::{Nothing, own_address, read, services, with_notice};
use crate::{
    cookie,
    edge::Arrival,
    middleware::{arrival, to_sign_in},
    pages,
    state::AppState,
};
use app::{
    account::{ACCOUNT, SIGN_IN},
    document::Page,
    form_state::FormState,
    secrets::LIST,
    ssr,
    tokens::pages::TOKENS,
    ui::notice::{Deed, Notice},
    users::{MadeLink, user_address},
};
use axum::{
    body::Body,
    extract::{Path, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use backend::{Actor, Backend, Ctx, NewSession};
use domain::{
    access::{AccessError, AccessField, AccessProblem, TokenDraft},
    error::Error,
    percent,
    sensitive::Sensitive,
};
use serde::{Deserialize, de::DeserializeOwned};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SignIn {
    username: String,
    password: Sensitive,
    #[serde(default)]
    next: String,
}

/// `POST /sign-in`
pub async fn sign_in(State(state): State<AppState>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let (backend, ctx, input) = match begin::<SignIn>(&state, &parts, body).await {
        Ok(all) => all,
        Err(error) => return refused(state, parts, Page::SignIn, Vec::new(), error).await,
    };
    let typed = vec![(AccessField::UserName, input.username.clone())];
    let outcome = match state.attempt(ctx.address) {
        Ok(()) => {
            let ctx = as_anybody(ctx);
            let sessions = backend.sessions();
            sessions.sign_in(&ctx, &input.username, &input.password, device(&parts)).await
        }
        Err(seconds) => Err(AccessError::Locked(seconds)),
    };
    match outcome {
        Ok(session) => signed_in(&own_address(&input.next), &session, arrival(&parts)),
        Err(error) => {
            // So that the next attempt still knows the way on.
            let mut parts = parts;
            let query = format!("{SIGN_IN}?next={}", percent::encode(&own_address(&input.next)));
            if let Ok(uri) = query.parse() {
                parts.uri = uri;
            }
            refused(state, parts, Page::SignIn, typed, error).await
        }
    }
}

/// Signing in is asked for by nobody, whoever has a session already.
fn as_anybody(ctx: Ctx) -> Ctx {
    Ctx { actor: Actor::Anonymous, ..ctx }
}

fn signed_in(next: &str, session: &NewSession, arrival: Arrival) -> Response {
    let mut response = Redirect::to(next).into_response();
    if let Some(cookie) = cookie::hand_out(&session.token, session.absolute, arrival) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// What the browser calls itself.
fn device(parts: &Parts) -> &str {
    parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// `POST /sign-out`
pub async fn sign_out(State(state): State<AppState>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    if read::<Nothing>(&parts, body).await.is_err() {
        return StatusCode::BAD_REQUEST.into_response();
    }
    match services(&state, &parts) {
        Ok((backend, ctx)) => {
            if let Err(error) = backend.sessions().sign_out(&ctx).await {
                return refused(state, parts, Page::Account, Vec::new(), error.into()).await;
            }
        }
        Err(Error::NotSignedIn) => {}
        Err(error) => return refused(state, parts, Page::Account, Vec::new(), error.into()).await,
    }
    let mut response = with_notice(SIGN_IN, &Notice::Done(Deed::SignedOut));
    let headers = response.headers_mut();
    if let Some(cookie) = cookie::take_back(arrival(&parts)) {
        headers.append(header::SET_COOKIE, cookie);
    }
    headers.insert(
        HeaderName::from_static("clear-site-data"),
        HeaderValue::from_static("\"cache\", \"storage\""),
    );
    response
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ChosenPassword {
    #[serde(default)]
    username: String,
    password: Sensitive,
    repeat_password: Sensitive,
}

impl ChosenPassword {
    fn agrees(&self) -> Result<(), AccessError> {
        if self.password.expose() == self.repeat_password.expose() {
            Ok(())
        } else {
            Err(AccessError::field(AccessField::RepeatPassword, AccessProblem::PasswordDiffers))
        }
    }
}

/// The token of a one-time link.
fn link_token(parts: &Parts) -> Sensitive {
    let query = parts.uri.query().unwrap_or_default();
    let token = query.split('&').find_map(|pair| pair.strip_prefix("token="));
    Sensitive::new(token.unwrap_or_default())
}

/// `POST /setup`
pub async fn set_up(State(state): State<AppState>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let (backend, ctx, input) = match begin::<ChosenPassword>(&state, &parts, body).await {
        Ok(all) => all,
        Err(error) => return refused(state, parts, Page::SetUp, Vec::new(), error).await,
    };
    let ctx = as_anybody(ctx);
    let typed = vec![(AccessField::UserName, input.username.clone())];
    let made = async {
        limited(&state, &ctx)?;
        input.agrees()?;
        let name =
            backend.users().set_up(&ctx, &link_token(&parts), &input.username, &input.password).await?;
        backend.sessions().begin_for(&ctx, name.as_str(), device(&parts)).await
    };
    match made.await {
        Ok(session) => signed_in(LIST, &session, arrival(&parts)),
        Err(error) => refused(state, parts, Page::SetUp, typed, error).await,
    }
}

/// `POST /choose-password`
pub async fn choose_password(State(state): State<AppState>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let (backend, ctx, input) = match begin::<ChosenPassword>(&state, &parts, body).await {
        Ok(all) => all,
        Err(error) => return refused(state, parts, Page::ChoosePassword, Vec::new(), error).await,
    };
    let ctx = as_anybody(ctx);
    let made = async {
        limited(&state, &ctx)?;
        input.agrees()?;
        let name = backend.users().choose_password(&ctx, &link_token(&parts), &input.password).await?;
        backend.sessions().begin_for(&ctx, &name, device(&parts)).await
    };
    match made.await {
        Ok(session) => signed_in(LIST, &session, arrival(&parts)),
        Err(error) => refused(state, parts, Page::ChoosePassword, Vec::new(), error).await,
    }
}

fn limited(state: &AppState, ctx: &Ctx) -> Result<(), AccessError> {
    state.attempt(ctx.address).map_err(AccessError::Locked)
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ChangedPassword {
    current_password: Sensitive,
    password: Sensitive,
    repeat_password: Sensitive,
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
        backend.users().change_password(&ctx, &input.current_password, &input.password).await?;
        backend.sessions().begin_for(&as_anybody(ctx.clone()), ctx.actor.name(), device(&parts)).await
    };
    match changed.await {
        Ok(session) => {
            let mut response = with_notice(ACCOUNT, &Notice::Done(Deed::PasswordChanged));
            if let Some(cookie) = cookie::hand_out(&session.token, session.absolute, arrival(&parts)) {
                response.headers_mut().append(header::SET_COOKIE, cookie);
            }
            response
        }
        Err(error) => refused_at(ACCOUNT, state, parts, Page::Account, Vec::new(), error).await,
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

/// `POST /users/{name}/password-link`
pub async fn password_link(
    State(state): State<AppState>,
    Path(name): Path<String>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let made = async {
        let (backend, ctx, Nothing {}) = begin_signed_in(&state, &parts, body).await?;
        backend.users().password_link(&ctx, &name, true).await
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
}

/// `POST /tokens/new`
pub async fn add_token(State(state): State<AppState>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let (backend, ctx, input) = match begin_signed_in::<NewToken>(&state, &parts, body).await {
        Ok(all) => all,
        Err(error) => return refused(state, parts, Page::AddToken, Vec::new(), error).await,
    };
    let NewToken { name, scope, prefix, secrets, expiry } = input;
    let draft = TokenDraft { name, scope, prefix, secrets, expiry };
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

/// The services, whoever asks, and what was sent.
async fn begin<T: DeserializeOwned>(
    state: &AppState,
    parts: &Parts,
    body: Body,
) -> Result<(Backend, Ctx, T), AccessError> {
    let ctx = ssr::identified(parts)?;
    let backend = state.backend().cloned().ok_or(Error::Unavailable)?;
    let input = read(parts, body).await.map_err(|_| Error::BadRequest)?;
    Ok((backend, ctx, input))
}

/// The same for those who have signed in.
async fn begin_signed_in<T: DeserializeOwned>(
    state: &AppState,
    parts: &Parts,
    body: Body,
) -> Result<(Backend, Ctx, T), AccessError> {
    let (backend, ctx) = services(state, parts)?;
    let input = read(parts, body).await.map_err(|_| Error::BadRequest)?;
    Ok((backend, ctx, input))
}

/// The page that the form stands in, again, with what was typed but for passwords.
async fn refused(
    state: AppState,
    parts: Parts,
    page: Page,
    typed: Vec<(AccessField, String)>,
    error: AccessError,
) -> Response {
    let address = parts.uri.path().to_owned();
    refused_at(&address, state, parts, page, typed, error).await
}

/// The same, where the form was posted to another address than that of its page.
async fn refused_at(
    address: &str,
    state: AppState,
    parts: Parts,
    page: Page,
    typed: Vec<(AccessField, String)>,
    error: AccessError,
) -> Response {
    if error == AccessError::Refused(Error::NotSignedIn) {
        return to_sign_in(address);
    }
    let status = status_of(&error);
    let retry = match &error {
        AccessError::Locked(seconds) => Some(*seconds),
        AccessError::Refused(Error::Unavailable | Error::Sealed) => Some(5),
        _ => None,
    };
    let form = FormState::refused(typed, error);
    let mut response = pages::in_answer(state, parts, page, status, form).await;
    // Whatever else the page has found out meanwhile.
    *response.status_mut() = status;
    retry_after(response.headers_mut(), retry);
    response
}

fn retry_after(headers: &mut HeaderMap, seconds: Option<u32>) {
    if let Some(seconds) = seconds {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
}

fn status_of(error: &AccessError) -> StatusCode {
    match error {
        AccessError::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
        AccessError::WrongPassword => StatusCode::UNAUTHORIZED,
        AccessError::Locked(_) => StatusCode::TOO_MANY_REQUESTS,
        AccessError::LinkSpent => StatusCode::GONE,
        AccessError::LastAdmin => StatusCode::CONFLICT,
        AccessError::Refused(error) => ssr::status_of(error),
    }
}
