//! All SQL about images and datasets, and about who uses a secret.

use crate::{
    context::Ctx,
    db::{instant, timestamp},
    revision::Revision,
    secrets::repository::{kinds_and_names, patterns, stored_id},
};
use chrono::{DateTime, Days, NaiveDate, Utc};
use domain::{
    secret::{SecretId, SecretKind, SecretName, Selection},
    time::Timestamp,
    usage::{
        Branch, Reader, SecretChoice, SecretUsers, SelectedSecret, Usage, UsageContent, UsageKind,
        UsageQuery, UsedSecret,
    },
};
use sqlx::{FromRow, PgConnection, Postgres, QueryBuilder};
use uuid::Uuid;

/// An image or a dataset, with the secret that it uses.
#[derive(Clone, Debug, FromRow)]
pub(super) struct UsageRow {
    pub(super) id: Uuid,
    kind: String,
    name: String,
    pub(super) target: String,
    pub(super) branch: Option<String>,
    pub(super) secret_id: Option<Uuid>,
    pub(super) version: i64,
    pub(super) updated_at: DateTime<Utc>,
    pub(super) updated_by: String,
    secret_kind: Option<String>,
    secret_name: Option<String>,
    registry_host: Option<String>,
    deleted: bool,
}

impl UsageRow {
    pub(super) fn revision(&self) -> Revision {
        Revision { row: self.id, version: self.version }
    }

    /// The secret that it uses.
    pub(super) fn secret(&self) -> Result<Option<SecretId>, sqlx::Error> {
        let (Some(kind), Some(name)) = (&self.secret_kind, &self.secret_name) else { return Ok(None) };
        secret_id(kind, name).map(Some)
    }
}

impl TryFrom<UsageRow> for Usage {
    type Error = sqlx::Error;

    fn try_from(row: UsageRow) -> Result<Self, sqlx::Error> {
        let secret =
            row.secret()?.map(|id| UsedSecret { id, registry_host: row.registry_host, deleted: row.deleted });
        Ok(Self {
            kind: usage_kind(&row.kind)?,
            name: name(&row.name)?,
            target: row.target,
            branch: row.branch,
            secret,
            version: row.version,
            updated_at: timestamp(row.updated_at),
            updated_by: row.updated_by,
        })
    }
}

fn unknown(what: &str) -> sqlx::Error {
    sqlx::Error::Decode(format!("a stored {what} is none").into())
}

fn usage_kind(text: &str) -> Result<UsageKind, sqlx::Error> {
    UsageKind::parse(text).ok_or_else(|| unknown("kind"))
}

fn name(text: &str) -> Result<SecretName, sqlx::Error> {
    SecretName::parse(text).map_err(|_| unknown("name"))
}

fn secret_id(kind: &str, text: &str) -> Result<SecretId, sqlx::Error> {
    let kind = SecretKind::parse(kind).ok_or_else(|| unknown("kind"))?;
    Ok(SecretId::new(kind, name(text)?))
}

const SELECT: &str = "SELECT usages.id, usages.kind, usages.name, target, branch, secret_id, usages.version, \
    usages.updated_at, usages.updated_by, secrets.kind AS secret_kind, secrets.name AS secret_name, registry_host, \
    deleted_at IS NOT NULL AS deleted FROM usages LEFT JOIN secrets ON secrets.id = secret_id";

/// Those that the query asks for, by name.
pub(super) async fn list(
    connection: &mut PgConnection,
    kind: UsageKind,
    query: &UsageQuery,
    limit: usize,
) -> Result<Vec<UsageRow>, sqlx::Error> {
    let mut sql = QueryBuilder::<Postgres>::new(SELECT);
    sql.push(" WHERE usages.kind = ").push_bind(kind.as_str());
    for word in patterns(&query.search) {
        sql.push(" AND usages.search LIKE ").push_bind(word);
    }
    if let Some(id) = &query.secret {
        sql.push(" AND secret_id = (SELECT id FROM secrets WHERE kind = ").push_bind(id.kind.as_str());
        sql.push(" AND name = ").push_bind(id.name.as_str()).push(" AND deleted_at IS NULL)");
    }
    if let Some(after) = &query.after {
        sql.push(" AND usages.name > ").push_bind(after.as_str());
    }
    sql.push(format_args!(" ORDER BY usages.name LIMIT {limit}"));
    sql.build_query_as().fetch_all(connection).await
}

pub(super) async fn find(
    connection: &mut PgConnection,
    kind: UsageKind,
    name: &SecretName,
) -> Result<Option<UsageRow>, sqlx::Error> {
    one(connection, kind, name, "").await
}

/// Keeps others from changing the row until the end of the transaction. The rows of its secrets are locked before: whoever
/// removes a secret has that row, and then wants those of what used it.
pub(super) async fn lock(
    connection: &mut PgConnection,
    kind: UsageKind,
    name: &SecretName,
) -> Result<Option<UsageRow>, sqlx::Error> {
    one(connection, kind, name, " FOR UPDATE OF usages").await
}

async fn one(
    connection: &mut PgConnection,
    kind: UsageKind,
    name: &SecretName,
    lock: &'static str,
) -> Result<Option<UsageRow>, sqlx::Error> {
    let mut sql = QueryBuilder::<Postgres>::new(SELECT);
    sql.push(" WHERE usages.kind = ").push_bind(kind.as_str());
    sql.push(" AND usages.name = ").push_bind(name.as_str()).push(lock);
    sql.build_query_as().fetch_optional(connection).await
}

/// The row of the secret that is chosen, if there is one; a deleted one is where it was chosen before. It and the row of
/// the one before stay as they are until the end of the transaction; both are locked here, in one order, because both
/// counts change.
pub(super) async fn lock_secret(
    connection: &mut PgConnection,
    chosen: Option<&SecretId>,
    before: Option<Uuid>,
) -> Result<Option<Uuid>, sqlx::Error> {
    #[derive(FromRow)]
    struct Row {
        id: Uuid,
        kind: String,
        name: String,
        deleted: bool,
    }
    let mut rows: Vec<Row> = sqlx::query_as(
        "SELECT id, kind, name, deleted_at IS NOT NULL AS deleted FROM secrets \
         WHERE id = $1 OR (kind = $2 AND name = $3 AND deleted_at IS NULL) ORDER BY id FOR UPDATE",
    )
    .bind(before)
    .bind(chosen.map(|id| id.kind.as_str()))
    .bind(chosen.map(|id| id.name.as_str()))
    .fetch_all(connection)
    .await?;
    let Some(chosen) = chosen else { return Ok(None) };
    rows.retain(|row| row.kind == chosen.kind.as_str() && row.name == chosen.name.as_str());
    Ok(rows.iter().min_by_key(|row| row.deleted).map(|row| row.id))
}

pub(super) async fn insert(
    connection: &mut PgConnection,
    ctx: &Ctx,
    name: &SecretName,
    content: &UsageContent,
    secret: Option<Uuid>,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO usages (id, kind, name, target, branch, secret_id, version, created_at, updated_at, updated_by) \
         VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $7, $8)",
    )
    .bind(crate::random::sortable_id())
    .bind(content.target.kind().as_str())
    .bind(name.as_str())
    .bind(content.target.as_str())
    .bind(content.branch.as_ref().map(Branch::as_str))
    .bind(secret)
    .bind(instant(ctx.now)?)
    .bind(ctx.actor.name())
    .execute(connection)
    .await
    .map(drop)
}

/// Writes the row and answers with its new version.
pub(super) async fn update(
    connection: &mut PgConnection,
    ctx: &Ctx,
    id: Uuid,
    content: &UsageContent,
    secret: Option<Uuid>,
) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar(
        "UPDATE usages SET target = $2, branch = $3, secret_id = $4, version = version + 1, updated_at = $5, \
         updated_by = $6 WHERE id = $1 RETURNING version",
    )
    .bind(id)
    .bind(content.target.as_str())
    .bind(content.branch.as_ref().map(Branch::as_str))
    .bind(secret)
    .bind(instant(ctx.now)?)
    .bind(ctx.actor.name())
    .fetch_one(connection)
    .await
}

/// Takes the row away; answers whether there was one.
pub(super) async fn delete(
    connection: &mut PgConnection,
    kind: UsageKind,
    name: &SecretName,
) -> Result<bool, sqlx::Error> {
    let deleted = sqlx::query("DELETE FROM usages WHERE kind = $1 AND name = $2")
        .bind(kind.as_str())
        .bind(name.as_str())
        .execute(connection);
    Ok(deleted.await?.rows_affected() > 0)
}

/// Which secrets are looked for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Among<'a> {
    /// All.
    All,
    /// Those for one of these registry hosts.
    Registries(&'a [String]),
    /// Those in whose known hosts this text stands.
    KnownHosts(&'a str),
    /// This one.
    One(&'a SecretId),
}

/// A secret that may be chosen, with the hosts that it trusts.
#[derive(Clone, Debug, FromRow)]
pub(super) struct ChoiceRow {
    kind: String,
    name: String,
    display_name: String,
    pub(super) registry_host: Option<String>,
    registry_username: Option<String>,
    pub(super) known_hosts: String,
}

impl ChoiceRow {
    pub(super) fn choice(self, suggested: bool) -> Result<SecretChoice, sqlx::Error> {
        Ok(SecretChoice {
            id: secret_id(&self.kind, &self.name)?,
            display_name: self.display_name,
            account: self.registry_host.zip(self.registry_username),
            suggested,
        })
    }
}

/// Secrets of this kind that match the search, by name.
pub(super) async fn secrets(
    connection: &mut PgConnection,
    kind: SecretKind,
    search: &str,
    among: Among<'_>,
    limit: usize,
) -> Result<Vec<ChoiceRow>, sqlx::Error> {
    // Written out, so that the planner knows how many there are of it: one of two words of ours.
    let mut sql = QueryBuilder::<Postgres>::new(format!(
        "SELECT kind, name, display_name, registry_host, registry_username, known_hosts FROM secrets \
         WHERE deleted_at IS NULL AND kind = '{}'",
        kind.as_str()
    ));
    for word in patterns(search) {
        sql.push(" AND search LIKE ").push_bind(word);
    }
    match among {
        Among::All => &mut sql,
        Among::Registries(hosts) => sql.push(" AND registry_host = ANY (").push_bind(hosts).push(")"),
        Among::KnownHosts(host) => {
            let pattern = patterns(host).into_iter().next().unwrap_or_default();
            sql.push(" AND known_hosts <> '' AND known_hosts LIKE ").push_bind(pattern)
        }
        Among::One(id) => sql.push(" AND name = ").push_bind(id.name.as_str()),
    };
    sql.push(" ORDER BY ");
    if let Among::Registries(hosts) = among {
        // As clients look them up: the account with the longest path first.
        sql.push("array_position(").push_bind(hosts).push(", registry_host), ");
    }
    sql.push(format_args!("name LIMIT {limit}"));
    sql.build_query_as().fetch_all(connection).await
}

/// Secrets with readers, so many beyond this one, kept from being read for the first time by others until the end of the
/// transaction.
pub(super) async fn lock_read(
    connection: &mut PgConnection,
    beyond: Uuid,
    limit: i64,
) -> Result<Vec<Uuid>, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT id FROM secrets WHERE reader_count > 0 AND id > $1 ORDER BY id LIMIT $2 FOR NO KEY UPDATE",
    )
    .bind(beyond)
    .bind(limit)
    .fetch_all(connection)
    .await
}

/// Counts the readers of these secrets anew; answers with how many counts had changed. The secrets are locked by a
/// statement before: what was read while that waited is seen by this one.
pub(super) async fn recount(
    connection: &mut PgConnection,
    secrets: &[Uuid],
    now: Timestamp,
) -> Result<u64, sqlx::Error> {
    let changed = sqlx::query(
        "UPDATE secrets SET reader_count = counted.now FROM (SELECT id, (SELECT count(DISTINCT token_id) \
             FROM secret_reads WHERE secret_id = looked_at.id AND day >= $2) AS now \
             FROM unnest($1::uuid[]) AS looked_at (id)) AS counted \
         WHERE secrets.id = counted.id AND reader_count <> counted.now",
    )
    .bind(secrets)
    .bind(first_day(now)?)
    .execute(connection)
    .await?;
    Ok(changed.rows_affected())
}

/// Forgets reads of days that count no more, at most so many; answers with how many there were.
pub(super) async fn forget_reads(
    connection: &mut PgConnection,
    limit: i64,
    now: Timestamp,
) -> Result<u64, sqlx::Error> {
    let forgotten = sqlx::query(
        "DELETE FROM secret_reads WHERE ctid = ANY (ARRAY(SELECT ctid FROM secret_reads WHERE day < $1 LIMIT $2))",
    )
    .bind(first_day(now)?)
    .bind(limit)
    .execute(connection)
    .await?;
    Ok(forgotten.rows_affected())
}

/// The first day of the reads that count as use.
fn first_day(now: Timestamp) -> Result<NaiveDate, sqlx::Error> {
    let today = instant(now)?.date_naive();
    // Today is one of them.
    Ok(today.checked_sub_days(Days::new(u64::from(SecretUsers::READ_DAYS) - 1)).unwrap_or(today))
}

/// Whether anybody uses any of the secrets with these rows.
pub(crate) async fn any_users(
    connection: &mut PgConnection,
    secrets: &[Uuid],
    now: Timestamp,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT EXISTS (SELECT FROM usages WHERE secret_id = ANY ($1)) \
         OR EXISTS (SELECT FROM secret_reads WHERE secret_id = ANY ($1) AND day >= $2)",
    )
    .bind(secrets)
    .bind(first_day(now)?)
    .fetch_one(connection)
    .await
}

/// Those of these secrets that there are, by id, each with who uses it.
pub(super) async fn selected(
    connection: &mut PgConnection,
    selection: &Selection,
    now: Timestamp,
) -> Result<Vec<SelectedSecret>, sqlx::Error> {
    #[derive(FromRow)]
    struct Row {
        kind: String,
        name: String,
        display_name: String,
        check_target: Option<String>,
        usages: Vec<String>,
        usage_count: i32,
        reader_count: i64,
    }
    let (kinds, names) = kinds_and_names(selection.ids());
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT kind, name, display_name, check_target, usage_count, \
         ARRAY (SELECT name FROM usages WHERE secret_id = secrets.id ORDER BY name LIMIT $4) AS usages, \
         (SELECT count(DISTINCT token_id) FROM secret_reads WHERE secret_id = secrets.id AND day >= $3) AS reader_count \
         FROM secrets WHERE (kind, name) IN (SELECT * FROM unnest($1::text[], $2::text[])) AND deleted_at IS NULL \
         ORDER BY kind, name",
    )
    .bind(kinds)
    .bind(names)
    .bind(first_day(now)?)
    .bind(i64::try_from(SelectedSecret::NAMED).unwrap_or(i64::MAX))
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let usages = row.usages.iter().map(|name| SecretName::parse(name).ok()).collect::<Option<_>>();
            let unknown = || sqlx::Error::Decode("a stored name is none".into());
            Ok(SelectedSecret {
                id: stored_id(&row.kind, &row.name)?,
                display_name: row.display_name,
                target: row.check_target,
                usages: usages.ok_or_else(unknown)?,
                usage_count: row.usage_count.unsigned_abs(),
                reader_count: u32::try_from(row.reader_count).unwrap_or(u32::MAX),
            })
        })
        .collect()
}

/// Who uses this secret; `None` where there is none.
pub(super) async fn users(
    connection: &mut PgConnection,
    id: &SecretId,
    now: Timestamp,
) -> Result<Option<SecretUsers>, sqlx::Error> {
    #[derive(FromRow)]
    struct ReaderRow {
        id: String,
        name: String,
        owner: Option<String>,
        last_read_at: DateTime<Utc>,
        reads: i64,
        revoked: bool,
        readers: i64,
    }
    let found: Option<(Uuid, i32)> = sqlx::query_as(
        "SELECT id, usage_count FROM secrets WHERE kind = $1 AND name = $2 AND deleted_at IS NULL",
    )
    .bind(id.kind.as_str())
    .bind(id.name.as_str())
    .fetch_optional(&mut *connection)
    .await?;
    let Some((secret, usage_count)) = found else { return Ok(None) };
    let most = i64::try_from(SecretUsers::NAMED).unwrap_or(i64::MAX);
    let usages: Vec<(String, String)> =
        sqlx::query_as("SELECT kind, name FROM usages WHERE secret_id = $1 ORDER BY kind, name LIMIT $2")
            .bind(secret)
            .bind(most)
            .fetch_all(&mut *connection)
            .await?;
    let readers: Vec<ReaderRow> = sqlx::query_as(
        "SELECT api_tokens.id, api_tokens.name, users.name AS owner, max(last_read_at) AS last_read_at, sum(reads)::bigint AS reads, \
         revoked_at IS NOT NULL AS revoked, count(*) OVER () AS readers \
         FROM secret_reads JOIN api_tokens ON api_tokens.id = token_id LEFT JOIN users ON users.id = user_id \
         WHERE secret_id = $1 AND day >= $2 GROUP BY api_tokens.id, users.name ORDER BY max(last_read_at) DESC, api_tokens.id LIMIT $3",
    )
    .bind(secret)
    .bind(first_day(now)?)
    .bind(most)
    .fetch_all(connection)
    .await?;
    let count = |count: i64| u32::try_from(count).unwrap_or_default();
    let usage = |(kind, text): (String, String)| Ok::<_, sqlx::Error>((usage_kind(&kind)?, name(&text)?));
    Ok(Some(SecretUsers {
        usages: usages.into_iter().map(usage).collect::<Result<_, _>>()?,
        usage_count: count(usage_count.into()),
        reader_count: count(readers.first().map_or(0, |reader| reader.readers)),
        readers: readers
            .into_iter()
            .map(|row| Reader {
                id: row.id,
                name: row.name,
                owner: row.owner,
                last_read_at: timestamp(row.last_read_at),
                reads: u64::try_from(row.reads).unwrap_or_default(),
                revoked: row.revoked,
            })
            .collect(),
        now,
    }))
}
