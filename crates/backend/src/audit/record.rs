//! An audit record that is to be written.

use super::action::AuditAction;

/// The outcome of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The action was done.
    Done,
    /// The actor may not do the action.
    Refused,
    /// The proof of identity was wrong.
    Failed,
    /// A stored value is not the one that was sealed.
    IntegrityFailure,
}

impl Outcome {
    /// All outcomes.
    pub const ALL: [Self; 4] = [Self::Done, Self::Refused, Self::Failed, Self::IntegrityFailure];

    /// Returns the text that is stored and that people read.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::IntegrityFailure => "integrity failure",
        }
    }
}

/// An audit record that is to be written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AuditRecord<'a> {
    pub(crate) action: AuditAction,
    /// The id of the secret, the name of the user, the id of the token.
    pub(crate) object: &'a str,
    pub(crate) outcome: Outcome,
    /// The names of the changed fields.
    pub(crate) fields: &'a [&'static str],
}

impl<'a> AuditRecord<'a> {
    /// Returns a record of an action that was done to this object.
    pub(crate) fn done(action: AuditAction, object: &'a str) -> Self {
        Self { action, object, outcome: Outcome::Done, fields: &[] }
    }
}
