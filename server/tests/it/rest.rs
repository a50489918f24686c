//! The API as scripts and clusters use it.

use crate::{
    harness::{Answer, TestApp, unique},
    peers::GitServer,
};
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use domain::access::{TokenDraft, TokenScope};
use serde_json::{Value, json};
use std::collections::HashSet;

const SENTINEL: &str = "SENTINEL-9f2c";
const KEY: &str = include_str!("../../../crates/backend/src/secrets/seed_key");

/// A script with a token.
struct Script<'a> {
    app: &'a TestApp,
    token: String,
}

impl<'a> Script<'a> {
    async fn new(app: &'a TestApp, scope: TokenScope) -> Self {
        Self { app, token: app.token(scope, |_| ()).await }
    }

    async fn restricted(app: &'a TestApp, scope: TokenScope, change: impl Fn(&mut TokenDraft)) -> Self {
        Self { app, token: app.token(scope, change).await }
    }

    async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<Value>) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = match body {
            Some(body) => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                Body::from(body.to_string())
            }
            None => Body::empty(),
        };
        self.app.send_anonymous(request.body(body).unwrap()).await
    }

    async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], None).await
    }

    async fn post(&self, path: &str, body: Value) -> Answer {
        self.send("POST", path, &[], Some(body)).await
    }
}

fn read(answer: &Answer) -> Value {
    serde_json::from_str(&answer.body).unwrap_or_else(|_| panic!("not JSON: {}", answer.body))
}

fn image(name: &str) -> Value {
    json!({
        "type": "image-pull", "name": name, "registry_host": "GHCR.io", "username": name, "password": SENTINEL,
    })
}

fn dataset(name: &str) -> Value {
    json!({ "type": "git-dataset", "name": name, "secret": KEY, "known_hosts": "", "allow_duplicate": true })
}

#[tokio::test]
async fn api_adds_shows_changes_and_deletes_a_secret() {
    let app = TestApp::start().await;
    let script = Script::new(&app, TokenScope::Write).await;
    let name = unique("api");
    let added = script.post("/secrets", image(&name)).await;
    assert_eq!(added.status, StatusCode::CREATED, "{}", added.body);
    let path = format!("/secrets/image-{name}");
    assert_eq!(added.header("location"), format!("/api/v1{path}"));
    let seen = script.get(&path).await;
    assert_eq!(seen.body, added.body);
    let body = read(&seen);
    assert_eq!((&body["registry_host"], &body["version"]), (&json!("ghcr.io"), &json!(1)));
    assert_eq!(body["connection"]["status"], "not-tested");
    assert!(!seen.body.contains(SENTINEL));

    // Omitted members stay, the value too.
    let changed = script.send("PATCH", &path, &[], Some(json!({ "display_name": "Hub" }))).await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.body);
    let body = read(&changed);
    let parts = (&body["display_name"], &body["username"], &body["registry_host"], &body["version"]);
    assert_eq!(parts, (&json!("Hub"), &json!(name), &json!("ghcr.io"), &json!(2)));
    assert_eq!(app.password_of(&name).await, SENTINEL);
    let reset = script.send("PATCH", &path, &[], Some(json!({ "display_name": "" }))).await;
    assert_eq!(read(&reset)["display_name"], json!(name));

    let deleted = script.send("DELETE", &path, &[], None).await;
    assert_eq!((deleted.status, deleted.body.as_str()), (StatusCode::NO_CONTENT, ""));
    assert_eq!(script.get(&path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(script.send("DELETE", &path, &[], None).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn changed_host_requires_the_password_again() {
    let app = TestApp::start().await;
    let script = Script::new(&app, TokenScope::Write).await;
    let name = unique("moved");
    script.post("/secrets", image(&name)).await;
    let path = format!("/secrets/image-{name}");
    let refused = script.send("PATCH", &path, &[], Some(json!({ "registry_host": "quay.io" }))).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.body);
    let errors =
        json!([{ "field": "password", "detail": "Enter the password again, because the host changed." }]);
    assert_eq!(read(&refused)["errors"], errors);
    assert_eq!(read(&script.get(&path).await)["registry_host"], "ghcr.io");
    let both = json!({ "registry_host": "quay.io", "password": "typed for it" });
    assert_eq!(script.send("PATCH", &path, &[], Some(both)).await.status, StatusCode::OK);
    assert_eq!(app.password_of(&name).await, "typed for it");
}

#[tokio::test]
async fn change_requires_the_current_version() {
    let app = TestApp::start().await;
    let script = Script::new(&app, TokenScope::Write).await;
    let name = unique("etag");
    let path = format!("/secrets/image-{name}");
    let tag = script.post("/secrets", image(&name)).await.header("etag").to_owned();
    let same = script.send("GET", &path, &[("if-none-match", &tag)], None).await;
    assert_eq!((same.status, same.body.as_str()), (StatusCode::NOT_MODIFIED, ""));
    let change = |text: &str| Some(json!({ "display_name": text }));
    let first = script.send("PATCH", &path, &[("if-match", &tag)], change("one")).await;
    assert_eq!(first.status, StatusCode::OK);
    let late = script.send("PATCH", &path, &[("if-match", &tag)], change("two")).await;
    assert_eq!(late.status, StatusCode::PRECONDITION_FAILED);
    let problem = read(&late);
    assert_eq!(
        (&problem["changed_by"], &problem["version"]),
        (&json!("token ci of the command line"), &json!(2))
    );
    assert!(problem["changed_at"].as_str().unwrap().ends_with('Z'));
    assert_eq!(script.send("GET", &path, &[("if-none-match", &tag)], None).await.status, StatusCode::OK);
    let odd = script.send("PATCH", &path, &[("if-match", "\"x\"")], change("three")).await;
    assert_eq!(odd.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(read(&script.get(&path).await)["display_name"], "one");
}

#[tokio::test]
async fn delete_requires_the_version_that_was_read() {
    let app = TestApp::start().await;
    let script = Script::new(&app, TokenScope::Write).await;
    let name = unique("seen");
    let path = format!("/secrets/image-{name}");
    let tag = script.post("/secrets", image(&name)).await.header("etag").to_owned();
    script.send("PATCH", &path, &[], Some(json!({ "display_name": "Hub" }))).await;
    let late = async |path: &str, tag: &str, version: i64| {
        let late = script.send("DELETE", path, &[("if-match", tag)], None).await;
        assert_eq!(late.status, StatusCode::PRECONDITION_FAILED, "{path}: {}", late.body);
        let problem = read(&late);
        assert_eq!(
            (&problem["changed_by"], &problem["version"]),
            (&json!("token ci of the command line"), &json!(version))
        );
        assert!(problem["changed_at"].as_str().unwrap().ends_with('Z'));
        assert_eq!(script.get(path).await.status, StatusCode::OK, "{path}");
    };
    late(&path, &tag, 2).await;
    late(&path, "\"1\"", 2).await;
    let odd = script.send("DELETE", &path, &[("if-match", "x")], None).await;
    assert_eq!(odd.status, StatusCode::UNPROCESSABLE_ENTITY);

    let usage = json!({ "name": name, "image": "ghcr.io/group/app", "pull_secret": format!("image-{name}") });
    let used = format!("/images/{name}");
    let first = script.post("/images", usage).await.header("etag").to_owned();
    // A stale version is reported before the consumers are.
    late(&path, &tag, 2).await;
    script.send("PATCH", &used, &[], Some(json!({ "image": "ghcr.io/group/app:2" }))).await;
    late(&used, &first, 2).await;
    for (path, tag) in [(&used, "\"2\""), (&path, script.get(&path).await.header("etag"))] {
        let deleted = script.send("DELETE", path, &[("if-match", tag)], None).await;
        assert_eq!(deleted.status, StatusCode::NO_CONTENT, "{path}: {}", deleted.body);
    }
    let gone = script.send("DELETE", &path, &[("if-match", &tag)], None).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
}

/// Of the same name and at the same version, but a different secret.
#[tokio::test]
async fn etag_of_a_deleted_secret_does_not_match_its_successor() {
    let app = TestApp::start().await;
    let script = Script::new(&app, TokenScope::Write).await;
    let reader = Script::new(&app, TokenScope::ReadValues).await;
    let name = unique("later");
    let data = json!({ "name": name, "repository": "https://host/a" });
    for (list, id, body, change) in [
        ("/secrets", format!("image-{name}"), image(&name), json!({ "display_name": "x" })),
        ("/datasets", name.clone(), data, json!({ "branch": "x" })),
    ] {
        let path = format!("{list}/{id}");
        let added = async || script.post(list, body.clone()).await.header("etag").to_owned();
        let mut before = vec![added().await];
        if list == "/secrets" {
            // The ETag of a value is of the same row.
            before.push(reader.get(&format!("{path}/value")).await.header("etag").to_owned());
        }
        // A token that has read the value is a consumer.
        let confirmation = if list == "/secrets" { format!("?confirmation={name}") } else { String::new() };
        let deleted = script.send("DELETE", &format!("{path}{confirmation}"), &[], None).await;
        assert_eq!(deleted.status, StatusCode::NO_CONTENT, "{}", deleted.body);
        let now = added().await;
        for tag in &before {
            for (method, body) in [("PATCH", Some(change.clone())), ("DELETE", None)] {
                let late = script.send(method, &path, &[("if-match", tag)], body).await;
                assert_eq!(late.status, StatusCode::PRECONDITION_FAILED, "{method} {path}: {}", late.body);
                let problem = read(&late);
                assert_eq!(
                    (&problem["changed_by"], &problem["version"]),
                    (&json!("token ci of the command line"), &json!(1))
                );
            }
        }
        let changed = script.send("PATCH", &path, &[("if-match", &now)], Some(change.clone())).await;
        assert_eq!(changed.status, StatusCode::OK, "{}", changed.body);
        // A number alone names a version, but no row.
        let deleted = script.send("DELETE", &path, &[("if-match", "\"2\"")], None).await;
        assert_eq!(deleted.status, StatusCode::NO_CONTENT, "{}", deleted.body);
    }
    // A test in between changes what is known of a secret, and not the secret.
    let path = format!("/secrets/gitsync-secret-{name}");
    let tag = script.post("/secrets", dataset(&name)).await.header("etag").to_owned();
    assert_eq!(script.send("POST", &format!("{path}/test"), &[], None).await.status, StatusCode::OK);
    assert_ne!(script.get(&path).await.header("etag"), tag);
    let deleted = script.send("DELETE", &path, &[("if-match", &tag)], None).await;
    assert_eq!(deleted.status, StatusCode::NO_CONTENT, "{}", deleted.body);
}

#[tokio::test]
async fn repeated_request_adds_nothing() {
    let app = TestApp::start().await;
    let script = Script::new(&app, TokenScope::Write).await;
    let name = unique("again");
    let key = [("idempotency-key", name.as_str())];
    let send = async |body: Value| script.send("POST", "/secrets", &key, Some(body)).await;
    let first = send(image(&name)).await;
    let second = send(image(&name)).await;
    assert_eq!((first.status, second.status), (StatusCode::CREATED, StatusCode::CREATED));
    assert_eq!(first.body, second.body);
    let mut other = image(&name);
    other["username"] = json!("somebody-else");
    for body in [other, image(&unique("again"))] {
        let refused = send(body).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.body);
        assert!(read(&refused)["type"].as_str().unwrap().ends_with("idempotency-key-spent"));
    }
    // The same key with another token is another key.
    let other = Script::new(&app, TokenScope::Write).await;
    let taken = other.send("POST", "/secrets", &key, Some(image(&name))).await;
    assert_eq!(taken.status, StatusCode::CONFLICT, "{}", taken.body);
    assert_eq!(read(&taken)["errors"][0]["field"], "name");
    let empty = script.send("POST", "/secrets", &[("idempotency-key", " ")], Some(image(&name))).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn simultaneous_requests_with_one_key_add_one_secret() {
    let app = TestApp::start().await;
    let script = Script::new(&app, TokenScope::Write).await;
    for round in 0..10 {
        let key = unique("race");
        let headers = [("idempotency-key", key.as_str())];
        let names = [format!("{key}-a"), format!("{key}-b")];
        let send = async |name: &String| {
            let body = if round % 2 == 0 {
                image(name)
            } else {
                json!({ "type": "git-dataset", "name": name, "generate": "ed25519" })
            };
            script.send("POST", "/secrets", &headers, Some(body)).await
        };
        let (one, other) = tokio::join!(send(&names[0]), send(&names[1]));
        let mut states = [one.status.as_u16(), other.status.as_u16()];
        states.sort_unstable();
        assert_eq!(states, [201, 422], "{}\n{}", one.body, other.body);
        let refused = if one.status == StatusCode::CREATED { other } else { one };
        assert!(read(&refused)["type"].as_str().unwrap().ends_with("idempotency-key-spent"));
        assert_eq!(read(&script.get(&format!("/secrets?q={key}")).await)["total"], 1);
    }
}

#[tokio::test]
async fn invalid_fields_are_reported_by_name_and_never_repeated() {
    let app = TestApp::start().await;
    let script = Script::new(&app, TokenScope::Write).await;
    let name = unique("wrong");
    let refused =
        script.post("/secrets", json!({ "type": "image-pull", "name": "A", "password": SENTINEL })).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(refused.header("content-type"), "application/problem+json");
    let problem = read(&refused);
    let fields: Vec<&Value> =
        problem["errors"].as_array().unwrap().iter().map(|error| &error["field"]).collect();
    assert_eq!(fields, ["name", "registry_host", "username"]);
    let mut answers = vec![refused];
    let public = json!({ "type": "git-dataset", "name": name, "secret": format!("ssh-ed25519 {SENTINEL}") });
    answers.push(script.post("/secrets", public).await);
    assert_eq!(read(&answers[1])["errors"][0]["field"], "secret");
    for body in [
        format!("{{\"password\": \"{SENTINEL}\""),
        format!("{{\"type\": \"image-pull\", \"name\": \"a\", \"{SENTINEL}\": 1}}"),
        format!("{{\"type\": [\"{SENTINEL}\"]}}"),
        format!("\"{SENTINEL}\""),
    ] {
        let request = Request::post("/api/v1/secrets")
            .header(header::AUTHORIZATION, format!("Bearer {}", script.token))
            .header(header::CONTENT_TYPE, "application/json; charset=utf-8");
        let answer = app.send_anonymous(request.body(Body::from(body)).unwrap()).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.body);
        answers.push(answer);
    }
    for query in ["sort=SENTINEL-9f2c", "SENTINEL-9f2c=1", "after=SENTINEL-9f2c", "size=7", "q=%00%ff"] {
        let answer = script.get(&format!("/secrets?{query}")).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}: {}", answer.body);
        answers.push(answer);
    }
    for answer in answers {
        assert!(!answer.body.contains(SENTINEL), "{}", answer.body);
    }
    let duplicate = image(&name);
    script.post("/secrets", duplicate.clone()).await;
    let mut second = duplicate;
    second["name"] = json!(format!("{name}-2"));
    let refused = script.post("/secrets", second.clone()).await;
    assert_eq!(
        (refused.status, &read(&refused)["other"]),
        (StatusCode::CONFLICT, &json!(format!("image-{name}")))
    );
    second["allow_duplicate"] = json!(true);
    assert_eq!(script.post("/secrets", second.clone()).await.status, StatusCode::CREATED);
    let path = format!("/secrets/image-{name}");

    // Its older name is still read.
    let mut third = image(&name);
    third["name"] = json!(format!("{name}-3"));
    third["knowingly"] = json!(true);
    assert_eq!(script.post("/secrets", third.clone()).await.status, StatusCode::CREATED);
    let third = format!("/secrets/image-{name}-3");
    let away = json!({ "username": "other" });
    assert_eq!(script.send("PATCH", &third, &[], Some(away)).await.status, StatusCode::OK);
    let mut back = json!({ "username": image(&name)["username"] });
    assert_eq!(script.send("PATCH", &third, &[], Some(back.clone())).await.status, StatusCode::CONFLICT);
    back["knowingly"] = json!(true);
    assert_eq!(script.send("PATCH", &third, &[], Some(back)).await.status, StatusCode::OK);
    let misplaced = script.send("PATCH", &path, &[], Some(json!({ "secret": KEY }))).await;
    assert_eq!(misplaced.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", misplaced.body);
}

#[tokio::test]
async fn invisible_ends_of_a_password_need_a_decision() {
    let app = TestApp::start().await;
    let script = Script::new(&app, TokenScope::Write).await;
    let name = unique("ends");
    let body = |ends: Option<&str>| {
        let mut body = json!({
            "type": "image-pull", "name": name, "registry_host": "quay.io/team", "username": "robot", "password": "SENTINEL-9f2c\n",
            "allow_duplicate": true
        });
        if let Some(ends) = ends {
            body["password_ends"] = ends.into();
        }
        body
    };
    let refused = script.post("/secrets", body(None)).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("line break") && refused.body.contains("password"), "{}", refused.body);
    assert!(!refused.body.contains(SENTINEL));
    assert_eq!(script.post("/secrets", body(Some("without"))).await.status, StatusCode::CREATED);
    assert_eq!(app.password_of(&name).await, SENTINEL);
    let path = format!("/secrets/image-{name}");
    let change = |ends: &str| Some(json!({ "password": "other ", "password_ends": ends }));
    assert_eq!(script.send("PATCH", &path, &[], change("")).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(script.send("PATCH", &path, &[], change("keep")).await.status, StatusCode::OK);
    assert_eq!(app.password_of(&name).await, "other ");
    // An account with a path is exported with its path as the key.
    let read = script.get(&path).await;
    assert!(read.body.contains("\"registry_host\":\"quay.io/team\""), "{}", read.body);
}

#[tokio::test]
async fn malformed_requests_are_rejected_as_problems() {
    let app = TestApp::start().await;
    let script = Script::new(&app, TokenScope::Write).await;
    let wrong = script.send("PUT", "/secrets", &[], None).await;
    assert_eq!(wrong.status, StatusCode::METHOD_NOT_ALLOWED);
    assert!(wrong.header("allow").contains("POST"), "{:?}", wrong.headers);
    assert_eq!(read(&wrong)["status"], 405);
    let form = Request::post("/api/v1/secrets")
        .header(header::AUTHORIZATION, format!("Bearer {}", script.token))
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let form = app.send_anonymous(form.body(Body::from("a=b")).unwrap()).await;
    assert_eq!(form.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let long = json!({ "type": "image-pull", "name": "a", "password": "x".repeat(300_000) });
    assert_eq!(script.post("/secrets", long).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    for path in ["/nowhere", "/secrets/nothing", "/secrets/image-A", "/secrets/%ff"] {
        let answer = script.get(path).await;
        assert!([404, 400].contains(&answer.status.as_u16()), "{path}: {}", answer.status);
    }
}

#[tokio::test]
async fn restricted_token_sees_only_its_secrets() {
    let app = TestApp::start().await;
    let (mine, theirs) = (unique("team-x"), unique("other"));
    let all = Script::new(&app, TokenScope::Write).await;
    for name in [&mine, &theirs] {
        all.post("/secrets", image(name)).await;
    }
    let prefix = mine.clone();
    let by_prefix =
        Script::restricted(&app, TokenScope::ReadValues, |draft| draft.prefix.clone_from(&prefix)).await;
    let id = format!("image-{mine}");
    let by_id = Script::restricted(&app, TokenScope::ReadValues, |draft| draft.secrets.clone_from(&id)).await;
    for script in [&by_prefix, &by_id] {
        let list = read(&script.get("/secrets").await);
        let ids: Vec<&Value> = list["items"].as_array().unwrap().iter().map(|row| &row["id"]).collect();
        assert_eq!((ids, &list["total"]), (vec![&json!(id)], &json!(1)));
        assert_eq!(script.get(&format!("/secrets/image-{theirs}")).await.status, StatusCode::FORBIDDEN);
        let denied = script.get(&format!("/secrets/image-{theirs}/value")).await;
        assert_eq!(denied.status, StatusCode::FORBIDDEN);
        let detail = read(&denied)["detail"].as_str().unwrap().to_owned();
        assert!(
            detail.contains("only for ") && detail.ends_with(&format!(" for image-{theirs}.")),
            "{detail}"
        );
        assert_eq!(script.get(&format!("/secrets/{id}/value")).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn list_is_followed_through_all_pages() {
    let app = TestApp::start().await;
    let script = Script::new(&app, TokenScope::Write).await;
    let start = unique("paged");
    for number in 0..23 {
        script.post("/secrets", image(&format!("{start}-{number:02}"))).await;
    }
    let (mut seen, mut after) = (Vec::new(), String::new());
    loop {
        let page = read(&script.get(&format!("/secrets?q={start}&sort=name&size=10{after}")).await);
        seen.extend(
            page["items"].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap().to_owned()),
        );
        assert_eq!(page["total"], 23);
        match page["next"].as_str() {
            Some(cursor) => after = format!("&after={}", domain::percent::encode(cursor)),
            None => break,
        }
    }
    assert_eq!(seen, (0..23).map(|number| format!("{start}-{number:02}")).collect::<Vec<_>>());
}

#[tokio::test]
async fn value_is_exported_in_the_requested_format() {
    let app = TestApp::start().await;
    let (writer, reader) =
        (Script::new(&app, TokenScope::Write).await, Script::new(&app, TokenScope::ReadValues).await);
    let name = unique("shapes");
    let mut git = dataset(&name);
    git["repository"] = json!("git@github.com:group/data.git");
    git["known_hosts"] = json!(format!("github.com {}", known_key()));
    for body in [image(&name), git] {
        let added = writer.post("/secrets", body).await;
        assert_eq!(added.status, StatusCode::CREATED, "{}", added.body);
    }
    let value = async |path: String| {
        let answer = reader.get(&path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
        assert_eq!(answer.header("cache-control"), "no-store");
        answer
    };
    let flat = async |path: String| -> Vec<String> {
        let body = read(&value(path).await);
        let members = body.as_object().unwrap();
        assert!(members.values().all(Value::is_string));
        members.keys().cloned().collect()
    };
    let image = format!("/secrets/image-{name}/value");
    let config = read(&value(image.clone()).await)[".dockerconfigjson"].as_str().unwrap().to_owned();
    let config: Value = serde_json::from_str(&config).unwrap();
    assert_eq!(config["auths"]["ghcr.io"]["password"], SENTINEL);
    assert_eq!(flat(format!("{image}?shape=username-password")).await, ["password", "username"]);
    let raw = value(format!("{image}?shape=raw")).await;
    assert_eq!((raw.body.as_str(), raw.header("content-type")), (SENTINEL, "text/plain; charset=utf-8"));

    let git = format!("/secrets/gitsync-secret-{name}/value");
    assert_eq!(flat(git.clone()).await, ["known_hosts", "ssh"]);
    assert_eq!(flat(format!("{git}?shape=ssh-auth")).await, ["ssh-privatekey"]);
    assert_eq!(flat(format!("{git}?shape=flux")).await, ["identity", "identity.pub", "known_hosts"]);
    let keys = flat(format!("{git}?shape=rancher")).await;
    assert_eq!(keys, ["known_hosts", "ssh-privatekey", "ssh-publickey"]);
    let argo = read(&value(format!("{git}?shape=argocd")).await);
    assert_eq!(argo["url"], "git@github.com:group/data.git");
    let argo = read(&value(format!("{git}?shape=argocd&url=ssh%3A%2F%2Fgit%40host%2Fx")).await);
    assert_eq!((&argo["url"], &argo["type"]), (&json!("ssh://git@host/x"), &json!("git")));
    for path in
        [format!("{git}?shape=dockerconfigjson"), format!("{image}?shape=flux"), format!("{git}?shape=x")]
    {
        assert_eq!(reader.get(&path).await.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
    }
    // Consumers delete their copy on 404, so that only a missing secret may be a 404.
    assert_eq!(reader.get("/secrets/image-gone/value").await.status, StatusCode::NOT_FOUND);
    let denied = writer.get(&image).await;
    assert_eq!(denied.status, StatusCode::FORBIDDEN);
    let detail = read(&denied)["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains("the scope write. This needs the scope read-values."), "{detail}");
    assert!(!denied.body.contains(SENTINEL));
}

/// Returns GitHub's published host key.
fn known_key() -> &'static str {
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"
}

#[tokio::test]
async fn value_is_not_modified_until_it_changes() {
    let app = TestApp::start().await;
    let (writer, reader) =
        (Script::new(&app, TokenScope::Write).await, Script::new(&app, TokenScope::ReadValues).await);
    let name = unique("known");
    writer.post("/secrets", image(&name)).await;
    let path = format!("/secrets/image-{name}");
    for what in ["value", "manifest", "manifest?format=json&namespace=ci"] {
        let path = format!("{path}/{what}");
        let first = reader.get(&path).await;
        let tag = first.header("etag").to_owned();
        assert!(!tag.is_empty());
        let again = reader.send("GET", &path, &[("if-none-match", &tag)], None).await;
        assert_eq!((again.status, again.body.as_str()), (StatusCode::NOT_MODIFIED, ""), "{what}");
        assert_eq!(again.header("etag"), tag);
    }
    let tag = reader.get(&format!("{path}/value")).await.header("etag").to_owned();
    writer.send("PATCH", &path, &[], Some(json!({ "password": "another" }))).await;
    let changed = reader.send("GET", &format!("{path}/value"), &[("if-none-match", &tag)], None).await;
    assert_eq!(changed.status, StatusCode::OK);
    // A secret of the same name that is added later is another one.
    let tag = changed.header("etag").to_owned();
    writer.send("DELETE", &path, &[], None).await;
    writer.post("/secrets", image(&name)).await;
    writer.send("PATCH", &path, &[], Some(json!({ "password": "x" }))).await;
    let other = reader.send("GET", &format!("{path}/value"), &[("if-none-match", &tag)], None).await;
    assert_eq!(other.status, StatusCode::OK);
}

#[tokio::test]
async fn manifest_is_yaml_or_json() {
    let app = TestApp::start().await;
    let (writer, reader) =
        (Script::new(&app, TokenScope::Write).await, Script::new(&app, TokenScope::ReadValues).await);
    let name = unique("manifest");
    writer.post("/secrets", image(&name)).await;
    let path = format!("/secrets/image-{name}/manifest");
    let yaml = reader.get(&format!("{path}?namespace=ci")).await;
    assert_eq!(yaml.header("content-type"), "application/yaml");
    assert!(yaml.body.contains(&format!("name: \"image-{name}\"\n  namespace: \"ci\"\n")), "{}", yaml.body);
    let by_accept = reader.send("GET", &path, &[("accept", "application/json")], None).await;
    let by_format = reader.get(&format!("{path}?format=json")).await;
    assert_eq!(by_accept.body, by_format.body);
    assert_eq!(read(&by_accept)["type"], "kubernetes.io/dockerconfigjson");
    for query in ["shape=raw", "namespace=A", "namespace=a.b", "format=xml"] {
        assert_eq!(
            reader.get(&format!("{path}?{query}")).await.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{query}"
        );
    }
}

#[tokio::test]
async fn key_is_generated_and_rotated() {
    let app = TestApp::start().await;
    let script = Script::new(&app, TokenScope::Write).await;
    let name = unique("rotate");
    let made =
        script.post("/secrets", json!({ "type": "git-dataset", "name": name, "generate": "ed25519" })).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    let first = read(&made)["key"]["fingerprint"].clone();
    assert!(read(&made)["key"]["public_key"].as_str().unwrap().starts_with("ssh-ed25519 "));
    let path = format!("/secrets/gitsync-secret-{name}/key");
    let waiting = script.post(&path, json!({ "kind": "ed25519" })).await;
    assert_eq!(waiting.status, StatusCode::CREATED, "{}", waiting.body);
    let second = read(&waiting)["pending_key"]["fingerprint"].clone();
    assert_ne!(first, second);
    let other = script.post(&format!("{path}/switch"), json!({ "fingerprint": "SHA256:x" })).await;
    assert_eq!(other.status, StatusCode::CONFLICT);
    let switched = script.post(&format!("{path}/switch"), json!({ "fingerprint": second })).await;
    let body = read(&switched);
    assert_eq!((&body["key"]["fingerprint"], &body["pending_key"]), (&second, &Value::Null));
    let third =
        read(&script.post(&path, json!({ "kind": "ed25519" })).await)["pending_key"]["fingerprint"].clone();
    let query = domain::percent::encode(third.as_str().unwrap());
    let gone = script.send("DELETE", &format!("{path}?fingerprint={query}"), &[], None).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    let both = json!({ "type": "git-dataset", "name": "x", "generate": "ed25519", "secret": KEY });
    assert_eq!(script.post("/secrets", both).await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn images_and_datasets_are_stored_and_listed_as_consumers() {
    let app = TestApp::start().await;
    let script = Script::new(&app, TokenScope::Write).await;
    let reader = Script::new(&app, TokenScope::ReadValues).await;
    let name = unique("used");
    let (path, id) = (format!("/secrets/image-{name}"), format!("image-{name}"));
    script.post("/secrets", image(&name)).await;
    let body = json!({ "name": name, "image": "ghcr.io/group/app:1", "pull_secret": id });
    let added = script.post("/images", body.clone()).await;
    assert_eq!(added.status, StatusCode::CREATED, "{}", added.body);
    assert_eq!(added.header("location"), format!("/api/v1/images/{name}"));
    let mut other = body.clone();
    other["image"] = json!("ghcr.io/group/other");
    assert_eq!(script.post("/images", other).await.status, StatusCode::CONFLICT);
    let wrong = script.post("/datasets", json!({ "name": name, "repository": "x", "pull_secret": id })).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let problem = read(&wrong);
    let fields: Vec<&Value> =
        problem["errors"].as_array().unwrap().iter().map(|error| &error["field"]).collect();
    assert_eq!(fields, ["repository", "pull_secret"]);

    reader.get(&format!("{path}/value")).await;
    let consumers = read(&script.get(&format!("{path}/consumers")).await);
    assert_eq!(
        (&consumers["usages"][0]["name"], &consumers["readers"][0]["reads"]),
        (&json!(name), &json!(1))
    );
    let at_older_address = read(&script.get(&format!("{path}/users")).await);
    assert_eq!(at_older_address, consumers);
    let row = read(&script.get(&format!("/secrets?q={name}")).await)["items"][0].clone();
    assert_eq!(row["used_by"], 2);
    assert!(row["last_used_at"].is_string());

    // A secret in use is deleted by its name, and kept for a while.
    let refused = script.send("DELETE", &path, &[], None).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.body);
    assert!(read(&refused)["type"].as_str().unwrap().ends_with("#in-use"));
    let deleted = script.send("DELETE", &format!("{path}?confirmation={name}"), &[], None).await;
    assert_eq!(deleted.status, StatusCode::NO_CONTENT);
    assert_eq!(reader.get(&format!("{path}/value")).await.status, StatusCode::NOT_FOUND);
    let seen = read(&script.get(&format!("/images/{name}")).await);
    assert_eq!(seen["pull_secret_is_deleted"], true);
    let kept = read(&script.get("/deleted-secrets").await);
    let row = kept["items"].as_array().unwrap().iter().find(|item| item["id"] == id).unwrap()["row"].clone();
    let row = row.as_str().unwrap();
    let restored = script.send("POST", &format!("/deleted-secrets/{row}/restore"), &[], None).await;
    assert_eq!(restored.status, StatusCode::OK, "{}", restored.body);
    assert_eq!(app.password_of(&name).await, SENTINEL);
    assert_eq!(
        script.send("POST", &format!("/deleted-secrets/{row}/restore"), &[], None).await.status,
        StatusCode::NOT_FOUND
    );

    let change = Some(json!({ "image": "ghcr.io/group/app:2" }));
    let changed =
        script.send("PATCH", &format!("/images/{name}"), &[("if-match", "\"1\"")], change.clone()).await;
    assert_eq!(
        (&read(&changed)["image"], &read(&changed)["pull_secret"]),
        (&json!("ghcr.io/group/app:2"), &json!(id))
    );
    let late = script.send("PATCH", &format!("/images/{name}"), &[("if-match", "\"1\"")], change).await;
    assert_eq!(late.status, StatusCode::PRECONDITION_FAILED);
    let gone = script.send("DELETE", &format!("/images/{name}"), &[], None).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    assert_eq!(script.get(&format!("/images/{name}")).await.status, StatusCode::NOT_FOUND);
}

/// The branch belongs to the dataset: of the secret it is known that it opens the repository.
#[tokio::test]
async fn dataset_is_tested_with_its_branch() {
    let app = TestApp::start().await;
    let script = Script::new(&app, TokenScope::Write).await;
    let server = GitServer::start();
    let (name, address) = (unique("branch"), server.address("repo.git"));
    let secret = json!({
        "type": "git-dataset", "name": name, "secret": server.key("key", &["-t", "ed25519"], true),
        "repository": address, "known_hosts": server.known_hosts(), "allow_duplicate": true,
    });
    let id = format!("gitsync-secret-{name}");
    assert_eq!(script.post("/secrets", secret).await.status, StatusCode::CREATED);
    let data = json!({ "name": name, "repository": address, "branch": "nowhere", "pull_secret": id });
    assert_eq!(script.post("/datasets", data).await.status, StatusCode::CREATED);
    let path = format!("/datasets/{name}");
    let test = async || read(&script.send("POST", &format!("{path}/test"), &[], None).await);
    let tested = test().await;
    assert_eq!((&tested["status"], &tested["cause"]), (&json!("refused"), &json!("branch-not-found")));
    assert!(tested["detail"].as_str().unwrap().contains("it has no branch with this name"), "{tested}");
    assert_eq!((&tested["branch"], &tested["refs"]), (&json!("trunk"), &json!(3)));
    let known = &read(&script.get(&format!("/secrets/{id}")).await)["connection"];
    assert_eq!((&known["status"], &known["cause"]), (&json!("works"), &json!("repository-read")));
    for good in ["other", ""] {
        script.send("PATCH", &path, &[], Some(json!({ "branch": good }))).await;
        assert_eq!(test().await["status"], "works", "{good}");
    }
}

#[tokio::test]
async fn audit_scope_reads_the_log_and_the_tokens() {
    let app = TestApp::start().await;
    let script = Script::new(&app, TokenScope::ReadAudit).await;
    let writer = Script::new(&app, TokenScope::Write).await;
    let name = unique("audited");
    writer.post("/secrets", image(&name)).await;
    let log = read(&script.get(&format!("/audit?object=image-{name}")).await);
    assert_eq!(
        (&log["items"][0]["action"], &log["items"][0]["actor"]),
        (&json!("secret added"), &json!("token ci of the command line"))
    );
    assert_eq!(log["next"], Value::Null);
    let tokens = read(&script.get("/tokens").await);
    assert!(tokens["items"].as_array().unwrap().iter().any(|token| token["scope"] == "read-audit"));
    for path in ["/audit?from=x", "/audit?older_than=0", "/tokens?after=x"] {
        assert_eq!(script.get(path).await.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
    }
}

#[tokio::test]
async fn api_page_names_every_operation_and_runs_no_foreign_script() {
    let app = TestApp::start().await;
    let page = app.send_anonymous(Request::get("/api/docs").body(Body::empty()).unwrap()).await;
    assert_eq!(page.status, StatusCode::OK);
    for part in ["/api/v1/secrets/{id}/value", "Idempotency-Key", "known_hosts", "id=\"twin\""] {
        assert!(page.body.contains(part), "{part}");
    }
    assert!(!page.body.contains("src=\"http") && !page.body.contains("cdn"));
}

/// Templates of addresses leave parameters empty if there is nothing to fill in; and the description says so.
#[tokio::test]
async fn empty_parameter_is_the_same_as_none() {
    let app = TestApp::start().await;
    let script = Script::new(&app, TokenScope::Write).await;
    let name = unique("empty");
    assert_eq!(script.post("/secrets", image(&name)).await.status, StatusCode::CREATED);
    let found = script.get(&format!("/secrets?q={name}")).await;
    let needs = script.get(&format!("/secrets?q={name}&needs=test")).await;
    assert_eq!(needs.body, found.body, "nobody has tested it yet");
    assert_eq!(read(&script.get(&format!("/secrets?q={name}&needs=switch")).await)["total"], 0);
    let wrong = script.get("/secrets?needs=attention").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("Send approval, test, switch, renewal or review."), "{}", wrong.body);
    let empty = "type=&status=&unused=&needs=&sort=&size=&after=&before=";
    let same = script.get(&format!("/secrets?q={name}&{empty}")).await;
    assert_eq!((same.status, same.body), (StatusCode::OK, found.body));

    let answer = app.send_anonymous(Request::get("/api/openapi.json").body(Body::empty()).unwrap()).await;
    let description = read(&answer);
    let operations =
        description["paths"].as_object().unwrap().values().filter_map(|methods| methods.as_object());
    let mut optional = 0;
    for parameter in
        operations.flatten().filter_map(|(_, operation)| operation["parameters"].as_array()).flatten()
    {
        let is_optional = parameter["in"] == "query" && parameter["required"] == false;
        assert_eq!(parameter["allowEmptyValue"] == true, is_optional, "{parameter}");
        optional += usize::from(is_optional);
    }
    assert!(optional > 20, "{optional}");
}

/// A list of members would be read in their order, and an empty one as a change of nothing.
#[tokio::test]
async fn body_must_be_an_object() {
    let app = TestApp::start().await;
    let script = Script::new(&app, TokenScope::Write).await;
    let name = unique("object");
    assert_eq!(script.post("/secrets", image(&name)).await.status, StatusCode::CREATED);
    let path = format!("/secrets/image-{name}");
    for body in [json!([]), json!([null, null]), json!(["A", null, null, SENTINEL]), json!(null), json!("{}")]
    {
        let answer = script.send("PATCH", &path, &[], Some(body)).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.body);
        assert!(!answer.body.contains(SENTINEL));
    }
    let added = script.post("/images", json!([unique("list"), "ghcr.io/group/app:1", null])).await;
    assert_eq!(added.status, StatusCode::BAD_REQUEST, "{}", added.body);
    assert_eq!(read(&script.get(&path).await)["version"], 1);
}

#[tokio::test]
async fn description_has_every_route() {
    let app = TestApp::start().await;
    let answer = app.send_anonymous(Request::get("/api/openapi.json").body(Body::empty()).unwrap()).await;
    let description = read(&answer);
    assert!(description["openapi"].as_str().unwrap().starts_with("3.1"));
    let described: Vec<&String> = description["paths"].as_object().unwrap().keys().collect();
    for (path, audience) in app.routes() {
        if audience == server::routes::Audience::Tokens && !path.contains('*') && path.starts_with("/api/v1")
        {
            assert!(described.contains(&&path), "{path} is not described");
        }
    }
}

#[tokio::test]
async fn description_names_each_operation_once_and_marks_older_addresses() {
    let app = TestApp::start().await;
    let answer = app.send_anonymous(Request::get("/api/openapi.json").body(Body::empty()).unwrap()).await;
    let description = read(&answer);
    let paths = description["paths"].as_object().unwrap();
    let operations = || paths.values().flat_map(|methods| methods.as_object().unwrap().values());
    let ids: HashSet<&str> =
        operations().map(|operation| operation["operationId"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), operations().count());
    let deprecated: Vec<&String> = paths
        .iter()
        .filter(|(_, methods)| methods["get"]["deprecated"] == true)
        .map(|(path, _)| path)
        .collect();
    assert_eq!(deprecated, ["/api/v1/secrets/{id}/users"]);
}

#[tokio::test]
async fn dry_run_adds_nothing_and_imported_secrets_show_their_origins() {
    let app = TestApp::start().await;
    let script = Script::new(&app, TokenScope::Write).await;
    let name = unique("origin");
    let mut body = image(&name);
    body["imported_from"] = json!(["ci/pull", "team-a/pull"]);
    body["dry_run"] = json!(true);
    let dry = script.post("/secrets", body.clone()).await;
    assert_eq!(dry.status, StatusCode::OK, "{}", dry.body);
    assert_eq!(read(&dry)["id"], format!("image-{name}"));
    assert_eq!(script.get(&format!("/secrets/image-{name}")).await.status, StatusCode::NOT_FOUND);

    // JSON Schema takes 30.0 for an integer.
    for (number, status) in [(json!(30.0), StatusCode::OK), (json!(30.5), StatusCode::BAD_REQUEST)] {
        body["imported_from_total"] = number;
        assert_eq!(script.post("/secrets", body.clone()).await.status, status);
    }

    body["dry_run"] = json!(false);
    body["imported_from_total"] = json!(30);
    let added = script.post("/secrets", body.clone()).await;
    assert_eq!(added.status, StatusCode::CREATED, "{}", added.body);
    let shown = read(&script.get(&format!("/secrets/image-{name}")).await);
    assert_eq!(
        (&shown["imported_from"], &shown["imported_from_total"]),
        (&json!(["ci/pull", "team-a/pull"]), &json!(30))
    );
    let page = app.get(&format!("/secrets/image-{name}")).await;
    for text in ["Imported from", "ci/pull, team-a/pull", "The names of 28 more weren't kept."] {
        assert!(page.body.contains(text), "{text} is missing: {}", page.body);
    }
    body["dry_run"] = json!(true);
    assert_eq!(script.post("/secrets", body.clone()).await.status, StatusCode::CONFLICT);
    for (member, value) in [("imported_from", json!(["<script>"])), ("generate", json!("ed25519"))] {
        let mut wrong = body.clone();
        wrong[member] = value;
        let refused = script.post("/secrets", wrong).await;
        assert!(
            refused.status.is_client_error() && refused.status != StatusCode::CONFLICT,
            "{}",
            refused.body
        );
    }
    // No member is dropped silently, and no number is stored as another.
    let made = json!({"type": "git-dataset", "name": unique("made"), "generate": "ed25519"});
    for (base, changes, member) in [
        (&made, json!({"imported_from": ["ci/key"]}), "imported_from"),
        (&made, json!({"imported_from_total": 3}), "imported_from"),
        (&body, json!({"imported_from": [], "imported_from_total": 3}), "imported_from_total"),
        (&body, json!({"imported_from_total": 2_147_483_648_u32}), "imported_from_total"),
    ] {
        for dry_run in [false, true] {
            let mut wrong = base.clone();
            wrong["dry_run"] = json!(dry_run);
            wrong.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
            let refused = script.post("/secrets", wrong).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.body);
            assert_eq!(read(&refused)["errors"][0]["field"], member, "{}", refused.body);
        }
    }
    // The values that the API answers for a secret that was not imported.
    body["name"] = json!(unique("nowhere"));
    body["imported_from"] = json!([]);
    body["imported_from_total"] = json!(0);
    body["allow_duplicate"] = json!(true);
    body["dry_run"] = json!(true);
    let dry = script.post("/secrets", body).await;
    assert_eq!(dry.status, StatusCode::OK, "{}", dry.body);
    let api = app.send_anonymous(Request::get("/api/openapi.json").body(Body::empty()).unwrap()).await;
    let limit = &read(&api)["components"]["schemas"]["NewSecretBody"]["properties"]["imported_from_total"];
    assert_eq!(limit["maximum"], 2_147_483_647, "{limit}");
}
