//! A real SSH server, with Git behind it.

use super::{
    config,
    hostile::Scripted,
    peers::{GitServer, HOST_KEYS, run},
};
use crate::connection_tests::{git::check, outbound::Outbound};
use domain::{
    connection_test::{KnownHosts, Published, Refs, Repository, TestCause, TestReport},
    secret::PrivateKeyText,
    sensitive::Sensitive,
};
use std::{fs, io::Write};

async fn tried(key: &str, repository: &str, known: &str) -> TestReport {
    let outbound = Outbound::new(&config(&[]), None);
    let key = PrivateKeyText::parse(&Sensitive::new(key)).unwrap();
    let repository = Repository::parse(repository).unwrap();
    check(&outbound, &key, (&repository, None), &KnownHosts::parse(known, "").unwrap()).await
}

#[tokio::test]
async fn test_accepts_every_form_of_key() {
    let server = GitServer::start();
    let (address, known) = (server.address("repo.git"), server.known_hosts());
    for (name, arguments) in [
        ("ed25519", &["-t", "ed25519"][..]),
        ("ecdsa256", &["-t", "ecdsa", "-b", "256"]),
        ("ecdsa384", &["-t", "ecdsa", "-b", "384"]),
        ("ecdsa521", &["-t", "ecdsa", "-b", "521"]),
        ("rsa", &["-t", "rsa", "-b", "2048"]),
        ("rsa_pem", &["-t", "rsa", "-b", "2048", "-m", "PEM"]),
        ("rsa_pkcs8", &["-t", "rsa", "-b", "2048", "-m", "PKCS8"]),
        ("ecdsa_pem", &["-t", "ecdsa", "-b", "256", "-m", "PEM"]),
        ("ecdsa_pkcs8", &["-t", "ecdsa", "-b", "384", "-m", "PKCS8"]),
    ] {
        let report = tried(&server.key(name, arguments, true), &address, &known).await;
        assert_eq!(report.cause, TestCause::RepositoryRead, "{name}");
        // The branches trunk and other, and the tag v1.
        let expected = Refs { branch: Some("trunk".to_owned()), count: 3, exact: true, headless: false };
        assert_eq!(report.refs, Some(expected), "{name}");
    }
}

#[tokio::test]
async fn test_reports_rejected_keys_and_missing_repositories() {
    let server = GitServer::start();
    let known = server.known_hosts();
    let good = server.key("good", &["-t", "ed25519"], true);
    let wrong = server.key("wrong", &["-t", "ed25519"], false);
    let wrong_rsa = server.key("wrong_rsa", &["-t", "rsa", "-b", "2048"], false);
    let repo = server.address("repo.git");
    for key in [&wrong, &wrong_rsa] {
        assert_eq!(tried(key, &repo, &known).await.cause, TestCause::KeyNotAccepted);
    }
    let other_user = repo.replace(&format!("ssh://{}@", server.user), "ssh://no-such-user@");
    assert_eq!(tried(&good, &other_user, &known).await.cause, TestCause::KeyNotAccepted);
    for path in ["none.git", "it's.git", "work/.git/nothing!here"] {
        let cause = tried(&good, &server.address(path), &known).await.cause;
        assert_eq!(cause, TestCause::NoAccessToRepository, "{path}");
    }
    let empty = tried(&good, &server.address("empty.git"), &known).await;
    assert_eq!(empty.cause, TestCause::RepositoryRead);
    assert_eq!(empty.refs, Some(Refs { branch: None, count: 0, exact: true, headless: false }));
}

#[tokio::test]
async fn test_shows_all_keys_of_unknown_host_and_sends_none_of_ours() {
    let server = GitServer::start();
    let key = server.key("good", &["-t", "ed25519"], true);
    let address = server.address("repo.git");
    let report = tried(&key, &address, "").await;
    assert_eq!(report.cause, TestCause::HostKeyUnknown);
    assert_eq!(report.host.as_deref(), Some(format!("[127.0.0.1]:{}", server.port).as_str()));
    let shown: Vec<_> = report.host_keys.iter().map(|key| key.fingerprint.clone()).collect();
    assert_eq!(shown, HOST_KEYS.map(|kind| server.fingerprint(kind)));
    assert!(report.host_keys.iter().all(|key| key.published == Published::Unknown));
    assert_eq!(server.logins(), Vec::<String>::new(), "our key was offered to nobody");
    // Approved as they were shown, the keys are trusted.
    let lines = report.host_keys.iter().map(|key| format!("{}\n", key.line)).collect::<Vec<_>>().concat();
    assert_eq!(tried(&key, &address, &lines).await.cause, TestCause::RepositoryRead);
    let logins = server.logins();
    assert!(logins.iter().any(|line| line.contains("method publickey")), "{logins:?}");
    // Any one of them suffices.
    for key_of_host in &report.host_keys {
        assert_eq!(tried(&key, &address, &key_of_host.line).await.cause, TestCause::RepositoryRead);
    }
    // Keys of another port or host belong to somebody else.
    let without_port = lines.replace(&format!("[127.0.0.1]:{}", server.port), "127.0.0.1");
    for (other, cause) in [
        (without_port, TestCause::HostKeyForAnotherPort),
        (lines.replace("[127", "[128"), TestCause::HostKeyUnknown),
    ] {
        let before = server.logins().len();
        assert_eq!(tried(&key, &address, &other).await.cause, cause);
        assert_eq!(server.logins().len(), before, "our key was offered to nobody");
    }
}

#[tokio::test]
async fn test_trusts_hashed_hosts() {
    let server = GitServer::start();
    let key = server.key("good", &["-t", "ed25519"], true);
    server.folder.write("known", server.known_hosts());
    run(&server.folder.0, "openssh-client", "ssh-keygen", &["-q", "-H", "-f", "known"]);
    let hashed = fs::read_to_string(server.folder.join("known")).unwrap();
    assert!(hashed.starts_with("|1|"));
    assert_eq!(tried(&key, &server.address("repo.git"), &hashed).await.cause, TestCause::RepositoryRead);
}

#[tokio::test]
async fn test_reports_changed_host_key() {
    let mut server = GitServer::start();
    let key = server.key("good", &["-t", "ed25519"], true);
    let before = server.known_hosts();
    server.new_host_keys();
    server.restart();
    let address = server.address("repo.git");
    let report = tried(&key, &address, &before).await;
    assert_eq!(report.cause, TestCause::HostKeyChanged);
    let shown: Vec<_> = report.host_keys.iter().map(|key| key.fingerprint.clone()).collect();
    assert_eq!(shown, HOST_KEYS.map(|kind| server.fingerprint(kind)));
    // Without the old lines, the host is unknown.
    assert_eq!(tried(&key, &address, "").await.cause, TestCause::HostKeyUnknown);
    assert_eq!(tried(&key, &address, &server.known_hosts()).await.cause, TestCause::RepositoryRead);
}

/// OpenSSH itself, with methods that its own client accepts by default, and with some that it does not.
#[tokio::test]
async fn test_agrees_with_openssh_on_few_methods_as_ssh_does() {
    let mut server = GitServer::start();
    let key = server.key("good", &["-t", "ed25519"], true);
    let certificate = ["-q", "-s", "good", "-I", "host", "-h", "host_ed25519.pub"];
    run(&server.folder.0, "openssh-client", "ssh-keygen", &certificate);
    let folder = server.folder.0.display().to_string();
    for (options, expected) in [
        ("KexAlgorithms ecdh-sha2-nistp256,ecdh-sha2-nistp384", TestCause::RepositoryRead),
        ("KexAlgorithms diffie-hellman-group-exchange-sha256", TestCause::RepositoryRead),
        ("KexAlgorithms diffie-hellman-group14-sha256", TestCause::RepositoryRead),
        ("KexAlgorithms diffie-hellman-group14-sha1", TestCause::NoKeyExchangeInCommon),
        ("Ciphers aes128-ctr\nMACs hmac-sha1", TestCause::RepositoryRead),
        ("Ciphers aes128-ctr\nMACs hmac-sha1-etm@openssh.com", TestCause::RepositoryRead),
        ("Ciphers aes128-gcm@openssh.com", TestCause::RepositoryRead),
        ("Ciphers aes256-cbc", TestCause::NoCipherInCommon),
        ("Ciphers aes128-ctr\nMACs hmac-md5", TestCause::NoMacInCommon),
        ("HostKeyAlgorithms ssh-rsa", TestCause::NoHostKeyInCommon),
        (
            &format!(
                "HostCertificate {folder}/host_ed25519-cert.pub\nHostKeyAlgorithms ssh-ed25519-cert-v01@openssh.com"
            ),
            TestCause::NoHostKeyInCommon,
        ),
        ("AuthenticationMethods publickey,publickey", TestCause::SecondFactorWanted),
    ] {
        server.options = options.to_owned();
        server.restart();
        let report = tried(&key, &server.address("repo.git"), &server.known_hosts()).await;
        assert_eq!(report.cause, expected, "{options}");
    }
}

#[tokio::test]
async fn test_recognizes_servers_other_than_ssh() {
    let key = include_str!("../../secrets/seed_key");
    let at = |port: u16| format!("ssh://git@127.0.0.1:{port}/a");
    let web = Scripted::answering(|_| "HTTP/1.1 400 Bad Request\r\n\r\n".to_owned());
    let cause = tried(key, &at(web.port), "").await.cause;
    assert_eq!(cause, TestCause::SpeaksHttp);
    // Sends a greeting, and then endless garbage.
    let endless = Scripted::doing(|mut stream, _| {
        drop(stream.write_all(b"SSH-2.0-x\r\n"));
        while stream.write_all(&[0x7f; 1024]).is_ok() {}
    });
    let cause = tried(key, &at(endless.port), "").await.cause;
    assert!(matches!(cause, TestCause::NotSsh | TestCause::ConnectionFailed), "{cause:?}");
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    assert_eq!(tried(key, &at(free.port()), "").await.cause, TestCause::ConnectionRefused);
    assert_eq!(tried(key, "git@169.254.169.254:a", "").await.cause, TestCause::AddressForbidden);
}
