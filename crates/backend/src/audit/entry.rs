//! An audit record, as it is stored and as it is shown.

use super::chain::Link;
use crate::{db::timestamp, random};
use chrono::{DateTime, Utc};
use domain::time::Timestamp;
use sqlx::FromRow;

/// An audit record, as it is shown and exported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// The number of the record.
    pub id: i64,
    /// The time of the action.
    pub at: Timestamp,
    /// `user`, `token`, `system` or `anonymous`.
    pub actor_kind: String,
    /// The name of the actor.
    pub actor: String,
    /// The id of the session or token that was used.
    pub credential: Option<String>,
    /// The client's address.
    pub address: Option<String>,
    /// The id of the request, as in the server's log.
    pub request_id: String,
    /// The action.
    pub action: String,
    /// The object of the action.
    pub object: String,
    /// The outcome.
    pub outcome: String,
    /// The names of the changed fields.
    pub fields: Vec<String>,
    /// SHA-256 over this record and the previous hash, in hexadecimal digits.
    pub hash: String,
}

/// An audit record as it is stored.
#[derive(Debug, FromRow)]
pub(super) struct AuditRow {
    pub(super) id: i64,
    pub(super) at: DateTime<Utc>,
    pub(super) actor_kind: String,
    pub(super) actor: String,
    pub(super) credential: Option<String>,
    pub(super) address: Option<String>,
    pub(super) request_id: String,
    pub(super) action: String,
    pub(super) object: String,
    pub(super) outcome: String,
    pub(super) fields: Vec<String>,
    pub(super) hash: Vec<u8>,
    /// `None` in records of an older version.
    pub(super) mac: Option<Vec<u8>>,
}

impl AuditRow {
    /// Returns the hash that this record must have after the previous one.
    pub(super) fn hash_after(&self, previous: &[u8]) -> Vec<u8> {
        let fields = self.fields.join(",");
        Link {
            id: self.id,
            at: self.at.timestamp_micros(),
            actor_kind: &self.actor_kind,
            actor: &self.actor,
            credential: self.credential.as_deref(),
            address: self.address.as_deref(),
            request_id: &self.request_id,
            action: &self.action,
            object: &self.object,
            outcome: &self.outcome,
            fields: &fields,
        }
        .hash(previous)
    }
}

impl From<AuditRow> for AuditEntry {
    fn from(row: AuditRow) -> Self {
        Self {
            id: row.id,
            at: timestamp(row.at),
            actor_kind: row.actor_kind,
            actor: row.actor,
            credential: row.credential,
            address: row.address,
            request_id: row.request_id,
            action: row.action,
            object: row.object,
            outcome: row.outcome,
            fields: row.fields,
            hash: random::hex(&row.hash),
        }
    }
}
