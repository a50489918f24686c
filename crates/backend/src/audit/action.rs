//! What is put on record.

use crate::context::Action;

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $label:literal;)+) => {
        /// What was done.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum AuditAction {
            $($(#[$doc])* $name,)+
            /// Something was asked for that the actor may not do.
            Attempt(Action),
        }

        impl AuditAction {
            /// Every variant.
            pub fn all() -> impl Iterator<Item = Self> {
                [$(Self::$name,)+].into_iter().chain(Action::ALL.map(Self::Attempt))
            }

            /// Returns the code, which is stored and hashed into the chain: it never changes.
            pub fn code(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)+
                    Self::Attempt(action) => action.code(),
                }
            }

            /// Returns the label for people, which may be reworded.
            pub fn label(self) -> &'static str {
                match self {
                    $(Self::$name => $label,)+
                    Self::Attempt(action) => action.label(),
                }
            }
        }
    };
}

// Each with the code that is stored, and with its label.
actions! {
    /// A secret was added.
    SecretAdded = "secret added", "secret added";
    /// A secret was changed.
    SecretChanged = "secret changed", "secret changed";
    /// A secret was deleted.
    SecretDeleted = "secret deleted", "secret deleted";
    /// A deleted secret was restored.
    SecretRestored = "secret restored", "secret restored";
    /// A deleted secret was removed for good, with its values.
    SecretRemoved = "secret removed for good", "secret removed for good";
    /// A value was taken out.
    ValueRead = "value read", "value read";
    /// Credentials were found in a pasted file, and wait to be chosen from.
    ImportBegun = "import begun", "import begun";
    /// They were thrown away.
    ImportDiscarded = "import discarded", "import discarded";
    /// A key pair was made: with a new secret, or beside the key of one.
    SshKeyGenerated = "SSH key generated", "SSH key generated";
    /// The pair that waited took the place of the key.
    SshKeySwitched = "SSH key switched", "SSH key switched";
    /// The pair that waited was taken away.
    SshKeyDiscarded = "SSH key discarded", "SSH key discarded";
    /// Keys that were stored before keys were read were looked at.
    SshKeysRead = "SSH keys read", "SSH keys read";
    /// A credential was tried on what it is for.
    ConnectionTested = "connection tested", "connection tested";
    /// An image or a dataset was added.
    UsageAdded = "usage added", "usage added";
    /// An image or a dataset was changed.
    UsageChanged = "usage changed", "usage changed";
    /// An image or a dataset was deleted.
    UsageDeleted = "usage deleted", "usage deleted";
    /// Made-up secrets were added.
    SecretsSeeded = "secrets seeded", "secrets seeded";
    /// Somebody signed in, or tried to.
    SignIn = "sign-in", "sign-in";
    /// After five failures a name was locked.
    AccountLocked = "account locked", "account locked";
    /// Somebody who has signed in was asked for their password again.
    PasswordAsked = "password asked again", "password asked again";
    /// The provider at which somebody signs in has said that they are signed out.
    ProviderLogout = "sign-out at the provider", "sign-out at the provider";
    /// Somebody's API tokens are refused until they sign in at the provider again.
    TokensSuspended = "tokens suspended", "tokens suspended";
    /// They are taken again.
    TokensResumed = "tokens taken again", "tokens taken again";
    /// Somebody signed out.
    SignOut = "sign-out", "sign-out";
    /// A session was ended from another one.
    SessionEnded = "session ended", "session ended";
    /// A user was added.
    UserAdded = "user added", "user added";
    /// A user was given another role.
    UserRoleChanged = "role changed", "role changed";
    /// A user may not sign in any more.
    UserDisabled = "user disabled", "user disabled";
    /// A user may sign in again.
    UserEnabled = "user enabled", "user enabled";
    /// A link was made with which a password can be chosen.
    PasswordLinkMade = "password link made", "password link made";
    /// A password was chosen or changed.
    PasswordChanged = "password changed", "password changed";
    /// An API token was made.
    TokenCreated = "token created", "token created";
    /// An API token was revoked.
    TokenRevoked = "token revoked", "token revoked";
    /// Audit records were taken out as a file.
    AuditExported = "audit exported", "audit exported";
    /// A key encryption key was made known.
    KeyAdded = "key added", "key added";
    /// Another key encryption key seals from now on.
    KeyActivated = "key activated", "key activated";
    /// Values were sealed anew.
    ValuesRewrapped = "values rewrapped", "values rewrapped";
    /// A key encryption key was put away.
    KeyRetired = "key retired", "key retired";
    /// Rows of an older version are vouched for from now on.
    RowsTakenOver = "rows taken over", "rows taken over";
    /// A row was refused that the portal did not write.
    RowRefused = "forged row refused", "forged row refused";
    /// The end of the record was not the one that the portal had noted.
    RecordCut = "record found cut", "record found cut";
    /// So much was asked for that the actor may not do that it is not told one by one.
    ManyRefused = "much refused", "much refused";
}

impl AuditAction {
    /// Returns the label of a stored code; the code itself where another version of the portal has written it.
    pub fn label_of(code: &str) -> &str {
        Self::all().find(|action| action.code() == code).map_or(code, Self::label)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::Outcome;

    /// These texts stand in records and in their hashes: a changed one would not be found any more, and a label is not one.
    #[test]
    fn codes_are_those_of_the_records_that_were_written() {
        let stored = [
            "secret added",
            "secret changed",
            "secret deleted",
            "secret restored",
            "secret removed for good",
            "value read",
            "import begun",
            "import discarded",
            "SSH key generated",
            "SSH key switched",
            "SSH key discarded",
            "SSH keys read",
            "connection tested",
            "usage added",
            "usage changed",
            "usage deleted",
            "secrets seeded",
            "sign-in",
            "account locked",
            "password asked again",
            "sign-out at the provider",
            "tokens suspended",
            "tokens taken again",
            "sign-out",
            "session ended",
            "user added",
            "role changed",
            "user disabled",
            "user enabled",
            "password link made",
            "password changed",
            "token created",
            "token revoked",
            "audit exported",
            "key added",
            "key activated",
            "values rewrapped",
            "key retired",
            "rows taken over",
            "forged row refused",
            "record found cut",
            "much refused",
            "see secrets",
            "change secrets",
            "take values out",
            "manage own account",
            "manage users",
            "manage tokens",
            "see everybody's tokens",
            "read the audit log",
            "manage keys",
        ];
        assert_eq!(AuditAction::all().map(AuditAction::code).collect::<Vec<_>>(), stored);
        assert_eq!(Outcome::ALL.map(Outcome::code), ["done", "refused", "failed", "integrity failure"]);
    }

    #[test]
    fn label_of_a_code_of_another_version_is_the_code() {
        for action in AuditAction::all() {
            assert_eq!(AuditAction::label_of(action.code()), action.label());
        }
        assert_eq!(AuditAction::label_of("moon landed"), "moon landed");
        for outcome in Outcome::ALL {
            assert_eq!(Outcome::parse(outcome.code()), Some(outcome));
            assert_eq!(Outcome::label_of(outcome.code()), outcome.label());
        }
        assert_eq!(Outcome::label_of("shrugged"), "shrugged");
    }
}
