//! The API against its own description: Schemathesis sends what the description allows, and what it does not.

use crate::{
    harness::{KEY, fresh_folder},
    process::{Running, latchkey},
};
use std::{
    fs::{self, File},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// The limit of a run: far more than it takes.
const RUN_TIMEOUT: Duration = Duration::from_mins(5);

/// The rules of names, hosts and keys exceed a schema, and 422 tells which one was broken.
const CONFIG: &str = r#"
seed = 1

[generation]
database = "none"

[checks.positive_data_acceptance]
expected-statuses = ["2xx", "3xx", "401", "403", "404", "409", "422", "429", "5xx"]
"#;

/// The token is in the environment, because others can read arguments.
const SIGNED_IN: &str = r#"
[auth.openapi.token]
bearer = "${LATCHKEY_TOKEN}"
"#;

/// A program that ends with the test.
struct Ends(Child);

impl Drop for Ends {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Runs Schemathesis, and panics with its output if it finds anything.
fn finds_nothing(folder: &Path, server: &Running, token: Option<&str>, what: &str, more: &[&str]) {
    let folder = folder.join(what.replace(' ', "-"));
    fs::create_dir_all(&folder).unwrap();
    let config = folder.join("schemathesis.toml");
    fs::write(&config, [CONFIG, token.map_or("", |_| SIGNED_IN)].concat()).unwrap();
    let output = folder.join("output");
    let said = File::create(&output).unwrap();
    let mut command = Command::new("schemathesis");
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).env("HOME", &folder);
    command.env("LATCHKEY_TOKEN", token.unwrap_or_default()).current_dir(&folder);
    command.arg("--config-file").arg(&config).arg("run").arg(format!("{}/api/openapi.json", server.url()));
    command.args(["--phases", "examples,coverage,fuzzing", "--max-examples", "10", "--no-color"]);
    command.args(["--request-timeout", "20"]).args(more);
    command.stdin(Stdio::null()).stdout(said.try_clone().unwrap()).stderr(said);
    let began = Instant::now();
    let mut run = Ends(command.spawn().expect("schemathesis is missing: run scripts/setup test"));
    let status = loop {
        match run.0.try_wait().unwrap() {
            Some(status) => break Some(status),
            None if began.elapsed() > RUN_TIMEOUT => break None,
            None => std::thread::sleep(Duration::from_millis(50)),
        }
    };
    let said = fs::read_to_string(&output).unwrap();
    let ended = status.map_or_else(|| "did not end".to_owned(), |status| status.to_string());
    assert!(status.is_some_and(|status| status.success()), "schemathesis, {what}, {ended}:\n{said}");
    // Operations that were never called, or were rejected without being processed, would pass, too.
    let number = |before: &str| -> Option<usize> {
        let after = said.lines().find_map(|line| line.trim().strip_prefix(before))?;
        after.trim().split(' ').next()?.parse().ok()
    };
    let tested = number("Tested:").unwrap_or_default();
    assert_ne!(tested, 0, "{what}:\n{said}");
    // Some requests go without the token on purpose; an operation that is often called so, and seldom otherwise, counts there, too.
    let rejected = number("401 Unauthorized (").unwrap_or_default();
    assert_eq!(rejected == tested, token.is_none(), "{what}:\n{said}");
}

#[test]
fn schemathesis_finds_no_deviation_from_the_description() {
    let folder = fresh_folder("schemathesis");
    let mut server = Running::start(latchkey(&folder.join("data")));
    let token = |scope: &str| {
        let create = ["token", "create", "--name", "fuzzer", "--scope", scope];
        let made = latchkey(&folder.join("data")).args(create).output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        String::from_utf8(made.stdout).unwrap().trim().to_owned()
    };
    let (write, read, audit) = (token("write"), token("read-values"), token("read-audit"));
    // The addresses in the examples of the description, all on this machine.
    let image = [
        ("name", "hub"),
        ("type", "image-pull"),
        ("registry_host", "127.0.0.1:1"),
        ("username", "robot"),
        ("password", "correct horse"),
    ];
    let repository = ("repository", "ssh://git@127.0.0.1:1/photos.git");
    let dataset =
        [("name", "data"), ("type", "git-dataset"), ("secret", KEY), repository, ("allow_duplicate", "on")];
    let trainer = [("name", "trainer"), ("image", "127.0.0.1:1/group/app:1"), ("pull_secret", "image-hub")];
    let photos = [("name", "photos"), repository, ("pull_secret", "gitsync-secret-data")];
    for (list, fields) in
        [("secrets", &image[..]), ("secrets", &dataset), ("images", &trainer), ("datasets", &photos)]
    {
        let added = server.post(&format!("/{list}/new"), fields);
        assert!(added.contains(&format!("location: /{list}\r\n")), "{added}");
    }

    let run = |token, what, more: &[&str]| finds_nothing(&folder, &server, token, what, more);
    run(None, "signed out", &[]);
    run(Some(&audit), "read audit", &[]);
    run(Some(&read), "read values", &[]);
    // Connections are tested while only the secrets added here exist: they may lead to this machine alone.
    run(Some(&write), "tests", &["--include-path-regex", "/test$"]);
    run(Some(&write), "write", &["--exclude-path-regex", "/test$"]);
    assert!(server.get("/readyz").starts_with("HTTP/1.1 200"));
    server.signal("-TERM");
    assert!(server.child.wait().unwrap().success());
}
