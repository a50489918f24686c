//! All SQL of backups.

use super::{
    BackupProblem, BackupRun, LastBackups,
    facts::{SCRATCH, ServerFacts, SnapshotKey},
};
use crate::{
    db::{instant, timestamp},
    keyring::{Location, SealedValue, repository::StoredValue},
};
use chrono::{DateTime, Utc};
use sqlx::{AssertSqlSafe, Connection, PgConnection, QueryBuilder};

/// The number of runs that are kept.
const KEPT: i64 = 100;

/// The lock of whoever backs up or restores; the number is arbitrary.
const TURN: i64 = 0x6c61_7463_6862_6163;

#[expect(clippy::disallowed_methods, reason = "several settings in one round trip")]
pub(super) async fn lift_limits(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(
        "SET statement_timeout = 0; SET lock_timeout = '1min'; SET idle_in_transaction_session_timeout = 0; \
         SET idle_session_timeout = 0",
    )
    .execute(connection)
    .await
    .map(drop)
}

pub(super) async fn take_turn(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!("SELECT pg_try_advisory_lock($1) AS \"taken!\"", TURN).fetch_one(connection).await
}

pub(super) async fn server(connection: &mut PgConnection) -> Result<ServerFacts, sqlx::Error> {
    let row = sqlx::query!(
        "SELECT current_setting('server_version_num')::int AS \"number!\", \
         split_part(current_setting('server_version'), ' ', 1) AS \"version!\", \
         datname::text AS \"database!\", current_user::text AS \"role!\", \
         EXISTS (SELECT FROM pg_roles WHERE rolname = current_user AND (rolcreatedb OR rolsuper)) AS \"may_create!\", \
         pg_has_role(datdba, 'USAGE') AS \"is_owner!\" \
         FROM pg_database WHERE datname = current_database()"
    )
    .fetch_one(&mut *connection)
    .await?;
    Ok(ServerFacts {
        number: row.number.unsigned_abs(),
        version: row.version,
        database: row.database,
        role: row.role,
        may_create_databases: row.may_create,
        is_owner: row.is_owner,
        tables: tables(connection).await?.into_iter().map(|(name, _)| name).collect(),
    })
}

/// Returns the other sessions on the database. Sessions of other roles show only that they are there.
pub(super) async fn others(connection: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT concat(coalesce(nullif(application_name, ''), 'a session'), ' of the role ', usename, \
         ' from ' || host(client_addr)) AS \"session!\" \
         FROM pg_stat_activity WHERE datname = current_database() AND usename IS NOT NULL AND pid <> pg_backend_pid() \
         ORDER BY 1 LIMIT 20"
    )
    .fetch_all(connection)
    .await
}

#[expect(clippy::disallowed_methods, reason = "a transaction of another kind")]
pub(super) async fn open_snapshot(connection: &mut PgConnection) -> Result<String, sqlx::Error> {
    sqlx::raw_sql("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").execute(&mut *connection).await?;
    sqlx::query_scalar!("SELECT pg_export_snapshot() AS \"name!\"").fetch_one(connection).await
}

#[expect(clippy::disallowed_methods, reason = "the transaction may have failed")]
pub(super) async fn end_snapshot(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::raw_sql("ROLLBACK").execute(connection).await.map(drop)
}

/// Returns the tables of the current schema, each with its name in SQL. Those of extensions are not among them.
async fn tables(connection: &mut PgConnection) -> Result<Vec<(String, String)>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT relname::text AS \"name!\", format('%I.%I', current_schema(), relname) AS \"quoted!\" \
         FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace \
         WHERE nspname = current_schema() AND relkind IN ('r', 'p') \
         AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid AND deptype = 'e') \
         ORDER BY relname"
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.name, row.quoted)).collect())
}

pub(super) async fn counts(connection: &mut PgConnection) -> Result<Vec<(String, u64)>, sqlx::Error> {
    let mut counts = Vec::new();
    for (name, quoted) in tables(connection).await? {
        let mut query = QueryBuilder::new("SELECT count(*) FROM ");
        query.push(quoted);
        let count: i64 = query.build_query_scalar().persistent(false).fetch_one(&mut *connection).await?;
        counts.push((name, count.unsigned_abs()));
    }
    Ok(counts)
}

pub(super) async fn keys(connection: &mut PgConnection) -> Result<Vec<SnapshotKey>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT id, active, (SELECT count(*) FROM secret_values WHERE kek_id = keys.id) AS \"values!\" \
         FROM key_encryption_keys AS keys ORDER BY id"
    )
    .fetch_all(connection)
    .await?;
    let key = |id, active, values: i64| SnapshotKey { id, active, values: values.unsigned_abs() };
    Ok(rows.into_iter().map(|row| key(row.id, row.active, row.values)).collect())
}

/// Runs a statement that PostgreSQL itself has written, with names quoted as they need it.
#[expect(clippy::disallowed_methods, reason = "names of databases cannot be parameters")]
async fn run(connection: &mut PgConnection, statement: String) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(connection).await.map(drop)
}

/// Creates an empty database that sorts as the current one does.
pub(super) async fn create_database(connection: &mut PgConnection, name: &str) -> Result<(), sqlx::Error> {
    let statement = sqlx::query_scalar!(
        "SELECT format('CREATE DATABASE %I TEMPLATE template0 ENCODING ''UTF8'' LC_COLLATE %L LC_CTYPE %L', \
         $1::text, datcollate, datctype) AS \"statement!\" FROM pg_database WHERE datname = current_database()",
        name
    )
    .fetch_one(&mut *connection)
    .await?;
    run(connection, statement).await
}

/// The code of PostgreSQL for a database that somebody is connected to (`object_in_use`).
const IN_USE: &str = "55006";

pub(super) async fn drop_database(connection: &mut PgConnection, name: &str) -> Result<(), sqlx::Error> {
    let statement =
        sqlx::query_scalar!("SELECT format('DROP DATABASE IF EXISTS %I', $1::text) AS \"statement!\"", name)
            .fetch_one(&mut *connection)
            .await?;
    // PostgreSQL ends its own workers by itself, and lets an ordinary role force out nobody but sessions of its own.
    match run(connection, statement.clone()).await {
        Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some(IN_USE) => {
            run(connection, format!("{statement} WITH (FORCE)")).await
        }
        dropped => dropped,
    }
}

/// Returns the scratch databases of runs that were interrupted.
pub(super) async fn leftovers(connection: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT datname::text AS \"name!\" FROM pg_database \
         WHERE starts_with(datname::text, $1) AND pg_has_role(datdba, 'USAGE') AND datname <> current_database() \
         AND NOT EXISTS (SELECT FROM pg_stat_activity AS other WHERE other.datname = pg_database.datname)",
        SCRATCH
    )
    .fetch_all(connection)
    .await
}

/// Gives one database the name of another, in one transaction.
pub(super) async fn swap(
    connection: &mut PgConnection,
    database: &str,
    scratch: &str,
    kept: &str,
) -> Result<(), sqlx::Error> {
    let statement = sqlx::query_scalar!(
        "SELECT format('BEGIN; ALTER DATABASE %1$I RENAME TO %3$I; ALTER DATABASE %2$I RENAME TO %1$I; COMMIT', \
         $1::text, $2::text, $3::text) AS \"statement!\"",
        database,
        scratch,
        kept
    )
    .fetch_one(&mut *connection)
    .await?;
    run(connection, statement).await
}

/// Closes a connection.
pub(super) async fn close(connection: PgConnection) {
    // A connection that is broken is closed already.
    let _ = connection.close().await;
}

/// Returns values after that place, in the order of their places.
pub(super) async fn values(
    connection: &mut PgConnection,
    after: Option<Location>,
    limit: i64,
) -> Result<Vec<(Location, SealedValue)>, sqlx::Error> {
    let rows = sqlx::query_as!(
        StoredValue,
        "SELECT secret_id, field, version, algorithm, kek_id, wrapped_key, nonce, ciphertext FROM secret_values \
         WHERE $1::uuid IS NULL OR (secret_id, field, version) > ($1, $2, $3) \
         ORDER BY secret_id, field, version LIMIT $4",
        after.map(|place| place.secret),
        after.map(|place| place.field.as_str()),
        after.map(|place| place.version),
        limit
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(StoredValue::located).collect()
}

/// Stores what became of a backup, and forgets the oldest runs.
pub(super) async fn insert(
    connection: &mut PgConnection,
    id: uuid::Uuid,
    run: &BackupRun,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO backups (id, began_at, ended_at, bytes, verified, problem) VALUES ($1, $2, $3, $4, $5, $6)",
        id,
        instant(run.began_at)?,
        instant(run.ended_at)?,
        run.bytes.map(|bytes| i64::try_from(bytes).unwrap_or(i64::MAX)),
        run.verified,
        run.problem.map(BackupProblem::code)
    )
    .execute(&mut *connection)
    .await?;
    // The last good one stays, however many have failed since.
    sqlx::query!(
        "DELETE FROM backups WHERE id NOT IN (SELECT id FROM backups ORDER BY ended_at DESC, id DESC LIMIT $1) \
         AND id NOT IN (SELECT id FROM backups WHERE problem IS NULL ORDER BY ended_at DESC, id DESC LIMIT 1)",
        KEPT
    )
    .execute(connection)
    .await
    .map(drop)
}

struct RunRow {
    began_at: DateTime<Utc>,
    ended_at: DateTime<Utc>,
    bytes: Option<i64>,
    verified: bool,
    problem: Option<String>,
}

impl From<RunRow> for BackupRun {
    fn from(row: RunRow) -> Self {
        Self {
            began_at: timestamp(row.began_at),
            ended_at: timestamp(row.ended_at),
            bytes: row.bytes.map(i64::unsigned_abs),
            verified: row.verified,
            // A code of a newer version is a failure all the same.
            problem: row.problem.map(|code| BackupProblem::parse(&code).unwrap_or(BackupProblem::Unproven)),
        }
    }
}

/// Returns the last backup, and the last good one.
pub(crate) async fn last(connection: &mut PgConnection) -> Result<LastBackups, sqlx::Error> {
    let mut rows = sqlx::query_as!(
        RunRow,
        "(SELECT began_at AS \"began_at!\", ended_at AS \"ended_at!\", bytes, verified AS \"verified!\", problem \
         FROM backups ORDER BY ended_at DESC, id DESC LIMIT 1) \
         UNION ALL (SELECT began_at, ended_at, bytes, verified, problem \
         FROM backups WHERE problem IS NULL ORDER BY ended_at DESC, id DESC LIMIT 1)"
    )
    .fetch_all(connection)
    .await?
    .into_iter()
    .map(BackupRun::from);
    let Some(last) = rows.next() else { return Ok(LastBackups::default()) };
    Ok(LastBackups { last: Some(last), last_good: rows.next() })
}
