//! From the database's errors to those that anybody outside is told.

use crate::{context::Ctx, keyring::NoKey};
use domain::error::Error;
use sqlx::migrate::MigrateError;

/// Why the backend did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address is not one. It is not repeated: there may be a password in it.
    #[error("DATABASE_URL is not an address such as postgres://user:password@host/database")]
    Address,
    /// The database refused or did not answer.
    #[error("the database: {}", told(.0))]
    Database(#[from] sqlx::Error),
    /// The database could not be brought up to date.
    #[error("the database could not be brought up to date: {0}")]
    Migration(#[from] MigrateError),
    /// The file with further authorities is not usable.
    #[error("LATCHKEY_EXTRA_CA_FILE: {0}")]
    ExtraCa(String),
}

impl StartError {
    /// Whether it may go away by itself, so that asking again makes sense.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Database(error)
            | Self::Migration(MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _)) => {
                is_unavailable(error)
            }
            Self::Address | Self::Migration(_) | Self::ExtraCa(_) => false,
        }
    }
}

/// What of an error may be told: a message of PostgreSQL while connecting has no values in it.
fn told(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(error) => error.message().to_owned(),
        sqlx::Error::Io(error) => error.to_string(),
        sqlx::Error::PoolTimedOut => "it does not answer in time".to_owned(),
        other => describe(other).to_owned(),
    }
}

/// What the error is, without anything that was sent.
fn describe(error: &sqlx::Error) -> &'static str {
    match error {
        sqlx::Error::Io(_) => "connection failed",
        sqlx::Error::Tls(_) => "TLS failed",
        sqlx::Error::PoolTimedOut => "no connection in time",
        sqlx::Error::PoolClosed => "closing",
        sqlx::Error::RowNotFound => "row not found",
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => "a stored value cannot be read",
        sqlx::Error::Database(_) => "refused by the database",
        _ => "unexpected",
    }
}

/// The name of the constraint that the change broke, if that is what went wrong.
pub(crate) fn broken_constraint(error: &sqlx::Error) -> Option<&str> {
    error.as_database_error().and_then(sqlx::error::DatabaseError::constraint)
}

/// Whether the database could not be asked, or not now.
pub(crate) fn is_unavailable(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => true,
        // PostgreSQL, appendix A: connection exception, transaction rollback (a deadlock among them), insufficient
        // resources, operator intervention (a time-out among them), lock not available.
        sqlx::Error::Database(error) => error.code().is_some_and(|code| {
            ["08", "40", "53", "57"].iter().any(|class| code.starts_with(class)) || code == "55P03"
        }),
        _ => false,
    }
}

/// Logs the error once, without what was sent or the database's detail, and says what outsiders are told.
pub(crate) fn refuse(ctx: &Ctx, error: &sqlx::Error) -> Error {
    if NoKey::is(error) {
        return Error::Sealed;
    }
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    let constraint = broken_constraint(error);
    let what = describe(error);
    if is_unavailable(error) {
        tracing::warn!(request_id = ctx.request_id, ?code, what, "the database is not available");
        Error::Unavailable
    } else {
        tracing::error!(request_id = ctx.request_id, ?code, constraint, what, "the database failed");
        Error::Internal(ctx.request_id.clone())
    }
}
