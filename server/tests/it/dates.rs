//! The dates of values, by forms, the API and GraphQL; and the answer to whoever reads a value that is not handed out any more.

use crate::harness::{Answer, TestApp, unique};
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use domain::access::TokenScope;
use serde_json::{Value, json};

async fn send(app: &TestApp, token: &str, method: &str, path: &str, body: Option<Value>) -> Answer {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::CONTENT_TYPE, "application/json");
    let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
    app.send_anonymous(request.body(body).unwrap()).await
}

fn read(answer: &Answer) -> Value {
    serde_json::from_str(&answer.body).unwrap_or_else(|_| panic!("not JSON: {}", answer.body))
}

fn image(name: &str, dates: &Value) -> Value {
    let mut body = json!({
        "type": "image-pull", "name": name, "registry_host": "ghcr.io", "username": name, "password": "SENTINEL",
    });
    body.as_object_mut().unwrap().extend(dates.as_object().unwrap().clone());
    body
}

#[tokio::test]
async fn api_keeps_dates_and_what_is_left_out() {
    let app = TestApp::start().await;
    let token = app.token(TokenScope::Write, |_| ()).await;
    let name = unique("dated");
    let dates = json!({ "expires_at": "2035-01-31", "renew_every_days": 90, "stop_when_expired": true });
    let added = send(&app, &token, "POST", "/api/v1/secrets", Some(image(&name, &dates))).await;
    assert_eq!(added.status, StatusCode::CREATED, "{}", added.body);
    let body = read(&added);
    assert_eq!(body["expires_at"], "2035-01-31T23:59:59Z");
    assert_eq!((&body["renew_every_days"], &body["stop_when_expired"]), (&json!(90), &json!(true)));
    assert!(body["renewal_due_at"].as_str().unwrap() > body["value_changed_at"].as_str().unwrap());
    let path = format!("/api/v1/secrets/image-{name}");
    let change = async |change: Value| send(&app, &token, "PATCH", &path, Some(change)).await;
    let body = read(&change(json!({ "display_name": "Hub" })).await);
    assert_eq!((&body["expires_at"], &body["version"]), (&json!("2035-01-31T23:59:59Z"), &json!(2)));
    let body = read(&change(json!({ "expires_at": "2034-06-01T12:00:00+08:00" })).await);
    assert_eq!(body["expires_at"], "2034-06-01T04:00:00Z");
    let cleared = json!({ "expires_at": "", "renew_every_days": 0, "stop_when_expired": false });
    let body = read(&change(cleared).await);
    assert_eq!((&body["expires_at"], &body["renew_every_days"]), (&Value::Null, &Value::Null));
    assert_eq!((&body["renewal_due_at"], &body["stop_when_expired"]), (&Value::Null, &json!(false)));
    // Null clears, and is not the same as being left out.
    let again = json!({ "expires_at": "2035-01-31", "renew_every_days": 90, "image": "library/x" });
    let body = read(&change(again).await);
    assert_eq!((&body["renew_every_days"], &body["image"]), (&json!(90), &json!("library/x")));
    let body = read(&change(json!({ "renew_every_days": null })).await);
    assert_eq!(
        (&body["renew_every_days"], &body["expires_at"]),
        (&Value::Null, &json!("2035-01-31T23:59:59Z"))
    );
    let body = read(&change(json!({ "expires_at": null, "image": null })).await);
    assert_eq!((&body["expires_at"], &body["image"]), (&Value::Null, &Value::Null));
    for (wrong, field) in [
        (json!({ "expires_at": "SENTINEL" }), "expires_at"),
        (json!({ "expires_at": "2035-02-30" }), "expires_at"),
        (json!({ "renew_every_days": 3651 }), "renew_every_days"),
    ] {
        let rejected = change(wrong).await;
        assert_eq!(rejected.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", rejected.body);
        assert_eq!(read(&rejected)["errors"][0]["field"], field);
        assert!(!rejected.body.contains("SENTINEL"));
    }
    // A password that contains its end: {"alg":"none"} and {"exp":2000000000}.
    let jwt = "eyJhbGciOiJub25lIn0.eyJleHAiOjIwMDAwMDAwMDB9.c2ln";
    let body = read(&change(json!({ "password": jwt })).await);
    assert_eq!(body["expires_at"], "2033-05-18T03:33:20Z");
}

#[tokio::test]
async fn list_filters_and_sorts_by_the_end() {
    let app = TestApp::start().await;
    let token = app.token(TokenScope::Write, |_| ()).await;
    let mark = unique("list");
    for (name, expires_at) in [("a", "2020-01-01"), ("b", "2099-01-01"), ("c", "")] {
        let body = image(&format!("{mark}-{name}"), &json!({ "expires_at": expires_at }));
        let added = send(&app, &token, "POST", "/api/v1/secrets", Some(body)).await;
        assert_eq!(added.status, StatusCode::CREATED, "{}", added.body);
    }
    let found = async |query: &str| {
        let answer = send(&app, &token, "GET", &format!("/api/v1/secrets?q={mark}&{query}"), None).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        let items = read(&answer)["items"].as_array().unwrap().clone();
        items.iter().map(|row| row["name"].as_str().unwrap()[mark.len() + 1..].to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(found("expires=expired").await, ["a"]);
    assert_eq!(found("expires=90").await, [""; 0]);
    assert_eq!(found("sort=expires").await, ["a", "b", "c"]);
    assert_eq!(found("sort=-expires").await, ["c", "b", "a"]);
    let wrong = send(&app, &token, "GET", "/api/v1/secrets?expires=31", None).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(read(&wrong)["errors"][0]["detail"], "Send expired, 7, 30 or 90.");
    let page = app.get(&format!("/secrets?q={mark}&expires=expired")).await;
    assert!(page.body.contains("Remove filter Expires: Expired"), "{}", page.body);
    assert!(page.body.contains("<i class=\"icon i-clock\"></i>Expired</span>"), "{}", page.body);
}

#[tokio::test]
async fn expired_value_that_is_not_handed_out_is_gone_and_never_missing() {
    let app = TestApp::start().await;
    let [write, reader] = [TokenScope::Write, TokenScope::ReadValues].map(|scope| app.token(scope, |_| ()));
    let (write, reader) = (write.await, reader.await);
    let name = unique("gone");
    let dates = json!({ "expires_at": "2020-01-31", "stop_when_expired": true });
    let added = send(&app, &write, "POST", "/api/v1/secrets", Some(image(&name, &dates))).await;
    assert_eq!(added.status, StatusCode::CREATED, "{}", added.body);
    let path = format!("/api/v1/secrets/image-{name}");
    for part in
        ["value", "value?shape=raw", "value?shape=username-password", "manifest", "manifest?format=json"]
    {
        let gone = send(&app, &reader, "GET", &format!("{path}/{part}"), None).await;
        assert_eq!(gone.status, StatusCode::GONE, "{part}: {}", gone.body);
        let problem = read(&gone);
        assert_eq!(problem["type"], "/api/docs#expired");
        let detail = problem["detail"].as_str().unwrap();
        assert!(
            detail.contains("expired at 2020-01-31T23:59:59Z") && detail.contains("still exists"),
            "{detail}"
        );
        assert!(!gone.body.contains("SENTINEL"));
    }
    let page = app.get(&format!("/secrets/image-{name}")).await;
    assert!(page.body.contains("handed out any more"), "{}", page.body);
    let changed = send(&app, &write, "PATCH", &path, Some(json!({ "password": "second" }))).await;
    assert_eq!(read(&changed)["expires_at"], Value::Null, "the day was that of the value before");
    let value = send(&app, &reader, "GET", &format!("{path}/value?shape=raw"), None).await;
    assert_eq!((value.status, value.body.as_str()), (StatusCode::OK, "second"));
}

#[tokio::test]
async fn form_takes_a_day_in_the_readers_zone_and_keeps_what_was_typed() {
    let app = TestApp::start().await;
    let name = unique("form");
    let fields = |more: &[(&'static str, &'static str)]| {
        let mut fields = vec![
            ("type", "image-pull"),
            ("registry_host", "ghcr.io"),
            ("username", "robot"),
            ("password", "pw"),
            ("allow_duplicate", "on"),
        ];
        fields.extend_from_slice(more);
        fields
    };
    let wrong = fields(&[("expires_at", "2035-01-31"), ("expires_zone", "480"), ("renew_every_days", "0")]);
    let rejected = app.post("/secrets/new", &[&wrong[..], &[("name", &name)]].concat()).await;
    assert_eq!(rejected.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(rejected.body.contains("renew_every_days-error"), "{}", rejected.body);
    assert!(rejected.body.contains("value=\"2035-01-31\""), "{}", rejected.body);
    let right = fields(&[
        ("expires_at", "2035-01-31"),
        ("expires_zone", "480"),
        ("renew_every_days", "30"),
        ("stop_when_expired", "on"),
    ]);
    let added = app.post("/secrets/new", &[&right[..], &[("name", &name)]].concat()).await;
    assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.body);
    let edit = app.get(&format!("/secrets/image-{name}/edit")).await;
    assert!(edit.body.contains("data-at=\"2035-01-31T15:59:59Z\""), "{}", edit.body);
    // The same day in the same zone is no change: the version stays.
    let same = fields(&[
        ("expires_at", "2035-01-31"),
        ("expires_zone", "480"),
        ("renew_every_days", "30"),
        ("stop_when_expired", "on"),
        ("version", "1"),
    ]);
    let same: Vec<_> =
        same.into_iter().map(|field| if field.0 == "password" { ("password", "") } else { field }).collect();
    let saved = app.post(&format!("/secrets/image-{name}/edit"), &same).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
    let again = app.get(&format!("/secrets/image-{name}/edit")).await;
    assert!(again.body.contains("name=\"version\" value=\"1\""), "{}", again.body);
}

#[tokio::test]
async fn graphql_has_the_dates_too() {
    let app = TestApp::start().await;
    let token = app.token(TokenScope::Write, |_| ()).await;
    let name = unique("graphql");
    let ask = async |query: &str, variables: Value| {
        let body = json!({ "query": query, "variables": variables });
        read(&send(&app, &token, "POST", "/api/graphql", Some(body)).await)
    };
    let create = "mutation M($data: SecretCreateInput!) { createSecret(data: $data) { expiresAt renewEveryDays stopWhenExpired } }";
    let data = json!({
        "name": name, "type": "kubernetes", "registryHost": "ghcr.io", "username": name, "password": "pw",
        "expiresAt": "2020-01-31", "renewEveryDays": 30, "stopWhenExpired": true,
    });
    let made = &ask(create, json!({ "data": data })).await["data"]["createSecret"];
    assert_eq!(
        *made,
        json!({ "expiresAt": "2020-01-31T23:59:59Z", "renewEveryDays": 30, "stopWhenExpired": true })
    );
    let found = ask(
        "query Q($where: SecretWhereInput) { secrets(where: $where, page: 1) { name } }",
        json!({ "where": { "search": name, "expires": "expired" } }),
    )
    .await;
    assert_eq!(found["data"]["secrets"], json!([{ "name": name }]), "{found}");
    for (suffix, expires_at) in [("-b", "2031-01-31"), ("-c", "2030-01-31"), ("-d", "")] {
        let name = format!("{name}{suffix}");
        let data = json!({
            "name": name, "type": "kubernetes", "registryHost": "ghcr.io", "username": name, "password": "pw",
            "expiresAt": expires_at,
        });
        ask(create, json!({ "data": data })).await;
    }
    for (order, expected) in [("asc", ["", "-c", "-b", "-d"]), ("desc", ["-d", "-b", "-c", ""])] {
        let query = format!(
            "query Q($where: SecretWhereInput) {{ secrets(where: $where, orderBy: {{ expiresAt: {order} }}, first: 9) {{ name }} }}"
        );
        let found = ask(&query, json!({ "where": { "search": name } })).await;
        let names = expected.map(|suffix| json!({ "name": format!("{name}{suffix}") }));
        assert_eq!(found["data"]["secrets"], json!(names), "{found}");
    }
    let update = "mutation M($data: SecretUpdateInput!, $where: SecretWhereUniqueInput!) { updateSecret(data: $data, where: $where) { expiresAt renewEveryDays stopWhenExpired } }";
    let variables = json!({ "data": { "expiresAt": "", "renewEveryDays": 0 }, "where": { "id": format!("image-{name}") } });
    let changed = &ask(update, variables).await["data"]["updateSecret"];
    assert_eq!(*changed, json!({ "expiresAt": null, "renewEveryDays": null, "stopWhenExpired": true }));
    let variables = json!({ "data": { "renewEveryDays": 9999 }, "where": { "id": format!("image-{name}") } });
    let rejected = ask(update, variables).await;
    assert!(rejected["errors"][0]["message"].as_str().unwrap().starts_with("renewEveryDays: "), "{rejected}");
}
