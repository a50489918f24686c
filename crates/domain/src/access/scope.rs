//! The scope of an API token.

use super::Role;

/// The rights of a token. Scopes do not include each other: `Write` does not read values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenScope {
    /// See secrets, without values.
    ReadMetadata,
    /// Read values.
    ReadValues,
    /// Add, change and delete secrets.
    Write,
    /// See the audit log and everybody's tokens.
    ReadAudit,
}

impl TokenScope {
    /// Every variant.
    pub const ALL: [Self; 4] = [Self::ReadMetadata, Self::ReadValues, Self::Write, Self::ReadAudit];

    /// Returns the stored and sent form.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ReadMetadata => "read-metadata",
            Self::ReadValues => "read-values",
            Self::Write => "write",
            Self::ReadAudit => "read-audit",
        }
    }

    /// Parses what `as_str` returns.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == text)
    }

    /// Returns the label for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::ReadMetadata => "Read metadata",
            Self::ReadValues => "Read values",
            Self::Write => "Write",
            Self::ReadAudit => "Read audit log",
        }
    }

    /// Describes the rights in a few words.
    pub fn allows(self) -> &'static str {
        match self {
            Self::ReadMetadata => "sees which secrets there are, never a value",
            Self::ReadValues => "sees secrets and takes their values out",
            Self::Write => "sees, adds, changes and deletes secrets, and takes no value out",
            Self::ReadAudit => {
                "sees the audit log, everybody's tokens and which secrets there are, never a value"
            }
        }
    }

    /// Returns whether creating such a token requires a proof of identity, because it would turn a stolen session into
    /// lasting access.
    pub fn asks_for_proof(self) -> bool {
        self != Self::ReadMetadata
    }

    /// Returns the least role of the person whose token this may be.
    pub fn least_role(self) -> Role {
        match self {
            Self::ReadMetadata => Role::Reader,
            Self::ReadValues | Self::Write => Role::Editor,
            Self::ReadAudit => Role::Admin,
        }
    }
}
