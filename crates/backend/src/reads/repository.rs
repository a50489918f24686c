//! All SQL about reads of values.

use super::Read;
use crate::db::instant;
use sqlx::PgConnection;

/// Counts reads by secret, token and day, and notes the last of each secret, give or take a minute. A secret that is gone
/// by now is passed over.
pub(super) async fn count(connection: &mut PgConnection, reads: &[(&Read, &str)]) -> Result<(), sqlx::Error> {
    if reads.is_empty() {
        return Ok(());
    }
    let secrets: Vec<_> = reads.iter().map(|(read, _)| read.secret).collect();
    let tokens: Vec<_> = reads.iter().map(|(_, token)| *token).collect();
    let at = reads.iter().map(|(read, _)| instant(read.ctx.now)).collect::<Result<Vec<_>, _>>()?;
    // In one order, so that two servers never wait for one another.
    sqlx::query(
        "INSERT INTO secret_reads (secret_id, token_id, day, reads, last_read_at) \
         SELECT secrets.id, token_id, (at AT TIME ZONE 'UTC')::date, count(*), max(at) \
         FROM unnest($1::uuid[], $2::text[], $3::timestamptz[]) AS read (secret_id, token_id, at) \
         JOIN secrets ON secrets.id = read.secret_id GROUP BY 1, 2, 3 ORDER BY 1, 2, 3 \
         ON CONFLICT (secret_id, token_id, day) DO UPDATE SET reads = secret_reads.reads + excluded.reads, \
         last_read_at = greatest(secret_reads.last_read_at, excluded.last_read_at)",
    )
    .bind(&secrets)
    .bind(&tokens)
    .bind(&at)
    .execute(&mut *connection)
    .await?;
    // Whoever is changing the secret right now is not waited for: the next read notes it.
    sqlx::query(
        "UPDATE secrets SET last_read_at = due.at FROM (SELECT secrets.id, read.at FROM secrets JOIN \
         (SELECT secret_id, max(at) AS at FROM unnest($1::uuid[], $2::timestamptz[]) AS read (secret_id, at) \
         GROUP BY 1) AS read ON read.secret_id = secrets.id \
         WHERE last_read_at IS NULL OR last_read_at < read.at - interval '1 minute' \
         ORDER BY secrets.id FOR NO KEY UPDATE OF secrets SKIP LOCKED) AS due WHERE secrets.id = due.id",
    )
    .bind(&secrets)
    .bind(&at)
    .execute(connection)
    .await
    .map(drop)
}
