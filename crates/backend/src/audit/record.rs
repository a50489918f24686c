//! A record that is to be written.

use super::action::AuditAction;

/// How it went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// As was asked.
    Done,
    /// The actor may not.
    Refused,
    /// What was given to prove who it is did not.
    Failed,
    /// What is stored is not what was sealed.
    IntegrityFailure,
}

impl Outcome {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Done, Self::Refused, Self::Failed, Self::IntegrityFailure];

    /// As it is stored, and as people read it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::IntegrityFailure => "integrity failure",
        }
    }
}

/// One record that is to be written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AuditRecord<'a> {
    pub(crate) action: AuditAction,
    /// The id of the secret, the name of the user, the id of the token.
    pub(crate) object: &'a str,
    pub(crate) outcome: Outcome,
    /// The names of the fields that were changed.
    pub(crate) fields: &'a [&'static str],
}

impl<'a> AuditRecord<'a> {
    /// Something that was done to this object.
    pub(crate) fn done(action: AuditAction, object: &'a str) -> Self {
        Self { action, object, outcome: Outcome::Done, fields: &[] }
    }
}
