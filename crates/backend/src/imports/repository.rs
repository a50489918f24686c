//! All SQL about waiting imports.

use crate::{
    context::Ctx,
    db::instant,
    keyring::{IntegrityError, Keyring, Location, SealedValue, ValueField, digest_id},
};
use chrono::{DateTime, Utc};
use domain::{
    import::{Note, SkippedCounts},
    secret::SecretKind,
    time::Timestamp,
};
use formats::imports::Found;
use sqlx::{PgConnection, Postgres, QueryBuilder};
use std::collections::HashMap;
use uuid::Uuid;

/// A waiting import, or what it became.
#[derive(Debug)]
pub(super) struct ImportRow {
    pub(super) skipped: Vec<String>,
    pub(super) expires_at: DateTime<Utc>,
    pub(super) saved: Option<Vec<String>>,
}

/// An object that was found, without its value.
#[derive(Debug)]
pub(super) struct EntryRow {
    pub(super) number: i32,
    pub(super) kind: String,
    pub(super) registry_host: Option<String>,
    pub(super) registry_username: Option<String>,
    pub(super) suggested_name: String,
    pub(super) notes: Vec<String>,
    pub(super) fingerprint: Option<String>,
    pub(super) has_value: bool,
    pub(super) places: Vec<String>,
    pub(super) repository: Option<String>,
    pub(super) known_hosts: String,
    pub(super) needs_passphrase: bool,
}

/// The most rows that one statement writes: PostgreSQL accepts no more than 65,535 parameters.
const ROWS: usize = 1_000;

/// Returns the place of an entry's value. No value of a secret has this field, so neither can replace the other.
///
/// The place depends on the owner of the import and on the entry's other fields: if somebody changes those in the database,
/// the value does not open.
fn place(owner: Owner, number: i32, belongs: &Belongs<'_>) -> Location {
    let secret = digest_id(&[
        owner.session.as_bytes(),
        owner.import.as_bytes(),
        belongs.kind.as_bytes(),
        &[u8::from(belongs.host.is_some()), u8::from(belongs.username.is_some())],
        belongs.host.unwrap_or_default().as_bytes(),
        belongs.username.unwrap_or_default().as_bytes(),
    ]);
    Location { secret, field: ValueField::Imported, version: i64::from(number) }
}

/// The owner of an import.
#[derive(Clone, Copy, Debug)]
pub(super) struct Owner {
    pub(super) import: Uuid,
    pub(super) session: Uuid,
}

/// The account and registry that the value of an entry is for.
struct Belongs<'a> {
    kind: &'a str,
    host: Option<&'a str>,
    username: Option<&'a str>,
}

/// An entry with its sealed value.
pub(super) struct NewEntry<'a> {
    number: i32,
    found: &'a Found,
    sealed: Option<SealedValue>,
}

impl<'a> NewEntry<'a> {
    pub(super) fn seal(
        keyring: &Keyring,
        kek_id: &str,
        owner: Owner,
        number: i32,
        found: &'a Found,
    ) -> Result<Self, IntegrityError> {
        let belongs = Belongs {
            kind: found.kind.as_str(),
            host: found.host.as_deref(),
            username: found.username.as_deref(),
        };
        let place = place(owner, number, &belongs);
        let sealed = found.value.as_ref().map(|value| keyring.seal(kek_id, place, value));
        Ok(Self { number, found, sealed: sealed.transpose()? })
    }
}

/// Stores an import, in the place of this session's earlier one.
pub(super) async fn insert(
    connection: &mut PgConnection,
    ctx: &Ctx,
    (id, session): (Uuid, Uuid),
    expires_at: Timestamp,
    skipped: &SkippedCounts,
    entries: Vec<NewEntry<'_>>,
) -> Result<(), sqlx::Error> {
    sqlx::query!("DELETE FROM imports WHERE session_id = $1 OR expires_at <= $2", session, instant(ctx.now)?)
        .execute(&mut *connection)
        .await?;
    let counts: Vec<String> =
        skipped.iter().map(|(skipped, count)| format!("{}/{count}", skipped.as_str())).collect();
    sqlx::query!(
        "INSERT INTO imports (id, session_id, passed_over, skipped, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6)",
        id,
        session,
        i32::try_from(skipped.total()).unwrap_or(i32::MAX),
        &counts,
        instant(ctx.now)?,
        instant(expires_at)?
    )
    .execute(&mut *connection)
    .await?;
    let mut entries = entries;
    while !entries.is_empty() {
        let rest = entries.split_off(entries.len().min(ROWS));
        insert_entries(connection, id, entries).await?;
        entries = rest;
    }
    Ok(())
}

async fn insert_entries(
    connection: &mut PgConnection,
    id: Uuid,
    entries: Vec<NewEntry<'_>>,
) -> Result<(), sqlx::Error> {
    let mut insert = QueryBuilder::<Postgres>::new(
        "INSERT INTO import_entries (import_id, number, kind, registry_host, registry_username, suggested_name, notes, \
         fingerprint, places, repository, known_hosts, needs_passphrase, algorithm, kek_id, wrapped_key, nonce, \
         ciphertext) ",
    );
    insert.push_values(entries, |mut row, NewEntry { number, found, sealed }| {
        let notes: Vec<String> = found.notes.iter().map(Note::code).collect();
        row.push_bind(id)
            .push_bind(number)
            .push_bind(found.kind.as_str())
            .push_bind(&found.host)
            .push_bind(&found.username)
            .push_bind(&found.suggested)
            .push_bind(notes)
            .push_bind(&found.fingerprint)
            .push_bind(&found.places)
            .push_bind(&found.repository)
            .push_bind(&*found.known_hosts)
            .push_bind(found.needs_passphrase);
        let (algorithm, kek_id, wrapped_key, nonce, ciphertext) = match sealed {
            Some(sealed) => (
                Some(sealed.algorithm),
                Some(sealed.kek_id),
                Some(sealed.wrapped_key),
                Some(sealed.nonce),
                Some(sealed.ciphertext),
            ),
            None => (None, None, None, None, None),
        };
        row.push_bind(algorithm)
            .push_bind(kek_id)
            .push_bind(wrapped_key)
            .push_bind(nonce)
            .push_bind(ciphertext);
    });
    insert.build().execute(connection).await.map(drop)
}

/// Returns the import of this session, unless it has expired.
pub(super) async fn find(
    connection: &mut PgConnection,
    (id, session): (Uuid, Uuid),
    now: Timestamp,
) -> Result<Option<ImportRow>, sqlx::Error> {
    sqlx::query_as!(
        ImportRow,
        "SELECT skipped, expires_at, saved FROM imports WHERE id = $1 AND session_id = $2 \
         AND expires_at > $3",
        id,
        session,
        instant(now)?
    )
    .fetch_optional(connection)
    .await
}

/// Returns the import and locks it, so that nobody else saves or discards it until the end of the transaction.
pub(super) async fn lock(
    connection: &mut PgConnection,
    (id, session): (Uuid, Uuid),
    now: Timestamp,
) -> Result<Option<ImportRow>, sqlx::Error> {
    sqlx::query_as!(
        ImportRow,
        "SELECT skipped, expires_at, saved FROM imports WHERE id = $1 AND session_id = $2 \
         AND expires_at > $3 FOR UPDATE",
        id,
        session,
        instant(now)?
    )
    .fetch_optional(connection)
    .await
}

/// Returns the entries, in the order of the file.
pub(super) async fn entries(connection: &mut PgConnection, id: Uuid) -> Result<Vec<EntryRow>, sqlx::Error> {
    sqlx::query_as!(
        EntryRow,
        "SELECT number, kind, registry_host, registry_username, suggested_name, notes, fingerprint, \
         places, repository, known_hosts, needs_passphrase, ciphertext IS NOT NULL AS \"has_value!\" \
         FROM import_entries WHERE import_id = $1 ORDER BY number",
        id
    )
    .fetch_all(connection)
    .await
}

impl EntryRow {
    /// Returns the place of its value, as the row names it.
    pub(super) fn place(&self, owner: Owner) -> Location {
        let belongs = Belongs {
            kind: &self.kind,
            host: self.registry_host.as_deref(),
            username: self.registry_username.as_deref(),
        };
        place(owner, self.number, &belongs)
    }
}

/// Returns the sealed values of these entries, by their numbers.
pub(super) async fn values(
    connection: &mut PgConnection,
    id: Uuid,
    numbers: &[i32],
) -> Result<HashMap<i32, SealedValue>, sqlx::Error> {
    let found = sqlx::query!(
        "SELECT number, algorithm AS \"algorithm!\", kek_id AS \"kek_id!\", wrapped_key AS \"wrapped_key!\", \
         nonce AS \"nonce!\", ciphertext AS \"ciphertext!\" FROM import_entries \
         WHERE import_id = $1 AND number = ANY ($2) AND ciphertext IS NOT NULL",
        id,
        numbers
    )
    .fetch_all(connection)
    .await?;
    let sealed = found.into_iter().map(|row| {
        let (algorithm, kek_id) = (row.algorithm, row.kek_id);
        let (wrapped_key, nonce, ciphertext) = (row.wrapped_key, row.nonce, row.ciphertext);
        (row.number, SealedValue { algorithm, kek_id, wrapped_key, nonce, ciphertext })
    });
    Ok(sealed.collect())
}

/// Notes what the import became, and deletes its entries.
pub(super) async fn finish(
    connection: &mut PgConnection,
    id: Uuid,
    saved: &[String],
) -> Result<(), sqlx::Error> {
    sqlx::query!("DELETE FROM import_entries WHERE import_id = $1", id).execute(&mut *connection).await?;
    sqlx::query!("UPDATE imports SET saved = $2 WHERE id = $1", id, saved).execute(connection).await.map(drop)
}

pub(super) async fn delete(connection: &mut PgConnection, id: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query!("DELETE FROM imports WHERE id = $1", id).execute(connection).await.map(drop)
}

/// Deletes every expired import; returns their number.
pub(super) async fn delete_expired(
    connection: &mut PgConnection,
    now: Timestamp,
) -> Result<u64, sqlx::Error> {
    let done = sqlx::query!("DELETE FROM imports WHERE expires_at <= $1", instant(now)?).execute(connection);
    Ok(done.await?.rows_affected())
}

/// Returns which of these names are taken, as type and name.
pub(super) async fn taken(
    connection: &mut PgConnection,
    kind: SecretKind,
    names: &[String],
) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT name FROM secrets WHERE kind = $1 AND name = ANY($2) AND deleted_at IS NULL",
        kind.as_str(),
        names
    )
    .fetch_all(connection)
    .await
}
