//! A rule as it is shown.

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
}
