//! Channels of notices by the API.

use super::{Answer, Body, Caller, Problem, ProblemDetails, expected, json, row, with_tag};
use axum::{
    extract::Path,
    http::{HeaderMap, StatusCode},
    response::IntoResponse,
};
use backend::{ChannelSummary, Expected, SavedChannel, Submitted};
use domain::{
    error::Error,
    notice::{ChannelDraft, DeliveryCause},
    sensitive::Sensitive,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A channel.
#[derive(Debug, Serialize, ToSchema)]
pub struct Channel {
    id: String,
    name: String,
    /// `standard`, `slack` or `teams`.
    preset: &'static str,
    /// The host that it sends to; the address itself is never shown.
    host: String,
    /// `active`, `paused`, or `disabled` after its receiver has answered 410.
    state: &'static str,
    /// Whether the last attempt failed.
    failing: bool,
    /// Until when its receiver wants nothing.
    hold_until: Option<String>,
    /// Until when the signing secret before the newest one signs as well.
    rotating_until: Option<String>,
    /// How many deliveries wait.
    waiting: i64,
    /// Goes up with each change.
    version: i64,
    updated_at: String,
    updated_by: String,
}

impl From<ChannelSummary> for Channel {
    fn from(channel: ChannelSummary) -> Self {
        Self {
            id: channel.id.to_string(),
            name: channel.name,
            preset: channel.preset.code(),
            host: channel.host,
            state: channel.state.code(),
            failing: channel.failing,
            hold_until: channel.hold_until.map(Timestamp::rfc3339),
            rotating_until: channel.rotating_until.map(Timestamp::rfc3339),
            waiting: channel.waiting,
            version: channel.version,
            updated_at: channel.updated_at.rfc3339(),
            updated_by: channel.updated_by,
        }
    }
}

/// All channels, by name.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChannelList {
    pub items: Vec<Channel>,
}

/// A new channel.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewChannelBody {
    name: String,
    /// `standard`, `slack` or `teams`.
    #[schema(example = "standard")]
    preset: String,
    /// The address of the webhook. It is stored sealed, and never shown.
    #[schema(value_type = String, format = Password)]
    url: Sensitive,
}

/// Changes to a channel; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChannelChange {
    name: Option<String>,
    #[schema(value_type = Option<String>, format = Password)]
    url: Option<Sensitive>,
}

/// A channel with a new signing secret, which is shown once, here.
#[derive(Debug, Serialize, ToSchema)]
pub struct SignedChannel {
    id: String,
    name: String,
    /// `whsec_…`; null if the channel does not sign.
    signing_secret: Option<String>,
}

impl From<SavedChannel> for SignedChannel {
    fn from(saved: SavedChannel) -> Self {
        let signing_secret = saved.signing_secret.map(|secret| secret.expose().to_owned());
        Self { id: saved.id.to_string(), name: saved.name, signing_secret }
    }
}

/// How a test ended.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChannelTest {
    delivered: bool,
    /// Why not, such as `rejected` or `timed-out`.
    cause: Option<&'static str>,
    /// The HTTP status of the answer.
    status: Option<u16>,
}

/// Channels of notices
///
/// Takes a token of the scope `manage-notifications`, as does everything about notifications.
#[utoipa::path(
    get, path = "/api/v1/notifications/channels", tag = "Notifications", operation_id = "list_channels",
    responses((status = 200, description = "All of them", body = ChannelList)),
)]
pub async fn list(caller: Caller) -> Answer {
    let channels = caller.backend.notices().channels(&caller.ctx).await?;
    Ok(json(ChannelList { items: channels.into_iter().map(Channel::from).collect() }))
}

/// Add a channel
#[utoipa::path(
    post, path = "/api/v1/notifications/channels", tag = "Notifications", operation_id = "add_channel",
    request_body = NewChannelBody,
    responses((status = 201, description = "Added, with its signing secret", body = SignedChannel)),
)]
pub async fn add(caller: Caller, body: Body<NewChannelBody>) -> Answer {
    caller.backend.notices().may_manage(&caller.ctx).await?;
    let body = body.content()?;
    let NewChannelBody { name, preset, url } = body;
    let draft = ChannelDraft { name, preset, url, ..ChannelDraft::default() };
    let saved = caller.backend.notices().add_channel(&caller.ctx, &draft).await?;
    Ok((StatusCode::CREATED, json(SignedChannel::from(saved))).into_response())
}

/// A channel
#[utoipa::path(
    get, path = "/api/v1/notifications/channels/{channel}", tag = "Notifications", operation_id = "show_channel",
    params(("channel" = String, Path, description = "As the list has it")),
    responses(
        (status = 200, description = "The channel", body = Channel, headers(("ETag" = String, description = "To be sent in If-Match"))),
        (status = 404, description = "There is none", body = ProblemDetails, content_type = "application/problem+json"),
    ),
)]
pub async fn show(caller: Caller, Path(text): Path<String>) -> Answer {
    shown(&caller, row(&text)?).await
}

async fn shown(caller: &Caller, id: Uuid) -> Answer {
    let channel = caller.backend.notices().channel(&caller.ctx, id).await?;
    with_tag(caller, channel.revision(), Channel::from(channel))
}

/// Change the name or the address of a channel
///
/// With `If-Match`, nothing is saved over a change that came in between.
#[utoipa::path(
    patch, path = "/api/v1/notifications/channels/{channel}", tag = "Notifications", operation_id = "change_channel",
    params(
        ("channel" = String, Path, description = "As the list has it"),
        ("If-Match" = Option<String>, Header, description = "The ETag of what was seen, or the number of its version in quotation marks"),
    ),
    request_body = ChannelChange,
    responses(
        (status = 200, description = "Changed", body = Channel),
        (status = 404, description = "There is none", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 409, description = "Somebody was quicker by a moment", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 412, description = "Somebody changed it in between: who and when", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 422, description = "Fields need another look", body = ProblemDetails, content_type = "application/problem+json"),
    ),
)]
pub async fn change(
    caller: Caller,
    Path(text): Path<String>,
    headers: HeaderMap,
    body: Body<ChannelChange>,
) -> Answer {
    let (id, notices) = (row(&text)?, caller.backend.notices());
    notices.may_manage(&caller.ctx).await?;
    let body = body.content()?;
    let stored = notices.channel(&caller.ctx, id).await?;
    let expected = expected(&headers)?;
    // Without a named version, somebody else was a moment earlier: the name that is left out would be the one before.
    let began_with = Expected::of(expected, stored.revision());
    let name = body.name.unwrap_or(stored.name);
    let draft = ChannelDraft { name, url: body.url.unwrap_or_default(), ..ChannelDraft::default() };
    let changed = notices.change_channel(&caller.ctx, id, &draft, Some(began_with)).await;
    changed.map_err(|error| Problem::from(error).of_condition(expected.is_some()))?;
    shown(&caller, id).await
}

/// Delete a channel with its rules and deliveries
#[utoipa::path(
    delete, path = "/api/v1/notifications/channels/{channel}", tag = "Notifications", operation_id = "delete_channel",
    params(
        ("channel" = String, Path, description = "As the list has it"),
        ("If-Match" = Option<String>, Header, description = "The ETag of what was seen, or the number of its version in quotation marks"),
    ),
    responses(
        (status = 204, description = "Deleted"),
        (status = 404, description = "There is none", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 412, description = "Somebody changed it in between: who and when", body = ProblemDetails, content_type = "application/problem+json"),
    ),
)]
pub async fn delete(caller: Caller, Path(text): Path<String>, headers: HeaderMap) -> Answer {
    let (id, expected) = (row(&text)?, expected(&headers)?);
    let deleted = caller.backend.notices().delete_channel(&caller.ctx, id, expected).await;
    deleted.map_err(|error| Problem::from(error).of_condition(expected.is_some()))?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Make a new signing secret
///
/// For a day the one before signs as well, so that the receiver can be changed.
#[utoipa::path(
    post, path = "/api/v1/notifications/channels/{channel}/secret", tag = "Notifications", operation_id = "rotate_signing_secret",
    params(("channel" = String, Path, description = "As the list has it")),
    responses(
        (status = 200, description = "The new secret", body = SignedChannel),
        (status = 404, description = "There is none, or it does not sign", body = ProblemDetails, content_type = "application/problem+json"),
    ),
)]
pub async fn rotate(caller: Caller, Path(text): Path<String>) -> Answer {
    match caller.backend.notices().rotate_secret(&caller.ctx, row(&text)?, None).await? {
        Submitted::First(saved) => Ok(json(SignedChannel::from(saved))),
        // Only forms are recognized when they are sent again.
        Submitted::Again(_) => Err(Error::NotFound.into()),
    }
}

/// Pause a channel: its notices wait
#[utoipa::path(
    post, path = "/api/v1/notifications/channels/{channel}/pause", tag = "Notifications", operation_id = "pause_channel",
    params(("channel" = String, Path, description = "As the list has it")),
    responses(
        (status = 200, description = "Paused", body = Channel),
        (status = 404, description = "There is none", body = ProblemDetails, content_type = "application/problem+json"),
    ),
)]
pub async fn pause(caller: Caller, path: Path<String>) -> Answer {
    set_paused(caller, path, true).await
}

/// Have a channel send again
#[utoipa::path(
    post, path = "/api/v1/notifications/channels/{channel}/resume", tag = "Notifications", operation_id = "resume_channel",
    params(("channel" = String, Path, description = "As the list has it")),
    responses(
        (status = 200, description = "Active", body = Channel),
        (status = 404, description = "There is none", body = ProblemDetails, content_type = "application/problem+json"),
    ),
)]
pub async fn resume(caller: Caller, path: Path<String>) -> Answer {
    set_paused(caller, path, false).await
}

async fn set_paused(caller: Caller, Path(text): Path<String>, paused: bool) -> Answer {
    let id = row(&text)?;
    caller.backend.notices().set_paused(&caller.ctx, id, paused).await?;
    shown(&caller, id).await
}

/// Send a test to a channel
#[utoipa::path(
    post, path = "/api/v1/notifications/channels/{channel}/test", tag = "Notifications", operation_id = "test_channel",
    params(("channel" = String, Path, description = "As the list has it")),
    responses(
        (status = 200, description = "How it ended", body = ChannelTest),
        (status = 404, description = "There is none", body = ProblemDetails, content_type = "application/problem+json"),
    ),
)]
pub async fn test(caller: Caller, Path(text): Path<String>) -> Answer {
    let tested = caller.backend.notices().test_channel(&caller.ctx, row(&text)?).await?;
    Ok(json(ChannelTest {
        delivered: tested.cause.is_none(),
        cause: tested.cause.map(DeliveryCause::code),
        status: tested.status,
    }))
}
