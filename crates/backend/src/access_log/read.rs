//! A read of a value.

use crate::{audit::Outcome, context::Ctx};
use domain::secret::SecretId;
use uuid::Uuid;

/// A version of a secret's value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OfVersion {
    /// The id of the secret's row.
    pub(crate) secret: Uuid,
    pub(crate) number: i64,
    /// Whether it is an earlier one, which the record names.
    pub(crate) earlier: bool,
}

/// A value that is about to leave.
#[derive(Clone, Debug)]
pub(crate) struct Read {
    pub(crate) ctx: Ctx,
    pub(crate) id: SecretId,
    pub(crate) version: OfVersion,
    pub(crate) outcome: Outcome,
    /// Whether nothing leaves, because the consumer has the value already.
    pub(crate) unchanged: bool,
}

impl Read {
    pub(crate) fn new(ctx: &Ctx, id: &SecretId, version: OfVersion, outcome: Outcome) -> Self {
        Self { ctx: ctx.clone(), id: id.clone(), version, outcome, unchanged: false }
    }

    /// Returns how the record names an earlier version; `None` for the one in use.
    pub(super) fn named_version(&self) -> Option<String> {
        self.version.earlier.then(|| format!("version-{}", self.version.number))
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
