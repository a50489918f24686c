//! A query for the audit log, and one page of its results.

pub(super) mod repository;

use super::entry::AuditEntry;
use domain::time::Timestamp;

/// The conditions of a query. An empty text matches everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditQuery {
    /// The name of a user or token, or `command line`.
    pub actor: String,
    /// The text of `AuditAction::as_str`.
    pub action: String,
    /// The id of a secret, the name of a user, the id of a token.
    pub object: String,
    /// The text of `Outcome::as_str`.
    pub outcome: String,
    /// The earliest time, inclusive.
    pub from: Option<Timestamp>,
    /// The latest time, exclusive.
    pub until: Option<Timestamp>,
    /// The page to show.
    pub cursor: AuditCursor,
}

/// The position of a page. Records are numbered in their order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AuditCursor {
    /// The first page.
    #[default]
    Newest,
    /// The records before this one.
    OlderThan(i64),
    /// The records after this one.
    NewerThan(i64),
}

/// A page of records, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditPage {
    /// The records.
    pub entries: Vec<AuditEntry>,
    /// Whether there are newer records.
    pub newer: bool,
    /// Whether there are older records.
    pub older: bool,
    /// The server's time.
    pub now: Timestamp,
}
