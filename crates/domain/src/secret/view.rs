//! What pages get to see of a secret. Nothing here can hold a value.

use super::SecretId;
use crate::{check::CheckStatus, time::Timestamp};
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
    /// Whether it works, as far as is known.
    pub status: CheckStatus,
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
    /// Goes up by one with each change; an edit names the one it began with.
    pub version: i64,
    /// When it was added or last changed.
    pub updated_at: Timestamp,
    /// By whom.
    pub updated_by: String,
    /// The server's clock, for telling how long ago that was.
    pub now: Timestamp,
}
