//! The database, and the data folder.

use super::sensitive::sensitive;
use backend::DatabaseConfig;
use clap::{Args, ValueEnum};
use cli::environment::secret_line;
use domain::sensitive::Sensitive;
use std::path::{Path, PathBuf};

/// The pooler between the portal and PostgreSQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Pooler {
    None,
    Transaction,
}

/// The database, and the folder for the portal's own files.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = Self::HEADING)]
pub struct DatabaseSettings {
    /// The PostgreSQL to use, as a `postgres://` address; without it a private one is started in the data folder
    ///
    /// The private one runs from the installed programs, is reachable over a Unix socket in that folder alone, never runs as
    /// root, and is started again when it ends.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, value_parser = sensitive, global = true)]
    pub database_url: Option<Sensitive>,

    /// A file with that address; read again when signing in to the database fails
    #[arg(long, env = "DATABASE_URL_FILE", conflicts_with = "database_url", global = true)]
    pub database_url_file: Option<PathBuf>,

    /// The pooler between the portal and PostgreSQL: `transaction` for a pooler in transaction mode, such as pgbouncer
    #[arg(long, env = "LATCHKEY_DATABASE_POOLER", value_enum, ignore_case = true, default_value_t = Pooler::None, global = true)]
    pub database_pooler: Pooler,

    /// The most connections to PostgreSQL at once
    #[arg(long, env = "LATCHKEY_DATABASE_CONNECTIONS", default_value_t = 16, value_parser = clap::value_parser!(u32).range(2..=1000), global = true)]
    pub database_connections: u32,

    /// The folder for the private PostgreSQL and the key file; `./data` where none is named
    #[arg(long, env = "LATCHKEY_DATA_DIR", global = true)]
    pub data_dir: Option<PathBuf>,
}

impl DatabaseSettings {
    pub(super) const HEADING: &str = "Database";

    /// Returns the address of the database, if one is configured; its file is read anew each time.
    ///
    /// Errors: the file cannot be read, in words.
    pub fn config(&self) -> Result<Option<DatabaseConfig>, String> {
        let pooler = self.database_pooler == Pooler::Transaction;
        let url = match (&self.database_url, &self.database_url_file) {
            (Some(url), _) => url.clone(),
            (None, Some(path)) => secret_line(path, "DATABASE_URL_FILE")?,
            (None, None) if pooler => {
                return Err("LATCHKEY_DATABASE_POOLER is for a database that DATABASE_URL names".to_owned());
            }
            (None, None) => return Ok(None),
        };
        Ok(Some(DatabaseConfig { url, file: self.database_url_file.clone(), pooler }))
    }

    /// Returns whether a database is configured, instead of a private one.
    pub fn is_configured(&self) -> bool {
        self.database_url.is_some() || self.database_url_file.is_some()
    }

    /// Returns the folder for the private PostgreSQL and the key file.
    pub fn data_dir(&self) -> &Path {
        self.data_dir.as_deref().unwrap_or(Path::new("./data"))
    }
}
