//! A record that is to be written.

use super::action::AuditAction;

domain::coded_enum! {
    /// How it went. The code is stored and hashed into the chain: it never changes.
    pub enum Outcome: code, label {
        /// As was asked.
        Done = "done", "done";
        /// The actor may not.
        Refused = "refused", "refused";
        /// What was given to prove who it is did not.
        Failed = "failed", "failed";
        /// What is stored is not what was sealed.
        IntegrityFailure = "integrity failure", "integrity failure";
    }
}

impl Outcome {
    /// Returns the label of a stored code; the code itself where another version of the portal has written it.
    pub fn label_of(code: &str) -> &str {
        Self::parse(code).map_or(code, Self::label)
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
