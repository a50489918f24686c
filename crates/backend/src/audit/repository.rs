//! The audit table: records are added, never changed.

use super::{
    AuditRecord,
    chain::{HASH_BYTES, Link},
    history::{FoldedReads, FoldedRecords, HistoryRows, MAX_CHANGES, MAX_FOLDED, MAX_LINES, midnight},
    list::{AuditCursor, AuditQuery},
};
use crate::{
    context::Ctx,
    db::{instant, timestamp},
};
use chrono::{DateTime, NaiveDate, Utc};
use domain::secret::SecretId;
use sqlx::{FromRow, PgConnection, Postgres, QueryBuilder};

/// Adds a record to the end of the chain. The end stays locked until the transaction is over, so this comes last in it.
pub(crate) async fn append(
    connection: &mut PgConnection,
    ctx: &Ctx,
    record: AuditRecord<'_>,
) -> Result<(), sqlx::Error> {
    append_many(connection, &[(ctx, record)]).await
}

/// The same for several records, in their order.
pub(crate) async fn append_many(
    connection: &mut PgConnection,
    records: &[(&Ctx, AuditRecord<'_>)],
) -> Result<(), sqlx::Error> {
    if records.is_empty() {
        return Ok(());
    }
    let (mut last, mut hash): (i64, Vec<u8>) =
        sqlx::query_as("SELECT last_id, hash FROM audit_head FOR UPDATE").fetch_one(&mut *connection).await?;
    let mut columns = Columns::default();
    for (ctx, record) in records {
        let address = ctx.address.map(|address| address.to_string());
        let credential = ctx.actor.credential();
        let fields = record.fields.join(",");
        last += 1;
        let link = Link {
            id: last,
            at: ctx.now.micros(),
            actor_kind: ctx.actor.kind(),
            actor: ctx.actor.name(),
            credential: credential.as_deref(),
            address: address.as_deref(),
            request_id: &ctx.request_id,
            action: record.action.as_str(),
            object: record.object,
            outcome: record.outcome.as_str(),
            fields: &fields,
        };
        hash = link.hash(&hash);
        columns.ids.push(last);
        columns.at.push(instant(ctx.now)?);
        columns.actor_kinds.push(ctx.actor.kind());
        columns.actors.push(ctx.actor.name());
        columns.credentials.push(credential);
        columns.addresses.push(address);
        columns.request_ids.push(&ctx.request_id);
        columns.actions.push(record.action.as_str());
        columns.objects.push(record.object);
        columns.outcomes.push(record.outcome.as_str());
        columns.fields.push(fields);
        columns.hashes.push(hash.clone());
    }
    sqlx::query(
        "WITH head AS (UPDATE audit_head SET last_id = $13, hash = $14) \
         INSERT INTO audit_records (id, at, actor_kind, actor, credential, address, request_id, action, object, \
         outcome, fields, hash) SELECT id, at, actor_kind, actor, credential, address, request_id, action, object, \
         outcome, string_to_array(fields, ','), hash FROM unnest($1::bigint[], $2::timestamptz[], $3::text[], \
         $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], \
         $12::bytea[]) AS record (id, at, actor_kind, actor, credential, address, request_id, action, object, \
         outcome, fields, hash)",
    )
    .bind(columns.ids)
    .bind(columns.at)
    .bind(columns.actor_kinds)
    .bind(columns.actors)
    .bind(columns.credentials)
    .bind(columns.addresses)
    .bind(columns.request_ids)
    .bind(columns.actions)
    .bind(columns.objects)
    .bind(columns.outcomes)
    .bind(columns.fields)
    .bind(columns.hashes)
    .bind(last)
    .bind(hash)
    .execute(connection)
    .await
    .map(drop)
}

/// Records as PostgreSQL takes many of them: an array for each column.
#[derive(Default)]
struct Columns<'a> {
    ids: Vec<i64>,
    at: Vec<DateTime<Utc>>,
    actor_kinds: Vec<&'static str>,
    actors: Vec<&'a str>,
    credentials: Vec<Option<String>>,
    addresses: Vec<Option<String>>,
    request_ids: Vec<&'a str>,
    actions: Vec<&'static str>,
    objects: Vec<&'a str>,
    outcomes: Vec<&'static str>,
    /// Joined by commas, which none has in it.
    fields: Vec<String>,
    hashes: Vec<Vec<u8>>,
}

/// A record as it is stored.
#[derive(Debug, FromRow)]
pub(super) struct AuditRow {
    pub(super) id: i64,
    pub(super) at: DateTime<Utc>,
    pub(super) actor_kind: String,
    pub(super) actor: String,
    pub(super) credential: Option<String>,
    pub(super) address: Option<String>,
    pub(super) request_id: String,
    pub(super) action: String,
    pub(super) object: String,
    pub(super) outcome: String,
    pub(super) fields: Vec<String>,
    pub(super) hash: Vec<u8>,
}

impl AuditRow {
    /// The hash that it should have after this one.
    pub(super) fn hash_after(&self, previous: &[u8]) -> Vec<u8> {
        let fields = self.fields.join(",");
        Link {
            id: self.id,
            at: self.at.timestamp_micros(),
            actor_kind: &self.actor_kind,
            actor: &self.actor,
            credential: self.credential.as_deref(),
            address: self.address.as_deref(),
            request_id: &self.request_id,
            action: &self.action,
            object: &self.object,
            outcome: &self.outcome,
            fields: &fields,
        }
        .hash(previous)
    }
}

const COLUMNS: &str =
    "id, at, actor_kind, actor, credential, address, request_id, action, object, outcome, fields, hash";

/// Records in the order of the chain, beyond this one.
pub(super) async fn chained(
    connection: &mut PgConnection,
    beyond: i64,
    limit: i64,
) -> Result<Vec<AuditRow>, sqlx::Error> {
    QueryBuilder::<Postgres>::new(format!("SELECT {COLUMNS} FROM audit_records WHERE id > "))
        .push_bind(beyond)
        .push(" ORDER BY id LIMIT ")
        .push_bind(limit)
        .build_query_as()
        .fetch_all(connection)
        .await
}

/// The last record's id and hash, as whoever added it noted them.
pub(super) async fn head(connection: &mut PgConnection) -> Result<(i64, Vec<u8>), sqlx::Error> {
    sqlx::query_as("SELECT last_id, hash FROM audit_head").fetch_one(connection).await
}

/// What the chain begins with.
pub(super) const fn beginning() -> [u8; HASH_BYTES] {
    [0; HASH_BYTES]
}

/// Newest first, or oldest first for a page before a cursor.
pub(super) async fn list(
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

/// Holds for changes of a secret. The index of migration 0090 is for this very text.
pub(super) const IS_CHANGE: &str = "action IN ('secret added', 'secret changed', 'secret deleted', 'secret restored', \
    'secret removed for good', 'SSH key generated', 'SSH key switched', 'SSH key discarded')";

/// Holds for what is neither a change nor a read that went well, which `secret_reads` counts.
pub(super) const IS_OTHER: &str = "action NOT IN ('secret added', 'secret changed', 'secret deleted', 'secret restored', \
    'secret removed for good', 'SSH key generated', 'SSH key switched', 'SSH key discarded') \
    AND NOT (action = 'value read' AND outcome = 'done')";

/// Finds what happened to one secret, in three looks by index.
pub(super) async fn history(
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

/// Selects the newest changes. `before` goes before the statement, such as EXPLAIN.
pub(super) fn changes_of(before: &str, id: &SecretId) -> QueryBuilder<Postgres> {
    let mut sql = QueryBuilder::new(format!(
        "{before} SELECT {COLUMNS} FROM audit_records WHERE {IS_CHANGE} AND object = "
    ));
    sql.push_bind(id.to_string()).push(format_args!(" ORDER BY id DESC LIMIT {}", MAX_CHANGES + 1));
    sql
}

/// Selects the newest of the rest, folded by actor, action, outcome and day.
pub(super) fn others_of(before: &str, id: &SecretId) -> QueryBuilder<Postgres> {
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
pub(super) fn reads_of(before: &str, id: &SecretId) -> QueryBuilder<Postgres> {
    let mut sql = QueryBuilder::new(format!(
        "{before} SELECT token_id, api_tokens.name, day, reads, secret_reads.last_read_at FROM secret_reads \
         JOIN api_tokens ON api_tokens.id = token_id \
         WHERE secret_id = (SELECT id FROM secrets WHERE deleted_at IS NULL AND kind = "
    ));
    sql.push_bind(id.kind.as_str()).push(" AND name = ").push_bind(id.name.as_str().to_owned());
    sql.push(format_args!(") ORDER BY secret_reads.last_read_at DESC, token_id LIMIT {MAX_LINES}"));
    sql
}

/// A line of other things.
#[derive(Debug, FromRow)]
struct OtherRow {
    actor_kind: String,
    actor: String,
    action: String,
    outcome: String,
    day: NaiveDate,
    count: i64,
    last: DateTime<Utc>,
    /// How many records were looked at; the same in each row.
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
