//! All SQL about the history of one secret.

use super::{FoldedReads, FoldedRecords, HistoryRows, MAX_CHANGES, MAX_FOLDED, MAX_LINES, midnight};
use crate::{audit::repository::COLUMNS, db::timestamp};
use chrono::{DateTime, NaiveDate, Utc};
use domain::{error::Field, secret::SecretId};
use sqlx::{FromRow, PgConnection, Postgres, QueryBuilder};
use std::cmp::Reverse;

/// The condition for changes of a secret. The index of migration 0090 requires exactly this text.
pub(in crate::audit) const IS_CHANGE: &str = "action IN ('secret added', 'secret changed', 'secret deleted', 'secret restored', \
    'secret removed for good', 'SSH key generated', 'SSH key switched', 'SSH key discarded')";

/// The condition for records that are neither a change nor a successful read, which `secret_reads` counts.
pub(in crate::audit) const IS_OTHER: &str = "action NOT IN ('secret added', 'secret changed', 'secret deleted', 'secret restored', \
    'secret removed for good', 'SSH key generated', 'SSH key switched', 'SSH key discarded') \
    AND NOT (action = 'value read' AND outcome = 'done')";

/// Finds the history of one secret, by three looks with an index each, in two statements.
pub(in crate::audit) async fn find(
    connection: &mut PgConnection,
    id: &SecretId,
) -> Result<HistoryRows, sqlx::Error> {
    let changes = changes_of("", id).build_query_as().fetch_all(&mut *connection).await?;
    let lines: Vec<LineRow> = lines_of("", id).build_query_as().fetch_all(connection).await?;
    let (mut reads, mut others): (Vec<_>, Vec<_>) = lines.into_iter().partition(|line| line.token.is_some());
    // The database promises no order of what a union puts together.
    reads.sort_by(|one, other| other.last.cmp(&one.last).then_with(|| one.token.cmp(&other.token)));
    others.sort_by_key(|line| Reverse(line.newest));
    let folded = others.first().map_or(0, |line| line.folded.unsigned_abs());
    Ok(HistoryRows {
        changes,
        reads: reads.into_iter().map(LineRow::into_reads).collect(),
        others: others.into_iter().map(LineRow::into_others).collect(),
        folded,
    })
}

/// Selects the newest other records and the latest reads. `before` precedes the statement, such as EXPLAIN.
pub(in crate::audit) fn lines_of(before: &str, id: &SecretId) -> QueryBuilder<Postgres> {
    let mut sql = QueryBuilder::new(format!("{before} SELECT NULL AS token, others.* FROM ("));
    push_others(&mut sql, id);
    sql.push(
        ") AS others UNION ALL SELECT token_id, '', name, '', '', day, reads, last_read_at, 0, 0 FROM (",
    );
    push_reads(&mut sql, id);
    sql.push(") AS reads");
    sql
}

/// Selects the newest changes. `before` precedes the statement, such as EXPLAIN.
pub(in crate::audit) fn changes_of(before: &str, id: &SecretId) -> QueryBuilder<Postgres> {
    let mut sql = QueryBuilder::new(format!(
        "{before} SELECT {COLUMNS} FROM audit_records WHERE {IS_CHANGE} AND object = "
    ));
    sql.push_bind(id.to_string()).push(format_args!(" ORDER BY id DESC LIMIT {}", MAX_CHANGES + 1));
    sql
}

/// Finds the fields in the last changes of one secret, each once, in the order of the form.
pub(crate) async fn changed_fields(
    connection: &mut PgConnection,
    id: &SecretId,
    changes: i64,
) -> Result<Vec<Field>, sqlx::Error> {
    let mut sql = QueryBuilder::<Postgres>::new(format!(
        "SELECT DISTINCT unnest(fields) FROM (SELECT fields FROM audit_records WHERE {IS_CHANGE} AND object = "
    ));
    sql.push_bind(id.to_string())
        .push(" ORDER BY id DESC LIMIT ")
        .push_bind(changes.clamp(1, i64::from(MAX_CHANGES)));
    sql.push(") AS changes");
    let names: Vec<String> = sql.build_query_scalar().fetch_all(connection).await?;
    let mut fields: Vec<Field> = names.iter().filter_map(|name| Field::parse(name)).collect();
    fields.sort_by_key(|field| *field as u8);
    Ok(fields)
}

/// Adds the newest of the rest, folded by actor, action, outcome and day.
fn push_others(sql: &mut QueryBuilder<Postgres>, id: &SecretId) {
    sql.push(format_args!(
        " SELECT actor_kind, actor, action, outcome, (at AT TIME ZONE 'UTC')::date AS day, count(*) AS count, \
         max(at) AS last, (sum(count(*)) OVER ())::bigint AS folded, max(id) AS newest \
         FROM (SELECT * FROM audit_records WHERE {IS_OTHER} AND object = "
    ));
    sql.push_bind(id.to_string()).push(format_args!(
        " ORDER BY id DESC LIMIT {MAX_FOLDED}) AS latest GROUP BY 1, 2, 3, 4, 5 ORDER BY max(id) DESC LIMIT {MAX_LINES}"
    ));
}

/// Adds the latest reads, by token and day.
fn push_reads(sql: &mut QueryBuilder<Postgres>, id: &SecretId) {
    sql.push(
        " SELECT token_id, api_tokens.name, day, reads, secret_reads.last_read_at FROM secret_reads \
         JOIN api_tokens ON api_tokens.id = token_id \
         WHERE secret_id = (SELECT id FROM secrets WHERE deleted_at IS NULL AND kind = ",
    );
    sql.push_bind(id.kind.as_str()).push(" AND name = ").push_bind(id.name.as_str().to_owned());
    sql.push(format_args!(") ORDER BY secret_reads.last_read_at DESC, token_id LIMIT {MAX_LINES}"));
}

/// A line of reads or of other records.
#[derive(Debug, FromRow)]
struct LineRow {
    /// The token of reads; other records have none.
    token: Option<String>,
    actor_kind: String,
    /// The actor; of reads the name of the token.
    actor: String,
    action: String,
    outcome: String,
    day: NaiveDate,
    count: i64,
    last: DateTime<Utc>,
    /// The number of folded records; the same in each row.
    folded: i64,
    /// The last of these records.
    newest: i64,
}

impl LineRow {
    fn into_others(self) -> FoldedRecords {
        let Self { actor_kind, actor, action, outcome, day, count, last, .. } = self;
        let (day, count, last) = (midnight(day), count.unsigned_abs(), timestamp(last));
        FoldedRecords { actor_kind, actor, action, outcome, day, count, last }
    }

    fn into_reads(self) -> FoldedReads {
        let Self { token, actor: name, day, count, last, .. } = self;
        let (day, count, last) = (midnight(day), count.unsigned_abs(), timestamp(last));
        FoldedReads { token: token.unwrap_or_default(), name, day, count, last }
    }
}
