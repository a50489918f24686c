//! All SQL about sending deliveries.

use super::held::{HeldDelivery, Recipient};
use crate::{
    db::instant,
    notices::{attempt::Attempt, repository as notices},
};
use domain::{
    notice::{ChannelPreset, DeliveryCause, DeliveryState, NoticeEvent},
    time::Timestamp,
};
use sqlx::PgConnection;
use uuid::Uuid;

impl HeldDelivery {
    pub(super) fn is_test(&self) -> bool {
        self.notice.event == NoticeEvent::ChannelTest
    }
}

/// Takes a delivery to a channel that is due, or the wanted one, for this holder until then, if there is one. Of one channel
/// no more than two are held at once, so that a slow receiver does not keep the others waiting. What only a newer version knows
/// is left to it by the hold.
pub(super) async fn take(
    connection: &mut PgConnection,
    now: Timestamp,
    wanted: Option<Uuid>,
    holder: Uuid,
    until: Timestamp,
) -> Result<Option<HeldDelivery>, sqlx::Error> {
    let taken = sqlx::query!(
        "WITH due AS (SELECT notice_deliveries.id FROM notice_deliveries \
         JOIN notice_channels ON notice_channels.id = channel_id \
         WHERE notice_deliveries.state = 'waiting' AND (held_until IS NULL OR held_until <= $1) \
         AND CASE WHEN $2::uuid IS NULL THEN next_at <= $1 AND notice_channels.state = 'active' \
         AND (hold_until IS NULL OR hold_until <= $1) \
         AND (SELECT count(*) FROM notice_deliveries AS held WHERE held.channel_id = notice_channels.id \
         AND held.state = 'waiting' AND held.held_until > $1) < 2 \
         ELSE notice_deliveries.id = $2 END \
         ORDER BY failing, next_at, notice_deliveries.id LIMIT 1 FOR UPDATE OF notice_deliveries SKIP LOCKED), \
         taken AS (UPDATE notice_deliveries SET holder = $3, held_until = $4 FROM due \
         WHERE notice_deliveries.id = due.id RETURNING notice_deliveries.*) \
         SELECT taken.id, step, taken.channel_id AS \"channel_id!\", preset, notice_id \
         FROM taken JOIN notice_channels ON notice_channels.id = taken.channel_id",
        instant(now)?,
        wanted,
        holder,
        instant(until)?
    )
    .fetch_optional(&mut *connection)
    .await?;
    let Some(taken) = taken else { return Ok(None) };
    let notice = notices::find(connection, &[taken.notice_id]).await?.remove(&taken.notice_id);
    Ok(notice.zip(ChannelPreset::parse(&taken.preset)).map(|(notice, preset)| HeldDelivery {
        id: taken.id,
        holder,
        notice,
        recipient: Recipient::Channel(taken.channel_id, preset),
        step: taken.step,
    }))
}

/// Notes what became of an attempt; returns false if somebody else holds the delivery by now.
pub(super) async fn settle(
    connection: &mut PgConnection,
    now: Timestamp,
    (id, holder): (Uuid, Uuid),
    attempt: Attempt,
    state: DeliveryState,
    next: Option<Timestamp>,
) -> Result<bool, sqlx::Error> {
    let (cause, status) = match attempt {
        Attempt::Delivered { status } => (None, status),
        Attempt::Failed { cause, status, .. } => (Some(cause.code()), status),
    };
    let settled = sqlx::query!(
        "UPDATE notice_deliveries SET state = $4, attempts = attempts + 1, step = step + 1, \
         next_at = coalesce($5, next_at), holder = NULL, held_until = NULL, tried_at = $3, cause = $6, status = $7, \
         delivered_at = CASE WHEN $4 = 'delivered' THEN $3::timestamptz END WHERE id = $1 AND holder = $2",
        id,
        holder,
        instant(now)?,
        state.code(),
        next.map(instant).transpose()?,
        cause,
        status.map(i32::from)
    )
    .execute(connection)
    .await?;
    Ok(settled.rows_affected() > 0)
}

/// Gives up what waits for a channel whose receiver is gone.
pub(super) async fn give_up(connection: &mut PgConnection, channel: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE notice_deliveries SET state = 'failed', cause = $2, holder = NULL, held_until = NULL \
         WHERE channel_id = $1 AND state = 'waiting'",
        channel,
        DeliveryCause::Gone.code()
    )
    .execute(connection)
    .await
    .map(drop)
}
