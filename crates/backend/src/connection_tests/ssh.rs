//! SSH from the client's side (RFC 4251 and following): until a host has proved its identity, and accepts a key.

use super::greeting::{Ear, Greeted, Heard};
use domain::connection_test::TestCause;
use russh::{
    AlgorithmKind, Disconnect, MethodKind, Preferred, SendError, cipher,
    client::{self, AuthResult, DisconnectReason, GexParams, Handle},
    kex,
    keys::{
        Algorithm, EcdsaCurve, HashAlg, PrivateKey, PrivateKeyWithHashAlg, PublicKey, PublicKeyOrCertificate,
        agent::AgentIdentity,
    },
    mac,
};
use std::{
    borrow::Cow,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::timeout,
};

/// The longest time that a server may be silent. `TestCause::WentSilent` names it.
pub(super) const SILENCE: Duration = Duration::from_secs(15);

/// The methods that OpenSSH 9.2 offers by default and `russh` has, together with those that `russh` prefers. The weaker
/// ones come last.
const KEX: [kex::Name; 16] = [
    kex::MLKEM768X25519_SHA256,
    kex::CURVE25519,
    kex::CURVE25519_PRE_RFC_8731,
    kex::DH_GEX_SHA256,
    kex::DH_G18_SHA512,
    kex::DH_G17_SHA512,
    kex::DH_G16_SHA512,
    kex::DH_G15_SHA512,
    kex::DH_G14_SHA256,
    kex::ECDH_SHA2_NISTP256,
    kex::ECDH_SHA2_NISTP384,
    kex::ECDH_SHA2_NISTP521,
    kex::EXTENSION_SUPPORT_AS_CLIENT,
    kex::EXTENSION_SUPPORT_AS_SERVER,
    kex::EXTENSION_OPENSSH_STRICT_KEX_AS_CLIENT,
    kex::EXTENSION_OPENSSH_STRICT_KEX_AS_SERVER,
];

/// Ciphers without CBC.
const CIPHERS: [cipher::Name; 6] = [
    cipher::CHACHA20_POLY1305,
    cipher::AES_256_GCM,
    cipher::AES_256_CTR,
    cipher::AES_192_CTR,
    cipher::AES_128_CTR,
    cipher::AES_128_GCM,
];

/// MACs, with SHA-1 among them: it is not broken in a MAC, and old servers have nothing else.
const MACS: [mac::Name; 6] = [
    mac::HMAC_SHA512_ETM,
    mac::HMAC_SHA256_ETM,
    mac::HMAC_SHA512,
    mac::HMAC_SHA256,
    mac::HMAC_SHA1_ETM,
    mac::HMAC_SHA1,
];

/// Returns Ed25519, ECDSA, and RSA with SHA-2: the families of keys for which a host is asked, each over a connection
/// of its own, to learn all its keys. SHA-1 is not among them.
pub(super) fn families() -> [Vec<Algorithm>; 3] {
    let curves = [EcdsaCurve::NistP256, EcdsaCurve::NistP384, EcdsaCurve::NistP521];
    let hashes = [HashAlg::Sha512, HashAlg::Sha256];
    [
        vec![Algorithm::Ed25519],
        curves.map(|curve| Algorithm::Ecdsa { curve }).to_vec(),
        hashes.map(|hash| Algorithm::Rsa { hash: Some(hash) }).to_vec(),
    ]
}

/// The hosts with which a connection goes on.
pub(super) enum Trust {
    /// A host with one of these keys.
    These(Vec<PublicKey>),
    /// No host; only the host's key of this family is wanted.
    Nobody { family: Vec<Algorithm>, seen: Arc<Mutex<Option<PublicKey>>> },
}

/// The result of meeting a host.
pub(super) enum Met {
    Trusted(Session),
    Stranger,
}

/// Speaks SSH until the host has proved its identity.
pub(super) async fn meet<S>(stream: S, trust: Trust, ear: &Ear) -> Result<Met, TestCause>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let all = families().into_iter().flatten();
    let algorithms: Vec<_> = match &trust {
        Trust::Nobody { family, .. } => family.clone(),
        // Only the trusted algorithms, because another key of a host with several would prove nothing.
        Trust::These(keys) => all.filter(|algorithm| keys.iter().any(|key| is_of(key, algorithm))).collect(),
    };
    let defaults = client::Config::default();
    let config = client::Config {
        inactivity_timeout: Some(SILENCE),
        preferred: Preferred {
            kex: Cow::Borrowed(&KEX),
            key: Cow::Owned(algorithms),
            cipher: Cow::Borrowed(&CIPHERS),
            mac: Cow::Borrowed(&MACS),
            ..Preferred::DEFAULT
        },
        // The sizes for which OpenSSH asks: older servers have no larger group.
        gex: GexParams::new(2048, 3072, 8192).unwrap_or_default(),
        ..defaults
    };
    let end = End::default();
    let visitor = Visitor { trust, end: Arc::clone(&end) };
    let greeted = Greeted::new(stream, ear.clone());
    let Ok(outcome) = timeout(SILENCE, client::connect_stream(Arc::new(config), greeted, visitor)).await
    else {
        return Err(TestCause::WentSilent);
    };
    match (outcome, ear.heard()) {
        (Ok(handle), _) => Ok(Met::Trusted(Session { handle, end })),
        (Err(_), Heard::Http) => Err(TestCause::SpeaksHttp),
        (Err(_), Heard::Tls) => Err(TestCause::SpeaksTls),
        (Err(_), Heard::Busy) => Err(TestCause::HostBusy),
        (Err(_), Heard::Other) => Err(TestCause::NotSsh),
        (Err(_), Heard::Nothing) => Err(TestCause::ConnectionFailed),
        (
            Err(russh::Error::UnknownKey | russh::Error::NoCommonAlgo { kind: AlgorithmKind::Key, .. }),
            Heard::Version,
        ) => Ok(Met::Stranger),
        (Err(error), Heard::Version) => {
            let told = *end.lock().unwrap_or_else(PoisonError::into_inner);
            Err(match ssh_cause(&error) {
                TestCause::ConnectionFailed => told.unwrap_or(TestCause::ConnectionFailed),
                cause => cause,
            })
        }
    }
}

fn is_of(key: &PublicKey, algorithm: &Algorithm) -> bool {
    match (key.algorithm(), algorithm) {
        (Algorithm::Rsa { .. }, Algorithm::Rsa { .. }) => true,
        (own, other) => own == *other,
    }
}

/// Checks the host's key, and notes why the connection ends.
pub(super) struct Visitor {
    trust: Trust,
    end: End,
}

impl client::Handler for Visitor {
    type Error = russh::Error;

    async fn check_server_key(&mut self, key: &PublicKeyOrCertificate) -> Result<bool, Self::Error> {
        let key = key.public_key();
        match &self.trust {
            Trust::These(keys) => Ok(keys.iter().any(|trusted| trusted.key_data() == key.key_data())),
            Trust::Nobody { seen, .. } => {
                *seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(key);
                Ok(false)
            }
        }
    }

    async fn disconnected(&mut self, reason: DisconnectReason<Self::Error>) -> Result<(), Self::Error> {
        let (cause, outcome) = match reason {
            DisconnectReason::ReceivedDisconnect(info) => {
                let busy = matches!(info.reason_code, Disconnect::TooManyConnections);
                (busy.then_some(TestCause::HostBusy), Ok(()))
            }
            DisconnectReason::Error(error) => (Some(ssh_cause(&error)), Err(error)),
        };
        *self.end.lock().unwrap_or_else(PoisonError::into_inner) = cause;
        outcome
    }
}

fn ssh_cause(error: &russh::Error) -> TestCause {
    use russh::Error::{
        ConnectionTimeout, Disconnect, Elapsed, HUP, IO, InactivityTimeout, KeepaliveTimeout, NoCommonAlgo,
        RecvError, SendError,
    };
    match error {
        ConnectionTimeout | KeepaliveTimeout | InactivityTimeout | Elapsed(_) => TestCause::WentSilent,
        IO(_) | HUP | Disconnect | RecvError | SendError => TestCause::ConnectionFailed,
        NoCommonAlgo { kind: AlgorithmKind::Kex, .. } => TestCause::NoKeyExchangeInCommon,
        NoCommonAlgo { kind: AlgorithmKind::Key, .. } => TestCause::NoHostKeyInCommon,
        NoCommonAlgo { kind: AlgorithmKind::Cipher, .. } => TestCause::NoCipherInCommon,
        NoCommonAlgo { kind: AlgorithmKind::Mac, .. } => TestCause::NoMacInCommon,
        _ => TestCause::NotSsh,
    }
}

/// A connection to a trusted host.
pub(super) struct Session {
    pub(super) handle: Handle<Visitor>,
    /// The reason why it ended, if it has.
    end: End,
}

/// The reason why a connection ended, as far as the host said it.
type End = Arc<Mutex<Option<TestCause>>>;

impl Session {
    /// Returns the cause for an error: most often the error only says that the connection is gone, and not why.
    pub(super) fn cause(&self, error: &russh::Error) -> TestCause {
        match ssh_cause(error) {
            TestCause::ConnectionFailed => self.end().unwrap_or(TestCause::ConnectionFailed),
            cause => cause,
        }
    }

    pub(super) fn end(&self) -> Option<TestCause> {
        *self.end.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) async fn log_in(&mut self, user: &str, key: PrivateKey) -> Result<(), TestCause> {
        let rsa = matches!(key.algorithm(), Algorithm::Rsa { .. });
        let mut hash = None;
        if rsa {
            let supported =
                self.handle.best_supported_rsa_hash().await.map_err(|error| self.cause(&error))?;
            hash = match supported {
                Some(None) => return Err(TestCause::RsaOnlyWithSha1),
                Some(hash) => hash,
                // A server that does not say which algorithms it accepts, accepts this one (RFC 8332).
                None => Some(HashAlg::Sha256),
            };
        }
        let public = key.public_key().clone();
        let key = PrivateKeyWithHashAlg::new(Arc::new(key), hash);
        let answer =
            self.handle.authenticate_publickey(user, key).await.map_err(|error| self.cause(&error))?;
        match answer {
            AuthResult::Success => Ok(()),
            AuthResult::Failure { partial_success: true, .. } => Err(TestCause::SecondFactorWanted),
            AuthResult::Failure { remaining_methods, .. } => {
                if let Some(cause) = self.end() {
                    Err(cause)
                } else if !remaining_methods.is_empty() && !remaining_methods.contains(&MethodKind::PublicKey)
                {
                    Err(TestCause::NoKeysTaken)
                } else if rsa && self.takes_sha1(user, public).await {
                    Err(TestCause::RsaOnlyWithSha1)
                } else {
                    Err(TestCause::KeyNotAccepted)
                }
            }
        }
    }

    /// Returns whether the host would accept this RSA key with a signature by SHA-1, which is only asked for and never
    /// made (RFC 4252, 7).
    async fn takes_sha1(&mut self, user: &str, key: PublicKey) -> bool {
        let mut asked = Asked(false);
        drop(self.handle.authenticate_publickey_with(user, key, None, &mut asked).await);
        asked.0
    }
}

/// A signer that notes that a signature was asked for, and makes none.
struct Asked(bool);

/// The error in the place of a signature.
struct NotSigned;

impl From<SendError> for NotSigned {
    fn from(_: SendError) -> Self {
        Self
    }
}

impl russh::Signer for Asked {
    type Error = NotSigned;

    async fn auth_sign(
        &mut self,
        _: &AgentIdentity,
        _: Option<HashAlg>,
        _: Vec<u8>,
    ) -> Result<Vec<u8>, NotSigned> {
        self.0 = true;
        Err(NotSigned)
    }
}
