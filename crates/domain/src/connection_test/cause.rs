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
    NeverTested = "never-tested", NotTested, "Not tested since it was added or changed. Press Test connection.";
    /// There is a key, but no repository to test it on.
    NoRepository = "no-repository", NotTested, "Nothing to test yet: a key alone doesn't say which host to connect to. Enter a test repository first.";
    /// The host's keys must be approved first.
    HostKeyUnknown = "host-key-unknown", NotTested, "New host. Compare its keys with those its operator publishes, then trust them. The key of this secret was not sent.";
    /// Host or username were changed after the value was typed.
    ValueForAnotherHost = "value-for-another-host", NotTested, "The stored password was entered for another registry host and isn't sent to any other. Enter the password again.";
    /// The registry accepts the account.
    RegistryOpened = "registry-opened", Works, "The registry accepts this username and password.";
    /// The account may pull the image.
    ImageFound = "image-found", Works, "The registry accepts this username and password, and the image can be pulled.";
    /// The registry admits everybody, whatever the account.
    RegistryOpen = "registry-open", Open, "The registry doesn't ask for a password, so this test can't tell whether the account works. Enter a private image of this registry as the test image.";
    /// The key reads the repository.
    RepositoryRead = "repository-read", Works, "The host accepts this key, and the repository can be read.";
    /// Basic or token authentication failed.
    WrongPassword = "wrong-password", Refused, "The registry doesn't accept this username and password. They may be mistyped, expired or revoked. Create a new password or token there, and enter it here.";
    /// The account is known, but lacks the right.
    NoAccessToImage = "no-access-to-image", Refused, "The registry doesn't let this account pull this image. Either the image or tag doesn't exist, or the account can't read it. Check the spelling, then the account's permissions there.";
    /// Public key authentication with this key failed.
    KeyNotAccepted = "key-not-accepted", Refused, "The host doesn't accept this key. Add the public key there as a deploy key of the repository, and check the user name before the @.";
    /// The key may log in, but not read this.
    NoAccessToRepository = "no-access-to-repository", Refused, "The host accepts this key, but not for this repository. Either the repository doesn't exist, or the key can't read it.";
    /// For a dataset: the key reads the repository, but there is no such branch. Never kept with the secret, which works.
    BranchNotFound = "branch-not-found", Refused, "The host accepts this key and the repository can be read, but it has no branch with this name. Correct the branch, or leave it empty for the default branch.";
    /// The key itself is unusable.
    KeyNotUsable = "key-not-usable", Refused, "This key can't be used to sign in. Replace it with a key without a passphrase.";
    /// The host has another key than the trusted one.
    HostKeyChanged = "host-key-changed", HostKeyChanged, "The host's key has changed. This may be an attack. Don't continue until its operator has confirmed the new key. The key of this secret was not sent.";
    /// The host has another key than its operator publishes.
    HostKeyNotPublished = "host-key-not-published", HostKeyChanged, "The host's key is not one that its operator publishes. This may be an attack. Don't continue until you know why. The key of this secret was not sent.";
    /// The name does not resolve.
    NameNotFound = "name-not-found", Unreachable, "The host name can't be resolved. Check the spelling, and the portal's DNS.";
    /// The address is private, and no setting allows it.
    AddressNotAllowed = "address-not-allowed", Unreachable, "The host has a private address, and the portal doesn't connect to those unless its operator allows it. Whoever runs the portal can add the host to LATCHKEY_ALLOW_PRIVATE_HOSTS.";
    /// Nobody may connect to the address, whatever the settings.
    AddressForbidden = "address-forbidden", Unreachable, "The portal never connects to this address: it belongs to a cloud's metadata service or to the portal itself, or is reserved. Enter another host.";
    /// Nobody listens at the port.
    ConnectionRefused = "connection-refused", Unreachable, "The host refused the connection: nothing listens on this port. Check the port, and that the server is running.";
    /// There is no route to the host, or the connection broke.
    ConnectionFailed = "connection-failed", Unreachable, "The connection failed or was cut off. Check the port, and firewalls between the portal and the host.";
    /// The host answered too late.
    TimedOut = "timed-out", Unreachable, "The host didn't respond in time. Test again later. If it keeps happening, check firewalls between the portal and the host.";
    /// The certificate's authority is not trusted.
    CertificateNotTrusted = "certificate-not-trusted", Unreachable, "The host's TLS certificate isn't signed by an authority that the portal trusts. Whoever runs the portal can add the authority's certificate, or the host's own if it is self-signed: LATCHKEY_EXTRA_CA_FILE.";
    /// The certificate is expired, or not valid yet.
    CertificateExpired = "certificate-expired", Unreachable, "The host's TLS certificate has expired or isn't valid yet. Whoever runs the host has to renew it. Check the portal's clock, too.";
    /// The certificate is for other hosts.
    CertificateForAnother = "certificate-for-another", Unreachable, "The host's TLS certificate is for another name. Enter the name it is for, or ask whoever runs the host to add this one.";
    /// The host speaks no TLS, or has no method in common.
    TlsFailed = "tls-failed", Unreachable, "The host doesn't speak TLS on this port. Check the port. If it is meant to work without TLS, whoever runs the portal can list it: LATCHKEY_PLAIN_HTTP_HOSTS.";
    /// The answer leads elsewhere.
    Redirected = "redirected", Unreachable, "The host redirects to another host. For safety the password is not sent there. Enter the final host.";
    /// Something else than a registry answers.
    NotARegistry = "not-a-registry", Unreachable, "The host responds, but it isn't an image registry. Check the host and its port: a registry often has its own host name, such as registry.gitlab.com for gitlab.com.";
    /// Something else than SSH answers, or there is no method in common.
    NotSsh = "not-ssh", Unreachable, "The server on this port doesn't speak SSH correctly.";
    /// Something else than a Git server answers.
    NotGit = "not-git", Unreachable, "The host accepts the key but offers no Git service.";
    /// The answer is longer than the limit.
    TooMuch = "too-much", Unreachable, "The response was too large and was ignored. Check the host and its port.";
    /// The answer is 429.
    TooManyRequests = "too-many-requests", Unreachable, "The host is rate-limiting. Try again later.";
    /// The account is accepted, but the image is public.
    ImagePublic = "image-public", Works, "The registry accepts this username and password. The image is public: it can also be pulled without them.";
    /// The image is public, and nothing shows whether the account was looked at.
    ImageOpen = "image-open", Open, "Anyone can pull this image: it is public, so this test can't tell whether the account works. Enter a private image as the test image.";
    /// The certificate has no subject alternative name, only a common name or none.
    CertificateWithoutName = "certificate-without-name", Unreachable, "The host's TLS certificate names it only in its common name, which clients no longer read. Whoever runs the host has to create one with a subject alternative name.";
    /// The certificate is for another purpose, or too weak to be verified.
    CertificateUnusable = "certificate-unusable", Unreachable, "The host's TLS certificate can't be used for a server: it is damaged, made for another purpose, or its key or signature is too weak, such as RSA below 2048 bits. Whoever runs the host has to create a new one.";
    /// The host requires mutual TLS.
    ClientCertificateWanted = "client-certificate-wanted", Unreachable, "The host asks for a client certificate, and the portal has none. Enter an address of the host that doesn't ask for one, or ask whoever runs it to let the portal in without.";
    /// The host speaks nothing above TLS 1.1.
    TlsTooOld = "tls-too-old", Unreachable, "The host only supports old TLS versions, which are not safe. Whoever runs the host has to enable TLS 1.2 or newer.";
    /// The host speaks TLS, but broke the handshake off.
    TlsNotAgreed = "tls-not-agreed", Unreachable, "The host speaks TLS but ended the handshake: it has no cipher in common with the portal, or doesn't know this name. Check the host name. Whoever runs the host can check its log.";
    /// The redirect leads from plain HTTP to HTTPS of the same name.
    RedirectedToTls = "redirected-to-tls", Unreachable, "The host redirects from plain HTTP to HTTPS. Whoever runs the portal can remove it from LATCHKEY_PLAIN_HTTP_HOSTS, or list it with its port.";
    /// The redirects form a circle.
    RedirectedInCircles = "redirected-in-circles", Unreachable, "The host redirects in circles. Check the host and its port. Whoever runs the host can check its proxy.";
    /// The place that issues tokens leads elsewhere.
    TokenElsewhere = "token-elsewhere", Unreachable, "The registry's token address redirects elsewhere. For safety the password is not sent there. Whoever runs the registry has to enter the final address in its settings, as the realm.";
    /// The place that issues tokens is addressed by plain HTTP.
    TokenByPlainHttp = "token-by-plain-http", Unreachable, "The registry wants the password sent to a plain HTTP address, which the portal doesn't do. Whoever runs the registry has to use HTTPS for its realm. If plain HTTP is intended, whoever runs the portal can list that host: LATCHKEY_PLAIN_HTTP_HOSTS.";
    /// The place that issues tokens returned none.
    TokenNotGiven = "token-not-given", Unreachable, "The registry's token address doesn't issue any. Whoever runs the registry has to check its authentication settings, such as the realm.";
    /// The answer is 5xx.
    OtherSideFailed = "other-side-failed", Unreachable, "The host reported an error of its own. Try again later.";

    // Only for SSH and Git.
    /// The known hosts mark the host's key as revoked.
    HostKeyRevoked = "host-key-revoked", HostKeyChanged, "The host's key is marked as revoked in the trusted host keys. Whoever has stolen it may be attacking you: ask the host's operator for the new key. The key of this secret was not sent.";
    /// The known hosts have the host without its port.
    HostKeyForAnotherPort = "host-key-for-another-port", NotTested, "The trusted host keys list this host without its port, which only counts for port 22. Write it as [host]:port there, or compare the keys below and trust them. The key of this secret was not sent.";
    /// The key is accepted, but not enough.
    SecondFactorWanted = "second-factor-wanted", Refused, "The host accepts this key but also asks for something else, such as a code, so it can't be used unattended. Ask its operator to let this user in with the key alone.";
    /// No key is accepted for the user.
    NoKeysTaken = "no-keys-taken", Refused, "The host doesn't let this user in with a key, or asks for something else first. Check the user name before the @, and ask its operator to allow keys.";
    /// RSA keys are accepted only with broken signatures.
    RsaOnlyWithSha1 = "rsa-only-with-sha1", Refused, "The host accepts RSA keys only with SHA-1 signatures, which clients no longer support. Use an Ed25519 key for it.";
    /// The host was silent for as long as `SILENCE` of the backend.
    WentSilent = "went-silent", Unreachable, "The host sent nothing for 15 seconds, so the portal ended the test. Large repositories can take that long: try again, or check the host.";
    /// The test as a whole took too long.
    TookTooLong = "took-too-long", Unreachable, "The test wasn't finished after 30 seconds, so the portal ended it. The host is slow, or many tests run at once. Try again later.";
    /// The host accepts no more connections.
    HostBusy = "host-busy", Unreachable, "The host responds but doesn't let the portal in: it is busy, or has too many connections. Try again later.";
    /// A web server answers.
    SpeaksHttp = "speaks-http", Unreachable, "The server on this port speaks HTTP, not SSH. Enter the SSH port.";
    /// A web server, or another server with TLS, answers.
    SpeaksTls = "speaks-tls", Unreachable, "The server on this port speaks TLS, not SSH. Enter the SSH port.";
    /// There is no method of key exchange in common.
    NoKeyExchangeInCommon = "no-key-exchange-in-common", Unreachable, "The host speaks SSH, but with no key exchange method that the portal supports: they are outdated, or too new. Its operator has to enable another one, such as curve25519-sha256.";
    /// There is no cipher in common.
    NoCipherInCommon = "no-cipher-in-common", Unreachable, "The host speaks SSH, but with no cipher that the portal supports: they are outdated, or too new. Its operator has to enable another one, such as aes256-ctr.";
    /// There is no MAC in common.
    NoMacInCommon = "no-mac-in-common", Unreachable, "The host speaks SSH, but with no message authentication code (MAC) that the portal supports. Its operator has to enable another one, such as hmac-sha2-256.";
    /// There is no type of host key in common.
    NoHostKeyInCommon = "no-host-key-in-common", Unreachable, "The host speaks SSH, but only with host keys that aren't supported, such as DSA, RSA with SHA-1, or only a certificate. Its operator has to add an Ed25519 host key.";
    /// For a dataset: a tag has the name of the branch. Never kept with the secret, which works.
    BranchIsTag = "branch-is-tag", Refused, "The host accepts this key and the repository can be read, but this is the name of a tag, not of a branch. Enter a branch, or leave it empty for the default branch.";
    /// For a dataset without a branch: the repository has no default branch. Never kept with the secret, which works.
    NoDefaultBranch = "no-default-branch", Refused, "The host accepts this key and the repository can be read, but its default branch doesn't exist, so a clone would be empty. Enter a branch.";
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
