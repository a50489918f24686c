//! The events that a notice may be about.

coded_enum! {
    /// An event. The code is stored, and it is the type of a webhook, so it never changes.
    pub enum NoticeEvent: code, label {
        /// A secret expires in some days.
        SecretExpires = "secret.expires", "A secret expires soon";
        /// A secret has expired.
        SecretExpired = "secret.expired", "A secret has expired";
        /// The value of a secret is to be renewed.
        RenewalDue = "secret.renewal_due", "A secret is due for renewal";
        /// A secret has failed several tests in a row.
        TestFailed = "secret.test_failed", "A secret no longer works";
        /// A secret of which a notice said that it fails has passed a test.
        TestWorks = "secret.test_works", "A secret works again";
        /// A Git server has proved another key than those that are trusted.
        HostKeyChanged = "secret.host_key_changed", "A host key has changed";
        /// A generated key pair has not been taken into use for a week.
        KeyWaiting = "secret.key_waiting", "A new key pair waits to be used";
        /// An API token ends in some days.
        TokenExpires = "token.expires", "An API token expires soon";
        /// An API token has ended.
        TokenExpired = "token.expired", "An API token has expired";
        /// Signing in under a name is locked after several failures.
        SignInLocked = "sign_in.locked", "Sign-in is locked";
        /// The provider of single sign-on does not answer.
        SignOnDown = "sign_on.down", "Single sign-on is down";
        /// The provider of single sign-on answers again.
        SignOnWorks = "sign_on.works", "Single sign-on works again";
        /// The database did not answer for some time.
        DatabaseDown = "database.down", "The database was down";
        /// A server was started with another key encryption key than the one that sealed the values.
        PortalSealed = "portal.sealed", "The portal is sealed";
        /// Somebody tests a channel.
        ChannelTest = "channel.test", "A test of the channel";
    }
}

impl NoticeEvent {
    /// Returns whether rules can choose the event. A test of a channel goes to that channel alone.
    pub fn is_for_rules(self) -> bool {
        self != Self::ChannelTest
    }

    /// Returns whether the event is about a secret, so that rules can restrict it by type and name.
    pub fn is_about_secret(self) -> bool {
        matches!(
            self,
            Self::SecretExpires
                | Self::SecretExpired
                | Self::RenewalDue
                | Self::TestFailed
                | Self::TestWorks
                | Self::HostKeyChanged
                | Self::KeyWaiting
        )
    }
}

coded_enum! {
    /// The kind of thing that a notice is about. The code is stored.
    pub enum SubjectKind: code {
        /// A secret; the subject is the id of its row.
        Secret = "secret";
        /// An API token; the subject is its id.
        Token = "token";
        /// A name under which people sign in; the subject is that name.
        SignIn = "sign-in";
        /// The portal itself.
        Portal = "portal";
        /// A channel; the subject is the id of its row.
        Channel = "channel";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_types_of_standard_webhooks() {
        for event in NoticeEvent::ALL {
            let code = event.code();
            assert!(code.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.".contains(&byte)), "{code}");
            assert_eq!(NoticeEvent::parse(code), Some(event));
            assert_eq!(event.is_about_secret(), code.starts_with("secret."), "{code}");
        }
    }
}
