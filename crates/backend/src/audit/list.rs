//! A query for the audit log, and one page of its results.

pub(super) mod names;
pub(super) mod repository;

use super::entry::AuditEntry;
use domain::time::Timestamp;
use std::collections::BTreeMap;

/// The conditions of a query. An empty text matches everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditQuery {
    /// The name of a user or token, or `command line`; a part of one if `parts`.
    pub actor: String,
    /// The code of an `AuditAction`.
    pub action: String,
    /// The id of a secret, the name of a user, the id of a token; a part of one if `parts`.
    pub object: String,
    /// Whether actor and object may be parts of names. A text that is a whole name of a record means that one alone.
    pub parts: bool,
    /// The code of an `Outcome`.
    pub outcome: String,
    /// The earliest time, inclusive.
    pub from: Option<Timestamp>,
    /// The latest time, exclusive.
    pub until: Option<Timestamp>,
    /// The page to show.
    pub cursor: AuditCursor,
}

/// The names for which a query asks.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// The actors; `None` for all.
    pub(super) actors: Option<Vec<String>>,
    /// The objects; `None` for all.
    pub(super) objects: Option<Vec<String>>,
    /// Whether more names match than are asked for.
    pub(super) more: bool,
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
    /// Whether records of further names match, which are left out because a part of a name in the query matches too many.
    pub more_names: bool,
    /// The names of the API tokens that records are about, by their ids.
    pub token_names: BTreeMap<String, String>,
    /// The server's time.
    pub now: Timestamp,
}
