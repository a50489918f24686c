//! Notifications by pages and by the API, in front of a receiver on loopback.

use crate::{
    bounded::ended,
    harness::{Answer, PASSWORD, TestApp, fresh_folder, posted, unique},
    process::{Running, latchkey, wait_until},
};
use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode, header},
    routing::post,
};
use domain::access::{Role, TokenScope};
use private_postgres::{PrivatePostgres, Stop};
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    fs,
    io::{BufRead, BufReader, Write},
    os::unix::fs::PermissionsExt,
    process::Command,
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};
use tokio::net::TcpListener;

/// Requests that a receiver got: headers and bodies.
pub(crate) type Received = Arc<Mutex<Vec<(HeaderMap, String)>>>;

/// Starts a receiver, and returns its port and what it gets.
pub(crate) async fn receiver() -> (u16, Received) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let received = Received::default();
    let kept = Arc::clone(&received);
    let keep = move |headers: HeaderMap, body: String| {
        kept.lock().unwrap().push((headers, body));
        std::future::ready(())
    };
    let router = Router::new().route("/{*path}", post(keep));
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (port, received)
}

async fn api(app: &TestApp, token: &str, method: Method, path: &str, body: Option<Value>) -> Answer {
    let request = Request::builder()
        .method(method)
        .uri(format!("/api/v1/notifications{path}"))
        .header(header::AUTHORIZATION, format!("Bearer {token}"));
    let request = match body {
        Some(body) => {
            request.header(header::CONTENT_TYPE, "application/json").body(Body::from(body.to_string()))
        }
        None => request.body(Body::empty()),
    };
    app.send_anonymous(request.unwrap()).await
}

/// Returns the text of the field with this id on a page.
fn field(page: &str, id: &str) -> String {
    let from = page.split(&format!("id=\"{id}\"")).nth(1).unwrap_or_else(|| panic!("no {id}: {page}"));
    from.split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn channel_is_managed_by_pages_and_api_without_showing_its_secrets() {
    let app = TestApp::start().await;
    let (port, received) = receiver().await;
    let (name, url) = (unique("ops"), format!("http://127.0.0.1:{port}/hook/SENTINEL-7c1d"));
    let form = [("name", name.as_str()), ("preset", "standard"), ("url", url.as_str())];
    let unproved = app.post("/notifications/channels/new", &form).await;
    assert_eq!(unproved.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(unproved.body.contains("id=\"current_password-error\""), "{}", unproved.body);
    let page = app.add_channel(&form).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    let secret = field(&page.body, "signing_secret");
    assert!(secret.starts_with("whsec_"), "{secret}");

    let token = app.token(TokenScope::ManageNotices, |_| ()).await;
    let list = api(&app, &token, Method::GET, "/channels", None).await;
    let channels: Value = serde_json::from_str(&list.body).unwrap();
    let channel =
        channels["items"].as_array().unwrap().iter().find(|channel| channel["name"] == name.as_str());
    let channel = channel.unwrap();
    assert_eq!(channel["host"], format!("127.0.0.1:{port}"));
    let id = channel["id"].as_str().unwrap();
    let rule = json!({ "channel": id, "events": ["secret.test_failed"], "types": ["image-pull"], "name_prefixes": ["team-"] });
    let added = api(&app, &token, Method::POST, "/rules", Some(rule)).await;
    assert_eq!(added.status, StatusCode::CREATED, "{}", added.body);

    let tested = app.post(&format!("/notifications/channels/{id}/test"), &[]).await;
    assert_eq!(tested.status, StatusCode::SEE_OTHER, "{}", tested.body);
    let got = received.lock().unwrap().clone();
    assert!(got[0].0.contains_key("webhook-signature") && got[0].1.contains("channel.test"));

    let again = api(&app, &token, Method::POST, &format!("/channels/{id}/secret"), None).await;
    let rotated: Value = serde_json::from_str(&again.body).unwrap();
    let rotated = rotated["signing_secret"].as_str().unwrap().to_owned();
    assert!(rotated.starts_with("whsec_") && rotated != secret);
    let pages = [
        "/notifications".to_owned(),
        format!("/notifications/channels/{id}"),
        "/notifications/deliveries".to_owned(),
        "/audit".to_owned(),
    ];
    for address in pages {
        let page = app.get(&address).await;
        assert_eq!(page.status, StatusCode::OK, "{address}: {}", page.body);
        assert!(page.body.contains(&name), "{address}");
        for hidden in ["SENTINEL-7c1d", secret.as_str(), rotated.as_str()] {
            assert!(!page.body.contains(hidden), "{address}");
        }
    }
    for path in ["/channels", "/rules", "/deliveries", "/settings"] {
        let answer = api(&app, &token, Method::GET, path, None).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
        assert!(!answer.body.contains("SENTINEL-7c1d") && !answer.body.contains(&rotated), "{path}");
    }

    let page = app.post(&format!("/notifications/channels/{id}"), &[("name", ""), ("url", "")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.body.contains("Enter a name."), "{}", page.body);
    let paused = app.post(&format!("/notifications/channels/{id}/pause"), &[]).await;
    assert_eq!(paused.header("location"), format!("/notifications/channels/{id}"));
    assert!(app.get(&format!("/notifications/channels/{id}")).await.body.contains("Paused"));
    let deleted = app.post(&format!("/notifications/channels/{id}/delete"), &[]).await;
    assert_eq!(deleted.status, StatusCode::SEE_OTHER);
    let rules = api(&app, &token, Method::GET, "/rules", None).await;
    assert!(!rules.body.contains(id), "the rules of a channel are deleted with it");
}

#[tokio::test]
async fn rules_are_added_and_changed_by_forms_with_several_boxes() {
    let app = TestApp::start().await;
    let (port, _) = receiver().await;
    let (name, url) = (unique("rules"), format!("http://127.0.0.1:{port}/services/x"));
    let form = [("name", name.as_str()), ("preset", "slack"), ("url", url.as_str())];
    let added = app.add_channel(&form).await;
    assert_eq!(added.status, StatusCode::SEE_OTHER, "a channel that does not sign has no secret to show");
    let id = added.header("location").rsplit('/').next().unwrap().to_owned();
    let rule = [
        ("channel", id.as_str()),
        ("event", "secret.expires"),
        ("event", "token.expires"),
        ("type", "image-pull"),
        ("prefix", "team-a"),
    ];
    let added = app.post("/notifications/rules/new", &rule).await;
    assert_eq!((added.status, added.header("location")), (StatusCode::SEE_OTHER, "/notifications"));
    let page = app.get("/notifications").await;
    assert!(page.body.contains("A secret expires soon, an API token expires soon"), "{}", page.body);
    assert!(page.body.contains("names that begin with team-a"), "{}", page.body);
    let address =
        page.body.split("href=\"/notifications/rules/").skip(1).find(|part| part.contains(&name)).unwrap();
    let rule_id = address.split('"').next().unwrap();
    let edit = app.get(&format!("/notifications/rules/{rule_id}")).await;
    assert!(edit.body.contains("value=\"secret.expires\" checked"), "{}", edit.body);
    let wrong = [("channel", id.as_str()), ("event", "secret.expires"), ("prefix", "UPPER")];
    let page = app.post(&format!("/notifications/rules/{rule_id}"), &wrong).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.body.contains("UPPER") && page.body.contains("No name can begin with"), "{}", page.body);
    let by_mail =
        app.post("/notifications/rules/new", &[("channel", "mail"), ("event", "token.expires")]).await;
    assert_eq!(by_mail.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        by_mail.body.contains("id=\"channel-error\"") && by_mail.body.contains("Mail is not one"),
        "{}",
        by_mail.body
    );
    assert!(by_mail.body.contains("value=\"token.expires\" checked"), "{}", by_mail.body);
    let channel = app.get(&format!("/notifications/channels/{id}")).await;
    assert!(!channel.body.contains("No rule names this channel"), "{}", channel.body);
    let deleted = app.post(&format!("/notifications/rules/{rule_id}/delete"), &[]).await;
    assert_eq!(deleted.status, StatusCode::SEE_OTHER);
    let channel = app.get(&format!("/notifications/channels/{id}")).await;
    assert!(channel.body.contains("No rule names this channel"), "{}", channel.body);
    let settings = app.post("/notifications/settings", &[("failures", "0")]).await;
    assert_eq!(settings.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(settings.body.contains("Enter a number from 1 to 20."), "{}", settings.body);
}

/// Returns the value of the hidden field of this name on a page.
fn hidden(page: &str, name: &str) -> String {
    let from = page.split(&format!("name=\"{name}\" value=\"")).nth(1);
    from.unwrap_or_else(|| panic!("no {name}: {page}")).split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn second_of_two_who_edit_a_channel_or_a_rule_learns_of_it_and_overwrites_only_on_request() {
    let app = TestApp::start().await;
    let (name, url) = (unique("two"), "https://hooks.example/services/SENTINEL");
    let form = [("name", name.as_str()), ("preset", "slack"), ("url", url)];
    let added = app.add_channel(&form).await;
    let channel = added.header("location").to_owned();
    let cookie = app.session_with_password(&unique("editor-of-channels"), Role::Admin).await;
    let post = async |fields: &[(&str, &str)]| app.send_anonymous(posted(&channel, &cookie, fields)).await;
    let version = hidden(&app.get(&channel).await.body, "version");
    let [first, second] = ["first", "second"].map(|which| format!("{name}-{which}"));
    let saved = post(&[("name", &first), ("url", ""), ("version", &version)]).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
    let other = [
        ("name", second.as_str()),
        ("url", "https://hooks.example/SENTINEL"),
        ("current_password", PASSWORD),
        ("version", &version),
    ];
    let conflict = post(&other).await;
    assert_eq!(conflict.status, StatusCode::CONFLICT, "{}", conflict.body);
    assert!(conflict.body.contains("You changed this channel in another window"), "{}", conflict.body);
    assert!(conflict.body.contains(&format!("value=\"{second}\"")), "what was typed is kept");
    assert!(!conflict.body.contains("SENTINEL"), "an address is not sent back");
    assert!(conflict.body.contains("Enter it again, or leave it empty"), "{}", conflict.body);
    // Sent again as it is, the form is rejected again; only the other button overwrites.
    assert_eq!(hidden(&conflict.body, "version"), version);
    assert_eq!(post(&other).await.status, StatusCode::CONFLICT);
    let newest = hidden(&conflict.body, "overwrite");
    let over = [("name", second.as_str()), ("url", ""), ("version", &version), ("overwrite", &newest)];
    assert_eq!(post(&over).await.status, StatusCode::SEE_OTHER);
    assert!(app.get(&channel).await.body.contains(&format!("<h1>{second}</h1>")));

    let id = channel.rsplit('/').next().unwrap();
    let token = app.token(TokenScope::ManageNotices, |_| ()).await;
    let rule = api(&app, &token, Method::POST, "/rules", Some(json!({ "channel": id }))).await;
    let rule: Value = serde_json::from_str(&rule.body).unwrap();
    let address = format!("/notifications/rules/{}", rule["id"].as_str().unwrap());
    let version = hidden(&app.get(&address).await.body, "version");
    let about = |event: &'static str, version: &str| {
        [("channel", id.to_owned()), ("event", event.to_owned()), ("version", version.to_owned())]
    };
    let send = async |fields: [(&'static str, String); 3]| {
        app.post(&address, &fields.each_ref().map(|(name, value)| (*name, value.as_str()))).await
    };
    assert_eq!(send(about("secret.expires", &version)).await.status, StatusCode::SEE_OTHER);
    let conflict = send(about("token.expires", &version)).await;
    assert_eq!(conflict.status, StatusCode::CONFLICT, "{}", conflict.body);
    assert!(conflict.body.contains("You changed this rule in another window"), "{}", conflict.body);
    assert!(conflict.body.contains("value=\"token.expires\" checked"), "{}", conflict.body);
    let newest = hidden(&conflict.body, "overwrite");
    assert_eq!(send(about("token.expires", &newest)).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn api_changes_channels_and_rules_only_as_they_were_seen() {
    let app = TestApp::start().await;
    let token = app.token(TokenScope::ManageNotices, |_| ()).await;
    let ask = async |method: &str, path: &str, tag: Option<&str>, body: Value| {
        let request = Request::builder()
            .method(method)
            .uri(format!("/api/v1/notifications{path}"))
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::CONTENT_TYPE, "application/json");
        let request = tag.into_iter().fold(request, |request, tag| request.header(header::IF_MATCH, tag));
        app.send_anonymous(request.body(Body::from(body.to_string())).unwrap()).await
    };
    let name = unique("seen");
    let new = json!({ "name": name, "preset": "slack", "url": "https://hooks.example/x" });
    let added: Value = serde_json::from_str(&ask("POST", "/channels", None, new).await.body).unwrap();
    let channel = format!("/channels/{}", added["id"].as_str().unwrap());
    let rule = json!({ "channel": added["id"], "events": ["secret.expires"] });
    let added = ask("POST", "/rules", None, rule.clone()).await;
    assert!(added.header("etag").starts_with("\"1-"), "{}", added.header("etag"));
    let added: Value = serde_json::from_str(&added.body).unwrap();
    assert_eq!((&added["version"], &added["updated_at"]), (&json!(1), &added["created_at"]));
    let rule_path = format!("/rules/{}", added["id"].as_str().unwrap());
    let renamed = json!({ "name": format!("{name}-2") });
    for (path, method, change) in [(&channel, "PATCH", renamed), (&rule_path, "PUT", rule)] {
        let seen = ask("GET", path, None, Value::Null).await.header("etag").to_owned();
        assert!(seen.starts_with("\"1-"), "{seen}");
        let changed = ask(method, path, Some(&seen), change.clone()).await;
        assert_eq!(changed.status, StatusCode::OK, "{}", changed.body);
        assert!(changed.header("etag").starts_with("\"2-"), "{}", changed.header("etag"));
        for (method, body) in [(method, change.clone()), ("DELETE", Value::Null)] {
            let stale = ask(method, path, Some(&seen), body).await;
            assert_eq!(stale.status, StatusCode::PRECONDITION_FAILED, "{method} {path}: {}", stale.body);
            let problem: Value = serde_json::from_str(&stale.body).unwrap();
            assert_eq!((&problem["version"], &problem["type"]), (&json!(2), &json!("/api/docs#changed")));
        }
        let without = ask(method, path, None, change).await;
        assert_eq!(without.status, StatusCode::OK, "without a condition, it is as it was");
    }
    let current = ask("GET", &rule_path, None, Value::Null).await.header("etag").to_owned();
    assert_eq!(ask("DELETE", &rule_path, Some(&current), Value::Null).await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn address_that_is_never_connected_to_is_rejected_beside_its_field() {
    let app = TestApp::start().await;
    let name = unique("never");
    for (url, said) in [
        ("http://169.254.169.254/latest/meta-data/SENTINEL", "a cloud&#x27;s metadata service"),
        ("https://metadata.google.internal/SENTINEL", "a cloud&#x27;s metadata service"),
        ("https://10.0.0.1/SENTINEL", "LATCHKEY_ALLOW_PRIVATE_HOSTS"),
    ] {
        let form = [("name", name.as_str()), ("preset", "slack"), ("url", url)];
        let page = app.add_channel(&form).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{url}: {}", page.body);
        let beside = page.body.split("id=\"url-error\"").nth(1).unwrap_or_else(|| panic!("{}", page.body));
        let beside = beside.split("</i>").nth(1).unwrap().split("</").next().unwrap();
        assert!(beside.replace('\'', "&#x27;").contains(said), "{url}: {beside}");
        assert_eq!(beside.contains("LATCHKEY"), said.contains("LATCHKEY"), "{url}: {beside}");
        assert!(!page.body.contains("SENTINEL"), "{}", page.body);
    }
    let token = app.token(TokenScope::ManageNotices, |_| ()).await;
    let new = json!({ "name": name, "preset": "teams", "url": "https://[fd00:ec2::254]/" });
    let rejected = api(&app, &token, Method::POST, "/channels", Some(new)).await;
    assert_eq!(rejected.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", rejected.body);
    assert!(rejected.body.contains("\"field\":\"url\""), "{}", rejected.body);
}

/// Runs a statement on the database at this address.
pub(crate) fn run_sql(url: &str, sql: &str) -> String {
    let output = Command::new("psql").args([url, "-qAtX", "-v", "ON_ERROR_STOP=1", "-c", sql]).output();
    let output = output.expect("psql is missing: run scripts/setup test");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Starts a receiver in a thread of its own, which takes its time for each request and keeps its id.
pub(crate) fn slow_receiver() -> (u16, Arc<Mutex<Vec<String>>>) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let ids = Arc::<Mutex<Vec<String>>>::default();
    let kept = Arc::clone(&ids);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, kept) = (stream.unwrap(), Arc::clone(&kept));
            thread::spawn(move || {
                let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
                let mut id = String::new();
                while let Some(Ok(line)) = lines.next() {
                    if let Some(value) = line.strip_prefix("webhook-id: ") {
                        value.clone_into(&mut id);
                    }
                    if line.is_empty() {
                        break;
                    }
                }
                thread::sleep(Duration::from_millis(20));
                kept.lock().unwrap().push(id);
                // The sender may have been killed meanwhile.
                drop(stream.write_all(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"));
            });
        }
    });
    (port, ids)
}

#[test]
fn killed_server_leaves_its_deliveries_to_another_one() {
    const EVENTS: usize = 200;
    let folder = fresh_folder("notifications");
    let postgres = PrivatePostgres::start(&folder.join("database"), &Stop::default()).unwrap();
    // Its own address is valid in this process alone.
    let url =
        format!("postgres://latchkey@localhost/latchkey?host={}", folder.join("database/postgres").display());
    let key = folder.join("key");
    fs::write(&key, "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n").unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    let server = |name: &str| {
        let mut command = latchkey(&folder.join(name));
        command.env("DATABASE_URL", &url).env("LATCHKEY_KEK_FILE", &key);
        command
            .env("LATCHKEY_ALLOW_PRIVATE_HOSTS", "127.0.0.1")
            .env("LATCHKEY_PLAIN_HTTP_HOSTS", "127.0.0.1");
        Running::start(command)
    };
    let mut first = server("first");
    let (port, ids) = slow_receiver();
    let hook = format!("http://127.0.0.1:{port}/hook");
    let form =
        [("name", "ops"), ("preset", "standard"), ("url", hook.as_str()), ("current_password", PASSWORD)];
    assert!(first.post("/notifications/channels/new", &form).contains("whsec_"));
    run_sql(
        &url,
        &format!(
            "WITH raised AS (INSERT INTO notices (id, event, subject_kind, subject, name, threshold, about, facts, at) \
             SELECT gen_random_uuid(), 'token.expired', 'token', number::text, number::text, 0, now(), '{{}}', now() \
             FROM generate_series(1, {EVENTS}) AS numbers (number) RETURNING id) \
             INSERT INTO notice_deliveries (id, notice_id, channel_id, state, next_at, created_at) \
             SELECT gen_random_uuid(), raised.id, notice_channels.id, 'waiting', now(), now() FROM raised, notice_channels"
        ),
    );
    wait_until("some are sent", || ids.lock().unwrap().len() >= EVENTS / 4);
    first.signal("-KILL");
    ended(&mut first.child);
    let waiting = || run_sql(&url, "SELECT count(*) FROM notice_deliveries WHERE state = 'waiting'");
    assert_ne!(waiting(), "0", "the server was killed amid them");
    // The delivery of the killed server is free after a minute: the test does not wait for that.
    run_sql(
        &url,
        "UPDATE notice_deliveries SET held_until = now() WHERE state = 'waiting' AND held_until IS NOT NULL",
    );
    let (_second, _third) = (server("second"), server("third"));
    wait_until("all are sent", || waiting() == "0");
    let delivered = "SELECT count(*) FROM notice_deliveries WHERE state = 'delivered' AND attempts = 1";
    assert_eq!(run_sql(&url, delivered), EVENTS.to_string());
    let got = ids.lock().unwrap().clone();
    let known: BTreeSet<_> = got.iter().cloned().collect();
    assert_eq!(known.len(), EVENTS, "each notice has arrived, under its own id");
    // Only what the killed server had sent and not noted was sent twice: no channel has more than two at once.
    assert!(got.len() <= EVENTS + 2, "{} of {EVENTS}", got.len());
    postgres.stop();
}
