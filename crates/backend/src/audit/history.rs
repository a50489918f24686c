//! The history of one secret as its pages show it: changes one by one, and everything else folded by day, so that a
//! cluster that reads a value each hour does not push out who changed it.

pub(super) mod repository;

#[cfg(test)]
use super::AuditAction;
use super::entry::{AuditEntry, AuditRow};
use chrono::NaiveDate;
use domain::time::Timestamp;

/// Actions that change a secret. The rest is folded.
#[cfg(test)]
pub(super) const CHANGES: [AuditAction; 8] = [
    AuditAction::SecretAdded,
    AuditAction::SecretChanged,
    AuditAction::SecretDeleted,
    AuditAction::SecretRestored,
    AuditAction::SecretRemoved,
    AuditAction::SshKeyGenerated,
    AuditAction::SshKeySwitched,
    AuditAction::SshKeyDiscarded,
];

/// Changes that are shown.
pub(super) const MAX_CHANGES: u32 = 20;

/// Lines of reads, and of other things, that are shown.
pub(super) const MAX_LINES: u32 = 15;

/// Records that are folded into those lines; older ones are left to the audit log.
pub(super) const MAX_FOLDED: u32 = 500;

/// What happened to one secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretHistory {
    /// Changes, newest first.
    pub changes: Vec<AuditEntry>,
    /// Whether there are older changes.
    pub more_changes: bool,
    /// Reads of the value of the last 30 days, by token and day, the latest first.
    pub reads: Vec<FoldedReads>,
    /// Tests, refusals and failures, by actor and day, the latest first.
    pub others: Vec<FoldedRecords>,
    /// Whether there are more of `others` than were counted.
    pub more_others: bool,
    /// The server's clock.
    pub now: Timestamp,
}

/// Reads of a value with one token on one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoldedReads {
    /// The part of the token that is no secret.
    pub token: String,
    /// What people call the token.
    pub name: String,
    /// The day, in UTC.
    pub day: Timestamp,
    /// How many.
    pub count: u64,
    /// The last of them.
    pub last: Timestamp,
}

/// Records of one actor, action and outcome on one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoldedRecords {
    /// `user`, `token`, `system` or `anonymous`.
    pub actor_kind: String,
    /// Who.
    pub actor: String,
    /// As `AuditAction::code` has it.
    pub action: String,
    /// As `Outcome::code` has it.
    pub outcome: String,
    /// The day, in UTC.
    pub day: Timestamp,
    /// How many.
    pub count: u64,
    /// The last of them.
    pub last: Timestamp,
}

/// Rows as they are read, and whether each list was cut.
#[derive(Debug, Default)]
pub(super) struct HistoryRows {
    pub(super) changes: Vec<AuditRow>,
    pub(super) reads: Vec<FoldedReads>,
    pub(super) others: Vec<FoldedRecords>,
    pub(super) folded: u64,
}

impl HistoryRows {
    /// Cuts what is one more than is shown.
    pub(super) fn into_history(self, now: Timestamp) -> SecretHistory {
        let Self { mut changes, reads, others, folded } = self;
        let more_changes = changes.len() > MAX_CHANGES as usize;
        changes.truncate(MAX_CHANGES as usize);
        let counted: u64 = others.iter().map(|line| line.count).sum();
        SecretHistory {
            changes: changes.into_iter().map(AuditEntry::from).collect(),
            more_changes,
            reads,
            more_others: folded >= u64::from(MAX_FOLDED) || counted < folded,
            others,
            now,
        }
    }
}

/// Midnight of a day, in UTC.
pub(super) fn midnight(day: NaiveDate) -> Timestamp {
    Timestamp::from_micros(day.and_time(chrono::NaiveTime::MIN).and_utc().timestamp_micros())
}
