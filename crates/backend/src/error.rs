//! From the database's errors to public errors.

use crate::context::Ctx;
use domain::{access::AccessError, error::Error, import::ImportError};
use sqlx::migrate::MigrateError;

/// The reason why the backend did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address is invalid. It is not repeated, because it may contain a password.
    #[error("DATABASE_URL cannot be used: {0}")]
    Address(String),
    /// The database refused or did not answer.
    #[error("the database: {}", message(.0))]
    Database(#[from] sqlx::Error),
    /// The database is unsuitable.
    #[error("the database cannot be used: {0}")]
    Unfit(String),
    /// A newer version has migrated the database.
    #[error(
        "the database was brought up to date by a newer version of Latchkey: its schema is {found}, and this version knows \
         {known}. Start the newer version, or restore a backup from before"
    )]
    Newer {
        /// A migration that this version does not know.
        found: i64,
        /// The newest migration that it knows.
        known: i64,
    },
    /// A migration failed.
    #[error("the database could not be brought up to date, and is as it was: {}", migration_message(.0))]
    Migration(#[from] MigrateError),
}

impl StartError {
    /// Returns whether the error may pass by itself, so that trying again makes sense.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Database(error)
            | Self::Migration(MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _)) => {
                is_passing(error)
            }
            Self::Address(_) | Self::Unfit(_) | Self::Newer { .. } | Self::Migration(_) => false,
        }
    }

    /// Returns whether the database refused the password or the role, which another password in a file may cure.
    pub fn is_refused_sign_in(&self) -> bool {
        matches!(self, Self::Database(error) if code_of(error).is_some_and(|code| code.starts_with("28")))
    }
}

/// Returns whether waiting makes sense: the server is away, starting, full or read-only at the moment. A refusal because of
/// the configuration never passes.
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

/// Returns whether the configuration is the cause: a certificate that is not trusted, or a socket that we may not use.
fn is_mistake(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{InvalidData, InvalidInput, PermissionDenied};
    matches!(error.kind(), InvalidData | InvalidInput | PermissionDenied)
}

/// Returns the part of an error that may be shown: PostgreSQL's messages while connecting contain no values.
fn message(error: &sqlx::Error) -> String {
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

fn migration_message(error: &MigrateError) -> String {
    match error {
        MigrateError::Execute(error) => message(error),
        MigrateError::ExecuteMigration(error, version) => format!("migration {version}: {}", message(error)),
        other => other.to_string(),
    }
}

/// Returns the meaning of a PostgreSQL code for whoever runs the portal, and what to do. Appendix A of its manual lists the
/// codes.
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

/// The error of a read-only database, as it says itself before any statement was refused.
#[derive(Debug, thiserror::Error)]
#[error("the database can only be read")]
struct ReadOnly;

/// Returns the error for a database that takes no writes.
pub(crate) fn read_only() -> sqlx::Error {
    sqlx::Error::AnyDriverError(Box::new(ReadOnly))
}

/// Returns whether the database takes no writes.
pub(crate) fn is_read_only(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::AnyDriverError(error) if error.is::<ReadOnly>())
        || code_of(error).as_deref() == Some("25006")
}

/// Returns whether the server is away at the moment, and may be back in a moment.
pub(crate) fn is_away(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(error) => !is_mistake(error),
        sqlx::Error::PoolTimedOut => true,
        sqlx::Error::Database(error) => error.code().is_some_and(|code| code.starts_with("57P")),
        _ => false,
    }
}

/// Returns whether the server accepts no more connections.
pub(crate) fn is_crowded(error: &sqlx::Error) -> bool {
    code_of(error).as_deref() == Some("53300")
}

/// Returns whether the connection itself failed, as after a restart of PostgreSQL, or has outdated state: another connection
/// may do.
pub(crate) fn is_broken(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Protocol(_) => true,
        // PostgreSQL is shutting down or starting, or has ended the session for its time limits; a pooler has lost it; the
        // form of an answer was changed by a migration; a prepared statement is missing, or exists twice.
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

/// Logs the meaning of an error for whoever runs the portal, if it is one that they can cure.
pub(crate) fn explain(error: &sqlx::Error) {
    if let Some(meaning) = meaning(error) {
        tracing::warn!(code = code_of(error), "{meaning}");
    }
}

/// Returns a description of the error, without anything that was sent.
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

/// Returns the name of the constraint that the change violated, if any.
pub(crate) fn broken_constraint(error: &sqlx::Error) -> Option<&str> {
    error.as_database_error().and_then(sqlx::error::DatabaseError::constraint)
}

/// Returns whether the database is unavailable.
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

/// Returns whether a code means that the database is unavailable. From PostgreSQL's appendix A: connection exception, invalid
/// authorization, transaction rollback (a deadlock among them), insufficient resources, operator intervention (a timeout
/// among them), system error; read-only transaction, a transaction whose first failure was reported already, a session or
/// transaction that was ended for its time limits, no such database, something in use by somebody else, lock not available,
/// and what a pooler or a concurrent migration does to prepared statements.
fn is_unavailable_code(code: &str) -> bool {
    ["08", "28", "40", "53", "57", "58"].iter().any(|class| code.starts_with(class))
        || ["25006", "25P02", "25P03", "25P04", "3D000", "55006", "55P03", "26000", "42P05"].contains(&code)
}

/// Logs the error once, without what was sent or the database's detail, and returns the public error.
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

/// Logs a failure that has nothing to do with the request, and returns the public error.
pub(crate) fn internal(ctx: &Ctx, error: &dyn std::error::Error) -> Error {
    tracing::error!(request_id = ctx.request_id, "{error}");
    Error::Internal(ctx.request_id.clone())
}

/// The error of a process that has no key, or not the right one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the key encryption key is not at hand")]
pub(crate) struct NoKey;

impl NoKey {
    /// Returns the error in the form of a database error.
    pub(crate) fn into_database_error() -> sqlx::Error {
        sqlx::Error::Configuration(Box::new(Self))
    }

    pub(crate) fn is(error: &sqlx::Error) -> bool {
        matches!(error, sqlx::Error::Configuration(inner) if inner.is::<Self>())
    }
}

/// The error of a value that could not be sealed or opened. Without detail, because no detail is safe to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a stored value is not what was sealed")]
pub(crate) struct IntegrityError;

/// The reason why a unit of work was not done. `?` converts whatever may end it.
#[derive(Debug)]
pub(crate) enum Failure<E = Error> {
    /// The database failed. Logged at the end of the work.
    Db(sqlx::Error),
    /// A value could not be sealed or opened, or a row is not what the portal wrote. Logged at the end of the work.
    Integrity(IntegrityError),
    /// A rule rejects the work, with the error that the caller sees.
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
    /// Logs the failure once, and returns the public error.
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

impl From<AccessError> for Failure<AccessError> {
    fn from(error: AccessError) -> Self {
        Self::Domain(error)
    }
}

impl From<ImportError> for Failure<ImportError> {
    fn from(error: ImportError) -> Self {
        Self::Domain(error)
    }
}
