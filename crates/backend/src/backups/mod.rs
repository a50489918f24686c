//! Backups: facts about the database, the scratch database in which a backup is proven, and the outcomes of the last ones.
//! PostgreSQL's own tools copy the data; they are run by the server.

mod facts;
mod maintenance;
mod presence;
pub(crate) mod repository;
mod seal;
mod service;

pub use facts::{SCRATCH, ServerFacts, Snapshot, SnapshotKey};
pub use maintenance::Maintenance;
pub use presence::Presence;
pub use seal::{SealVerdict, seal, verify_seal};
pub use service::{BackupService, Opened};

use domain::time::Timestamp;

/// The beginning of the object of a record about a restored database; the time of the backup follows. Hashed into the chain:
/// it never changes.
pub const BACKUP_OF: &str = "backup of ";

domain::coded_enum! {
    /// The reason why a backup failed. The code is stored.
    pub enum BackupProblem: code, text {
        /// The tools of PostgreSQL are missing or too old.
        Tools = "tools", "PostgreSQL's own tools are missing, or older than the server.";
        /// The file could not be written.
        File = "file", "The file could not be written.";
        /// `pg_dump` failed.
        Dump = "dump", "pg_dump failed.";
        /// The database did not answer as it should.
        Database = "database", "The database did not answer.";
        /// The role may not create the scratch database.
        NoScratch = "no-scratch", "The role may create no database, in which the backup could be verified.";
        /// The backup was made, and did not restore to what it was made from.
        Unproven = "unproven", "The backup did not restore to what was backed up.";
    }
}

/// The outcome of a backup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupRun {
    /// The time at which it began.
    pub began_at: Timestamp,
    /// The time at which it ended.
    pub ended_at: Timestamp,
    /// The size of the file in bytes; `None` without a file.
    pub bytes: Option<u64>,
    /// Whether it was restored into a scratch database, and every value in it opened.
    pub verified: bool,
    /// The reason why it failed. With a size, the file is there and only verifying it failed.
    pub problem: Option<BackupProblem>,
}

/// The last backups.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LastBackups {
    /// The last one, whatever became of it.
    pub last: Option<BackupRun>,
    /// The last one that did not fail.
    pub last_good: Option<BackupRun>,
}

#[cfg(test)]
mod tests;
