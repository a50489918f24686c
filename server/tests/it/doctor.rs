//! `latchkey doctor` and `latchkey migrate --status` as processes: exit codes, codes in JSON, and no secrets.

use crate::{
    bounded,
    harness::fresh_folder,
    process::{Running, latchkey},
};
use serde_json::Value;
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    process::{Command, Output},
};

/// Returns the exit code, and what was printed.
fn run(mut command: Command, arguments: &[&str]) -> (i32, String) {
    let Output { status, stdout, stderr } = bounded::output(command.args(arguments));
    let said = [&stdout[..], &stderr[..]].map(String::from_utf8_lossy).concat();
    (status.code().unwrap(), said)
}

/// Returns the exit code, and the report.
fn examined(mut command: Command, arguments: &[&str]) -> (i32, Value) {
    let output = bounded::output(command.args([&["doctor", "--json"], arguments].concat()));
    let text = String::from_utf8_lossy(&output.stdout);
    let report = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    (output.status.code().unwrap(), report)
}

/// Returns the code that was found by this check.
fn code<'r>(report: &'r Value, check: &str) -> &'r str {
    let checks = report["checks"].as_array().unwrap();
    checks.iter().find(|found| found["check"] == check).map_or("", |found| found["code"].as_str().unwrap())
}

fn source<'r>(report: &'r Value, setting: &str) -> &'r str {
    let settings = report["settings"].as_array().unwrap();
    settings.iter().find(|found| found["name"] == setting).unwrap()["source"].as_str().unwrap()
}

#[test]
#[expect(clippy::too_many_lines, reason = "one story, told from its beginning to its end")]
fn doctor_follows_a_portal_from_nothing_over_running_to_stopped() {
    let folder = fresh_folder("doctor");
    let data = folder.join("data");
    let conf = folder.join("latchkey.conf");
    fs::write(&conf, "LATCHKEY_ADMIN_USER=root\nLATCHKEY_ADMIN_PASSWORD=SENTINEL horse battery\n").unwrap();
    let readable = |mode: u32| fs::set_permissions(&conf, fs::Permissions::from_mode(mode)).unwrap();
    readable(0o600);
    let command = |addr: &str| {
        let mut command = latchkey(&data);
        command.env_remove("LATCHKEY_ADMIN_USER").env_remove("LATCHKEY_ADMIN_PASSWORD");
        command.env("LATCHKEY_SETTINGS_FILE", &conf).env("LATCHKEY_ADDR", addr);
        command
    };
    let (exit, nothing) = examined(command("127.0.0.1:1"), &[]);
    assert_eq!((exit, nothing["state"].as_str()), (1, Some("look")), "{nothing:#}");
    for (check, expected) in [
        ("server", "server-down"),
        ("private-postgres", "private-none"),
        ("database-connection", "not-started"),
        ("schema", "no-database"),
        ("key", "key-unmade"),
    ] {
        assert_eq!(code(&nothing, check), expected, "{nothing:#}");
    }
    assert!(!data.exists(), "something was created");

    let running = Running::start_as(command("127.0.0.1:0"), "root", "SENTINEL horse battery");
    let addr = running.addr().to_owned();
    let (exit, fresh) = examined(command(&addr), &["--hosts", "other.example"]);
    assert_eq!(exit, 1, "{fresh:#}");
    assert_eq!(code(&fresh, "key-backup"), "key-backup-unconfirmed");
    assert_eq!(source(&fresh, "LATCHKEY_ADMIN_PASSWORD"), "file");
    assert_eq!(source(&fresh, "LATCHKEY_DATA_DIR"), "environment");
    assert_eq!(source(&fresh, "LATCHKEY_HOSTS"), "flag");
    assert_eq!(source(&fresh, "LATCHKEY_LOG"), "default");
    assert!(!fresh.to_string().contains("SENTINEL"), "{fresh:#}");

    assert_eq!(code(&fresh, "last-backup"), "last-backup-never");

    let noted = running.post("/overview/key-backed-up?from=system", &[]);
    assert!(noted.contains("location: /system\r\n"), "{noted}");
    let backup = folder.join("backup.tar");
    let (exit, said) = run(command(&addr), &["backup", "--verify", backup.to_str().unwrap()]);
    assert_eq!(exit, 0, "{said}");
    let (exit, well) = examined(command(&addr), &[]);
    assert_eq!((exit, well["state"].as_str()), (0, Some("well")), "{well:#}");
    for (check, expected) in [
        ("server", "server-ready"),
        ("settings", "settings-known"),
        ("settings-file", "settings-file-read"),
        ("private-postgres", "private-runs"),
        ("schema", "schema-current"),
        ("last-backup", "last-backup-verified"),
        ("key-check", "key-right"),
        ("forwarded-headers", "only-on-page"),
        ("reachability", "no-public-address"),
        ("single-sign-on", "single-sign-on-off"),
    ] {
        assert_eq!(code(&well, check), expected, "{well:#}");
    }
    // A password that everybody on the machine can read, and a name that nothing reads.
    readable(0o644);
    let (exit, exposed) = examined(command(&addr), &[]);
    assert_eq!((exit, code(&exposed, "settings-file")), (1, "settings-file-exposed"), "{exposed:#}");
    let text = fs::read_to_string(&conf).unwrap();
    fs::write(&conf, format!("{text}TZ=UTC\nPUBLIC_URL=x\n")).unwrap();
    readable(0o640);
    let (exit, foreign) = examined(command(&addr), &[]);
    assert_eq!((exit, code(&foreign, "settings")), (1, "settings-unknown"), "{foreign:#}");
    assert!(foreign.to_string().contains("PUBLIC_URL") && !foreign.to_string().contains("TZ"), "{foreign:#}");
    assert_eq!(code(&foreign, "settings-file"), "settings-file-read");
    fs::write(&conf, text).unwrap();
    let page = running.get("/system");
    assert!(page.contains("Everything that was checked is fine.") && !page.contains("SENTINEL"), "{page}");
    let (exit, said) = run(command(&addr), &["doctor"]);
    assert!(exit == 0 && said.contains("\n0 broken, 0 to look at, ") && !said.contains("SENTINEL"), "{said}");
    let (exit, said) = run(command(&addr), &["migrate", "--status"]);
    assert!(
        exit == 0 && said.contains("0001\tapplied\t") && said.contains("migrations are applied"),
        "{said}"
    );

    drop(running);
    // The database ends with the server, after the process that a test kills.
    crate::process::wait_until("PostgreSQL is gone", || {
        code(&examined(command(&addr), &[]).1, "private-postgres") == "private-stopped"
    });
    let (exit, stopped) = examined(command(&addr), &[]);
    assert_eq!(exit, 1, "{stopped:#}");
    assert_eq!(code(&stopped, "database-connection"), "not-started");
    assert_eq!(code(&stopped, "key"), "key-at-hand");
    let (exit, said) = run(command(&addr), &["migrate", "--status"]);
    assert!(exit == 0 && said.contains("migrations are applied"), "{said}");
    assert_eq!(code(&examined(command(&addr), &[]).1, "private-postgres"), "private-stopped");
    let nothing = fresh_folder("doctor-nothing");
    let (exit, said) = run(latchkey(&nothing), &["migrate", "--status"]);
    assert!(exit == 2 && said.contains("the first start of the server creates it"), "{said}");
    assert!(!nothing.join("postgres").exists());
}

#[test]
fn doctor_goes_on_where_something_is_broken_and_never_shows_a_secret() {
    let folder = fresh_folder("doctor-broken");
    let key = folder.join("key");
    fs::write(&key, "SENTINEL").unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    let broken = || {
        let mut command = latchkey(&folder);
        command
            .env("DATABASE_URL", "postgres://u:SENTINEL-1@127.0.0.1:1/x")
            .env("LATCHKEY_KEK_FILE", &key)
            .env("LATCHKEY_ADMIN_PASSWORD", "SENTINEL-2")
            .env("LATCHKEY_OIDC_ISSUER", "http://127.0.0.1:1/realm")
            .env("LATCHKEY_OIDC_CLIENT_ID", "latchkey")
            .env("LATCHKEY_OIDC_CLIENT_SECRET", "SENTINEL-3")
            .env("LATCHKEY_OIDC_ADMIN_GROUP", "ops")
            .env("LATCHKEY_PUBLICURL", "SENTINEL-4")
            .env("LATCHKEY_ADDR", "127.0.0.1:1");
        command
    };
    let (exit, report) = examined(broken(), &[]);
    assert_eq!((exit, report["state"].as_str()), (2, Some("broken")), "{report:#}");
    for (check, expected) in [
        ("settings", "settings-unknown"),
        ("settings-file", "settings-file-none"),
        ("database-connection", "database-unreachable"),
        ("database-rights", "no-database"),
        ("key", "key-missing"),
        ("single-sign-on", "single-sign-on-unreachable"),
        ("single-sign-on-claims", "no-provider"),
    ] {
        assert_eq!(code(&report, check), expected, "{report:#}");
    }
    let (exit, offline) = examined(broken(), &["--offline"]);
    assert_eq!((exit, code(&offline, "single-sign-on")), (2, "not-asked"), "{offline:#}");
    let (_, said) = run(broken(), &["doctor"]);
    assert!(said.contains("LATCHKEY_PUBLICURL") && said.contains("(set, not shown)"), "{said}");
    let mut by_key = broken();
    by_key.env_remove("LATCHKEY_KEK_FILE").env("LATCHKEY_KEK", "SENTINEL-5");
    let (_, keyed) = run(by_key, &["doctor", "--json"]);
    let (exit, listed) = run(broken(), &["migrate", "--status"]);
    assert_eq!(exit, 2, "{listed}");
    for said in [report.to_string(), offline.to_string(), said, keyed, listed] {
        assert!(!said.contains("SENTINEL"), "{said}");
    }

    // As in the container image, which has no PostgreSQL.
    let mut image = latchkey(&folder);
    image.env("LATCHKEY_IMAGE", "1").env("LATCHKEY_ADDR", "127.0.0.1:1");
    let (exit, report) = examined(image, &[]);
    assert_eq!((exit, code(&report, "settings")), (2, "settings-wrong"), "{report:#}");
    assert_eq!(code(&report, "private-postgres"), "", "{report:#}");

    // A mail server without a sender: the server does not start, and mail is not all right either.
    let mut mail = broken();
    mail.env("LATCHKEY_SMTP_URL", "smtp://u:SENTINEL-7@mail.example");
    let (exit, report) = examined(mail, &["--offline"]);
    assert_eq!((exit, code(&report, "mail-server")), (2, "mail-wrong"), "{report:#}");
    assert!(report.to_string().contains("LATCHKEY_SMTP_URL needs LATCHKEY_MAIL_FROM"), "{report:#}");
    assert!(!report.to_string().contains("SENTINEL"), "{report:#}");

    let conf = folder.join("latchkey.conf");
    fs::write(&conf, "LATCHKEY_ADDR=:3000\nSENTINEL-6\n").unwrap();
    let mut bad_file = latchkey(&folder);
    bad_file.env("LATCHKEY_SETTINGS_FILE", &conf).env("LATCHKEY_ADDR", "127.0.0.1:1");
    let (exit, report) = examined(bad_file, &[]);
    assert_eq!((exit, code(&report, "settings-file")), (2, "settings-file-unreadable"), "{report:#}");
    assert!(
        report.to_string().contains("line 2 of") && !report.to_string().contains("SENTINEL"),
        "{report:#}"
    );
}
