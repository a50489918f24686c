//! Signing in and out with a password, and choosing a password by a link: the forms.

use super::{
    SIGN_IN,
    session::{limited, signed_in},
};
use crate::{
    cookie::{self, SecureCookies},
    document::Page,
    extract::{Anybody, Nothing, PostForm, RawForm, Sender, SignedIn},
    new_password::typed_twice,
    overview::OVERVIEW,
    respond::{Reply, done, own_address},
    ui::flash::ActionDone,
};
use axum::{
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::{
    error::{Error, Field},
    percent,
    sensitive::Sensitive,
};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    username: String,
    password: Sensitive,
    #[serde(default)]
    next: String,
}

/// Handles `POST /sign-in`.
pub async fn sign_in(PostForm { reply, sent }: PostForm<SignIn, Anybody>) -> Response {
    let (Anybody { backend, ctx }, input) = match sent {
        Ok(sent) => sent,
        Err(error) => return reply.render_rejected(error, Vec::new(), Page::SignIn).await,
    };
    let begun = async {
        limited(&reply, &ctx)?;
        let sessions = backend.sessions();
        let session = sessions.sign_in(&ctx, &input.username, &input.password, reply.device()).await?;
        signed_in(&backend, &reply.parts, &own_address(&input.next), &session).await
    };
    match begun.await {
        Ok(response) => response,
        Err(error) => {
            // So that the next attempt still has the requested page.
            let again = format!("{SIGN_IN}?next={}", percent::encode(&own_address(&input.next)));
            let typed = vec![(Field::Username, input.username)];
            reply.moved_to(&again).render_rejected(error, typed, Page::SignIn).await
        }
    }
}

/// Handles `POST /sign-out`.
pub async fn sign_out(RawForm { reply, form }: RawForm<Nothing>) -> Response {
    if form.is_err() {
        return StatusCode::BAD_REQUEST.into_response();
    }
    let ended = async {
        match SignedIn::of(&reply) {
            Ok(SignedIn { backend, ctx }) => backend.sessions().sign_out(&ctx).await,
            Err(Error::NotSignedIn) => Ok(()),
            Err(error) => Err(error),
        }
    };
    if let Err(error) = ended.await {
        return reply.render_rejected(error, Vec::new(), Page::Account).await;
    }
    let mut response = done(SIGN_IN, ActionDone::SignedOut);
    let headers = response.headers_mut();
    if let Some(cookie) = cookie::SESSION.take_back(SecureCookies::of(&reply.parts)) {
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
pub struct ChosenPassword {
    #[serde(default)]
    username: String,
    password: Sensitive,
    repeat_password: Sensitive,
}

/// Returns the token of a one-time link.
fn link_token(reply: &Reply) -> Sensitive {
    let token = reply.query().split('&').find_map(|pair| pair.strip_prefix("token="));
    Sensitive::new(token.unwrap_or_default())
}

/// Handles `POST /setup`.
pub async fn set_up(PostForm { reply, sent }: PostForm<ChosenPassword, Anybody>) -> Response {
    let (Anybody { backend, ctx }, input) = match sent {
        Ok(sent) => sent,
        Err(error) => return reply.render_rejected(error, Vec::new(), Page::SetUp).await,
    };
    let made = async {
        limited(&reply, &ctx)?;
        typed_twice(Some(&input.username), &input.password, &input.repeat_password)?;
        let users = backend.users();
        let name = users.set_up(&ctx, &link_token(&reply), &input.username, &input.password).await?;
        let session = backend.sessions().begin_for(&ctx, name.as_str(), reply.device()).await?;
        signed_in(&backend, &reply.parts, OVERVIEW, &session).await
    };
    match made.await {
        Ok(response) => response,
        Err(error) => {
            let typed = vec![(Field::Username, input.username.clone())];
            reply.render_rejected(error, typed, Page::SetUp).await
        }
    }
}

/// Handles `POST /choose-password`.
pub async fn choose_password(PostForm { reply, sent }: PostForm<ChosenPassword, Anybody>) -> Response {
    let made = async {
        let (Anybody { backend, ctx }, input) = sent?;
        limited(&reply, &ctx)?;
        typed_twice(None, &input.password, &input.repeat_password)?;
        let name = backend.users().choose_password(&ctx, &link_token(&reply), &input.password).await?;
        let session = backend.sessions().begin_for(&ctx, &name, reply.device()).await?;
        signed_in(&backend, &reply.parts, OVERVIEW, &session).await
    };
    match made.await {
        Ok(response) => response,
        Err(error) => reply.render_rejected(error, Vec::new(), Page::ChoosePassword).await,
    }
}
