//! Opens the database and the portal over it, for the server and for the commands.

use crate::{
    clock,
    config::Settings,
    forwarded::Origin,
    key_file::{self, KeyFileError},
};
use backend::{
    Backend, BackendConfig, DatabaseConfig, KeepDeleted, KeepVersions, Kek, NoticeConfig, Retention,
};
use cli::environment;
use domain::sensitive::Sensitive;
use private_postgres::{PrivatePostgres, Stop};
use std::error::Error;

/// The variable that the container image sets, because it contains no PostgreSQL.
pub(crate) const IN_IMAGE: &str = "LATCHKEY_IMAGE";

/// The message for a container without a database.
const NO_DATABASE: &str = "no database is configured, and this image contains no PostgreSQL to start a private one. Set \
     DATABASE_URL, or DATABASE_URL_FILE, to the address of a PostgreSQL 14 or newer, such as \
     postgres://latchkey:password@db.example/latchkey?sslmode=verify-full. docs/install-containers.md has a compose file \
     with one";

/// The outcome of a command; an error is in words for a person.
pub type Outcome = Result<(), Box<dyn std::error::Error + Send + Sync>>;

/// Returns the configuration of the backend.
///
/// Errors: settings that contradict each other, in words.
pub(crate) fn config(
    settings: &Settings,
    database: DatabaseConfig,
    keys: Vec<Kek>,
) -> Result<BackendConfig, Box<dyn Error + Send + Sync>> {
    Ok(BackendConfig {
        database,
        keys,
        max_connections: settings.database.database_connections,
        sign_in: settings.sign_in()?,
        connection_tests: settings.connection_tests.config(settings.network.addr.port())?,
        mail: settings.mail.config(settings.network.public_url.as_ref())?,
        notices: NoticeConfig { public_url: settings.network.public_url.as_ref().map(Origin::as_text) },
        retention: Retention {
            deleted: KeepDeleted(settings.keep_deleted),
            versions: KeepVersions {
                count: settings.keep_versions,
                days: Some(settings.keep_version_days).filter(|days| *days > 0),
            },
        },
    })
}

/// Runs a command that opens no value. Commands that change anything still need the key, which signs what
/// they write.
pub(crate) async fn with_backend(settings: &Settings, work: impl AsyncFnOnce(Backend) -> Outcome) -> Outcome {
    with_database(settings, async |url| {
        // A command beside a server creates no key if the server would not.
        let keys = match key_file::find(settings) {
            Err(KeyFileError::Unnamed) => Vec::new(),
            _ => keys(settings, &url).await?,
        };
        let backend = Backend::start(config(settings, url, keys)?, clock::now()).await?;
        let outcome = work(backend.clone()).await;
        backend.close().await;
        outcome
    })
    .await
}

/// Finds or starts the database, does something with its address, and stops what was started.
pub(crate) async fn with_database(
    settings: &Settings,
    work: impl AsyncFnOnce(DatabaseConfig) -> Outcome,
) -> Outcome {
    let (database, private) = find_database(settings, &Stop::default()).await?;
    let outcome = work(database).await;
    end_database(private).await;
    outcome
}

/// Returns whether a private PostgreSQL could be started if no database is configured.
///
/// Errors: none is configured in a container, in words.
pub(crate) fn may_start(settings: &Settings) -> Result<(), String> {
    if !settings.database.is_configured() && environment::variable(IN_IMAGE).is_some() {
        return Err(NO_DATABASE.to_owned());
    }
    Ok(())
}

/// Finds the database, or starts a private one if none is configured, off the threads that answer.
///
/// Errors: also if none is configured in a container, in words.
pub(crate) async fn find_database(
    settings: &Settings,
    stop: &Stop,
) -> Result<(DatabaseConfig, Option<PrivatePostgres>), Box<dyn Error + Send + Sync>> {
    if let Some(database) = settings.database.config()? {
        return Ok((database, None));
    }
    may_start(settings)?;
    let (folder, stop) = (settings.database.data_dir().to_owned(), stop.clone());
    let private = tokio::task::spawn_blocking(move || PrivatePostgres::start(&folder, &stop)).await??;
    Ok((DatabaseConfig::at(Sensitive::new(private.url())), Some(private)))
}

/// Stops the private PostgreSQL, if there is one.
pub(crate) async fn end_database(private: Option<PrivatePostgres>) {
    if let Some(private) = private {
        // Fails only if stopping panicked, which is in the log.
        let _ = tokio::task::spawn_blocking(move || private.stop()).await;
    }
}

/// Returns the key encryption keys at hand. Creates the first if the database has never had one; returns
/// `None` if it has, because another key could open nothing.
pub(crate) async fn keys(
    settings: &Settings,
    database: &DatabaseConfig,
) -> Result<Vec<Kek>, Box<dyn Error + Send + Sync>> {
    if let Some(found) = key_file::find(settings)? {
        return Ok(found);
    }
    backend::migrate(database).await?;
    if backend::has_key(database).await? {
        tracing::error!(
            path = %key_file::path(settings).display(),
            "sealed: the database has a key encryption key already, and its file is not here. None was created, because another \
             key opens nothing. Put the file back, or set LATCHKEY_KEK_FILE or LATCHKEY_KEK"
        );
        return Ok(Vec::new());
    }
    Ok(key_file::make_first(settings)?)
}

/// Tries once to find the keys and to open the portal.
pub(crate) async fn start(
    settings: &Settings,
    config: &mut BackendConfig,
) -> Result<Backend, Box<dyn Error + Send + Sync>> {
    config.keys = keys(settings, &config.database).await?;
    Ok(Backend::start(config.clone(), clock::now()).await?)
}
