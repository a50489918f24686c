//! Secrets as pages show them. Nothing here can hold a value.

use super::{Dates, Origins, SecretId, SshKeyAlgorithm, SshKeyFacts};
use crate::{
    connection_test::{TestCause, TestStatus},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// A row of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretSummary {
    /// The id: type and name.
    pub id: SecretId,
    /// The display name, or the name if none was given.
    pub display_name: String,
    /// The time of the last change.
    pub updated_at: Timestamp,
    /// The name of the actor who made it.
    pub updated_by: String,
    /// The registry host; only for image-pull secrets.
    pub registry_host: Option<String>,
    /// The username; only for image-pull secrets.
    pub username: Option<String>,
    /// The algorithm and the fingerprint of the key, if known; only for Git datasets.
    pub key: Option<(SshKeyAlgorithm, String)>,
    /// The test status.
    pub status: TestStatus,
    /// The cause of the status, with what to do next.
    pub cause: TestCause,
    /// The number of consumers: images, datasets, and API tokens that read its value in the last 30 days.
    pub used_by: u32,
    /// The last time that an API token read its value.
    pub last_used: Option<Timestamp>,
    /// The repository or the image that it is tested on.
    pub target: Option<String>,
    /// The dates of its value.
    pub dates: Dates,
    /// Whether a new key pair waits to take the place of the stored one; only for Git datasets.
    pub key_pending: bool,
}

/// A secret as the Edit page shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretDetails {
    /// The id: type and name.
    pub id: SecretId,
    /// The display name, or the name if none was given.
    pub display_name: String,
    /// The registry host; only for image-pull secrets.
    pub registry_host: Option<String>,
    /// The username; only for image-pull secrets.
    pub username: Option<String>,
    /// The repository or the image that it is tested on. Rendered by the server, and passed to no script.
    #[serde(skip)]
    pub target: Option<String>,
    #[serde(skip)]
    /// Git dataset: the trusted keys of hosts, as in a `known_hosts` file; exported with the key.
    pub known_hosts: String,
    /// The places that it was imported from. Rendered by the server, too.
    #[serde(skip)]
    pub origins: Origins,
    /// The number of its consumers. Rendered by the server, too.
    #[serde(skip)]
    pub used_by: Option<u32>,
    /// The dates of its value.
    pub dates: Dates,
    /// The version, which goes up by one with each change; an edit names the one it began with.
    pub version: i64,
    /// The time of the last change.
    pub updated_at: Timestamp,
    /// The name of the actor who made it.
    pub updated_by: String,
    /// The server's time, for telling how long ago that was.
    pub now: Timestamp,
    /// The facts of the key; only for Git datasets.
    pub key: StoredSshKey,
    /// The pending pair that the portal generated; only for Git datasets.
    pub pending: Option<PendingKey>,
}

/// The stored facts of a secret's key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum StoredSshKey {
    /// No facts: the secret is of the other type, or was stored before facts were, and has not been parsed yet.
    #[default]
    Unknown,
    /// A key that cannot be parsed: stored before keys were parsed.
    Unreadable,
    /// All facts.
    Known(SshKeyFacts),
}

/// A pair that waits to replace the key in use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingKey {
    /// The facts of the new key.
    pub facts: SshKeyFacts,
    /// The time at which it was generated.
    pub made_at: Timestamp,
    /// The name of the actor who generated it.
    pub made_by: String,
}
