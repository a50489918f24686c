//! The file with settings, and the question whether the server is ready.

use crate::{
    harness::fresh_folder,
    operations::KEK,
    process::{Running, latchkey},
};
use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt, chown},
    path::PathBuf,
    process::{Command, Output},
};

/// Returns a file with settings in a folder of its own.
fn file(name: &str, text: &str) -> PathBuf {
    let path = fresh_folder(name).join("latchkey.conf");
    fs::write(&path, text).unwrap();
    path
}

fn said(output: &Output) -> String {
    [&output.stdout[..], &output.stderr[..]].map(String::from_utf8_lossy).concat()
}

#[test]
fn server_takes_settings_of_the_file_that_its_environment_does_not_have() {
    let folder = fresh_folder("settings-file");
    let conf = file(
        "settings-file-conf",
        "# Who signs in\nLATCHKEY_ADMIN_USER=root\nLATCHKEY_ADMIN_PASSWORD=correct horse battery\n\
         LATCHKEY_ADDR=256.0.0.1:1\nLATCHKEY_PUBLICURL=x\nLATCHKEY_KEK_FILE=/nowhere/key-encryption-key\n",
    );
    // As systemd provides a key that the server may not read.
    let credentials = fresh_folder("settings-file-credentials");
    let key = credentials.join("key-encryption-key");
    fs::write(&key, KEK).unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o400)).unwrap();
    let mut command = latchkey(&folder);
    command
        .env("CREDENTIALS_DIRECTORY", &credentials)
        .env_remove("LATCHKEY_ADMIN_USER")
        .env_remove("LATCHKEY_ADMIN_PASSWORD")
        .env("LATCHKEY_SETTINGS_FILE", &conf);
    let running = Running::start(command);
    // Whoever is signed in sees the list; the address came from the environment.
    assert!(running.get("/secrets").starts_with("HTTP/1.1 200"), "{}", running.get("/secrets"));
    let log = running.log_lines().join("\n");
    assert!(log.contains("LATCHKEY_PUBLICURL"), "{log}");
    assert!(!log.contains("LATCHKEY_SETTINGS_FILE"), "{log}");
    let environment = fs::read(format!("/proc/{}/environ", running.child.id())).unwrap();
    assert!(
        !String::from_utf8_lossy(&environment).contains("correct horse"),
        "a password in the environment"
    );
    // The file that people can copy, and not systemd's copy in memory, which goes with the service.
    let mut backup = latchkey(&folder);
    backup.env("CREDENTIALS_DIRECTORY", &credentials).env("LATCHKEY_SETTINGS_FILE", &conf);
    let made = backup.args(["backup", "-"]).output().unwrap();
    let text = String::from_utf8_lossy(&made.stderr);
    assert!(made.status.success() && text.contains("copy of the file /nowhere/key-encryption-key"), "{text}");
    let address = running.url().replace("http://", "");
    let health = |arguments: &[&str]| {
        let mut command = latchkey(&folder);
        command.arg("health").args(arguments).env("LATCHKEY_ADDR", &address).output().unwrap()
    };
    let ready = health(&[]);
    assert!(ready.status.success() && said(&ready) == "ready\n", "{}", said(&ready));
    let live = health(&["--live"]);
    assert!(live.status.success() && said(&live) == "live\n", "{}", said(&live));
    drop(running);
    let gone = health(&[]);
    assert!(
        !gone.status.success() && said(&gone).contains(&format!("no server answers at {address}")),
        "{}",
        said(&gone)
    );
}

#[test]
fn file_that_cannot_be_read_stops_the_server_alone() {
    let run = |conf: &PathBuf, arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_latchkey"));
        command.args(arguments).env_clear().env("LATCHKEY_SETTINGS_FILE", conf).output().unwrap()
    };
    let bad = file("settings-file-bad", "LATCHKEY_ADDR=:3000\nDATABASE_URL postgres://u:SENTINEL@h/d\n");
    let missing = bad.with_file_name("missing.conf");
    for (conf, why) in [(&bad, "line 2 of "), (&missing, "cannot be read: No such file")] {
        let server = run(conf, &["user", "list"]);
        let text = said(&server);
        assert!(!server.status.success() && text.contains(why) && !text.contains("SENTINEL"), "{text}");
        let client = said(&run(conf, &["secret", "list"]));
        assert!(client.contains("LATCHKEY_URL") && !client.contains("latchkey.conf"), "{client}");
    }
}

#[test]
fn container_without_a_database_says_what_to_set() {
    let folder = fresh_folder("image-without-database");
    for arguments in [&["serve"][..], &["migrate"], &["user", "list"]] {
        let output = latchkey(&folder).args(arguments).env("LATCHKEY_IMAGE", "true").output().unwrap();
        let text = said(&output);
        assert!(!output.status.success() && text.contains("DATABASE_URL_FILE"), "{text}");
        assert!(text.contains("contains no PostgreSQL") && !text.contains("no settings"), "{text}");
    }
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0, "a private PostgreSQL was begun");
}

/// An administrator runs a command on a server that a package has installed, and that does not run yet.
#[test]
fn command_of_root_leaves_the_data_folder_to_the_service_that_owns_it() {
    const NOBODY: u32 = 65_534;
    let folder = fresh_folder("of-a-service");
    if chown(&folder, Some(NOBODY), Some(NOBODY)).is_err() {
        eprintln!("skipped: this needs root");
        return;
    }
    let listed = latchkey(&folder).args(["user", "list"]).output().unwrap();
    assert!(listed.status.success(), "{}", said(&listed));
    for file in ["lock", "postgres.log", "postgres", "postgres/PG_VERSION"] {
        assert_eq!(fs::metadata(folder.join(file)).unwrap().uid(), NOBODY, "{file}");
    }
    let again = latchkey(&folder).args(["user", "list"]).output().unwrap();
    assert!(again.status.success(), "{}", said(&again));
}
