//! Whether a Git server lets a key read a repository: SSH (RFC 4251 and after it), and the refs that
//! `git-upload-pack` begins with (gitprotocol-pack(5)).

use super::{
    advertisement::{Advertisement, Found, Reading},
    greeting::{Ear, Greeted, Heard, client_hello, recognized},
    known_hosts,
    outbound::{Outbound, Resolved},
};
use domain::{
    check::{CheckCause, CheckReport, HostKey, KnownHosts, Published, Repository},
    secret::PrivateKeyText,
    usage::Branch,
};
use formats::ssh_keys;
use russh::{
    AlgorithmKind, ChannelMsg, Disconnect, MethodKind, Preferred, SendError, cipher,
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
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    time::timeout,
};

/// How long a server may say nothing. `CheckCause::WentSilent` says so.
pub(super) const SILENCE: Duration = Duration::from_secs(15);

/// How long a port may take to show that it speaks something else.
const PROBE_TIMEOUT: Duration = Duration::from_secs(3);

/// What OpenSSH 9.2 offers by default and `russh` has, and besides what `russh` prefers. The weaker ones stand last.
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

/// No CBC.
const CIPHERS: [cipher::Name; 6] = [
    cipher::CHACHA20_POLY1305,
    cipher::AES_256_GCM,
    cipher::AES_256_CTR,
    cipher::AES_192_CTR,
    cipher::AES_128_CTR,
    cipher::AES_128_GCM,
];

/// SHA-1 in a MAC is not broken, and old servers have nothing else.
const MACS: [mac::Name; 6] = [
    mac::HMAC_SHA512_ETM,
    mac::HMAC_SHA256_ETM,
    mac::HMAC_SHA512,
    mac::HMAC_SHA256,
    mac::HMAC_SHA1_ETM,
    mac::HMAC_SHA1,
];

/// Ed25519, ECDSA, RSA with SHA-2: what a host is asked for, each over a connection of its own, to learn all its keys. No
/// SHA-1.
fn families() -> [Vec<Algorithm>; 3] {
    let curves = [EcdsaCurve::NistP256, EcdsaCurve::NistP384, EcdsaCurve::NistP521];
    let hashes = [HashAlg::Sha512, HashAlg::Sha256];
    [
        vec![Algorithm::Ed25519],
        curves.map(|curve| Algorithm::Ecdsa { curve }).to_vec(),
        hashes.map(|hash| Algorithm::Rsa { hash: Some(hash) }).to_vec(),
    ]
}

/// Tries the key on the repository, and looks for the branch where one is named.
pub(super) async fn check(
    outbound: &Outbound,
    key: &PrivateKeyText,
    (repository, branch): (&Repository, Option<&Branch>),
    known: &KnownHosts,
) -> CheckReport {
    let mut report = CheckReport::new(CheckCause::RepositoryRead);
    report.host = Some(repository.known_as());
    report.port = Some(repository.port);
    report.hint = repository.port_in_path();
    report.unused = known.unused().collect();
    if let Err(cause) = attempt(outbound, key, (repository, branch), known, &mut report).await {
        report.cause = cause;
    }
    report
}

async fn attempt(
    outbound: &Outbound,
    key: &PrivateKeyText,
    (repository, branch): (&Repository, Option<&Branch>),
    known: &KnownHosts,
    report: &mut CheckReport,
) -> Result<(), CheckCause> {
    // Before anybody is bothered.
    let key = ssh_keys::load(key).map_err(|_| CheckCause::KeyNotUsable)?;
    let peer = Peer {
        outbound,
        resolved: outbound.resolve(&repository.host, repository.port).await?,
        spoke: AtomicBool::new(false),
    };
    let outcome = attempt_with(&peer, key, (repository, branch), known, report).await;
    match outcome {
        // Web servers wait to be spoken to, and some say nothing to what they do not understand.
        Err(cause @ (CheckCause::ConnectionFailed | CheckCause::WentSilent))
            if !peer.spoke.load(Ordering::Acquire) =>
        {
            Err(peer.probe(&repository.host).await.unwrap_or(cause))
        }
        outcome => outcome,
    }
}

async fn attempt_with(
    peer: &Peer<'_>,
    key: PrivateKey,
    (repository, branch): (&Repository, Option<&Branch>),
    known: &KnownHosts,
    report: &mut CheckReport,
) -> Result<(), CheckCause> {
    let known_as = repository.known_as();
    let trusted = known_hosts::keys_of(known, &known_as);
    if trusted.is_empty() {
        report.host_keys = keys_of_host(peer, repository, known).await?;
        let foreign = report.host_keys.iter().any(|key| matches!(key.published, Published::Otherwise(_)));
        // Where OpenSSH would still look, and others do not: under the name without the port.
        let elsewhere = known_as != repository.host && known_hosts::trusts(known, &repository.host);
        return Err(match (foreign, elsewhere) {
            (true, _) => CheckCause::HostKeyNotPublished,
            (false, true) => CheckCause::HostKeyForAnotherPort,
            (false, false) => CheckCause::HostKeyUnknown,
        });
    }
    let mut session = match peer.connect(Trust::These(trusted)).await? {
        Met::Trusted(session) => session,
        Met::Stranger => {
            report.host_keys = keys_of_host(peer, repository, known).await?;
            return Err(CheckCause::HostKeyChanged);
        }
    };
    session.log_in(&repository.user, key).await?;
    let refs = read_refs(&session, &repository.path, branch).await?;
    report.branch = match refs.found() {
        Found::Yes => None,
        Found::No => Some(CheckCause::BranchNotFound),
        Found::Tag => Some(CheckCause::BranchIsTag),
        Found::NoDefault => Some(CheckCause::NoDefaultBranch),
        Found::Unknown => Some(CheckCause::TooMuch),
    };
    report.refs = Some(refs.into());
    // It has said all that was asked; whether it hears the good-bye is its own affair.
    drop(session.handle.disconnect(Disconnect::ByApplication, "", "").await);
    Ok(())
}

/// A connection to a host that is trusted.
struct Session {
    handle: Handle<Visitor>,
    /// Why it has ended, once it has.
    end: End,
}

/// Why a connection has ended, as far as it was said.
type End = Arc<Mutex<Option<CheckCause>>>;

impl Session {
    /// What an error comes to: most often it only says that the connection is gone, and not why.
    fn cause(&self, error: &russh::Error) -> CheckCause {
        match ssh_cause(error) {
            CheckCause::ConnectionFailed => self.end().unwrap_or(CheckCause::ConnectionFailed),
            cause => cause,
        }
    }

    fn end(&self) -> Option<CheckCause> {
        *self.end.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn log_in(&mut self, user: &str, key: PrivateKey) -> Result<(), CheckCause> {
        let rsa = matches!(key.algorithm(), Algorithm::Rsa { .. });
        let mut hash = None;
        if rsa {
            let supported =
                self.handle.best_supported_rsa_hash().await.map_err(|error| self.cause(&error))?;
            hash = match supported {
                Some(None) => return Err(CheckCause::RsaOnlyWithSha1),
                Some(hash) => hash,
                // Where a server does not say what it takes, it takes this (RFC 8332).
                None => Some(HashAlg::Sha256),
            };
        }
        let public = key.public_key().clone();
        let key = PrivateKeyWithHashAlg::new(Arc::new(key), hash);
        let answer =
            self.handle.authenticate_publickey(user, key).await.map_err(|error| self.cause(&error))?;
        match answer {
            AuthResult::Success => Ok(()),
            AuthResult::Failure { partial_success: true, .. } => Err(CheckCause::SecondFactorWanted),
            AuthResult::Failure { remaining_methods, .. } => {
                if let Some(cause) = self.end() {
                    Err(cause)
                } else if !remaining_methods.is_empty() && !remaining_methods.contains(&MethodKind::PublicKey)
                {
                    Err(CheckCause::NoKeysTaken)
                } else if rsa && self.takes_sha1(user, public).await {
                    Err(CheckCause::RsaOnlyWithSha1)
                } else {
                    Err(CheckCause::KeyNotAccepted)
                }
            }
        }
    }

    /// Whether the host would take this RSA key with a signature by SHA-1, which is asked and not made (RFC 4252, 7).
    async fn takes_sha1(&mut self, user: &str, key: PublicKey) -> bool {
        let mut asked = Asked(false);
        drop(self.handle.authenticate_publickey_with(user, key, None, &mut asked).await);
        asked.0
    }
}

/// Notes that a signature is asked for, and makes none.
struct Asked(bool);

/// No signature is made.
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

async fn read_refs(
    session: &Session,
    path: &str,
    branch: Option<&Branch>,
) -> Result<Advertisement, CheckCause> {
    let opened = session.handle.channel_open_session().await;
    let mut channel = opened.map_err(|error| session.cause(&error))?;
    let command = format!("git-upload-pack {}", quoted(path));
    channel.exec(true, command).await.map_err(|error| session.cause(&error))?;
    let mut advertisement = Advertisement::looking_for(branch);
    let mut status = None;
    while let Some(message) = channel.wait().await {
        match message {
            ChannelMsg::Data { data } => match advertisement.feed(&data) {
                Reading::More => {}
                Reading::Done => return Ok(advertisement),
                Reading::Refused => return Err(CheckCause::NoAccessToRepository),
                Reading::NotGit => return Err(CheckCause::NotGit),
            },
            ChannelMsg::ExitStatus { exit_status } => status = Some(exit_status),
            ChannelMsg::Failure => return Err(CheckCause::NoAccessToRepository),
            _ => {}
        }
    }
    Err(match status {
        // As shells say that there is no such command.
        Some(127) => CheckCause::NotGit,
        Some(_) => CheckCause::NoAccessToRepository,
        None => session.end().unwrap_or(CheckCause::ConnectionFailed),
    })
}

/// As Git itself quotes it: what the other side has is most often a shell, and some hosts read just this.
fn quoted(path: &str) -> String {
    let mut out = String::from("'");
    for c in path.chars() {
        match c {
            '\'' | '!' => {
                out.push_str("'\\");
                out.push(c);
                out.push('\'');
            }
            c => out.push(c),
        }
    }
    out.push('\'');
    out
}

/// All keys that the host has, one connection for each family, side by side: a host that takes its time to greet would
/// otherwise never be done. None of ours is used.
///
/// Errors: a key is revoked by the known hosts, or nothing was found.
async fn keys_of_host(
    peer: &Peer<'_>,
    repository: &Repository,
    known: &KnownHosts,
) -> Result<Vec<HostKey>, CheckCause> {
    let [ed25519, ecdsa, rsa] = families().map(|family| peer.key_of(family));
    let (ed25519, ecdsa, rsa) = tokio::join!(ed25519, ecdsa, rsa);
    let (mut found, mut failed) = (Vec::new(), CheckCause::NoHostKeyInCommon);
    for outcome in [rsa, ecdsa, ed25519] {
        match outcome {
            Ok(Some(key)) => found.push(key),
            Ok(None) => {}
            Err(cause) => failed = cause,
        }
    }
    let known_as = repository.known_as();
    if found.iter().any(|key| known_hosts::is_revoked(known, &known_as, key)) {
        return Err(CheckCause::HostKeyRevoked);
    }
    let shown = |key| known_hosts::shown(&repository.host, repository.port, &known_as, key);
    if found.is_empty() { Err(failed) } else { Ok(found.iter().rev().map(shown).collect()) }
}

/// Whom to let go on.
enum Trust {
    /// A host with one of these keys.
    These(Vec<PublicKey>),
    /// No host; only its key of this family is wanted.
    Nobody { family: Vec<Algorithm>, seen: Arc<Mutex<Option<PublicKey>>> },
}

/// Who was met.
enum Met {
    Trusted(Session),
    Stranger,
}

/// The host of one test.
struct Peer<'a> {
    outbound: &'a Outbound,
    resolved: Resolved,
    /// Whether it has said anything, over any connection.
    spoke: AtomicBool,
}

impl Peer<'_> {
    /// The host's key of this family, if it has one.
    async fn key_of(&self, family: Vec<Algorithm>) -> Result<Option<PublicKey>, CheckCause> {
        let seen = Arc::new(Mutex::new(None));
        let met = self.connect(Trust::Nobody { family, seen: Arc::clone(&seen) }).await;
        let key = seen.lock().unwrap_or_else(PoisonError::into_inner).take();
        match (key, met) {
            (None, Err(cause)) => Err(cause),
            (key, _) => Ok(key),
        }
    }

    async fn connect(&self, trust: Trust) -> Result<Met, CheckCause> {
        let stream = self.outbound.connect(&self.resolved).await?;
        let ear = Ear::default();
        let met = meet(stream, trust, &ear).await;
        if ear.heard() != Heard::Nothing {
            self.spoke.store(true, Ordering::Release);
        }
        met
    }

    /// What a port speaks that has said nothing: a client's first words in TLS make web servers of both kinds answer.
    async fn probe(&self, host: &str) -> Option<CheckCause> {
        let hello = client_hello(host)?;
        let answer = async {
            let mut stream = self.outbound.connect(&self.resolved).await.ok()?;
            stream.write_all(&hello).await.ok()?;
            let mut bytes = [0; 5];
            stream.read_exact(&mut bytes).await.ok()?;
            recognized(&bytes)
        };
        match timeout(PROBE_TIMEOUT, answer).await.ok().flatten()? {
            Heard::Http => Some(CheckCause::SpeaksHttp),
            Heard::Tls => Some(CheckCause::SpeaksTls),
            _ => None,
        }
    }
}

/// Speaks SSH until the host has proved who it is.
async fn meet<S>(stream: S, trust: Trust, ear: &Ear) -> Result<Met, CheckCause>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let all = families().into_iter().flatten();
    let algorithms: Vec<_> = match &trust {
        Trust::Nobody { family, .. } => family.clone(),
        // Only what is trusted: of a host with several keys, another one would say nothing.
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
        // As OpenSSH asks for: older servers have no larger group.
        gex: GexParams::new(2048, 3072, 8192).unwrap_or_default(),
        ..defaults
    };
    let end = End::default();
    let visitor = Visitor { trust, end: Arc::clone(&end) };
    let greeted = Greeted::new(stream, ear.clone());
    let Ok(outcome) = timeout(SILENCE, client::connect_stream(Arc::new(config), greeted, visitor)).await
    else {
        return Err(CheckCause::WentSilent);
    };
    match (outcome, ear.heard()) {
        (Ok(handle), _) => Ok(Met::Trusted(Session { handle, end })),
        (Err(_), Heard::Http) => Err(CheckCause::SpeaksHttp),
        (Err(_), Heard::Tls) => Err(CheckCause::SpeaksTls),
        (Err(_), Heard::Busy) => Err(CheckCause::HostBusy),
        (Err(_), Heard::Other) => Err(CheckCause::NotSsh),
        (Err(_), Heard::Nothing) => Err(CheckCause::ConnectionFailed),
        (
            Err(russh::Error::UnknownKey | russh::Error::NoCommonAlgo { kind: AlgorithmKind::Key, .. }),
            Heard::Version,
        ) => Ok(Met::Stranger),
        (Err(error), Heard::Version) => {
            let told = *end.lock().unwrap_or_else(PoisonError::into_inner);
            Err(match ssh_cause(&error) {
                CheckCause::ConnectionFailed => told.unwrap_or(CheckCause::ConnectionFailed),
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

/// Looks at the host's key, and notes why the connection ends.
struct Visitor {
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
                (busy.then_some(CheckCause::HostBusy), Ok(()))
            }
            DisconnectReason::Error(error) => (Some(ssh_cause(&error)), Err(error)),
        };
        *self.end.lock().unwrap_or_else(PoisonError::into_inner) = cause;
        outcome
    }
}

fn ssh_cause(error: &russh::Error) -> CheckCause {
    use russh::Error::{
        ConnectionTimeout, Disconnect, Elapsed, HUP, IO, InactivityTimeout, KeepaliveTimeout, NoCommonAlgo,
        RecvError, SendError,
    };
    match error {
        ConnectionTimeout | KeepaliveTimeout | InactivityTimeout | Elapsed(_) => CheckCause::WentSilent,
        IO(_) | HUP | Disconnect | RecvError | SendError => CheckCause::ConnectionFailed,
        NoCommonAlgo { kind: AlgorithmKind::Kex, .. } => CheckCause::NoKeyExchangeInCommon,
        NoCommonAlgo { kind: AlgorithmKind::Key, .. } => CheckCause::NoHostKeyInCommon,
        NoCommonAlgo { kind: AlgorithmKind::Cipher, .. } => CheckCause::NoCipherInCommon,
        NoCommonAlgo { kind: AlgorithmKind::Mac, .. } => CheckCause::NoMacInCommon,
        _ => CheckCause::NotSsh,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stays_one_word() {
        assert_eq!(quoted("group/app.git"), "'group/app.git'");
        assert_eq!(quoted("a'b; rm -rf !x"), "'a'\\''b; rm -rf '\\!'x'");
    }
}
