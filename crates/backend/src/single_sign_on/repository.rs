//! All SQL about logout tokens.

use crate::{context::Ctx, db::instant};
use domain::time::Timestamp;
use sqlx::PgConnection;

/// Accepts a logout token once; returns whether nobody has used it before. Deletes those that would be rejected as expired.
pub(super) async fn take_logout(
    connection: &mut PgConnection,
    ctx: &Ctx,
    token_hash: &[u8],
    expires_at: Timestamp,
) -> Result<bool, sqlx::Error> {
    sqlx::query!("DELETE FROM taken_logouts WHERE expires_at <= $1", instant(ctx.now)?)
        .execute(&mut *connection)
        .await?;
    let taken = sqlx::query!(
        "INSERT INTO taken_logouts (token_hash, expires_at) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        token_hash,
        instant(expires_at)?
    )
    .execute(connection)
    .await?;
    Ok(taken.rows_affected() > 0)
}
