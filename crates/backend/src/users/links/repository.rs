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

/// How long the link for the first administrator is good: an hour.
const SETUP_LINK_LIFE: Duration = Duration::from_hours(1);

/// How long a link to choose a password is good: a day.
const PASSWORD_LINK_LIFE: Duration = Duration::from_hours(24);

/// Notes a link for the first administrator.
pub(in crate::users) async fn insert_setup(
    work: &mut Work,
    ctx: &Ctx,
    token_hash: &[u8],
) -> Result<(), sqlx::Error> {
    insert(work, ctx, token_hash, None, SETUP_LINK_LIFE).await
}

/// Notes a link with which this user chooses a password.
pub(in crate::users) async fn insert_for(
    work: &mut Work,
    ctx: &Ctx,
    token_hash: &[u8],
    user: Uuid,
) -> Result<(), sqlx::Error> {
    insert(work, ctx, token_hash, Some(user), PASSWORD_LINK_LIFE).await
}

/// Notes a one-time link; those that have expired are swept away.
async fn insert(
    work: &mut Work,
    ctx: &Ctx,
    token_hash: &[u8],
    user: Option<Uuid>,
    life: Duration,
) -> Result<(), sqlx::Error> {
    let now = instant(ctx.now)?;
    sqlx::query("DELETE FROM one_time_links WHERE expires_at <= $1").bind(now).execute(&mut **work).await?;
    let expires_at = instant(ctx.now + life)?;
    let mac = work.sign(&link_message(token_hash, user, expires_at)).await?;
    sqlx::query(
        "INSERT INTO one_time_links (token_hash, user_id, created_at, expires_at, mac) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(token_hash)
    .bind(user)
    .bind(now)
    .bind(expires_at)
    .bind(mac)
    .execute(&mut **work)
    .await
    .map(drop)
}

/// For whom a link is, and until when.
fn link_message(token_hash: &[u8], user: Option<Uuid>, expires_at: DateTime<Utc>) -> Message {
    Message::new(Purpose::Link)
        .bytes(token_hash)
        .maybe(user.as_ref().map(Uuid::as_bytes))
        .number(expires_at.timestamp_micros())
}

/// Whom a link is for, where it is still good: `Some(None)` is the first administrator.
pub(in crate::users) async fn find(
    work: &mut Work,
    ctx: &Ctx,
    token_hash: &[u8],
) -> Result<Option<Option<UserRow>>, sqlx::Error> {
    type Row = (Option<Uuid>, DateTime<Utc>, Option<Vec<u8>>);
    let now = instant(ctx.now)?;
    let found: Option<Row> =
        sqlx::query_as("SELECT user_id, expires_at, mac FROM one_time_links WHERE token_hash = $1")
            .bind(token_hash)
            .fetch_optional(&mut **work)
            .await?;
    let Some((user, expires_at, mac)) = found else { return Ok(None) };
    let message = link_message(token_hash, user, expires_at);
    let ours = work.vouches(&message, mac.as_deref(), || "one-time link".to_owned())?;
    if !ours || expires_at <= now {
        return Ok(None);
    }
    let Some(id) = user else { return Ok(Some(None)) };
    let row = users::find_by_id(work, id).await?;
    Ok(row.filter(|row| row.id == id && !row.disabled).map(Some))
}

/// Takes the links for the first administrator away: there is one now.
pub(in crate::users) async fn spend_setup(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM one_time_links WHERE user_id IS NULL").execute(connection).await.map(drop)
}

/// Links that are to be vouched for, locked until the end of the transaction.
pub(crate) async fn guarded(
    connection: &mut PgConnection,
    stale: Stale<'_>,
    limit: i64,
) -> Result<Vec<Guarded<Vec<u8>>>, sqlx::Error> {
    type Row = (Vec<u8>, Option<Uuid>, DateTime<Utc>, Option<Vec<u8>>);
    let sql = format!(
        "SELECT token_hash, user_id, expires_at, mac FROM one_time_links WHERE {} ORDER BY token_hash LIMIT $2 FOR UPDATE",
        Stale::SQL
    );
    let rows: Vec<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(stale.bound())
        .bind(limit)
        .fetch_all(connection)
        .await?;
    let guarded = |(key, user, expires_at, mac): Row| {
        let message = link_message(&key, user, expires_at);
        Guarded { key, message, mac }
    };
    Ok(rows.into_iter().map(guarded).collect())
}

/// Puts codes in the place of those that links had; answers with the number of rows.
pub(crate) async fn put_macs(
    connection: &mut PgConnection,
    macs: &NewMacs<Vec<u8>>,
) -> Result<usize, sqlx::Error> {
    let (hashes, codes): (Vec<&[u8]>, Vec<Option<&[u8]>>) =
        macs.iter().map(|(hash, mac)| (hash.as_slice(), mac.as_deref())).unzip();
    sqlx::query(
        "UPDATE one_time_links SET mac = fresh.mac FROM unnest($1::bytea[], $2::bytea[]) AS fresh (hash, mac) \
         WHERE token_hash = fresh.hash",
    )
    .bind(&hashes)
    .bind(&codes)
    .execute(connection)
    .await?;
    Ok(macs.len())
}
