//! SSH keys, without their private halves.

use domain::secret::SshKeyFacts;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use utoipa::ToSchema;

/// What is known of an SSH key.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub struct Key {
    /// Such as `ssh-ed25519`.
    pub algorithm: Cow<'static, str>,
    /// Its size, as `ssh-keygen -l` prints it.
    pub bits: u32,
    /// As `ssh-keygen -l` prints it.
    pub fingerprint: String,
    /// What its maker noted.
    pub comment: String,
    /// A line of `authorized_keys`, to be registered as a deploy key.
    pub public_key: String,
}

impl From<SshKeyFacts> for Key {
    fn from(facts: SshKeyFacts) -> Self {
        Self {
            algorithm: facts.algorithm.as_str().into(),
            bits: facts.bits,
            public_key: facts.public_line(),
            fingerprint: facts.fingerprint,
            comment: facts.comment,
        }
    }
}
