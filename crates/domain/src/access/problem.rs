//! Problems with the fields of the forms about people and tokens.

use super::TokenScope;

/// A problem with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessProblem {
    /// The name is empty.
    UserNameMissing,
    /// The name has more than 64 characters.
    UserNameTooLong,
    /// The name has a character that is not allowed in usernames.
    UserNameCharacter,
    /// Another user has the name.
    UserNameTaken,
    /// The password has fewer than 12 characters.
    PasswordShort,
    /// The password has more than 1,024 bytes.
    PasswordLong,
    /// The password is among the first that anybody would try.
    PasswordCommon,
    /// The two passwords differ.
    PasswordDiffers,
    /// The password is not the stored one.
    PasswordWrong,
    /// There is no such role.
    Role,
    /// The name is empty.
    TokenNameMissing,
    /// The name is too long, or has control characters.
    TokenName,
    /// The name has a character that is invisible or turns the direction of writing.
    TokenNameMark,
    /// The name is that of a person, or of a part of the portal.
    TokenNameReserved,
    /// The name contains the word that separates the name of a token from its person.
    TokenNameOf,
    /// The person has a token with this name.
    TokenNameTaken,
    /// The person has too many valid tokens.
    TokensTooMany(u16),
    /// There is no such scope.
    TokenScope,
    /// The role of the creator does not allow this scope.
    TokenScopeBeyondRole(TokenScope),
    /// No name can begin with the prefix.
    TokenPrefix,
    /// A text is not an id.
    TokenSecret,
    /// There are too many ids.
    TokenSecretsTooMany,
    /// There are both a prefix and ids.
    TokenRestrictedTwice,
    /// The text is not a number of days.
    TokenExpiry,
    /// The number of days is above this portal's limit.
    TokenExpiryBeyond(u16),
    /// Editors may create such tokens only for chosen secrets.
    TokenUnrestricted,
    /// The password is empty.
    PasswordMissing,
    /// The text is not a mail address.
    MailAddress,
    /// A mail to confirm an address was sent a moment ago; the next one is possible after this number of seconds.
    MailTooSoon(u32),
    /// The mail server does not take mail for this address.
    MailRejected,
    /// The mail server could not be asked.
    MailNotSent,
    /// There is no such time zone.
    TimeZone,
    /// The quiet hours end when they begin.
    QuietHours,
}

impl AccessProblem {
    /// Returns the code.
    pub fn code(self) -> &'static str {
        match self {
            Self::UserNameMissing => "user-name-missing",
            Self::UserNameTooLong => "user-name-too-long",
            Self::UserNameCharacter => "user-name-character",
            Self::UserNameTaken => "user-name-taken",
            Self::PasswordShort => "password-short",
            Self::PasswordLong => "password-long",
            Self::PasswordCommon => "password-common",
            Self::PasswordDiffers => "password-differs",
            Self::PasswordWrong => "password-wrong",
            Self::Role => "role",
            Self::TokenNameMissing => "token-name-missing",
            Self::TokenName => "token-name",
            Self::TokenNameMark => "token-name-mark",
            Self::TokenNameReserved => "token-name-reserved",
            Self::TokenNameOf => "token-name-of",
            Self::TokenNameTaken => "token-name-taken",
            Self::TokensTooMany(_) => "tokens-too-many",
            Self::TokenScope => "token-scope",
            Self::TokenScopeBeyondRole(_) => "token-scope-beyond-role",
            Self::TokenPrefix => "token-prefix",
            Self::TokenSecret => "token-secret",
            Self::TokenSecretsTooMany => "token-secrets-too-many",
            Self::TokenRestrictedTwice => "token-restricted-twice",
            Self::TokenExpiry => "token-expiry",
            Self::TokenExpiryBeyond(_) => "token-expiry-beyond",
            Self::TokenUnrestricted => "token-unrestricted",
            Self::PasswordMissing => "password-missing",
            Self::MailAddress => "mail-address",
            Self::MailTooSoon(_) => "mail-too-soon",
            Self::MailRejected => "mail-rejected",
            Self::MailNotSent => "mail-not-sent",
            Self::TimeZone => "time-zone",
            Self::QuietHours => "quiet-hours",
        }
    }
}

coded_enum! {
    /// The reason why signing in at a provider failed.
    pub enum SignOnProblem: code {
        /// The sign-in was begun too long ago, in another browser, or is finished already.
        Expired = "sign-on-expired";
        /// The provider does not answer.
        Unreachable = "sign-on-unreachable";
        /// The provider knows this portal by other settings, or not at all.
        Misconfigured = "sign-on-misconfigured";
        /// The answer is forged, damaged, or meant for somebody else.
        Untrusted = "sign-on-untrusted";
        /// The person or the provider refused.
        Denied = "sign-on-denied";
        /// The person is in no group that gives a role.
        NoGroup = "sign-on-no-group";
        /// The provider leaves the groups of the person out, because they are in too many.
        GroupsLeftOut = "sign-on-groups-left-out";
        /// The provider says nothing of the person's groups.
        NoGroupsTold = "sign-on-no-groups-told";
        /// The person had to prove their identity again, and the provider does not say that they did.
        NotAskedAgain = "sign-on-not-asked-again";
        /// An administrator has disabled the user here.
        Disabled = "sign-on-disabled";
        /// Every name for the new user belongs to somebody else.
        NameTaken = "sign-on-name-taken";
    }
}

impl SignOnProblem {
    /// Returns the HTTP status.
    pub fn status(self) -> u16 {
        match self {
            Self::Expired => 400,
            Self::Unreachable => 503,
            Self::Misconfigured | Self::Untrusted => 502,
            Self::Denied
            | Self::NoGroup
            | Self::GroupsLeftOut
            | Self::NoGroupsTold
            | Self::NotAskedAgain
            | Self::Disabled => 403,
            Self::NameTaken => 409,
        }
    }
}
