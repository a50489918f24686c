//! Connections, transactions and migrations.

mod address;
mod connections;
mod facts;
mod handle;
mod libpq;
mod limits;
mod load;
mod observer;
mod pool;
mod repository;
mod schema;
mod servers;
mod time;
mod transaction;

pub use address::DatabaseConfig;
pub(crate) use connections::Connections;
pub(crate) use facts::{DatabaseFacts, facts, facts_at};
pub use facts::{MigrationFact, MigrationState};
pub(crate) use handle::Db;
pub(crate) use limits::in_time;
pub use load::PoolState;
pub use observer::Observed;
pub(crate) use repository::schema_version;
pub(crate) use schema::{connect_once, endpoints};
pub use schema::{has_key, migrate, newest as newest_schema, pending_migrations, quoted as quoted_name};
pub(crate) use time::{instant, timestamp};
pub(crate) use transaction::Transaction;

#[cfg(test)]
mod tests;
