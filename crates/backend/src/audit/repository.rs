//! The audit table: records are appended, never changed, and read in their order to verify them.

use super::{
    action::AuditAction,
    chain::{HASH_BYTES, Link},
    entry::AuditRow,
    record::{AuditRecord, Outcome},
    text::clean,
};
use crate::{
    context::{Actor, Ctx},
    db::{instant, timestamp},
    keyring::{
        Keyring, NoKey,
        mac::{Doubt, Message, Purpose},
    },
    work::Work,
};
use chrono::{DateTime, Utc};
use domain::time::Timestamp;
use sqlx::{PgConnection, Postgres, postgres::PgArguments, query::Query};
use tokio::time::Instant;

/// Appends a record to the chain. The end stays locked until the transaction ends, so this comes last in it.
pub(crate) async fn append(work: &mut Work, ctx: &Ctx, record: AuditRecord<'_>) -> Result<(), sqlx::Error> {
    append_many(work, &[(ctx, record)]).await
}

/// Appends several records, in their order.
pub(crate) async fn append_many(
    work: &mut Work,
    records: &[(&Ctx, AuditRecord<'_>)],
) -> Result<(), sqlx::Error> {
    add_measured(work, entries(records)).await.map(drop)
}

/// Appends a record that stands for a number of equal ones.
pub(crate) async fn append_counted(
    work: &mut Work,
    records: &[(&Ctx, AuditRecord<'_>, u64)],
) -> Result<(), sqlx::Error> {
    let entries = records.iter().map(|(ctx, record, times)| (*ctx, record, format!("{times} times")));
    add_measured(work, entries.collect()).await.map(drop)
}

/// Appends records under these keys.
pub(crate) async fn append_with(
    connection: &mut PgConnection,
    keyring: Option<&Keyring>,
    records: &[(&Ctx, AuditRecord<'_>)],
) -> Result<(), sqlx::Error> {
    add(connection, keyring, entries(records)).await.map(drop)
}

/// Appends records, and returns the new end of the chain, unless there are no records.
pub(crate) async fn append_and_remember(
    work: &mut Work,
    records: &[(&Ctx, AuditRecord<'_>)],
) -> Result<Option<KnownEnd>, sqlx::Error> {
    add_measured(work, entries(records)).await
}

/// Appends records under the keys of the work, and measures how long that takes, with the wait for the end of the chain.
async fn add_measured(work: &mut Work, entries: Entries<'_>) -> Result<Option<KnownEnd>, sqlx::Error> {
    let keyring = work.keyring().cloned();
    let begun = work.metrics().filter(|_| !entries.is_empty()).map(|_| Instant::now());
    let added = add(work, keyring.as_deref(), entries).await;
    if let Some((metrics, begun)) = work.metrics().zip(begun) {
        metrics.appended(begun.elapsed());
    }
    added
}

/// Records to append, each with the names of its fields.
type Entries<'a> = Vec<(&'a Ctx, &'a AuditRecord<'a>, String)>;

fn entries<'a>(records: &'a [(&'a Ctx, AuditRecord<'a>)]) -> Entries<'a> {
    records.iter().map(|(ctx, record)| (*ctx, record, record.fields.join(","))).collect()
}

#[expect(clippy::disallowed_methods, reason = "the text is also a part of the statement that records reads")]
async fn add(
    connection: &mut PgConnection,
    keyring: Option<&Keyring>,
    mut entries: Entries<'_>,
) -> Result<Option<KnownEnd>, sqlx::Error> {
    let Some((first, ..)) = entries.first() else { return Ok(None) };
    let keyring = keyring.ok_or_else(NoKey::into_database_error)?;
    let End { stored, last_id, hash, signer, doubt } = end(connection, keyring).await?;
    let ctx = Ctx { actor: Actor::System(ACTOR), ..(*first).clone() };
    let cut = AuditRecord {
        outcome: Outcome::IntegrityFailure,
        ..AuditRecord::done(AuditAction::RecordCut, AuditAction::RecordCut.code())
    };
    if let Some(doubt) = doubt {
        tracing::error!(
            "the end of the audit record is not what the portal wrote ({doubt}): records may be missing"
        );
        entries.insert(0, (&ctx, &cut, String::new()));
    }
    let links = Links::after(keyring, stored, (last_id, hash), signer, entries)?;
    let end = links.end.clone();
    links.bind(sqlx::query(APPEND)).execute(connection).await?;
    Ok(Some(end))
}

/// The end of the chain as this server left it. Others may have appended records since.
#[derive(Clone, Debug)]
pub(crate) struct KnownEnd {
    last_id: i64,
    hash: Vec<u8>,
    mac: Vec<u8>,
    /// The id of the key that signed it, which was the active one.
    signer: String,
}

impl KnownEnd {
    /// Returns whether the record at this end is in the chain.
    pub(crate) async fn is_in(&self, connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
        sqlx::query_scalar!(
            "SELECT EXISTS (SELECT FROM audit_records WHERE id = $1 AND hash = $2) AS \"found!\"",
            self.last_id,
            &self.hash
        )
        .fetch_one(connection)
        .await
    }
}

/// The statement that appends links to the chain, with the 20 parameters that `Links::bind` binds.
pub(crate) const APPEND: &str = "SELECT append_audit_records($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, \
    $16, $17, $18, $19, $20)";

/// Records with their hashes and codes, ready to follow exactly one end of the chain.
#[derive(Debug)]
pub(crate) struct Links {
    expected_id: i64,
    expected_hash: Vec<u8>,
    expected_mac: Option<Vec<u8>>,
    columns: Columns,
    /// The end of the chain after them.
    pub(crate) end: KnownEnd,
}

impl Links {
    /// Returns links of these records after an end that this server left.
    pub(crate) fn behind(
        keyring: &Keyring,
        end: KnownEnd,
        records: &[(&Ctx, AuditRecord<'_>)],
    ) -> Result<Self, sqlx::Error> {
        let KnownEnd { last_id, hash, mac, signer } = end;
        let stored = StoredEnd { last_id, hash: hash.clone(), mac: Some(mac) };
        Self::after(keyring, stored, (last_id, hash), signer, entries(records))
    }

    /// Returns links of these records after a record, with `stored` as the end in the database.
    fn after(
        keyring: &Keyring,
        stored: StoredEnd,
        (mut last, mut hash): (i64, Vec<u8>),
        signer: String,
        entries: Entries<'_>,
    ) -> Result<Self, sqlx::Error> {
        let mut columns = Columns::default();
        for (ctx, record, fields) in entries {
            last += 1;
            hash = columns.push(last, &hash, ctx, record, fields)?;
            columns.macs.push(signed(keyring, &signer, &record_message(last, &hash))?);
        }
        let mac = signed(keyring, &signer, &head_message(last, &hash))?;
        Ok(Self {
            expected_id: stored.last_id,
            expected_hash: stored.hash,
            expected_mac: stored.mac,
            columns,
            end: KnownEnd { last_id: last, hash, mac, signer },
        })
    }

    /// Binds the parameters of `append_audit_records`, in its order.
    pub(crate) fn bind(
        self,
        statement: Query<'_, Postgres, PgArguments>,
    ) -> Query<'_, Postgres, PgArguments> {
        let Self { expected_id, expected_hash, expected_mac, columns, end } = self;
        statement
            .bind(expected_id)
            .bind(expected_hash)
            .bind(expected_mac)
            .bind(end.signer)
            .bind(end.last_id)
            .bind(end.hash)
            .bind(end.mac)
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
            .bind(columns.macs)
    }
}

/// The actor under which the portal records that the audit log was cut.
const ACTOR: &str = "audit record";

/// The end of the chain as it is stored.
struct StoredEnd {
    last_id: i64,
    hash: Vec<u8>,
    mac: Option<Vec<u8>>,
}

/// The end of the chain, which is locked.
struct End {
    stored: StoredEnd,
    /// The last record, to which the next is chained.
    last_id: i64,
    hash: Vec<u8>,
    /// The id of the key that signs the next records.
    signer: String,
    /// The reason why this is not the end that the portal signed.
    doubt: Option<Doubt>,
}

struct HeadRow {
    last_id: i64,
    hash: Vec<u8>,
    mac: Option<Vec<u8>>,
    active: Option<String>,
    /// Whether the end is signed under a key that is in use, at hand or not.
    signer_in_use: bool,
}

async fn end(connection: &mut PgConnection, keyring: &Keyring) -> Result<End, sqlx::Error> {
    let head = sqlx::query_as!(
        HeadRow,
        "SELECT last_id, hash, mac, (SELECT id FROM key_encryption_keys WHERE active) AS active, \
         EXISTS (SELECT FROM key_encryption_keys WHERE id = encode(substr(mac, 1, 8), 'hex') AND retired_at IS NULL) \
         AS \"signer_in_use!\" FROM audit_head FOR UPDATE"
    )
    .fetch_one(&mut *connection)
    .await?;
    let HeadRow { last_id, hash, mac, active, signer_in_use } = head;
    let stored = StoredEnd { last_id, hash: hash.clone(), mac: mac.clone() };
    let doubt = keyring.vouches(&head_message(last_id, &hash), mac.as_deref()).err();
    // A server without the active key writes nothing, because it cannot verify the end that another server signed with it,
    // and whoever writes to the database could make it continue from any.
    let signer = active.filter(|id| keyring.has(id)).ok_or_else(NoKey::into_database_error)?;
    // Nor does a server without the key of the last record: it cannot know whether records were cut, and records no forgery.
    if doubt == Some(Doubt::OtherKey) && signer_in_use {
        return Err(NoKey::into_database_error());
    }
    if doubt.is_none() {
        return Ok(End { stored, last_id, hash, signer, doubt });
    }
    let last = sqlx::query!("SELECT id, hash FROM audit_records ORDER BY id DESC LIMIT 1")
        .fetch_optional(connection)
        .await?;
    let (last_id, hash) = last.map_or_else(|| (0, beginning().to_vec()), |last| (last.id, last.hash));
    Ok(End { stored, last_id, hash, signer, doubt })
}

/// Returns whether the portal has signed a record, a user or a value here.
pub(crate) async fn is_vouched_for(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT EXISTS (SELECT FROM audit_head WHERE mac IS NOT NULL) \
         OR EXISTS (SELECT FROM audit_records WHERE mac IS NOT NULL) \
         OR EXISTS (SELECT FROM users WHERE mac IS NOT NULL) OR EXISTS (SELECT FROM secret_values) AS \"vouched!\""
    )
    .fetch_one(connection)
    .await
}

/// Signs the end of a chain as an older version, or the migrations, left it.
pub(crate) async fn vouch_for_end(
    connection: &mut PgConnection,
    keyring: &Keyring,
    kek_id: &str,
) -> Result<(), sqlx::Error> {
    let head =
        sqlx::query!("SELECT last_id, hash FROM audit_head FOR UPDATE").fetch_one(&mut *connection).await?;
    let mac = signed(keyring, kek_id, &head_message(head.last_id, &head.hash))?;
    sqlx::query!("UPDATE audit_head SET mac = $1", mac).execute(connection).await.map(drop)
}

fn signed(keyring: &Keyring, kek_id: &str, message: &Message) -> Result<Vec<u8>, sqlx::Error> {
    keyring.mac(kek_id, message).map_err(|error| sqlx::Error::Encode(error.into()))
}

/// Returns the message for the code of a record, whose hash covers all of it and every record before.
pub(super) fn record_message(id: i64, hash: &[u8]) -> Message {
    Message::new(Purpose::AuditRecord).number(id).bytes(hash)
}

/// Returns the message for the code of the last record.
pub(super) fn head_message(id: i64, hash: &[u8]) -> Message {
    Message::new(Purpose::AuditHead).number(id).bytes(hash)
}

/// Records in the form in which PostgreSQL takes many of them: an array for each column.
#[derive(Debug, Default)]
struct Columns {
    ids: Vec<i64>,
    at: Vec<DateTime<Utc>>,
    actor_kinds: Vec<&'static str>,
    actors: Vec<String>,
    credentials: Vec<Option<String>>,
    addresses: Vec<Option<String>>,
    request_ids: Vec<String>,
    actions: Vec<&'static str>,
    objects: Vec<String>,
    outcomes: Vec<&'static str>,
    /// The fields of each record, joined by commas, which no field contains.
    fields: Vec<String>,
    hashes: Vec<Vec<u8>>,
    macs: Vec<Vec<u8>>,
}

impl Columns {
    /// Adds a record without its code; returns its hash.
    fn push(
        &mut self,
        id: i64,
        previous: &[u8],
        ctx: &Ctx,
        record: &AuditRecord<'_>,
        fields: String,
    ) -> Result<Vec<u8>, sqlx::Error> {
        let address = ctx.address.map(|address| address.to_string());
        let credential = ctx.actor.credential();
        let (actor, request_id, object) =
            (clean(ctx.actor.name()), clean(&ctx.request_id), clean(record.object));
        let link = Link {
            id,
            at: ctx.now.micros(),
            actor_kind: ctx.actor.kind(),
            actor: &actor,
            credential: credential.as_deref(),
            address: address.as_deref(),
            request_id: &request_id,
            action: record.action.code(),
            object: &object,
            outcome: record.outcome.code(),
            fields: &fields,
        };
        let hash = link.hash(previous);
        self.ids.push(id);
        self.at.push(instant(ctx.now)?);
        self.actor_kinds.push(ctx.actor.kind());
        self.actors.push(actor);
        self.credentials.push(credential);
        self.addresses.push(address);
        self.request_ids.push(request_id);
        self.actions.push(record.action.code());
        self.objects.push(object);
        self.outcomes.push(record.outcome.code());
        self.fields.push(fields);
        self.hashes.push(hash.clone());
        Ok(hash)
    }
}

/// The columns of an `AuditRow`, for statements that are built at run time.
pub(super) const COLUMNS: &str =
    "id, at, actor_kind, actor, credential, address, request_id, action, object, outcome, fields, hash, mac";

/// Returns records in the order of the chain, after this one.
pub(super) async fn chained(
    connection: &mut PgConnection,
    beyond: i64,
    limit: i64,
) -> Result<Vec<AuditRow>, sqlx::Error> {
    sqlx::query_as!(
        AuditRow,
        "SELECT id, at, actor_kind, actor, credential, address, request_id, action, object, outcome, fields, hash, mac \
         FROM audit_records WHERE id > $1 ORDER BY id LIMIT $2",
        beyond,
        limit
    )
    .fetch_all(connection)
    .await
}

/// The last record's id and hash, and the code that vouches for it being the last.
pub(super) type Head = (i64, Vec<u8>, Option<Vec<u8>>);

/// Returns the last record's id and hash, as they were stored with it.
pub(super) async fn head(connection: &mut PgConnection) -> Result<Head, sqlx::Error> {
    let head = sqlx::query!("SELECT last_id, hash, mac FROM audit_head").fetch_one(connection).await?;
    Ok((head.last_id, head.hash, head.mac))
}

/// Returns the database's time.
pub(super) async fn clock(connection: &mut PgConnection) -> Result<Timestamp, sqlx::Error> {
    sqlx::query_scalar!("SELECT clock_timestamp() AS \"now!\"").fetch_one(connection).await.map(timestamp)
}

/// Returns the hash with which the chain begins.
pub(super) const fn beginning() -> [u8; HASH_BYTES] {
    [0; HASH_BYTES]
}
