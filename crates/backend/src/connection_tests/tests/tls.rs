//! Certificates and TLS of hosts, each with one fault or peculiarity: which are trusted, and what is reported for the
//! others.

use super::{
    config,
    peers::{Folder, Guard, PASSWORD, Registry, TlsServer, USER, run},
    registry_server::tried,
};
use crate::connection_tests::config::TestConfig;
use domain::connection_test::TestCause;
use std::path::PathBuf;
use tls_trust::ExtraRoots;

const GOOD: (&str, &str) = (USER, PASSWORD);

/// Returns the key and a self-signed certificate, as `openssl req -x509` with these further options makes it.
fn self_signed(folder: &Folder, name: &str, options: &[&str]) -> (PathBuf, PathBuf) {
    let (key, certificate) = (folder.join(&format!("{name}.key")), folder.join(&format!("{name}.pem")));
    let (to_key, to_certificate) = (key.display().to_string(), certificate.display().to_string());
    let all =
        ["req", "-x509", "-nodes", "-subj", "/CN=127.0.0.1", "-keyout", &to_key, "-out", &to_certificate];
    let ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"];
    let kind: &[&str] = if options.contains(&"-newkey") { &[] } else { &ec };
    run(&folder.0, "openssl", "openssl", &[&all[..], kind, options].concat());
    (key, certificate)
}

const SAN: [&str; 2] = ["-addext", "subjectAltName=IP:127.0.0.1"];

fn trusting(certificate: &std::path::Path) -> TestConfig {
    TestConfig { extra_roots: ExtraRoots::read(certificate).unwrap(), ..config(&[]) }
}

/// Docker's own recipe makes the certificate of an authority, which Docker, Skopeo and curl accept if exactly that
/// certificate is listed.
#[tokio::test]
async fn test_trusts_listed_certificate_by_name_and_date() {
    let folder = Folder::new();
    let recipe = self_signed(&folder, "recipe", &SAN);
    let text = run(&folder.0, "openssl", "openssl", &["x509", "-in", "recipe.pem", "-noout", "-text"]);
    assert!(String::from_utf8_lossy(&text).contains("CA:TRUE"), "the recipe has changed");
    let plain = self_signed(
        &folder,
        "plain",
        &[&SAN[..], &["-addext", "basicConstraints=critical,CA:FALSE"]].concat(),
    );
    for (key, certificate) in [&recipe, &plain] {
        let registry = Registry::start_with(&Guard::Basic, Some((key, certificate)));
        let host = format!("127.0.0.1:{}", registry.port);
        let at = async |config: &TestConfig, host: &str| tried(config, host, GOOD, None).await;
        assert_eq!(at(&trusting(certificate), &host).await, TestCause::RegistryOpened);
        // Another certificate with the same name and recipe is not listed.
        let (_, other) = self_signed(&folder, "other", &SAN);
        assert_eq!(at(&trusting(&other), &host).await, TestCause::CertificateNotTrusted);
        assert_eq!(at(&config(&[]), &host).await, TestCause::CertificateNotTrusted);
        // Only by the name in the certificate.
        let named = format!("localhost:{}", registry.port);
        assert_eq!(at(&trusting(certificate), &named).await, TestCause::CertificateForAnother);
        let curl = |host: &str| {
            let url = format!("https://{host}/v2/");
            let mut curl = std::process::Command::new("curl");
            curl.args(["-s", "-o", "/dev/null", "--cacert"]).arg(certificate).arg(url);
            curl.status().expect("curl is missing: apt-get install curl").success()
        };
        assert!(curl(&host) && !curl(&named), "curl finds otherwise");
    }
    for (name, dates) in [
        ("expired", ["-not_before", "20200101000000Z", "-not_after", "20210101000000Z"]),
        ("early", ["-not_before", "20980101000000Z", "-not_after", "20990101000000Z"]),
    ] {
        let (key, certificate) = dated(&folder, name, &dates);
        let registry = Registry::start_with(&Guard::Basic, Some((&key, &certificate)));
        let host = format!("127.0.0.1:{}", registry.port);
        let cause = tried(&trusting(&certificate), &host, GOOD, None).await;
        assert_eq!(cause, TestCause::CertificateExpired, "{name}");
    }
}

/// Returns a self-signed authority's certificate with these dates, which `openssl ca` can set.
fn dated(folder: &Folder, name: &str, dates: &[&str]) -> (PathBuf, PathBuf) {
    let key = folder.join(&format!("{name}.key"));
    let certificate = folder.join(&format!("{name}.pem"));
    folder.write("index.txt", "");
    let config = folder.write(
        "ca.conf",
        "[ca]\ndefault_ca=a\n[a]\ndatabase=index.txt\nnew_certs_dir=.\nrand_serial=yes\ndefault_md=sha256\npolicy=p\n\
         x509_extensions=e\n[p]\ncommonName=supplied\n[e]\nbasicConstraints=critical,CA:TRUE\n\
         subjectAltName=IP:127.0.0.1\n",
    );
    let text = |path: &PathBuf| path.display().to_string();
    let request = text(&folder.join("request.csr"));
    let ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=127.0.0.1"];
    run(
        &folder.0,
        "openssl",
        "openssl",
        &[&["req"][..], &ec, &["-keyout", &text(&key), "-out", &request]].concat(),
    );
    let sign = ["ca", "-batch", "-selfsign", "-notext", "-config", &text(&config), "-in", &request];
    // Older versions have these options under their first names.
    let dates: Vec<&str> = dates
        .iter()
        .map(|option| match *option {
            "-not_before" => "-startdate",
            "-not_after" => "-enddate",
            other => other,
        })
        .collect();
    let end = ["-keyfile", &text(&key), "-out", &text(&certificate)];
    run(&folder.0, "openssl", "openssl", &[&sign[..], &dates, &end].concat());
    (key, certificate)
}

/// Each row has the certificate's options and those of `openssl s_server`.
#[tokio::test]
async fn test_names_each_fault_of_tls() {
    let folder = Folder::new();
    let old = ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"];
    let asks = ["-Verify", "1", "-verify_return_error"];
    let rows: [(&str, Vec<&str>, Vec<&str>, TestCause); 8] = [
        ("common name alone", vec![], vec![], TestCause::CertificateWithoutName),
        (
            "RSA of 1024 bits",
            [&SAN[..], &["-newkey", "rsa:1024"]].concat(),
            vec!["-cipher", "ALL:@SECLEVEL=0"],
            TestCause::CertificateUnusable,
        ),
        (
            "for clients alone",
            [&SAN[..], &["-addext", "extendedKeyUsage=clientAuth", "-addext", "basicConstraints=CA:FALSE"]]
                .concat(),
            vec![],
            TestCause::CertificateUnusable,
        ),
        ("TLS 1.1", SAN.to_vec(), old.to_vec(), TestCause::TlsTooOld),
        (
            "no cipher in common",
            SAN.to_vec(),
            vec!["-tls1_2", "-cipher", "AES128-SHA"],
            TestCause::TlsNotAgreed,
        ),
        (
            "client certificate, TLS 1.2",
            SAN.to_vec(),
            [&asks[..], &["-tls1_2"]].concat(),
            TestCause::ClientCertificateWanted,
        ),
        (
            "client certificate, TLS 1.3",
            SAN.to_vec(),
            [&asks[..], &["-tls1_3"]].concat(),
            TestCause::ClientCertificateWanted,
        ),
        // A client certificate that is optional makes no difference: this host answers with a page.
        ("client certificate if there is one", SAN.to_vec(), vec!["-verify", "1"], TestCause::NotARegistry),
    ];
    for (name, certificate_options, server_options, expected) in rows {
        let (key, certificate) = self_signed(&folder, "host", &certificate_options);
        let server = TlsServer::start(&key, &certificate, &server_options);
        let host = format!("127.0.0.1:{}", server.port);
        let cause = tried(&trusting(&certificate), &host, GOOD, None).await;
        assert_eq!(cause, expected, "{name}");
        let advice = cause.message();
        assert!(!advice.contains("PLAIN_HTTP"), "{name}: {advice}");
    }
}

/// A certificate of version 1 can hold no name that counts.
#[tokio::test]
async fn test_rejects_version_1_certificate() {
    let folder = Folder::new();
    let ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=127.0.0.1"];
    run(
        &folder.0,
        "openssl",
        "openssl",
        &[&["req"][..], &ec, &["-keyout", "v1.key", "-out", "v1.csr"]].concat(),
    );
    let sign = ["x509", "-req", "-in", "v1.csr", "-key", "v1.key", "-out", "v1.pem"];
    run(&folder.0, "openssl", "openssl", &sign);
    let text = run(&folder.0, "openssl", "openssl", &["x509", "-in", "v1.pem", "-noout", "-text"]);
    let (key, certificate) = (folder.join("v1.key"), folder.join("v1.pem"));
    let server = TlsServer::start(&key, &certificate, &[]);
    let host = format!("127.0.0.1:{}", server.port);
    let cause = tried(&trusting(&certificate), &host, GOOD, None).await;
    assert_eq!(cause, TestCause::CertificateWithoutName, "{}", String::from_utf8_lossy(&text));
}
