//! Secrets, without their values.

use crate::{key::Key, test::Connection};
use domain::{
    connection_test::TestState,
    secret::{PendingKey, SecretDetails, SecretId, SecretKind, SecretSummary, SshKeyFacts, StoredSshKey},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use utoipa::ToSchema;

/// A secret, without its value.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub struct Secret {
    /// `gitsync-secret-<name>` or `image-<name>`.
    #[schema(example = "image-hub")]
    pub id: String,
    /// `git-dataset` or `image-pull`.
    pub r#type: Cow<'static, str>,
    /// Unique within its type.
    pub name: String,
    /// The name, where none was given.
    pub display_name: String,
    /// Image pull only.
    pub registry_host: Option<String>,
    /// Image pull only.
    pub username: Option<String>,
    /// The image that it is tried on.
    pub image: Option<String>,
    /// The repository that it is tried on.
    pub repository: Option<String>,
    /// Keys of hosts that are trusted, as in a `known_hosts` file. Handed out with the key.
    pub known_hosts: Option<String>,
    /// What is known of the key. Git dataset only.
    pub key: Option<Key>,
    /// A pair that waits to take its place.
    pub pending_key: Option<Key>,
    /// Whether it works, as far as is known.
    pub connection: Connection,
    /// The Kubernetes Secrets that it was imported from, as `namespace/name` or `name`: the first 100 of them.
    #[schema(required)]
    #[serde(default)] // Older portals do not say it.
    pub imported_from: Vec<String>,
    /// How many there were.
    #[schema(required)]
    #[serde(default)] // Older portals do not say it.
    pub imported_from_total: u32,
    /// When the value expires.
    pub expires_at: Option<String>,
    /// After how many days the value is to be renewed.
    pub renew_every_days: Option<u16>,
    /// From when on the value is to be renewed.
    pub renewal_due_at: Option<String>,
    /// Whether the value is handed out no more once it has expired: readers get 410 then.
    #[schema(required)]
    #[serde(default)] // Older portals do not say it.
    pub stop_when_expired: bool,
    /// When the value was stored.
    #[schema(required)]
    #[serde(default)] // Older portals do not say it.
    pub value_changed_at: String,
    /// Goes up by one with each change.
    pub version: i64,
    /// When it was added or last changed.
    pub updated_at: String,
    /// By whom.
    pub updated_by: String,
}

impl Secret {
    /// Returns the answer about a secret, with its last test.
    pub fn new(details: SecretDetails, state: TestState) -> Self {
        let is_git = details.id.kind == SecretKind::GitDataset;
        let (repository, image) = if is_git { (details.target, None) } else { (None, details.target) };
        Self {
            r#type: details.id.kind.as_str().into(),
            name: details.id.name.as_str().to_owned(),
            id: details.id.to_string(),
            display_name: details.display_name,
            registry_host: details.registry_host,
            username: details.username,
            repository,
            image,
            known_hosts: is_git.then_some(details.known_hosts),
            key: match details.key {
                StoredSshKey::Known(facts) => Some(Key::from(facts)),
                StoredSshKey::Unknown | StoredSshKey::Unreadable => None,
            },
            pending_key: details.pending.map(|PendingKey { facts, .. }| Key::from(facts)),
            connection: Connection::from(state),
            imported_from: details.origins.places().to_vec(),
            imported_from_total: details.origins.total(),
            expires_at: details.dates.expires_at.map(Timestamp::rfc3339),
            renew_every_days: details.dates.renew_every_days,
            renewal_due_at: details.dates.renewal_due_at().map(Timestamp::rfc3339),
            stop_when_expired: details.dates.stop_when_expired,
            value_changed_at: details.dates.value_changed_at.rfc3339(),
            version: details.version,
            updated_at: details.updated_at.rfc3339(),
            updated_by: details.updated_by,
        }
    }
}

/// What adding a secret would come to.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub struct WouldBeAdded {
    /// The id that it would have.
    #[schema(example = "image-hub")]
    pub id: String,
    /// What is known of the key. Git dataset only.
    pub key: Option<Key>,
}

impl WouldBeAdded {
    /// Returns the answer about a secret that would have this id.
    pub fn new(id: &SecretId, facts: Option<SshKeyFacts>) -> Self {
        Self { id: id.to_string(), key: facts.map(Key::from) }
    }
}

/// A row of the list.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub struct SecretRow {
    /// `gitsync-secret-<name>` or `image-<name>`.
    pub id: String,
    /// `git-dataset` or `image-pull`.
    pub r#type: Cow<'static, str>,
    /// Unique within its type.
    pub name: String,
    /// The name, where none was given.
    pub display_name: String,
    /// Image pull only.
    pub registry_host: Option<String>,
    /// The key's fingerprint. Git dataset only.
    pub fingerprint: Option<String>,
    /// `works`, `open`, `refused`, `unreachable`, `host-key-changed` or `not-tested`.
    pub status: Cow<'static, str>,
    /// How many use it: images and datasets, and tokens that read it in the last 30 days.
    #[schema(required)]
    #[serde(default)] // Older portals do not say it.
    pub used_by: u32,
    /// When a token last read it, give or take a minute.
    pub last_used_at: Option<String>,
    /// When the value expires.
    pub expires_at: Option<String>,
    /// From when on the value is to be renewed.
    pub renewal_due_at: Option<String>,
    /// When it was added or last changed.
    pub updated_at: String,
    /// By whom.
    pub updated_by: String,
}

impl From<SecretSummary> for SecretRow {
    fn from(row: SecretSummary) -> Self {
        Self {
            r#type: row.id.kind.as_str().into(),
            name: row.id.name.as_str().to_owned(),
            id: row.id.to_string(),
            display_name: row.display_name,
            registry_host: row.registry_host,
            fingerprint: row.key.map(|(_, fingerprint)| fingerprint),
            status: row.status.as_str().into(),
            used_by: row.used_by,
            last_used_at: row.last_used.map(Timestamp::rfc3339),
            expires_at: row.dates.expires_at.map(Timestamp::rfc3339),
            renewal_due_at: row.dates.renewal_due_at().map(Timestamp::rfc3339),
            updated_at: row.updated_at.rfc3339(),
            updated_by: row.updated_by,
        }
    }
}
