//! What can be *done*: services over repositories, the keyring, the migrations.

mod audit;
mod context;
mod db;
mod docker_config;
mod error;
mod health;
mod keyring;
mod secrets;

pub use audit::AuditAction;
pub use context::{Action, Actor, Ctx};
pub use db::migrate;
pub use docker_config::docker_config_json;
pub use error::StartError;
pub use health::Readiness;
pub use keyring::{Kek, KekError};
pub use secrets::SecretService;

use db::Db;
use domain::{sensitive::Sensitive, time::Timestamp};
use keyring::Keyring;
use std::sync::Arc;

/// What the backend is started with.
#[derive(Clone, Debug)]
pub struct BackendConfig {
    /// A `postgres://` address.
    pub database_url: Sensitive,
    /// The active key encryption key.
    pub kek: Kek,
    /// The most connections at once.
    pub max_connections: u32,
}

/// All services over one database. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Backend {
    db: Db,
    /// None while sealed: the key at hand is not the one that the values were sealed with.
    keyring: Option<Arc<Keyring>>,
    secrets: SecretService,
}

impl Backend {
    /// Connects, brings the database up to date, and tries the key. A wrong key gives a sealed backend, which
    /// refuses everything.
    pub async fn start(config: BackendConfig, now: Timestamp) -> Result<Self, StartError> {
        migrate(&config.database_url).await?;
        let db = Db::connect(&config.database_url, config.max_connections).await?;
        Ok(Self::over(db, config.kek, now).await?)
    }

    async fn over(db: Db, kek: Kek, now: Timestamp) -> Result<Self, sqlx::Error> {
        let keyring = Keyring::unlock(&db, kek, now).await?.map(Arc::new);
        if keyring.is_none() {
            tracing::error!(
                "sealed: the key encryption key is not the one that the stored values were sealed with. \
                 Nothing is served or written until the server is started with the right one"
            );
        }
        let secrets = SecretService::new(db.clone(), keyring.clone());
        Ok(Self { db, keyring, secrets })
    }

    /// The secrets.
    pub fn secrets(&self) -> &SecretService {
        &self.secrets
    }

    /// Whether requests can be served now.
    pub async fn ready(&self) -> Readiness {
        if self.keyring.is_none() {
            return Readiness::Sealed;
        }
        health::probe(&self.db).await
    }

    /// Gives the connections back.
    pub async fn close(&self) {
        self.db.close().await;
    }
}
