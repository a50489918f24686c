//! SSH keys in the pages: the facts that are shown, protected keys, duplicates, and pairs that the portal
//! generates.

use crate::{
    harness::{Answer, KEY, TestApp, asked, posted, unique},
    peers::GitServer,
};
use axum::http::StatusCode;
use backend::Ctx;
use domain::{
    access::Role,
    secret::{Credential, SecretId, StoredSshKey},
};
use server::clock;

/// A key made for these tests; its passphrase is "correct horse".
const PROTECTED: &str = include_str!("../../../crates/backend/src/secrets/keys/protected_key");

fn ctx() -> Ctx {
    Ctx::system("test", clock::now())
}

fn git(name: &str) -> SecretId {
    SecretId::parse(&format!("gitsync-secret-{name}")).unwrap()
}

async fn stored(app: &TestApp, name: &str) -> String {
    match app.backend.secrets().credential(&ctx(), &git(name)).await.unwrap() {
        Credential::GitDataset { private_key } => private_key.value().expose().to_owned(),
        Credential::ImagePull { .. } => panic!("not a Git dataset"),
    }
}

async fn public_line(app: &TestApp, name: &str) -> String {
    match app.backend.secrets().get(&ctx(), &git(name)).await.unwrap().key {
        StoredSshKey::Known(facts) => facts.public_line(),
        other => panic!("{other:?}"),
    }
}

async fn add(app: &TestApp, name: &str, fields: &[(&str, &str)]) -> Answer {
    app.post("/secrets/new", &[&[("name", name), ("type", "git-dataset")], fields].concat()).await
}

async fn generated(app: &TestApp) -> String {
    let name = unique("made");
    let answer = add(app, &name, &[("generate", "ed25519")]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    assert_eq!(answer.header("location"), format!("/secrets/gitsync-secret-{name}/key"));
    name
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let from = text.find(start).unwrap_or_else(|| panic!("no {start} in {text}")) + start.len();
    &text[from..from + text[from..].find(end).unwrap()]
}

#[tokio::test]
async fn key_facts_are_shown_and_the_public_key_downloaded() {
    let app = TestApp::start().await;
    let name = unique("known");
    let added = add(&app, &name, &[("secret", KEY), ("allow_duplicate", "on")]).await;
    assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.body);
    let line = public_line(&app, &name).await;
    let reader = app.session("key-reader", Role::Reader).await;
    let base = format!("/secrets/gitsync-secret-{name}");
    for path in [base.clone(), format!("{base}/key")] {
        let page = app.send_anonymous(asked(&path, &reader)).await;
        assert_eq!(page.status, StatusCode::OK);
        for shown in [line.as_str(), "SHA256:", "Ed25519, 256 bits", "Deploy keys", "key.pub"] {
            assert!(page.body.contains(shown), "{path}: {shown}");
        }
        assert!(!page.body.contains("Generate a new key pair"), "{path} is for a reader");
    }
    let edit = app.get(&format!("{base}/edit")).await.body;
    assert!(edit.contains("Stored key: Ed25519, 256 bits, <code>SHA256:"), "{edit}");
    assert!(edit.contains(&format!("href=\"{base}/key\"")) && !edit.contains(&line), "{edit}");
    let list = app.get(&format!("/secrets?q={name}")).await.body;
    assert!(list.contains(&format!("href={base}")) || list.contains(&format!("href=\"{base}")), "{list}");
    let file = app.send_anonymous(asked(&format!("{base}/key.pub"), &reader)).await;
    assert_eq!(file.body, format!("{line}\n"));
    assert!(file.header("content-type").starts_with("text/plain"));
    assert_eq!(file.header("content-disposition"), format!("attachment; filename=\"{name}.pub\""));
    assert_eq!(file.header("cache-control"), "no-store");
    let none = app.get(&format!("{base}/key/new.pub")).await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn protected_key_needs_its_passphrase_and_is_stored_without() {
    let app = TestApp::start().await;
    let name = unique("protected");
    let fresh = app.get("/secrets/new").await.body;
    let place = |body: &str| {
        let before = &body[..body.find("id=\"passphrase\"").unwrap()];
        before[before.rfind("class=\"field").unwrap() - 40..].to_owned()
    };
    assert!(place(&fresh).contains("<div hidden"), "{}", place(&fresh));
    let rejected = add(&app, &name, &[("secret", PROTECTED)]).await;
    assert_eq!(rejected.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!place(&rejected.body).contains("<div hidden"), "{}", place(&rejected.body));
    assert!(rejected.body.contains("This key has a passphrase. Enter it"));
    assert!(rejected.body.contains("Enter it again.") && rejected.body.contains("id=\"passphrase-error\""));
    let wrong = add(&app, &name, &[("secret", PROTECTED), ("passphrase", "SENTINEL-wrong")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("This is not the passphrase of the key"));
    assert!(!wrong.body.contains("SENTINEL"));
    let fields = [("secret", PROTECTED), ("passphrase", "correct horse"), ("allow_duplicate", "on")];
    let added = add(&app, &name, &fields).await;
    assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.body);
    assert!(stored(&app, &name).await.starts_with("-----BEGIN OPENSSH PRIVATE KEY-----\n"));
    assert_ne!(stored(&app, &name).await, PROTECTED);
}

#[tokio::test]
async fn duplicate_key_is_reported_and_saved_only_on_request() {
    let app = TestApp::start().await;
    let one = generated(&app).await;
    let key = stored(&app, &one).await;
    let two = unique("twin");
    let told = add(&app, &two, &[("secret", &key), ("display_name", "TYPED")]).await;
    assert_eq!(told.status, StatusCode::CONFLICT);
    for shown in ["Duplicate key", &format!("\"/secrets/gitsync-secret-{one}\""), "TYPED", "Enter it again."]
    {
        assert!(told.body.contains(shown), "{shown}");
    }
    assert!(
        told.body.contains("name=\"allow_duplicate\"") && !told.body.contains(key.lines().nth(3).unwrap())
    );
    let saved = add(&app, &two, &[("secret", &key), ("allow_duplicate", "on")]).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
    let by_older_name = add(&app, &unique("twin"), &[("secret", &key), ("knowingly", "on")]).await;
    assert_eq!(by_older_name.status, StatusCode::SEE_OTHER, "{}", by_older_name.body);

    let account = unique("robot");
    let image = |name: &str| {
        format!(
            r#"{{"name":"{name}","type":"image-pull","registry_host":"GHCR.io","username":"{account}","password":"p"}}"#
        )
    };
    let (first, second) = (unique("account"), unique("account"));
    assert_eq!(app.call("create_secret", &image(&first)).await.status, StatusCode::OK);
    let told = app.call("create_secret", &image(&second)).await;
    assert_eq!(told.status, StatusCode::CONFLICT);
    let sent = format!("{{\"Refused\":[{{\"Twin\":\"image-{first}\"}},[\"The secret {first} holds the same.");
    assert!(told.body.starts_with(&sent), "{}", told.body);
}

#[tokio::test]
async fn generated_key_shows_only_its_public_half() {
    let app = TestApp::start().await;
    let name = generated(&app).await;
    let private = stored(&app, &name).await;
    let page = app.get(&format!("/secrets/gitsync-secret-{name}/key")).await;
    assert!(page.body.contains(&public_line(&app, &name).await));
    assert!(public_line(&app, &name).await.ends_with(&format!(" {name}@latchkey")));
    // The last lines of the file contain the secret half.
    let lines: Vec<&str> = private.lines().collect();
    for line in &lines[3..lines.len() - 1] {
        assert!(!page.body.contains(line));
    }
    for (fields, status) in [
        (vec![("generate", "dsa")], StatusCode::BAD_REQUEST),
        (vec![("generate", "ed25519"), ("display_name", "\u{202e}")], StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        assert_eq!(add(&app, &unique("none"), &fields).await.status, status);
    }
    let taken = add(&app, &name, &[("generate", "ed25519")]).await;
    assert_eq!(taken.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(taken.body.contains(&format!("href=\"/secrets/gitsync-secret-{name}\"")));
}

#[tokio::test]
async fn pending_key_is_tested_before_the_switch() {
    let app = TestApp::start().await;
    let server = GitServer::start();
    let key = server.key("old", &["-t", "ed25519"], true);
    let (name, repository, hosts) = (unique("tested"), server.address("repo.git"), server.known_hosts());
    let fields = [("secret", key.as_str()), ("repository", &repository), ("known_hosts", &hosts)];
    assert_eq!(add(&app, &name, &fields).await.status, StatusCode::SEE_OTHER);
    let base = format!("/secrets/gitsync-secret-{name}/key");
    let check = format!("{base}/check");
    assert_eq!(app.post(&check, &[("fingerprint", "x")]).await.status, StatusCode::NOT_FOUND);
    app.post(&format!("{base}/generate"), &[("generate", "ed25519")]).await;
    let page = app.get(&base).await.body;
    assert!(page.contains("Test the new key"));
    let fingerprint = between(&page, "name=\"fingerprint\" value=\"", "\"").to_owned();
    let with = [("fingerprint", fingerprint.as_str())];

    let refused = app.post(&check, &with).await;
    assert_eq!(refused.status, StatusCode::OK);
    assert!(refused.body.contains("The host doesn't accept this key"), "{}", refused.body);
    assert!(!refused.body.contains("You can switch to it") && !refused.body.contains("PRIVATE KEY"));
    server.let_in(&app.get(&format!("{base}/new.pub")).await.body);
    let works = app.post(&check, &with).await;
    for shown in ["The new key works. You can switch to it.", "Default branch trunk, 3 refs.", &fingerprint] {
        assert!(works.body.contains(shown), "{shown}: {}", works.body);
    }
    // Nothing of the test is kept: a reload shows the page, and the key in use is untested.
    let again = app.get(&check).await;
    assert!(again.status == StatusCode::OK && !again.body.contains("You can switch to it"));
    let state = app.get(&format!("/secrets/gitsync-secret-{name}/check")).await.body;
    assert!(state.contains("Not tested since it was added or changed."), "{state}");
    let reader = app.session("key-reader", Role::Reader).await;
    let forbidden = app.send_anonymous(posted(&check, &reader, &with)).await;
    assert_eq!(forbidden.status, StatusCode::FORBIDDEN);
    let late = app.post(&check, &[("fingerprint", "SHA256:another")]).await;
    assert!(late.status == StatusCode::CONFLICT && late.body.contains("was replaced in the meantime"));
}

#[tokio::test]
async fn pending_key_is_switched_to_or_discarded() {
    let app = TestApp::start().await;
    let name = generated(&app).await;
    let (old, old_line) = (stored(&app, &name).await, public_line(&app, &name).await);
    let base = format!("/secrets/gitsync-secret-{name}/key");
    let made = app.post(&format!("{base}/generate"), &[("generate", "rsa-4096")]).await;
    assert_eq!((made.status, made.header("location")), (StatusCode::SEE_OTHER, base.as_str()));
    let page = app.get(&base).await.body;
    assert!(page.contains("New key, not in use yet") && page.contains("RSA, 4096 bits"));
    assert!(page.contains(&old_line), "the one in use is shown beside it");
    assert_eq!(stored(&app, &name).await, old);
    let new_line = app.get(&format!("{base}/new.pub")).await.body;
    assert!(new_line.starts_with("ssh-rsa ") && page.contains(new_line.trim_end()));
    let fingerprint = between(&page, "name=\"fingerprint\" value=\"", "\"").to_owned();

    // A pending pair is never replaced by one that was not shown.
    let unseen = app.post(&format!("{base}/generate"), &[("generate", "ed25519")]).await;
    assert_eq!(unseen.status, StatusCode::CONFLICT);
    assert!(unseen.body.contains("The new key was replaced in the meantime"));
    assert_eq!(app.get(&format!("{base}/new.pub")).await.body, new_line);

    // Somebody else generates another meanwhile: the pair on this page is not the one that would be switched
    // to.
    let replaced = [("generate", "ed25519"), ("replaces", fingerprint.as_str())];
    let again = app.post(&format!("{base}/generate"), &replaced).await;
    assert_eq!(again.status, StatusCode::SEE_OTHER);
    let late = app.post(&format!("{base}/switch"), &[("fingerprint", &fingerprint)]).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert!(late.body.contains("The new key was replaced in the meantime"));
    assert_eq!(stored(&app, &name).await, old);

    let fingerprint = between(&late.body, "name=\"fingerprint\" value=\"", "\"").to_owned();
    let reader = app.session("key-reader", Role::Reader).await;
    let forbidden = app
        .send_anonymous(posted(&format!("{base}/switch"), &reader, &[("fingerprint", &fingerprint)]))
        .await;
    assert_eq!(forbidden.status, StatusCode::FORBIDDEN);
    let switched = app.post(&format!("{base}/switch"), &[("fingerprint", &fingerprint)]).await;
    assert_eq!((switched.status, switched.header("location")), (StatusCode::SEE_OTHER, base.as_str()));
    assert_ne!(stored(&app, &name).await, old);
    assert!(!app.get(&base).await.body.contains("not in use yet"));
    let twice = app.post(&format!("{base}/switch"), &[("fingerprint", &fingerprint)]).await;
    assert_eq!(twice.status, StatusCode::NOT_FOUND);
    assert!(twice.body.contains("is already in use"));

    app.post(&format!("{base}/generate"), &[("generate", "ed25519")]).await;
    let fingerprint = between(&app.get(&base).await.body, "name=\"fingerprint\" value=\"", "\"").to_owned();
    let in_use = stored(&app, &name).await;
    let discarded = app.post(&format!("{base}/discard"), &[("fingerprint", &fingerprint)]).await;
    assert_eq!(discarded.status, StatusCode::SEE_OTHER);
    assert!(!app.get(&base).await.body.contains("not in use yet"));
    assert_eq!(stored(&app, &name).await, in_use);
    for nonsense in [vec![("generate", "SENTINEL")], vec![("SENTINEL", "x")], vec![]] {
        let answer = app.post(&format!("{base}/generate"), &nonsense).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert!(!answer.body.contains("SENTINEL"));
    }
}
