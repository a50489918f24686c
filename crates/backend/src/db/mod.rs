//! Connections, transactions and migrations.

mod address;
mod connections;
mod handle;
mod libpq;
mod limits;
mod pool;
mod repository;
mod schema;
mod servers;
mod time;
mod transaction;

pub use address::DatabaseConfig;
pub(crate) use connections::Connections;
pub(crate) use handle::Db;
pub(crate) use limits::in_time;
pub(crate) use repository::schema_version;
pub use schema::{SchemaStatus, has_key, migrate, newest as newest_schema, status as schema_status};
pub(crate) use schema::{connect_once, endpoints};
pub(crate) use time::{instant, timestamp};
pub(crate) use transaction::Transaction;

#[cfg(test)]
mod tests;
