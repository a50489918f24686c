//! Whether a Git server lets a key read a repository: SSH (RFC 4251 and after it), and the refs that
//! `git-upload-pack` begins with (gitprotocol-pack(5)).

use super::{
    advertisement::{Advertisement, Found, Reading},
    known_hosts,
    outbound::{Outbound, Resolved},
};
use crate::ssh_keys;
use domain::{
    check::{CheckCause, CheckReport, HostKey, KnownHosts, Published, Repository},
    secret::PrivateKeyText,
    usage::Branch,
};
use russh::{
    ChannelMsg, Disconnect, Preferred,
    client::{self, AuthResult, Handle},
    keys::{Algorithm, EcdsaCurve, HashAlg, PrivateKeyWithHashAlg, PublicKey, PublicKeyOrCertificate},
};
use std::{
    borrow::Cow,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// How long a server may say nothing.
const SILENCE: Duration = Duration::from_secs(10);

/// Ed25519, ECDSA, RSA with SHA-2: what a host is asked for one after the other, to learn all its keys. No SHA-1.
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
    let resolved = outbound.resolve(&repository.host, repository.port).await?;
    let trusted = known_hosts::keys_of(known, &repository.known_as());
    if trusted.is_empty() {
        report.host_keys = keys_of_host(outbound, &resolved, repository).await?;
        let foreign = report.host_keys.iter().any(|key| matches!(key.published, Published::Otherwise(_)));
        return Err(if foreign { CheckCause::HostKeyNotPublished } else { CheckCause::HostKeyUnknown });
    }
    let mut session = match connect(outbound, &resolved, Trust::These(trusted)).await? {
        Met::Trusted(session) => session,
        Met::Stranger => {
            report.host_keys = keys_of_host(outbound, &resolved, repository).await?;
            return Err(CheckCause::HostKeyChanged);
        }
    };
    let hash = match key.algorithm() {
        // Where a server does not say what it takes, it takes this (RFC 8332).
        Algorithm::Rsa { .. } => {
            match session.best_supported_rsa_hash().await.map_err(|error| ssh_cause(&error))? {
                Some(None) => return Err(CheckCause::KeyNotAccepted),
                Some(hash) => hash,
                None => Some(HashAlg::Sha256),
            }
        }
        _ => None,
    };
    let key = PrivateKeyWithHashAlg::new(Arc::new(key), hash);
    let accepted = session.authenticate_publickey(&repository.user, key).await;
    if !matches!(accepted.map_err(|error| ssh_cause(&error))?, AuthResult::Success) {
        return Err(CheckCause::KeyNotAccepted);
    }
    let refs = read_refs(&session, &repository.path, branch).await?;
    report.branch = match refs.found() {
        Found::Yes => None,
        Found::No => Some(CheckCause::BranchNotFound),
        Found::Unknown => Some(CheckCause::TooMuch),
    };
    report.refs = Some(refs.into());
    // It has said all that was asked; whether it hears the good-bye is its own affair.
    drop(session.disconnect(Disconnect::ByApplication, "", "").await);
    Ok(())
}

async fn read_refs(
    session: &Handle<Visitor>,
    path: &str,
    branch: Option<&Branch>,
) -> Result<Advertisement, CheckCause> {
    let mut channel = session.channel_open_session().await.map_err(|error| ssh_cause(&error))?;
    let command = format!("git-upload-pack {}", quoted(path));
    channel.exec(true, command).await.map_err(|error| ssh_cause(&error))?;
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
        None => CheckCause::ConnectionFailed,
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

/// All keys that the host has, one connection for each family. None of ours is used.
async fn keys_of_host(
    outbound: &Outbound,
    resolved: &Resolved,
    repository: &Repository,
) -> Result<Vec<HostKey>, CheckCause> {
    let mut found = Vec::new();
    for family in families() {
        let seen = Arc::new(Mutex::new(None));
        match connect(outbound, resolved, Trust::Nobody { family, seen: Arc::clone(&seen) }).await {
            Ok(_) | Err(CheckCause::NotSsh) => {}
            Err(cause) if found.is_empty() => return Err(cause),
            Err(_) => {}
        }
        let key = seen.lock().unwrap_or_else(PoisonError::into_inner).take();
        found.extend(key.map(|key| known_hosts::shown(&repository.host, &repository.known_as(), &key)));
    }
    if found.is_empty() { Err(CheckCause::NotSsh) } else { Ok(found) }
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
    Trusted(Handle<Visitor>),
    Stranger,
}

async fn connect(outbound: &Outbound, resolved: &Resolved, trust: Trust) -> Result<Met, CheckCause> {
    let all = families().into_iter().flatten();
    let algorithms: Vec<_> = match &trust {
        Trust::Nobody { family, .. } => family.clone(),
        // Only what is trusted: of a host with several keys, another one would say nothing.
        Trust::These(keys) => all.filter(|algorithm| keys.iter().any(|key| is_of(key, algorithm))).collect(),
    };
    let config = client::Config {
        inactivity_timeout: Some(SILENCE),
        preferred: Preferred { key: Cow::Owned(algorithms), ..Preferred::DEFAULT },
        ..client::Config::default()
    };
    let stream = outbound.connect(resolved).await?;
    match client::connect_stream(Arc::new(config), stream, Visitor { trust }).await {
        Ok(session) => Ok(Met::Trusted(session)),
        Err(
            russh::Error::UnknownKey | russh::Error::NoCommonAlgo { kind: russh::AlgorithmKind::Key, .. },
        ) => Ok(Met::Stranger),
        Err(error) => Err(ssh_cause(&error)),
    }
}

fn is_of(key: &PublicKey, algorithm: &Algorithm) -> bool {
    match (key.algorithm(), algorithm) {
        (Algorithm::Rsa { .. }, Algorithm::Rsa { .. }) => true,
        (own, other) => own == *other,
    }
}

/// Looks at the host's key, and wants nothing else.
struct Visitor {
    trust: Trust,
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
}

fn ssh_cause(error: &russh::Error) -> CheckCause {
    use russh::Error::{
        ConnectionTimeout, Disconnect, Elapsed, HUP, IO, InactivityTimeout, KeepaliveTimeout, RecvError,
        SendError,
    };
    match error {
        ConnectionTimeout | KeepaliveTimeout | InactivityTimeout | Elapsed(_) => CheckCause::TimedOut,
        IO(_) | HUP | Disconnect | RecvError | SendError => CheckCause::ConnectionFailed,
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
