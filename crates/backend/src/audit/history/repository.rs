//! All SQL about the history of one secret.

use super::{FoldedReads, FoldedRecords, HistoryRows, MAX_CHANGES, MAX_FOLDED, MAX_LINES, midnight};
use crate::{
    audit::{entry::AuditRow, repository::COLUMNS},
    db::timestamp,
};
use chrono::{DateTime, NaiveDate, Utc};
use domain::{error::Field, secret::SecretId};
use sqlx::{FromRow, PgConnection, Postgres, QueryBuilder};
use std::cmp::Reverse;

/// The condition for changes of a secret. The index of migration 0220 requires exactly this text.
pub(in crate::audit) const IS_CHANGE: &str = "action IN ('secret added', 'secret changed', 'secret deleted', 'secret restored', \
    'secret removed for good', 'SSH key generated', 'SSH key switched', 'SSH key discarded', 'value rolled back', \
    'version destroyed')";

/// The condition for records that are neither a change nor a successful read, which `secret_reads` counts.
pub(in crate::audit) const IS_OTHER: &str = "action NOT IN ('secret added', 'secret changed', 'secret deleted', 'secret restored', \
    'secret removed for good', 'SSH key generated', 'SSH key switched', 'SSH key discarded', 'value rolled back', \
    'version destroyed') \
    AND NOT (action = 'value read' AND outcome = 'done')";

/// Finds the history of one secret: three looks with an index each, in one statement.
pub(in crate::audit) async fn find(
    connection: &mut PgConnection,
    id: &SecretId,
) -> Result<HistoryRows, sqlx::Error> {
    let rows: Vec<Row> = history_of("", id).build_query_as().fetch_all(connection).await?;
    let mut found = HistoryRows::default();
    let (mut changes, mut others) = (Vec::new(), Vec::new());
    for row in rows {
        match (row.hash.is_some(), row.token.is_some()) {
            (true, _) => changes.push(row.into_change()?),
            (false, true) => found.reads.push(row.into_reads()?),
            (false, false) => others.push(row),
        }
    }
    // The database promises no order of what a union puts together.
    changes.sort_by_key(|change| Reverse(change.id));
    found.reads.sort_by(|one, other| other.last.cmp(&one.last).then_with(|| one.token.cmp(&other.token)));
    others.sort_by_key(|line| Reverse(line.id));
    found.changes = changes;
    found.folded = others.first().map_or(0, |line| line.folded.unsigned_abs());
    found.others = others.into_iter().map(Row::into_others).collect::<Result<_, _>>()?;
    Ok(found)
}

/// Selects the newest changes, the newest other records and the latest reads. `before` precedes the statement, such as
/// EXPLAIN.
pub(in crate::audit) fn history_of(before: &str, id: &SecretId) -> QueryBuilder<Postgres> {
    let mut sql = QueryBuilder::new(format!(
        "{before} SELECT changes.*, NULL AS token, NULL::date AS day, 0::bigint AS count, 0::bigint AS folded FROM ("
    ));
    push_changes(&mut sql, id);
    sql.push(
        ") AS changes UNION ALL SELECT newest, last, actor_kind, actor, NULL, NULL, '', action, '', outcome, NULL, NULL, \
         NULL, NULL, day, count, folded FROM (",
    );
    push_others(&mut sql, id);
    sql.push(
        ") AS others UNION ALL SELECT 0, last_read_at, '', name, NULL, NULL, '', '', '', '', NULL, NULL, NULL, token_id, \
         day, reads, 0 FROM (",
    );
    push_reads(&mut sql, id);
    sql.push(") AS reads");
    sql
}

/// Adds the newest changes.
fn push_changes(sql: &mut QueryBuilder<Postgres>, id: &SecretId) {
    sql.push(format_args!("SELECT {COLUMNS} FROM audit_records WHERE {IS_CHANGE} AND object = "));
    sql.push_bind(id.to_string()).push(format_args!(" ORDER BY id DESC LIMIT {}", MAX_CHANGES + 1));
}

/// Finds the fields in the last of the changes that gave a secret another version, each once, in the order of the form. Deleting
/// and restoring it, or generating a key that waits, changes no field.
pub(crate) async fn changed_fields(
    connection: &mut PgConnection,
    id: &SecretId,
    changes: i64,
) -> Result<Vec<Field>, sqlx::Error> {
    let mut sql = QueryBuilder::<Postgres>::new(format!(
        "SELECT DISTINCT unnest(fields) FROM (SELECT fields FROM audit_records WHERE {IS_CHANGE} \
         AND action IN ('secret changed', 'SSH key switched', 'value rolled back') AND outcome = 'done' AND object = "
    ));
    sql.push_bind(id.to_string())
        .push(" ORDER BY id DESC LIMIT ")
        .push_bind(changes.clamp(0, i64::from(MAX_CHANGES)));
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

/// A change, or a line of reads or of other records.
#[derive(Debug, FromRow)]
struct Row {
    /// The number of the change, or of the last of other records.
    id: i64,
    /// The time of the change, or of the last of these records.
    at: DateTime<Utc>,
    actor_kind: String,
    /// The actor; of reads the name of the token.
    actor: String,
    credential: Option<String>,
    address: Option<String>,
    request_id: String,
    action: String,
    object: String,
    outcome: String,
    // Of changes alone.
    fields: Option<Vec<String>>,
    hash: Option<Vec<u8>>,
    mac: Option<Vec<u8>>,
    /// The token of reads alone.
    token: Option<String>,
    /// The day of a line.
    day: Option<NaiveDate>,
    count: i64,
    /// The number of folded records; the same in each row.
    folded: i64,
}

impl Row {
    fn into_change(self) -> Result<AuditRow, sqlx::Error> {
        let Self {
            id, at, actor_kind, actor, credential, address, request_id, action, object, outcome, ..
        } = self;
        let (Some(fields), Some(hash), mac) = (self.fields, self.hash, self.mac) else {
            return Err(incomplete());
        };
        Ok(AuditRow {
            id,
            at,
            actor_kind,
            actor,
            credential,
            address,
            request_id,
            action,
            object,
            outcome,
            fields,
            hash,
            mac,
        })
    }

    fn into_others(self) -> Result<FoldedRecords, sqlx::Error> {
        let Self { actor_kind, actor, action, outcome, day, count, at, .. } = self;
        let (day, count, last) = (midnight(day.ok_or_else(incomplete)?), count.unsigned_abs(), timestamp(at));
        Ok(FoldedRecords { actor_kind, actor, action, outcome, day, count, last })
    }

    fn into_reads(self) -> Result<FoldedReads, sqlx::Error> {
        let Self { token, actor: name, day, count, at, .. } = self;
        let (day, count, last) = (midnight(day.ok_or_else(incomplete)?), count.unsigned_abs(), timestamp(at));
        Ok(FoldedReads { token: token.ok_or_else(incomplete)?, name, day, count, last })
    }
}

fn incomplete() -> sqlx::Error {
    sqlx::Error::Decode("a row of the history is incomplete".into())
}
