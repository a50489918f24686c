//! Whether the portal wrote a row, for callers that are about to rely on it.

use super::{
    Keyring,
    mac::{Doubt, Message},
};
use crate::error::NoKey;
use std::sync::{Arc, OnceLock};
use tokio::sync::mpsc;

/// The keys at hand once they are known to be the right ones, and the channel for rows that they do not vouch for. Cheap to
/// clone.
#[derive(Clone, Debug)]
pub(crate) struct Witness {
    keyring: Arc<OnceLock<Arc<Keyring>>>,
    doubted: mpsc::UnboundedSender<Doubted>,
}

/// A row that the portal did not write.
#[derive(Debug)]
pub(crate) struct Doubted {
    pub(crate) doubt: Doubt,
    /// The code that the row carries.
    pub(crate) mac: Option<Vec<u8>>,
    /// The name of the row in the audit log.
    pub(crate) what: String,
}

impl Witness {
    /// Returns a witness without keys, and the channel on which it reports doubted rows.
    pub(crate) fn new() -> (Self, mpsc::UnboundedReceiver<Doubted>) {
        let (doubted, told) = mpsc::unbounded_channel();
        (Self { keyring: Arc::default(), doubted }, told)
    }

    /// Sets the keys that vouch for every row from here on.
    pub(crate) fn hold(&self, keyring: Arc<Keyring>) {
        // Only the first call counts, because there is one set of keys for as long as the process runs.
        let _ = self.keyring.set(keyring);
    }

    /// Returns the keys at hand, if they are the right ones.
    pub(crate) fn keyring(&self) -> Option<&Arc<Keyring>> {
        self.keyring.get()
    }

    /// Returns whether the portal wrote this row. If somebody else did, logs and records that under `what`. A row that is
    /// signed under a key which is in use but not at hand is rejected as well, and only logged, because another server with a
    /// newer key may have written it.
    ///
    /// Errors: no key is at hand.
    pub(crate) fn vouches(
        &self,
        message: &Message,
        mac: Option<&[u8]>,
        what: impl FnOnce() -> String,
    ) -> Result<bool, sqlx::Error> {
        let keyring = self.keyring().ok_or_else(NoKey::into_database_error)?;
        let Err(doubt) = keyring.vouches(message, mac) else { return Ok(true) };
        // Nobody listens any more when the portal is about to stop.
        let _ = self.doubted.send(Doubted { doubt, mac: mac.map(<[u8]>::to_vec), what: what() });
        Ok(false)
    }
}
