//! All SQL about the key encryption keys and their backup, as the checks see them.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// The tables that are there, and may be read.
pub(super) struct Readable {
    /// The ones of the keys.
    pub(super) keys: bool,
    /// The one of the backups.
    pub(super) backups: bool,
    /// The ones of people and tokens.
    pub(super) access: bool,
}

/// Returns which tables are there, and may be read.
pub(super) async fn readable(connection: &mut PgConnection) -> Result<Readable, sqlx::Error> {
    sqlx::query_as!(
        Readable,
        "SELECT coalesce(bool_and(may) FILTER (WHERE NOT name = ANY (ARRAY['backups', 'users', 'api_tokens'])), false) AS \"keys!\", \
         coalesce(bool_and(may) FILTER (WHERE name = 'backups'), false) AS \"backups!\", \
         coalesce(bool_and(may) FILTER (WHERE name = ANY (ARRAY['users', 'api_tokens'])), false) AS \"access!\" \
         FROM (SELECT name, coalesce(has_table_privilege(to_regclass(name), 'SELECT'), false) AS may \
         FROM unnest(ARRAY['key_encryption_keys', 'portal_notes', 'secret_values', 'backups', 'users', 'api_tokens']) AS name) AS known"
    )
    .fetch_one(connection)
    .await
}

/// Returns whether anybody but one person uses the portal: there is a second user, or an API token.
pub(super) async fn has_others(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT (SELECT count(*) > 1 FROM (SELECT FROM users LIMIT 2) AS people) \
         OR EXISTS (SELECT FROM api_tokens WHERE revoked_at IS NULL) AS \"found!\""
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
    /// The time of the note, which is about all keys.
    pub(super) noted_at: Option<DateTime<Utc>>,
    /// The name of whoever noted it.
    pub(super) noted_by: Option<String>,
}

/// Returns the keys that are in use, each with this note about the portal.
pub(super) async fn keys(connection: &mut PgConnection, note: &str) -> Result<Vec<KeyRow>, sqlx::Error> {
    sqlx::query_as!(
        KeyRow,
        "SELECT id, active, check_nonce, check_ciphertext, created_at, CASE WHEN active THEN 0 ELSE \
         (SELECT count(*) FROM secret_values WHERE kek_id = id) END AS \"sealed!\", \
         noted_at AS \"noted_at?\", noted_by AS \"noted_by?\" \
         FROM key_encryption_keys LEFT JOIN portal_notes ON portal_notes.name = $1 \
         WHERE retired_at IS NULL ORDER BY created_at",
        note
    )
    .fetch_all(connection)
    .await
}
