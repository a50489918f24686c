//! A rule as it is shown.

use crate::revision::Revision;
use domain::{notice::RuleScope, time::Timestamp};
use uuid::Uuid;

/// A rule as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeRule {
    /// The id.
    pub id: Uuid,
    /// The channel, with its name; `None` for mail.
    pub channel: Option<(Uuid, String)>,
    /// The events, types and names of the rule.
    pub scope: RuleScope,
    /// The time at which it was added.
    pub created_at: Timestamp,
    /// The name of the actor who added it.
    pub created_by: String,
    /// The version, from 1, which each change adds to.
    pub version: i64,
    /// The time of its last change, or of its addition.
    pub updated_at: Timestamp,
    /// The name of the actor who made that.
    pub updated_by: String,
}

impl NoticeRule {
    /// Returns the state that a change can name.
    pub fn revision(&self) -> Revision {
        Revision { row: self.id, version: self.version }
    }
}
