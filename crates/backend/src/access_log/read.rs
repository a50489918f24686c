//! A read of a value.

use crate::{audit::Outcome, context::Ctx};
use domain::secret::SecretId;
use uuid::Uuid;

/// A value that is about to leave.
#[derive(Clone, Debug)]
pub(crate) struct Read {
    pub(crate) ctx: Ctx,
    pub(crate) id: SecretId,
    /// The id of the secret's row.
    pub(crate) secret: Uuid,
    /// The version of the value.
    pub(crate) version: i64,
    pub(crate) outcome: Outcome,
    /// Whether nothing leaves, because the consumer has the value already.
    pub(crate) unchanged: bool,
}

impl Read {
    pub(crate) fn new(ctx: &Ctx, id: &SecretId, (secret, version): (Uuid, i64), outcome: Outcome) -> Self {
        Self { ctx: ctx.clone(), id: id.clone(), secret, version, outcome, unchanged: false }
    }

    /// Returns the word by which monitoring counts the read, after it was recorded or could not be.
    pub(super) fn counted_as(&self, recorded: bool) -> &'static str {
        match self.outcome {
            _ if !recorded => "unrecorded",
            Outcome::Done if self.unchanged => "unchanged",
            Outcome::IntegrityFailure => "integrity-failure",
            outcome => outcome.code(),
        }
    }
}
