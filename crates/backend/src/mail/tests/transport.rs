//! The way of a mail to the server: protection, accounts, and what each rejection means.

use super::{super::MailFailure, ACCOUNT, SmtpPeer, http, letter, mail_config, with_account};
use crate::mail::{
    letter::Envelope,
    stream::Greeted,
    transport::{Mailer, hello},
};
use domain::{connection_test::TestCause, mail::MailAddress, time::Timestamp};
use std::{path::Path, time::Duration};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, DuplexStream, duplex, split},
    net::TcpListener,
    time::sleep,
};
use uuid::Uuid;

fn mailer(url: &str, certificate: Option<&Path>) -> Mailer {
    Mailer::new(mail_config(url), &http(certificate))
}

async fn sent(mailer: &Mailer, to: &str) -> Result<(), MailFailure> {
    let to = MailAddress::parse(to).unwrap();
    let at = Timestamp::from_micros(1_795_476_245_000_000);
    let unsubscribe = Some("https://portal.example/mail/unsubscribe?token=ab".to_owned());
    mailer.send(&Envelope { id: Uuid::max(), to: &to, at, unsubscribe }, &letter()).await
}

#[tokio::test]
async fn send_uses_tls_and_account_as_the_address_says() {
    for (options, scheme, more, facts) in [
        (vec![], "smtp", "", ("False", "False")),
        (vec!["--account", ACCOUNT], "smtp", "", ("False", "True")),
        (vec!["--tls", "starttls", "--account", ACCOUNT], "smtp", "?tls=required", ("True", "True")),
        (vec!["--tls", "implicit", "--account", ACCOUNT], "smtps", "", ("True", "True")),
    ] {
        let peer = SmtpPeer::start(&options);
        let url = if options.contains(&"--account") {
            with_account(scheme, peer.port, more)
        } else {
            format!("{scheme}://127.0.0.1:{}{more}", peer.port)
        };
        let certificate = options.contains(&"--tls").then(|| peer.certificate());
        let mailer = mailer(&url, certificate.as_deref());
        assert_eq!(mailer.try_server().await, Ok(()), "{options:?}");
        assert!(peer.mails().is_empty(), "looking sends nothing");
        assert_eq!(sent(&mailer, "ana@example.org").await, Ok(()), "{options:?}");
        let mails = peer.mails();
        assert_eq!(mails.len(), 1);
        for line in [
            "X-Envelope-From: latchkey@portal.example",
            "X-Envelope-To: ana@example.org",
            &format!("X-Tls: {}", facts.0),
            &format!("X-Signed-In: {}", facts.1),
            "From: Latchkey <latchkey@portal.example>",
            "Message-ID: <ffffffff-ffff-ffff-ffff-ffffffffffff@portal.example>",
            // The dot at the beginning of a line is the mail's own.
            ".",
        ] {
            assert!(mails[0].lines().any(|found| found == line), "{line} in {}", mails[0]);
        }
        assert!(!mails[0].contains("SENTINEL"), "{}", mails[0]);
        // Without trust, nothing is said.
        if certificate.is_some() {
            let untrusted = self::mailer(&url, None);
            let failure = MailFailure::Unreachable(TestCause::CertificateNotTrusted);
            assert_eq!(untrusted.try_server().await, Err(failure));
        }
    }
}

#[tokio::test]
async fn send_without_tls_or_account_fails_where_they_are_asked_for() {
    // A server without STARTTLS, which the address asks for.
    let plain = SmtpPeer::start(&[]);
    let asking = mailer(&format!("smtp://127.0.0.1:{}?tls=required", plain.port), None);
    assert_eq!(sent(&asking, "ana@example.org").await, Err(MailFailure::NoTls));
    // An account, and a server that knows none.
    let known = mailer(&with_account("smtp", plain.port, ""), None);
    assert_eq!(sent(&known, "ana@example.org").await, Err(MailFailure::NoSignIn));
    assert!(plain.mails().is_empty());

    // A server with STARTTLS, spoken to without.
    let peer = SmtpPeer::start(&["--tls", "starttls", "--account", ACCOUNT]);
    let certificate = peer.certificate();
    let bare = mailer(&format!("smtp://127.0.0.1:{}", peer.port), None);
    assert_eq!(sent(&bare, "ana@example.org").await, Err(MailFailure::Rejected(530)));
    // No account, and another one.
    let url = format!("smtp://127.0.0.1:{}?tls=required", peer.port);
    let nobody = mailer(&url, Some(&certificate));
    assert_eq!(sent(&nobody, "ana@example.org").await, Err(MailFailure::Rejected(530)));
    let url = format!("smtp://latchkey:wrong@127.0.0.1:{}?tls=required", peer.port);
    let wrong = mailer(&url, Some(&certificate));
    assert_eq!(sent(&wrong, "ana@example.org").await, Err(MailFailure::SignInRejected(535)));
    assert!(peer.mails().is_empty());
}

#[tokio::test]
async fn send_tells_rejected_recipients_from_rejected_mails() {
    let mut peer = SmtpPeer::start(&[]);
    let mailer = mailer(&format!("smtp://127.0.0.1:{}", peer.port), None);
    for (to, result) in [
        ("ana@example.org", Ok(())),
        ("nobody@example.org", Err(MailFailure::AddressRejected(550))),
        ("full@example.org", Err(MailFailure::AddressRejected(552))),
        ("relay@example.org", Err(MailFailure::Rejected(554))),
        ("busy@example.org", Err(MailFailure::Later(451))),
        ("busy@example.org", Err(MailFailure::Later(451))),
        ("busy@example.org", Ok(())),
        ("ben@example.org", Ok(())),
    ] {
        assert_eq!(sent(&mailer, to).await, result, "{to}");
    }
    let mails = peer.mails();
    assert_eq!(mails.len(), 3);
    let ids = mails.iter().filter(|mail| mail.contains("Message-ID: <ffffffff-"));
    assert_eq!(ids.count(), 3, "the id is the caller's");
    peer.stop();
    let gone = sent(&mailer, "ana@example.org").await;
    assert!(matches!(gone, Err(MailFailure::Unreachable(_))), "{gone:?}");
    peer.start_again();
    assert_eq!(sent(&mailer, "ana@example.org").await, Ok(()));
}

#[tokio::test]
async fn send_survives_servers_that_say_anything() {
    for (said, failure) in [
        ("SSH-2.0-OpenSSH_9.2\r\n", MailFailure::NotSmtp),
        ("554 SENTINEL go away\r\n", MailFailure::Rejected(554)),
        ("421 later\r\n", MailFailure::Later(421)),
        ("220 mail\r\n250 mail\r\n250 ok\r\n250 ok\r\n354 go\r\n", MailFailure::NotSmtp),
        ("220 mail\r\n250 mail\r\n250 ok\r\n451 later\r\n", MailFailure::Later(451)),
        ("", MailFailure::NotSmtp),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            stream.write_all(said.as_bytes()).await.unwrap();
            stream.shutdown().await.unwrap();
            let mut heard = Vec::new();
            let _ = stream.read_to_end(&mut heard).await;
        });
        let mailer = mailer(&format!("smtp://127.0.0.1:{port}"), None);
        assert_eq!(sent(&mailer, "ana@example.org").await, Err(failure), "{said}");
        server.await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn send_gives_up_on_a_server_that_falls_silent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let mailer = mailer(&format!("smtp://127.0.0.1:{port}"), None);
    let late = [MailFailure::TimedOut, MailFailure::Unreachable(TestCause::TimedOut)];
    let failure = sent(&mailer, "ana@example.org").await.unwrap_err();
    assert!(late.contains(&failure), "{failure:?}");
}

/// Answers as a mail server does that takes so long for each reply, and for the one after the mail itself.
async fn answer_slowly(stream: DuplexStream, each: Duration, last: Duration) {
    let (read, mut write) = split(stream);
    let mut lines = BufReader::new(read).lines();
    let mut reply = "220 ready";
    loop {
        sleep(each).await;
        if write.write_all(format!("{reply}\r\n").as_bytes()).await.is_err() {
            return;
        }
        let Ok(Some(line)) = lines.next_line().await else { return };
        reply = match line.split(' ').next() {
            Some("DATA") => {
                sleep(each).await;
                write.write_all(b"354 go on\r\n").await.unwrap();
                while lines.next_line().await.is_ok_and(|line| line.is_some_and(|line| line != ".")) {}
                sleep(last).await;
                "250 kept"
            }
            Some("QUIT") => "221 goodbye",
            _ => "250 ok",
        };
    }
}

#[tokio::test(start_paused = true)]
async fn send_waits_as_long_as_servers_may_take() {
    let minutes = Duration::from_mins;
    let late = Err(MailFailure::TimedOut);
    for (each, last, result) in [
        // Someone who looks for viruses, and a server that is slow everywhere.
        (Duration::ZERO, Duration::from_secs(40), Ok(())),
        (Duration::from_secs(59), minutes(9), Ok(())),
        (Duration::ZERO, minutes(11), late),
        (minutes(6), Duration::ZERO, late),
    ] {
        let mailer = mailer("smtp://127.0.0.1:25", None);
        let (ours, theirs) = duplex(64 * 1024);
        let server = tokio::spawn(answer_slowly(theirs, each, last));
        let stream = Box::new(Greeted::not_yet(ours, ([127, 0, 0, 1], 25).into()));
        let sent = async {
            let mut conversation = mailer.begin_on(stream, &hello("https://portal.example")).await?;
            let to = MailAddress::parse("ana@example.org").unwrap();
            let at = Timestamp::from_micros(1_795_476_245_000_000);
            let envelope = Envelope { id: Uuid::max(), to: &to, at, unsubscribe: None };
            conversation.send(&envelope, &letter()).await
        };
        assert_eq!(sent.await, result, "{each:?} {last:?}");
        server.abort();
    }
}

#[test]
fn debug_shows_nothing_of_the_account() {
    let mailer = mailer(&with_account("smtp", 25, ""), None);
    let shown = format!("{mailer:?}");
    assert!(!shown.contains("SENTINEL") && !shown.contains("latchkey:"), "{shown}");
}
