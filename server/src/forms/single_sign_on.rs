//! Signing in at a provider: the way there, and the way back.

use super::{
    access::{as_anybody, device, limited, refused_at, signed_in},
    own_address, read,
};
use crate::{cookie, middleware::arrival, state::AppState};
use app::{
    account::{SIGN_IN, SIGN_ON, SIGN_ON_RETURN},
    document::Page,
    ssr,
};
use axum::{
    Json,
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use backend::{BegunSignOn, Ctx, LogoutError, NewSession, ProviderAnswer, SingleSignOnService};
use domain::{access::AccessError, error::Error, percent, sensitive::Sensitive};
use serde::Deserialize;
use std::time::Duration;

/// How long signing in at the provider may take.
const PATIENCE: Duration = Duration::from_mins(10);

/// The longest address that one comes back to after signing in, in bytes; encoded it may be three times as long.
const LONGEST_NEXT: usize = 1_000;

/// The most sign-ins that one browser may have under way: each has a cookie, and servers take few thousand bytes of them.
const MOST_UNDER_WAY: usize = 4;

/// Marks a begin that was sent on to the public address, which is done once: a proxy may give requests another host.
const SENT_ON: &str = "sent_on";

/// `GET /sign-in/single-sign-on`. A link and no form: a form that ends at another site is what the pages' policy forbids.
pub async fn begin(State(state): State<AppState>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let next = own_address(&parameter(&parts, "next").unwrap_or_default());
    // Browsers keep no cookie of more than four thousand bytes.
    let next = if next.len() > LONGEST_NEXT { own_address("") } else { next };
    let again = parameter(&parts, "again").is_some_and(|again| again == "1");
    // The provider sends the browser to the public address, and cookies are of one host.
    if parameter(&parts, SENT_ON).is_none()
        && let Some(public) = state.edge.elsewhere(&parts)
    {
        let again = if again { "&again=1" } else { "" };
        let address = format!("{public}{SIGN_ON}?{SENT_ON}=1{again}&next={}", percent::encode(&next));
        return Redirect::to(&address).into_response();
    }
    let begun = async {
        let (service, ctx) = service(&state, &parts)?;
        limited(&state, &ctx)?;
        let begun = service.begin(&ctx, &return_address(&state, &parts), again).await?;
        Ok((begun, ctx.now))
    };
    match begun.await {
        Ok((BegunSignOn { address, token }, now)) => {
            let mut response = Redirect::to(&address).into_response();
            let headers = response.headers_mut();
            let arrival = arrival(&parts);
            let under_way = cookie::SIGN_ON.read_all(&parts.headers, arrival);
            let too_many = (under_way.len() + 1).saturating_sub(MOST_UNDER_WAY);
            for (after, _) in under_way.iter().take(too_many) {
                headers.extend(
                    cookie::SIGN_ON.take_back_one(after, arrival).map(|line| (header::SET_COOKIE, line)),
                );
            }
            let mark = if again { "again" } else { "" };
            let kept = Sensitive::new(format!("{}.{mark}.{}", token.expose(), percent::encode(&next)));
            // Begins with the time, so that the oldest is known.
            let after = format!("{:016x}{}", now.micros(), mark_of(&token));
            let line = cookie::SIGN_ON.hand_out_one(&after, &kept, PATIENCE, arrival);
            headers.extend(line.map(|line| (header::SET_COOKIE, line)));
            response
        }
        Err(error) => again_from(state, parts, &next, error).await,
    }
}

/// Tells two apart that begin at the same moment, and says nothing of the token.
fn mark_of(token: &Sensitive) -> String {
    backend::entity_tag(&[token.expose().as_bytes()])
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(8)
        .collect()
}

/// What the browser keeps of one sign-in that is under way.
struct UnderWay {
    /// Which cookie it is.
    after: String,
    token: Sensitive,
    again: bool,
    next: String,
}

impl UnderWay {
    fn read((after, kept): (String, Sensitive)) -> Option<Self> {
        let mut parts = kept.expose().splitn(3, '.');
        let (token, mark, next) = (parts.next()?, parts.next()?, parts.next()?);
        let next = percent::decode(next).unwrap_or_default();
        Some(Self { after, token: Sensitive::new(token), again: mark == "again", next })
    }
}

/// `GET /sign-in/single-sign-on/return`, to which the provider sends the browser. The one GET that changes something, as the
/// standard has it: nobody but whoever has begun can make it do so. Of several that are under way in one browser, each ends by
/// itself.
pub async fn finish(State(state): State<AppState>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let arrival = arrival(&parts);
    let wanted = parameter(&parts, "state").unwrap_or_default();
    let begun = cookie::SIGN_ON
        .read_all(&parts.headers, arrival)
        .into_iter()
        .filter_map(UnderWay::read)
        .find(|begun| SingleSignOnService::is_of(&begun.token, &wanted));
    let next = own_address(begun.as_ref().map_or("", |begun| begun.next.as_str()));
    let outcome = async {
        let session = came_back(&state, &parts, begun.as_ref()).await?;
        let backend = state.backend().ok_or(Error::Unavailable)?;
        signed_in(backend, &parts, &next, &session).await
    };
    let mut response = match outcome.await {
        Ok(response) => response,
        Err(error) => again_from(state, parts.clone(), &next, error).await,
    };
    if let Some(line) = begun.and_then(|begun| cookie::SIGN_ON.take_back_one(&begun.after, arrival)) {
        response.headers_mut().append(header::SET_COOKIE, line);
    }
    response
}

async fn came_back(
    state: &AppState,
    parts: &Parts,
    begun: Option<&UnderWay>,
) -> Result<NewSession, AccessError> {
    let (service, ctx) = service(state, parts)?;
    limited(state, &ctx)?;
    let answer = ProviderAnswer {
        code: parameter(parts, "code").map(Sensitive::new),
        state: parameter(parts, "state").unwrap_or_default(),
        issuer: parameter(parts, "iss"),
        error: parameter(parts, "error"),
    };
    let (token, again) = (begun.map(|begun| &begun.token), begun.is_some_and(|begun| begun.again));
    service.finish(&ctx, &return_address(state, parts), token, &answer, device(parts), again).await
}

#[derive(Deserialize)]
struct LogoutToken {
    #[serde(default)]
    logout_token: Sensitive,
}

/// `POST /sign-in/single-sign-on/logout`, to which the provider itself sends whom it has signed out (`OpenID` Connect Back-Channel
/// Logout 1.0, 2.5). It has no session and no origin of ours: what counts is its signature.
pub async fn log_out(State(state): State<AppState>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let outcome = async {
        let (service, ctx) = service(&state, &parts)?;
        let read = read::<LogoutToken>(&parts, body).await;
        let token = read.map_err(|_| LogoutError::Invalid("the body is not a form with a logout token"))?;
        service.log_out(&ctx, &token.logout_token).await
    };
    match outcome.await {
        Ok(()) => StatusCode::OK.into_response(),
        Err(LogoutError::Invalid(why)) => {
            let told = serde_json::json!({ "error": "invalid_request", "error_description": why });
            (StatusCode::BAD_REQUEST, Json(told)).into_response()
        }
        Err(LogoutError::Refused(error)) => {
            let status = ssr::status_of(&error);
            let mut response = status.into_response();
            if status == StatusCode::SERVICE_UNAVAILABLE {
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
            }
            response
        }
    }
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
async fn again_from(state: AppState, mut parts: Parts, next: &str, error: AccessError) -> Response {
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
