//! The numbers that the database says.

use domain::time::Timestamp;

/// The numbers of the database, for monitoring.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DatabaseNumbers {
    /// The number of secrets of each type.
    pub types: Vec<(String, u64)>,
    /// The number of secrets in each state; `key-pending` comes besides.
    pub states: Vec<(String, u64)>,
    /// The number of secrets that expire within so many days, each with those before; 0 are those that have expired.
    pub expiring: Vec<(u16, u64)>,
    /// Secrets by their names, up to the limit.
    pub named: Vec<NamedSecret>,
    /// Whether there are more secrets than the limit.
    pub names_left_out: bool,
    /// The number of deliveries of notices in each state; those that are tried again are `retrying`.
    pub deliveries: Vec<(String, u64)>,
    /// The audit log.
    pub audit: AuditNumbers,
    /// The keys that are in use.
    pub keys: Vec<KeyNumbers>,
}

/// The facts of one secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedSecret {
    /// The type.
    pub kind: String,
    /// The name, without the prefix of its type.
    pub name: String,
    /// Whether the last connection test succeeded; absent without one since the last change.
    pub works: Option<bool>,
    /// The time after which it has expired.
    pub expires_at: Option<Timestamp>,
    /// The last change of its value.
    pub changed_at: Timestamp,
    /// The last read of its value.
    pub used_at: Option<Timestamp>,
}

/// The facts of the audit log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AuditNumbers {
    /// The number of records.
    pub records: u64,
    /// The size of the records with their indexes, in bytes.
    pub bytes: u64,
    /// The time of the last record.
    pub last_at: Option<Timestamp>,
}

/// A key encryption key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyNumbers {
    /// The id.
    pub id: String,
    /// Whether new values are sealed under it.
    pub active: bool,
    /// The number of values that are sealed under it.
    pub values: u64,
}
