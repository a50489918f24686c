//! The audit table: rows are added, never changed.

use super::AuditRecord;
use crate::{context::Ctx, db::instant};
use sqlx::PgConnection;

pub(crate) async fn append(
    connection: &mut PgConnection,
    ctx: &Ctx,
    record: AuditRecord<'_>,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO audit_records (at, actor, address, request_id, action, object, outcome, fields) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(instant(ctx.now)?)
    .bind(ctx.actor.as_str())
    .bind(ctx.address.map(|address| address.to_string()))
    .bind(&ctx.request_id)
    .bind(record.action.as_str())
    .bind(record.object)
    .bind(record.outcome.as_str())
    .bind(record.fields)
    .execute(connection)
    .await
    .map(drop)
}
