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
         pg_database.oid::int8 AS \"id!\", datname::text AS \"database!\", current_user::text AS \"role!\", \
         EXISTS (SELECT FROM pg_roles WHERE rolname = current_user AND (rolcreatedb OR rolsuper)) AS \"may_create!\", \
         pg_has_role(datdba, 'USAGE') AS \"is_owner!\" \
         FROM pg_database WHERE datname = current_database()"
    )
    .fetch_one(&mut *connection)
    .await?;
    Ok(ServerFacts {
        number: row.number.unsigned_abs(),
        version: row.version,
        id: u32::try_from(row.id).unwrap_or_default(),
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

/// Creates an empty database that sorts as the current one does, by the same provider of locales. Older versions of PostgreSQL lack
/// some of the columns, and have one provider.
pub(super) async fn create_database(connection: &mut PgConnection, name: &str) -> Result<(), sqlx::Error> {
    let statement = sqlx::query_scalar!(
        "SELECT format('CREATE DATABASE %I TEMPLATE template0 ENCODING ''UTF8'' LC_COLLATE %L LC_CTYPE %L', \
         $1::text, datcollate, datctype) || CASE old->>'datlocprovider' \
         WHEN 'i' THEN format(' LOCALE_PROVIDER icu ICU_LOCALE %L', coalesce(old->>'datlocale', old->>'daticulocale')) \
         || CASE WHEN old->>'daticurules' <> '' THEN format(' ICU_RULES %L', old->>'daticurules') ELSE '' END \
         WHEN 'b' THEN format(' LOCALE_PROVIDER builtin BUILTIN_LOCALE %L', old->>'datlocale') \
         ELSE '' END AS \"statement!\" \
         FROM pg_database, to_jsonb(pg_database) AS old WHERE datname = current_database()",
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

/// Returns the scratch databases of runs for this database that were interrupted. Whoever asks has the turn, so none is under way.
pub(super) async fn leftovers(connection: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT scratch.datname::text AS \"name!\" FROM pg_database AS scratch, pg_database AS own \
         WHERE own.datname = current_database() AND scratch.oid <> own.oid \
         AND starts_with(scratch.datname::text, $1 || own.oid || '_') AND pg_has_role(scratch.datdba, 'USAGE') \
         AND NOT EXISTS (SELECT FROM pg_stat_activity AS other WHERE other.datname = scratch.datname)",
        SCRATCH
    )
    .fetch_all(connection)
    .await
}

/// Gives a database the settings that the current one has for everybody, and for this role or for every role. Returns the names of
/// those that the role may not set.
pub(super) async fn copy_settings(
    connection: &mut PgConnection,
    to: &str,
    of_all: bool,
) -> Result<Vec<String>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT split_part(setting, '=', 1) AS \"name!\", \
         substr(setting, strpos(setting, '=') + 1) AS \"value!\", \
         CASE WHEN setrole = 0 THEN format('ALTER DATABASE %I SET %s FROM CURRENT', $1::text, split_part(setting, '=', 1)) \
         ELSE format('ALTER ROLE %I IN DATABASE %I SET %s FROM CURRENT', rolname, $1::text, split_part(setting, '=', 1)) \
         END AS \"statement!\" \
         FROM pg_db_role_setting LEFT JOIN pg_roles ON pg_roles.oid = setrole CROSS JOIN unnest(setconfig) AS setting \
         WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database()) \
         AND (setrole = 0 OR rolname = current_user OR $2) \
         ORDER BY setrole, 1",
        to,
        of_all
    )
    .fetch_all(&mut *connection)
    .await?;
    let mut lacking = Vec::new();
    for row in rows {
        // By way of this session: PostgreSQL reads a value there as it has stored it, lists with their quotation marks.
        let mut work = connection.begin().await?;
        let set = sqlx::query_scalar!("SELECT set_config($1, $2, true) AS \"set!\"", row.name, row.value)
            .fetch_one(&mut *work)
            .await;
        let given = match set {
            Ok(_) => run(&mut work, row.statement).await,
            Err(error) => Err(error),
        };
        match given {
            Ok(()) => work.commit().await?,
            Err(sqlx::Error::Database(_)) => {
                work.rollback().await?;
                lacking.push(row.name);
            }
            Err(error) => return Err(error),
        }
    }
    Ok(lacking)
}

/// Gives a database the rights, the limit of connections and the owner of the current one. Returns the statements that the role
/// may not run.
pub(super) async fn copy_rights(connection: &mut PgConnection, to: &str) -> Result<Vec<String>, sqlx::Error> {
    let statements = sqlx::query_scalar!(
        "SELECT statement AS \"statement!\" FROM pg_database AS old, LATERAL ( \
         SELECT 1 AS place, format('ALTER DATABASE %I CONNECTION LIMIT %s', $1::text, datconnlimit) AS statement \
         WHERE datconnlimit <> -1 \
         UNION ALL SELECT 2, format('REVOKE ALL ON DATABASE %I FROM PUBLIC', $1::text) WHERE datacl IS NOT NULL \
         UNION ALL SELECT 3, format('GRANT %s ON DATABASE %I TO %s%s', privilege_type, $1::text, \
         CASE WHEN grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END, \
         CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END) \
         FROM aclexplode(datacl) WHERE grantee <> datdba \
         UNION ALL SELECT 4, format('ALTER DATABASE %I OWNER TO %I', $1::text, pg_get_userbyid(datdba)) \
         WHERE pg_get_userbyid(datdba) <> current_user) AS statements \
         WHERE datname = current_database() ORDER BY place, statement",
        to
    )
    .fetch_all(&mut *connection)
    .await?;
    let mut lacking = Vec::new();
    for statement in statements {
        match run(connection, statement.clone()).await {
            Ok(()) => {}
            Err(sqlx::Error::Database(_)) => lacking.push(statement),
            Err(error) => return Err(error),
        }
    }
    Ok(lacking)
}

/// Returns the tables, views, sequences, functions and types of the current schema that belong to no extension, and the extensions;
/// each by its kind and its name in SQL.
pub(super) async fn objects(connection: &mut PgConnection) -> Result<Vec<(String, String)>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT described.type AS \"kind!\", described.identity AS \"name!\" FROM ( \
         SELECT 'pg_class'::regclass AS class, oid FROM pg_class \
         WHERE relnamespace = to_regnamespace(quote_ident(current_schema())) AND relkind IN ('r', 'p', 'v', 'm', 'S') \
         UNION ALL SELECT 'pg_proc'::regclass, oid FROM pg_proc WHERE pronamespace = to_regnamespace(quote_ident(current_schema())) \
         UNION ALL SELECT 'pg_type'::regclass, oid FROM pg_type \
         WHERE typnamespace = to_regnamespace(quote_ident(current_schema())) AND typtype IN ('e', 'd', 'r') \
         UNION ALL SELECT 'pg_extension'::regclass, oid FROM pg_extension) AS object, \
         pg_identify_object(object.class, object.oid, 0) AS described \
         WHERE NOT EXISTS (SELECT FROM pg_depend WHERE classid = object.class AND objid = object.oid AND deptype IN ('e', 'i', 'a')) \
         ORDER BY described.type = 'extension', described.identity"
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.kind, row.name)).collect())
}

/// Drops an object, and whatever needs it.
pub(super) async fn drop_object(
    connection: &mut PgConnection,
    (kind, name): &(String, String),
) -> Result<(), sqlx::Error> {
    run(connection, format!("DROP {kind} IF EXISTS {name} CASCADE")).await
}

/// The beginning of the names of the leases that say that a server is there.
const SERVER: &str = "server ";

/// Returns the servers whose lease has not ended; none in a database without that table.
pub(super) async fn present(connection: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    if tables(connection).await?.iter().all(|(name, _)| name != "leases") {
        return Ok(Vec::new());
    }
    sqlx::query_scalar!(
        "SELECT format('a server on %s, which is given up at %s UTC unless it is seen again', \
         split_part(name, ' ', 2), to_char(until AT TIME ZONE 'UTC', 'HH24:MI:SS')) AS \"server!\" \
         FROM leases WHERE starts_with(name, $1) AND until > now() ORDER BY 1 LIMIT 20",
        SERVER
    )
    .fetch_all(connection)
    .await
}

/// Says that the server of this name is there, for this number of seconds; and forgets those that were not seen for a day.
pub(super) async fn be_present(
    connection: &mut PgConnection,
    name: &str,
    holder: uuid::Uuid,
    seconds: f64,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO leases (name, holder, until) VALUES ($1 || $2, $3, now() + make_interval(secs => $4)) \
         ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until",
        SERVER,
        name,
        holder,
        seconds
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "DELETE FROM leases WHERE starts_with(name, $1) AND until < now() - interval '1 day'",
        SERVER
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Says that a server is gone, or that all are, as in a database that was restored.
pub(super) async fn be_gone(
    connection: &mut PgConnection,
    holder: Option<uuid::Uuid>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "DELETE FROM leases WHERE starts_with(name, $1) AND ($2::uuid IS NULL OR holder = $2)",
        SERVER,
        holder
    )
    .execute(connection)
    .await
    .map(drop)
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
