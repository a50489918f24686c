//! The schema: migrated by one server at a time, after checking what the database is and what the role may do.

use super::{
    address::{Address, DatabaseConfig},
    limits::in_time,
    repository::{self, AppliedRow},
    servers::{Reached, reach},
};
use crate::error::{self, StartError};
use domain::sensitive::Sensitive;
use sqlx::{PgConnection, migrate::Migrator};
use std::{sync::LazyLock, time::Duration};
use tokio::time::{Instant, sleep};

/// Without sqlx's own lock, because it belongs to a session: behind a pooler it would stay on a connection that nobody
/// has.
pub(super) static MIGRATOR: LazyLock<Migrator> = LazyLock::new(|| {
    let mut migrator = sqlx::migrate!();
    migrator.set_locking(false);
    migrator
});

/// The oldest version of PostgreSQL on which the migrations run.
pub(super) const OLDEST: i32 = 140_000;

/// The longest time that one server may take to accept a connection at the start, when others may be busy starting as
/// well.
const CONNECT: Duration = Duration::from_secs(5);

/// The pause before looking again whether another server has migrated the database.
const PAUSE: Duration = Duration::from_millis(300);

/// The interval at which the wait is logged.
const SAID: Duration = Duration::from_secs(30);

/// Whether the schema is the one that this version needs.
enum State {
    UpToDate,
    Pending,
}

/// Migrates the database in one transaction: as a whole or not at all. If nothing is pending, nothing is changed and no
/// right to change is needed. Servers that start at once wait for each other.
///
/// Errors: no usable address, no database, an unsuitable one, or a failed migration.
pub async fn migrate(config: &DatabaseConfig) -> Result<(), StartError> {
    let address = Address::parse(&config.url)?;
    if !address.ignored.is_empty() {
        tracing::warn!(
            parameters = address.ignored.join(", "),
            "parameters of DATABASE_URL that have no meaning here"
        );
    }
    let mut said: Option<Instant> = None;
    loop {
        let mut connection = connect(&address, config.pooler).await?;
        let looked = in_time(look(&mut connection, config.pooler)).await;
        if let State::UpToDate = looked.unwrap_or(Err(sqlx::Error::PoolTimedOut.into()))? {
            return Ok(());
        }
        if let Some(mut work) = repository::begin_schema(&mut connection, config.pooler).await? {
            // Another server may have migrated it since.
            MIGRATOR.run_direct(None, &mut *work, false).await?;
            work.commit().await?;
            return Ok(());
        }
        if said.is_none_or(|said| said.elapsed() >= SAID) {
            said = Some(Instant::now());
            tracing::info!("another server is bringing the database up to date; waiting until it is done");
        }
        drop(connection);
        sleep(PAUSE).await;
    }
}

/// Returns whether the database ever knew a key encryption key.
///
/// Errors: as [`migrate`].
pub async fn has_key(config: &DatabaseConfig) -> Result<bool, StartError> {
    let mut connection = connect(&Address::parse(&config.url)?, config.pooler).await?;
    let asked = in_time(async {
        repository::begin(&mut connection, config.pooler).await?;
        let found = repository::has_key(&mut connection).await?;
        repository::rollback(&mut connection).await?;
        Ok(found)
    });
    Ok(asked.await.unwrap_or(Err(sqlx::Error::PoolTimedOut))?)
}

/// Returns the number of migrations that are pending, and changes nothing.
///
/// Errors: as [`migrate`]; `Newer`.
pub async fn pending_migrations(config: &DatabaseConfig) -> Result<usize, StartError> {
    let (mut connection, _) = connect_once(config).await?;
    let asked = in_time(async {
        repository::begin(&mut connection, config.pooler).await?;
        let migrated = repository::server(&mut connection).await?.migrated;
        let applied = if migrated { repository::applied(&mut connection).await? } else { Vec::new() };
        repository::rollback(&mut connection).await?;
        Ok(applied)
    });
    let applied = asked.await.unwrap_or(Err(sqlx::Error::PoolTimedOut))?;
    pending(&applied)?;
    Ok(MIGRATOR.iter().count().saturating_sub(applied.len()))
}

/// Connects once, and returns also the environment with which libpq's programs reach the same server.
pub(crate) async fn connect_once(
    config: &DatabaseConfig,
) -> Result<(PgConnection, Vec<(&'static str, Sensitive)>), StartError> {
    let address = Address::parse(&config.url)?;
    let reached = writable(&address, config.pooler).await?;
    Ok((reached.connection, address.libpq(reached.number)?))
}

/// Connects to the first server that takes writes, or to a read-only one.
async fn connect(address: &Address, pooler: bool) -> Result<PgConnection, StartError> {
    Ok(writable(address, pooler).await?.connection)
}

/// Connects to the first server that takes writes, or to a read-only one if that will do.
async fn writable(address: &Address, pooler: bool) -> Result<Reached, StartError> {
    let reached = connect_to_any(address, pooler).await?;
    if reached.read_only && address.writable_only {
        return Err(error::read_only().into());
    }
    Ok(reached)
}

/// Connects to the first server that takes writes, or to a read-only one, whatever the address says.
pub(super) async fn connect_to_any(address: &Address, pooler: bool) -> Result<Reached, StartError> {
    let servers = (0..address.count())
        .map(|number| Ok((number, address.options(number, pooler)?)))
        .collect::<Result<_, StartError>>()?;
    Ok(reach(servers, pooler, address.writable_only, CONNECT, |_| ()).await?)
}

/// Checks what the portal relies on, and says what is missing.
async fn look(connection: &mut PgConnection, pooler: bool) -> Result<State, StartError> {
    repository::begin(connection, pooler).await?;
    let unfit = |text: String| Err(StartError::Unfit(text));
    let (version, name) = repository::version(connection).await?;
    if version < OLDEST {
        return unfit(format!("it is PostgreSQL {name}, and 14 or newer is needed. Nothing was changed"));
    }
    let server = repository::server(connection).await?;
    if server.encoding != "UTF8" {
        return unfit(format!(
            "its encoding is {}, in which not every name can be stored. Make one with: CREATE DATABASE latchkey ENCODING \
             'UTF8' TEMPLATE template0",
            server.encoding
        ));
    }
    let (role, database) = (quoted(&server.role), quoted(&server.database));
    let Some(schema) = server.schema.as_deref().map(quoted) else {
        return unfit(format!(
            "the role {role} may use no schema of its search_path. Run: GRANT USAGE, CREATE ON SCHEMA public TO {role}"
        ));
    };
    if !server.may_read_migrations {
        return unfit(format!(
            "the role {role} may not read the tables. Run: GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA \
             {schema} TO {role}"
        ));
    }
    let applied = if server.migrated { repository::applied(connection).await? } else { Vec::new() };
    let pending = pending(&applied)?;
    let tables = tables();
    let tables: Vec<&str> = tables.iter().map(String::as_str).collect();
    if !pending {
        let barred = repository::barred_tables(connection, &tables).await?;
        if !barred.is_empty() {
            return unfit(format!(
                "the role {role} has no rights on {}. Run, as their owner: GRANT SELECT, INSERT, UPDATE, DELETE ON {} TO \
                 {role}",
                barred.join(", "),
                barred.join(", ")
            ));
        }
        repository::rollback(connection).await?;
        return Ok(State::UpToDate);
    }
    if server.read_only {
        return Err(StartError::Database(error::read_only()));
    }
    if !server.may_create {
        return unfit(format!(
            "it has to be brought up to date, and the role {role} may create nothing in the schema {schema}. Run `latchkey \
             migrate` as a role that may, or: GRANT CREATE ON SCHEMA {schema} TO {role}"
        ));
    }
    if !server.has_trigrams && !server.trigrams_available {
        return unfit(
            "the extension pg_trgm, with which lists are searched, is not installed on its server (Debian: apt-get install \
             postgresql-contrib)"
                .to_owned(),
        );
    }
    if !server.has_trigrams && !server.may_create_extensions {
        return unfit(format!(
            "the extension pg_trgm is not in it, and the role {role} may not create it. Run as an administrator in the \
             database {database}: CREATE EXTENSION pg_trgm, or: GRANT CREATE ON DATABASE {database} TO {role}"
        ));
    }
    if let Some((table, owner)) = repository::foreign_tables(connection, &tables).await?.into_iter().next() {
        return unfit(format!(
            "it has to be brought up to date, and the table {table} belongs to the role {owner}. Run `latchkey migrate` as \
             that role, or: GRANT {} TO {role}",
            quoted(&owner)
        ));
    }
    repository::rollback(connection).await?;
    Ok(State::Pending)
}

/// Returns whether a migration is pending.
///
/// Errors: `Newer`, and migrations that differ from those that were applied.
fn pending(applied: &[AppliedRow]) -> Result<bool, StartError> {
    for AppliedRow { version, checksum, .. } in applied {
        let known = MIGRATOR.iter().find(|migration| migration.version == *version);
        let known = known.ok_or(StartError::Newer { found: *version, known: newest() })?;
        if *known.checksum != **checksum {
            return Err(StartError::Migration(sqlx::migrate::MigrateError::VersionMismatch(*version)));
        }
    }
    Ok(MIGRATOR.iter().any(|migration| !applied.iter().any(|row| row.version == migration.version)))
}

/// Returns the newest schema that this version knows.
pub fn newest() -> i64 {
    MIGRATOR.iter().map(|migration| migration.version).max().unwrap_or_default()
}

/// Returns the tables that the migrations create.
pub(super) fn tables() -> Vec<String> {
    let made = |sql: &str| {
        sql.split("CREATE TABLE ")
            .skip(1)
            .filter_map(|rest| rest.split_whitespace().next().map(str::to_owned))
            .collect::<Vec<_>>()
    };
    MIGRATOR.iter().flat_map(|migration| made(migration.sql.as_str())).collect()
}

/// Returns a name as SQL has it, whatever characters it contains.
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Returns the endpoints of the database at this address that are reached over a network.
pub(crate) fn endpoints(url: &Sensitive) -> Result<Vec<(String, u16)>, StartError> {
    Ok(Address::parse(url)?.endpoints())
}
