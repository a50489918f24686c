//! A unit of work: a transaction, together with the keys that vouch for what is written in it.

use crate::keyring::Keyring;
use sqlx::{PgConnection, Postgres, Transaction};
use std::{
    ops::{Deref, DerefMut},
    sync::Arc,
};

/// A transaction: `commit` keeps it, dropping it does not. Goes where a connection goes; what carries a MAC, and every
/// audit record does, asks for the whole.
#[derive(Debug)]
pub(crate) struct Work {
    transaction: Transaction<'static, Postgres>,
    /// `None` while sealed, and for commands that were given no key.
    keyring: Option<Arc<Keyring>>,
}

impl Work {
    pub(crate) fn new(transaction: Transaction<'static, Postgres>, keyring: Option<Arc<Keyring>>) -> Self {
        Self { transaction, keyring }
    }

    /// The keys at hand, if they are the right ones.
    pub(crate) fn keyring(&self) -> Option<&Arc<Keyring>> {
        self.keyring.as_ref()
    }

    /// Keeps what was done.
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
