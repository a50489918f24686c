//! The versions of a secret's value: by the API, and on the pages.

use crate::{
    harness::{Answer, TestApp, asked, posted, unique},
    peers::{Guard, PASSWORD, Registry, USER},
};
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use domain::access::{Role, TokenScope};
use serde_json::{Value, json};

const OLD: &str = "PLANTED-old-2c41";
const NEW: &str = "PLANTED-new-77de";

async fn ask(app: &TestApp, token: &str, method: &str, path: &str, body: &str) -> Answer {
    ask_if(app, token, method, path, body, &[]).await
}

async fn ask_if(
    app: &TestApp,
    token: &str,
    method: &str,
    path: &str,
    body: &str,
    headers: &[(&str, &str)],
) -> Answer {
    let mut request = Request::builder()
        .method(method)
        .uri(format!("/api/v1/secrets/{path}").trim_end_matches('/'))
        .header(header::AUTHORIZATION, format!("Bearer {token}"));
    if !body.is_empty() {
        request = request.header(header::CONTENT_TYPE, "application/json");
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    app.send_anonymous(request.body(Body::from(body.to_owned())).unwrap()).await
}

fn read(answer: &Answer) -> Value {
    serde_json::from_str(&answer.body).unwrap_or_else(|_| panic!("not JSON: {}", answer.body))
}

/// Adds a secret with two versions, and returns its id.
async fn with_two_versions(app: &TestApp, writer: &str) -> String {
    let name = unique("versions");
    app.add_image(&name, OLD).await;
    let id = format!("image-{name}");
    let changed = ask(app, writer, "PATCH", &id, &json!({ "password": NEW }).to_string()).await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.body);
    id
}

#[tokio::test]
async fn api_lists_rolls_back_and_destroys_versions() {
    let app = TestApp::start().await;
    let (writer, reader) =
        (app.token(TokenScope::Write, |_| ()).await, app.token(TokenScope::ReadValues, |_| ()).await);
    let id = with_two_versions(&app, &writer).await;
    let listed = ask(&app, &writer, "GET", &format!("{id}/versions"), "").await;
    assert!(!listed.body.contains("PLANTED"), "{}", listed.body);
    let list = read(&listed);
    let facts: Vec<_> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|version| (version["number"].clone(), version["state"].clone(), version["reason"].clone()))
        .collect();
    assert_eq!(
        facts,
        [(json!(2), json!("current"), json!("api")), (json!(1), json!("kept"), json!("added"))]
    );
    assert_eq!(list["next"], Value::Null);

    // A token that writes rolls back, and reads nothing.
    let value = |number: i64| format!("{id}/value?shape=raw&version={number}");
    assert_eq!(ask(&app, &writer, "GET", &value(1), "").await.status, StatusCode::FORBIDDEN);
    assert_eq!(ask(&app, &reader, "GET", &value(1), "").await.body, OLD);
    let rolled = ask(&app, &writer, "POST", &format!("{id}/versions/1/rollback"), "{}").await;
    assert_eq!(rolled.status, StatusCode::OK, "{}", rolled.body);
    assert_eq!(read(&rolled), json!({ "from": 1, "version": 3, "already_current": false, "test": null }));
    assert_eq!(ask(&app, &reader, "GET", &format!("{id}/value?shape=raw"), "").await.body, OLD);
    // Sent again, it makes no further version.
    for number in [1, 3] {
        let body = r#"{"test":"before"}"#;
        let again = ask(&app, &writer, "POST", &format!("{id}/versions/{number}/rollback"), body).await;
        assert_eq!(again.status, StatusCode::OK, "{}", again.body);
        let expected = json!({ "from": number, "version": 3, "already_current": true, "test": null });
        assert_eq!(read(&again), expected);
    }
    let stale = [("If-Match", "\"1\"")];
    let stale = ask_if(&app, &writer, "POST", &format!("{id}/versions/2/rollback"), "{}", &stale).await;
    assert_eq!(stale.status, StatusCode::PRECONDITION_FAILED, "{}", stale.body);
    for bad in [r#"{"test":"maybe"}"#, r#"{"check":"before"}"#] {
        let answer = ask(&app, &writer, "POST", &format!("{id}/versions/2/rollback"), bad).await;
        assert!(answer.status.is_client_error() && answer.status != StatusCode::CONFLICT, "{bad}");
    }

    let destroy = |number: &str| format!("{id}/versions/{number}/value");
    assert_eq!(ask(&app, &reader, "DELETE", &destroy("2"), "").await.status, StatusCode::FORBIDDEN);
    assert_eq!(ask(&app, &writer, "DELETE", &destroy("2"), "").await.status, StatusCode::NO_CONTENT);
    assert_eq!(ask(&app, &writer, "DELETE", &destroy("2"), "").await.status, StatusCode::GONE);
    assert_eq!(ask(&app, &writer, "DELETE", &destroy("3"), "").await.status, StatusCode::CONFLICT);
    for never in ["4", "0", "-1", "x", "99999999999999999999"] {
        let answer = ask(&app, &writer, "DELETE", &destroy(never), "").await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{never}");
    }
    let gone = ask(&app, &reader, "GET", &value(2), "").await;
    assert_eq!((gone.status, &read(&gone)["type"]), (StatusCode::GONE, &json!("/api/docs#version-gone")));
    assert_eq!(ask(&app, &reader, "GET", &value(9), "").await.status, StatusCode::NOT_FOUND);
    let bad = ask(&app, &reader, "GET", &format!("{id}/value?version=x"), "").await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn etag_of_a_version_is_not_that_of_another() {
    let app = TestApp::start().await;
    let (writer, reader) =
        (app.token(TokenScope::Write, |_| ()).await, app.token(TokenScope::ReadValues, |_| ()).await);
    let id = with_two_versions(&app, &writer).await;
    let path = |number: i64| format!("{id}/value?version={number}");
    let first = ask(&app, &reader, "GET", &path(1), "").await.header("etag").to_owned();
    let second = ask(&app, &reader, "GET", &path(2), "").await.header("etag").to_owned();
    assert_ne!(first, second);
    let known = [("If-None-Match", first.as_str())];
    let unchanged = ask_if(&app, &reader, "GET", &path(1), "", &known).await;
    assert_eq!((unchanged.status, unchanged.body.as_str()), (StatusCode::NOT_MODIFIED, ""));
    assert_eq!(ask_if(&app, &reader, "GET", &path(2), "", &known).await.status, StatusCode::OK);
    // What is gone is gone for those who know it, too.
    ask(&app, &writer, "DELETE", &format!("{id}/versions/1/value"), "").await;
    assert_eq!(ask_if(&app, &reader, "GET", &path(1), "", &known).await.status, StatusCode::GONE);
}

#[tokio::test]
async fn test_before_keeps_a_value_that_does_not_work_out_of_use() {
    let app = TestApp::start().await;
    let registry = Registry::start(&Guard::Basic, None);
    let host = format!("127.0.0.1:{}", registry.port);
    let writer = app.token(TokenScope::Write, |_| ()).await;
    let name = unique("tested");
    let body = |password: &str| {
        json!({ "type": "image-pull", "name": name, "registry_host": host, "username": USER, "password": password,
            "allow_duplicate": true })
        .to_string()
    };
    let added = ask(&app, &writer, "POST", "", &body("TYPED-WRONG")).await;
    assert_eq!(added.status, StatusCode::CREATED, "{}", added.body);
    let id = format!("image-{name}");
    ask(&app, &writer, "PATCH", &id, &json!({ "password": PASSWORD }).to_string()).await;
    let back = |number: i64| format!("{id}/versions/{number}/rollback");
    let failed = ask(&app, &writer, "POST", &back(1), r#"{"test":"before"}"#).await;
    assert_eq!(failed.status, StatusCode::CONFLICT, "{}", failed.body);
    assert_eq!(read(&failed)["type"], "/api/docs#test-failed");
    assert_eq!(app.password_of(&name).await, PASSWORD);
    let after = ask(&app, &writer, "POST", &back(1), r#"{"test":"after"}"#).await;
    assert_eq!(read(&after)["test"]["cause"], "wrong-password", "{}", after.body);
    assert_eq!(app.password_of(&name).await, "TYPED-WRONG");
    // The result of the test before stays with the secret.
    let before = ask(&app, &writer, "POST", &back(2), r#"{"test":"before"}"#).await;
    assert_eq!(read(&before)["test"]["status"], "works", "{}", before.body);
    let shown = read(&ask(&app, &writer, "GET", &id, "").await);
    assert_eq!(shown["connection"]["status"], "works");
    let list = read(&ask(&app, &writer, "GET", &format!("{id}/versions"), "").await);
    let tested: Vec<_> =
        list["items"].as_array().unwrap().iter().map(|item| item["status"].clone()).collect();
    let untested = [&tested[2], &tested[3]].map(Value::is_null);
    assert!(tested[0] == "works" && tested[1].is_string() && tested[1] != "works", "{tested:?}");
    assert_eq!(untested, [true, true]);
}

#[tokio::test]
async fn page_shows_versions_and_asks_before_a_rollback() {
    let app = TestApp::start().await;
    let (writer, reader) =
        (app.token(TokenScope::Write, |_| ()).await, app.token(TokenScope::ReadValues, |_| ()).await);
    let name = unique("page");
    app.add_image(&name, OLD).await;
    let id = format!("image-{name}");
    ask(&app, &reader, "GET", &format!("{id}/value"), "").await;
    ask(&app, &writer, "PATCH", &id, &json!({ "expires_at": "2091-05-01T00:00:00Z" }).to_string()).await;
    ask(&app, &writer, "PATCH", &id, &json!({ "password": NEW }).to_string()).await;

    let consumers = read(&ask(&app, &writer, "GET", &format!("{id}/consumers"), "").await);
    assert_eq!((&consumers["outdated_count"], &consumers["outdated"][0]["version"]), (&json!(1), &json!(1)));
    let page = app.get(&format!("/secrets/{id}")).await;
    for present in ["id=\"versions-title\"", "New value by API", "In use", "which may still use it"] {
        assert!(page.body.contains(present), "{present}: {}", page.body);
    }
    let link = format!("/secrets/{id}/rollback?from=secret&amp;version=1");
    assert!(page.body.contains(&link), "{}", page.body);
    assert!(!page.body.contains("PLANTED"));
    let looker = app.session("versions-reader", Role::Reader).await;
    let seen = app.send_anonymous(asked(&format!("/secrets/{id}"), &looker)).await;
    assert!(seen.body.contains("versions-title") && !seen.body.contains("/rollback"), "{}", seen.body);

    let question = app.get(&format!("/secrets/{id}/rollback?from=secret&version=1")).await;
    assert_eq!(question.status, StatusCode::OK);
    assert!(question.body.contains("Roll back to version 1"), "{}", question.body);
    assert!(question.body.contains("<dt>Expires</dt>"), "{}", question.body);
    assert!(question.body.contains("datetime=\"2091-05-01T00:00:00Z\""), "{}", question.body);
    let path = format!("/secrets/{id}/rollback");
    let denied = app.send_anonymous(posted(&path, &looker, &[("version", "1"), ("test", "no")])).await;
    assert_eq!(denied.status, StatusCode::FORBIDDEN);
    // The host of the made-up secret does not answer: nothing is changed, and the page says why.
    let asked_about = question.body.split("name=\"secret_version\" value=\"").nth(1).unwrap();
    let asked_about = asked_about.split('"').next().unwrap();
    let form = |test| [("version", "1"), ("secret_version", asked_about), ("test", test)];
    let failed = app.post(&path, &form("before")).await;
    assert_eq!(failed.status, StatusCode::CONFLICT, "{}", failed.body);
    assert!(failed.body.contains("Nothing was changed") && failed.body.contains("Roll back to version 1"));
    assert_eq!(app.password_of(&name).await, NEW);
    let done = app.post(&path, &form("no")).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    assert_eq!(done.header("location"), format!("/secrets/{id}"));
    assert_eq!(app.password_of(&name).await, OLD);
    // Sent again, or after a change by somebody else, it is asked again.
    let again = app.post(&path, &form("no")).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "{}", again.body);
    let asks = app.get(&format!("/secrets/{id}/destroy?version=1")).await;
    assert!(asks.body.contains("The current version has the same value"), "{}", asks.body);

    let destroy = format!("/secrets/{id}/destroy");
    let asks = app.get(&format!("{destroy}?version=2")).await;
    assert!(asks.body.contains("Destroy version 2"), "{}", asks.body);
    for _ in 0..2 {
        let done = app.post(&destroy, &[("version", "2")]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    }
    assert_eq!(app.get(&format!("{destroy}?version=2")).await.status, StatusCode::GONE);
    assert_eq!(app.get(&format!("{destroy}?version=3")).await.status, StatusCode::CONFLICT);
    assert_eq!(app.get(&format!("{destroy}?version=9")).await.status, StatusCode::NOT_FOUND);
    let current = app.post(&destroy, &[("version", "3")]).await;
    assert_eq!(current.status, StatusCode::CONFLICT, "{}", current.body);
    assert!(current.body.contains("be without a value"), "{}", current.body);
    let all = app.get(&format!("/secrets/{id}/versions")).await;
    assert!(all.body.contains("Rolled back to version 1") && all.body.contains("Destroyed"), "{}", all.body);
}
