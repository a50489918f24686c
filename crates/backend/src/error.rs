//! From the database's errors to those that anybody outside is told.

use crate::context::Ctx;
use domain::error::Error;
use sqlx::migrate::MigrateError;

/// Why the backend did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address is not one. It is not repeated: there may be a password in it.
    #[error("DATABASE_URL cannot be used: {0}")]
    Address(String),
    /// The database refused or did not answer.
    #[error("the database: {}", told(.0))]
    Database(#[from] sqlx::Error),
    /// The database is none that can be served from.
    #[error("the database cannot be used: {0}")]
    Unfit(String),
    /// A newer version has brought the database up to date.
    #[error(
        "the database was brought up to date by a newer version of Latchkey: its schema is {found}, and this version knows \
         {known}. Start the newer version, or restore a backup from before"
    )]
    Newer {
        /// A migration that this version does not know.
        found: i64,
        /// The newest that it knows.
        known: i64,
    },
    /// The database could not be brought up to date.
    #[error("the database could not be brought up to date, and is as it was: {}", told_of_migration(.0))]
    Migration(#[from] MigrateError),
}

impl StartError {
    /// Whether it may go away by itself, so that asking again makes sense.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Database(error)
            | Self::Migration(MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _)) => {
                is_passing(error)
            }
            Self::Address(_) | Self::Unfit(_) | Self::Newer { .. } | Self::Migration(_) => false,
        }
    }

    /// Whether the database refused the password or the role, which another password in a file may end.
    pub fn is_refused_sign_in(&self) -> bool {
        matches!(self, Self::Database(error) if code_of(error).is_some_and(|code| code.starts_with("28")))
    }
}

/// Whether it is worth it to wait: the server is away, starting, full or only read at the moment. A refusal of what was
/// set never passes.
fn is_passing(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(error) => !is_mistake(error),
        sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => true,
        sqlx::Error::Database(error) => {
            let refused = error.message().contains("startup parameter");
            is_unavailable_code(error.code().as_deref().unwrap_or_default())
                && !refused
                && !error.code().is_some_and(|code| code.starts_with("28") || code == "3D000")
        }
        other => is_read_only(other),
    }
}

/// Whether it comes of what was set: a certificate that is not trusted, or a socket that we may not use.
fn is_mistake(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{InvalidData, InvalidInput, PermissionDenied};
    matches!(error.kind(), InvalidData | InvalidInput | PermissionDenied)
}

/// What of an error may be told: a message of PostgreSQL while connecting has no values in it.
fn told(error: &sqlx::Error) -> String {
    let said = match error {
        sqlx::Error::Database(error) => error.message().to_owned(),
        sqlx::Error::Io(error) if error.kind() == std::io::ErrorKind::InvalidData => {
            format!("TLS with it failed: {error}. See sslmode and sslrootcert in DATABASE_URL")
        }
        sqlx::Error::Io(error) => error.to_string(),
        sqlx::Error::Tls(error) => {
            format!("TLS with it failed: {error}. See sslmode and sslrootcert in DATABASE_URL")
        }
        sqlx::Error::Configuration(error) => format!("DATABASE_URL cannot be used: {error}"),
        sqlx::Error::Protocol(_) => {
            "what answers at its address does not speak as PostgreSQL does".to_owned()
        }
        sqlx::Error::PoolTimedOut => "it does not answer in time".to_owned(),
        other => describe(other).to_owned(),
    };
    match meaning(error) {
        Some(meaning) => format!("{said}. {meaning}"),
        None => said,
    }
}

fn told_of_migration(error: &MigrateError) -> String {
    match error {
        MigrateError::Execute(error) => told(error),
        MigrateError::ExecuteMigration(error, version) => format!("migration {version}: {}", told(error)),
        other => other.to_string(),
    }
}

/// What a code of PostgreSQL means to whoever runs the portal, and what to do. Appendix A of its manual has the codes.
fn meaning(error: &sqlx::Error) -> Option<&'static str> {
    if is_read_only(error) {
        return Some(
            "The database can only be read: it is a standby, or was made read-only. Name every server in DATABASE_URL, and the one that takes writes is found",
        );
    }
    let database = error.as_database_error()?;
    if database.message().contains("startup parameter") {
        return Some("That is a pooler such as pgbouncer: set LATCHKEY_DATABASE_POOLER=transaction");
    }
    match database.code()?.as_ref() {
        "53300" => Some(
            "Its connections are all taken: lower LATCHKEY_DATABASE_CONNECTIONS, or raise the limit of the role or the server",
        ),
        "53100" => Some("The disk of the database is full"),
        "53200" => Some("The database is out of memory"),
        "28P01" | "28000" => Some(
            "The database refuses the role or its password: see DATABASE_URL or the file of DATABASE_URL_FILE",
        ),
        "3D000" => Some("There is no such database: make it with CREATE DATABASE, or see DATABASE_URL"),
        "42501" => Some("The role has not the rights for it: docs/database.md lists them"),
        "42P05" | "26000" => Some("If a pooler stands in between, set LATCHKEY_DATABASE_POOLER=transaction"),
        _ => None,
    }
}

/// The database can only be read, as told by itself before any statement was refused.
#[derive(Debug, thiserror::Error)]
#[error("the database can only be read")]
struct ReadOnly;

/// The error for a database that takes no writes.
pub(crate) fn read_only() -> sqlx::Error {
    sqlx::Error::AnyDriverError(Box::new(ReadOnly))
}

/// Whether the database takes no writes.
pub(crate) fn is_read_only(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::AnyDriverError(error) if error.is::<ReadOnly>())
        || code_of(error).as_deref() == Some("25006")
}

/// Whether the server is away at the moment, and may be there in a moment.
pub(crate) fn is_away(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(error) => !is_mistake(error),
        sqlx::Error::PoolTimedOut => true,
        sqlx::Error::Database(error) => error.code().is_some_and(|code| code.starts_with("57P")),
        _ => false,
    }
}

/// Whether the server lets no more connections in.
pub(crate) fn is_crowded(error: &sqlx::Error) -> bool {
    code_of(error).as_deref() == Some("53300")
}

/// Whether the connection itself failed, as after a restart of PostgreSQL, or remembers what is no longer so: another
/// connection may do.
pub(crate) fn is_broken(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Protocol(_) => true,
        // PostgreSQL is going down or coming up, or has ended the session for its time limits; a pooler has lost it; the form of an answer was changed by a migration; a prepared statement
        // is not there, or there twice.
        sqlx::Error::Database(error) => error.code().is_some_and(|code| {
            code.starts_with("57P")
                || code.starts_with("08")
                || ["25P03", "25P04", "26000", "42P05"].contains(&code.as_ref())
                || (code == "0A000" && error.message().contains("cached plan"))
        }),
        _ => false,
    }
}

fn code_of(error: &sqlx::Error) -> Option<String> {
    Some(error.as_database_error()?.code()?.into_owned())
}

/// Logs what an error means to whoever runs the portal, if it is one of those that they can do something about.
pub(crate) fn explain(error: &sqlx::Error) {
    if let Some(meaning) = meaning(error) {
        tracing::warn!(code = code_of(error), "{meaning}");
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
        sqlx::Error::AnyDriverError(_) => "read-only",
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
        | sqlx::Error::Configuration(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => true,
        sqlx::Error::Database(error) => is_unavailable_code(error.code().as_deref().unwrap_or_default()),
        other => is_read_only(other),
    }
}

/// PostgreSQL, appendix A: connection exception, invalid authorization, transaction rollback (a deadlock among them),
/// insufficient resources, operator intervention (a time-out among them), system error; read-only transaction, a
/// transaction whose first failure was told already, a session or transaction that was ended for its time limits, no such
/// database, something in use by somebody else, lock not available, and what a pooler or a
/// migration beside us does to prepared statements.
fn is_unavailable_code(code: &str) -> bool {
    ["08", "28", "40", "53", "57", "58"].iter().any(|class| code.starts_with(class))
        || ["25006", "25P02", "25P03", "25P04", "3D000", "55006", "55P03", "26000", "42P05"].contains(&code)
}

/// Logs the error once, without what was sent or the database's detail, and says what outsiders are told.
pub(crate) fn public_error(ctx: &Ctx, error: &sqlx::Error) -> Error {
    if NoKey::is(error) {
        return Error::Sealed;
    }
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    let constraint = broken_constraint(error);
    let (what, meaning) = (describe(error), meaning(error));
    if is_unavailable(error) {
        tracing::warn!(request_id = ctx.request_id, ?code, what, meaning, "the database is not available");
        Error::Unavailable
    } else {
        tracing::error!(request_id = ctx.request_id, ?code, constraint, what, meaning, "the database failed");
        Error::Internal(ctx.request_id.clone())
    }
}

/// Logs what failed that has nothing to do with what was asked, and returns what outsiders are told.
pub(crate) fn internal(ctx: &Ctx, error: &dyn std::error::Error) -> Error {
    tracing::error!(request_id = ctx.request_id, "{error}");
    Error::Internal(ctx.request_id.clone())
}

/// The process was given no key, or not the right one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the key encryption key is not at hand")]
pub(crate) struct NoKey;

impl NoKey {
    /// As it travels among what can go wrong with the database.
    pub(crate) fn into_database_error() -> sqlx::Error {
        sqlx::Error::Configuration(Box::new(Self))
    }

    pub(crate) fn is(error: &sqlx::Error) -> bool {
        matches!(error, sqlx::Error::Configuration(inner) if inner.is::<Self>())
    }
}

/// It could not be sealed or opened. No detail: there is none that is safe to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a stored value is not what was sealed")]
pub(crate) struct IntegrityError;

/// Why a unit of work was not done. `?` makes one of whatever may end it.
#[derive(Debug)]
pub(crate) enum Failure<E = Error> {
    /// The database failed. Logged where the work ends.
    Db(sqlx::Error),
    /// A value could not be sealed or opened, or a row is not what the portal wrote. Logged where the work ends.
    Integrity(IntegrityError),
    /// A rule says no: whoever asks is told just this.
    Domain(E),
}

impl<E> Failure<E> {
    /// Returns whether a statement violated this constraint.
    pub(crate) fn violates(&self, constraint: &str) -> bool {
        matches!(self, Self::Db(error) if broken_constraint(error) == Some(constraint))
    }

    /// Returns this error in the place of a violation of the constraint.
    pub(crate) fn on_violation(error: sqlx::Error, constraint: &str, instead: impl FnOnce() -> E) -> Self {
        if broken_constraint(&error) == Some(constraint) { Self::Domain(instead()) } else { Self::Db(error) }
    }
}

impl<E: From<Error>> Failure<E> {
    /// Logs what failed, once, and returns what outsiders are told.
    pub(crate) fn public_error(self, ctx: &Ctx) -> E {
        match self {
            Self::Db(error) => public_error(ctx, &error).into(),
            Self::Integrity(error) => internal(ctx, &error).into(),
            Self::Domain(error) => error,
        }
    }
}

impl<E> From<sqlx::Error> for Failure<E> {
    fn from(error: sqlx::Error) -> Self {
        Self::Db(error)
    }
}

impl<E> From<IntegrityError> for Failure<E> {
    fn from(error: IntegrityError) -> Self {
        Self::Integrity(error)
    }
}

impl<E: From<Error>> From<Error> for Failure<E> {
    fn from(error: Error) -> Self {
        Self::Domain(error.into())
    }
}
