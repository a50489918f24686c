//! What is put on record.

use crate::context::Action;

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditAction {
    /// A secret was added.
    SecretAdded,
    /// A secret was changed.
    SecretChanged,
    /// A secret was deleted.
    SecretDeleted,
    /// A deleted secret was restored.
    SecretRestored,
    /// A deleted secret was removed for good, with its values.
    SecretRemoved,
    /// A value was taken out.
    ValueRead,
    /// Credentials were found in a pasted file, and wait to be chosen from.
    ImportBegun,
    /// They were thrown away.
    ImportDiscarded,
    /// A key pair was made: with a new secret, or beside the key of one.
    SshKeyGenerated,
    /// The pair that waited took the place of the key.
    SshKeySwitched,
    /// The pair that waited was taken away.
    SshKeyDiscarded,
    /// Keys that were stored before keys were read were looked at.
    SshKeysRead,
    /// A credential was tried on what it is for.
    ConnectionTested,
    /// An image or a dataset was added.
    UsageAdded,
    /// An image or a dataset was changed.
    UsageChanged,
    /// An image or a dataset was deleted.
    UsageDeleted,
    /// Made-up secrets were added.
    SecretsSeeded,
    /// Somebody signed in, or tried to.
    SignIn,
    /// After five failures a name was locked.
    AccountLocked,
    /// Somebody who has signed in was asked for their password again.
    PasswordAsked,
    /// The provider at which somebody signs in has said that they are signed out.
    ProviderLogout,
    /// Somebody's API tokens are refused until they sign in at the provider again.
    TokensSuspended,
    /// They are taken again.
    TokensResumed,
    /// Somebody signed out.
    SignOut,
    /// A session was ended from another one.
    SessionEnded,
    /// A user was added.
    UserAdded,
    /// A user was given another role.
    UserRoleChanged,
    /// A user may not sign in any more.
    UserDisabled,
    /// A user may sign in again.
    UserEnabled,
    /// A link was made with which a password can be chosen.
    PasswordLinkMade,
    /// A password was chosen or changed.
    PasswordChanged,
    /// An API token was made.
    TokenCreated,
    /// An API token was revoked.
    TokenRevoked,
    /// Audit records were taken out as a file.
    AuditExported,
    /// A key encryption key was made known.
    KeyAdded,
    /// Another key encryption key seals from now on.
    KeyActivated,
    /// Values were sealed anew.
    ValuesRewrapped,
    /// A key encryption key was put away.
    KeyRetired,
    /// Rows of an older version are vouched for from now on.
    RowsTakenOver,
    /// A row was refused that the portal did not write.
    RowRefused,
    /// The end of the record was not the one that the portal had noted.
    RecordCut,
    /// So much was asked for that the actor may not do that it is not told one by one.
    ManyRefused,
    /// Something was asked for that the actor may not do.
    Attempt(Action),
}

impl AuditAction {
    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        [
            Self::SecretAdded,
            Self::SecretChanged,
            Self::SecretDeleted,
            Self::SecretRestored,
            Self::SecretRemoved,
            Self::ValueRead,
            Self::ImportBegun,
            Self::ImportDiscarded,
            Self::SshKeyGenerated,
            Self::SshKeySwitched,
            Self::SshKeyDiscarded,
            Self::SshKeysRead,
            Self::ConnectionTested,
            Self::UsageAdded,
            Self::UsageChanged,
            Self::UsageDeleted,
            Self::SecretsSeeded,
            Self::SignIn,
            Self::AccountLocked,
            Self::PasswordAsked,
            Self::ProviderLogout,
            Self::TokensSuspended,
            Self::TokensResumed,
            Self::SignOut,
            Self::SessionEnded,
            Self::UserAdded,
            Self::UserRoleChanged,
            Self::UserDisabled,
            Self::UserEnabled,
            Self::PasswordLinkMade,
            Self::PasswordChanged,
            Self::TokenCreated,
            Self::TokenRevoked,
            Self::AuditExported,
            Self::KeyAdded,
            Self::KeyActivated,
            Self::ValuesRewrapped,
            Self::KeyRetired,
            Self::RowsTakenOver,
            Self::RowRefused,
            Self::RecordCut,
            Self::ManyRefused,
        ]
        .into_iter()
        .chain(Action::ALL.map(Self::Attempt))
    }

    /// As it is stored, and as people read it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SecretAdded => "secret added",
            Self::SecretChanged => "secret changed",
            Self::SecretDeleted => "secret deleted",
            Self::SecretRestored => "secret restored",
            Self::SecretRemoved => "secret removed for good",
            Self::ValueRead => "value read",
            Self::ImportBegun => "import begun",
            Self::ImportDiscarded => "import discarded",
            Self::SshKeyGenerated => "SSH key generated",
            Self::SshKeySwitched => "SSH key switched",
            Self::SshKeyDiscarded => "SSH key discarded",
            Self::SshKeysRead => "SSH keys read",
            Self::ConnectionTested => "connection tested",
            Self::UsageAdded => "usage added",
            Self::UsageChanged => "usage changed",
            Self::UsageDeleted => "usage deleted",
            Self::SecretsSeeded => "secrets seeded",
            Self::SignIn => "sign-in",
            Self::AccountLocked => "account locked",
            Self::PasswordAsked => "password asked again",
            Self::ProviderLogout => "sign-out at the provider",
            Self::TokensSuspended => "tokens suspended",
            Self::TokensResumed => "tokens taken again",
            Self::SignOut => "sign-out",
            Self::SessionEnded => "session ended",
            Self::UserAdded => "user added",
            Self::UserRoleChanged => "role changed",
            Self::UserDisabled => "user disabled",
            Self::UserEnabled => "user enabled",
            Self::PasswordLinkMade => "password link made",
            Self::PasswordChanged => "password changed",
            Self::TokenCreated => "token created",
            Self::TokenRevoked => "token revoked",
            Self::AuditExported => "audit exported",
            Self::KeyAdded => "key added",
            Self::KeyActivated => "key activated",
            Self::ValuesRewrapped => "values rewrapped",
            Self::KeyRetired => "key retired",
            Self::RowsTakenOver => "rows taken over",
            Self::RowRefused => "forged row refused",
            Self::RecordCut => "record found cut",
            Self::ManyRefused => "much refused",
            Self::Attempt(action) => action.as_str(),
        }
    }
}
