//! The state of the database as a whole, for whoever checks whether all is well. Changes nothing.

use super::{
    address::{Address, DatabaseConfig},
    limits::in_time,
    repository::{self, AppliedRow},
    schema::{MIGRATOR, OLDEST, connect_to_any, newest, tables},
    time::timestamp,
};
use crate::error::StartError;
use domain::time::Timestamp;
use sqlx::PgConnection;

domain::coded_enum! {
    /// The state of a migration. The code is printed and sent.
    pub enum MigrationState: code {
        /// The database has it.
        Applied = "applied";
        /// The database lacks it.
        Pending = "pending";
        /// The database has it, and this version does not know it.
        Newer = "newer";
        /// The database has another one under its number.
        Differs = "differs";
    }
}

/// A migration that the database has, or should have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MigrationFact {
    pub version: i64,
    /// The name, as its file has it.
    pub name: String,
    pub state: MigrationState,
}

/// The state of the database.
#[expect(clippy::struct_excessive_bools, reason = "each is one answer of the server")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DatabaseFacts {
    /// The version of the server, as a number and as text.
    pub(crate) version: (i32, String),
    /// The oldest version on which the migrations run.
    pub(crate) oldest: i32,
    pub(crate) encoding: String,
    pub(crate) read_only: bool,
    pub(crate) role: String,
    pub(crate) database: String,
    /// The first schema of the search path that the role may use.
    pub(crate) schema: Option<String>,
    pub(crate) superuser: bool,
    pub(crate) may_create: bool,
    pub(crate) may_create_extensions: bool,
    pub(crate) has_trigrams: bool,
    pub(crate) trigrams_available: bool,
    pub(crate) may_read_migrations: bool,
    /// The migrations, in their order.
    pub(crate) migrations: Vec<MigrationFact>,
    /// The newest migration that this version knows.
    pub(crate) newest: i64,
    /// Our tables in which the role lacks a right.
    pub(crate) barred: Vec<String>,
    /// A table of ours that belongs to a role of which ours is not a member, and that role.
    pub(crate) foreign: Option<(String, String)>,
    /// The most connections that the role gets.
    pub(crate) limit: u32,
    pub(crate) now: Timestamp,
    pub(crate) over_network: bool,
    pub(crate) tls: Option<String>,
}

/// Returns the state of the database at this address, and a connection to it, within a transaction.
///
/// Errors: no usable address, no database, or one that rejects the role.
pub(crate) async fn facts_at(config: &DatabaseConfig) -> Result<(PgConnection, DatabaseFacts), StartError> {
    let address = Address::parse(&config.url)?;
    let mut reached = connect_to_any(&address, config.pooler).await?;
    let looked = in_time(async {
        repository::begin(&mut reached.connection, config.pooler).await?;
        facts(&mut reached.connection).await
    });
    let facts = looked.await.unwrap_or(Err(sqlx::Error::PoolTimedOut))?;
    Ok((reached.connection, facts))
}

/// Returns the state of the database.
pub(crate) async fn facts(connection: &mut PgConnection) -> Result<DatabaseFacts, sqlx::Error> {
    let version = repository::version(connection).await?;
    let server = repository::server(connection).await?;
    let limits = repository::limits(connection).await?;
    let applied = if server.migrated && server.may_read_migrations {
        repository::applied(connection).await?
    } else {
        Vec::new()
    };
    let tables = tables();
    let tables: Vec<&str> = tables.iter().map(String::as_str).collect();
    let barred = repository::barred_tables(connection, &tables).await?;
    let foreign = repository::foreign_tables(connection, &tables).await?.into_iter().next();
    let most = limits.most.saturating_sub(if limits.superuser { 0 } else { limits.reserved });
    let limit = [most, limits.role_limit, limits.database_limit]
        .into_iter()
        .filter_map(|limit| u32::try_from(limit).ok())
        .min()
        .unwrap_or_default();
    Ok(DatabaseFacts {
        version,
        oldest: OLDEST,
        encoding: server.encoding,
        read_only: server.read_only,
        role: server.role,
        database: server.database,
        schema: server.schema,
        superuser: limits.superuser,
        may_create: server.may_create,
        may_create_extensions: server.may_create_extensions,
        has_trigrams: server.has_trigrams,
        trigrams_available: server.trigrams_available,
        may_read_migrations: server.may_read_migrations,
        migrations: migrations(&applied),
        newest: newest(),
        barred,
        foreign,
        limit,
        now: timestamp(limits.now),
        over_network: limits.over_network,
        tls: limits.tls,
    })
}

/// Returns every migration that the database has or should have, in their order.
fn migrations(applied: &[AppliedRow]) -> Vec<MigrationFact> {
    let known = MIGRATOR.iter().map(|migration| {
        let row = applied.iter().find(|row| row.version == migration.version);
        let state = match row {
            None => MigrationState::Pending,
            Some(row) if *row.checksum == *migration.checksum => MigrationState::Applied,
            Some(_) => MigrationState::Differs,
        };
        MigrationFact { version: migration.version, name: migration.description.to_string(), state }
    });
    let is_known = |row: &&AppliedRow| MIGRATOR.iter().any(|known| known.version == row.version);
    let newer = applied.iter().filter(|row| !is_known(row)).map(|row| MigrationFact {
        version: row.version,
        name: row.description.clone(),
        state: MigrationState::Newer,
    });
    let mut all: Vec<MigrationFact> = known.chain(newer).collect();
    all.sort_by_key(|migration| migration.version);
    all
}
