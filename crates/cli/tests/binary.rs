//! Tests of the small binary itself. Its commands are tested with a real portal by
//! `server/tests/it/client.rs`, in the server's binary, which runs the same code.

// The lint recognizes only functions marked as tests, not their helpers.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    os::unix::process::CommandExt,
    process::{Command, Output},
    thread::{self, JoinHandle},
};

/// Returns a command of the binary with an empty environment.
fn latchkey(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_latchkey-cli"));
    command.args(arguments).env_clear();
    command
}

/// Runs a command that has to succeed, and returns what it prints.
fn printed(mut command: Command) -> String {
    let Output { status, stdout, stderr } = command.output().unwrap();
    assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).unwrap()
}

/// Answers one request with this JSON. Returns the address, and then the head of the request.
fn portal(json: &'static str) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let answering = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let lines = BufReader::new(stream.try_clone().unwrap()).lines();
        let head: Vec<String> = lines
            .map(|line| line.unwrap().to_ascii_lowercase())
            .take_while(|line| !line.is_empty())
            .collect();
        let length = json.len();
        write!(
            stream,
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{json}"
        )
        .unwrap();
        head.join("\n")
    });
    (url, answering)
}

#[test]
fn binary_asks_the_portal_that_the_environment_names() {
    let (url, answering) = portal(
        r#"{"items":[{"id":"image-hub","type":"image-pull","name":"hub","display_name":"The hub","registry_host":"ghcr.io",
            "fingerprint":null,"status":"works","used_by":0,"last_used_at":null,"updated_at":"2026-01-02T03:04:05Z",
            "updated_by":"ana"}],"total":1,"total_is_exact":true,"next":null,"previous":null}"#,
    );
    let mut command = latchkey(&["secret", "list"]);
    // Spelled as deployment tools write settings.
    command.env("LATCHKEY_URL", format!("\"{url}\"\n")).env("LATCHKEY_TOKEN", "a-token\n");
    let printed = printed(command);
    assert!(printed.contains("image-hub") && printed.contains("The hub"), "{printed}");
    let asked = answering.join().unwrap();
    assert!(asked.starts_with("get /api/v1/secrets?size=100 http/1.1"), "{asked}");
    assert!(asked.contains("authorization: bearer a-token"), "{asked}");
}

#[test]
fn binary_has_only_the_portals_commands() {
    let help = printed(latchkey(&["--help"]));
    for command in ["secret", "docker-credential", "ssh-add", "completion"] {
        assert!(help.contains(&format!("\n  {command} ")), "{command}: {help}");
    }
    for other in ["serve", "migrate", "--database-url", "LATCHKEY_KEK"] {
        assert!(!help.contains(other), "{other}: {help}");
    }
    let failed = latchkey(&["secret", "list"]).output().unwrap();
    assert_eq!(failed.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&failed.stderr).contains("set LATCHKEY_URL"));
    let script = printed(latchkey(&["completion", "bash"]));
    assert!(script.contains("docker-credential") && !script.contains("--database-url"));
}

#[test]
fn binary_is_a_credential_helper_under_its_name() {
    let mut command = latchkey(&["version"]);
    command.arg0("/usr/local/bin/docker-credential-latchkey");
    assert!(printed(command).starts_with("docker-credential-latchkey (Latchkey) v"));
}
