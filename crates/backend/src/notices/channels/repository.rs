//! All SQL about channels.

use super::summary::ChannelSummary;
use crate::{
    context::Ctx,
    db::{instant, timestamp},
    keyring::{Location, SealedValue, ValueField},
    revision::LastChange,
};
use domain::{
    notice::{ChannelPreset, ChannelState, DeliveryCause},
    sensitive::Sensitive,
    time::Timestamp,
};
use sqlx::PgConnection;
use uuid::Uuid;

/// The field of a channel's address.
pub(in crate::notices) const URL: ValueField = ValueField::ChannelUrl;

/// The field of a channel's signing secrets.
pub(in crate::notices) const SIGNING: ValueField = ValueField::ChannelSigningSecret;

/// The constraint that no two channels have one name.
pub(super) const NAME_UNIQUE: &str = "notice_channels_name_unique";

/// A channel that is to be stored.
pub(super) struct NewChannel {
    pub(super) id: Uuid,
    pub(super) name: String,
    pub(super) preset: ChannelPreset,
    pub(super) host: String,
    pub(super) url: Sensitive,
}

/// The part of a channel that decides what may be done with it.
pub(super) struct LockedChannel {
    pub(super) name: String,
    pub(super) preset: ChannelPreset,
    pub(super) state: ChannelState,
    pub(super) last_change: LastChange,
}

fn unknown(what: &'static str) -> sqlx::Error {
    sqlx::Error::Decode(what.into())
}

/// Returns all channels by name, or this one.
pub(super) async fn list(
    connection: &mut PgConnection,
    id: Option<Uuid>,
    now: Timestamp,
) -> Result<Vec<ChannelSummary>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT id, name, preset, host, state, hold_until, failing, version, updated_at, updated_by, \
         (SELECT max(ends_at) FROM notice_channel_values WHERE channel_id = notice_channels.id AND ends_at > $2) \
         AS rotating_until, \
         (SELECT count(*) FROM notice_deliveries WHERE channel_id = notice_channels.id \
         AND notice_deliveries.state = 'waiting') AS \"waiting!\" \
         FROM notice_channels WHERE $1::uuid IS NULL OR id = $1 ORDER BY lower(name), id",
        id,
        instant(now)?
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(ChannelSummary {
                id: row.id,
                name: row.name,
                preset: ChannelPreset::parse(&row.preset).ok_or_else(|| unknown("an unknown preset"))?,
                host: row.host,
                state: ChannelState::parse(&row.state).ok_or_else(|| unknown("an unknown state"))?,
                hold_until: row.hold_until.map(timestamp).filter(|until| *until > now),
                failing: row.failing,
                rotating_until: row.rotating_until.map(timestamp),
                waiting: row.waiting,
                version: row.version,
                updated_at: timestamp(row.updated_at),
                updated_by: row.updated_by,
            })
        })
        .collect()
}

/// Returns a channel, locked until the end of the transaction.
pub(super) async fn lock(
    connection: &mut PgConnection,
    id: Uuid,
) -> Result<Option<LockedChannel>, sqlx::Error> {
    let row = sqlx::query!(
        "SELECT name, preset, state, version, updated_at, updated_by FROM notice_channels WHERE id = $1 FOR UPDATE",
        id
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        Ok(LockedChannel {
            name: row.name,
            preset: ChannelPreset::parse(&row.preset).ok_or_else(|| unknown("an unknown preset"))?,
            state: ChannelState::parse(&row.state).ok_or_else(|| unknown("an unknown state"))?,
            last_change: LastChange::new((id, row.version), timestamp(row.updated_at), row.updated_by),
        })
    })
    .transpose()
}

/// Locks a channel, if there still is one, before a delivery to it. Notices for it may be raised meanwhile.
pub(in crate::notices) async fn lock_order(
    connection: &mut PgConnection,
    id: Uuid,
) -> Result<(), sqlx::Error> {
    sqlx::query!("SELECT id FROM notice_channels WHERE id = $1 FOR NO KEY UPDATE", id)
        .fetch_optional(connection)
        .await
        .map(drop)
}

pub(super) async fn insert(
    connection: &mut PgConnection,
    ctx: &Ctx,
    new: &NewChannel,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO notice_channels (id, name, preset, host, state, version, created_at, created_by, updated_at, updated_by) \
         VALUES ($1, $2, $3, $4, $5, 1, $6, $7, $6, $7)",
        new.id,
        new.name,
        new.preset.code(),
        new.host,
        ChannelState::Active.code(),
        instant(ctx.now)?,
        ctx.actor.name()
    )
    .execute(connection)
    .await
    .map(drop)
}

pub(super) async fn insert_value(
    connection: &mut PgConnection,
    ctx: &Ctx,
    place: Location,
    sealed: &SealedValue,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO notice_channel_values (channel_id, field, version, algorithm, kek_id, wrapped_key, nonce, ciphertext, \
         created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        place.secret,
        place.field.as_str(),
        place.version,
        sealed.algorithm,
        sealed.kek_id,
        sealed.wrapped_key,
        sealed.nonce,
        sealed.ciphertext,
        instant(ctx.now)?
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Returns the version of the next value of this field.
pub(super) async fn next_version(
    connection: &mut PgConnection,
    channel: Uuid,
    field: ValueField,
) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT coalesce(max(version), 0) + 1 AS \"version!\" FROM notice_channel_values \
         WHERE channel_id = $1 AND field = $2",
        channel,
        field.as_str()
    )
    .fetch_one(connection)
    .await
}

/// Deletes the values of this field before that version.
pub(super) async fn delete_older(
    connection: &mut PgConnection,
    channel: Uuid,
    field: ValueField,
    version: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "DELETE FROM notice_channel_values WHERE channel_id = $1 AND field = $2 AND version < $3",
        channel,
        field.as_str(),
        version
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Deletes all signing secrets before the one of the version before, which ends then.
pub(super) async fn end_older(
    connection: &mut PgConnection,
    channel: Uuid,
    version: i64,
    ends_at: Timestamp,
) -> Result<(), sqlx::Error> {
    delete_older(connection, channel, SIGNING, version - 1).await?;
    sqlx::query!(
        "UPDATE notice_channel_values SET ends_at = $3 WHERE channel_id = $1 AND field = $2",
        channel,
        SIGNING.as_str(),
        instant(ends_at)?
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Returns the sealed address and the signing secrets of a channel that are valid now, the newest first.
pub(in crate::notices) async fn values(
    connection: &mut PgConnection,
    channel: Uuid,
    now: Timestamp,
) -> Result<Vec<(Location, SealedValue)>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT field, version, algorithm, kek_id, wrapped_key, nonce, ciphertext FROM notice_channel_values \
         WHERE channel_id = $1 AND (ends_at IS NULL OR ends_at > $2) ORDER BY version DESC",
        channel,
        instant(now)?
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let field = ValueField::of_channel(&row.field).ok_or_else(|| unknown("an unknown field"))?;
            let place = Location { secret: channel, field, version: row.version };
            let sealed = SealedValue {
                algorithm: row.algorithm,
                kek_id: row.kek_id,
                wrapped_key: row.wrapped_key,
                nonce: row.nonce,
                ciphertext: row.ciphertext,
            };
            Ok((place, sealed))
        })
        .collect()
}

pub(super) async fn rename(
    connection: &mut PgConnection,
    ctx: &Ctx,
    id: Uuid,
    name: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE notice_channels SET name = $2, version = version + 1, updated_at = $3, updated_by = $4 WHERE id = $1",
        id,
        name,
        instant(ctx.now)?,
        ctx.actor.name()
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Stores the host of a new address, which begins without failures.
pub(super) async fn set_host(
    connection: &mut PgConnection,
    ctx: &Ctx,
    id: Uuid,
    host: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE notice_channels SET host = $2, failing = false, hold_until = NULL, version = version + 1, \
         updated_at = $3, updated_by = $4 WHERE id = $1",
        id,
        host,
        instant(ctx.now)?,
        ctx.actor.name()
    )
    .execute(connection)
    .await
    .map(drop)
}

pub(super) async fn set_state(
    connection: &mut PgConnection,
    ctx: &Ctx,
    id: Uuid,
    state: ChannelState,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE notice_channels SET state = $2, failing = false, hold_until = NULL, version = version + 1, \
         updated_at = $3, updated_by = $4 WHERE id = $1",
        id,
        state.code(),
        instant(ctx.now)?,
        ctx.actor.name()
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Disables a channel; returns its name, unless it was disabled already.
pub(in crate::notices) async fn disable(
    connection: &mut PgConnection,
    ctx: &Ctx,
    id: Uuid,
) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar!(
        "UPDATE notice_channels SET state = 'disabled', failing = true, version = version + 1, updated_at = $2, \
         updated_by = $3 WHERE id = $1 AND state <> 'disabled' RETURNING name",
        id,
        instant(ctx.now)?,
        ctx.actor.name()
    )
    .fetch_optional(connection)
    .await
}

/// Notes that a channel works.
pub(in crate::notices) async fn note_success(
    connection: &mut PgConnection,
    id: Uuid,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE notice_channels SET failing = false, hold_until = NULL WHERE id = $1 AND (failing OR hold_until IS NOT NULL)",
        id
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Notes that a channel does not work, and until when its receiver wants nothing.
pub(in crate::notices) async fn note_failure(
    connection: &mut PgConnection,
    id: Uuid,
    hold: Option<Timestamp>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE notice_channels SET failing = true, hold_until = coalesce($2, hold_until) WHERE id = $1",
        id,
        hold.map(instant).transpose()?
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Deletes a channel; returns its name, or `None` if there is no such channel.
pub(super) async fn delete(connection: &mut PgConnection, id: Uuid) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar!("DELETE FROM notice_channels WHERE id = $1 RETURNING name", id)
        .fetch_optional(connection)
        .await
}

/// Makes a delivery of a notice to this channel alone, which nobody else sends before that time, and returns its id.
pub(super) async fn deliver_to(
    connection: &mut PgConnection,
    ctx: &Ctx,
    (notice, channel): (Uuid, Uuid),
    next_at: Timestamp,
) -> Result<Uuid, sqlx::Error> {
    sqlx::query_scalar!(
        "INSERT INTO notice_deliveries (id, notice_id, channel_id, state, next_at, created_at) \
         VALUES (gen_random_uuid(), $1, $2, 'waiting', $3, $4) RETURNING id",
        notice,
        channel,
        instant(next_at)?,
        instant(ctx.now)?
    )
    .fetch_one(connection)
    .await
}

/// Returns why the last attempt of a delivery failed, and the status of its answer.
pub(super) async fn outcome(
    connection: &mut PgConnection,
    delivery: Uuid,
) -> Result<(DeliveryCause, Option<u16>), sqlx::Error> {
    let row = sqlx::query!("SELECT cause, status FROM notice_deliveries WHERE id = $1", delivery)
        .fetch_one(connection)
        .await?;
    let cause = row.cause.as_deref().and_then(DeliveryCause::parse).unwrap_or(DeliveryCause::NotReached);
    Ok((cause, row.status.and_then(|status| u16::try_from(status).ok())))
}

/// Returns values under another key than this, after that place, in the order of their places.
pub(crate) async fn stale(
    connection: &mut PgConnection,
    active: &str,
    after: Option<Location>,
    limit: i64,
) -> Result<Vec<(Location, SealedValue)>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT channel_id, field, version, algorithm, kek_id, wrapped_key, nonce, ciphertext \
         FROM notice_channel_values \
         WHERE kek_id <> $1 AND ($2::uuid IS NULL OR (channel_id, field, version) > ($2, $3, $4)) \
         ORDER BY channel_id, field, version LIMIT $5",
        active,
        after.map(|place| place.secret),
        after.map(|place| place.field.as_str()),
        after.map(|place| place.version),
        limit
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let field = ValueField::of_channel(&row.field).ok_or_else(|| unknown("an unknown field"))?;
            let place = Location { secret: row.channel_id, field, version: row.version };
            let sealed = SealedValue {
                algorithm: row.algorithm,
                kek_id: row.kek_id,
                wrapped_key: row.wrapped_key,
                nonce: row.nonce,
                ciphertext: row.ciphertext,
            };
            Ok((place, sealed))
        })
        .collect()
}

/// Replaces a value by the one that was sealed again, if the old one is still there.
pub(crate) async fn swap(
    connection: &mut PgConnection,
    place: Location,
    old: &SealedValue,
    new: &SealedValue,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query!(
        "UPDATE notice_channel_values SET algorithm = $4, kek_id = $5, wrapped_key = $6, nonce = $7, ciphertext = $8 \
         WHERE channel_id = $1 AND field = $2 AND version = $3 AND kek_id = $9 AND wrapped_key = $10",
        place.secret,
        place.field.as_str(),
        place.version,
        &new.algorithm,
        &new.kek_id,
        &new.wrapped_key,
        &new.nonce,
        &new.ciphertext,
        &old.kek_id,
        &old.wrapped_key
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() > 0)
}
