//! What is asked of the audit log, and one page of it.

pub(super) mod repository;

use super::entry::AuditEntry;
use domain::time::Timestamp;

/// What is looked for. An empty text looks for everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditQuery {
    /// The name of a user or token, or `command line`.
    pub actor: String,
    /// As `AuditAction::code` has it.
    pub action: String,
    /// The id of a secret, the name of a user, the id of a token.
    pub object: String,
    /// As `Outcome::code` has it.
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
