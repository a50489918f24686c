//! The known key encryption keys, by id and check value.

use crate::db::instant;
use domain::time::Timestamp;
use sqlx::{FromRow, PgConnection};

#[derive(FromRow)]
pub(super) struct CheckRow {
    pub(super) id: String,
    pub(super) check_nonce: Vec<u8>,
    pub(super) check_ciphertext: Vec<u8>,
}

/// Holds other servers that start back until the end of the transaction; the number is arbitrary.
const START_LOCK: i64 = 0x6c61_7463_686b_6579;

/// The active key's row; the fresh one becomes it where there is none.
pub(super) async fn active_or_insert(
    connection: &mut PgConnection,
    fresh: CheckRow,
    now: Timestamp,
) -> Result<CheckRow, sqlx::Error> {
    sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(START_LOCK).execute(&mut *connection).await?;
    let active =
        sqlx::query_as("SELECT id, check_nonce, check_ciphertext FROM key_encryption_keys WHERE active")
            .fetch_optional(&mut *connection)
            .await?;
    if let Some(active) = active {
        return Ok(active);
    }
    sqlx::query(
        "INSERT INTO key_encryption_keys (id, active, check_nonce, check_ciphertext, created_at) \
         VALUES ($1, true, $2, $3, $4)",
    )
    .bind(&fresh.id)
    .bind(&fresh.check_nonce)
    .bind(&fresh.check_ciphertext)
    .bind(instant(now)?)
    .execute(connection)
    .await?;
    Ok(fresh)
}
