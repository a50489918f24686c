//! Notices by the API: channels, rules, deliveries and settings.

pub mod channels;
pub mod deliveries;
pub mod rules;

use super::{
    Answer, Caller, Problem, ProblemDetails,
    body::Body,
    conditional::{expected, tag, tagged},
    json,
    query::Query,
};
use backend::Revision;
use domain::error::Error;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Parses the id in an address. A text that is not an id names nothing.
fn row(text: &str) -> Result<Uuid, Problem> {
    text.parse().map_err(|_| Error::NotFound.into())
}

/// Answers with an object, and with the tag of its state.
fn with_tag(caller: &Caller, revision: Revision, body: impl Serialize) -> Answer {
    let text = serde_json::to_vec(&body).map_err(|_| Error::Internal(caller.ctx.request_id.clone()))?;
    Ok(tagged(json(body), &tag(revision, &[&text])))
}

/// Parses a number that has to be there, such as `3` or `3.0`.
fn number<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    crate::rest::body::whole_number(deserializer)?
        .ok_or_else(|| serde::de::Error::custom("not a whole number"))
}

/// The settings of notices.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoticeSettings {
    /// After so many failed tests in a row, a notice says so: 1 to 20.
    #[schema(minimum = 1, maximum = 20)]
    #[serde(deserialize_with = "number")]
    failures: u32,
}

/// The settings of notices
///
/// Takes a token of the scope `manage-notifications`.
#[utoipa::path(
    get, path = "/api/v1/notifications/settings", tag = "Notifications", operation_id = "show_notice_settings",
    responses((status = 200, description = "The settings", body = NoticeSettings)),
)]
pub async fn settings(caller: Caller) -> Answer {
    let failures = caller.backend.notices().failures(&caller.ctx).await?;
    Ok(json(NoticeSettings { failures: failures.into() }))
}

/// Change the settings of notices
#[utoipa::path(
    put, path = "/api/v1/notifications/settings", tag = "Notifications", operation_id = "change_notice_settings",
    request_body = NoticeSettings,
    responses((status = 200, description = "Changed", body = NoticeSettings)),
)]
pub async fn change_settings(caller: Caller, body: Body<NoticeSettings>) -> Answer {
    caller.backend.notices().may_manage(&caller.ctx).await?;
    let body = body.content()?;
    caller.backend.notices().set_failures(&caller.ctx, &body.failures.to_string()).await?;
    Ok(json(body))
}
