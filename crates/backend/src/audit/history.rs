//! The history of one secret as its pages show it: changes one by one, and everything else folded by day, because a
//! cluster that reads a value each hour would otherwise push out who changed it.

pub(crate) mod find;
pub(crate) mod repository;

#[cfg(test)]
use super::AuditAction;
use super::entry::{AuditEntry, AuditRow};
use chrono::NaiveDate;
use domain::time::Timestamp;

/// Actions that change a secret. All others are folded.
#[cfg(test)]
pub(super) const CHANGES: [AuditAction; 10] = [
    AuditAction::SecretAdded,
    AuditAction::SecretChanged,
    AuditAction::SecretDeleted,
    AuditAction::SecretRestored,
    AuditAction::SecretRemoved,
    AuditAction::SshKeyGenerated,
    AuditAction::SshKeySwitched,
    AuditAction::SshKeyDiscarded,
    AuditAction::ValueRolledBack,
    AuditAction::VersionDestroyed,
];

/// The most changes that are shown.
pub(super) const MAX_CHANGES: u32 = 20;

/// The most lines that are shown of reads, and of other records.
pub(super) const MAX_LINES: u32 = 15;

/// The most records that are folded into those lines; the audit log has the older ones.
pub(super) const MAX_FOLDED: u32 = 500;

/// The history of one secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretHistory {
    /// Changes, newest first.
    pub changes: Vec<AuditEntry>,
    /// Whether there are older changes.
    pub more_changes: bool,
    /// Reads of the value in the last 30 days, by token and day, the latest first.
    pub reads: Vec<FoldedReads>,
    /// Tests, forbidden attempts and failures, by actor and day, the latest first.
    pub others: Vec<FoldedRecords>,
    /// Whether there are more of `others` than were folded.
    pub more_others: bool,
    /// The server's time.
    pub now: Timestamp,
}

/// The reads of a value with one token on one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoldedReads {
    /// The public part of the token.
    pub token: String,
    /// The name of the token.
    pub name: String,
    /// The day, in UTC.
    pub day: Timestamp,
    /// The number of reads.
    pub count: u64,
    /// The time of the last read.
    pub last: Timestamp,
}

/// The records of one actor, action and outcome on one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoldedRecords {
    /// `user`, `token`, `system` or `anonymous`.
    pub actor_kind: String,
    /// The name of the actor.
    pub actor: String,
    /// The code of an `AuditAction`.
    pub action: String,
    /// The code of an `Outcome`.
    pub outcome: String,
    /// The day, in UTC.
    pub day: Timestamp,
    /// The number of records.
    pub count: u64,
    /// The time of the last record.
    pub last: Timestamp,
}

/// The rows as they were read, and whether each list was cut.
#[derive(Debug, Default)]
pub(super) struct HistoryRows {
    pub(super) changes: Vec<AuditRow>,
    pub(super) reads: Vec<FoldedReads>,
    pub(super) others: Vec<FoldedRecords>,
    pub(super) folded: u64,
}

impl HistoryRows {
    /// Removes the row beyond those that are shown.
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

/// Returns the midnight that begins a day, in UTC.
pub(super) fn midnight(day: NaiveDate) -> Timestamp {
    Timestamp::from_micros(day.and_time(chrono::NaiveTime::MIN).and_utc().timestamp_micros())
}
