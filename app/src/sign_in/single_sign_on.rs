//! Signing in at a provider: the way there and back.

use super::{
    SIGN_IN, SIGN_ON, SIGN_ON_RETURN,
    session::{limited, signed_in},
};
use crate::{
    cookie::{self, SecureCookies},
    document::Page,
    extract::{Anybody, Sender, Unread},
    respond::{Reply, own_address},
    ssr,
};
use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use backend::{Backend, BegunSignOn, Ctx, LogoutError, NewSession, ProviderAnswer, SingleSignOnService};
use domain::{access::AccessError, error::Error, percent, sensitive::Sensitive};
use serde::Deserialize;
use std::time::Duration;

/// The longest time that a sign-in at the provider may take.
const PROVIDER_TIMEOUT: Duration = Duration::from_mins(10);

/// The longest address to return to after signing in, in bytes; encoded it may be three times as long.
const MAX_NEXT: usize = 1_000;

/// The most sign-ins in progress in one browser, because each has a cookie, and servers accept a few thousand
/// bytes of cookies.
const MAX_UNDER_WAY: usize = 4;

/// The mark of a sign-in that was redirected to the public address, which is done once, because a proxy may
/// give requests another host.
const SENT_ON: &str = "sent_on";

/// Handles `GET /sign-in/single-sign-on`. A link and not a form, because the pages' policy forbids forms that
/// end at another site.
pub async fn begin(reply: Reply) -> Response {
    let next = own_address(&reply.parameter("next").unwrap_or_default());
    // Browsers keep no cookie of more than four thousand bytes.
    let next = if next.len() > MAX_NEXT { own_address("") } else { next };
    let again = reply.parameter("again").is_some_and(|again| again == "1");
    // The provider redirects to the public address, and cookies belong to one host.
    if reply.parameter(SENT_ON).is_none()
        && let Some(public) = reply.public_address().elsewhere
    {
        let again = if again { "&again=1" } else { "" };
        let address = format!("{public}{SIGN_ON}?{SENT_ON}=1{again}&next={}", percent::encode(&next));
        return Redirect::to(&address).into_response();
    }
    let begun = async {
        let Anybody { backend, ctx } = Anybody::of(&reply)?;
        let service = service(&backend)?;
        limited(&reply, &ctx)?;
        let begun = service.begin(&ctx, &return_address(&reply), again).await?;
        Ok((begun, ctx))
    };
    match begun.await {
        Ok((begun, ctx)) => under_way(&reply, &ctx, &begun, again, &next),
        Err(error) => again_from(reply, &next, error).await,
    }
}

/// Redirects the browser to the provider, with a cookie for this sign-in.
fn under_way(reply: &Reply, ctx: &Ctx, begun: &BegunSignOn, again: bool, next: &str) -> Response {
    let BegunSignOn { address, token } = begun;
    let mut response = Redirect::to(address).into_response();
    let headers = response.headers_mut();
    let secure = SecureCookies::of(&reply.parts);
    let before = cookie::SIGN_ON.read_all(&reply.parts.headers, secure);
    let too_many = (before.len() + 1).saturating_sub(MAX_UNDER_WAY);
    for (after, _) in before.iter().take(too_many) {
        headers.extend(cookie::SIGN_ON.take_back_one(after, secure).map(|line| (header::SET_COOKIE, line)));
    }
    let mark = if again { "again" } else { "" };
    let kept = Sensitive::new(format!("{}.{mark}.{}", token.expose(), percent::encode(next)));
    // Begins with the time, so that the oldest is known.
    let after = format!("{:016x}{}", ctx.now.micros(), mark_of(token));
    let line = cookie::SIGN_ON.hand_out_one(&after, &kept, PROVIDER_TIMEOUT, secure);
    headers.extend(line.map(|line| (header::SET_COOKIE, line)));
    response
}

/// Returns a mark that distinguishes sign-ins of the same moment, and reveals nothing of the token.
fn mark_of(token: &Sensitive) -> String {
    backend::entity_tag(&[token.expose().as_bytes()])
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(8)
        .collect()
}

/// The state of a sign-in in progress that the browser keeps.
struct UnderWay {
    /// The end of the cookie's name.
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

/// Handles `GET /sign-in/single-sign-on/return`, to which the provider redirects the browser. The only GET
/// that changes something, as the standard requires, and only for the browser that began the sign-in. Of
/// several sign-ins in progress in one browser, each ends by itself.
pub async fn finish(reply: Reply) -> Response {
    let secure = SecureCookies::of(&reply.parts);
    let wanted = reply.parameter("state").unwrap_or_default();
    let begun = cookie::SIGN_ON
        .read_all(&reply.parts.headers, secure)
        .into_iter()
        .filter_map(UnderWay::read)
        .find(|begun| SingleSignOnService::is_of(&begun.token, &wanted));
    let next = own_address(begun.as_ref().map_or("", |begun| begun.next.as_str()));
    let outcome = async {
        let Anybody { backend, ctx } = Anybody::of(&reply)?;
        let session = came_back(&reply, &backend, &ctx, begun.as_ref()).await?;
        signed_in(&backend, &reply.parts, &next, &session).await
    };
    let mut response = match outcome.await {
        Ok(response) => response,
        Err(error) => again_from(reply, &next, error).await,
    };
    if let Some(line) = begun.and_then(|begun| cookie::SIGN_ON.take_back_one(&begun.after, secure)) {
        response.headers_mut().append(header::SET_COOKIE, line);
    }
    response
}

async fn came_back(
    reply: &Reply,
    backend: &Backend,
    ctx: &Ctx,
    begun: Option<&UnderWay>,
) -> Result<NewSession, AccessError> {
    let service = service(backend)?;
    limited(reply, ctx)?;
    let answer = ProviderAnswer {
        code: reply.parameter("code").map(Sensitive::new),
        state: reply.parameter("state").unwrap_or_default(),
        issuer: reply.parameter("iss"),
        error: reply.parameter("error"),
    };
    let (token, again) = (begun.map(|begun| &begun.token), begun.is_some_and(|begun| begun.again));
    service.finish(ctx, &return_address(reply), token, &answer, reply.device(), again).await
}

#[derive(Deserialize)]
struct LogoutToken {
    #[serde(default)]
    logout_token: Sensitive,
}

/// Handles `POST /sign-in/single-sign-on/logout`, to which the provider itself reports whom it has signed out
/// (`OpenID` Connect Back-Channel Logout 1.0, 2.5). The request has no session and no origin of the portal's:
/// its signature counts.
pub async fn log_out(Unread { reply, body }: Unread) -> Response {
    let outcome = async {
        let Anybody { backend, ctx } = Anybody::of(&reply)?;
        let service = service(&backend)?;
        let read = reply.read::<LogoutToken>(body).await;
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

/// Returns the service of the provider.
///
/// Errors: `NotFound`, if none is configured.
fn service(backend: &Backend) -> Result<&SingleSignOnService, Error> {
    backend.single_sign_on().ok_or(Error::NotFound)
}

/// Renders the sign-in page, with the reason for the rejection.
async fn again_from(reply: Reply, next: &str, error: AccessError) -> Response {
    let address = format!("{SIGN_IN}?next={}", percent::encode(next));
    reply.moved_to(&address).render_rejected_at(SIGN_IN, error, Vec::new(), Page::SignIn).await
}

fn return_address(reply: &Reply) -> String {
    format!("{}{SIGN_ON_RETURN}", reply.public_address().origin)
}
