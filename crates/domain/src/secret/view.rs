//! What pages get to see of a secret. Nothing here can hold a value.

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
    /// When it was added or last changed.
    pub updated_at: Timestamp,
    /// By whom.
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
    /// How many images or datasets use it, and how many API tokens took its value out in the last 30 days.
    pub used_by: u32,
    /// The last time that an API token took its value out.
    pub last_used: Option<Timestamp>,
}

/// What the Edit page shows.
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
    /// Where it was imported from. The server renders it, too.
    #[serde(skip)]
    pub origins: Origins,
    /// Goes up by one with each change; an edit names the one it began with.
    pub version: i64,
    /// When it was added or last changed.
    pub updated_at: Timestamp,
    /// By whom.
    pub updated_by: String,
    /// The server's clock, for telling how long ago that was.
    pub now: Timestamp,
    /// Git dataset only.
    pub key: StoredKey,
    /// Git dataset only: a pair that the portal made, and that waits to take the place of the key.
    pub pending: Option<PendingKey>,
}

/// What is known of the key of a secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum StoredKey {
    /// Nothing: it is not that kind of secret, or was stored before facts were, and has not been looked at yet.
    #[default]
    Unknown,
    /// It was looked at, and is none that can be read: stored before keys were read.
    Unreadable,
    /// All there is.
    Known(KeyFacts),
}

/// A pair that waits to take the place of the stored key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingKey {
    /// Of the new key.
    pub facts: KeyFacts,
    /// When it was made.
    pub made_at: Timestamp,
    /// By whom.
    pub made_by: String,
}
