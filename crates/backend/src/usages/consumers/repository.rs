//! All SQL about who uses a secret.

use crate::{
    db::{instant, timestamp},
    secrets::repository::{kinds_and_names, stored_id},
    usages::repository::{name, usage_kind},
};
use chrono::{DateTime, Days, NaiveDate, Utc};
use domain::{
    secret::{SecretId, SecretName, Selection},
    time::Timestamp,
    usage::{Reader, SecretUsers, SelectedSecret},
};
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

/// Secrets with readers, so many beyond this one, kept from being read for the first time by others until the end of the
/// transaction.
pub(in crate::usages) async fn lock_read(
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
pub(in crate::usages) async fn recount(
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
pub(in crate::usages) async fn forget_reads(
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
pub(in crate::usages) async fn selected(
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
pub(in crate::usages) async fn users(
    connection: &mut PgConnection,
    id: &SecretId,
    now: Timestamp,
) -> Result<Option<SecretUsers>, sqlx::Error> {
    let found: Option<(Uuid, i32, i32)> = sqlx::query_as(
        "SELECT id, usage_count, reader_count FROM secrets WHERE kind = $1 AND name = $2 AND deleted_at IS NULL",
    )
    .bind(id.kind.as_str())
    .bind(id.name.as_str())
    .fetch_optional(&mut *connection)
    .await?;
    let Some((secret, usage_count, reader_count)) = found else { return Ok(None) };
    // Both counts are kept by triggers, and no reader is ever missing from its count: where it is 0, nobody is looked for.
    let usages = if usage_count == 0 { Vec::new() } else { usages_of(connection, secret).await? };
    let readers = if reader_count == 0 { Vec::new() } else { readers_of(connection, secret, now).await? };
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

/// The first images or datasets of a secret, by name.
async fn usages_of(
    connection: &mut PgConnection,
    secret: Uuid,
) -> Result<Vec<(String, String)>, sqlx::Error> {
    sqlx::query_as("SELECT kind, name FROM usages WHERE secret_id = $1 ORDER BY kind, name LIMIT $2")
        .bind(secret)
        .bind(most())
        .fetch_all(connection)
        .await
}

/// A token that read a value.
#[derive(FromRow)]
struct ReaderRow {
    id: String,
    name: String,
    owner: Option<String>,
    last_read_at: DateTime<Utc>,
    reads: i64,
    revoked: bool,
    /// The number of all such tokens, the same in each row.
    readers: i64,
}

/// The tokens that read the value of a secret, the latest first.
async fn readers_of(
    connection: &mut PgConnection,
    secret: Uuid,
    now: Timestamp,
) -> Result<Vec<ReaderRow>, sqlx::Error> {
    sqlx::query_as(
        "SELECT api_tokens.id, api_tokens.name, users.name AS owner, max(last_read_at) AS last_read_at, sum(reads)::bigint AS reads, \
         revoked_at IS NOT NULL AS revoked, count(*) OVER () AS readers \
         FROM secret_reads JOIN api_tokens ON api_tokens.id = token_id LEFT JOIN users ON users.id = user_id \
         WHERE secret_id = $1 AND day >= $2 GROUP BY api_tokens.id, users.name ORDER BY max(last_read_at) DESC, api_tokens.id LIMIT $3",
    )
    .bind(secret)
    .bind(first_day(now)?)
    .bind(most())
    .fetch_all(connection)
    .await
}

fn most() -> i64 {
    i64::try_from(SecretUsers::NAMED).unwrap_or(i64::MAX)
}
