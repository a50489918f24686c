//! Actions that are recorded.

use crate::context::Action;
use domain::secret::SecretId;

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident = $code:literal;)+) => {
        /// An action that was done.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum AuditAction {
            $($(#[$doc])* $name,)+
            /// An actor attempted something that it may not do.
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

            /// Parses a code; returns `None` for one of another version of the portal.
            pub fn parse(code: &str) -> Option<Self> {
                Self::all().find(|action| action.code() == code)
            }
        }
    };
}

// Each action with its stored code.
actions! {
    /// A secret was added.
    SecretAdded = "secret added";
    /// A secret was changed.
    SecretChanged = "secret changed";
    /// A secret was deleted.
    SecretDeleted = "secret deleted";
    /// A deleted secret was restored.
    SecretRestored = "secret restored";
    /// A deleted secret was removed for good, with its values.
    SecretRemoved = "secret removed for good";
    /// An earlier value came back into use.
    ValueRolledBack = "value rolled back";
    /// The value of an earlier version was destroyed.
    VersionDestroyed = "version destroyed";
    /// Values of earlier versions were removed because their time had ended.
    VersionsRemoved = "versions removed";
    /// A value was read.
    ValueRead = "value read";
    /// Credentials were found in a pasted file and wait for a selection.
    ImportBegun = "import begun";
    /// The credentials of an import were discarded.
    ImportDiscarded = "import discarded";
    /// A key pair was generated: with a new secret, or beside the key in use.
    SshKeyGenerated = "SSH key generated";
    /// The pending key pair replaced the key in use.
    SshKeySwitched = "SSH key switched";
    /// The pending key pair was discarded.
    SshKeyDiscarded = "SSH key discarded";
    /// SSH keys that older versions stored were parsed.
    SshKeysRead = "SSH keys read";
    /// A credential was tested.
    ConnectionTested = "connection tested";
    /// An image or a dataset was added.
    UsageAdded = "usage added";
    /// An image or a dataset was changed.
    UsageChanged = "usage changed";
    /// An image or a dataset was deleted.
    UsageDeleted = "usage deleted";
    /// Made-up secrets were added.
    SecretsSeeded = "secrets seeded";
    /// Somebody signed in, or tried to.
    SignIn = "sign-in";
    /// A name was locked after five failures.
    AccountLocked = "account locked";
    /// A signed-in person was asked for the password again.
    PasswordAsked = "password asked again";
    /// The provider reported that somebody is signed out.
    ProviderLogout = "sign-out at the provider";
    /// Somebody's API tokens are rejected until they sign in at the provider again.
    TokensSuspended = "tokens suspended";
    /// Somebody's API tokens are accepted again.
    TokensResumed = "tokens taken again";
    /// Somebody signed out.
    SignOut = "sign-out";
    /// A session was ended from another session.
    SessionEnded = "session ended";
    /// A user was added.
    UserAdded = "user added";
    /// A user got another role.
    UserRoleChanged = "role changed";
    /// A user may not sign in any more.
    UserDisabled = "user disabled";
    /// A user may sign in again.
    UserEnabled = "user enabled";
    /// A link with which a password can be chosen was created.
    PasswordLinkMade = "password link made";
    /// A password was chosen or changed.
    PasswordChanged = "password changed";
    /// Somebody chose the language of their pages.
    LanguageChanged = "language changed";
    /// Somebody entered an address for mails, which is yet to be confirmed.
    MailAddressEntered = "mail address entered";
    /// An address was confirmed by its link.
    MailAddressConfirmed = "mail address confirmed";
    /// Somebody removed their address.
    MailAddressForgotten = "mail address forgotten";
    /// The mail server takes no mail for an address, which is not used any more.
    MailAddressDropped = "mail address dropped";
    /// Somebody chose which notices they receive by mail.
    MailChoiceChanged = "mail choice changed";
    /// Somebody ended their mails by a link in one.
    MailUnsubscribed = "mails ended by link";
    /// An API token was created.
    TokenCreated = "token created";
    /// An API token was revoked.
    TokenRevoked = "token revoked";
    /// Audit records were exported as a file.
    AuditExported = "audit exported";
    /// A key encryption key was added.
    KeyAdded = "key added";
    /// Another key encryption key became the active one.
    KeyActivated = "key activated";
    /// Values were sealed again, under the active key.
    ValuesRewrapped = "values rewrapped";
    /// A key encryption key was retired.
    KeyRetired = "key retired";
    /// An administrator confirmed that the key file is backed up.
    KeyBackedUp = "key backup confirmed";
    /// An administrator dismissed the steps of setting up.
    StepsDismissed = "set-up steps dismissed";
    /// The database was backed up, or could not be.
    BackupMade = "backup made";
    /// The database was restored from a backup.
    DatabaseRestored = "database restored";
    /// A channel of notices was added.
    ChannelAdded = "channel added";
    /// A channel of notices was changed, paused or resumed.
    ChannelChanged = "channel changed";
    /// A channel of notices got another signing secret.
    ChannelSecretRotated = "signing secret rotated";
    /// A channel of notices was deleted.
    ChannelDeleted = "channel deleted";
    /// The receiver of a channel of notices is gone, so that nothing is sent to it any more.
    ChannelDisabled = "channel disabled";
    /// A test was sent to a channel of notices.
    ChannelTested = "channel tested";
    /// A rule of notices was added.
    NoticeRuleAdded = "notice rule added";
    /// A rule of notices was changed.
    NoticeRuleChanged = "notice rule changed";
    /// A rule of notices was deleted.
    NoticeRuleDeleted = "notice rule deleted";
    /// The settings of notices were changed.
    NoticeSettingsChanged = "notice settings changed";
    /// A notice was sent again because somebody asked for it.
    NoticeSentAgain = "notice sent again";
    /// Rows of an older version were signed.
    RowsTakenOver = "rows taken over";
    /// A row that the portal did not write was rejected.
    RowRefused = "forged row refused";
    /// The end of the audit log was not the one that the portal had signed.
    RecordCut = "record found cut";
    /// An actor made so many forbidden attempts that they are not recorded one by one.
    ManyRefused = "much refused";
}

impl AuditAction {
    /// Returns whether a record with this code is about an API token, whose id is the object.
    pub fn is_of_token(code: &str) -> bool {
        code == Self::TokenCreated.code() || code == Self::TokenRevoked.code()
    }

    /// Returns the secret that a record is about. Whether it is about one follows from the code of the action, because people
    /// and other things may have names that look like the id of a secret.
    pub fn secret_of(code: &str, object: &str) -> Option<SecretId> {
        let action = Self::parse(code)?;
        let of_secret = matches!(
            action,
            Self::SecretAdded
                | Self::SecretChanged
                | Self::SecretDeleted
                | Self::SecretRestored
                | Self::SecretRemoved
                | Self::ValueRolledBack
                | Self::VersionDestroyed
                | Self::VersionsRemoved
                | Self::ValueRead
                | Self::SshKeyGenerated
                | Self::SshKeySwitched
                | Self::SshKeyDiscarded
                | Self::ConnectionTested
                | Self::Attempt(Action::ReadSecrets | Action::WriteSecrets | Action::ReadValues)
        );
        SecretId::parse(object).filter(|_| of_secret)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::Outcome;

    /// These texts are part of records and their hashes: a changed one would no longer be found, and a label is not a code.
    const STORED: &[&str] = &[
        "secret added",
        "secret changed",
        "secret deleted",
        "secret restored",
        "secret removed for good",
        "value rolled back",
        "version destroyed",
        "versions removed",
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
        "language changed",
        "mail address entered",
        "mail address confirmed",
        "mail address forgotten",
        "mail address dropped",
        "mail choice changed",
        "mails ended by link",
        "token created",
        "token revoked",
        "audit exported",
        "key added",
        "key activated",
        "values rewrapped",
        "key retired",
        "key backup confirmed",
        "set-up steps dismissed",
        "backup made",
        "database restored",
        "channel added",
        "channel changed",
        "signing secret rotated",
        "channel deleted",
        "channel disabled",
        "channel tested",
        "notice rule added",
        "notice rule changed",
        "notice rule deleted",
        "notice settings changed",
        "notice sent again",
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
        "manage the portal",
        "manage notifications",
    ];

    #[test]
    fn codes_are_those_of_the_records_that_were_written() {
        assert_eq!(AuditAction::all().map(AuditAction::code).collect::<Vec<_>>(), STORED);
        assert_eq!(Outcome::ALL.map(Outcome::code), ["done", "refused", "failed", "integrity failure"]);
    }

    #[test]
    fn secret_of_returns_nothing_for_people_named_like_a_secret() {
        for action in ["secret changed", "value read", "connection tested", "take values out"] {
            let secret = AuditAction::secret_of(action, "image-x");
            assert_eq!(secret.map(|id| id.to_string()).as_deref(), Some("image-x"), "{action}");
        }
        for action in
            ["user added", "role changed", "sign-in", "session ended", "manage users", "moon landed"]
        {
            assert_eq!(AuditAction::secret_of(action, "image-x"), None, "{action}");
        }
        assert_eq!(AuditAction::secret_of("secrets seeded", "secrets seeded"), None);
    }

    #[test]
    fn parse_knows_every_code_and_no_other() {
        for action in AuditAction::all() {
            assert_eq!(AuditAction::parse(action.code()), Some(action));
        }
        assert_eq!(AuditAction::parse("moon landed"), None);
        for outcome in Outcome::ALL {
            assert_eq!(Outcome::parse(outcome.code()), Some(outcome));
        }
    }
}
