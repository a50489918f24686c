//! What every service has: the connections, and whom it tells of refusals.

use super::{Connections, DatabaseConfig};
use crate::{audit::Alarms, error::StartError, keyring::Doubted};
use std::ops::Deref;
use tokio::sync::mpsc;

/// The connections, with the alarms about what is refused. Cheap to clone.
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

    /// Connections of its own to where the pool of a test leads; they end with that pool.
    #[cfg(test)]
    pub(crate) fn over(pool: sqlx::PgPool) -> Self {
        let (connections, doubted) = Connections::over(pool);
        Self::with(connections, doubted)
    }

    /// Refusals that are waiting to be recorded with their number, and rows that nobody of the portal wrote.
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
