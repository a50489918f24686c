//! Imports by the command line, at a running portal and at portals of other versions.

use crate::{
    client::{Ended, Portal, bare, ended},
    harness::KEY,
    peers::Folder,
};
use serde_json::Value;
use std::{
    fs,
    io::{Read, Write},
    net::TcpListener,
    sync::mpsc,
    thread,
};

/// Answers each request depending on its body, and passes each body on.
fn answering_by(answer: fn(&str) -> (&'static str, String)) -> (String, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (send, receive) = mpsc::channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let (mut request, mut piece) = (Vec::new(), [0; 4096]);
            let body = loop {
                let length = stream.read(&mut piece).unwrap();
                request.extend_from_slice(&piece[..length]);
                let text = String::from_utf8_lossy(&request).into_owned();
                let Some((head, body)) = text.split_once("\r\n\r\n") else {
                    assert!(length > 0, "{text}");
                    continue;
                };
                let head = head.to_ascii_lowercase();
                let expected = head.lines().find_map(|line| line.strip_prefix("content-length: "));
                if body.len() >= expected.map_or(0, |length| length.trim().parse().unwrap()) {
                    break body.to_owned();
                }
                assert!(length > 0, "{text}");
            };
            let (status, answer) = answer(&body);
            let kind = if status.starts_with('2') { "application/json" } else { "application/problem+json" };
            let head = format!(
                "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                answer.len()
            );
            stream.write_all(format!("{head}{answer}").as_bytes()).unwrap();
            if send.send(body).is_err() {
                return;
            }
        }
    });
    (url, receive)
}

/// Imports two accounts, each from a Secret, at a portal of another version.
fn import_at(url: &str, arguments: &[&str]) -> Ended {
    let secret = |n: usize| {
        format!(
            "kind: Secret\nmetadata: {{name: s{n}, namespace: ns}}\nstringData:\n  .dockerconfigjson: '{{\"auths\": \
             {{\"r{n}.example\": {{\"username\": \"u\", \"password\": \"PLANTED-{n}\"}}}}}}'\n"
        )
    };
    let mut command = bare(&[&["secret", "import", "-", "--url", url], arguments].concat());
    command.env("LATCHKEY_TOKEN", "latchkey_PLAN_x");
    ended(command, &format!("{}---\n{}", secret(1), secret(2)))
}

#[test]
fn import_at_an_older_portal_omits_unknown_members_and_says_so() {
    let (url, seen) = answering_by(|body| {
        if ["imported_from", "dry_run", "allow_duplicate"].iter().any(|member| body.contains(member)) {
            ("400 Bad Request", r#"{"detail":"The body is not the JSON that is taken here."}"#.to_owned())
        } else {
            let name = if body.contains("r1.example") { "r1" } else { "r2" };
            ("201 Created", format!(r#"{{"id":"image-{name}","key":null}}"#))
        }
    });
    let imported = import_at(&url, &[]);
    assert_eq!(
        imported.said.matches("older than this command, and does not keep").count(),
        1,
        "{}",
        imported.said
    );
    let table = imported.ok();
    assert!(
        table.contains("image-r1") && table.contains("image-r2") && !table.contains("not added"),
        "{table}"
    );
    let sent: Vec<String> = seen.try_iter().collect();
    let told: Vec<bool> = sent.iter().map(|body| body.contains("imported_from")).collect();
    // Once the older version is known, the second request omits what it does not know.
    assert_eq!(told, [true, false, false]);

    // A dry run never becomes a real import.
    let dry = import_at(&url, &["--dry-run"]);
    assert!(dry.out.contains("update it first"), "{}", dry.out);
    dry.failed(1);
    assert!(seen.try_iter().all(|body| body.contains("\"dry_run\":true")));
}

#[test]
fn import_stops_sending_values_once_the_token_is_rejected() {
    for (status, arguments) in [(401, &["--dry-run"][..]), (403, &["--dry-run"]), (403, &[])] {
        let (url, seen) = if status == 401 {
            answering_by(|_| ("401 Unauthorized", r#"{"detail":"No such token."}"#.to_owned()))
        } else {
            answering_by(|_| ("403 Forbidden", r#"{"detail":"Not for this."}"#.to_owned()))
        };
        let ended = import_at(&url, arguments);
        assert!(ended.out.contains("It was not sent"), "{}", ended.out);
        assert!(ended.failed(3).contains("Nothing more was sent."));
        assert_eq!(seen.try_iter().count(), 1, "{status}");
    }
    let help = bare(&["secret", "import", "--help"]);
    let help = ended(help, "").ok();
    assert!(
        help.split_whitespace().collect::<Vec<_>>().join(" ").contains("with its value to the server"),
        "{help}"
    );
}

#[test]
#[expect(clippy::too_many_lines, reason = "one story, told from its beginning to its end")]
fn import_reads_files_of_other_programs() {
    let portal = Portal::start("client-import");
    // "ana:PLANTED-3" and "bob:PLANTED-4".
    let config = r#"{"auths": {
        "https://index.docker.io/v1/": {"auth": "YW5hOlBMQU5URUQtMw=="},
        "quay.io": {"username": "bob", "password": "PLANTED-4"},
        "ghcr.io": {}
    }}"#;
    let import = |arguments: &[&str], input: &str| {
        portal.run(&[&["secret", "import", "-"], arguments].concat(), input)
    };
    let alone = ended(bare(&["secret", "import", "-", "--dry-run"]), config);
    assert!(alone.said.contains("No server was asked"), "{}", alone.said);
    let dry = alone.ok();
    assert!(
        dry.contains("docker-hub") && dry.contains("would be added") && dry.contains("left out"),
        "{dry}"
    );
    assert!(!dry.contains("PLANTED"), "{dry}");
    assert_eq!(portal.run(&["secret", "list", "--json"], "").json(), serde_json::json!([]));

    let one = import(&["--only", "quay.io", "--json"], config).json();
    let results = |rows: &Value| {
        let rows = rows.as_array().unwrap().iter();
        rows.map(|row| row["result"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(results(&one), ["left-out", "added", "left-out"]);
    assert_eq!(one[1]["id"], "image-quay.io");
    assert_eq!(portal.run(&["secret", "value", "image-quay.io", "--shape", "raw"], "").ok(), "PLANTED-4");
    assert!(import(&["--only", "none"], config).failed(1).contains("would be named none"));

    // A dry run asks the portal what it would answer.
    let dry = import(&["--dry-run", "--json"], config);
    assert_eq!(dry.code, 1, "{}", dry.said);
    let rows: Value = serde_json::from_str(&dry.out).unwrap();
    assert_eq!(results(&rows), ["would-be-added", "would-not-be-added", "left-out"]);
    assert!(rows[1]["detail"].as_str().unwrap().contains("already"), "{rows}");
    // Of two that hold the same account, saving would add only the first.
    let two = r#"{"auths": {"new.example": {"username": "a", "password": "PLANTED-5"},
        "https://new.example/v2/": {"username": "a", "password": "PLANTED-6"}}}"#;
    let rows: Value = serde_json::from_str(&import(&["--dry-run", "--json"], two).out).unwrap();
    assert_eq!(results(&rows), ["would-be-added", "would-not-be-added"], "{rows}");
    assert_eq!(
        results(&import(&["--dry-run", "--json", "--allow-duplicate"], two).json()),
        ["would-be-added", "would-be-added"]
    );

    // Existing secrets stay, and the rest is added.
    let again = import(&["--json"], config);
    assert_eq!(again.code, 1);
    assert!(again.said.contains("1 not added"), "{}", again.said);
    let rows: Value = serde_json::from_str(&again.out).unwrap();
    assert_eq!(results(&rows), ["added", "not-added", "left-out"]);
    assert!(rows[1]["detail"].as_str().unwrap().contains("already"), "{rows}");
    assert_eq!(portal.run(&["secret", "value", "image-docker-hub", "--shape", "raw"], "").ok(), "PLANTED-3");

    let key = KEY.lines().map(|line| format!("    {line}\n")).collect::<Vec<_>>().concat();
    let secret = format!(
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: gitsync-secret-repo\nstringData:\n  ssh: |\n{key}"
    );
    assert!(import(&[], &secret).ok().contains("gitsync-secret-repo"));
    let shown = portal.run(&["secret", "get", "gitsync-secret-repo"], "").ok();
    assert!(shown.contains("Imported from") && shown.contains("gitsync-secret-repo\n"), "{shown}");
    assert!(import(&[], "{").failed(1).contains("JSON"));

    // In UTF-16, as PowerShell redirects it; known hosts beside a key are imported if that is asked for.
    let protected = include_str!("../../../crates/backend/src/secrets/keys/protected_key");
    let indented = protected.lines().map(|line| format!("    {line}\n")).collect::<Vec<_>>().concat();
    let known =
        "git.example ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";
    let flux = format!(
        "kind: Secret\nmetadata: {{name: flux, namespace: system}}\nstringData:\n  identity: |\n{indented}  known_hosts: {known}\n"
    );
    let folder = Folder::new();
    let utf16: Vec<u8> = format!("\u{feff}{flux}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let file = folder.join("flux.yaml");
    fs::write(&file, utf16).unwrap();
    let of_file = |arguments: &[&str]| {
        portal.run(&[&["secret", "import", file.to_str().unwrap()], arguments].concat(), "")
    };
    let dry = of_file(&["--dry-run"]);
    assert!(dry.out.contains("would not be added") && dry.out.contains("--passphrase-file"), "{}", dry.out);
    assert!(dry.code == 1 && dry.out.contains("system/flux"), "{}", dry.out);
    let passphrase = folder.write("passphrase", "correct horse\n");
    let open = ["--passphrase-file", passphrase.to_str().unwrap()];
    assert!(
        of_file(&[&["--dry-run"], &open[..]].concat()).ok().contains("--trust-known-hosts takes them along")
    );
    of_file(&[&["--trust-known-hosts"], &open[..]].concat()).ok();
    let shown = portal.run(&["secret", "value", "gitsync-secret-flux", "--key", "known_hosts"], "").ok();
    assert_eq!(shown.trim_end(), known);

    // "robot:pw" with a line break, as `echo` makes it.
    let echoed = r#"{"auths": {"echoed.example": {"auth": "cm9ib3Q6cHcK"}}}"#;
    assert!(import(&["--dry-run"], echoed).ok().contains("--trim-passwords takes it without"));
    import(&["--trim-passwords"], echoed).ok();
    assert_eq!(portal.run(&["secret", "value", "image-echoed.example", "--shape", "raw"], "").ok(), "pw");
    let too_long = portal.run(&["secret", "import", "-"], &" ".repeat(16 * 1024 * 1024 + 1)).failed(1);
    assert!(too_long.contains("more than 16 MiB") && too_long.contains("--field-selector"), "{too_long}");
    portal.stop();
}
