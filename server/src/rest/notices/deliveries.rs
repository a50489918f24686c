//! Deliveries of notices by the API.

use super::{Answer, Caller, ProblemDetails, Query, json, row};
use axum::{
    extract::{Path, RawQuery},
    http::StatusCode,
    response::IntoResponse,
};
use backend::{Delivery, DeliveryQuery};
use domain::{
    notice::{DeliveryCause, DeliveryState},
    time::Timestamp,
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A delivery.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeliveryItem {
    id: String,
    /// The id of the notice, `webhook-id` in every attempt.
    notice: String,
    /// The type of the notice, such as `secret.expires`.
    event: &'static str,
    /// The subject of the notice, such as the id of a secret.
    name: String,
    /// The id of the channel; null if it goes by mail.
    channel: Option<String>,
    /// `waiting`, `delivered` or `failed`.
    state: &'static str,
    attempts: u32,
    tried_at: Option<String>,
    /// When the next attempt is made.
    next_at: Option<String>,
    /// Why the last attempt failed, such as `rejected` or `timed-out`.
    cause: Option<&'static str>,
    /// The status of the last answer, by the rules of `protocol`.
    status: Option<u16>,
    /// The protocol of the last answer: `http`, or `smtp` for a mail; null without an answer.
    protocol: Option<&'static str>,
    created_at: String,
    delivered_at: Option<String>,
}

impl From<Delivery> for DeliveryItem {
    fn from(delivery: Delivery) -> Self {
        let by_mail = delivery.channel.is_none();
        Self {
            id: delivery.id.to_string(),
            notice: delivery.notice.id.to_string(),
            event: delivery.notice.event.code(),
            name: delivery.notice.name,
            channel: delivery.channel.map(|(id, _)| id.to_string()),
            state: delivery.state.code(),
            attempts: delivery.attempts,
            tried_at: delivery.tried_at.map(Timestamp::rfc3339),
            next_at: delivery.next_at.map(Timestamp::rfc3339),
            cause: delivery.cause.map(DeliveryCause::code),
            status: delivery.status,
            protocol: delivery.status.map(|_| if by_mail { "smtp" } else { "http" }),
            created_at: delivery.created_at.rfc3339(),
            delivered_at: delivery.delivered_at.map(Timestamp::rfc3339),
        }
    }
}

/// A page of deliveries, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeliveryList {
    pub items: Vec<DeliveryItem>,
    /// The value of `after` for the next page; null on the last.
    pub next: Option<String>,
}

/// Deliveries, newest first
#[utoipa::path(
    get, path = "/api/v1/notifications/deliveries", tag = "Notifications", operation_id = "list_deliveries",
    params(
        ("state" = Option<String>, Query, description = "`waiting`, `delivered` or `failed`"),
        ("channel" = Option<String>, Query, description = "The id of a channel"),
        ("after" = Option<String>, Query, description = "`next` of the page before"),
    ),
    responses((status = 200, description = "One page of at most 50", body = DeliveryList)),
)]
pub async fn list(caller: Caller, RawQuery(query): RawQuery) -> Answer {
    let query = Query::read(query.as_deref(), &["state", "channel", "after"])?;
    let wanted = DeliveryQuery {
        state: query.parse("state", DeliveryState::parse, "Send waiting, delivered or failed.")?,
        channel: query.parse("channel", |text| text.parse().ok(), "Send the id of a channel.")?,
        after: query.parse("after", read_cursor, "Send what the page before says in next.")?,
    };
    let page = caller.backend.notices().deliveries(&caller.ctx, &wanted).await?;
    let last = page.deliveries.last().filter(|_| page.more);
    let next = last.map(|last| format!("{}~{}", last.created_at.micros(), last.id));
    Ok(json(DeliveryList { items: page.deliveries.into_iter().map(DeliveryItem::from).collect(), next }))
}

fn read_cursor(text: &str) -> Option<(Timestamp, Uuid)> {
    let (at, id) = text.split_once('~')?;
    Some((Timestamp::parse_micros(at)?, id.parse().ok()?))
}

/// Send a notice again
///
/// At once, and by the schedule from its beginning; the id stays the same.
#[utoipa::path(
    post, path = "/api/v1/notifications/deliveries/{delivery}/again", tag = "Notifications", operation_id = "send_again",
    params(("delivery" = String, Path, description = "As the list has it")),
    responses(
        (status = 202, description = "It waits to be sent"),
        (status = 404, description = "There is none", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 409, description = "Its channel is disabled", body = ProblemDetails, content_type = "application/problem+json"),
    ),
)]
pub async fn again(caller: Caller, Path(text): Path<String>) -> Answer {
    caller.backend.notices().send_again(&caller.ctx, row(&text)?).await?;
    Ok(StatusCode::ACCEPTED.into_response())
}
