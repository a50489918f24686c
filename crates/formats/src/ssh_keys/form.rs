//! A parsed key, of any form.

use domain::secret::SshKeyProblem;
use ssh_key::{PrivateKey, private::KeypairData};

/// A key, and whether OpenSSH can use the form in which it was.
pub(super) struct Form {
    pub(super) key: PrivateKey,
    pub(super) usable: bool,
}

impl Form {
    pub(super) fn new(key: KeypairData, comment: &[u8], usable: bool) -> Result<Self, SshKeyProblem> {
        let key = PrivateKey::new(key, comment).map_err(|_| SshKeyProblem::Damaged)?;
        Ok(Self { key, usable })
    }

    /// Rejects a key whose halves do not belong together.
    pub(super) fn with_public(self, stated: &[u8]) -> Result<Self, SshKeyProblem> {
        let derived = self.key.public_key().to_bytes().map_err(|_| SshKeyProblem::Damaged)?;
        if derived == stated { Ok(self) } else { Err(SshKeyProblem::HalvesDiffer) }
    }
}
