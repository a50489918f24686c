//! Tests whether a Git server lets a key read a repository, by the refs that `git-upload-pack` begins with
//! (gitprotocol-pack(5)).

use super::{
    advertisement::{Advertisement, Found, Reading},
    greeting::{Ear, Heard, client_hello, recognized},
    known_hosts,
    outbound::{Outbound, Resolved},
    ssh::{Met, Session, Trust, families, meet},
};
use domain::{
    connection_test::{HostKey, KnownHosts, Published, Repository, TestCause, TestReport},
    secret::PrivateKeyText,
    usage::Branch,
};
use formats::ssh_keys;
use russh::{
    ChannelMsg, Disconnect,
    keys::{Algorithm, PrivateKey, PublicKey},
};
use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::timeout,
};

/// The time in which a port must show that it speaks another protocol.
const PROBE_TIMEOUT: Duration = Duration::from_secs(3);

/// Tests the key on the repository, and looks for the branch if one is named.
pub(super) async fn check(
    outbound: &Outbound,
    key: &PrivateKeyText,
    (repository, branch): (&Repository, Option<&Branch>),
    known: &KnownHosts,
) -> TestReport {
    let mut report = TestReport::new(TestCause::RepositoryRead);
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
    report: &mut TestReport,
) -> Result<(), TestCause> {
    // Before any server is contacted.
    let key = ssh_keys::load(key).map_err(|_| TestCause::KeyNotUsable)?;
    let peer = Peer {
        outbound,
        resolved: outbound.resolve(&repository.host, repository.port).await?,
        spoke: AtomicBool::new(false),
    };
    let outcome = attempt_with(&peer, key, (repository, branch), known, report).await;
    match outcome {
        // Web servers wait for a request, and some never answer what they do not understand.
        Err(cause @ (TestCause::ConnectionFailed | TestCause::WentSilent))
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
    report: &mut TestReport,
) -> Result<(), TestCause> {
    let known_as = repository.known_as();
    let trusted = known_hosts::keys_of(known, &known_as);
    if trusted.is_empty() {
        report.host_keys = keys_of_host(peer, repository, known).await?;
        let foreign = report.host_keys.iter().any(|key| matches!(key.published, Published::Otherwise(_)));
        // OpenSSH would still look under the name without the port, and other clients would not.
        let elsewhere = known_as != repository.host && known_hosts::trusts(known, &repository.host);
        return Err(match (foreign, elsewhere) {
            (true, _) => TestCause::HostKeyNotPublished,
            (false, true) => TestCause::HostKeyForAnotherPort,
            (false, false) => TestCause::HostKeyUnknown,
        });
    }
    let mut session = match peer.connect(Trust::These(trusted)).await? {
        Met::Trusted(session) => session,
        Met::Stranger => {
            report.host_keys = keys_of_host(peer, repository, known).await?;
            return Err(TestCause::HostKeyChanged);
        }
    };
    session.log_in(&repository.user, key).await?;
    let refs = read_refs(&session, &repository.path, branch).await?;
    report.branch = match refs.found() {
        Found::Yes => None,
        Found::No => Some(TestCause::BranchNotFound),
        Found::Tag => Some(TestCause::BranchIsTag),
        Found::NoDefault => Some(TestCause::NoDefaultBranch),
        Found::Unknown => Some(TestCause::TooMuch),
    };
    report.refs = Some(refs.into());
    // The server has sent everything that was asked for; whether it receives the disconnect does not matter.
    drop(session.handle.disconnect(Disconnect::ByApplication, "", "").await);
    Ok(())
}

async fn read_refs(
    session: &Session,
    path: &str,
    branch: Option<&Branch>,
) -> Result<Advertisement, TestCause> {
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
                Reading::Refused => return Err(TestCause::NoAccessToRepository),
                Reading::NotGit => return Err(TestCause::NotGit),
            },
            ChannelMsg::ExitStatus { exit_status } => status = Some(exit_status),
            ChannelMsg::Failure => return Err(TestCause::NoAccessToRepository),
            _ => {}
        }
    }
    Err(match status {
        // The code with which shells report an unknown command.
        Some(127) => TestCause::NotGit,
        Some(_) => TestCause::NoAccessToRepository,
        None => session.end().unwrap_or(TestCause::ConnectionFailed),
    })
}

/// Quotes a path as Git itself does, because the other side most often runs a shell, and some hosts parse only this
/// form.
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

/// Returns all keys of the host, over one connection for each family, side by side, because a host that is slow to
/// greet would otherwise take too long. None of our keys is used.
///
/// Errors: the known hosts revoke a key, or no key was found.
async fn keys_of_host(
    peer: &Peer<'_>,
    repository: &Repository,
    known: &KnownHosts,
) -> Result<Vec<HostKey>, TestCause> {
    let [ed25519, ecdsa, rsa] = families().map(|family| peer.key_of(family));
    let (ed25519, ecdsa, rsa) = tokio::join!(ed25519, ecdsa, rsa);
    let (mut found, mut failed) = (Vec::new(), TestCause::NoHostKeyInCommon);
    for outcome in [rsa, ecdsa, ed25519] {
        match outcome {
            Ok(Some(key)) => found.push(key),
            Ok(None) => {}
            Err(cause) => failed = cause,
        }
    }
    let known_as = repository.known_as();
    if found.iter().any(|key| known_hosts::is_revoked(known, &known_as, key)) {
        return Err(TestCause::HostKeyRevoked);
    }
    let shown = |key| known_hosts::shown(&repository.host, repository.port, &known_as, key);
    if found.is_empty() { Err(failed) } else { Ok(found.iter().rev().map(shown).collect()) }
}

/// The host of a test.
struct Peer<'a> {
    outbound: &'a Outbound,
    resolved: Resolved,
    /// Whether the host has sent anything, over any connection.
    spoke: AtomicBool,
}

impl Peer<'_> {
    /// Returns the host's key of this family, if it has one.
    async fn key_of(&self, family: Vec<Algorithm>) -> Result<Option<PublicKey>, TestCause> {
        let seen = Arc::new(Mutex::new(None));
        let met = self.connect(Trust::Nobody { family, seen: Arc::clone(&seen) }).await;
        let key = seen.lock().unwrap_or_else(PoisonError::into_inner).take();
        match (key, met) {
            (None, Err(cause)) => Err(cause),
            (key, _) => Ok(key),
        }
    }

    async fn connect(&self, trust: Trust) -> Result<Met, TestCause> {
        let stream = self.outbound.connect(&self.resolved).await?;
        let ear = Ear::default();
        let met = meet(stream, trust, &ear).await;
        if ear.heard() != Heard::Nothing {
            self.spoke.store(true, Ordering::Release);
        }
        met
    }

    /// Finds out what a silent port speaks: a client's first message in TLS makes web servers of both kinds answer.
    async fn probe(&self, host: &str) -> Option<TestCause> {
        let hello = client_hello(host)?;
        let answer = async {
            let mut stream = self.outbound.connect(&self.resolved).await.ok()?;
            stream.write_all(&hello).await.ok()?;
            let mut bytes = [0; 5];
            stream.read_exact(&mut bytes).await.ok()?;
            recognized(&bytes)
        };
        match timeout(PROBE_TIMEOUT, answer).await.ok().flatten()? {
            Heard::Http => Some(TestCause::SpeaksHttp),
            Heard::Tls => Some(TestCause::SpeaksTls),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_keeps_path_one_word() {
        assert_eq!(quoted("group/app.git"), "'group/app.git'");
        assert_eq!(quoted("a'b; rm -rf !x"), "'a'\\''b; rm -rf '\\!'x'");
    }
}
