//! The database handle of every service: the connections, and the alarms.

use super::{Connections, DatabaseConfig};
use crate::{audit::Alarms, error::StartError, keyring::Doubted};
use std::ops::Deref;
use tokio::sync::mpsc;

/// The connections, with the alarms about forbidden attempts. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Db {
    connections: Connections,
    alarms: Alarms,
}

impl Db {
    pub(crate) async fn connect(config: DatabaseConfig, max_connections: u32) -> Result<Self, StartError> {
        let (connections, doubted) = Connections::connect(config, max_connections).await?;
        Ok(Self::with(connections, doubted))
    }

    fn with(connections: Connections, doubted: mpsc::UnboundedReceiver<Doubted>) -> Self {
        let alarms = Alarms::default();
        alarms.listen(&connections, doubted);
        Self { connections, alarms }
    }

    /// Returns separate connections to the database of a test's pool; they end with that pool.
    #[cfg(test)]
    pub(crate) fn from_pool(pool: sqlx::PgPool) -> Self {
        let (connections, doubted) = Connections::from_pool(pool);
        Self::with(connections, doubted)
    }

    /// Returns the alarms: attempts that wait to be recorded with their number, and rows that the portal did not write.
    pub(crate) fn alarms(&self) -> &Alarms {
        &self.alarms
    }
}

impl Deref for Db {
    type Target = Connections;

    fn deref(&self) -> &Connections {
        &self.connections
    }
}
