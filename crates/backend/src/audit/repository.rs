//! The audit table: records are added, never changed.

use super::{
    AuditRecord,
    chain::{HASH_BYTES, Link},
    list::{AuditCursor, AuditQuery},
};
use crate::{context::Ctx, db::instant, work::Work};
use chrono::{DateTime, Utc};
use sqlx::{FromRow, PgConnection, Postgres, QueryBuilder};

/// Adds a record to the end of the chain. The end stays locked until the transaction is over, so this comes last in it.
pub(crate) async fn append(
    work: &mut Work,
    ctx: &Ctx,
    record: AuditRecord<'_>,
) -> Result<(), sqlx::Error> {
    append_many(work, &[(ctx, record)]).await
}

/// The same for several records, in their order.
pub(crate) async fn append_many(
    work: &mut Work,
    records: &[(&Ctx, AuditRecord<'_>)],
) -> Result<(), sqlx::Error> {
    if records.is_empty() {
        return Ok(());
    }
    let (mut last, mut hash): (i64, Vec<u8>) =
        sqlx::query_as("SELECT last_id, hash FROM audit_head FOR UPDATE").fetch_one(&mut **work).await?;
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
    .execute(&mut **work)
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
