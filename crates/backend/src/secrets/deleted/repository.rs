//! All SQL about deleted secrets, which may be restored or removed for good.

use crate::{
    context::Ctx,
    db::instant,
    secrets::repository::{kinds_and_names, stored_id},
};
use chrono::{DateTime, Utc};
use domain::{secret::SecretId, time::Timestamp};
use sqlx::{FromRow, PgConnection, Postgres, QueryBuilder};
use uuid::Uuid;

/// Locks those of these secrets that exist, until the end of the transaction; returns their rows. Locks by row, as
/// everywhere, so that two who want the same never wait for each other for ever.
pub(in crate::secrets) async fn lock_many(
    connection: &mut PgConnection,
    ids: &[SecretId],
) -> Result<Vec<(Uuid, SecretId)>, sqlx::Error> {
    let (kinds, names) = kinds_and_names(ids);
    let rows = sqlx::query!(
        "SELECT id, kind, name FROM secrets \
         WHERE (kind, name) IN (SELECT * FROM unnest($1::text[], $2::text[])) AND deleted_at IS NULL \
         ORDER BY id FOR UPDATE",
        &kinds as _,
        &names
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(|row| Ok((row.id, stored_id(&row.kind, &row.name)?))).collect()
}

/// Locks the counts until the end of the transaction: whoever changes secrets of both types at once locks both counts first,
/// in the common order.
pub(in crate::secrets) async fn lock_counts(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query!("SELECT FROM secret_counts ORDER BY kind FOR UPDATE").execute(connection).await.map(drop)
}

/// Takes the secrets out of use, and keeps them.
pub(in crate::secrets) async fn mark_deleted(
    connection: &mut PgConnection,
    ctx: &Ctx,
    rows: &[Uuid],
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE secrets SET deleted_at = $2, deleted_by = $3 WHERE id = ANY ($1)",
        rows,
        instant(ctx.now)?,
        ctx.actor.name()
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Locks what the actor deleted at this time, unless that was at or before the other; returns its rows in the order of
/// `lock_many`.
pub(in crate::secrets) async fn lock_deleted_at(
    connection: &mut PgConnection,
    ctx: &Ctx,
    over: DateTime<Utc>,
    at: Timestamp,
) -> Result<Vec<(Uuid, SecretId)>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT id, kind, name FROM secrets \
         WHERE deleted_at = $1 AND deleted_at > $2 AND deleted_by = $3 ORDER BY id FOR UPDATE",
        instant(at)?,
        over,
        ctx.actor.name()
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(|row| Ok((row.id, stored_id(&row.kind, &row.name)?))).collect()
}

/// Brings the secret back into use; returns whether it was deleted.
pub(in crate::secrets) async fn mark_restored(
    connection: &mut PgConnection,
    row: Uuid,
) -> Result<bool, sqlx::Error> {
    let restored = sqlx::query!(
        "UPDATE secrets SET deleted_at = NULL, deleted_by = NULL WHERE id = $1 AND deleted_at IS NOT NULL",
        row
    )
    .execute(connection);
    Ok(restored.await?.rows_affected() > 0)
}

/// Deletes the rows and their values.
pub(in crate::secrets) async fn remove(
    connection: &mut PgConnection,
    rows: &[Uuid],
) -> Result<(), sqlx::Error> {
    sqlx::query!("DELETE FROM secrets WHERE id = ANY ($1)", rows).execute(connection).await.map(drop)
}

/// Removes a deleted secret; returns whether it was one.
pub(in crate::secrets) async fn remove_deleted(
    connection: &mut PgConnection,
    row: Uuid,
) -> Result<bool, sqlx::Error> {
    let removed =
        sqlx::query!("DELETE FROM secrets WHERE id = $1 AND deleted_at IS NOT NULL", row).execute(connection);
    Ok(removed.await?.rows_affected() > 0)
}

/// Removes up to this number of secrets that were deleted at this time or before; returns their rows.
pub(in crate::secrets) async fn remove_overdue(
    connection: &mut PgConnection,
    over: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<SecretId>, sqlx::Error> {
    let rows = sqlx::query!(
        "DELETE FROM secrets WHERE id IN (SELECT id FROM secrets WHERE deleted_at <= $1 \
         ORDER BY deleted_at, id LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING kind, name",
        over,
        limit
    )
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| stored_id(&row.kind, &row.name)).collect()
}

/// A deleted secret.
#[derive(Debug, FromRow)]
pub(in crate::secrets) struct DeletedRow {
    pub(in crate::secrets) id: Uuid,
    kind: String,
    name: String,
    pub(in crate::secrets) display_name: String,
    pub(in crate::secrets) deleted_at: DateTime<Utc>,
    pub(in crate::secrets) deleted_by: String,
    pub(in crate::secrets) usage_count: i32,
}

impl DeletedRow {
    pub(in crate::secrets) fn secret(&self) -> Result<SecretId, sqlx::Error> {
        stored_id(&self.kind, &self.name)
    }
}

/// Returns the secrets that were deleted after this time, from this row on, the latest first.
pub(in crate::secrets) async fn deleted(
    connection: &mut PgConnection,
    over: DateTime<Utc>,
    beyond: Option<(Timestamp, Uuid)>,
    limit: usize,
) -> Result<Vec<DeletedRow>, sqlx::Error> {
    let mut sql = QueryBuilder::<Postgres>::new(
        "SELECT id, kind, name, display_name, deleted_at, deleted_by, usage_count FROM secrets WHERE deleted_at > ",
    );
    sql.push_bind(over);
    if let Some((at, row)) = beyond {
        sql.push(" AND (deleted_at, id) < (").push_bind(instant(at)?).push(", ").push_bind(row).push(")");
    }
    sql.push(format_args!(" ORDER BY deleted_at DESC, id DESC LIMIT {limit}"));
    sql.build_query_as().fetch_all(connection).await
}

/// Returns this secret, if it was deleted after this time.
pub(in crate::secrets) async fn deleted_one(
    connection: &mut PgConnection,
    over: DateTime<Utc>,
    row: Uuid,
) -> Result<Option<DeletedRow>, sqlx::Error> {
    sqlx::query_as!(
        DeletedRow,
        "SELECT id, kind, name, display_name, deleted_at AS \"deleted_at!\", deleted_by AS \"deleted_by!\", usage_count \
         FROM secrets WHERE deleted_at > $1 AND id = $2",
        over,
        row
    )
    .fetch_optional(connection)
    .await
}
