//! All SQL about rules and the settings of notices.

use super::rule::NoticeRule;
use crate::{
    context::Ctx,
    db::{instant, timestamp},
    revision::LastChange,
};
use domain::{
    notice::{NoticeEvent, RuleScope},
    secret::SecretKind,
};
use sqlx::PgConnection;
use uuid::Uuid;

/// Returns all rules, or this one. Events and types that only a newer version knows are left out.
pub(super) async fn list(
    connection: &mut PgConnection,
    id: Option<Uuid>,
) -> Result<Vec<NoticeRule>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT notice_rules.id, channel_id, notice_channels.name AS \"channel?\", events, secret_kinds, name_prefixes, \
         notice_rules.created_at, notice_rules.created_by, notice_rules.version, \
         coalesce(notice_rules.updated_at, notice_rules.created_at) AS \"updated_at!\", \
         coalesce(notice_rules.updated_by, notice_rules.created_by) AS \"updated_by!\" FROM notice_rules \
         LEFT JOIN notice_channels ON notice_channels.id = channel_id \
         WHERE $1::uuid IS NULL OR notice_rules.id = $1 ORDER BY notice_rules.created_at, notice_rules.id",
        id
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| NoticeRule {
            id: row.id,
            channel: row.channel_id.zip(row.channel),
            scope: RuleScope {
                events: row.events.iter().filter_map(|event| NoticeEvent::parse(event)).collect(),
                kinds: row.secret_kinds.iter().filter_map(|kind| SecretKind::parse(kind)).collect(),
                prefixes: row.name_prefixes,
            },
            created_at: timestamp(row.created_at),
            created_by: row.created_by,
            version: row.version,
            updated_at: timestamp(row.updated_at),
            updated_by: row.updated_by,
        })
        .collect())
}

fn codes(scope: &RuleScope) -> (Vec<String>, Vec<String>) {
    let events = scope.events.iter().map(|event| event.code().to_owned());
    let kinds = scope.kinds.iter().map(|kind| kind.as_str().to_owned());
    (events.collect(), kinds.collect())
}

pub(super) async fn insert(
    connection: &mut PgConnection,
    ctx: &Ctx,
    id: Uuid,
    channel: Uuid,
    scope: &RuleScope,
) -> Result<(), sqlx::Error> {
    let (events, kinds) = codes(scope);
    sqlx::query!(
        "INSERT INTO notice_rules (id, channel_id, events, secret_kinds, name_prefixes, created_at, created_by) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        id,
        channel,
        &events,
        &kinds,
        &scope.prefixes,
        instant(ctx.now)?,
        ctx.actor.name()
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Returns the last change of a rule, which is locked until the end of the transaction.
pub(super) async fn lock(connection: &mut PgConnection, id: Uuid) -> Result<Option<LastChange>, sqlx::Error> {
    let row = sqlx::query!(
        "SELECT version, coalesce(updated_at, created_at) AS \"at!\", coalesce(updated_by, created_by) AS \"by!\" \
         FROM notice_rules WHERE id = $1 FOR UPDATE",
        id
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| LastChange::new((id, row.version), timestamp(row.at), row.by)))
}

/// Replaces what a rule says.
pub(super) async fn update(
    connection: &mut PgConnection,
    ctx: &Ctx,
    id: Uuid,
    channel: Uuid,
    scope: &RuleScope,
) -> Result<(), sqlx::Error> {
    let (events, kinds) = codes(scope);
    sqlx::query!(
        "UPDATE notice_rules SET channel_id = $2, events = $3, secret_kinds = $4, name_prefixes = $5, \
         version = version + 1, updated_at = $6, updated_by = $7 WHERE id = $1",
        id,
        channel,
        &events,
        &kinds,
        &scope.prefixes,
        instant(ctx.now)?,
        ctx.actor.name()
    )
    .execute(connection)
    .await
    .map(drop)
}

pub(super) async fn delete(connection: &mut PgConnection, id: Uuid) -> Result<bool, sqlx::Error> {
    let deleted = sqlx::query!("DELETE FROM notice_rules WHERE id = $1", id).execute(connection).await?;
    Ok(deleted.rows_affected() > 0)
}

/// Returns the name of a channel, which stays until the end of the transaction; `None` if there is no such channel.
pub(super) async fn channel_name(
    connection: &mut PgConnection,
    id: Uuid,
) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar!("SELECT name FROM notice_channels WHERE id = $1 FOR SHARE", id)
        .fetch_optional(connection)
        .await
}

pub(super) async fn failures(connection: &mut PgConnection) -> Result<i32, sqlx::Error> {
    sqlx::query_scalar!("SELECT failures FROM notice_settings").fetch_one(connection).await
}

/// Sets the number of failures; returns false if it was so already.
pub(super) async fn set_failures(connection: &mut PgConnection, count: i32) -> Result<bool, sqlx::Error> {
    let updated = sqlx::query!("UPDATE notice_settings SET failures = $1 WHERE failures <> $1", count)
        .execute(connection)
        .await?;
    Ok(updated.rows_affected() > 0)
}
