//! Signing in and out with a password, and choosing one by a link.

use super::{
    Nothing,
    access::{as_anybody, begin, device, limited, refused, signed_in},
    own_address, read, services, with_notice,
};
use crate::{cookie, middleware::arrival, state::AppState};
use app::{
    account::SIGN_IN,
    document::Page,
    secrets::LIST,
    ui::notice::{Deed, Notice},
};
use axum::{
    extract::{Request, State},
    http::{HeaderName, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use domain::{
    access::{AccessError, AccessField, AccessProblem},
    error::Error,
    percent,
    sensitive::Sensitive,
};
use serde::Deserialize;

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
    let begun = match outcome {
        Ok(session) => signed_in(&backend, &parts, &own_address(&input.next), &session).await,
        Err(error) => Err(error),
    };
    match begun {
        Ok(response) => response,
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
    if let Some(cookie) = cookie::SESSION.take_back(arrival(&parts)) {
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
        let session = backend.sessions().begin_for(&ctx, name.as_str(), device(&parts)).await?;
        signed_in(&backend, &parts, LIST, &session).await
    };
    match made.await {
        Ok(response) => response,
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
        let session = backend.sessions().begin_for(&ctx, &name, device(&parts)).await?;
        signed_in(&backend, &parts, LIST, &session).await
    };
    match made.await {
        Ok(response) => response,
        Err(error) => refused(state, parts, Page::ChoosePassword, Vec::new(), error).await,
    }
}
