//! Who did what. Written in the transaction of the change itself.

pub(crate) mod repository;

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditAction {
    /// A secret was added.
    SecretAdded,
    /// A secret was changed.
    SecretChanged,
    /// A secret was deleted.
    SecretDeleted,
    /// A value was taken out.
    ValueRead,
    /// Made-up secrets were added.
    SecretsSeeded,
}

impl AuditAction {
    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SecretAdded => "secret added",
            Self::SecretChanged => "secret changed",
            Self::SecretDeleted => "secret deleted",
            Self::ValueRead => "value read",
            Self::SecretsSeeded => "secrets seeded",
        }
    }
}

/// How it went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Done,
    /// What is stored is not what was sealed.
    IntegrityFailure,
}

impl Outcome {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::IntegrityFailure => "integrity failure",
        }
    }
}

/// One record.
#[derive(Clone, Debug)]
pub(crate) struct AuditRecord<'a> {
    pub(crate) action: AuditAction,
    /// The id of the secret.
    pub(crate) object: &'a str,
    pub(crate) outcome: Outcome,
    /// The names of the fields that were changed.
    pub(crate) fields: &'a [&'static str],
}
