//! Signing in at a provider: the way there, and the way back.

use super::{
    access::{as_anybody, device, limited, refused_at, signed_in},
    own_address,
};
use crate::{cookie, middleware::arrival, state::AppState};
use app::{
    account::{SIGN_IN, SIGN_ON_RETURN},
    document::Page,
    ssr,
};
use axum::{
    extract::{Request, State},
    http::{header, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use backend::{BegunSignOn, Ctx, NewSession, ProviderAnswer, SingleSignOnService};
use domain::{access::AccessError, error::Error, percent, sensitive::Sensitive};
use std::time::Duration;

/// How long signing in at the provider may take.
const PATIENCE: Duration = Duration::from_mins(10);

/// The longest address that one comes back to after signing in, in bytes; encoded it may be three times as long.
const LONGEST_NEXT: usize = 1_000;

/// `GET /sign-in/single-sign-on`. A link and no form: a form that ends at another site is what the pages' policy forbids.
pub async fn begin(State(state): State<AppState>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let next = own_address(&parameter(&parts, "next").unwrap_or_default());
    // Browsers keep no cookie of more than four thousand bytes.
    let next = if next.len() > LONGEST_NEXT { own_address("") } else { next };
    let begun = async {
        let (service, ctx) = service(&state, &parts)?;
        limited(&state, &ctx)?;
        service.begin(&ctx, &return_address(&state, &parts)).await
    };
    match begun.await {
        Ok(BegunSignOn { address, token }) => {
            let mut response = Redirect::to(&address).into_response();
            let kept = Sensitive::new(format!("{}.{}", token.expose(), percent::encode(&next)));
            if let Some(cookie) = cookie::SIGN_ON.hand_out(&kept, PATIENCE, arrival(&parts)) {
                response.headers_mut().append(header::SET_COOKIE, cookie);
            }
            response
        }
        Err(error) => again(state, parts, &next, error).await,
    }
}

/// `GET /sign-in/single-sign-on/return`, to which the provider sends the browser. The one GET that changes something, as the
/// standard has it: nobody but whoever has begun can make it do so.
pub async fn finish(State(state): State<AppState>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let kept = cookie::SIGN_ON.read(&parts.headers, arrival(&parts));
    let (begun, next) = kept.as_ref().and_then(|kept| kept.expose().split_once('.')).unzip();
    let next = own_address(&next.and_then(percent::decode).unwrap_or_default());
    let outcome = async {
        let session = came_back(&state, &parts, begun.map(Sensitive::new).as_ref()).await?;
        let backend = state.backend().ok_or(Error::Unavailable)?;
        signed_in(backend, &parts, &next, &session).await
    };
    let mut response = match outcome.await {
        Ok(response) => response,
        Err(error) => again(state, parts.clone(), &next, error).await,
    };
    if let Some(cookie) = cookie::SIGN_ON.take_back(arrival(&parts)) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

async fn came_back(
    state: &AppState,
    parts: &Parts,
    begun: Option<&Sensitive>,
) -> Result<NewSession, AccessError> {
    let (service, ctx) = service(state, parts)?;
    limited(state, &ctx)?;
    let answer = ProviderAnswer {
        code: parameter(parts, "code").map(Sensitive::new),
        state: parameter(parts, "state").unwrap_or_default(),
        issuer: parameter(parts, "iss"),
        error: parameter(parts, "error"),
    };
    service.finish(&ctx, &return_address(state, parts), begun, &answer, device(parts)).await
}

/// Signing in at a provider, as nobody in particular.
///
/// Errors: `NotFound`, where none is configured.
fn service<'a>(state: &'a AppState, parts: &Parts) -> Result<(&'a SingleSignOnService, Ctx), Error> {
    let ctx = as_anybody(ssr::identified(parts)?);
    let backend = state.backend().ok_or(Error::Unavailable)?;
    Ok((backend.single_sign_on().ok_or(Error::NotFound)?, ctx))
}

/// The sign-in page, with what went wrong.
async fn again(state: AppState, mut parts: Parts, next: &str, error: AccessError) -> Response {
    if let Ok(uri) = format!("{SIGN_IN}?next={}", percent::encode(next)).parse() {
        parts.uri = uri;
    }
    refused_at(SIGN_IN, state, parts, Page::SignIn, Vec::new(), error).await
}

fn return_address(state: &AppState, parts: &Parts) -> String {
    format!("{}{SIGN_ON_RETURN}", state.edge.origin(parts, arrival(parts)))
}

/// One parameter of the query.
fn parameter(parts: &Parts, name: &str) -> Option<String> {
    ssr::parameter(parts.uri.query().unwrap_or_default(), name)
}
