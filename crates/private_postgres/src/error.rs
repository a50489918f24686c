//! Errors of the private PostgreSQL.

use std::{io, path::PathBuf};

/// The reason why the private PostgreSQL does not run.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(
        "no PostgreSQL is installed here. Install it (Debian: apt-get install postgresql; nothing needs to be \
         started), or name a running one in DATABASE_URL"
    )]
    NotInstalled,
    #[error(
        "the data folder was made by PostgreSQL {0}, which is not installed here. Install that version \
         (Debian: apt-get install postgresql-{0})"
    )]
    OtherVersion(String),
    #[error(
        "PostgreSQL refuses to run as root, and there is neither an account `postgres` nor `nobody` to run it as"
    )]
    NoAccount,
    #[error(
        "this process runs under the number {0}, for which there is no entry in /etc/passwd, and PostgreSQL is not set up \
         without one. Run it as a user with a name, add an entry (as OpenShift's images do at their start), or name a \
         PostgreSQL in DATABASE_URL"
    )]
    NoName(u32),
    #[error("the data folder {0} cannot be used: {1}")]
    Folder(PathBuf, io::Error),
    #[error(
        "the folder {0} holds something that is no database of PostgreSQL, and nothing in it was touched. Move it away, or \
         name another folder in LATCHKEY_DATA_DIR"
    )]
    NotEmpty(PathBuf),
    #[error(
        "a database cannot be put into the folder {0} as a whole ({1}), as where it is a link or a mount of its own. Mount the \
         folder above it instead, which LATCHKEY_DATA_DIR names"
    )]
    NotMovable(PathBuf, io::Error),
    #[error("PostgreSQL could not be {0}. The end of its log:\n{1}")]
    Failed(&'static str, String),
    #[error("another latchkey uses this data folder, and its PostgreSQL does not answer")]
    InUse,
    #[error("it was asked to stop while it started")]
    Stopped,
}
