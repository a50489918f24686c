//! Connection tests: by plain forms, by the pages' server function, from the command line, and by the portal
//! itself.

use crate::{
    harness::{TestApp, fresh_folder, posted, unique},
    peers::{GitServer, Guard, PASSWORD, Registry, USER},
    process::{Running, latchkey, wait_until},
};
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use domain::percent;
use std::process::{Command, Output};

fn image<'a>(name: &'a str, host: &'a str, password: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("name", name),
        ("display_name", "Shown <b>"),
        ("type", "image-pull"),
        ("registry_host", host),
        ("username", USER),
        ("password", password),
    ]
}

/// Returns a request as the page's button sends it.
fn fetched(path: &str, fields: &[(&str, &str)]) -> Request<Body> {
    let mut request = posted(path, "latchkey_theme=dark", fields);
    request.headers_mut().insert(header::ACCEPT, "*/*".parse().unwrap());
    request
}

#[tokio::test]
async fn form_is_tested_and_comes_back_without_its_value() {
    let app = TestApp::start().await;
    let registry = Registry::start(&Guard::Basic, None);
    let host = format!("127.0.0.1:{}", registry.port);
    let name = unique("form");
    let answer = app.post("/secrets/new/check?list=q%3Dx", &image(&name, &host, PASSWORD)).await;
    assert_eq!(answer.status, StatusCode::OK);
    for present in [
        "Works",
        "accepts this username and password",
        &host,
        "Shown &lt;b&gt;",
        "Enter it again before you save.",
        "action=\"/secrets/new?list=q%3Dx\"",
        "formaction=\"/secrets/new/check?list=q%3Dx\"",
    ] {
        assert!(answer.body.contains(present), "{present}: {}", answer.body);
    }
    for piece in ["PLANTED", "4d1f", "9b7c"] {
        assert!(!answer.body.contains(piece), "{piece}");
    }
    let list = app.get(&format!("/secrets?q={name}")).await;
    assert!(list.body.contains("No secrets match."), "a test saves nothing");

    let wrong = app.post("/secrets/new/check", &image(&name, &host, "TYPED-WRONG")).await;
    assert!(wrong.status == StatusCode::OK && wrong.body.contains("Refused"));
    let bad = app.post("/secrets/new/check", &image(&name, "ftp://x", "TYPED-WRONG")).await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(bad.body.contains("Check these fields") && !bad.body.contains("TYPED-WRONG"));
    // A reload requests the same address, and gets the form.
    assert_eq!(app.get("/secrets/new/check").await.status, StatusCode::OK);
}

#[tokio::test]
async fn stored_secret_is_tested_from_its_row_and_its_status_is_listed() {
    let app = TestApp::start().await;
    let registry = Registry::start(&Guard::Basic, None);
    let host = format!("127.0.0.1:{}", registry.port);
    let name = unique("row");
    app.post("/secrets/new", &image(&name, &host, PASSWORD)).await;
    let (id, query) = (format!("image-{name}"), percent::encode(&format!("q={name}")));
    let list = app.get(&format!("/secrets?q={name}")).await;
    let action = format!("/secrets/{id}/check?list={query}");
    assert!(list.body.contains(&format!("formaction=\"{action}\"")) && list.body.contains("Not tested"));

    let answer = app.post(&action, &[]).await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, action.as_str()));
    let page = app.get(&action).await;
    assert!(page.body.contains("Works") && page.body.contains("by admin"), "{}", page.body);
    assert!(page.body.contains(&format!("href=\"/secrets?q={name}\"")), "the way back");
    let found = app.get(&format!("/secrets?q={name}&status=works")).await;
    assert!(found.body.contains(&id) && found.body.contains("1 secret"));
    let none = app.get(&format!("/secrets?q={name}&status=refused")).await;
    assert!(none.body.contains("No secrets match."));
    let gone = app.post("/secrets/image-no-such-thing/check", &[]).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);

    // On Edit, with the stored value, as a hydrated page requests it.
    let account = [("registry_host", host.as_str()), ("username", USER)];
    let edit = format!("/secrets/{id}/edit/check");
    let answer = app.send(fetched(&edit, &account)).await;
    assert!(answer.status == StatusCode::OK && answer.body.contains("Works"), "{}", answer.body);
    assert!(!answer.body.contains("<html"), "no more than what is put into the page");
    let wrong = [&account[..], &[("password", "x")]].concat();
    assert!(app.send(fetched(&edit, &wrong)).await.body.contains("Refused"));
    // Without a value, and without a stored one.
    let new = [&account[..], &[("type", "image-pull"), ("repository", "<b>")]].concat();
    let answer = app.send(fetched("/secrets/new/check", &new)).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("href=\"#password\"") && !answer.body.contains("<b>"), "{}", answer.body);
    let none = app.send(fetched("/secrets/image-no-such-thing/edit/check", &account)).await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
    let unknown = app.send(fetched(&edit, &[("password", "SENTINEL"), ("other", "x")])).await;
    assert!(unknown.status == StatusCode::BAD_REQUEST && !unknown.body.contains("SENTINEL"));
    let nobody = app.send_anonymous(fetched(&edit, &account)).await;
    assert_eq!(nobody.status, StatusCode::UNAUTHORIZED);
    assert!(nobody.body.contains("Your session expired"), "{}", nobody.body);
}

#[tokio::test]
async fn host_keys_are_approved_on_their_page() {
    let app = TestApp::start().await;
    let server = GitServer::start();
    let key = server.key("key", &["-t", "ed25519"], true);
    let (name, repository) = (unique("host"), server.address("repo.git"));
    let fields =
        [("name", name.as_str()), ("type", "git-dataset"), ("secret", &key), ("repository", &repository)];
    app.post("/secrets/new", &fields).await;
    let id = format!("gitsync-secret-{name}");
    let check = format!("/secrets/{id}/check");
    let met = app.post(&check, &[]).await;
    assert_eq!(met.status, StatusCode::OK);
    assert!(
        met.body.contains(&server.fingerprint("ed25519")) && met.body.contains("Trust these keys and test")
    );
    // The box in a form submits the same lines.
    let tried = app.post("/secrets/new/check", &fields).await;
    assert!(tried.body.contains("type=\"checkbox\"") && tried.body.contains(&server.fingerprint("rsa")));

    let lines = server.known_hosts();
    let approved = app.post(&format!("/secrets/{id}/known-hosts"), &[("approved_hosts", &lines)]).await;
    assert_eq!((approved.status, approved.header("location")), (StatusCode::SEE_OTHER, check.as_str()));
    let page = app.get(&check).await.body;
    for present in ["Works", "Default branch trunk, 3 refs.", &server.fingerprint("ecdsa")] {
        assert!(page.contains(present), "{present}: {page}");
    }
    let nonsense = app.post(&format!("/secrets/{id}/known-hosts"), &[("approved_hosts", "x")]).await;
    assert_eq!(nonsense.status, StatusCode::BAD_REQUEST);
    // Approved in a form, the lines are in it from then on, and are saved with it.
    let with_approval = [&fields[..], &[("approved_hosts", lines.as_str())]].concat();
    let tried = app.post("/secrets/new/check", &with_approval).await;
    let line = lines.lines().next().unwrap().trim();
    assert!(tried.body.contains("Works") && tried.body.contains(line), "{}", tried.body);
}

fn run(mut command: Command) -> (Output, String) {
    let output = command.output().unwrap();
    let said = String::from_utf8(output.stdout.clone()).unwrap();
    (output, said)
}

/// A registry and a Git server, whose credentials must be in no log, whatever the log level.
#[test]
fn command_line_and_scheduled_tests_test_all_secrets_and_log_no_value() {
    let folder = fresh_folder("checks");
    let registry = Registry::start(&Guard::Basic, None);
    let host = format!("127.0.0.1:{}", registry.port);
    let server = GitServer::start();
    let keys = [("ed", &["-t", "ed25519"][..]), ("rsa", &["-t", "rsa", "-b", "2048"])]
        .map(|(name, arguments)| (name, server.key(name, arguments, true)));
    let configured = |interval: &str| {
        let mut command = latchkey(&folder.join("data"));
        command
            .env("LATCHKEY_ALLOW_PRIVATE_HOSTS", "127.0.0.1, ::1")
            .env("LATCHKEY_PLAIN_HTTP_HOSTS", &host)
            .env("LATCHKEY_LOG", "trace");
        if !interval.is_empty() {
            command.env("LATCHKEY_CHECK_INTERVAL", interval);
        }
        command
    };
    let mut portal = Running::start(configured("60s"));
    portal.post("/secrets/new", &image("good", &host, PASSWORD));
    for (name, key) in &keys {
        let fields = [
            ("name", *name),
            ("type", "git-dataset"),
            ("secret", key),
            ("repository", &server.address("repo.git")),
            ("known_hosts", &server.known_hosts()),
        ];
        assert!(portal.post("/secrets/new", &fields).contains("location: /secrets\r\n"));
    }
    portal.post(
        "/secrets/new",
        &[("name", "untried"), ("type", "git-dataset"), ("secret", &keys[0].1), ("allow_duplicate", "on")],
    );
    // By itself, within a few intervals of three seconds.
    wait_until("the portal tests by itself", || {
        let page = portal.get("/secrets/image-good/check");
        page.contains("Works") && page.contains("Tested automatically")
    });
    portal.signal("-TERM");
    assert!(portal.child.wait().unwrap().success());

    let mut check = configured("");
    check.arg("check");
    let (output, said) = run(check);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let states: Vec<_> =
        said.lines().map(|line| line.split('\t').take(2).collect::<Vec<_>>().join(" ")).collect();
    let expected = [
        "gitsync-secret-ed works",
        "gitsync-secret-rsa works",
        "gitsync-secret-untried not-tested",
        "image-good works",
    ];
    assert_eq!(states, expected);
    let log = String::from_utf8_lossy(&output.stderr).into_owned();
    // Everything that connects logs what it does, and nothing of the credentials.
    assert!(log.contains("russh"), "the log is whole: {}", &log[..log.len().min(4_000)]);
    let mut planted = vec!["PLANTED-4d1f".to_owned(), "ss-9b7c".to_owned()];
    for password in [format!("{USER}:{PASSWORD}"), PASSWORD.to_owned()] {
        // Base64 at each of the three offsets, without the ends that depend on the neighbours.
        for offset in 0..3 {
            let padded = format!("{}{password}", &"   "[..offset]);
            let encoded = base64(padded.as_bytes());
            planted.push(encoded[8..28].to_owned());
        }
    }
    for (_, key) in &keys {
        planted.extend(
            key.lines().filter(|line| line.len() > 40 && !line.starts_with('-')).skip(2).map(str::to_owned),
        );
    }
    for piece in &planted {
        assert!(!log.contains(piece.as_str()) && !said.contains(piece.as_str()), "{piece} is in the log");
    }

    // The registry is gone: a secret that does not work makes the command fail, for cron to see.
    drop(registry);
    let mut check = configured("");
    check.args(["check", "image-good"]);
    let (output, said) = run(check);
    assert!(!output.status.success());
    assert!(said.starts_with("image-good\tunreachable\tThe host refused the connection"), "{said}");
    let mut check = configured("");
    check.args(["check", "image-none"]);
    assert!(!run(check).0.status.success());
}

/// Encodes as RFC 4648 says, by the `base64` program.
fn base64(bytes: &[u8]) -> String {
    let folder = std::env::temp_dir().join(unique(&format!("latchkey-base64-{}", std::process::id())));
    std::fs::write(&folder, bytes).unwrap();
    let output = Command::new("base64").arg("-w0").arg(&folder).output().unwrap();
    std::fs::remove_file(&folder).unwrap();
    String::from_utf8(output.stdout).unwrap()
}
