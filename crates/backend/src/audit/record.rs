//! An audit record that is to be written.

use super::action::AuditAction;

domain::coded_enum! {
    /// The outcome of an action. The code is stored and hashed into the chain: it never changes.
    pub enum Outcome: code {
        /// The action was done.
        Done = "done";
        /// The actor may not do the action.
        Refused = "refused";
        /// The proof of identity was wrong.
        Failed = "failed";
        /// A stored value is not the one that was sealed.
        IntegrityFailure = "integrity failure";
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
    pub(crate) fields: &'a [&'a str],
}

impl<'a> AuditRecord<'a> {
    /// Returns a record of an action that was done to this object.
    pub(crate) fn done(action: AuditAction, object: &'a str) -> Self {
        Self { action, object, outcome: Outcome::Done, fields: &[] }
    }
}
