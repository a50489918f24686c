//! Peers that are slow, endless, elsewhere, or not what they should be.

use super::{config, registry_server::tried};
use crate::connection_tests::config::{PrivateHost, TestConfig};
use domain::connection_test::TestCause;
use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

/// A server that follows a script with each connection, and keeps the requests.
pub(super) struct Scripted {
    pub(super) port: u16,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Scripted {
    /// Answers each request with the result of the closure.
    pub(super) fn answering(answer: impl Fn(&str) -> String + Send + Sync + 'static) -> Self {
        Self::doing(move |mut stream, request| drop(stream.write_all(answer(request).as_bytes())))
    }

    /// Calls the closure with each connection once its request has arrived.
    pub(super) fn doing(act: impl Fn(TcpStream, &str) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (kept, act) = (Arc::clone(&asked), Arc::new(act));
        // Ends with the process, because it only waits.
        thread::spawn(move || {
            for mut stream in listener.incoming().map_while(Result::ok) {
                let (kept, act) = (Arc::clone(&kept), Arc::clone(&act));
                thread::spawn(move || {
                    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
                    stream.set_write_timeout(Some(Duration::from_secs(30))).unwrap();
                    let (mut head, mut byte) = (Vec::new(), [0]);
                    while !head.ends_with(b"\r\n\r\n") && matches!(stream.read(&mut byte), Ok(1)) {
                        head.push(byte[0]);
                    }
                    let request = String::from_utf8_lossy(&head).into_owned();
                    kept.lock().unwrap().push(request.clone());
                    act(stream, &request);
                });
            }
        });
        Self { port, asked }
    }

    pub(super) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    pub(super) fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }
}

const SECRET: &str = "SENTINEL-PASSWORD";

async fn outcome(config: &TestConfig, peer: &Scripted) -> TestCause {
    tried(config, &peer.host(), ("robot", SECRET), None).await
}

async fn answered(answer: &'static str) -> TestCause {
    let peer = Scripted::answering(move |_| answer.to_owned());
    outcome(&config(&[&peer.host()]), &peer).await
}

#[tokio::test]
async fn test_recognizes_answers_of_other_servers() {
    for (answer, expected) in [
        ("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", TestCause::NotARegistry),
        ("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n", TestCause::NotARegistry),
        (
            "HTTP/1.1 401 No\r\nWWW-Authenticate: Digest x\r\nContent-Length: 0\r\n\r\n",
            TestCause::NotARegistry,
        ),
        ("HTTP/1.1 401 No\r\nWWW-Authenticate: Bearer realm=\"/here\"\r\n\r\n", TestCause::NotARegistry),
        ("HTTP/1.1 429 Slow down\r\nContent-Length: 0\r\n\r\n", TestCause::TooManyRequests),
        ("HTTP/1.1 503 Down\r\nContent-Length: 0\r\n\r\n", TestCause::OtherSideFailed),
        ("HTTP/1.1 302 There\r\nLocation: http://127.0.0.1:1/\r\n\r\n", TestCause::Redirected),
        ("220 mail.example ESMTP\r\n", TestCause::NotARegistry),
        ("", TestCause::ConnectionFailed),
    ] {
        assert_eq!(answered(answer).await, expected, "{answer}");
    }
}

#[tokio::test]
async fn test_never_sends_password_along_a_redirect() {
    let elsewhere = Scripted::answering(|_| "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".to_owned());
    let to = elsewhere.host();
    let from = Scripted::answering(move |request| {
        if request.contains("uthorization:") {
            format!("HTTP/1.1 307 There\r\nLocation: http://{to}/v2/\r\nContent-Length: 0\r\n\r\n")
        } else {
            "HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=x\r\nContent-Length: 0\r\n\r\n".to_owned()
        }
    });
    let config = config(&[&from.host(), &elsewhere.host()]);
    assert_eq!(outcome(&config, &from).await, TestCause::Redirected);
    assert!(elsewhere.asked().is_empty());
}

#[tokio::test]
async fn test_checks_realm_as_registry() {
    for (realm, expected) in [
        ("https://169.254.169.254/latest/meta-data/", TestCause::AddressForbidden),
        ("https://[::ffff:127.0.0.1]/token", TestCause::AddressForbidden),
        ("https://10.0.0.1/token", TestCause::AddressNotAllowed),
        ("https://0x7f000001/token", TestCause::AddressForbidden),
        ("http://169.254.169.254/token", TestCause::TokenByPlainHttp),
        ("https://user:pw@127.0.0.1/token", TestCause::NotARegistry),
        ("file:///etc/passwd", TestCause::NotARegistry),
        ("gopher://127.0.0.1/x", TestCause::NotARegistry),
    ] {
        let peer = Scripted::answering(move |_| {
            format!(
                "HTTP/1.1 401 No\r\nWWW-Authenticate: Bearer realm=\"{realm}\"\r\nContent-Length: 0\r\n\r\n"
            )
        });
        assert_eq!(outcome(&config(&[&peer.host()]), &peer).await, expected, "{realm}");
        // The password was meant for the place that issues tokens, and never got there.
        assert!(peer.asked().iter().all(|request| !request.contains("uthorization")), "{realm}");
    }
}

#[tokio::test]
async fn test_limits_endless_answers() {
    let began = Instant::now();
    let endless_head = Scripted::doing(|mut stream, _| {
        drop(stream.write_all(b"HTTP/1.1 200 OK\r\n"));
        while stream.write_all(b"X-More: and more and more and more and more and more\r\n").is_ok() {}
    });
    let cause = outcome(&config(&[&endless_head.host()]), &endless_head).await;
    assert!(matches!(cause, TestCause::TooMuch | TestCause::NotARegistry), "{cause:?}");
    let endless_body = Scripted::doing(|mut stream, _| {
        drop(stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"));
        while stream.write_all(b"400\r\n").is_ok()
            && stream.write_all(&[b'x'; 0x400]).is_ok()
            && stream.write_all(b"\r\n").is_ok()
        {}
    });
    assert_eq!(outcome(&config(&[&endless_body.host()]), &endless_body).await, TestCause::TooMuch);
    assert!(began.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn test_reports_missing_hosts() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let config = config(&[]);
    let at = async |host: &str| tried(&config, host, ("robot", SECRET), None).await;
    assert_eq!(at(&free.to_string()).await, TestCause::ConnectionRefused);
    assert_eq!(at("no-such-host.invalid").await, TestCause::NameNotFound);
    assert_eq!(at("169.254.169.254").await, TestCause::AddressForbidden);
}

#[tokio::test]
async fn test_never_reaches_loopback_unless_allowed() {
    let peer = Scripted::answering(|_| String::new());
    let plain = vec![peer.host()];
    for allow_private in [vec![], vec![PrivateHost::parse("10.0.0.0/8").unwrap()]] {
        let config = TestConfig { allow_private, plain_http: plain.clone(), ..TestConfig::default() };
        assert_eq!(outcome(&config, &peer).await, TestCause::AddressNotAllowed);
    }
    assert!(peer.asked().is_empty());
}
