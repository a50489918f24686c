//! All SQL about the history of one secret.

use super::{FoldedReads, FoldedRecords, HistoryRows, MAX_CHANGES, MAX_FOLDED, MAX_LINES, midnight};
use crate::{audit::repository::COLUMNS, db::timestamp};
use chrono::{DateTime, NaiveDate, Utc};
use domain::secret::SecretId;
use sqlx::{FromRow, PgConnection, Postgres, QueryBuilder};

/// The condition for changes of a secret. The index of migration 0090 requires exactly this text.
pub(in crate::audit) const IS_CHANGE: &str = "action IN ('secret added', 'secret changed', 'secret deleted', 'secret restored', \
    'secret removed for good', 'SSH key generated', 'SSH key switched', 'SSH key discarded')";

/// The condition for records that are neither a change nor a successful read, which `secret_reads` counts.
pub(in crate::audit) const IS_OTHER: &str = "action NOT IN ('secret added', 'secret changed', 'secret deleted', 'secret restored', \
    'secret removed for good', 'SSH key generated', 'SSH key switched', 'SSH key discarded') \
    AND NOT (action = 'value read' AND outcome = 'done')";

/// Finds the history of one secret, by three queries with an index each.
pub(in crate::audit) async fn find(
    connection: &mut PgConnection,
    id: &SecretId,
) -> Result<HistoryRows, sqlx::Error> {
    let changes = changes_of("", id).build_query_as().fetch_all(&mut *connection).await?;
    let lines: Vec<OtherRow> = others_of("", id).build_query_as().fetch_all(&mut *connection).await?;
    let folded = lines.first().map_or(0, |line| line.folded.unsigned_abs());
    let others = lines.into_iter().map(OtherRow::into_line).collect();
    let reads: Vec<ReadRow> = reads_of("", id).build_query_as().fetch_all(connection).await?;
    let reads = reads.into_iter().map(ReadRow::into_line).collect();
    Ok(HistoryRows { changes, reads, others, folded })
}

/// Selects the newest changes. `before` precedes the statement, such as EXPLAIN.
pub(in crate::audit) fn changes_of(before: &str, id: &SecretId) -> QueryBuilder<Postgres> {
    let mut sql = QueryBuilder::new(format!(
        "{before} SELECT {COLUMNS} FROM audit_records WHERE {IS_CHANGE} AND object = "
    ));
    sql.push_bind(id.to_string()).push(format_args!(" ORDER BY id DESC LIMIT {}", MAX_CHANGES + 1));
    sql
}

/// Selects the newest of the rest, folded by actor, action, outcome and day.
pub(in crate::audit) fn others_of(before: &str, id: &SecretId) -> QueryBuilder<Postgres> {
    let mut sql = QueryBuilder::new(format!(
        "{before} SELECT actor_kind, actor, action, outcome, (at AT TIME ZONE 'UTC')::date AS day, count(*) AS count, \
         max(at) AS last, (sum(count(*)) OVER ())::bigint AS folded \
         FROM (SELECT * FROM audit_records WHERE {IS_OTHER} AND object = "
    ));
    sql.push_bind(id.to_string()).push(format_args!(
        " ORDER BY id DESC LIMIT {MAX_FOLDED}) AS latest GROUP BY 1, 2, 3, 4, 5 ORDER BY max(id) DESC LIMIT {MAX_LINES}"
    ));
    sql
}

/// Selects the latest reads, by token and day.
pub(in crate::audit) fn reads_of(before: &str, id: &SecretId) -> QueryBuilder<Postgres> {
    let mut sql = QueryBuilder::new(format!(
        "{before} SELECT token_id, api_tokens.name, day, reads, secret_reads.last_read_at FROM secret_reads \
         JOIN api_tokens ON api_tokens.id = token_id \
         WHERE secret_id = (SELECT id FROM secrets WHERE deleted_at IS NULL AND kind = "
    ));
    sql.push_bind(id.kind.as_str()).push(" AND name = ").push_bind(id.name.as_str().to_owned());
    sql.push(format_args!(") ORDER BY secret_reads.last_read_at DESC, token_id LIMIT {MAX_LINES}"));
    sql
}

/// A line of other records.
#[derive(Debug, FromRow)]
struct OtherRow {
    actor_kind: String,
    actor: String,
    action: String,
    outcome: String,
    day: NaiveDate,
    count: i64,
    last: DateTime<Utc>,
    /// The number of folded records; the same in each row.
    folded: i64,
}

impl OtherRow {
    fn into_line(self) -> FoldedRecords {
        let Self { actor_kind, actor, action, outcome, day, count, last, .. } = self;
        let (day, count, last) = (midnight(day), count.unsigned_abs(), timestamp(last));
        FoldedRecords { actor_kind, actor, action, outcome, day, count, last }
    }
}

/// A line of reads.
#[derive(Debug, FromRow)]
struct ReadRow {
    token_id: String,
    name: String,
    day: NaiveDate,
    reads: i64,
    last_read_at: DateTime<Utc>,
}

impl ReadRow {
    fn into_line(self) -> FoldedReads {
        let Self { token_id, name, day, reads, last_read_at } = self;
        let (day, count, last) = (midnight(day), reads.unsigned_abs(), timestamp(last_read_at));
        FoldedReads { token: token_id, name, day, count, last }
    }
}
