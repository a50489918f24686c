//! Secrets as pages show them. Nothing here can hold a value.

use super::{KeyAlgorithm, KeyFacts, Origins, SecretId};
use crate::{
    check::{CheckCause, CheckStatus},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// A row of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretSummary {
    /// Kind and name.
    pub id: SecretId,
    /// The name, where none was given.
    pub display_name: String,
    /// The moment of the last change.
    pub updated_at: Timestamp,
    /// The name of who did it.
    pub updated_by: String,
    /// Image pull only.
    pub registry_host: Option<String>,
    /// Image pull only.
    pub username: Option<String>,
    /// Git dataset only, where it is known: the sort of key, and its fingerprint.
    pub key: Option<(KeyAlgorithm, String)>,
    /// Whether it works, as far as is known.
    pub status: CheckStatus,
    /// Why, and what to do next.
    pub cause: CheckCause,
    /// The number of consumers: images, datasets, and API tokens that read its value in the last 30 days.
    pub used_by: u32,
    /// The last time that an API token took its value out.
    pub last_used: Option<Timestamp>,
}

/// A secret as the Edit page shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretDetails {
    /// Kind and name.
    pub id: SecretId,
    /// The name, where none was given.
    pub display_name: String,
    /// Image pull only.
    pub registry_host: Option<String>,
    /// Image pull only.
    pub username: Option<String>,
    /// The repository or the image that it is tried on. The server renders it, and hands it to no script.
    #[serde(skip)]
    pub target: Option<String>,
    #[serde(skip)]
    /// Git dataset: the keys of hosts that are trusted, as in a `known_hosts` file; handed out with the key.
    pub known_hosts: String,
    /// The places that it was imported from. The server renders them, too.
    #[serde(skip)]
    pub origins: Origins,
    /// Goes up by one with each change; an edit names the one it began with.
    pub version: i64,
    /// The moment of the last change.
    pub updated_at: Timestamp,
    /// The name of who did it.
    pub updated_by: String,
    /// The server's clock, for telling how long ago that was.
    pub now: Timestamp,
    /// Git dataset only.
    pub key: StoredKey,
    /// Git dataset only: a pair that the portal made, and that waits to take the place of the key.
    pub pending: Option<PendingKey>,
}

/// The stored facts of a secret's key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum StoredKey {
    /// Nothing: it is not that kind of secret, or was stored before facts were, and has not been looked at yet.
    #[default]
    Unknown,
    /// A key that cannot be parsed: stored before keys were parsed.
    Unreadable,
    /// All facts.
    Known(KeyFacts),
}

/// A pair that waits to take the place of the stored key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingKey {
    /// The facts of the new key.
    pub facts: KeyFacts,
    /// The moment when it was generated.
    pub made_at: Timestamp,
    /// The name of who did it.
    pub made_by: String,
}
