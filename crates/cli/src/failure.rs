//! The failure of a command: a message and an exit code.

use std::{borrow::Cow, fmt};

/// The reason why a command failed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    /// The message for a person.
    pub(crate) message: Cow<'static, str>,
    /// The exit code.
    pub(crate) code: u8,
}

impl Failure {
    /// The portal refused the command, or it broke.
    pub(crate) const FAILED: u8 = 1;
    /// The token is not valid, or does not allow this.
    pub(crate) const NOT_ALLOWED: u8 = 3;
    /// There is no such secret.
    pub(crate) const NOT_FOUND: u8 = 4;

    /// Returns a failure with this message.
    pub(crate) fn new(message: impl Into<Cow<'static, str>>) -> Self {
        Self { message: message.into(), code: Self::FAILED }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

/// The outcome of a command.
pub(crate) type Outcome = Result<(), Failure>;
