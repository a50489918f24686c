//! Problems with the fields of the forms about people and tokens.

use super::{Role, TokenScope, limits};

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
        }
    }

    /// Returns what is wrong and what to do. Never contains what was typed.
    #[expect(clippy::too_many_lines, reason = "a table: a sentence for each problem")]
    pub fn message(self) -> String {
        match self {
            Self::UserNameMissing => "Enter a username.".to_owned(),
            Self::UserNameTooLong => {
                format!("A username has at most {} characters. Choose a shorter one.", limits::MAX_USER_NAME_CHARS)
            }
            Self::UserNameCharacter => {
                "Use letters a to z, digits and . _ - + @ only, and begin with a letter or digit.".to_owned()
            }
            Self::UserNameTaken => "There is a user of this name already. Choose another name.".to_owned(),
            Self::PasswordShort => {
                format!("Use at least {} characters. A few words in a row are fine.", limits::MIN_PASSWORD_CHARS)
            }
            Self::PasswordLong => {
                format!("Use at most {} characters.", limits::MAX_PASSWORD_BYTES)
            }
            Self::PasswordCommon => {
                "This password is among the first that anybody would try. Choose a less likely one."
                    .to_owned()
            }
            Self::PasswordDiffers => "The two passwords are not the same. Type both again.".to_owned(),
            Self::PasswordWrong => "This is not your current password. Type it again.".to_owned(),
            Self::Role => format!(
                "Choose {}, {} or {}.",
                Role::Reader.label(),
                Role::Editor.label(),
                Role::Admin.label()
            ),
            Self::TokenNameMissing => "Enter a name, so that the token can be told from others.".to_owned(),
            Self::TokenName => "Use at most 100 characters, in one line.".to_owned(),
            Self::TokenNameMark => {
                "The name has an invisible character, or a mark that turns the direction of writing. Type it anew.".to_owned()
            }
            Self::TokenNameReserved => {
                "This is the name of a person, or one that the portal keeps for itself, so the token could be taken for another. \
                 Choose another name."
                    .to_owned()
            }
            Self::TokenNameOf => {
                "Tokens are shown as “token NAME of PERSON”, so a name has no word “of” in it. Choose another name.".to_owned()
            }
            Self::TokenNameTaken => {
                "You have a token of this name already. Choose another name, or revoke that one first.".to_owned()
            }
            Self::TokensTooMany(most) => {
                format!(
                    "Nobody may have more than {most} tokens that are good, and you have as many or more. Revoke those that are not \
                     in use first, until fewer are left."
                )
            }
            Self::TokenScope => "Choose what the token allows.".to_owned(),
            Self::TokenScopeBeyondRole(scope) => format!(
                "A token may do no more than you, and “{}” takes the role {} at least. Choose another scope.",
                scope.label(),
                scope.least_role().label()
            ),
            Self::TokenPrefix => {
                "No name begins so: use lower-case letters, digits, - and . only.".to_owned()
            }
            Self::TokenSecret => {
                "These are ids such as image-hub or gitsync-secret-data, separated by spaces or line ends."
                    .to_owned()
            }
            Self::TokenSecretsTooMany => {
                format!(
                    "At most {} secrets can be chosen one by one. Use a prefix.",
                    limits::MAX_TOKEN_SECRETS
                )
            }
            Self::TokenRestrictedTwice => "Use either a prefix or a list of secrets, not both.".to_owned(),
            Self::TokenExpiry => {
                format!("Enter a number of days from 1 to {}, or never.", limits::MAX_TOKEN_DAYS)
            }
            Self::TokenExpiryBeyond(days) => {
                format!("Tokens of this portal last {days} days at most. Enter a number from 1 to {days}.")
            }
            Self::TokenUnrestricted => {
                "Editors of this portal make tokens for chosen secrets alone. Enter how their names begin, or their ids below."
                    .to_owned()
            }
            Self::PasswordMissing => "Enter your current password.".to_owned(),
        }
    }
}

coded_enum! {
    /// The reason why signing in at a provider failed.
    pub enum SignOnProblem: code, message {
        /// The sign-in was begun too long ago, in another browser, or is finished already.
        Expired = "sign-on-expired", "Signing in took too long, or was begun in another window. Sign in again.";
        /// The provider does not answer.
        Unreachable = "sign-on-unreachable", "The place where you sign in does not answer at the moment. Try again in a minute; if it goes on, tell \
                 whoever looks after it.";
        /// The provider knows this portal by other settings, or not at all.
        Misconfigured = "sign-on-misconfigured", "This portal and the place where you sign in do not agree on how to work together. An administrator finds \
                 the cause in the portal's log.";
        /// The answer is forged, damaged, or meant for somebody else.
        Untrusted = "sign-on-untrusted", "What came back from the place where you sign in cannot be trusted, so you were not signed in. An \
                 administrator finds the cause in the portal's log.";
        /// The person or the provider refused.
        Denied = "sign-on-denied", "You were not signed in: it was cancelled, or refused where you sign in.";
        /// The person is in no group that gives a role.
        NoGroup = "sign-on-no-group", "You are in none of the groups that may use this portal. Ask whoever looks after your account to add you.";
        /// The provider leaves the groups of the person out, because they are in too many.
        GroupsLeftOut = "sign-on-groups-left-out", "You are in more groups than the place where you sign in passes on, so it is not known what you may do here. \
                 Ask an administrator; the portal's log says what they can change there.";
        /// The provider says nothing of the person's groups.
        NoGroupsTold = "sign-on-no-groups-told", "The place where you sign in says nothing of your groups, so it is not known what you may do here. Ask an \
                 administrator; the portal's log says what they can change there.";
        /// The person had to prove their identity again, and the provider does not say that they did.
        NotAskedAgain = "sign-on-not-asked-again", "The place where you sign in did not ask again who you are, or does not say that it did. Try again; if it goes \
                 on, an administrator finds the cause in the portal's log.";
        /// An administrator has disabled the user here.
        Disabled = "sign-on-disabled", "Your user is disabled in this portal. Ask an administrator.";
        /// Every name for the new user belongs to somebody else.
        NameTaken = "sign-on-name-taken", "Other users of this portal have the names that could be yours. Ask an administrator.";
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn message_of_reserved_token_names_is_true_for_every_role() {
        // Administrators may use no person's name, and everybody else none of those that they see anyway.
        let reserved = AccessProblem::TokenNameReserved.message();
        assert!(
            reserved.contains("the name of a person") && !reserved.contains("administrator"),
            "{reserved}"
        );
        // A person may have more than that from before there was a limit.
        let many = AccessProblem::TokensTooMany(200).message();
        assert!(many.contains("more than 200") && many.contains("as many or more"), "{many}");
        assert!(!many.contains("You have 200") && !many.contains("Revoke one"), "{many}");
    }
}
