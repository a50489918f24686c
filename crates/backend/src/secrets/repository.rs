//! All SQL about secrets and their sealed values.

use super::service::value_field;
use crate::{
    context::Ctx,
    db::{Db, instant},
    keyring::{
        IntegrityError, Keyring, Location, SealedValue,
        mac::{Message, Purpose},
        takeover::{Guarded, NewMacs, Stale},
    },
    revision::Revision,
    work::Work,
};
use chrono::{DateTime, Days, Utc};
use domain::{
    access::Restriction,
    page::{CursorValue, Direction, ListQuery, SortColumn},
    secret::{Credential, NewSecret, SecretId, SecretKind, SecretName},
    time::Timestamp,
};
use sqlx::{FromRow, PgConnection, Postgres, QueryBuilder};
use uuid::Uuid;

/// Counting what a search finds stops here.
pub(super) const COUNT_LIMIT: i64 = 1_000;

/// The most words of a search that are looked for.
const MAX_WORDS: usize = 8;

/// A secret without its value.
#[derive(Clone, Debug, FromRow)]
pub(crate) struct SecretRow {
    pub(crate) id: Uuid,
    kind: String,
    name: String,
    pub(super) display_name: String,
    pub(crate) registry_host: Option<String>,
    pub(super) registry_username: Option<String>,
    /// The registry host that the value was typed for. A trigger keeps it, by the same rule as `changed` does.
    pub(crate) value_host: Option<String>,
    pub(crate) version: i64,
    pub(crate) value_version: i64,
    pub(super) submission: Option<Uuid>,
    pub(super) updated_at: DateTime<Utc>,
    pub(super) updated_by: String,
    pub(super) check_target: Option<String>,
    pub(crate) known_hosts: String,
    /// Vouches for what its value belongs to.
    mac: Option<Vec<u8>>,
}

/// The columns of a `SecretRow`.
const ROW: &str = "secrets.id, kind, name, display_name, registry_host, registry_username, value_host, secrets.version, \
    value_version, submission, updated_at, updated_by, check_target, known_hosts, mac";

/// What a sealed value belongs to: its kind and name, where it may be sent, and what consumers are told beside it.
struct Binding<'a> {
    id: Uuid,
    kind: &'a str,
    name: &'a str,
    registry_host: Option<&'a str>,
    registry_username: Option<&'a str>,
    value_host: Option<&'a str>,
    value_version: i64,
    check_target: Option<&'a str>,
    known_hosts: &'a str,
}

impl Binding<'_> {
    fn message(&self) -> Message {
        Message::new(Purpose::Secret)
            .bytes(self.id.as_bytes())
            .text(self.kind)
            .text(self.name)
            .maybe(self.registry_host)
            .maybe(self.registry_username)
            .maybe(self.value_host)
            .number(self.value_version)
            .maybe(self.check_target)
            .text(self.known_hosts)
    }
}

impl SecretRow {
    fn message(&self) -> Message {
        Binding {
            id: self.id,
            kind: &self.kind,
            name: &self.name,
            registry_host: self.registry_host.as_deref(),
            registry_username: self.registry_username.as_deref(),
            value_host: self.value_host.as_deref(),
            value_version: self.value_version,
            check_target: self.check_target.as_deref(),
            known_hosts: &self.known_hosts,
        }
        .message()
    }

    /// Verifies that the portal itself gave its value this name and place. Where somebody else did, that is logged and
    /// recorded.
    ///
    /// Errors: somebody else changed the row.
    pub(crate) fn prove(&self, db: &Db, id: &SecretId) -> Result<(), IntegrityError> {
        let is_asked_for = self.kind == id.kind.as_str() && self.name == id.name.as_str();
        let outcome = db.vouches(&self.message(), self.mac.as_deref(), || format!("secret {id}"));
        match outcome {
            Ok(Ok(())) if is_asked_for => Ok(()),
            _ => Err(IntegrityError),
        }
    }

    pub(super) fn revision(&self) -> Revision {
        Revision { row: self.id, version: self.version }
    }
}

/// A row of the list.
#[derive(Debug, FromRow)]
pub(super) struct ListRow {
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) display_name: String,
    pub(super) registry_host: Option<String>,
    pub(super) registry_username: Option<String>,
    pub(super) updated_at: DateTime<Utc>,
    pub(super) updated_by: String,
    pub(super) algorithm: Option<String>,
    pub(super) fingerprint: Option<String>,
    pub(super) check_status: String,
    pub(super) check_cause: String,
    pub(super) used_by: i32,
    pub(super) last_read_at: Option<DateTime<Utc>>,
    /// Over all pages; the same in each row.
    pub(super) total: i64,
}

/// A secret that is to be stored, its value sealed.
pub(super) struct NewRow {
    pub(super) id: Uuid,
    pub(super) kind: SecretKind,
    name: String,
    display_name: String,
    registry_host: Option<String>,
    registry_username: Option<String>,
    submission: Option<Uuid>,
    check_target: Option<String>,
    known_hosts: String,
    place: Location,
    sealed: SealedValue,
}

impl NewRow {
    fn message(&self) -> Message {
        Binding {
            id: self.id,
            kind: self.kind.as_str(),
            name: &self.name,
            registry_host: self.registry_host.as_deref(),
            registry_username: self.registry_username.as_deref(),
            value_host: self.registry_host.as_deref(),
            value_version: self.place.version,
            check_target: self.check_target.as_deref(),
            known_hosts: &self.known_hosts,
        }
        .message()
    }

    pub(super) fn seal(
        keyring: &Keyring,
        kek_id: &str,
        secret: &NewSecret,
        submission: Option<Uuid>,
    ) -> Result<Self, IntegrityError> {
        let id = crate::random::sortable_id();
        let kind = secret.credential.kind();
        let place = Location { secret: id, field: value_field(kind), version: 1 };
        let (host, username, value) = match &secret.credential {
            Credential::GitDataset { private_key } => (None, None, private_key.value()),
            Credential::ImagePull { host, username, password } => {
                (Some(host.as_str().to_owned()), Some(username.as_str().to_owned()), password.value())
            }
        };
        let name = secret.name.as_str().to_owned();
        Ok(Self {
            id,
            kind,
            display_name: shown_name(secret).to_owned(),
            name,
            registry_host: host,
            registry_username: username,
            submission,
            check_target: secret.settings.target().map(str::to_owned),
            known_hosts: secret.settings.known_hosts.as_str().to_owned(),
            place,
            sealed: keyring.seal(kek_id, place, value)?,
        })
    }
}

/// The display name, for which the name stands in.
pub(super) fn shown_name(secret: &NewSecret) -> &str {
    secret.display_name.as_ref().map_or(secret.name.as_str(), |name| name.as_str())
}

pub(crate) async fn find(
    connection: &mut PgConnection,
    id: &SecretId,
) -> Result<Option<SecretRow>, sqlx::Error> {
    let sql = format!("SELECT {ROW} FROM secrets WHERE kind = $1 AND name = $2 AND deleted_at IS NULL");
    sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(id.kind.as_str())
        .bind(id.name.as_str())
        .fetch_optional(connection)
        .await
}

/// The secret that came from the form with this mark.
pub(super) async fn find_submitted(
    connection: &mut PgConnection,
    submission: Uuid,
) -> Result<Option<SecretId>, sqlx::Error> {
    let found: Option<(String, String)> =
        sqlx::query_as("SELECT kind, name FROM secrets WHERE submission = $1 AND deleted_at IS NULL LIMIT 1")
            .bind(submission)
            .fetch_optional(connection)
            .await?;
    Ok(found.and_then(|(kind, name)| {
        Some(SecretId::new(SecretKind::parse(&kind)?, SecretName::parse(&name).ok()?))
    }))
}

/// Keeps others from adding a secret by a request with this mark until the end of the transaction, on other servers too.
pub(super) async fn lock_submission(
    connection: &mut PgConnection,
    submission: Uuid,
) -> Result<(), sqlx::Error> {
    // Another mark with the same hash waits a moment for nothing.
    sqlx::query("SELECT pg_advisory_xact_lock(hashtext('submission'), hashtext($1::text))")
        .bind(submission)
        .execute(connection)
        .await
        .map(drop)
}

/// Keeps others from changing the row until the end of the transaction.
pub(crate) async fn lock(
    connection: &mut PgConnection,
    id: &SecretId,
) -> Result<Option<SecretRow>, sqlx::Error> {
    let sql =
        format!("SELECT {ROW} FROM secrets WHERE kind = $1 AND name = $2 AND deleted_at IS NULL FOR UPDATE");
    sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(id.kind.as_str())
        .bind(id.name.as_str())
        .fetch_optional(connection)
        .await
}

/// A secret with its sealed value.
pub(crate) type StoredValue = (SecretRow, SealedValue);

/// The row with the sealed value that counts.
pub(crate) async fn find_value(
    connection: &mut PgConnection,
    id: &SecretId,
) -> Result<Option<StoredValue>, sqlx::Error> {
    #[derive(FromRow)]
    struct Joined {
        #[sqlx(flatten)]
        row: SecretRow,
        #[sqlx(flatten)]
        sealed: SealedValue,
    }
    let sql = format!(
        "SELECT {ROW}, algorithm, kek_id, wrapped_key, nonce, ciphertext FROM secrets JOIN secret_values \
         ON secret_values.secret_id = secrets.id AND secret_values.version = secrets.value_version \
         AND secret_values.field = $3 \
         WHERE kind = $1 AND name = $2 AND deleted_at IS NULL"
    );
    let found: Option<Joined> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(id.kind.as_str())
        .bind(id.name.as_str())
        .bind(value_field(id.kind).as_str())
        .fetch_optional(connection)
        .await?;
    Ok(found.map(|Joined { row, sealed }| (row, sealed)))
}

pub(super) async fn insert(work: &mut Work, ctx: &Ctx, row: NewRow) -> Result<(), sqlx::Error> {
    insert_many(work, ctx, vec![row]).await
}

/// Secrets and their values, in two statements.
pub(super) async fn insert_many(work: &mut Work, ctx: &Ctx, rows: Vec<NewRow>) -> Result<(), sqlx::Error> {
    let now = instant(ctx.now)?;
    let mut signed = Vec::with_capacity(rows.len());
    for row in &rows {
        signed.push((row, work.sign(&row.message()).await?));
    }
    let mut secrets = QueryBuilder::<Postgres>::new(
        "INSERT INTO secrets (id, kind, name, display_name, registry_host, registry_username, version, \
         value_version, submission, created_at, updated_at, updated_by, check_target, known_hosts, mac) ",
    );
    secrets.push_values(&signed, |mut values, (row, mac)| {
        values
            .push_bind(row.id)
            .push_bind(row.kind.as_str())
            .push_bind(&row.name)
            .push_bind(&row.display_name)
            .push_bind(&row.registry_host)
            .push_bind(&row.registry_username)
            .push_bind(1_i64)
            .push_bind(row.place.version)
            .push_bind(row.submission)
            .push_bind(now)
            .push_bind(now)
            .push_bind(ctx.actor.name())
            .push_bind(&row.check_target)
            .push_bind(&row.known_hosts)
            .push_bind(mac);
    });
    secrets.build().execute(&mut **work).await?;
    insert_values(work, now, rows.into_iter().map(|row| (row.place, row.sealed))).await
}

async fn insert_values(
    connection: &mut PgConnection,
    now: DateTime<Utc>,
    values: impl Iterator<Item = (Location, SealedValue)>,
) -> Result<(), sqlx::Error> {
    let mut insert = QueryBuilder::<Postgres>::new(
        "INSERT INTO secret_values (secret_id, field, version, algorithm, kek_id, wrapped_key, nonce, ciphertext, \
         created_at) ",
    );
    insert.push_values(values, |mut row, (place, sealed)| {
        row.push_bind(place.secret)
            .push_bind(place.field.as_str())
            .push_bind(place.version)
            .push_bind(sealed.algorithm)
            .push_bind(sealed.kek_id)
            .push_bind(sealed.wrapped_key)
            .push_bind(sealed.nonce)
            .push_bind(sealed.ciphertext)
            .push_bind(now);
    });
    insert.build().execute(connection).await.map(drop)
}

/// Puts a new version of a value in the place of all before it.
pub(super) async fn replace_value(
    connection: &mut PgConnection,
    ctx: &Ctx,
    place: Location,
    sealed: SealedValue,
) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM secret_values WHERE secret_id = $1 AND field = $2")
        .bind(place.secret)
        .bind(place.field.as_str())
        .execute(&mut *connection)
        .await?;
    insert_values(connection, instant(ctx.now)?, std::iter::once((place, sealed))).await
}

/// Writes the row, which has been proved, and answers with its new version.
pub(crate) async fn update(work: &mut Work, ctx: &Ctx, row: SecretRow) -> Result<i64, sqlx::Error> {
    let mac = work.sign(&row.message()).await?;
    sqlx::query_scalar(
        "UPDATE secrets SET display_name = $2, registry_host = $3, registry_username = $4, value_version = $5, \
         updated_at = $6, updated_by = $7, check_target = $8, known_hosts = $9, mac = $10, \
         version = version + 1 WHERE id = $1 RETURNING version",
    )
    .bind(row.id)
    .bind(row.display_name)
    .bind(row.registry_host)
    .bind(row.registry_username)
    .bind(row.value_version)
    .bind(instant(ctx.now)?)
    .bind(ctx.actor.name())
    .bind(row.check_target)
    .bind(row.known_hosts)
    .bind(mac)
    .fetch_one(&mut **work)
    .await
}

/// Secrets that are to be vouched for, locked until the end of the transaction.
pub(crate) async fn guarded(
    connection: &mut PgConnection,
    stale: Stale<'_>,
    limit: i64,
) -> Result<Vec<Guarded<Uuid>>, sqlx::Error> {
    let sql = format!("SELECT {ROW} FROM secrets WHERE {} ORDER BY id LIMIT $2 FOR UPDATE", Stale::SQL);
    let rows: Vec<SecretRow> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(stale.bound())
        .bind(limit)
        .fetch_all(connection)
        .await?;
    Ok(rows.into_iter().map(|row| Guarded { key: row.id, message: row.message(), mac: row.mac }).collect())
}

/// Puts codes in the place of those that secrets had; answers with the number of rows.
pub(crate) async fn put_macs(
    connection: &mut PgConnection,
    macs: &NewMacs<Uuid>,
) -> Result<usize, sqlx::Error> {
    let (ids, codes): (Vec<Uuid>, Vec<Option<&[u8]>>) =
        macs.iter().map(|(id, mac)| (*id, mac.as_deref())).unzip();
    sqlx::query(
        "UPDATE secrets SET mac = fresh.mac FROM unnest($1::uuid[], $2::bytea[]) AS fresh (id, mac) \
         WHERE secrets.id = fresh.id",
    )
    .bind(&ids)
    .bind(&codes)
    .execute(connection)
    .await?;
    Ok(macs.len())
}

/// Keeps others from changing those of these secrets that there are, until the end of the transaction; answers with their
/// rows. By row, as everybody locks secrets, so that of two who want the same neither waits for the other for ever.
pub(super) async fn lock_many(
    connection: &mut PgConnection,
    ids: &[SecretId],
) -> Result<Vec<(Uuid, SecretId)>, sqlx::Error> {
    let (kinds, names) = kinds_and_names(ids);
    let rows: Vec<(Uuid, String, String)> = sqlx::query_as(
        "SELECT id, kind, name FROM secrets \
         WHERE (kind, name) IN (SELECT * FROM unnest($1::text[], $2::text[])) AND deleted_at IS NULL \
         ORDER BY id FOR UPDATE",
    )
    .bind(kinds)
    .bind(names)
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(|(row, kind, name)| Ok((row, stored_id(&kind, &name)?))).collect()
}

/// Keeps others from counting, until the end of the transaction: whoever changes secrets of both kinds at once takes both
/// counts first, in the order in which everybody does.
pub(super) async fn lock_counts(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query("SELECT FROM secret_counts ORDER BY kind FOR UPDATE").execute(connection).await.map(drop)
}

/// Those of these secrets that there are, each with what it is tried on.
pub(super) async fn targets(
    connection: &mut PgConnection,
    ids: &[SecretId],
) -> Result<Vec<(SecretId, Option<String>)>, sqlx::Error> {
    let (kinds, names) = kinds_and_names(ids);
    let rows: Vec<(String, String, Option<String>)> = sqlx::query_as(
        "SELECT kind, name, check_target FROM secrets \
         WHERE (kind, name) IN (SELECT * FROM unnest($1::text[], $2::text[])) AND deleted_at IS NULL",
    )
    .bind(kinds)
    .bind(names)
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(|(kind, name, target)| Ok((stored_id(&kind, &name)?, target))).collect()
}

/// Takes them out of use, and keeps them.
pub(super) async fn mark_deleted(
    connection: &mut PgConnection,
    ctx: &Ctx,
    rows: &[Uuid],
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE secrets SET deleted_at = $2, deleted_by = $3 WHERE id = ANY ($1)")
        .bind(rows)
        .bind(instant(ctx.now)?)
        .bind(ctx.actor.name())
        .execute(connection)
        .await
        .map(drop)
}

/// Brings it back into use; answers whether it was deleted.
pub(super) async fn mark_restored(connection: &mut PgConnection, row: Uuid) -> Result<bool, sqlx::Error> {
    let restored = sqlx::query(
        "UPDATE secrets SET deleted_at = NULL, deleted_by = NULL WHERE id = $1 AND deleted_at IS NOT NULL",
    )
    .bind(row)
    .execute(connection);
    Ok(restored.await?.rows_affected() > 0)
}

/// Takes the rows and their values away.
pub(super) async fn remove(connection: &mut PgConnection, rows: &[Uuid]) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM secrets WHERE id = ANY ($1)").bind(rows).execute(connection).await.map(drop)
}

/// The same for a deleted one; answers whether it was one.
pub(super) async fn remove_deleted(connection: &mut PgConnection, row: Uuid) -> Result<bool, sqlx::Error> {
    let removed = sqlx::query("DELETE FROM secrets WHERE id = $1 AND deleted_at IS NOT NULL")
        .bind(row)
        .execute(connection);
    Ok(removed.await?.rows_affected() > 0)
}

/// The same for so many that were deleted then or before; answers with what they were.
pub(super) async fn remove_overdue(
    connection: &mut PgConnection,
    over: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<SecretId>, sqlx::Error> {
    let rows: Vec<(String, String)> = sqlx::query_as(
        "DELETE FROM secrets WHERE id IN (SELECT id FROM secrets WHERE deleted_at <= $1 ORDER BY deleted_at, id LIMIT $2 \
         FOR UPDATE SKIP LOCKED) RETURNING kind, name",
    )
    .bind(over)
    .bind(limit)
    .fetch_all(connection)
    .await?;
    rows.iter().map(|(kind, name)| stored_id(kind, name)).collect()
}

/// A secret that was deleted.
#[derive(Debug, FromRow)]
pub(super) struct DeletedRow {
    pub(super) id: Uuid,
    kind: String,
    name: String,
    pub(super) display_name: String,
    pub(super) deleted_at: DateTime<Utc>,
    pub(super) deleted_by: String,
    pub(super) usage_count: i32,
}

impl DeletedRow {
    pub(super) fn secret(&self) -> Result<SecretId, sqlx::Error> {
        stored_id(&self.kind, &self.name)
    }
}

pub(crate) fn stored_id(kind: &str, name: &str) -> Result<SecretId, sqlx::Error> {
    let id = SecretKind::parse(kind).zip(SecretName::parse(name).ok());
    let (kind, name) = id.ok_or_else(|| sqlx::Error::Decode("a stored id is none".into()))?;
    Ok(SecretId::new(kind, name))
}

const SELECT_DELETED: &str = "SELECT id, kind, name, display_name, deleted_at, deleted_by, usage_count FROM secrets \
    WHERE deleted_at > ";

/// Those deleted after this moment and beyond this one, the latest first.
pub(super) async fn deleted(
    connection: &mut PgConnection,
    over: DateTime<Utc>,
    beyond: Option<(Timestamp, Uuid)>,
    limit: usize,
) -> Result<Vec<DeletedRow>, sqlx::Error> {
    let mut sql = QueryBuilder::<Postgres>::new(SELECT_DELETED);
    sql.push_bind(over);
    if let Some((at, row)) = beyond {
        sql.push(" AND (deleted_at, id) < (").push_bind(instant(at)?).push(", ").push_bind(row).push(")");
    }
    sql.push(format_args!(" ORDER BY deleted_at DESC, id DESC LIMIT {limit}"));
    sql.build_query_as().fetch_all(connection).await
}

/// This one, if it was deleted after this moment.
pub(super) async fn deleted_one(
    connection: &mut PgConnection,
    over: DateTime<Utc>,
    row: Uuid,
) -> Result<Option<DeletedRow>, sqlx::Error> {
    let mut sql = QueryBuilder::<Postgres>::new(SELECT_DELETED);
    sql.push_bind(over).push(" AND id = ").push_bind(row);
    sql.build_query_as().fetch_optional(connection).await
}

/// Tells the planner what is in the tables now, after many rows were added at once.
pub(super) async fn refresh_statistics(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    // Rows wait in a list, which every search has to read through, before they get into the index proper.
    sqlx::query("SELECT gin_clean_pending_list('secrets_by_search')").execute(&mut *connection).await?;
    sqlx::query("VACUUM (ANALYZE) secrets, secret_values, git_keys").execute(connection).await.map(drop)
}

/// Where a stretch of the list begins, and which way it runs.
pub(super) struct Stretch<'a> {
    pub(super) query: &'a ListQuery,
    /// Which secrets are shown of all.
    pub(super) visible: &'a Restriction,
    /// The way the rows are read, which for a page before a row is against the list's.
    pub(super) direction: Direction,
    /// Rows beyond this one.
    pub(super) beyond: Option<(&'a SecretId, &'a CursorValue)>,
    /// So many of them are passed over. The database reads these too.
    pub(super) skip: u32,
    pub(super) limit: u32,
    /// From which the days without use are counted back.
    pub(super) now: Timestamp,
}

/// Rows in the direction of the stretch, each with the total.
pub(super) async fn list(
    connection: &mut PgConnection,
    stretch: &Stretch<'_>,
) -> Result<Vec<ListRow>, sqlx::Error> {
    let Stretch { query, visible, direction, beyond, skip, limit, now } = stretch;
    let words = patterns(&query.search);
    let mut sql = QueryBuilder::<Postgres>::new(
        "SELECT page.*, algorithm, fingerprint FROM (SELECT id, kind, name, display_name, registry_host, \
         updated_at, updated_by, check_status, CASE WHEN check_cause = 'never-tested' AND kind = 'git-dataset' \
         AND check_target IS NULL THEN 'no-repository' ELSE check_cause END AS check_cause, registry_username, used_by, \
         last_read_at, last_used_minute, (",
    );
    if words.is_empty() && query.status.is_none() && query.unused.is_none() && **visible == Restriction::None
    {
        sql.push("SELECT coalesce(sum(count), 0)::bigint FROM secret_counts WHERE ");
        of_kind(&mut sql, query.kind);
    } else {
        sql.push("SELECT count(*) FROM (SELECT FROM secrets WHERE ");
        filter(&mut sql, query, &words, visible, *now)?;
        sql.push(format_args!(" LIMIT {}) AS counted", COUNT_LIMIT + 1));
    }
    sql.push(") AS total FROM secrets WHERE ");
    filter(&mut sql, query, &words, visible, *now)?;

    // Within one kind, the kind is no part of the order: so the index that begins with it serves.
    let columns = match (query.sort, query.kind) {
        (SortColumn::Name, None) => "name, kind",
        (SortColumn::Type, None) => "kind, name",
        (SortColumn::Name | SortColumn::Type, Some(_)) => "name",
        (SortColumn::DisplayName, None) => "display_name, name, kind",
        (SortColumn::DisplayName, Some(_)) => "display_name, name",
        (SortColumn::UsedBy, None) => "used_by, name, kind",
        (SortColumn::UsedBy, Some(_)) => "used_by, name",
        (SortColumn::LastUsed, None) => "last_used_minute, name, kind",
        (SortColumn::LastUsed, Some(_)) => "last_used_minute, name",
        (SortColumn::Updated, None) => "updated_at, name, kind",
        (SortColumn::Updated, Some(_)) => "updated_at, name",
    };
    if let Some((id, value)) = beyond {
        let comparison = if *direction == Direction::Ascending { ">" } else { "<" };
        sql.push(format_args!(" AND ({columns}) {comparison} ("));
        let mut values = sql.separated(", ");
        for column in columns.split(", ") {
            match (column, value) {
                ("name", _) => values.push_bind(id.name.as_str()),
                ("kind", _) => values.push_bind(id.kind.as_str()),
                (_, CursorValue::DisplayName(text)) => values.push_bind(text.as_str()),
                (_, CursorValue::UsedBy(count)) => {
                    values.push_bind(i32::try_from(*count).unwrap_or(i32::MAX))
                }
                (_, CursorValue::LastUsed(at) | CursorValue::Updated(at)) => values.push_bind(instant(*at)?),
                (_, CursorValue::InId) => {
                    return Err(sqlx::Error::Encode("a cursor of another order".into()));
                }
            };
        }
        sql.push(")");
    }
    let way = if *direction == Direction::Ascending { "" } else { " DESC" };
    let order = columns.split(", ").map(|column| format!("{column}{way}")).collect::<Vec<_>>().join(", ");
    // Written out, since the planner takes a bound limit for a tenth of the table. What is known of keys is looked up for
    // the rows of the page alone.
    sql.push(format_args!(
        " ORDER BY {order} LIMIT {limit} OFFSET {skip}) AS page LEFT JOIN git_keys ON secret_id = page.id AND NOT pending \
         ORDER BY {order}"
    ));
    sql.build_query_as().fetch_all(connection).await
}

fn of_kind(sql: &mut QueryBuilder<Postgres>, kind: Option<SecretKind>) {
    sql.push("true");
    if let Some(kind) = kind {
        // Written out, so that the planner knows how many there are of it: one of two words of ours.
        sql.push(format_args!(" AND kind = '{}'", kind.as_str()));
    }
}

fn filter(
    sql: &mut QueryBuilder<Postgres>,
    query: &ListQuery,
    words: &[String],
    visible: &Restriction,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    of_kind(sql, query.kind);
    sql.push(" AND deleted_at IS NULL");
    if let Some(status) = query.status {
        // Likewise: one of five words of ours.
        sql.push(format_args!(" AND check_status = '{}'", status.as_str()));
    }
    if let Some(unused) = query.unused {
        let since = instant(now)?.checked_sub_days(Days::new(unused.days().into())).unwrap_or_default();
        sql.push(" AND usage_count = 0 AND last_used_minute < ").push_bind(since);
    }
    for word in words {
        sql.push(" AND search LIKE ").push_bind(word.clone());
    }
    match visible {
        Restriction::None => {}
        Restriction::Prefix(prefix) => {
            sql.push(" AND name ^@ ").push_bind(prefix.clone());
        }
        Restriction::Secrets(ids) => {
            let (kinds, names) = kinds_and_names(ids);
            sql.push(" AND (kind, name) IN (SELECT * FROM unnest(").push_bind(kinds);
            sql.push("::text[], ").push_bind(names).push("::text[]))");
        }
    }
    Ok(())
}

/// The ids in the two columns that they are stored in.
pub(crate) fn kinds_and_names(ids: &[SecretId]) -> (Vec<&'static str>, Vec<String>) {
    ids.iter().map(|id| (id.kind.as_str(), id.name.as_str().to_owned())).unzip()
}

/// The words of a search, each as a pattern.
pub(crate) fn patterns(search: &str) -> Vec<String> {
    search.split_whitespace().take(MAX_WORDS).map(pattern).collect()
}

/// A word as a pattern that stands for itself, anywhere.
fn pattern(word: &str) -> String {
    let mut out = String::from("%");
    for c in word.to_lowercase().chars() {
        if matches!(c, '%' | '_' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('%');
    out
}
