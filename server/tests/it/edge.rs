//! What every answer bears, who is turned away, and how the server says how it is.

use crate::harness::{TestApp, read, unique};
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use domain::access::Role;
use server::edge::{Edge, Origin};
use tower::ServiceExt;

#[tokio::test]
async fn every_answer_bears_the_headers() {
    let app = TestApp::start().await;
    for path in
        ["/secrets", "/secrets/new", "/nowhere", "/livez", "/readyz", "/pkg/nothing.js", "/", "/favicon.svg"]
    {
        let answer = app.get(path).await;
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cache-control", "no-store"),
        ] {
            assert_eq!(answer.header(name), value, "{path} {name}");
        }
        let policy = answer.header("content-security-policy");
        assert!(
            policy.contains("frame-ancestors 'none'") && policy.contains("base-uri 'none'"),
            "{path}: {policy}"
        );
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{path}: {policy}");
        assert_eq!(answer.header("x-request-id").len(), 36, "{path}");
    }
}

#[tokio::test]
async fn the_nonce_differs_each_time_and_is_on_every_script() {
    let app = TestApp::start().await;
    let mut seen = Vec::new();
    for _ in 0..3 {
        let answer = app.get("/secrets").await;
        let policy = answer.header("content-security-policy").to_owned();
        let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap().to_owned();
        assert!(!seen.contains(&nonce));
        assert_eq!(
            answer.body.matches("<script").count(),
            answer.body.matches(&format!("nonce=\"{nonce}\">")).count()
                - answer.body.matches("<link rel=\"modulepreload\"").count()
        );
        seen.push(nonce);
    }
}

#[tokio::test]
async fn other_sites_are_turned_away_and_change_nothing() {
    let app = TestApp::start().await;
    let name = unique("guarded");
    app.add_image(&name, "pw").await;
    let delete = format!("/secrets/image-{name}/delete");
    for (header_name, value) in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        let request = Request::post(&delete)
            .header(header::HOST, "127.0.0.1:3000")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header_name, value)
            .body(Body::empty())
            .unwrap();
        assert_eq!(app.send(request).await.status, StatusCode::FORBIDDEN, "{header_name}: {value}");
    }
    assert_eq!(app.get(&format!("/secrets/image-{name}/edit")).await.status, StatusCode::OK);
    // Looking at the question deletes nothing.
    assert_eq!(app.get(&delete).await.status, StatusCode::OK);
    assert_eq!(app.get(&format!("/secrets/image-{name}/edit")).await.status, StatusCode::OK);
}

#[tokio::test]
async fn the_theme_is_remembered_and_leads_back_here_alone() {
    let app = TestApp::start().await;
    let chosen = app.post("/theme", &[("theme", "dark"), ("back", "/secrets?size=50")]).await;
    assert_eq!((chosen.status, chosen.header("location")), (StatusCode::SEE_OTHER, "/secrets?size=50"));
    assert!(chosen.header("set-cookie").starts_with("latchkey_theme=dark;"));
    let away = app.post("/theme", &[("theme", "light"), ("back", "//evil.example")]).await;
    assert_eq!(away.header("location"), "/secrets");
    assert_eq!(app.post("/theme", &[("theme", "pink")]).await.status, StatusCode::BAD_REQUEST);
    let request =
        Request::get("/secrets").header("cookie", "a=b; latchkey_theme=dark").body(Body::empty()).unwrap();
    assert!(app.send(request).await.body.contains("data-theme=\"dark\""));
}

#[tokio::test]
async fn health_answers_before_the_database_does() {
    let app = TestApp::start().await;
    let router = app.without_database();
    let ask = async |path: &str| {
        read(router.clone().oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap()).await
    };
    assert_eq!(ask("/livez").await.status, StatusCode::OK);
    assert_eq!(ask("/readyz").await.status, StatusCode::SERVICE_UNAVAILABLE);
    let page = ask("/secrets").await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(page.body.contains("does not answer") && !page.header("retry-after").is_empty());

    assert_eq!(app.get("/readyz").await.status, StatusCode::OK);
}

#[tokio::test]
async fn behind_tls_cookies_are_bound_to_it_and_browsers_told_to_stay() {
    let mut app = TestApp::start().await;
    let plain = app.get("/secrets").await;
    assert!(plain.header("strict-transport-security").is_empty());
    app.behind(Edge { public: Some(Origin::parse("https://latchkey.example").unwrap()), ..Edge::default() });
    let session =
        app.session("admin", Role::Admin).await.replace("latchkey_session", "__Host-latchkey_session");
    let ask = |path: &str, host: &str| {
        Request::get(path)
            .header(header::HOST, host)
            .header(header::COOKIE, &session)
            .body(Body::empty())
            .unwrap()
    };
    for path in ["/secrets", "/livez", "/pkg/nothing.js", "/nowhere"] {
        let answer = app.send_anonymous(ask(path, "latchkey.example")).await;
        assert_eq!(answer.header("strict-transport-security"), "max-age=31536000", "{path}");
    }
    assert_eq!(app.send_anonymous(ask("/secrets", "latchkey.example")).await.status, StatusCode::OK);
    for host in ["evil.example", "127.0.0.1:3000", ""] {
        let answer = app.send_anonymous(ask("/secrets", host)).await;
        assert_eq!(answer.status, StatusCode::MISDIRECTED_REQUEST, "{host}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
    }
    // A cluster asks for health by address.
    assert_eq!(app.send_anonymous(ask("/livez", "10.0.0.7:3000")).await.status, StatusCode::OK);
}

#[tokio::test]
async fn where_browsers_tell_nothing_else_the_referrer_stays_within() {
    let app = TestApp::start().await;
    let ask = async |host: &str| {
        let request = Request::get("/secrets").header(header::HOST, host).body(Body::empty()).unwrap();
        app.send(request).await.header("referrer-policy").to_owned()
    };
    assert_eq!(ask("127.0.0.1:3000").await, "no-referrer");
    assert_eq!(ask("localhost").await, "no-referrer");
    assert_eq!(ask("10.0.0.7:3000").await, "same-origin");
}
