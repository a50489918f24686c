//! A transaction on a lent connection.

use super::{pool::Connection, repository};
use crate::error;
use sqlx::PgConnection;
use std::ops::{Deref, DerefMut};

/// A transaction on a lent connection: `commit` keeps its changes, dropping it rolls them back.
#[derive(Debug)]
pub(crate) struct Transaction(Connection);

impl Transaction {
    /// Returns the transaction that has begun on this connection.
    pub(super) fn begun(connection: Connection) -> Self {
        Self(connection)
    }

    /// Commits.
    pub(crate) async fn commit(mut self) -> Result<(), sqlx::Error> {
        repository::commit(&mut self.0).await?;
        self.0.working = false;
        self.0.give_back();
        Ok(())
    }

    /// Rolls back, and waits until that is done.
    pub(crate) async fn rollback(mut self) -> Result<(), sqlx::Error> {
        repository::rollback(&mut self.0).await?;
        self.0.working = false;
        self.0.give_back();
        Ok(())
    }

    /// Rolls back, and begins again on the same connection.
    pub(crate) async fn start_over(&mut self) -> Result<(), sqlx::Error> {
        repository::rollback(&mut self.0).await?;
        let pooler = self.0.pooler();
        if repository::begin(&mut self.0, pooler).await? { Err(error::read_only()) } else { Ok(()) }
    }
}

impl Deref for Transaction {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.0
    }
}

impl DerefMut for Transaction {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.0
    }
}
