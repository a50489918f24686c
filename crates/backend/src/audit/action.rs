//! Actions that are recorded.

use crate::context::Action;

/// An action that was done.
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
    /// A value was read.
    ValueRead,
    /// Credentials were found in a pasted file and wait for a selection.
    ImportBegun,
    /// The credentials of an import were discarded.
    ImportDiscarded,
    /// A key pair was generated: with a new secret, or beside the key in use.
    SshKeyGenerated,
    /// The pending key pair replaced the key in use.
    SshKeySwitched,
    /// The pending key pair was discarded.
    SshKeyDiscarded,
    /// SSH keys that older versions stored were parsed.
    SshKeysRead,
    /// A credential was tested.
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
    /// A name was locked after five failures.
    AccountLocked,
    /// A signed-in person was asked for the password again.
    PasswordAsked,
    /// The provider reported that somebody is signed out.
    ProviderLogout,
    /// Somebody's API tokens are rejected until they sign in at the provider again.
    TokensSuspended,
    /// Somebody's API tokens are accepted again.
    TokensResumed,
    /// Somebody signed out.
    SignOut,
    /// A session was ended from another session.
    SessionEnded,
    /// A user was added.
    UserAdded,
    /// A user got another role.
    UserRoleChanged,
    /// A user may not sign in any more.
    UserDisabled,
    /// A user may sign in again.
    UserEnabled,
    /// A link with which a password can be chosen was created.
    PasswordLinkMade,
    /// A password was chosen or changed.
    PasswordChanged,
    /// An API token was created.
    TokenCreated,
    /// An API token was revoked.
    TokenRevoked,
    /// Audit records were exported as a file.
    AuditExported,
    /// A key encryption key was added.
    KeyAdded,
    /// Another key encryption key became the active one.
    KeyActivated,
    /// Values were sealed again, under the active key.
    ValuesRewrapped,
    /// A key encryption key was retired.
    KeyRetired,
    /// Rows of an older version were signed.
    RowsTakenOver,
    /// A row that the portal did not write was rejected.
    RowRefused,
    /// The end of the audit log was not the one that the portal had signed.
    RecordCut,
    /// An actor made so many forbidden attempts that they are not recorded one by one.
    ManyRefused,
    /// An actor attempted something that it may not do.
    Attempt(Action),
}

impl AuditAction {
    /// Returns all actions.
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

    /// Returns the text that is stored and that people read.
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
