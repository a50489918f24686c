//! SSH servers of our own, each with one behaviour of servers in the field, and named by it. The next bug report
//! becomes one more row.

use super::{config, peers};
use crate::connection_tests::{git::check, outbound::Outbound};
use domain::{
    connection_test::{KnownHosts, Repository, TestCause, TestReport},
    secret::PrivateKeyText,
    sensitive::Sensitive,
    usage::Branch,
};
use russh::{
    Channel, ChannelId, MethodKind, MethodSet, Preferred, cipher, kex,
    keys::{Algorithm, PrivateKey},
    mac,
    server::{self, Auth, ChannelOpenHandle, Msg, PublicKeyOffer, Session, VerifiedPublicKey},
};
use std::{borrow::Cow, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Barrier,
};

/// A behaviour in which a server differs from others.
#[derive(Clone)]
enum Odd {
    /// No difference: the server accepts the key and has a repository.
    Nothing,
    /// Only these methods.
    Methods(fn(&mut Preferred)),
    /// These lines before the version.
    LinesBeforeVersion(&'static [u8]),
    /// A text in the place of a version, followed by the end of the connection.
    Says(&'static [u8]),
    /// A text as the answer to the client's first bytes.
    Answers(&'static [u8]),
    /// The end of the connection at once, unless a client begins with TLS.
    HangsUpUnlessTls,
    /// No greeting before a number of clients have connected.
    GreetsTogether(Arc<Barrier>),
    /// The key is accepted, but not enough.
    SecondFactor,
    /// No key is accepted.
    PasswordsAlone,
    /// RSA with SHA-1 alone, without saying so.
    RsaSha1,
    /// Nobody is accepted.
    Nobody,
    /// The key is accepted, but a request for the repository is never answered.
    SilentAtRefs,
    /// The key is accepted, but the connection ends when the repository is asked for.
    HangsUpAtRefs,
    /// A repository with these refs.
    Refs(&'static [&'static str]),
}

struct Visit {
    odd: Odd,
    asked: Option<ChannelId>,
}

fn refuse(methods: &[MethodKind], partial_success: bool) -> Auth {
    Auth::Reject { proceed_with_methods: Some(MethodSet::from(methods)), partial_success }
}

impl server::Handler for Visit {
    type Error = russh::Error;

    async fn auth_publickey_offered(
        &mut self,
        _: &str,
        offer: PublicKeyOffer<'_>,
    ) -> Result<Auth, Self::Error> {
        let sha1 = matches!(offer.algorithm, Algorithm::Rsa { hash: None });
        Ok(match self.odd {
            Odd::Nobody => refuse(&[MethodKind::PublicKey], false),
            Odd::PasswordsAlone => refuse(&[MethodKind::Password], false),
            Odd::RsaSha1 if !sha1 => refuse(&[MethodKind::PublicKey], false),
            _ => Auth::Accept,
        })
    }

    async fn auth_publickey(&mut self, _: &str, _: VerifiedPublicKey<'_>) -> Result<Auth, Self::Error> {
        Ok(match self.odd {
            Odd::SecondFactor => refuse(&[MethodKind::KeyboardInteractive], true),
            Odd::RsaSha1 => panic!("a signature with SHA-1 was made"),
            _ => Auth::Accept,
        })
    }

    async fn channel_open_session(
        &mut self,
        channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), Self::Error> {
        self.asked = Some(channel.id());
        reply.accept().await;
        Ok(())
    }

    async fn exec_request(
        &mut self,
        channel: ChannelId,
        _: &[u8],
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        session.channel_success(channel)?;
        let refs = match self.odd {
            // From here on nothing happens, so that the clock may jump to whatever is waited for.
            Odd::SilentAtRefs => {
                tokio::time::pause();
                return Ok(());
            }
            Odd::HangsUpAtRefs => return Err(russh::Error::Disconnect),
            Odd::Refs(refs) => refs,
            _ => &["HEAD\0symref=HEAD:refs/heads/main", "refs/heads/main"],
        };
        let id = "a".repeat(40);
        let lines = refs.iter().map(|name| format!("{:04x}{id} {name}\n", name.len() + 46));
        let text = lines.collect::<Vec<_>>().concat() + "0000";
        session.data(channel, text.into_bytes())?;
        Ok(())
    }
}

/// A server on a port of its own, which ends with the test.
struct OddServer {
    port: u16,
    host_key: PrivateKey,
    running: tokio::task::JoinHandle<()>,
}

impl Drop for OddServer {
    fn drop(&mut self) {
        self.running.abort();
    }
}

impl OddServer {
    async fn start(odd: Odd) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let host_key = PrivateKey::from_openssh(key("ed25519")).unwrap();
        let mut preferred = Preferred::DEFAULT;
        if let Odd::Methods(limit) = odd {
            limit(&mut preferred);
        }
        let config = Arc::new(server::Config {
            keys: vec![host_key.clone()],
            preferred,
            auth_rejection_time: Duration::ZERO,
            auth_rejection_time_initial: Some(Duration::ZERO),
            ..server::Config::default()
        });
        let running = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(odd.clone(), Arc::clone(&config), stream));
            }
        });
        Self { port, host_key, running }
    }

    fn known(&self) -> String {
        format!("[127.0.0.1]:{} {}\n", self.port, self.host_key.public_key().to_openssh().unwrap())
    }
}

async fn serve(odd: Odd, config: Arc<server::Config>, mut stream: TcpStream) {
    match &odd {
        Odd::LinesBeforeVersion(lines) => stream.write_all(lines).await.unwrap(),
        Odd::Says(words) => return drop(stream.write_all(words).await),
        Odd::Answers(words) => {
            drop(stream.read(&mut [0; 1024]).await);
            return drop(stream.write_all(words).await);
        }
        Odd::HangsUpUnlessTls => {
            let mut first = [0; 4096];
            let read = stream.read(&mut first).await.unwrap_or_default();
            if first[..read].starts_with(&[0x16]) {
                drop(stream.write_all(b"\x15\x03\x01\0\x02\x02\x28").await);
            }
            return;
        }
        Odd::GreetsTogether(all) => {
            all.wait().await;
        }
        _ => {}
    }
    if let Ok(session) = server::run_stream(config, stream, Visit { odd, asked: None }).await {
        drop(session.await);
    }
}

fn key(kind: &str) -> String {
    let folder = peers::Folder::new();
    let arguments = ["-q", "-t", kind, "-N", "", "-C", "", "-f", "key"];
    peers::run(&folder.0, "openssh-client", "ssh-keygen", &arguments);
    std::fs::read_to_string(folder.join("key")).unwrap()
}

async fn tried_with(server: &OddServer, key: &str, known: &str, branch: &str) -> TestReport {
    let outbound = Outbound::new(&config(&[]), None);
    let key = PrivateKeyText::parse(&Sensitive::new(key)).unwrap();
    let repository = Repository::parse(&format!("ssh://git@127.0.0.1:{}/a", server.port)).unwrap();
    let branch = Branch::parse(branch).unwrap();
    let known = KnownHosts::parse(known, "").unwrap();
    check(&outbound, &key, (&repository, branch.as_ref()), &known).await
}

async fn tried(odd: Odd) -> TestCause {
    let server = OddServer::start(odd).await;
    tried_with(&server, &key("ed25519"), &server.known(), "").await.cause
}

#[tokio::test]
async fn test_reports_the_cause_of_each_odd_server() {
    use TestCause as Cause;
    for (name, odd, cause) in [
        ("nothing", Odd::Nothing, Cause::RepositoryRead),
        (
            "kex-nistp256",
            Odd::Methods(|all| all.kex = Cow::Borrowed(&[kex::ECDH_SHA2_NISTP256])),
            Cause::RepositoryRead,
        ),
        (
            "kex-nistp384",
            Odd::Methods(|all| all.kex = Cow::Borrowed(&[kex::ECDH_SHA2_NISTP384])),
            Cause::RepositoryRead,
        ),
        (
            "kex-nistp521",
            Odd::Methods(|all| all.kex = Cow::Borrowed(&[kex::ECDH_SHA2_NISTP521])),
            Cause::RepositoryRead,
        ),
        (
            "kex-group14",
            Odd::Methods(|all| all.kex = Cow::Borrowed(&[kex::DH_G14_SHA256])),
            Cause::RepositoryRead,
        ),
        (
            "kex-sha1",
            Odd::Methods(|all| all.kex = Cow::Borrowed(&[kex::DH_G14_SHA1, kex::DH_G1_SHA1])),
            Cause::NoKeyExchangeInCommon,
        ),
        (
            "mac-sha1",
            Odd::Methods(|all| {
                all.mac = Cow::Borrowed(&[mac::HMAC_SHA1]);
                all.cipher = Cow::Borrowed(&[cipher::AES_128_CTR]);
            }),
            Cause::RepositoryRead,
        ),
        (
            "mac-none",
            Odd::Methods(|all| {
                all.mac = Cow::Borrowed(&[mac::NONE]);
                all.cipher = Cow::Borrowed(&[cipher::AES_128_CTR]);
            }),
            Cause::NoMacInCommon,
        ),
        (
            "host-key-sha1",
            Odd::Methods(|all| all.key = Cow::Owned(vec![Algorithm::Rsa { hash: None }])),
            Cause::NoHostKeyInCommon,
        ),
        (
            "cipher-aes128-gcm",
            Odd::Methods(|all| all.cipher = Cow::Borrowed(&[cipher::AES_128_GCM])),
            Cause::RepositoryRead,
        ),
        (
            "cipher-cbc",
            Odd::Methods(|all| all.cipher = Cow::Borrowed(&[cipher::AES_256_CBC, cipher::AES_128_CBC])),
            Cause::NoCipherInCommon,
        ),
        (
            "lines-before",
            Odd::LinesBeforeVersion(b"Welcome\r\n\r\n\nNo trespassing\n"),
            Cause::RepositoryRead,
        ),
        ("empty-line-before", Odd::LinesBeforeVersion(b"\r\n"), Cause::RepositoryRead),
        ("max-startups", Odd::Says(b"Exceeded MaxStartups\r\n"), Cause::HostBusy),
        ("penalty", Odd::Says(b"Not allowed at this time\r\n"), Cause::HostBusy),
        ("mail", Odd::Says(b"220 mail.corp ESMTP\r\n"), Cause::NotSsh),
        ("http", Odd::Answers(b"HTTP/1.1 400 Bad Request\r\n\r\n"), Cause::SpeaksHttp),
        ("tls-alert", Odd::Answers(b"\x15\x03\x01\0\x02\x02\x46"), Cause::SpeaksTls),
        ("tls-silent", Odd::HangsUpUnlessTls, Cause::SpeaksTls),
        ("hangs-up", Odd::Says(b""), Cause::ConnectionFailed),
        ("second-factor", Odd::SecondFactor, Cause::SecondFactorWanted),
        ("passwords-alone", Odd::PasswordsAlone, Cause::NoKeysTaken),
        ("nobody", Odd::Nobody, Cause::KeyNotAccepted),
        ("hangs-up-at-refs", Odd::HangsUpAtRefs, Cause::ConnectionFailed),
    ] {
        assert_eq!(Box::pin(tried(odd)).await, cause, "{name}");
    }
}

#[tokio::test]
async fn test_times_out_and_reports_a_silent_server() {
    assert_eq!(Box::pin(tried(Odd::SilentAtRefs)).await, TestCause::WentSilent);
    tokio::time::resume();
}

#[tokio::test]
async fn test_reports_sha1_server_without_blaming_rsa_key() {
    let rsa = key("rsa");
    let stated = |all: &mut Preferred| {
        all.key = Cow::Owned(vec![Algorithm::Ed25519, Algorithm::Rsa { hash: None }]);
    };
    for (odd, cause) in [
        (Odd::Methods(stated), TestCause::RsaOnlyWithSha1),
        (Odd::RsaSha1, TestCause::RsaOnlyWithSha1),
        (Odd::Nobody, TestCause::KeyNotAccepted),
    ] {
        let server = OddServer::start(odd).await;
        assert_eq!(tried_with(&server, &rsa, &server.known(), "").await.cause, cause);
    }
    let server = OddServer::start(Odd::Nothing).await;
    assert_eq!(tried_with(&server, &rsa, &server.known(), "").await.cause, TestCause::RepositoryRead);
}

/// The keys of a host that greets slowly could never be approved if they were asked for one after the other.
#[tokio::test]
async fn test_asks_for_keys_of_slow_host_side_by_side() {
    let server = OddServer::start(Odd::GreetsTogether(Arc::new(Barrier::new(3)))).await;
    let report = tried_with(&server, &key("ed25519"), "", "").await;
    assert_eq!(report.cause, TestCause::HostKeyUnknown);
    assert_eq!(report.host_keys.len(), 1);
    assert_eq!(format!("{}\n", report.host_keys[0].line), server.known());
}

#[tokio::test]
async fn test_tells_untrusting_known_hosts_apart() {
    let key = key("ed25519");
    let server = OddServer::start(Odd::Nothing).await;
    let public = server.host_key.public_key().to_openssh().unwrap();
    for (name, known, cause) in [
        ("revoked", format!("{}@revoked * {public}\n", server.known()), TestCause::HostKeyRevoked),
        (
            "revoked-alone",
            format!("@revoked [127.0.0.1]:{} {public}", server.port),
            TestCause::HostKeyRevoked,
        ),
        (
            "revoked-for-another",
            format!("{}@revoked other {public}\n", server.known()),
            TestCause::RepositoryRead,
        ),
        ("without-port", format!("127.0.0.1 {public}"), TestCause::HostKeyForAnotherPort),
        ("authority", format!("@cert-authority * {public}"), TestCause::HostKeyUnknown),
        ("none", String::new(), TestCause::HostKeyUnknown),
    ] {
        let report = tried_with(&server, &key, &known, "").await;
        assert_eq!(report.cause, cause, "{name}");
        assert_eq!(report.cause.asks_for_approval(), !report.host_keys.is_empty(), "{name}");
        assert_eq!(report.unused.len(), usize::from(name == "authority"), "{name}");
        assert_eq!(report.port, Some(server.port));
    }
}

#[tokio::test]
async fn test_reports_branch_that_is_a_tag_and_missing_head() {
    let key = key("ed25519");
    let headless = OddServer::start(Odd::Refs(&["refs/heads/main\0agent=git/2", "refs/tags/v1"])).await;
    for (branch, cause) in [
        ("", Some(TestCause::NoDefaultBranch)),
        ("main", None),
        ("v1", Some(TestCause::BranchIsTag)),
        ("other", Some(TestCause::BranchNotFound)),
    ] {
        let report = tried_with(&headless, &key, &headless.known(), branch).await;
        assert_eq!((report.cause, report.branch), (TestCause::RepositoryRead, cause), "{branch}");
        assert!(report.refs.unwrap().headless);
    }
}

/// `ssh` itself, with the defaults of its package, is admitted by each server that a test says works.
#[tokio::test(flavor = "multi_thread")]
async fn ssh_agrees_with_each_test() {
    let folder = peers::Folder::new();
    let key = key("ed25519");
    folder.write("key", &key);
    peers::run(&folder.0, "coreutils", "chmod", &["600", "key"]);
    for (name, odd) in [
        ("kex-nistp256", Odd::Methods(|all| all.kex = Cow::Borrowed(&[kex::ECDH_SHA2_NISTP256]))),
        ("kex-sha1", Odd::Methods(|all| all.kex = Cow::Borrowed(&[kex::DH_G14_SHA1]))),
        (
            "mac-sha1",
            Odd::Methods(|all| {
                all.mac = Cow::Borrowed(&[mac::HMAC_SHA1]);
                all.cipher = Cow::Borrowed(&[cipher::AES_128_CTR]);
            }),
        ),
        ("cipher-cbc", Odd::Methods(|all| all.cipher = Cow::Borrowed(&[cipher::AES_256_CBC]))),
        ("empty-line-before", Odd::LinesBeforeVersion(b"\r\n\n")),
        ("second-factor", Odd::SecondFactor),
        ("nobody", Odd::Nobody),
    ] {
        let server = OddServer::start(odd).await;
        let ours = tried_with(&server, &key, &server.known(), "").await.cause;
        let known = folder.write("known", server.known());
        let file = folder.join("key");
        let port = server.port.to_string();
        let run = tokio::process::Command::new("ssh")
            .args([
                "-F",
                "none",
                "-n",
                "-o",
                "BatchMode=yes",
                "-o",
                "IdentitiesOnly=yes",
                "-o",
                "IdentityAgent=none",
            ])
            .args(["-o", "ConnectTimeout=10", "-o", &format!("UserKnownHostsFile={}", known.display())])
            .args(["-p", &port, "-v", "-i"])
            .arg(file)
            .args(["git@127.0.0.1", "git-upload-pack 'a'"])
            .kill_on_drop(true)
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        // The server never ends the channel: the refs are proof enough.
        let let_in = let_in(run).await;
        assert_eq!(let_in, ours == TestCause::RepositoryRead, "{name}: {ours:?}");
    }
}

/// Returns whether `ssh` was admitted, by its first output: refs, or the reason why not.
async fn let_in(mut ssh: tokio::process::Child) -> bool {
    let mut refs = [0; 4];
    let read = ssh.stdout.take().unwrap().read_exact(&mut refs).await.is_ok();
    drop(ssh.kill().await);
    read
}
