//! The scope of an API token.

use super::Role;

coded_enum! {
    /// The rights of a token. Scopes do not include each other: `Write` does not read values.
    pub enum TokenScope: as_str, label {
        /// See secrets, without values.
        ReadMetadata = "read-metadata", "Read metadata";
        /// Read values.
        ReadValues = "read-values", "Read values";
        /// Add, change and delete secrets.
        Write = "write", "Write";
        /// See the audit log and everybody's tokens.
        ReadAudit = "read-audit", "Read audit log";
        /// Manage channels, rules and deliveries of notices.
        ManageNotices = "manage-notifications", "Manage notifications";
    }
}

impl TokenScope {
    /// Describes the rights in a few words.
    pub fn allows(self) -> &'static str {
        match self {
            Self::ReadMetadata => "sees which secrets there are, never a value",
            Self::ReadValues => "sees secrets and takes their values out",
            Self::Write => "sees, adds, changes and deletes secrets, and takes no value out",
            Self::ReadAudit => {
                "sees the audit log, everybody's tokens and which secrets there are, never a value"
            }
            Self::ManageNotices => "manages channels and rules of notifications, and sees their deliveries",
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
            Self::ReadAudit | Self::ManageNotices => Role::Admin,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asks_for_proof_is_false_only_for_metadata() {
        for scope in TokenScope::ALL {
            assert_eq!(scope.asks_for_proof(), scope != TokenScope::ReadMetadata, "{scope:?}");
        }
    }
}
