//! A unit of work: a transaction, together with the keys that vouch for what is written in it.

use crate::{
    db::Transaction,
    error::NoKey,
    keyring::{Keyring, Witness, mac::Message, repository::active_id},
    metrics::instruments::Metrics,
};
use sqlx::PgConnection;
use std::{
    ops::{Deref, DerefMut},
    sync::Arc,
};

/// A transaction: `commit` keeps its changes, dropping it rolls them back. Functions that only query take a connection; those
/// that write rows with a MAC, and every audit record has one, take the whole.
#[derive(Debug)]
pub(crate) struct Work {
    transaction: Transaction,
    witness: Witness,
    /// The key that vouches for rows, once it was asked for. It stays the active one until the end of the transaction.
    active: Option<String>,
    metrics: Option<Metrics>,
}

impl Work {
    pub(crate) fn new(transaction: Transaction, witness: Witness, metrics: Option<Metrics>) -> Self {
        Self { transaction, witness, active: None, metrics }
    }

    /// Returns what is counted and measured, if anybody wants to know.
    pub(crate) fn metrics(&self) -> Option<&Metrics> {
        self.metrics.as_ref()
    }

    /// Returns the keys at hand, if they are the right ones.
    pub(crate) fn keyring(&self) -> Option<&Arc<Keyring>> {
        self.witness.keyring()
    }

    /// Returns the code that vouches for this row from now on.
    ///
    /// Errors: no key is at hand, or the active one is not.
    pub(crate) async fn sign(&mut self, message: &Message) -> Result<Vec<u8>, sqlx::Error> {
        let keyring = Arc::clone(self.keyring().ok_or_else(NoKey::into_database_error)?);
        let active = match self.active.take() {
            Some(active) => active,
            None => active_id(&mut self.transaction).await?,
        };
        let mac = keyring.mac(&active, message).map_err(|error| sqlx::Error::Encode(error.into()));
        self.active = Some(active);
        mac
    }

    /// Returns whether the portal wrote this row. If somebody else did, logs and records that under `what`.
    ///
    /// Errors: no key is at hand.
    pub(crate) fn vouches(
        &self,
        message: &Message,
        mac: Option<&[u8]>,
        what: impl FnOnce() -> String,
    ) -> Result<bool, sqlx::Error> {
        self.witness.vouches(message, mac, what)
    }

    /// Rolls back.
    pub(crate) async fn rollback(self) -> Result<(), sqlx::Error> {
        self.transaction.rollback().await
    }

    /// Rolls back, releases every lock, and begins again.
    pub(crate) async fn start_over(&mut self) -> Result<(), sqlx::Error> {
        self.active = None;
        self.transaction.start_over().await
    }

    /// Commits.
    pub(crate) async fn commit(self) -> Result<(), sqlx::Error> {
        self.transaction.commit().await
    }
}

impl Deref for Work {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.transaction
    }
}

impl DerefMut for Work {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.transaction
    }
}
