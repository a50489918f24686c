//! A value planted in every version of a secret, and in the account of the mail server, is in nothing that leaves by itself: mails,
//! webhooks, metrics; nor in what is shown of versions and deliveries, nor in the dump and the log.

use crate::{
    bounded::{ended, output},
    harness::{Answer, PASSWORD, TestApp, asked, fresh_folder, posted, unique},
    mail::{SmtpPeer, link},
    metrics,
    notices::receiver,
    peers::{self, Guard, Registry},
    process::{Running, latchkey},
    sentinel::{SENTINEL, assert_absent, capture},
};
use app::mail::{UNSUBSCRIBE, letters};
use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use backend::{Backend, Ctx, TakenMail};
use domain::access::{Role, TokenScope};
use serde_json::{Value, json};
use server::clock;
use std::{fs, net::TcpListener, process::Command, time::Duration};

/// Everything that was sent or shown, each with its place.
#[derive(Default)]
struct Seen(Vec<(String, String)>);

impl Seen {
    fn add(&mut self, place: impl Into<String>, text: impl Into<String>) {
        self.0.push((place.into(), text.into()));
    }

    fn answer(&mut self, place: &str, answer: &Answer) {
        self.add(place, format!("{}{:?}", answer.body, answer.headers));
    }

    fn assert_clean(&self) {
        for (place, text) in &self.0 {
            assert_absent(text, place);
        }
    }
}

/// The address of an account with the planted value as its password.
fn account() -> String {
    format!("latchkey:{SENTINEL}")
}

/// Returns the context of the server at a later time.
fn later(hours: u64) -> Ctx {
    Ctx::system("test", clock::now() + Duration::from_hours(hours))
}

async fn api(app: &TestApp, token: &str, method: Method, path: &str, body: Value) -> Answer {
    let request = Request::builder()
        .method(method)
        .uri(format!("/api/v1/{path}"))
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::CONTENT_TYPE, "application/json");
    let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
    app.send_anonymous(request.body(body).unwrap()).await
}

/// Sends every webhook and every mail that is due by then.
async fn send_all(backend: &Backend, ctx: &Ctx) {
    while let Some(held) = backend.notices().take_due(ctx).await.unwrap() {
        backend.notices().deliver(ctx, held).await.unwrap();
    }
    loop {
        match backend.mail().take_due(ctx, UNSUBSCRIBE).await.unwrap() {
            TakenMail::Held(mail) => {
                let letter = letters::notices("https://portal.example", &mail);
                backend.mail().deliver(ctx, &mail, &letter).await.unwrap();
            }
            TakenMail::PutOff => {}
            TakenMail::Nothing => break,
        }
    }
}

/// Returns the cookie of somebody who gets a mail about every event of secrets.
async fn reader(app: &TestApp, peer: &SmtpPeer, address: &str, seen: &mut Seen) -> String {
    let cookie = app.session_with_password(&unique("mira"), Role::Reader).await;
    let fields = [("mail_address", address), ("current_password", PASSWORD)];
    let asked_to = app.send(posted("/account/notifications/address", &cookie, &fields)).await;
    assert_eq!(asked_to.status, StatusCode::SEE_OTHER, "{}", asked_to.body);
    let confirm = link(&peer.mails_to(address)[0], "/mail/confirm");
    assert_eq!(app.send_anonymous(posted(&confirm, "", &[])).await.status, StatusCode::OK);
    let events = ["expires", "expired", "renewal_due", "test_failed", "test_works"];
    let events: Vec<_> = events.iter().map(|event| format!("event:secret.{event}")).collect();
    let mut choice: Vec<(&str, &str)> = events.iter().map(|event| (event.as_str(), "on")).collect();
    choice.extend([("cadence", "at-once"), ("hour", "7"), ("weekday", "1"), ("time_zone", "UTC")]);
    let chosen = app.send(posted("/account/notifications", &cookie, &choice)).await;
    assert_eq!(chosen.status, StatusCode::SEE_OTHER, "{}", chosen.body);
    seen.answer("the choice of mails", &app.send(asked("/account/notifications", &cookie)).await);
    cookie
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one story, told from its beginning to its end")]
async fn planted_versions_are_in_no_mail_webhook_metric_dump_or_page() {
    let (log, guard) = capture();
    let mut seen = Seen::default();
    let peer = SmtpPeer::start_with("leaks", &account());
    let mut app = TestApp::start_with_mail(Some(peer.config_of(&account()))).await;
    let monitoring = app.monitor();
    let registry = Registry::start(&Guard::Basic, None);
    let host = format!("127.0.0.1:{}", registry.port);
    let writer = app.token(TokenScope::Write, |_| ()).await;
    let reading = app.token(TokenScope::ReadValues, |_| ()).await;
    let managing = app.token(TokenScope::ManageNotices, |_| ()).await;
    let address = format!("{}@example.org", unique("mira"));
    let cookie = reader(&app, &peer, &address, &mut seen).await;

    // Channels of every kind, whose addresses are secrets, too.
    let (port, received) = receiver().await;
    let (mut channels, mut signing) = (Vec::new(), Vec::new());
    for preset in ["standard", "slack", "teams"] {
        let url = format!("http://127.0.0.1:{port}/hook/PLANTED-4d1f-{preset}-value-9b7c");
        let body = json!({ "name": unique(preset), "preset": preset, "url": url });
        let added = api(&app, &managing, Method::POST, "notifications/channels", body).await;
        assert_eq!(added.status, StatusCode::CREATED, "{}", added.body);
        let channel: Value = serde_json::from_str(&added.body).unwrap();
        signing.extend(channel["signing_secret"].as_str().map(str::to_owned));
        let rule = json!({ "channel": channel["id"], "events": [], "types": [], "name_prefixes": [] });
        let rule = api(&app, &managing, Method::POST, "notifications/rules", rule).await;
        assert_eq!(rule.status, StatusCode::CREATED, "{}", rule.body);
        channels.push(channel["id"].as_str().unwrap().to_owned());
    }
    assert_eq!(signing.len(), 1);

    // A secret with four planted versions, of which one comes back, one is destroyed and one is read.
    let name = unique("leaks");
    let id = format!("image-{name}");
    let planted = |number: u32| format!("{SENTINEL}-{number}");
    let new = json!({
        "type": "image-pull", "name": name, "registry_host": host, "username": peers::USER, "password": planted(1),
        "expires_at": (clock::now() + Duration::from_hours(5 * 24)).rfc3339(),
        "renew_every_days": 1, "allow_duplicate": true,
    });
    let added = api(&app, &writer, Method::POST, "secrets", new).await;
    assert_eq!(added.status, StatusCode::CREATED, "{}", added.body);
    seen.answer("the answer to adding", &added);
    for number in 2..=4 {
        let change = json!({ "password": planted(number) });
        seen.answer("a change", &api(&app, &writer, Method::PATCH, &format!("secrets/{id}"), change).await);
    }
    let value = format!("secrets/{id}/value?shape=raw&version=2");
    assert_eq!(api(&app, &reading, Method::GET, &value, Value::Null).await.body, planted(2));
    let rollback = json!({ "test": "after" });
    let rolled =
        api(&app, &writer, Method::POST, &format!("secrets/{id}/versions/1/rollback"), rollback).await;
    assert_eq!(rolled.status, StatusCode::OK, "{}", rolled.body);
    seen.answer("a rollback", &rolled);
    let before = json!({ "test": "before" });
    let failed = api(&app, &writer, Method::POST, &format!("secrets/{id}/versions/2/rollback"), before).await;
    assert_eq!(failed.status, StatusCode::CONFLICT, "{}", failed.body);
    seen.answer("a rollback whose test failed", &failed);
    let destroyed =
        api(&app, &writer, Method::DELETE, &format!("secrets/{id}/versions/3/value"), Value::Null).await;
    assert_eq!(destroyed.status, StatusCode::NO_CONTENT);

    // It fails, works again, is due for renewal, expires soon and has expired; and all of that is said.
    for _ in 0..2 {
        seen.answer("a test", &app.post(&format!("/secrets/{id}/check"), &[]).await);
    }
    let ctx = later(0);
    app.backend
        .connection_tests()
        .stored(&ctx, &domain::secret::SecretId::parse(&id).unwrap())
        .await
        .unwrap();
    let right = json!({ "password": peers::PASSWORD, "expires_at": (clock::now() + Duration::from_hours(5 * 24)).rfc3339() });
    api(&app, &writer, Method::PATCH, &format!("secrets/{id}"), right).await;
    app.backend
        .connection_tests()
        .stored(&ctx, &domain::secret::SecretId::parse(&id).unwrap())
        .await
        .unwrap();
    for hours in [1, 30, 4 * 24 + 1, 6 * 24] {
        app.backend.notices().raise_due(&later(hours)).await.unwrap();
        send_all(&app.backend, &later(hours + 1)).await;
    }
    let said: Vec<_> =
        received.lock().unwrap().iter().filter(|(_, body)| body.contains(&id)).cloned().collect();
    for event in
        ["secret.test_failed", "secret.test_works", "secret.renewal_due", "secret.expires", "secret.expired"]
    {
        let told = said.iter().any(|(_, body)| body.contains(&format!("\"type\":\"{event}\"")));
        assert!(told, "{event}: {said:?}");
    }
    for (headers, body) in &said {
        seen.add("a webhook", format!("{headers:?}{body}"));
        assert!(!body.contains(signing[0].as_str()) && !format!("{headers:?}").contains(signing[0].as_str()));
    }
    let mails = peer.mails_to(&address);
    assert!(mails.len() >= 4 && mails.iter().any(|mail| mail.contains(&id)), "{mails:?}");
    for mail in mails {
        seen.add("a mail", mail);
    }

    let scraped = Request::get("/metrics").body(Body::empty()).unwrap();
    let scraped = monitoring.scrape(scraped, 10_000).await;
    assert!(scraped.body.contains(&name), "the secret is measured");
    seen.answer("the metrics", &scraped);
    for path in [
        format!("/secrets/{id}"),
        format!("/secrets/{id}/versions"),
        format!("/secrets/{id}/rollback?version=2"),
        format!("/secrets/{id}/destroy?version=2"),
        format!("/notifications/channels/{}", channels[0]),
        "/notifications".to_owned(),
        "/notifications/deliveries".to_owned(),
        "/audit".to_owned(),
    ] {
        let page = app.get(&path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        seen.answer(&path, &page);
    }
    for path in ["versions", "consumers", ""] {
        let path = format!("secrets/{id}/{path}");
        seen.answer(&path, &api(&app, &writer, Method::GET, path.trim_end_matches('/'), Value::Null).await);
    }
    for path in ["deliveries", "channels", "rules"] {
        let path = format!("notifications/{path}");
        seen.answer(&path, &api(&app, &managing, Method::GET, &path, Value::Null).await);
    }
    seen.answer("the account", &app.send(asked("/account", &cookie)).await);
    seen.answer("the system", &app.post("/system", &[]).await);
    let dump = app.dump();
    assert!(dump.contains(&id) && dump.contains(&address), "the dump is whole");
    seen.add("the dump", dump);

    drop(guard);
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("answered"), "the log was captured");
    seen.add("the log", log);
    for channel in channels {
        api(&app, &managing, Method::DELETE, &format!("notifications/channels/{channel}"), Value::Null).await;
    }
    seen.assert_clean();
}

/// The account is right, wrong, or that of a server that has no accounts, or is gone.
#[tokio::test]
async fn account_at_the_mail_server_is_in_no_log_page_or_error() {
    let (log, guard) = capture();
    let mut seen = Seen::default();
    let mut peer = Some(SmtpPeer::start_with("mail-account", &account()));
    let port = peer.as_ref().unwrap().port();
    for (what, said) in [
        ("right", account()),
        ("wrong", format!("latchkey:{SENTINEL}-wrong")),
        ("user", format!("{SENTINEL}:{SENTINEL}")),
        ("gone", account()),
    ] {
        if what == "gone" {
            drop(peer.take());
        }
        let config = SmtpPeer::config_at(port, &said);
        seen.add(format!("{what}: debug"), format!("{config:?} {config:#?}"));
        let app = TestApp::start_with_mail(Some(config)).await;
        let cookie = app.session_with_password(&unique("mailed"), Role::Reader).await;
        let address = format!("{}@example.org", unique("mailed"));
        let fields = [("mail_address", address.as_str()), ("current_password", PASSWORD)];
        let sent = app.send(posted("/account/notifications/address", &cookie, &fields)).await;
        assert_eq!(sent.status == StatusCode::SEE_OTHER, what == "right", "{what}: {}", sent.body);
        seen.answer(&format!("{what}: an address"), &sent);
        seen.answer(&format!("{what}: the page"), &app.send(asked("/account/notifications", &cookie)).await);
        let system = app.post("/system", &[]).await;
        let class = if what == "right" { "well" } else { "broken" };
        assert!(system.body.contains(&format!("id=mail-server class={class}")), "{what}: {}", system.body);
        seen.answer(&format!("{what}: the system"), &system);
        seen.answer(&format!("{what}: the audit log"), &app.get("/audit").await);
    }
    drop(guard);
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("answered"), "the log was captured");
    seen.add("the log", log);
    seen.assert_clean();
}

/// The same for processes: a server at its most talkative, its metrics, and commands, with an account that is right, wrong, that
/// of nobody's server, and one in an address that cannot be used.
#[test]
fn account_at_the_mail_server_is_in_no_output_of_a_process() {
    let mut seen = Seen::default();
    let folder = fresh_folder("leaks-process");
    let peer = SmtpPeer::start_with("leaks-process-mail", &account());
    let free = || TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (site, nobody) = (free(), free().port());
    let password = domain::percent::encode(SENTINEL);
    let address = |password: &str, port: u16| format!("smtp://latchkey:{password}@127.0.0.1:{port}");
    let command = |smtp: &str| {
        let mut command = latchkey(&folder.join("data"));
        command.env("LATCHKEY_ADDR", site.to_string()).env("LATCHKEY_PUBLIC_URL", format!("http://{site}"));
        command.env("LATCHKEY_MAIL_FROM", "latchkey@portal.example").env("LATCHKEY_SMTP_URL", smtp);
        command.env("LATCHKEY_LOG", "trace").env("LATCHKEY_METRICS_ADDR", "127.0.0.1:0");
        command
    };
    let said = |command: &mut Command| {
        let done = output(command);
        [&done.stdout[..], &done.stderr[..]].map(String::from_utf8_lossy).concat()
    };
    let right = address(&password, peer.port());
    let mut running = Running::start(command(&right));
    let system = running.post("/system", &[]);
    assert!(system.contains("id=mail-server class=well"), "{system}");
    seen.add("the system", system);
    seen.add("the metrics", metrics::ask(&metrics::metrics_addr(&running), "127.0.0.1", "/metrics"));
    let process = fs::read(format!("/proc/{}/environ", running.child.id())).unwrap();
    seen.add("the environment", String::from_utf8_lossy(&process));
    for (what, smtp, code) in [
        ("right", right.as_str(), "mail-ready"),
        ("wrong", &address(&format!("{password}-wrong"), peer.port()), "mail-failed"),
        ("gone", &address(&password, nobody), "mail-failed"),
    ] {
        let report = said(command(smtp).args(["doctor", "--json"]));
        assert!(report.contains(code), "{what}: {report}");
        seen.add(format!("{what}: doctor in JSON"), report);
        seen.add(format!("{what}: doctor"), said(command(smtp).arg("doctor")));
    }
    running.signal("-TERM");
    assert!(ended(&mut running.child).success());
    let log: Vec<_> = running.log_lines().iter().cloned().chain(running.log().rest()).collect();
    assert!(log.iter().any(|line| line.contains("DEBUG")), "it was at its most talkative");
    seen.add("the log", log.join("\n"));
    for unusable in [
        format!("smtp://{SENTINEL}@mail.example"),
        format!("smtp://u:{SENTINEL}@mail.example:port"),
        account(),
    ] {
        let mut command = command(&unusable);
        let failed = said(&mut command);
        assert!(failed.contains("LATCHKEY_SMTP_URL"), "{failed}");
        seen.add("a failed start", failed);
        seen.add("doctor of a failed start", said(command.arg("doctor")));
    }
    seen.assert_clean();
}
