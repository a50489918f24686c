//! A record, as it is stored and as it is shown.

use super::chain::Link;
use crate::{db::timestamp, random};
use chrono::{DateTime, Utc};
use domain::time::Timestamp;
use sqlx::FromRow;

/// One record, as it is shown and exported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// Its number.
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// `user`, `token`, `system` or `anonymous`.
    pub actor_kind: String,
    /// Who.
    pub actor: String,
    /// The id of the session or token that was used.
    pub credential: Option<String>,
    /// From where.
    pub address: Option<String>,
    /// Under which the server's log has it.
    pub request_id: String,
    /// What.
    pub action: String,
    /// With what.
    pub object: String,
    /// How it went.
    pub outcome: String,
    /// The names of the fields that were changed.
    pub fields: Vec<String>,
    /// SHA-256 over this record and the hash before, in hexadecimal digits.
    pub hash: String,
}

/// A record as it is stored.
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
    /// The hash that it should have after this one.
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
