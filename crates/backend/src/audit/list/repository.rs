//! All SQL about pages of the audit log.

use super::{AuditCursor, AuditQuery};
use crate::{
    audit::{entry::AuditRow, repository::COLUMNS},
    db::instant,
};
use sqlx::{PgConnection, Postgres, QueryBuilder};

/// Returns the records newest first, or oldest first for a page before a cursor.
pub(in crate::audit) async fn list(
    connection: &mut PgConnection,
    query: &AuditQuery,
    limit: u32,
) -> Result<Vec<AuditRow>, sqlx::Error> {
    let mut sql = QueryBuilder::<Postgres>::new(format!("SELECT {COLUMNS} FROM audit_records WHERE true"));
    for (column, value) in [
        ("actor", &query.actor),
        ("action", &query.action),
        ("object", &query.object),
        ("outcome", &query.outcome),
    ] {
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
    let way = match query.cursor {
        AuditCursor::Newest => "DESC",
        AuditCursor::OlderThan(id) => {
            sql.push(" AND id < ").push_bind(id);
            "DESC"
        }
        AuditCursor::NewerThan(id) => {
            sql.push(" AND id > ").push_bind(id);
            "ASC"
        }
    };
    sql.push(format_args!(" ORDER BY id {way} LIMIT {limit}"));
    sql.build_query_as().fetch_all(connection).await
}
