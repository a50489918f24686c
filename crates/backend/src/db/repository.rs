//! All SQL about connections, transactions and the schema as a whole.

use chrono::{DateTime, Utc};
use sqlx::{Connection, PgConnection, Postgres, Row, Transaction};

/// The settings of each transaction behind a pooler, without prepared statements that others left behind.
const BEGIN_POOLED: &str = "BEGIN ISOLATION LEVEL READ COMMITTED; \
    SET LOCAL client_min_messages = warning; SET LOCAL statement_timeout = '10s'; SET LOCAL lock_timeout = '5s'; \
    SET LOCAL jit = off; DEALLOCATE ALL; SELECT current_setting('transaction_read_only')";

const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED; SELECT current_setting('transaction_read_only')";

/// Begins a transaction, in one round trip; returns whether it is read-only.
pub(super) async fn begin(connection: &mut PgConnection, pooler: bool) -> Result<bool, sqlx::Error> {
    read_only(connection, if pooler { BEGIN_POOLED } else { BEGIN }).await
}

/// Ends a transaction that is still open, or only checks the server; returns whether the server is read-only.
pub(super) async fn recover(connection: &mut PgConnection, open: bool) -> Result<bool, sqlx::Error> {
    let look = "SELECT current_setting('transaction_read_only')";
    let end = "ROLLBACK; SELECT current_setting('transaction_read_only')";
    read_only(connection, if open { end } else { look }).await
}

#[expect(clippy::disallowed_methods, reason = "both ends of a transaction in one round trip")]
async fn read_only(connection: &mut PgConnection, statements: &'static str) -> Result<bool, sqlx::Error> {
    let row = sqlx::raw_sql(statements).fetch_one(connection).await?;
    Ok(row.try_get::<String, _>(0)? == "on")
}

/// Commits the transaction. The SELECT fails after a failed statement: PostgreSQL answers a COMMIT of such a transaction by
/// rolling back, without an error.
#[expect(clippy::disallowed_methods, reason = "both statements in one round trip")]
pub(super) async fn commit(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::raw_sql("SELECT; COMMIT").execute(connection).await.map(drop)
}

#[expect(clippy::disallowed_methods, reason = "the connection may be in no state to prepare a statement")]
pub(super) async fn rollback(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::raw_sql("ROLLBACK").execute(connection).await.map(drop)
}

/// Returns the time of the database's clock.
pub(super) async fn now(connection: &mut PgConnection) -> Result<DateTime<Utc>, sqlx::Error> {
    sqlx::query_scalar!("SELECT clock_timestamp() AS \"now!\"").fetch_one(connection).await
}

/// The properties of the server, and the rights of the role there.
#[expect(clippy::struct_excessive_bools, reason = "each is one answer of the server")]
#[derive(Debug)]
pub(super) struct ServerRow {
    pub(super) encoding: String,
    pub(super) read_only: bool,
    pub(super) role: String,
    pub(super) database: String,
    pub(super) schema: Option<String>,
    pub(super) may_create: bool,
    pub(super) may_create_extensions: bool,
    pub(super) has_trigrams: bool,
    pub(super) trigrams_available: bool,
    pub(super) migrated: bool,
    pub(super) may_read_migrations: bool,
}

/// Returns the version of the server, as a number and as text. Queried separately, because an old server may not know the
/// other properties.
pub(super) async fn version(connection: &mut PgConnection) -> Result<(i32, String), sqlx::Error> {
    let version = sqlx::query!(
        "SELECT current_setting('server_version_num')::int AS \"number!\", \
         split_part(current_setting('server_version'), ' ', 1) AS \"words!\""
    )
    .fetch_one(connection)
    .await?;
    Ok((version.number, version.words))
}

pub(super) async fn server(connection: &mut PgConnection) -> Result<ServerRow, sqlx::Error> {
    sqlx::query_as!(
        ServerRow,
        "SELECT current_setting('server_encoding') AS \"encoding!\", \
         current_setting('transaction_read_only') = 'on' AS \"read_only!\", \
         current_user::text AS \"role!\", current_database()::text AS \"database!\", current_schema()::text AS schema, \
         coalesce(has_schema_privilege(current_schema(), 'CREATE'), false) AS \"may_create!\", \
         has_database_privilege(current_database(), 'CREATE') AS \"may_create_extensions!\", \
         EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_trgm') AS \"has_trigrams!\", \
         EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_trgm') AS \"trigrams_available!\", \
         to_regclass('_sqlx_migrations') IS NOT NULL AS \"migrated!\", \
         coalesce(has_table_privilege(to_regclass('_sqlx_migrations'), 'SELECT'), true) AS \"may_read_migrations!\""
    )
    .fetch_one(connection)
    .await
}

/// An applied migration.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct AppliedRow {
    pub(super) version: i64,
    pub(super) description: String,
    pub(super) checksum: Vec<u8>,
}

/// Returns each applied migration.
#[expect(clippy::disallowed_methods, reason = "the table is sqlx's own, and not made by a migration")]
pub(super) async fn applied(connection: &mut PgConnection) -> Result<Vec<AppliedRow>, sqlx::Error> {
    sqlx::query_as(
        "SELECT version, description, checksum FROM _sqlx_migrations WHERE success ORDER BY version",
    )
    .fetch_all(connection)
    .await
}

/// The limits of the server, and the connection to it.
#[derive(Debug)]
pub(super) struct LimitsRow {
    pub(super) most: i32,
    /// The connections that only superusers get.
    pub(super) reserved: i32,
    /// The limits of the role and of the database; below zero without one.
    pub(super) role_limit: i32,
    pub(super) database_limit: i32,
    pub(super) superuser: bool,
    pub(super) now: DateTime<Utc>,
    pub(super) over_network: bool,
    /// The version of TLS, if the connection is encrypted.
    pub(super) tls: Option<String>,
}

pub(super) async fn limits(connection: &mut PgConnection) -> Result<LimitsRow, sqlx::Error> {
    sqlx::query_as!(
        LimitsRow,
        "SELECT current_setting('max_connections')::int AS \"most!\", \
         current_setting('superuser_reserved_connections')::int \
         + coalesce(nullif(current_setting('reserved_connections', true), '')::int, 0) AS \"reserved!\", \
         rolconnlimit AS \"role_limit!\", rolsuper AS \"superuser!\", \
         (SELECT datconnlimit FROM pg_database WHERE datname = current_database()) AS \"database_limit!\", \
         clock_timestamp() AS \"now!\", \
         NOT coalesce(inet_server_addr() <<= '127.0.0.0/8' OR inet_server_addr() = '::1', true) AS \"over_network!\", \
         (SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid() AND ssl) AS tls \
         FROM pg_roles WHERE rolname = current_user"
    )
    .fetch_one(connection)
    .await
}

/// Returns the newest applied migration.
#[expect(clippy::disallowed_methods, reason = "the table is sqlx's own, and not made by a migration")]
pub(crate) async fn schema_version(connection: &mut PgConnection) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar("SELECT coalesce(max(version), 0) FROM _sqlx_migrations WHERE success")
        .fetch_one(connection)
        .await
}

/// Returns those of our tables that belong to a role of which the current one is not a member, with their owners.
pub(super) async fn foreign_tables(
    connection: &mut PgConnection,
    tables: &[&str],
) -> Result<Vec<(String, String)>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT relname::text AS \"name!\", pg_get_userbyid(relowner)::text AS \"owner!\" FROM pg_class \
         WHERE oid IN (SELECT to_regclass(name) FROM unnest($1::text[]) AS name) \
         AND NOT pg_has_role(relowner, 'USAGE') ORDER BY relname",
        tables as _
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.name, row.owner)).collect())
}

/// Returns those of our tables in which the role lacks a right that it needs.
pub(super) async fn barred_tables(
    connection: &mut PgConnection,
    tables: &[&str],
) -> Result<Vec<String>, sqlx::Error> {
    // Audit records are never changed.
    sqlx::query_scalar!(
        "SELECT format('%I.%I', (SELECT nspname FROM pg_namespace WHERE pg_namespace.oid = relnamespace), relname) AS \"name!\" \
         FROM pg_class \
         WHERE oid IN (SELECT to_regclass(name) FROM unnest($1::text[]) AS name) \
         AND NOT (has_table_privilege(oid, 'SELECT') AND has_table_privilege(oid, 'INSERT') \
         AND (relname = 'audit_records' \
         OR has_table_privilege(oid, 'UPDATE') AND (relname = 'audit_head' OR has_table_privilege(oid, 'DELETE')))) \
         ORDER BY relname",
        tables as _
    )
    .fetch_all(connection)
    .await
}

/// The lock of whoever changes the schema, until the end of the transaction; the number is arbitrary.
const SCHEMA_LOCK: i64 = 0x6c61_7463_6864_6462;

/// Begins a transaction for changing the schema; returns false without beginning one if another server has the lock. It has
/// no time limits, because a role's own could cut off the migration of a large table.
#[expect(clippy::disallowed_methods, reason = "several settings in one round trip")]
pub(super) async fn begin_schema(
    connection: &mut PgConnection,
    pooler: bool,
) -> Result<Option<Transaction<'_, Postgres>>, sqlx::Error> {
    let mut work = connection.begin_with("BEGIN ISOLATION LEVEL READ COMMITTED").await?;
    sqlx::raw_sql(
        "SET LOCAL client_min_messages = warning; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0; \
         SET LOCAL idle_in_transaction_session_timeout = 0",
    )
    .execute(&mut *work)
    .await?;
    if pooler {
        sqlx::raw_sql("DEALLOCATE ALL").execute(&mut *work).await?;
    }
    let taken = sqlx::query_scalar!("SELECT pg_try_advisory_xact_lock($1) AS \"taken!\"", SCHEMA_LOCK)
        .fetch_one(&mut *work)
        .await?;
    if taken {
        return Ok(Some(work));
    }
    work.rollback().await?;
    Ok(None)
}

/// Returns whether the database ever knew a key encryption key.
pub(super) async fn has_key(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!("SELECT EXISTS (SELECT FROM key_encryption_keys) AS \"found!\"")
        .fetch_one(connection)
        .await
}
