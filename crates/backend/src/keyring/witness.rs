//! Whether the portal wrote a row, for whoever is about to rely on it.

use super::{
    Keyring,
    mac::{Doubt, Message},
};
use crate::error::NoKey;
use std::sync::{Arc, OnceLock};
use tokio::sync::mpsc;

/// The keys at hand once they are known to be the right ones, and whom to tell of rows that they do not vouch for. Cheap to
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
    /// As the row is called where that is recorded.
    pub(crate) what: String,
}

impl Witness {
    /// Returns a witness without keys, and where it tells of rows that are doubted.
    pub(crate) fn new() -> (Self, mpsc::UnboundedReceiver<Doubted>) {
        let (doubted, told) = mpsc::unbounded_channel();
        (Self { keyring: Arc::default(), doubted }, told)
    }

    /// Has every row from here on vouched for by these keys.
    pub(crate) fn hold(&self, keyring: Arc<Keyring>) {
        // Only the first counts: there is one set of keys for as long as the process runs.
        let _ = self.keyring.set(keyring);
    }

    /// The keys at hand, if they are the right ones.
    pub(crate) fn keyring(&self) -> Option<&Arc<Keyring>> {
        self.keyring.get()
    }

    /// Returns whether the portal wrote this row. Where somebody else did, that is logged and recorded under `what`. A row that
    /// is signed under a key which is in use and not at hand is refused as well, and logged alone: another server that knows a
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
        // Nobody listens any more where the portal is about to stop.
        let _ = self.doubted.send(Doubted { doubt, mac: mac.map(<[u8]>::to_vec), what: what() });
        Ok(false)
    }
}
