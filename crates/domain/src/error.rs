//! The errors that outsiders see. A closed set: it carries codes and the names of fields, and never what was submitted.

mod field;
mod problem;

pub use field::{Field, FieldError};
pub use problem::Problem;

use crate::{
    access::SignOnProblem, connection_test::TestCause, import::ImportProblem, secret::SecretId,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// The reason why an action was not done. Only this type defines its code, status and message. Variants that no server
/// function returns are not sent, so that the browser need not know them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Error {
    /// Fields are invalid.
    #[error("invalid input")]
    Invalid(Vec<FieldError>),
    /// There is no such secret.
    #[error("not found")]
    NotFound,
    /// Another version is stored than the one that the change began with.
    #[error("changed in the meantime")]
    Changed(Change),
    /// Another secret holds the same key, or the same account at the same registry. It is saved only on request.
    #[error("another secret holds the same")]
    #[serde(rename = "Twin")]
    Duplicate(SecretId),
    /// The key encryption key is not the one that the stored values were sealed with.
    #[error("sealed")]
    Sealed,
    /// The database does not answer in time.
    #[error("unavailable")]
    Unavailable,
    /// The actor has tested connections too often, and may test again after this number of seconds.
    #[error("too many tests")]
    TooManyTests(u32),
    /// The request cannot be parsed.
    #[error("bad request")]
    BadRequest,
    /// Nobody is signed in any more.
    #[error("not signed in")]
    NotSignedIn,
    /// The actor may not do this.
    #[error("forbidden")]
    Forbidden,
    /// An unexpected failure; the log has it under this reference.
    #[error("internal error {0}")]
    Internal(String),
    /// The name or the password is wrong; which of them is not revealed.
    #[serde(skip)]
    #[error("wrong name or password")]
    WrongPassword,
    /// There were too many failures; the next try is possible after this number of seconds.
    #[serde(skip)]
    #[error("locked for {0} seconds")]
    Locked(u32),
    /// A signed-in person made the last allowed failure: the session has ended, and signing in is possible after this number
    /// of seconds.
    #[serde(skip)]
    #[error("signed out, and locked for {0} seconds")]
    LockedOut(u32),
    /// Too many passwords are being verified, so this one was not; the next try is possible after this number of seconds.
    #[serde(skip)]
    #[error("busy for {0} seconds")]
    Busy(u32),
    /// The link was used, has expired, or never existed.
    #[serde(skip)]
    #[error("the link is not good any more")]
    LinkSpent,
    /// The change would leave no administrator.
    #[serde(skip)]
    #[error("the last administrator")]
    LastAdmin,
    /// Signing in at the provider failed.
    #[serde(skip)]
    #[error("single sign-on: {0:?}")]
    SignOn(SignOnProblem),
    /// Nobody signs in with a password here.
    #[serde(skip)]
    #[error("people sign in at a provider alone: LATCHKEY_PASSWORD_SIGN_IN is off")]
    NoPasswords,
    /// The provider at which this user signs in keeps their role and password.
    #[serde(skip)]
    #[error("this user signs in at a provider, which keeps their password and says what they may do")]
    KeptByProvider,
    /// The action requires a sign-in at the provider within the last few minutes.
    #[serde(skip)]
    #[error("sign in again at the provider first")]
    ProveAtProvider,
    /// The provider's message that somebody is signed out is invalid, for this reason. Repeats nothing that was sent.
    #[serde(skip)]
    #[error("{0}")]
    LogoutToken(#[serde(skip)] &'static str),
    /// There is nothing to choose from in the file.
    #[serde(skip)]
    #[error("nothing to import")]
    Import(ImportProblem),
    /// Rows of an import are invalid, by their numbers.
    #[serde(skip)]
    #[error("invalid rows")]
    Rows(Vec<(u32, FieldError)>),
    /// No row of an import was chosen.
    #[serde(skip)]
    #[error("nothing chosen")]
    NothingChosen,
    /// The import was discarded, has expired, or belongs to another session.
    #[serde(skip)]
    #[error("no such import")]
    ImportGone,
    /// The export format is for secrets of the other type.
    #[serde(skip)]
    #[error("wrong shape")]
    WrongShape,
    /// Argo CD needs the repository's address, and these secrets have none.
    #[serde(skip)]
    #[error("no address of a repository")]
    NoUrl(Vec<SecretId>),
    /// The password of this secret was typed for another registry host than its present one.
    #[serde(skip)]
    #[error("typed for another host")]
    OtherHost(SecretId),
    /// The value of this version is no longer kept.
    #[serde(skip)]
    #[error("the value is gone")]
    VersionGone,
    /// The version is the one in use.
    #[serde(skip)]
    #[error("the version in use")]
    CurrentVersion,
    /// The channel takes no notices, because its receiver is gone.
    #[serde(skip)]
    #[error("the channel is disabled")]
    ChannelDisabled,
    /// The test of an earlier value failed for this reason, so the value did not come back into use.
    #[serde(skip)]
    #[error("the test failed")]
    TestFailed(TestCause),
    /// The secret has expired at this time, and its owner wants it not to be handed out since.
    #[serde(skip)]
    #[error("expired")]
    Expired(SecretId, Timestamp),
}

/// A change that was made in between, by somebody else or in another window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The name of the actor who made it.
    pub by: String,
    /// The time of the change.
    pub at: Timestamp,
    /// The server's time.
    pub now: Timestamp,
    /// The version that is stored.
    pub version: i64,
    /// Whether the actor of this request made it.
    #[serde(default)]
    pub own: bool,
    /// The fields that were changed since the expected version, as far as they are known.
    #[serde(default)]
    pub fields: Vec<Field>,
}

impl Error {
    /// Returns the error of one field.
    pub fn field(field: Field, problem: impl Into<Problem>) -> Self {
        Self::Invalid(vec![FieldError::new(field, problem)])
    }

    /// Returns the code: a word that stays the same.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Invalid(_) => "invalid",
            Self::NotFound => "not-found",
            Self::Changed(_) => "changed",
            Self::Duplicate(_) => "twin",
            Self::Sealed => "sealed",
            Self::Unavailable => "unavailable",
            Self::TooManyTests(_) => "too-many",
            Self::BadRequest => "bad-request",
            Self::NotSignedIn => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::Internal(_) => "internal",
            Self::WrongPassword => "wrong-password",
            Self::Locked(_) => "locked",
            Self::LockedOut(_) => "locked-out",
            Self::Busy(_) => "busy",
            Self::LinkSpent => "link-spent",
            Self::LastAdmin => "last-admin",
            Self::SignOn(problem) => problem.code(),
            Self::NoPasswords => "no-passwords",
            Self::KeptByProvider => "kept-by-provider",
            Self::ProveAtProvider => "prove-at-provider",
            Self::LogoutToken(_) => "logout-token",
            Self::Import(_) => "import",
            Self::Rows(_) => "rows",
            Self::NothingChosen => "nothing-chosen",
            Self::ImportGone => "import-gone",
            Self::WrongShape => "wrong-shape",
            Self::NoUrl(_) => "no-url",
            Self::OtherHost(_) => "other-host",
            Self::VersionGone => "version-gone",
            Self::CurrentVersion => "current-version",
            Self::ChannelDisabled => "channel-disabled",
            Self::TestFailed(_) => "test-failed",
            Self::Expired(..) => "expired",
        }
    }

    /// Returns the HTTP status.
    pub fn status(&self) -> u16 {
        match self {
            Self::BadRequest | Self::LogoutToken(_) => 400,
            Self::NotSignedIn | Self::WrongPassword => 401,
            Self::Forbidden | Self::NoPasswords | Self::KeptByProvider | Self::ProveAtProvider => 403,
            Self::NotFound | Self::ImportGone => 404,
            Self::Changed(_)
            | Self::Duplicate(_)
            | Self::LastAdmin
            | Self::OtherHost(_)
            | Self::CurrentVersion
            | Self::ChannelDisabled
            | Self::TestFailed(_) => 409,
            Self::LinkSpent | Self::VersionGone | Self::Expired(..) => 410,
            Self::Import(ImportProblem::TooLarge) => 413,
            Self::Invalid(_)
            | Self::Import(_)
            | Self::Rows(_)
            | Self::NothingChosen
            | Self::WrongShape
            | Self::NoUrl(_) => 422,
            Self::TooManyTests(_) | Self::Locked(_) | Self::LockedOut(_) => 429,
            Self::Internal(_) => 500,
            Self::Sealed | Self::Unavailable | Self::Busy(_) => 503,
            Self::SignOn(problem) => problem.status(),
        }
    }

    /// Returns after how many seconds a retry makes sense, if that is known.
    pub fn retry_after(&self) -> Option<u32> {
        match self {
            Self::Sealed | Self::Unavailable => Some(5),
            Self::TooManyTests(seconds)
            | Self::Locked(seconds)
            | Self::LockedOut(seconds)
            | Self::Busy(seconds) => Some(*seconds),
            _ => None,
        }
    }
}

impl From<SignOnProblem> for Error {
    fn from(problem: SignOnProblem) -> Self {
        Self::SignOn(problem)
    }
}

#[cfg(test)]
mod tests;
