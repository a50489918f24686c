//! What is asked of the audit log, and one page of it.

use super::repository::AuditRow;
use crate::db::timestamp;
use domain::time::Timestamp;

/// What is looked for. An empty text looks for everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditQuery {
    /// The name of a user or token, or `command line`.
    pub actor: String,
    /// As `AuditAction::as_str` has it.
    pub action: String,
    /// The id of a secret, the name of a user, the id of a token.
    pub object: String,
    /// As `Outcome::as_str` has it.
    pub outcome: String,
    /// From this moment on.
    pub from: Option<Timestamp>,
    /// Before this moment.
    pub until: Option<Timestamp>,
    /// Which page.
    pub cursor: AuditCursor,
}

/// Where a page lies. Records are numbered in their order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AuditCursor {
    /// The first page.
    #[default]
    Newest,
    /// Those before this record.
    OlderThan(i64),
    /// Those after this record.
    NewerThan(i64),
}

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

/// One page of records, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditPage {
    /// The records.
    pub entries: Vec<AuditEntry>,
    /// Whether there are newer ones.
    pub newer: bool,
    /// Whether there are older ones.
    pub older: bool,
    /// The server's clock.
    pub now: Timestamp,
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
            hash: crate::random::hex(&row.hash),
        }
    }
}
