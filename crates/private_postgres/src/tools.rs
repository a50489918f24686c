//! PostgreSQL's own tools for backups.

use crate::programs::{major_of, places};
use std::path::PathBuf;

/// The tools of one version of PostgreSQL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tools {
    /// `pg_dump`.
    pub pg_dump: PathBuf,
    /// `pg_restore`.
    pub pg_restore: PathBuf,
    /// The major version.
    pub major: u32,
}

/// The reason why there are no tools.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ToolsError {
    #[error(
        "pg_dump and pg_restore are not installed here. Install those of PostgreSQL {0} or newer (Debian: apt-get install \
         postgresql-client-{0}, or postgresql-client)"
    )]
    Missing(u32),
    #[error(
        "the installed pg_dump and pg_restore are of PostgreSQL {found}, and those of {needed} or newer are needed (Debian: \
         apt-get install postgresql-client-{needed})"
    )]
    TooOld { found: u32, needed: u32 },
}

impl Tools {
    /// Finds the oldest installed tools of this version or a newer one, because what they write can be read by most.
    ///
    /// Errors: no tools are installed, or only older ones.
    pub fn find(needed: u32) -> Result<Self, ToolsError> {
        let mut found: Vec<Self> = places()
            .into_iter()
            .map(|bin| (bin.join("pg_dump"), bin.join("pg_restore")))
            .filter(|(pg_dump, pg_restore)| pg_dump.exists() && pg_restore.exists())
            .filter_map(|(pg_dump, pg_restore)| {
                let major = major_of(&pg_dump)?;
                Some(Self { pg_dump, pg_restore, major })
            })
            .collect();
        found.sort_by_key(|tools| tools.major);
        let newest = found.last().map(|tools| tools.major);
        found.into_iter().find(|tools| tools.major >= needed).ok_or(match newest {
            None => ToolsError::Missing(needed),
            Some(found) => ToolsError::TooOld { found, needed },
        })
    }
}
