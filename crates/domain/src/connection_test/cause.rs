//! The causes of test results, with their messages.

coded_enum! {
    /// The test status: whether a credential works, as far as is known.
    pub enum TestStatus: as_str, label {
        /// The credential works.
        Works = "works", "Works";
        /// Everybody is admitted, so that nothing is known of the credential.
        Open = "open", "Open";
        /// The other side answered, and refused the credential.
        Refused = "refused", "Refused";
        /// The other side could not be asked.
        Unreachable = "unreachable", "Unreachable";
        /// The host has another key than the one that is trusted.
        HostKeyChanged = "host-key-changed", "Host key changed";
        /// Nobody has tested it since it was last changed.
        NotTested = "not-tested", "Not tested";
    }
}

macro_rules! causes {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $status:ident, $message:literal;)*) => {
        coded_enum! {
            /// The cause of a test result: a closed set, because a peer's own text is never repeated.
            pub enum TestCause: as_str, message { $($(#[$doc])* $name = $code, $message;)* }
        }

        impl TestCause {
            /// Returns the status that the cause gives the credential.
            pub fn status(self) -> TestStatus {
                match self { $(Self::$name => TestStatus::$status,)* }
            }
        }
    };
}

causes! {
    /// No test was made.
    NeverTested = "never-tested", NotTested, "It has not been tested since it was added or changed. Press Test connection.";
    /// There is a key, but no repository to test it on.
    NoRepository = "no-repository", NotTested, "There is nothing to connect to yet: a key alone names no host. Enter a repository to try.";
    /// The host's keys must be approved first.
    HostKeyUnknown = "host-key-unknown", NotTested, "The host is not known yet. Compare its keys with what its operator publishes, and approve them; the key of this secret was not used.";
    /// Host or username were changed after the value was typed.
    ValueForAnotherHost = "value-for-another-host", NotTested, "The stored password was typed for another registry host, and is sent to no other. Type the password again.";
    /// The registry accepts the account.
    RegistryOpened = "registry-opened", Works, "The registry accepts this username and password.";
    /// The account may pull the image.
    ImageFound = "image-found", Works, "The registry accepts this username and password, and the image can be pulled.";
    /// The registry admits everybody, whatever the account.
    RegistryOpen = "registry-open", Open, "The registry lets anybody in without an account, so this says nothing of the username and password. Name a private image of it as the image to try.";
    /// The key reads the repository.
    RepositoryRead = "repository-read", Works, "The host accepts this key, and the repository can be read.";
    /// Basic or token authentication failed.
    WrongPassword = "wrong-password", Refused, "The registry does not accept this username and password. They may be mistyped, expired or revoked: make a new password or token there, and enter it here.";
    /// The account is known, but lacks the right.
    NoAccessToImage = "no-access-to-image", Refused, "The registry does not let this account pull this image. Either there is no such image or tag, or the account may not read it: look at the spelling, then at the account's permissions there.";
    /// Public key authentication with this key failed.
    KeyNotAccepted = "key-not-accepted", Refused, "The host does not accept this key. Register its public half there, as a deploy key of the repository, and look at the user before the @.";
    /// The key may log in, but not read this.
    NoAccessToRepository = "no-access-to-repository", Refused, "The host accepts this key, but not for this repository. Either there is no such repository, or the key may not read it.";
    /// For a dataset: the key reads the repository, but there is no such branch. Never kept with the secret, which works.
    BranchNotFound = "branch-not-found", Refused, "The host accepts this key and the repository can be read, but it has no branch of this name. Correct the branch, or leave it empty for the default one.";
    /// The key itself is unusable.
    KeyNotUsable = "key-not-usable", Refused, "This key cannot be used to sign in. Replace it with a key that has no passphrase.";
    /// The host has another key than the trusted one.
    HostKeyChanged = "host-key-changed", HostKeyChanged, "The host does not have the key that is trusted. Somebody may be in between: do not go on before its operator has confirmed the new key. The key of this secret was not used.";
    /// The host has another key than its operator publishes.
    HostKeyNotPublished = "host-key-not-published", HostKeyChanged, "The host does not have a key that its operator publishes. Somebody may be in between: do not go on before you know why. The key of this secret was not used.";
    /// The name does not resolve.
    NameNotFound = "name-not-found", Unreachable, "The name of the host does not resolve. Look for a typing mistake, and at the portal's DNS.";
    /// The address is not allowed for tests.
    AddressNotAllowed = "address-not-allowed", Unreachable, "The host has a private or reserved address, which the portal does not connect to. Whoever runs the portal can allow private hosts: LATCHKEY_ALLOW_PRIVATE_HOSTS.";
    /// Nobody listens at the port.
    ConnectionRefused = "connection-refused", Unreachable, "The host refused the connection: nothing listens at this port. Look at the port, and whether the server there runs.";
    /// There is no route to the host, or the connection broke.
    ConnectionFailed = "connection-failed", Unreachable, "The connection could not be made, or was cut off. Look at the port, and at firewalls between the portal and the host.";
    /// The host answered too late.
    TimedOut = "timed-out", Unreachable, "The host did not answer in time. Test again later; where it stays so, look at firewalls between the portal and the host.";
    /// The certificate's authority is not trusted.
    CertificateNotTrusted = "certificate-not-trusted", Unreachable, "The TLS certificate of the host is not signed by an authority that the portal trusts. Whoever runs the portal can add the authority's certificate, or the host's own where it signed itself: LATCHKEY_EXTRA_CA_FILE.";
    /// The certificate is expired, or not valid yet.
    CertificateExpired = "certificate-expired", Unreachable, "The TLS certificate of the host has expired, or is not valid yet. Whoever runs the host has to renew it; look at the portal's clock, too.";
    /// The certificate is for other hosts.
    CertificateForAnother = "certificate-for-another", Unreachable, "The TLS certificate of the host is for another name. Enter the name that it is for, or have whoever runs the host add this one.";
    /// The host speaks no TLS, or has no method in common.
    TlsFailed = "tls-failed", Unreachable, "The host does not speak TLS at this port. Look at the port; where it is meant to be without TLS, whoever runs the portal can list it: LATCHKEY_PLAIN_HTTP_HOSTS.";
    /// The answer leads elsewhere.
    Redirected = "redirected", Unreachable, "The host sends us elsewhere, which is not followed with a password. Enter the host that it leads to.";
    /// Something else than a registry answers.
    NotARegistry = "not-a-registry", Unreachable, "What answers there is not an image registry. Look at the host and its port: a registry often has a name of its own, such as registry.gitlab.com for gitlab.com.";
    /// Something else than SSH answers, or there is no method in common.
    NotSsh = "not-ssh", Unreachable, "What answers there does not speak SSH as it should.";
    /// Something else than a Git server answers.
    NotGit = "not-git", Unreachable, "The host lets the key in, but has no Git there.";
    /// The answer is longer than the limit.
    TooMuch = "too-much", Unreachable, "The answer was larger than any that is expected, and was not read. Look at the host and its port.";
    /// The answer is 429.
    TooManyRequests = "too-many-requests", Unreachable, "The host has had too many requests. Wait a while before you test again.";
    /// The account is accepted, but the image is public.
    ImagePublic = "image-public", Works, "The registry accepts this username and password. The image is public: it can be pulled without them too.";
    /// The image is public, and nothing shows whether the account was looked at.
    ImageOpen = "image-open", Open, "The image can be pulled, but by anybody: it is public, so this says nothing of the username and password. Name a private image as the image to try.";
    /// The certificate has no subject alternative name, only a common name or none.
    CertificateWithoutName = "certificate-without-name", Unreachable, "The TLS certificate of the host names it in the old way alone, as its common name, which no client reads any more. Whoever runs the host has to make one with a subject alternative name.";
    /// The certificate is for another purpose, or too weak to be verified.
    CertificateUnusable = "certificate-unusable", Unreachable, "The TLS certificate of the host cannot be used for a server: it is damaged, made for another purpose, or its key or signature is too weak, such as RSA below 2048 bits. Whoever runs the host has to make a new one.";
    /// The host requires mutual TLS.
    ClientCertificateWanted = "client-certificate-wanted", Unreachable, "The host wants a client certificate before it answers, which the portal has none of. Enter an address of the host that asks for none, or have whoever runs it let the portal in without.";
    /// The host speaks nothing above TLS 1.1.
    TlsTooOld = "tls-too-old", Unreachable, "The host speaks only old versions of TLS, which are not safe. Whoever runs the host has to switch TLS 1.2 or newer on.";
    /// The host speaks TLS, but broke the handshake off.
    TlsNotAgreed = "tls-not-agreed", Unreachable, "The host speaks TLS, but broke the handshake off: it knows no cipher that the portal does, or does not know this name. Look at the host's name; then whoever runs it can look at its log.";
    /// The redirect leads from plain HTTP to HTTPS of the same name.
    RedirectedToTls = "redirected-to-tls", Unreachable, "The host sends requests by plain HTTP on to HTTPS. Whoever runs the portal can take it out of LATCHKEY_PLAIN_HTTP_HOSTS, or list it with its port.";
    /// The redirects form a circle.
    RedirectedInCircles = "redirected-in-circles", Unreachable, "The host sends us on from one address to the next without an end. Look at the host and its port; then whoever runs it can look at its proxy.";
    /// The place that issues tokens leads elsewhere.
    TokenElsewhere = "token-elsewhere", Unreachable, "Where the registry gives tokens out sends us elsewhere, which is not followed with a password. Whoever runs the registry has to put the final address into its settings, as the realm.";
    /// The place that issues tokens is addressed by plain HTTP.
    TokenByPlainHttp = "token-by-plain-http", Unreachable, "The registry wants the password sent to an address by plain HTTP, which the portal does not do. Whoever runs the registry has to name one by HTTPS as its realm; where plain HTTP is meant, whoever runs the portal can list that host: LATCHKEY_PLAIN_HTTP_HOSTS.";
    /// The place that issues tokens returned none.
    TokenNotGiven = "token-not-given", Unreachable, "The address that the registry names for tokens gives none out. Whoever runs the registry has to look at its settings for authentication, such as the realm.";
    /// The answer is 5xx.
    OtherSideFailed = "other-side-failed", Unreachable, "The host answered that it has failed. Try again later.";

    // Only for SSH and Git.
    /// The known hosts mark the host's key as revoked.
    HostKeyRevoked = "host-key-revoked", HostKeyChanged, "The host has a key that the known hosts mark as revoked. Somebody who has stolen it may be in between: ask its operator for the new key. The key of this secret was not used.";
    /// The known hosts have the host without its port.
    HostKeyForAnotherPort = "host-key-for-another-port", NotTested, "The known hosts name this host without its port, which counts for port 22 alone. Write it as [host]:port there, or compare and approve the keys below; the key of this secret was not used.";
    /// The key is accepted, but not enough.
    SecondFactorWanted = "second-factor-wanted", Refused, "The host accepts this key and wants something else besides, such as a code, which nobody can enter when a repository is pulled. Ask its operator to let this user in by the key alone.";
    /// No key is accepted for the user.
    NoKeysTaken = "no-keys-taken", Refused, "The host does not let this user in by a key, or wants something else first. Look at the user before the @, and ask its operator to allow keys.";
    /// RSA keys are accepted only with broken signatures.
    RsaOnlyWithSha1 = "rsa-only-with-sha1", Refused, "The host takes RSA keys only with SHA-1 signatures, which clients refuse now. Use an Ed25519 key for it.";
    /// The host was silent for as long as `SILENCE` of the backend.
    WentSilent = "went-silent", Unreachable, "The host said nothing for 15 seconds, so the portal ended the test. Large repositories can take that long: try again, or look at the host.";
    /// The test as a whole took too long.
    TookTooLong = "took-too-long", Unreachable, "The test was not done after 30 seconds, so the portal ended it. The host is slow, or many test it at once: try again later.";
    /// The host accepts no more connections.
    HostBusy = "host-busy", Unreachable, "The host answers, and does not admit the portal now: it is busy, or has had too many connections. Wait a while, then test again.";
    /// A web server answers.
    SpeaksHttp = "speaks-http", Unreachable, "What answers at this port speaks HTTP, and not SSH. Enter the port of SSH.";
    /// A web server, or another server with TLS, answers.
    SpeaksTls = "speaks-tls", Unreachable, "What answers at this port speaks TLS, and not SSH. Enter the port of SSH.";
    /// There is no method of key exchange in common.
    NoKeyExchangeInCommon = "no-key-exchange-in-common", Unreachable, "The host speaks SSH, but only with key exchange methods that are no longer taken. Its operator has to enable a current one, such as curve25519-sha256.";
    /// There is no cipher in common.
    NoCipherInCommon = "no-cipher-in-common", Unreachable, "The host speaks SSH, but only with ciphers that are no longer taken. Its operator has to enable a current one, such as aes256-ctr.";
    /// There is no MAC in common.
    NoMacInCommon = "no-mac-in-common", Unreachable, "The host speaks SSH, but only with message authentication codes (MAC) that are no longer taken. Its operator has to enable a current one, such as hmac-sha2-256.";
    /// There is no type of host key in common.
    NoHostKeyInCommon = "no-host-key-in-common", Unreachable, "The host speaks SSH, but only with host keys that are not taken, such as DSA, RSA with SHA-1, or a certificate alone. Its operator has to add an Ed25519 host key.";
    /// For a dataset: a tag has the name of the branch. Never kept with the secret, which works.
    BranchIsTag = "branch-is-tag", Refused, "The host accepts this key and the repository can be read. There is a tag of this name, and no branch: enter a branch, or leave it empty for the default one.";
    /// For a dataset without a branch: the repository has no default branch. Never kept with the secret, which works.
    NoDefaultBranch = "no-default-branch", Refused, "The host accepts this key and the repository can be read, but its default branch does not exist, so that a clone comes out empty. Enter a branch.";
}

impl TestCause {
    /// Returns the outcome in a word or two: that of its status, unless that would blame a credential that works, or hide
    /// that somebody has to act.
    pub fn label(self) -> &'static str {
        match self {
            Self::BranchNotFound | Self::BranchIsTag => "No such branch",
            Self::NoDefaultBranch => "No default branch",
            _ if self.asks_for_approval() => "New host",
            _ => self.status().label(),
        }
    }

    /// Returns whether the problem is the branch of a dataset.
    pub fn is_about_branch(self) -> bool {
        matches!(self, Self::BranchNotFound | Self::BranchIsTag | Self::NoDefaultBranch)
    }

    /// Returns whether the host's keys are shown for approval.
    pub fn asks_for_approval(self) -> bool {
        matches!(self, Self::HostKeyUnknown | Self::HostKeyForAnotherPort)
    }

    /// Returns whether the other side refused the account itself, so that repeated tests could get it locked. A missing image
    /// or repository says nothing about what else the account opens.
    pub fn is_of_the_account(self) -> bool {
        matches!(self, Self::WrongPassword | Self::KeyNotAccepted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parse_returns_every_cause_and_status() {
        for cause in TestCause::ALL {
            assert_eq!(TestCause::parse(cause.as_str()), Some(cause));
            assert!(cause.message().ends_with('.'), "{cause:?}");
        }
        for status in TestStatus::ALL {
            assert_eq!(TestStatus::parse(status.as_str()), Some(status));
            assert!(TestCause::ALL.iter().any(|cause| cause.status() == status), "{status:?}");
        }
        assert_eq!(TestCause::parse("SENTINEL"), None);
        assert_eq!(TestStatus::parse(""), None);
    }

    #[test]
    fn questions_about_a_cause_are_true_of_those_alone() {
        use TestCause as Cause;
        let all =
            |is: fn(Cause) -> bool| Cause::ALL.into_iter().filter(|cause| is(*cause)).collect::<Vec<_>>();
        assert_eq!(all(Cause::asks_for_approval).len(), 2);
        assert!(
            Cause::HostKeyUnknown.asks_for_approval() && Cause::HostKeyForAnotherPort.asks_for_approval()
        );
        assert_eq!(all(Cause::is_of_the_account).len(), 2);
        assert!(Cause::WrongPassword.is_of_the_account() && Cause::KeyNotAccepted.is_of_the_account());
        assert_eq!(all(Cause::is_about_branch).len(), 3);
        assert!(!Cause::WrongPassword.is_about_branch());
    }
}
