//! All SQL about pages of the audit log.

use super::{AuditCursor, AuditQuery, Names};
use crate::{
    audit::{entry::AuditRow, repository::COLUMNS},
    db::instant,
};
use domain::{secret::SecretKind, usage::UsageKind};
use sqlx::{PgConnection, Postgres, QueryBuilder};
use std::collections::BTreeMap;

/// Returns the records newest first, or oldest first for a page before a cursor.
pub(in crate::audit) async fn list(
    connection: &mut PgConnection,
    query: &AuditQuery,
    names: &Names,
    limit: u32,
) -> Result<Vec<AuditRow>, sqlx::Error> {
    select("", query, names, limit)?.build_query_as().fetch_all(connection).await
}

/// Selects the records. Of several names, each has an index scan of its own, which ends after `limit` records. `before` precedes
/// the statement, such as EXPLAIN.
pub(in crate::audit) fn select(
    before: &str,
    query: &AuditQuery,
    names: &Names,
    limit: u32,
) -> Result<QueryBuilder<Postgres>, sqlx::Error> {
    let way = if matches!(query.cursor, AuditCursor::NewerThan(_)) { "ASC" } else { "DESC" };
    let mut sql = QueryBuilder::<Postgres>::new(before);
    let each = match (&names.objects, &names.actors) {
        (Some(objects), _) if objects.len() > 1 => Some(("object", objects)),
        (None, Some(actors)) if actors.len() > 1 => Some(("actor", actors)),
        _ => None,
    };
    let by_name = each.map(|(column, _)| column);
    if let Some((_, names)) = each {
        sql.push(" SELECT found.* FROM unnest(").push_bind(names.clone());
        sql.push("::text[]) AS wanted (name) CROSS JOIN LATERAL (");
    }
    sql.push(format_args!(" SELECT {COLUMNS} FROM audit_records WHERE true"));
    for (column, names) in [("actor", &names.actors), ("object", &names.objects)] {
        match names.as_deref() {
            _ if by_name == Some(column) => drop(sql.push(format_args!(" AND {column} = wanted.name"))),
            None => {}
            Some([name]) => drop(sql.push(format_args!(" AND {column} = ")).push_bind(name.clone())),
            Some(names) => {
                sql.push(format_args!(" AND {column} = ANY (")).push_bind(names.to_vec()).push(")");
            }
        }
    }
    push_conditions(&mut sql, query)?;
    sql.push(format_args!(" ORDER BY id {way} LIMIT {limit}"));
    if by_name.is_some() {
        sql.push(format_args!(") AS found ORDER BY id {way} LIMIT {limit}"));
    }
    Ok(sql)
}

/// Adds the conditions besides the names.
fn push_conditions(sql: &mut QueryBuilder<Postgres>, query: &AuditQuery) -> Result<(), sqlx::Error> {
    for (column, value) in [("action", &query.action), ("outcome", &query.outcome)] {
        if !value.is_empty() {
            sql.push(format_args!(" AND {column} = ")).push_bind(value.clone());
        }
    }
    if let Some(from) = query.from {
        sql.push(" AND at >= ").push_bind(instant(from)?);
    }
    if let Some(until) = query.until {
        sql.push(" AND at < ").push_bind(instant(until)?);
    }
    match query.cursor {
        AuditCursor::Newest => {}
        AuditCursor::OlderThan(id) => drop(sql.push(" AND id < ").push_bind(id)),
        AuditCursor::NewerThan(id) => drop(sql.push(" AND id > ").push_bind(id)),
    }
    Ok(())
}

/// Returns the ids of these API tokens, each with its name.
pub(in crate::audit) async fn token_names(
    connection: &mut PgConnection,
    ids: &[String],
) -> Result<BTreeMap<String, String>, sqlx::Error> {
    let rows = sqlx::query!("SELECT id, name FROM api_tokens WHERE id = ANY ($1)", ids);
    Ok(rows.fetch_all(connection).await?.into_iter().map(|row| (row.id, row.name)).collect())
}

/// Returns whether there are records of this actor.
pub(super) async fn has_actor(connection: &mut PgConnection, name: &str) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!("SELECT EXISTS (SELECT FROM audit_records WHERE actor = $1) AS \"found!\"", name)
        .fetch_one(connection)
        .await
}

/// Returns whether there are records about this object.
pub(super) async fn has_object(connection: &mut PgConnection, name: &str) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!("SELECT EXISTS (SELECT FROM audit_records WHERE object = $1) AS \"found!\"", name)
        .fetch_one(connection)
        .await
}

/// Returns the names of actors that match each of these patterns: of all that records have, found by a step in the index from
/// each name to the next.
pub(super) async fn actors(
    connection: &mut PgConnection,
    patterns: &[String],
    limit: usize,
) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar!(
        "WITH RECURSIVE names AS ((SELECT actor FROM audit_records ORDER BY actor LIMIT 1) \
         UNION ALL SELECT (SELECT actor FROM audit_records WHERE actor > names.actor ORDER BY actor LIMIT 1) \
         FROM names WHERE names.actor IS NOT NULL) \
         SELECT actor AS \"actor!\" FROM names WHERE lower(actor) LIKE ALL ($1) ORDER BY actor LIMIT $2",
        patterns,
        i64::try_from(limit).unwrap_or(i64::MAX)
    )
    .fetch_all(connection)
    .await
}

/// Returns the names of objects that match each of these patterns: of secrets, users, images and datasets, and of API tokens
/// also by what people called them.
pub(super) async fn objects(
    connection: &mut PgConnection,
    patterns: &[String],
    limit: usize,
) -> Result<Vec<String>, sqlx::Error> {
    let kinds = SecretKind::ALL.map(SecretKind::as_str);
    let prefixes = SecretKind::ALL.map(SecretKind::id_prefix);
    let usages = UsageKind::ALL.map(UsageKind::as_str);
    let plurals = UsageKind::ALL.map(|kind| format!("{}/", kind.plural().to_lowercase()));
    sqlx::query_scalar!(
        "SELECT DISTINCT object AS \"object!\" FROM (\
         SELECT prefix || name AS object, prefix || name AS called FROM secrets \
         JOIN unnest($3::text[], $4::text[]) AS prefixes (of_kind, prefix) ON of_kind = kind \
         UNION ALL SELECT plural || name, plural || name FROM usages \
         JOIN unnest($5::text[], $6::text[]) AS plurals (of_kind, plural) ON of_kind = kind \
         UNION ALL SELECT name, name FROM users UNION ALL SELECT id, id || E'\\n' || name FROM api_tokens) AS things \
         WHERE lower(called) LIKE ALL ($1) ORDER BY 1 LIMIT $2",
        patterns,
        i64::try_from(limit).unwrap_or(i64::MAX),
        &kinds as _,
        &prefixes as _,
        &usages as _,
        &plurals as _
    )
    .fetch_all(connection)
    .await
}
