//! Registries that behave as they should.

use super::{
    config,
    hostile::Scripted,
    peers::{Authority, Folder, Guard, PASSWORD, Registry, USER, run},
    roots,
};
use crate::connection_tests::{
    config::TestConfig,
    http::Http,
    outbound::Outbound,
    registry::{Account, check},
};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use domain::{
    connection_test::{ImageReference, TestCause, TestReport},
    secret::{Password, RegistryHost, Username},
    sensitive::Sensitive,
};
use formats::export::docker_config_json;
use std::{
    fs,
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

/// Tests an account with this configuration.
pub(super) async fn tried(
    config: &TestConfig,
    host: &str,
    account: (&str, &str),
    image: Option<&str>,
) -> TestCause {
    reported(config, host, account, image).await.cause
}

/// Tests an account with this configuration, and returns the whole report.
pub(super) async fn reported(
    config: &TestConfig,
    host: &str,
    (username, password): (&str, &str),
    image: Option<&str>,
) -> TestReport {
    let http = Http::new(config, Outbound::new(config, None));
    let host = RegistryHost::parse(host).unwrap().host;
    let image = image.map(|image| ImageReference::parse(image, Some(&host)).unwrap());
    let username = Username::parse(username).unwrap();
    let password = Password::parse(Sensitive::new(password)).unwrap();
    let account = Account { host: &host, username: &username, password: &password, image: image.as_ref() };
    check(&http, &account).await
}

/// Returns what skopeo finds with the docker config that the portal exports for this account.
fn by_skopeo(
    folder: &Folder,
    host: &str,
    (username, password): (&str, &str),
    image: Option<&str>,
) -> TestCause {
    let config = docker_config_json(
        &RegistryHost::parse(host).unwrap().host,
        &Username::parse(username).unwrap(),
        &Password::parse(Sensitive::new(password)).unwrap(),
    );
    let file = folder.write("auth.json", config.expose());
    let mut skopeo = Command::new("skopeo");
    match image {
        // Skopeo signs in with the given account, and then stores it.
        None => {
            let account = ["login", "--tls-verify=false", "--username", username, "--password-stdin", host];
            skopeo.args(account).arg("--authfile").arg(folder.join("login.json"));
        }
        Some(image) => {
            skopeo.args(["inspect", "--raw", "--tls-verify=false", &format!("docker://{host}/{image}")]);
            skopeo.arg("--authfile").arg(file);
        }
    }
    let child = skopeo.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn();
    let mut child = child.expect("skopeo is missing: apt-get install skopeo");
    // The process may have ended without reading.
    drop(child.stdin.take().unwrap().write_all(password.as_bytes()));
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    match (output.status.success(), image) {
        (true, None) => TestCause::RegistryOpened,
        (true, Some(_)) => TestCause::ImageFound,
        (false, _) if said.contains("manifest unknown") || said.contains("denied") => {
            TestCause::NoAccessToImage
        }
        (false, _) => {
            assert!(said.contains("unauthorized") || said.contains("invalid username/password"), "{said}");
            TestCause::WrongPassword
        }
    }
}

const GOOD: (&str, &str) = (USER, PASSWORD);
const BAD: (&str, &str) = (USER, "another");

#[tokio::test]
async fn test_supports_basic_authentication() {
    let (folder, registry) = (Folder::new(), Registry::start(&Guard::Basic, None));
    registry.put("group/app", "1.0");
    let host = format!("127.0.0.1:{}", registry.port);
    let config = config(&[&host]);
    for (account, image, expected) in [
        (GOOD, None, TestCause::RegistryOpened),
        (BAD, None, TestCause::WrongPassword),
        (("nobody", PASSWORD), None, TestCause::WrongPassword),
        (GOOD, Some("group/app:1.0"), TestCause::ImageFound),
        (GOOD, Some("group/app:2.0"), TestCause::NoAccessToImage),
        (GOOD, Some("group/other"), TestCause::NoAccessToImage),
        (BAD, Some("group/app:1.0"), TestCause::WrongPassword),
    ] {
        assert_eq!(tried(&config, &host, account, image).await, expected, "{} {image:?}", account.0);
        assert_eq!(by_skopeo(&folder, &host, account, image), expected, "{} {image:?}", account.0);
    }
    // An account for a path is tested at the host, on images below the path.
    let scoped = format!("{host}/group");
    assert_eq!(tried(&config, &scoped, GOOD, None).await, TestCause::RegistryOpened);
    assert_eq!(tried(&config, &scoped, GOOD, Some("group/app:1.0")).await, TestCause::ImageFound);
    assert_eq!(tried(&config, &scoped, BAD, Some("group/app:1.0")).await, TestCause::WrongPassword);
}

#[tokio::test]
async fn test_reports_open_registry() {
    let registry = Registry::start(&Guard::Nobody, None);
    let host = format!("127.0.0.1:{}", registry.port);
    assert_eq!(tried(&config(&[&host]), &host, GOOD, None).await, TestCause::RegistryOpen);
}

#[tokio::test]
async fn test_requires_certificate_of_trusted_authority_for_the_name() {
    let authority = Authority::new();
    let registry = Registry::start(&Guard::Basic, Some((&authority, "IP:127.0.0.1,DNS:localhost", 2)));
    let host = format!("127.0.0.1:{}", registry.port);
    let trusting = TestConfig { extra_roots: roots(&authority), ..config(&[]) };
    assert_eq!(tried(&trusting, &host, GOOD, None).await, TestCause::RegistryOpened);
    assert_eq!(tried(&trusting, &host, BAD, None).await, TestCause::WrongPassword);
    assert_eq!(tried(&config(&[]), &host, GOOD, None).await, TestCause::CertificateNotTrusted);
    let another = TestConfig { extra_roots: roots(&Authority::new()), ..config(&[]) };
    assert_eq!(tried(&another, &host, GOOD, None).await, TestCause::CertificateNotTrusted);
    // Plain HTTP to a port that speaks TLS.
    let plain = tried(&config(&[&host]), &host, GOOD, None).await;
    assert_eq!(plain.status(), domain::connection_test::TestStatus::Unreachable, "{plain:?}");

    let named = Registry::start(&Guard::Basic, Some((&authority, "DNS:registry.example", 2)));
    let host = format!("127.0.0.1:{}", named.port);
    assert_eq!(tried(&trusting, &host, GOOD, None).await, TestCause::CertificateForAnother);
    let expired = Registry::start(&Guard::Basic, Some((&authority, "IP:127.0.0.1", -1)));
    let host = format!("127.0.0.1:{}", expired.port);
    assert_eq!(tried(&trusting, &host, GOOD, None).await, TestCause::CertificateExpired);
}

#[tokio::test]
async fn test_never_falls_back_to_plain_http() {
    let registry = Registry::start(&Guard::Basic, None);
    let host = format!("127.0.0.1:{}", registry.port);
    assert_eq!(tried(&config(&[]), &host, GOOD, None).await, TestCause::TlsFailed);
}

/// Returns a JSON web token that allows its bearer to pull what the scope says, signed by openssl.
fn token(folder: &Path, scope: Option<&str>) -> String {
    let certificate = fs::read_to_string(folder.join("tls.pem")).unwrap();
    let der: String = certificate.lines().filter(|line| !line.starts_with('-')).collect();
    let access = match scope.map(|scope| scope.split(':').collect::<Vec<_>>()) {
        Some(parts) if parts.len() == 3 && parts[1] != "group/forbidden" => {
            serde_json::json!([{"type": parts[0], "name": parts[1], "actions": [parts[2]]}])
        }
        _ => serde_json::json!([]),
    };
    let now = chrono::Utc::now().timestamp();
    let header = serde_json::json!({"typ": "JWT", "alg": "ES256", "x5c": [der]});
    let claims = serde_json::json!({
        "iss": "tests", "sub": USER, "aud": "registry of tests", "jti": "1",
        "nbf": now - 60, "iat": now - 60, "exp": now + 60, "access": access,
    });
    let signed = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string())).join(".");
    let unique = std::thread::current().id();
    let file = folder.join(format!("{unique:?}.txt"));
    fs::write(&file, &signed).unwrap();
    let der = run(
        folder,
        "openssl",
        "openssl",
        &["dgst", "-sha256", "-sign", "tls.key", &file.display().to_string()],
    );
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(raw_signature(&der)))
}

/// Returns the two numbers of 32 bytes that a token needs, from the DER that openssl writes.
fn raw_signature(der: &[u8]) -> Vec<u8> {
    let mut raw = Vec::new();
    let mut at = 2;
    for _ in 0..2 {
        let length = usize::from(der[at + 1]);
        let number = &der[at + 2..at + 2 + length];
        let number = &number[number.len().saturating_sub(32)..];
        raw.extend(std::iter::repeat_n(0, 32 - number.len()));
        raw.extend_from_slice(number);
        at += 2 + length;
    }
    raw
}

#[tokio::test]
async fn test_supports_token_authentication() {
    let (folder, authority) = (Folder::new(), Authority::new());
    authority.sign(&folder, "DNS:tokens", 2);
    let place = folder.0.clone();
    let expected = format!("Basic {}", STANDARD.encode(format!("{USER}:{PASSWORD}")));
    // Issues a token to whoever has the password, and keeps the requests.
    let tokens = Scripted::answering(move |request| {
        if !request.contains(&format!("uthorization: {expected}\r\n")) {
            return "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n".to_owned();
        }
        let query = request.split([' ', '?']).nth(2).unwrap_or_default();
        let scope = query.split('&').find_map(|pair| pair.strip_prefix("scope="));
        let scope = scope.and_then(domain::percent::decode);
        let body = serde_json::json!({"token": token(&place, scope.as_deref())}).to_string();
        format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len())
    });
    let realm = format!("http://127.0.0.1:{}/token", tokens.port);
    let certificate = folder.join("tls.pem");
    let registry = Registry::start(&Guard::Token { realm: &realm, certificate: &certificate }, None);
    registry.put("group/app", "1.0");
    registry.put("group/forbidden", "1.0");
    let host = format!("127.0.0.1:{}", registry.port);
    let tokens_at = format!("127.0.0.1:{}", tokens.port);
    let both = config(&[&host, &tokens_at]);
    for (account, image, expected) in [
        (GOOD, None, TestCause::RegistryOpened),
        (BAD, None, TestCause::WrongPassword),
        (GOOD, Some("group/app:1.0"), TestCause::ImageFound),
        (GOOD, Some("group/app:none"), TestCause::NoAccessToImage),
        (GOOD, Some("group/forbidden:1.0"), TestCause::NoAccessToImage),
    ] {
        assert_eq!(tried(&both, &host, account, image).await, expected, "{image:?}");
        assert_eq!(by_skopeo(&folder, &host, account, image), expected, "{image:?}");
    }
    assert!(tokens.asked().iter().any(|request| request.contains("service=registry%20of%20tests")));
    assert!(tokens.asked().iter().any(|request| request.contains("scope=repository%3Agroup%2Fapp%3Apull")));
    // The same place, which the operator has not listed for plain HTTP.
    let count = tokens.asked().len();
    assert_eq!(tried(&config(&[&host]), &host, GOOD, None).await, TestCause::TokenByPlainHttp);
    assert_eq!(tokens.asked().len(), count, "nothing was sent there");
}
