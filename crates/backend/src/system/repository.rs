//! All SQL about the key encryption keys and their backup, as the checks see them.

use crate::db::timestamp;
use chrono::{DateTime, Utc};
use domain::time::Timestamp;
use sqlx::PgConnection;

/// Returns whether the tables that are asked below are there, and may be read.
pub(super) async fn has_tables(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT coalesce(bool_and(coalesce(has_table_privilege(to_regclass(name), 'SELECT'), false)), false) AS \"has!\" \
         FROM unnest(ARRAY['key_encryption_keys', 'portal_notes', 'secret_values']) AS name"
    )
    .fetch_one(connection)
    .await
}

/// A key that is in use.
pub(super) struct KeyRow {
    pub(super) id: String,
    pub(super) active: bool,
    pub(super) check_nonce: Vec<u8>,
    pub(super) check_ciphertext: Vec<u8>,
    pub(super) created_at: DateTime<Utc>,
    /// The number of values under it; not counted for the active key.
    pub(super) sealed: i64,
}

/// Returns the keys that are in use.
pub(super) async fn keys(connection: &mut PgConnection) -> Result<Vec<KeyRow>, sqlx::Error> {
    sqlx::query_as!(
        KeyRow,
        "SELECT id, active, check_nonce, check_ciphertext, created_at, CASE WHEN active THEN 0 ELSE \
         (SELECT count(*) FROM secret_values WHERE kek_id = id) END AS \"sealed!\" \
         FROM key_encryption_keys WHERE retired_at IS NULL ORDER BY created_at"
    )
    .fetch_all(connection)
    .await
}

/// Returns when a fact about the portal was noted, and by whom.
pub(super) async fn noted(
    connection: &mut PgConnection,
    note: &str,
) -> Result<Option<(Timestamp, String)>, sqlx::Error> {
    let row = sqlx::query!("SELECT noted_at, noted_by FROM portal_notes WHERE name = $1", note)
        .fetch_optional(connection)
        .await?;
    Ok(row.map(|row| (timestamp(row.noted_at), row.noted_by)))
}
