//! The known key encryption keys, by id and check value.

use super::envelope::{Location, SealedValue, ValueField};
use crate::db::instant;
use chrono::{DateTime, Utc};
use domain::time::Timestamp;
use sqlx::PgConnection;
use uuid::Uuid;

pub(crate) struct CheckRow {
    pub(crate) id: String,
    pub(super) active: bool,
    pub(crate) check_nonce: Vec<u8>,
    pub(crate) check_ciphertext: Vec<u8>,
}

/// A sealed value with its place, as it is stored.
pub(crate) struct StoredValue {
    pub(crate) secret_id: Uuid,
    pub(crate) field: String,
    pub(crate) version: i64,
    pub(crate) algorithm: String,
    pub(crate) kek_id: String,
    pub(crate) wrapped_key: Vec<u8>,
    pub(crate) nonce: Vec<u8>,
    pub(crate) ciphertext: Vec<u8>,
}

impl StoredValue {
    /// Returns the value with its place.
    ///
    /// Errors: the field is unknown.
    pub(crate) fn located(self) -> Result<(Location, SealedValue), sqlx::Error> {
        let Self { secret_id, field, version, algorithm, kek_id, wrapped_key, nonce, ciphertext } = self;
        let field =
            ValueField::parse(&field).ok_or_else(|| sqlx::Error::Decode("a stored field is none".into()))?;
        let place = Location { secret: secret_id, field, version };
        Ok((place, SealedValue { algorithm, kek_id, wrapped_key, nonce, ciphertext }))
    }
}

/// The lock of whoever changes the list of keys; the number is arbitrary.
const KEY_LOCK: i64 = 0x6c61_7463_686b_6579;

/// Holds up others who start or change keys, until the end of the transaction.
pub(super) async fn lock(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query!("SELECT pg_advisory_xact_lock($1)", KEY_LOCK).execute(connection).await.map(drop)
}

/// Returns the keys that are not retired; the fresh one becomes the active one if no key is active, which is returned as well.
pub(super) async fn known_or_insert(
    connection: &mut PgConnection,
    fresh: CheckRow,
    now: Timestamp,
) -> Result<(Vec<CheckRow>, bool), sqlx::Error> {
    lock(connection).await?;
    let known = sqlx::query_as!(
        CheckRow,
        "SELECT id, active, check_nonce, check_ciphertext FROM key_encryption_keys WHERE retired_at IS NULL"
    )
    .fetch_all(&mut *connection)
    .await?;
    if known.iter().any(|row| row.active) {
        return Ok((known, false));
    }
    let first = CheckRow { active: true, ..fresh };
    insert(connection, &first, now).await?;
    Ok((vec![first], true))
}

/// Returns the ids of retired keys.
pub(super) async fn retired(connection: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar!("SELECT id FROM key_encryption_keys WHERE retired_at IS NOT NULL")
        .fetch_all(connection)
        .await
}

/// Returns whether this is the id of a key that is not retired.
pub(crate) async fn is_in_use(connection: &mut PgConnection, id: &str) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT EXISTS (SELECT FROM key_encryption_keys WHERE id = $1 AND retired_at IS NULL) AS \"in_use!\"",
        id
    )
    .fetch_one(connection)
    .await
}

/// Replaces the check value of a key.
pub(super) async fn put_check(connection: &mut PgConnection, row: &CheckRow) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE key_encryption_keys SET check_nonce = $2, check_ciphertext = $3 WHERE id = $1",
        &row.id,
        &row.check_nonce,
        &row.check_ciphertext
    )
    .execute(connection)
    .await
    .map(drop)
}

pub(super) async fn insert(
    connection: &mut PgConnection,
    row: &CheckRow,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO key_encryption_keys (id, active, check_nonce, check_ciphertext, created_at) \
         VALUES ($1, $2, $3, $4, $5)",
        &row.id,
        row.active,
        &row.check_nonce,
        &row.check_ciphertext,
        instant(now)?
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Prevents servers, older ones too, from writing rows that are being taken over, until the end of the transaction.
#[expect(clippy::disallowed_methods, reason = "a lock has neither parameters nor columns to check")]
pub(super) async fn hold_writers(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::raw_sql("LOCK TABLE users, sessions, api_tokens, one_time_links, secrets, audit_head IN SHARE ROW EXCLUSIVE MODE")
    .execute(connection)
    .await
    .map(drop)
}

/// Returns the id of the active key. It stays active until the end of the transaction: whoever activates another waits.
pub(crate) async fn active_id(connection: &mut PgConnection) -> Result<String, sqlx::Error> {
    sqlx::query_scalar!("SELECT id FROM key_encryption_keys WHERE active FOR SHARE")
        .fetch_one(connection)
        .await
}

/// A key that the database knows.
#[derive(Debug)]
pub(super) struct KekRow {
    pub(super) id: String,
    pub(super) active: bool,
    pub(super) created_at: DateTime<Utc>,
    pub(super) retired_at: Option<DateTime<Utc>>,
    pub(super) sealed: i64,
    /// The number of rows that it vouches for.
    pub(super) vouches: i64,
}

/// Returns all keys, with the number of values under each and of rows that it vouches for, the oldest first. Every table is read
/// once, and not for each key: PostgreSQL expects hundreds of keys, because so small a table is never analyzed.
pub(super) async fn all(connection: &mut PgConnection) -> Result<Vec<KekRow>, sqlx::Error> {
    sqlx::query_as!(
        KekRow,
        "SELECT id, active, created_at, retired_at, \
         coalesce(stored.sealed, 0) AS \"sealed!\", coalesce(signed.vouches, 0) AS \"vouches!\" \
         FROM key_encryption_keys AS keys \
         LEFT JOIN (SELECT kek_id, count(*) AS sealed FROM ( \
             SELECT kek_id FROM secret_values UNION ALL SELECT kek_id FROM notice_channel_values \
         ) AS sealed_values GROUP BY kek_id) AS stored ON stored.kek_id = keys.id \
         LEFT JOIN (SELECT encode(key, 'hex') AS kek_id, count(*) AS vouches FROM ( \
             SELECT substr(mac, 1, 8) AS key FROM users \
             UNION ALL SELECT substr(mac, 1, 8) FROM sessions \
             UNION ALL SELECT substr(mac, 1, 8) FROM api_tokens \
             UNION ALL SELECT substr(mac, 1, 8) FROM one_time_links \
             UNION ALL SELECT substr(mac, 1, 8) FROM secrets \
             UNION ALL SELECT substr(mac, 1, 8) FROM secret_versions \
             UNION ALL SELECT substr(mac, 1, 8) FROM mail_choices \
         ) AS signed_rows GROUP BY 1) AS signed ON signed.kek_id = keys.id \
         ORDER BY created_at, id"
    )
    .fetch_all(connection)
    .await
}

/// Returns the number of values under each key.
pub(super) async fn count_by_key(connection: &mut PgConnection) -> Result<Vec<(String, i64)>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT id, sealed AS \"sealed!\" FROM (SELECT id, (SELECT count(*) FROM secret_values WHERE kek_id = id) \
         + (SELECT count(*) FROM notice_channel_values WHERE kek_id = id) AS sealed \
         FROM key_encryption_keys WHERE NOT active) AS keys WHERE sealed > 0"
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.sealed)).collect())
}

pub(super) async fn activate(connection: &mut PgConnection, id: &str) -> Result<(), sqlx::Error> {
    // One after the other, because the index does not allow two active keys, even within one statement.
    sqlx::query!("UPDATE key_encryption_keys SET active = false WHERE active")
        .execute(&mut *connection)
        .await?;
    sqlx::query!("UPDATE key_encryption_keys SET active = true WHERE id = $1", id)
        .execute(connection)
        .await
        .map(drop)
}

pub(super) async fn retire(
    connection: &mut PgConnection,
    id: &str,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    // Imports that wait under the key could no longer be opened: they must be pasted again.
    sqlx::query!(
        "DELETE FROM imports WHERE id IN (SELECT import_id FROM import_entries WHERE kek_id = $1)",
        id
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!("UPDATE key_encryption_keys SET retired_at = $2 WHERE id = $1", id, instant(now)?)
        .execute(connection)
        .await
        .map(drop)
}

/// Returns values under another key than this, after that place, in the order of their places.
pub(super) async fn stale(
    connection: &mut PgConnection,
    active: &str,
    after: Option<Location>,
    limit: i64,
) -> Result<Vec<(Location, SealedValue)>, sqlx::Error> {
    let rows = sqlx::query_as!(
        StoredValue,
        "SELECT secret_id, field, version, algorithm, kek_id, wrapped_key, nonce, ciphertext \
         FROM secret_values \
         WHERE kek_id <> $1 AND ($2::uuid IS NULL OR (secret_id, field, version) > ($2, $3, $4)) \
         ORDER BY secret_id, field, version LIMIT $5",
        active,
        after.map(|place| place.secret),
        after.map(|place| place.field.as_str()),
        after.map(|place| place.version),
        limit
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(StoredValue::located).collect()
}

/// Replaces a value by the one that was sealed again, if the old one is still there.
pub(super) async fn swap(
    connection: &mut PgConnection,
    place: Location,
    old: &SealedValue,
    new: &SealedValue,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query!(
        "UPDATE secret_values SET algorithm = $4, kek_id = $5, wrapped_key = $6, nonce = $7, ciphertext = $8 \
         WHERE secret_id = $1 AND field = $2 AND version = $3 AND kek_id = $9 AND wrapped_key = $10",
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
