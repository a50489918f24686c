//! All SQL about the consumers of a secret.

use crate::{
    db::{instant, timestamp},
    secrets::repository::{kinds_and_names, stored_id},
    usages::repository::{name, usage_kind},
};
use chrono::{Days, NaiveDate};
use domain::{
    secret::{SecretId, SecretName, Selection},
    time::Timestamp,
    usage::{OutdatedConsumer, SecretConsumers, SelectedSecret, TokenConsumer},
};
use sqlx::PgConnection;
use uuid::Uuid;

/// Locks up to this number of secrets with readers, after this one, so that nobody else reads them for the first time until
/// the end of the transaction.
pub(in crate::usages) async fn lock_read(
    connection: &mut PgConnection,
    after: Uuid,
    limit: i64,
) -> Result<Vec<Uuid>, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT id FROM secrets WHERE reader_count > 0 AND id > $1 ORDER BY id LIMIT $2 FOR NO KEY UPDATE",
        after,
        limit
    )
    .fetch_all(connection)
    .await
}

/// Recounts the readers of these secrets; returns how many counts had changed. An earlier statement locks the secrets: this
/// one sees what was read while that waited.
pub(in crate::usages) async fn recount(
    connection: &mut PgConnection,
    secrets: &[Uuid],
    now: Timestamp,
) -> Result<u64, sqlx::Error> {
    let changed = sqlx::query!(
        "UPDATE secrets SET reader_count = counted.now FROM (SELECT id, (SELECT count(DISTINCT token_id) \
             FROM secret_reads WHERE secret_id = looked_at.id AND day >= $2) AS now \
             FROM unnest($1::uuid[]) AS looked_at (id)) AS counted \
         WHERE secrets.id = counted.id AND reader_count <> counted.now",
        secrets,
        first_day(now)?
    )
    .execute(connection)
    .await?;
    Ok(changed.rows_affected())
}

/// Deletes up to this number of reads of days that no longer count; returns their number. The last of a token and a secret stays,
/// because it names the version that the token's user has.
pub(in crate::usages) async fn forget_reads(
    connection: &mut PgConnection,
    limit: i64,
    now: Timestamp,
) -> Result<u64, sqlx::Error> {
    let forgotten = sqlx::query!(
        "DELETE FROM secret_reads WHERE ctid = ANY \
         (ARRAY(SELECT ctid FROM secret_reads AS old WHERE day < $1 AND EXISTS (SELECT FROM secret_reads AS later \
             WHERE later.secret_id = old.secret_id AND later.token_id = old.token_id AND later.day > old.day) LIMIT $2))",
        first_day(now)?,
        limit
    )
    .execute(connection)
    .await?;
    Ok(forgotten.rows_affected())
}

/// Returns the first day on which reads count as use.
fn first_day(now: Timestamp) -> Result<NaiveDate, sqlx::Error> {
    let today = instant(now)?.date_naive();
    // Today is one of these days.
    Ok(today.checked_sub_days(Days::new(u64::from(SecretConsumers::READ_DAYS) - 1)).unwrap_or(today))
}

/// Returns whether anything uses any of the secrets with these rows.
pub(crate) async fn any_users(
    connection: &mut PgConnection,
    secrets: &[Uuid],
    now: Timestamp,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT EXISTS (SELECT FROM usages WHERE secret_id = ANY ($1)) \
         OR EXISTS (SELECT FROM secret_reads WHERE secret_id = ANY ($1) AND day >= $2) AS \"used!\"",
        secrets,
        first_day(now)?
    )
    .fetch_one(connection)
    .await
}

/// Returns those of these secrets that exist, by id, each with its consumers.
pub(in crate::usages) async fn selected(
    connection: &mut PgConnection,
    selection: &Selection,
    now: Timestamp,
) -> Result<Vec<SelectedSecret>, sqlx::Error> {
    let (kinds, names) = kinds_and_names(selection.ids());
    let rows = sqlx::query!(
        "SELECT kind, name, display_name, check_target, usage_count, \
         ARRAY (SELECT name FROM usages WHERE secret_id = secrets.id ORDER BY name LIMIT $4) AS \"usages!\", \
         (SELECT count(DISTINCT token_id) FROM secret_reads \
         WHERE secret_id = secrets.id AND day >= $3) AS \"reader_count!\" \
         FROM secrets WHERE (kind, name) IN (SELECT * FROM unnest($1::text[], $2::text[])) AND deleted_at IS NULL \
         ORDER BY kind, name",
        &kinds as _,
        &names,
        first_day(now)?,
        i64::try_from(SelectedSecret::NAMED).unwrap_or(i64::MAX)
    )
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

/// Returns the consumers of this secret; `None` if there is no such secret.
pub(in crate::usages) async fn users(
    connection: &mut PgConnection,
    id: &SecretId,
    now: Timestamp,
) -> Result<Option<SecretConsumers>, sqlx::Error> {
    let found = sqlx::query!(
        "SELECT id, value_version, usage_count, reader_count FROM secrets \
         WHERE kind = $1 AND name = $2 AND deleted_at IS NULL",
        id.kind.as_str(),
        id.name.as_str()
    )
    .fetch_optional(&mut *connection)
    .await?;
    let Some(secret) = found else { return Ok(None) };
    let most = i64::try_from(SecretConsumers::NAMED).unwrap_or(i64::MAX);
    // Triggers maintain both counts, which lack nobody: where one is 0, there is nobody to look for.
    let usages = if secret.usage_count == 0 {
        Vec::new()
    } else {
        sqlx::query!(
            "SELECT kind, name FROM usages WHERE secret_id = $1 ORDER BY kind, name LIMIT $2",
            secret.id,
            most
        )
        .fetch_all(&mut *connection)
        .await?
    };
    let readers = if secret.reader_count == 0 {
        Vec::new()
    } else {
        sqlx::query!(
            "SELECT api_tokens.id, api_tokens.name, users.name AS \"owner?\", \
             max(last_read_at) AS \"last_read_at!\", sum(reads)::bigint AS \"reads!\", \
             (array_agg(value_version ORDER BY last_read_at DESC))[1] AS value_version, \
             revoked_at IS NOT NULL AS \"revoked!\", count(*) OVER () AS \"readers!\" FROM secret_reads \
             JOIN api_tokens ON api_tokens.id = token_id LEFT JOIN users ON users.id = user_id \
             WHERE secret_id = $1 AND day >= $2 GROUP BY api_tokens.id, users.name \
             ORDER BY max(last_read_at) DESC, api_tokens.id LIMIT $3",
            secret.id,
            first_day(now)?,
            most
        )
        .fetch_all(&mut *connection)
        .await?
    };
    let (outdated, outdated_count) = match secret.value_version {
        // There is no earlier one.
        ..=1 => (Vec::new(), 0),
        current => outdated(connection, secret.id, current, most).await?,
    };
    let count = |count: i64| u32::try_from(count).unwrap_or_default();
    let usages = usages.iter().map(|row| Ok::<_, sqlx::Error>((usage_kind(&row.kind)?, name(&row.name)?)));
    Ok(Some(SecretConsumers {
        usages: usages.collect::<Result<_, _>>()?,
        usage_count: count(secret.usage_count.into()),
        reader_count: count(readers.first().map_or(0, |reader| reader.readers)),
        readers: readers
            .into_iter()
            .map(|row| TokenConsumer {
                id: row.id,
                name: row.name,
                owner: row.owner,
                last_read_at: timestamp(row.last_read_at),
                reads: u64::try_from(row.reads).unwrap_or_default(),
                revoked: row.revoked,
                version: row.value_version,
            })
            .collect(),
        outdated_count: count(outdated_count),
        outdated,
        now,
    }))
}

/// Returns the tokens that read a version before the current one last, up to this number, and the number of all. After a rollback,
/// whoever has a version with the same value is not among them.
async fn outdated(
    connection: &mut PgConnection,
    secret: Uuid,
    current: i64,
    most: i64,
) -> Result<(Vec<OutdatedConsumer>, i64), sqlx::Error> {
    let rows = sqlx::query!(
        "WITH RECURSIVE values_of (number, origin) AS (SELECT number, number FROM secret_versions \
             WHERE secret_id = $1 AND rolled_back_from IS NULL \
             UNION ALL SELECT later.number, origin FROM secret_versions AS later \
             JOIN values_of ON values_of.number = rolled_back_from WHERE secret_id = $1) \
         SELECT api_tokens.id, api_tokens.name, users.name AS \"owner?\", last.last_read_at AS \"last_read_at!\", \
         last.value_version AS \"version!\", count(*) OVER () AS \"outdated!\" \
         FROM (SELECT DISTINCT ON (token_id) token_id, last_read_at, value_version FROM secret_reads \
             WHERE secret_id = $1 ORDER BY token_id, day DESC) AS last \
         JOIN api_tokens ON api_tokens.id = last.token_id LEFT JOIN users ON users.id = user_id \
         WHERE revoked_at IS NULL AND last.value_version < $2 \
         AND NOT EXISTS (SELECT FROM values_of AS held JOIN values_of AS now USING (origin) \
             WHERE held.number = last.value_version AND now.number = $2) \
         ORDER BY last.last_read_at DESC, api_tokens.id LIMIT $3",
        secret,
        current,
        most
    )
    .fetch_all(connection)
    .await?;
    let all = rows.first().map_or(0, |row| row.outdated);
    let consumers = rows.into_iter().map(|row| OutdatedConsumer {
        id: row.id,
        name: row.name,
        owner: row.owner,
        last_read_at: timestamp(row.last_read_at),
        version: row.version,
    });
    Ok((consumers.collect(), all))
}
