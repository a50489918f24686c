//! A connection for work on the database as a whole: a consistent snapshot, scratch databases, and one database in the place of
//! another.

use super::{
    facts::{SCRATCH, ServerFacts, Snapshot},
    repository,
};
use crate::{
    db::{DatabaseConfig, connect_once, schema_version},
    error::StartError,
};
use domain::sensitive::Sensitive;
use sqlx::PgConnection;

/// The databases from which another database can be renamed, in order of preference.
const ELSEWHERE: [&str; 2] = ["postgres", "template1"];

/// A connection without time limits.
#[derive(Debug)]
pub struct Maintenance {
    connection: PgConnection,
    environment: Vec<(&'static str, Sensitive)>,
    config: DatabaseConfig,
}

impl Maintenance {
    /// Connects to the database.
    ///
    /// Errors: as the start of the portal; `Unfit` behind a pooler.
    pub async fn connect(config: &DatabaseConfig) -> Result<Self, StartError> {
        if config.pooler {
            return Err(StartError::Unfit(
                "this command works on the database as a whole, which a pooler in transaction mode does not pass on. Name \
                 the server itself in DATABASE_URL for it, and leave LATCHKEY_DATABASE_POOLER out"
                    .to_owned(),
            ));
        }
        let (mut connection, environment) = connect_once(config).await?;
        repository::lift_limits(&mut connection).await?;
        Ok(Self { connection, environment, config: config.clone() })
    }

    /// Takes the place of whoever backs up or restores this database; returns false if somebody has it. It ends with the
    /// connection.
    pub async fn take_turn(&mut self) -> Result<bool, StartError> {
        Ok(repository::take_turn(&mut self.connection).await?)
    }

    /// Returns the environment with which libpq's programs reach this server and this database. It contains the password.
    pub fn environment(&self) -> &[(&'static str, Sensitive)] {
        &self.environment
    }

    /// Returns the properties of the database.
    pub async fn server(&mut self) -> Result<ServerFacts, StartError> {
        Ok(repository::server(&mut self.connection).await?)
    }

    /// Returns the other sessions on the database.
    pub async fn sessions(&mut self) -> Result<Vec<String>, StartError> {
        Ok(repository::others(&mut self.connection).await?)
    }

    /// Returns the other sessions on the database, and the portal's servers that have used it within the last minutes: one that has
    /// nothing to do closes its connections.
    pub async fn others(&mut self) -> Result<Vec<String>, StartError> {
        let mut others = self.sessions().await?;
        others.extend(repository::present(&mut self.connection).await?);
        Ok(others)
    }

    /// Returns the objects of the current schema, and the extensions, each by its kind and its name in SQL.
    pub async fn objects(&mut self) -> Result<Vec<(String, String)>, StartError> {
        Ok(repository::objects(&mut self.connection).await?)
    }

    /// Drops everything that is not among these objects, as what an interrupted restore has left.
    pub async fn drop_all_but(&mut self, before: &[(String, String)]) -> Result<(), StartError> {
        for object in repository::objects(&mut self.connection).await? {
            if !before.contains(&object) {
                repository::drop_object(&mut self.connection, &object).await?;
            }
        }
        Ok(())
    }

    /// Opens a snapshot of a portal's database, and counts what it contains. It stays open until `end`.
    pub async fn snapshot(&mut self) -> Result<Snapshot, StartError> {
        let name = repository::open_snapshot(&mut self.connection).await?;
        let schema = schema_version(&mut self.connection).await?;
        let tables = self.counts().await?;
        let keys = repository::keys(&mut self.connection).await?;
        Ok(Snapshot { name, schema, tables, keys })
    }

    /// Returns the number of rows of each table.
    pub async fn counts(&mut self) -> Result<Vec<(String, u64)>, StartError> {
        Ok(repository::counts(&mut self.connection).await?)
    }

    /// Ends the snapshot.
    pub async fn end(&mut self) -> Result<(), StartError> {
        Ok(repository::end_snapshot(&mut self.connection).await?)
    }

    /// Creates an empty scratch database with the settings of this one, and returns how it is reached. Those that an interrupted run
    /// for this database has left are dropped: its number is in their names, because other portals may use the same role.
    pub async fn create_scratch(&mut self) -> Result<(String, DatabaseConfig), StartError> {
        for name in repository::leftovers(&mut self.connection).await? {
            repository::drop_database(&mut self.connection, &name).await?;
        }
        let id = repository::server(&mut self.connection).await?.id;
        let name = format!("{SCRATCH}{id}_{}", crate::random_id().simple());
        repository::create_database(&mut self.connection, &name).await?;
        // Without its search path, the tables would be looked for in another schema.
        let lacking = repository::copy_settings(&mut self.connection, &name, false).await?;
        if !lacking.is_empty() {
            let settings = lacking.join(", ");
            tracing::warn!(settings, "settings of the database that this role may not give to another one");
        }
        let config = self.config.in_database(&name)?;
        Ok((name, config))
    }

    /// Gives a database the settings, the rights, the limit of connections and the owner that this one has. Returns what this role may
    /// not give: names of settings, and statements.
    pub async fn copy_rights(&mut self, to: &str) -> Result<Vec<String>, StartError> {
        let mut lacking = repository::copy_settings(&mut self.connection, to, true).await?;
        lacking.extend(repository::copy_rights(&mut self.connection, to).await?);
        Ok(lacking)
    }

    /// Returns how to connect to another database of the same server.
    pub fn of_database(&self, name: &str) -> Result<DatabaseConfig, StartError> {
        self.config.in_database(name)
    }

    /// Drops a database, if there is one of this name.
    pub async fn drop_database(&mut self, name: &str) -> Result<(), StartError> {
        Ok(repository::drop_database(&mut self.connection, name).await?)
    }

    /// Puts a scratch database in the place of another in one transaction, and keeps that under the name `kept`. Closes this
    /// connection, because nobody may be connected to either.
    ///
    /// Errors: also if somebody is; then everything is as it was.
    pub async fn replace(self, database: &str, scratch: &str, kept: &str) -> Result<(), StartError> {
        let Self { connection, config, .. } = self;
        repository::close(connection).await;
        let mut failure = None;
        for elsewhere in ELSEWHERE.into_iter().filter(|name| *name != database) {
            match Self::connect(&config.in_database(elsewhere)?).await {
                Ok(mut from) => {
                    let swapped = repository::swap(&mut from.connection, database, scratch, kept).await;
                    repository::close(from.connection).await;
                    return Ok(swapped?);
                }
                Err(error) => failure = Some(error),
            }
        }
        Err(failure.unwrap_or_else(|| StartError::Database(sqlx::Error::PoolClosed)))
    }

    /// Closes the connection.
    pub async fn close(self) {
        repository::close(self.connection).await;
    }
}
