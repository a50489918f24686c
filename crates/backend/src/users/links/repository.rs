//! All SQL about one-time links.

use crate::{
    context::Ctx,
    db::instant,
    keyring::{
        guarded::{Guarded, NewMacs, Stale},
        mac::{Message, Purpose},
    },
    users::repository::{self as users, UserRow},
    work::Work,
};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use std::time::Duration;
use uuid::Uuid;

/// The lifetime of the link for the first administrator: an hour.
const SETUP_LINK_LIFE: Duration = Duration::from_hours(1);

/// The lifetime of a link to choose a password: a day.
const PASSWORD_LINK_LIFE: Duration = Duration::from_hours(24);

/// Stores a link for the first administrator.
pub(in crate::users) async fn insert_setup(
    work: &mut Work,
    ctx: &Ctx,
    token_hash: &[u8],
) -> Result<(), sqlx::Error> {
    insert(work, ctx, token_hash, None, SETUP_LINK_LIFE).await
}

/// Stores a link with which this user chooses a password.
pub(in crate::users) async fn insert_for(
    work: &mut Work,
    ctx: &Ctx,
    token_hash: &[u8],
    user: Uuid,
) -> Result<(), sqlx::Error> {
    insert(work, ctx, token_hash, Some(user), PASSWORD_LINK_LIFE).await
}

/// Stores a one-time link; deletes expired ones.
async fn insert(
    work: &mut Work,
    ctx: &Ctx,
    token_hash: &[u8],
    user: Option<Uuid>,
    life: Duration,
) -> Result<(), sqlx::Error> {
    let now = instant(ctx.now)?;
    sqlx::query!("DELETE FROM one_time_links WHERE expires_at <= $1", now).execute(&mut **work).await?;
    let expires_at = instant(ctx.now + life)?;
    let mac = work.sign(&link_message(token_hash, user, expires_at)).await?;
    sqlx::query!(
        "INSERT INTO one_time_links (token_hash, user_id, created_at, expires_at, mac) \
         VALUES ($1, $2, $3, $4, $5)",
        token_hash,
        user,
        now,
        expires_at,
        mac
    )
    .execute(&mut **work)
    .await
    .map(drop)
}

/// Returns the message for the MAC of a link: its user, and the end of its validity.
fn link_message(token_hash: &[u8], user: Option<Uuid>, expires_at: DateTime<Utc>) -> Message {
    Message::new(Purpose::Link)
        .bytes(token_hash)
        .maybe(user.as_ref().map(Uuid::as_bytes))
        .number(expires_at.timestamp_micros())
}

/// Returns the user of a link that is still valid: `Some(None)` is the first administrator.
pub(in crate::users) async fn find(
    work: &mut Work,
    ctx: &Ctx,
    token_hash: &[u8],
) -> Result<Option<Option<UserRow>>, sqlx::Error> {
    let now = instant(ctx.now)?;
    let found =
        sqlx::query!("SELECT user_id, expires_at, mac FROM one_time_links WHERE token_hash = $1", token_hash)
            .fetch_optional(&mut **work)
            .await?;
    let Some(row) = found else { return Ok(None) };
    let message = link_message(token_hash, row.user_id, row.expires_at);
    let ours = work.vouches(&message, row.mac.as_deref(), || "one-time link".to_owned())?;
    if !ours || row.expires_at <= now {
        return Ok(None);
    }
    let Some(id) = row.user_id else { return Ok(Some(None)) };
    let row = users::find_by_id(work, id).await?;
    Ok(row.filter(|row| row.id == id && !row.disabled).map(Some))
}

/// Deletes the links for the first administrator, because there is one now.
pub(in crate::users) async fn spend_setup(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query!("DELETE FROM one_time_links WHERE user_id IS NULL").execute(connection).await.map(drop)
}

/// Returns links whose MACs are to be renewed, locked until the end of the transaction.
pub(crate) async fn guarded(
    connection: &mut PgConnection,
    stale: Stale<'_>,
    limit: i64,
) -> Result<Vec<Guarded<Vec<u8>>>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT token_hash, user_id, expires_at, mac FROM one_time_links \
         WHERE ($1::text IS NULL AND mac IS NULL) OR substr(mac, 1, 8) <> decode($1, 'hex') \
         ORDER BY token_hash LIMIT $2 FOR UPDATE",
        stale.bound(),
        limit
    )
    .fetch_all(connection)
    .await?;
    let guarded = rows.into_iter().map(|row| Guarded {
        message: link_message(&row.token_hash, row.user_id, row.expires_at),
        key: row.token_hash,
        mac: row.mac,
    });
    Ok(guarded.collect())
}

/// Replaces the MACs of links; returns the number of rows.
pub(crate) async fn put_macs(
    connection: &mut PgConnection,
    macs: &NewMacs<Vec<u8>>,
) -> Result<usize, sqlx::Error> {
    let (hashes, codes): (Vec<&[u8]>, Vec<Option<&[u8]>>) =
        macs.iter().map(|(hash, mac)| (hash.as_slice(), mac.as_deref())).unzip();
    sqlx::query!(
        "UPDATE one_time_links SET mac = fresh.mac \
         FROM unnest($1::bytea[], $2::bytea[]) AS fresh (hash, mac) WHERE token_hash = fresh.hash",
        &hashes as _,
        &codes as _
    )
    .execute(connection)
    .await?;
    Ok(macs.len())
}
