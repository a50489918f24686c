//! All SQL about the list of deliveries.

use super::delivery::{Delivery, DeliveryQuery};
use crate::{
    db::{instant, timestamp},
    notices::{notice::Notice, repository as notices},
};
use chrono::{DateTime, Utc};
use domain::{
    notice::{DeliveryCause, DeliveryState},
    time::Timestamp,
};
use sqlx::PgConnection;
use uuid::Uuid;

/// A delivery as it is stored, with the names of its recipient.
#[derive(Debug)]
struct Row {
    id: Uuid,
    channel_id: Option<Uuid>,
    channel: Option<String>,
    person: Option<String>,
    state: String,
    attempts: i32,
    tried_at: Option<DateTime<Utc>>,
    next_at: DateTime<Utc>,
    cause: Option<String>,
    status: Option<i32>,
    created_at: DateTime<Utc>,
    delivered_at: Option<DateTime<Utc>>,
    notice_id: Uuid,
}

impl Row {
    /// Returns the delivery; `None` for what only a newer version knows.
    fn delivery(self, notice: Notice) -> Option<Delivery> {
        let state = DeliveryState::parse(&self.state)?;
        Some(Delivery {
            id: self.id,
            notice,
            channel: self.channel_id.zip(self.channel),
            person: self.person,
            state,
            attempts: self.attempts.unsigned_abs(),
            tried_at: self.tried_at.map(timestamp),
            next_at: (state == DeliveryState::Waiting).then(|| timestamp(self.next_at)),
            cause: self.cause.as_deref().and_then(DeliveryCause::parse),
            status: self.status.and_then(|status| u16::try_from(status).ok()),
            created_at: timestamp(self.created_at),
            delivered_at: self.delivered_at.map(timestamp),
        })
    }
}

/// Returns deliveries, newest first, without what only a newer version knows; and whether there are more than this number.
pub(super) async fn list(
    connection: &mut PgConnection,
    query: &DeliveryQuery,
    most: usize,
) -> Result<(Vec<Delivery>, bool), sqlx::Error> {
    let (before, before_id) = match query.after {
        Some((at, id)) => (Some(instant(at)?), Some(id)),
        None => (None, None),
    };
    let mut rows = sqlx::query_as!(
        Row,
        "SELECT notice_deliveries.id, channel_id, notice_channels.name AS \"channel?\", users.name AS \"person?\", \
         notice_deliveries.state, attempts, tried_at, next_at, cause, status, notice_deliveries.created_at, delivered_at, \
         notice_id FROM notice_deliveries \
         LEFT JOIN notice_channels ON notice_channels.id = channel_id LEFT JOIN users ON users.id = user_id \
         WHERE ($1::text IS NULL OR notice_deliveries.state = $1) AND ($2::uuid IS NULL OR channel_id = $2) \
         AND ($3::timestamptz IS NULL OR (notice_deliveries.created_at, notice_deliveries.id) < ($3, $4::uuid)) \
         ORDER BY notice_deliveries.created_at DESC, notice_deliveries.id DESC LIMIT $5",
        query.state.map(DeliveryState::code),
        query.channel,
        before,
        before_id,
        i64::try_from(most + 1).unwrap_or(i64::MAX)
    )
    .fetch_all(&mut *connection)
    .await?;
    let more = rows.len() > most;
    rows.truncate(most);
    let ids: Vec<Uuid> = rows.iter().map(|row| row.notice_id).collect();
    let found = notices::find(connection, &ids).await?;
    let deliveries = rows.into_iter().filter_map(|row| {
        let notice = found.get(&row.notice_id)?.clone();
        row.delivery(notice)
    });
    Ok((deliveries.collect(), more))
}

/// The outcome of asking for a delivery to be sent again.
#[derive(Debug)]
pub(super) enum Again {
    /// Due at once; with the event and the name of its notice, for the record.
    Due(String),
    /// A server is sending it at this moment.
    UnderWay,
    /// Its channel is disabled, because its receiver is gone.
    ChannelDisabled,
    /// There is no such delivery.
    Missing,
}

/// Has a delivery sent again.
pub(super) async fn send_again(
    connection: &mut PgConnection,
    now: Timestamp,
    id: Uuid,
) -> Result<Again, sqlx::Error> {
    let now = instant(now)?;
    let found = sqlx::query!(
        "SELECT event, notices.name, coalesce(held_until > $2, false) AS \"held!\", \
         coalesce(notice_channels.state = 'disabled', false) AS \"disabled!\" FROM notice_deliveries \
         JOIN notices ON notices.id = notice_id LEFT JOIN notice_channels ON notice_channels.id = channel_id \
         WHERE notice_deliveries.id = $1 FOR UPDATE OF notice_deliveries",
        id,
        now
    )
    .fetch_optional(&mut *connection)
    .await?;
    let Some(found) = found else { return Ok(Again::Missing) };
    if found.disabled {
        return Ok(Again::ChannelDisabled);
    }
    if found.held {
        return Ok(Again::UnderWay);
    }
    sqlx::query!(
        "UPDATE notice_deliveries SET state = 'waiting', step = 0, next_at = $2, holder = NULL, held_until = NULL, \
         delivered_at = NULL WHERE id = $1",
        id,
        now
    )
    .execute(connection)
    .await?;
    Ok(Again::Due(format!("{} {}", found.event, found.name).trim_end().to_owned()))
}

/// Deletes old deliveries, and old notices without any, except for the last of a failure that goes on, of a secret that exists.
pub(super) async fn delete_old(connection: &mut PgConnection, before: Timestamp) -> Result<u64, sqlx::Error> {
    let before = instant(before)?;
    sqlx::query!("DELETE FROM notice_deliveries WHERE created_at < $1", before)
        .execute(&mut *connection)
        .await?;
    let deleted = sqlx::query!(
        "DELETE FROM notices WHERE at < $1 \
         AND NOT EXISTS (SELECT FROM notice_deliveries WHERE notice_id = notices.id) \
         AND (CASE WHEN event IN ('secret.test_failed', 'secret.host_key_changed') THEN NOT EXISTS (SELECT FROM secrets \
         WHERE secrets.id = subject::uuid AND (event = 'secret.test_failed' OR check_status = 'host-key-changed')) \
         ELSE event <> 'sign_on.down' END \
         OR EXISTS (SELECT FROM notices AS later WHERE later.subject_kind = notices.subject_kind \
         AND later.subject = notices.subject AND later.id > notices.id AND later.event = ANY (CASE notices.event \
         WHEN 'secret.test_failed' THEN ARRAY['secret.test_failed', 'secret.test_works'] \
         WHEN 'secret.host_key_changed' THEN ARRAY['secret.host_key_changed'] \
         WHEN 'sign_on.down' THEN ARRAY['sign_on.down', 'sign_on.works'] END)))",
        before
    )
    .execute(connection)
    .await?;
    Ok(deleted.rows_affected())
}
