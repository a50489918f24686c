//! A value planted in every field that takes one appears in no page, no answer and no log, whole or in part.

use crate::harness::{Answer, PASSWORD, TestApp, asked, posted, unique};
use axum::http::StatusCode;
use backend::Ctx;
use domain::{
    access::Role,
    secret::{Credential, SecretId},
};
use server::clock;
use std::{
    io,
    sync::{Arc, Mutex},
};
use tracing::{
    Dispatch,
    subscriber::{DefaultGuard, NoSubscriber},
};
use tracing_subscriber::fmt::MakeWriter;

pub(crate) const SENTINEL: &str = "PLANTED-4d1f\"\\value-9b7c";

#[derive(Clone, Default)]
pub(crate) struct Captured(pub(crate) Arc<Mutex<Vec<u8>>>);

impl io::Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Captured {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Captures everything that is logged from here on: by this thread alone, but the test's runtime has no
/// other. The second subscriber is needed because with a single one, tracing caches a call site that another
/// test's thread reaches first as disabled.
pub(crate) fn capture() -> (Captured, (DefaultGuard, Dispatch)) {
    let log = Captured::default();
    let subscriber =
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(log.clone()).finish();
    let second = Dispatch::new(NoSubscriber::new());
    (log, (tracing::subscriber::set_default(subscriber), second))
}

/// Asserts that the sentinel is absent: whole, in pieces, as JSON, and as base64 at each of the three
/// offsets.
pub(crate) fn assert_absent(text: &str, place: &str) {
    // Every piece of ten characters, except within the constant words of the test's own file names.
    let plain: Vec<char> = SENTINEL.chars().collect();
    for piece in plain.windows(10) {
        let piece: String = piece.iter().collect();
        assert!(!text.contains(&piece), "{piece} is in {place}");
    }
    // "PLANTED" and "value-9b7c" at the three offsets, without the ends that depend on their neighbours.
    for encoded in [
        "UExBTlRFRC00ZDFm",
        "BMQU5URUQtNGQxZ",
        "QTEFOVEVELTRkMW",
        "dmFsdWUtOWI3Y",
        "ZhbHVlLTliN2",
        "2YWx1ZS05Yjdj",
    ] {
        assert!(!text.contains(encoded), "base64 is in {place}");
    }
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one story, told from its beginning to its end")]
async fn planted_value_appears_nowhere() {
    let (log, guard) = capture();
    let app = TestApp::start().await;
    let name = unique("sentinel");
    let id = format!("image-{name}");
    let edit = format!("/secrets/{id}/edit");

    let mut answers = vec![app.add_image(&name, SENTINEL).await];
    assert_eq!(answers[0].status, StatusCode::SEE_OTHER);
    answers.push(app.add_image(&name, SENTINEL).await);
    let key = format!("-----BEGIN OPENSSH PRIVATE KEY-----\n{SENTINEL}\n-----END OPENSSH PRIVATE KEY-----");
    answers.push(app.post("/secrets/new", &[("name", "x"), ("type", "git-dataset"), ("secret", &key)]).await);
    answers.push(
        app.post(
            &edit,
            &[
                ("registry_host", SENTINEL),
                ("username", "u"),
                ("password", SENTINEL),
                ("version", "1"),
                ("allow_duplicate", "on"),
            ],
        )
        .await,
    );
    assert_eq!(answers[3].status, StatusCode::UNPROCESSABLE_ENTITY);
    // Text typed into a field that holds no value may come back to that field alone.
    answers.pop();
    answers.push(
        app.post(
            &edit,
            &[
                ("registry_host", "ghcr.io"),
                ("username", "u"),
                ("password", SENTINEL),
                ("version", "9"),
                ("allow_duplicate", "on"),
            ],
        )
        .await,
    );
    answers.push(
        app.post(
            &edit,
            &[
                ("registry_host", "ghcr.io"),
                ("username", "u"),
                ("password", SENTINEL),
                ("version", "1"),
                ("allow_duplicate", "on"),
            ],
        )
        .await,
    );
    let quoted = serde_json::to_string(SENTINEL).unwrap();
    for body in [
        format!(
            r#"{{"name":"{name}","type":"image-pull","registry_host":"ghcr.io","username":"u","password":{quoted}}}"#
        ),
        format!(r#"{{"name":"{name}","type":"git-dataset","secret":{quoted}}}"#),
        format!(r#"{{"password":{quoted},"password":{quoted}}}"#),
        format!(r#"{{"password":[{quoted}]}}"#),
    ] {
        answers.push(app.call("create_secret", &body).await);
    }
    for path in
        ["/secrets", &format!("/secrets?q={name}"), &edit, &format!("/secrets/{id}/delete"), "/secrets/new"]
    {
        answers.push(app.get(path).await);
    }
    assert_eq!(app.password_of(&name).await, SENTINEL);
    answers.push(app.post(&format!("/secrets/{id}/delete"), &[]).await);

    let (more, lines) = use_keys(&app, &name).await;
    answers.extend(more);

    for (number, answer) in answers.iter().enumerate() {
        assert_absent(&answer.body, &format!("answer {number}"));
        assert_absent(&format!("{:?}", answer.headers), &format!("the headers of answer {number}"));
    }
    drop(guard);
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("answered"), "the log was captured: {log}");
    assert_absent(&log, "the log");
    for (number, line) in lines.iter().enumerate() {
        assert!(!log.contains(line), "key {number} is in the log");
        assert!(answers.iter().all(|answer| !answer.body.contains(line)), "key {number} is in an answer");
    }
    assert!(!log.contains("correct horse"));
    assert!(answers.iter().all(|answer| !answer.body.contains("correct horse")));
}

/// Uses a passphrase, right and wrong, and keys that the portal generates; returns the answers, and the lines
/// with secret halves.
async fn use_keys(app: &TestApp, name: &str) -> (Vec<Answer>, Vec<String>) {
    let mut answers = Vec::new();
    for passphrase in [SENTINEL, "correct horse"] {
        let fields = [
            ("name", name),
            ("type", "git-dataset"),
            ("secret", PROTECTED),
            ("passphrase", passphrase),
            ("allow_duplicate", "on"),
        ];
        answers.push(app.post("/secrets/new", &fields).await);
        answers
            .push(app.post("/secrets/new", &[fields.as_slice(), &[("passphrase", SENTINEL)]].concat()).await);
    }
    let git = SecretId::parse(&format!("gitsync-secret-{name}")).unwrap();
    let mut lines = Vec::new();
    let mut keep = |credential| match credential {
        Credential::GitDataset { private_key } => {
            let text: &str = private_key.value().expose();
            lines.push(text.lines().nth(4).unwrap().to_owned());
        }
        Credential::ImagePull { .. } => panic!("not a Git dataset"),
    };
    let ctx = Ctx::system("test", clock::now());
    keep(app.backend.secrets().credential(&ctx, &git).await.unwrap());
    for what in ["switch", "discard"] {
        answers.push(app.post(&format!("/secrets/{git}/key/generate"), &[("generate", "ed25519")]).await);
        let waiting = app.backend.secrets().get(&ctx, &git).await.unwrap().pending.unwrap().facts.fingerprint;
        for path in ["", "/edit", "/key", "/key.pub", "/key/new.pub"] {
            answers.push(app.get(&format!("/secrets/{git}{path}")).await);
        }
        answers.push(app.post(&format!("/secrets/{git}/key/check"), &[("fingerprint", &waiting)]).await);
        answers.push(app.post(&format!("/secrets/{git}/key/{what}"), &[("fingerprint", &waiting)]).await);
        assert_eq!(answers.last().unwrap().status, StatusCode::SEE_OTHER, "{what}");
        keep(app.backend.secrets().credential(&ctx, &git).await.unwrap());
    }
    (answers, lines)
}

/// A key made for these tests; its passphrase is "correct horse".
const PROTECTED: &str = include_str!("../../../crates/backend/src/secrets/keys/protected_key");

/// Passwords, sessions, links and tokens each appear to the person whom they are for, and in no log, audit
/// record or other answer.
#[tokio::test]
async fn credentials_appear_only_to_their_owner() {
    let (log, guard) = capture();
    let app = TestApp::start().await;
    let name = unique("opener");
    let between = |text: &str, start: &str, length: usize| {
        let from = text.find(start).unwrap_or_else(|| panic!("no {start}")) + start.len();
        text[from..from + length].to_owned()
    };

    let admin = app.session_with_password(&unique("opens"), Role::Admin).await;
    let fields = [("username", name.as_str()), ("role", "editor"), ("current_password", PASSWORD)];
    let made = app.send_anonymous(posted("/users/new", &admin, &fields)).await;
    let link = between(&made.body, "/choose-password?token=", 64);
    let chosen = posted(
        &format!("/choose-password?token={link}"),
        "",
        &[("password", SENTINEL), ("repeat_password", SENTINEL)],
    );
    let mut others = vec![app.send_anonymous(chosen).await];
    assert_eq!(others[0].status, StatusCode::SEE_OTHER);
    let fields = [("username", name.as_str()), ("password", SENTINEL)];
    let signed_in = app.send_anonymous(posted("/sign-in", "", &fields)).await;
    let session = between(signed_in.header("set-cookie"), "latchkey_session=", 64);
    let cookie = format!("latchkey_session={session}");
    let fields = [("name", "t"), ("scope", "write"), ("current_password", SENTINEL)];
    let refused = [("name", "t"), ("scope", "all"), ("current_password", SENTINEL)];
    others.push(app.send_anonymous(posted("/tokens/new", &cookie, &refused)).await);
    let token = app.send_anonymous(posted("/tokens/new", &cookie, &fields)).await;
    let token = between(&token.body, "value=\"latchkey_", 16 + 1 + 64);
    let secret = &token[17..];

    let wrong = format!("{SENTINEL}x");
    others
        .push(app.send_anonymous(posted("/sign-in", "", &[("username", &name), ("password", &wrong)])).await);
    others
        .push(app.send_anonymous(posted("/sign-in", "", &[("username", SENTINEL), ("password", "x")])).await);
    // Text typed as a name comes back to its field alone.
    let name_typed = others.pop().unwrap();
    assert_eq!(name_typed.status, StatusCode::UNAUTHORIZED);
    let fields = [("current_password", SENTINEL), ("password", "short"), ("repeat_password", "short")];
    others.push(app.send_anonymous(posted("/account/password", &cookie, &fields)).await);
    for path in ["/account", "/tokens", "/secrets", "/tokens/new"] {
        others.push(app.send_anonymous(asked(path, &cookie)).await);
    }
    for path in [&format!("/users/{name}"), "/users", "/audit", "/tokens?of=everybody"] {
        others.push(app.get(path).await);
    }
    others.push(app.post("/audit/export", &[("format", "jsonl")]).await);
    let request = axum::http::Request::get("/api/v1/me")
        .header("authorization", format!("Bearer latchkey_{token}"))
        .body(axum::body::Body::empty());
    others.push(app.send_anonymous(request.unwrap()).await);
    assert_eq!(others.last().unwrap().status, StatusCode::OK);

    drop(guard);
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("answered"), "the log was captured");
    let dump = app.dump();
    assert!(dump.contains(&name) && dump.contains("$argon2id$"), "the dump is whole");
    assert_absent(&dump, "the dump");
    for (what, text) in [("session", session.as_str()), ("link", &link), ("token", secret)] {
        for piece in [&text[..16], &text[24..40], &text[48..]] {
            assert!(!log.contains(piece), "the {what} is in the log");
            assert!(!dump.contains(piece), "the {what} is in the dump");
            for (number, answer) in others.iter().enumerate() {
                let all = format!("{}{:?}", answer.body, answer.headers);
                assert!(!all.contains(piece), "the {what} is in answer {number}");
            }
        }
    }
    assert_absent(&log, "the log");
    for (number, answer) in others.iter().enumerate() {
        assert_absent(&format!("{}{:?}", answer.body, answer.headers), &format!("answer {number}"));
    }
}
