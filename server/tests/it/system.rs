//! The page System.

use crate::harness::{TestApp, asked, posted, unique};
use axum::{
    body::Body,
    http::{HeaderValue, Request, StatusCode, header},
};
use domain::access::Role;
use server::forwarded::Forwarding;

#[tokio::test]
async fn system_shows_checks_to_administrators_and_makes_slow_ones_when_asked() {
    let mut app = TestApp::start().await;
    app.behind(Forwarding {
        public: Some(server::forwarded::Origin::parse("http://127.0.0.1:1").unwrap()),
        hosts: vec!["localhost".to_owned()],
        ..Forwarding::default()
    });
    let admin = app.session("admin", Role::Admin).await;
    let named = |mut request: Request<Body>| {
        request.headers_mut().insert(header::HOST, HeaderValue::from_static("localhost"));
        request
    };
    let page = app.send_anonymous(named(asked("/system", &admin))).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    for part in [
        "<h1>System</h1>",
        "<li id=schema class=well>",
        "<li id=database-connection class=well>",
        "<li id=reachability class=not-looked>",
        "<form method=post action=/system>",
        "<code>LATCHKEY_PUBLIC_URL</code>",
        "href=\"/system\"",
    ] {
        assert!(page.body.contains(part), "{part}: {}", page.body);
    }
    assert!(!page.body.contains(" style="), "the policy of pages rejects it");
    let asked_now = app.send_anonymous(named(posted("/system", &admin, &[]))).await;
    assert_eq!(asked_now.status, StatusCode::OK, "{}", asked_now.body);
    assert!(asked_now.body.contains("<li id=reachability class=look>"), "{}", asked_now.body);

    let editor = app.session(&unique("editor"), Role::Editor).await;
    let hidden = app.send_anonymous(named(asked("/system", &editor))).await;
    assert_eq!(hidden.status, StatusCode::FORBIDDEN);
    assert!(
        !hidden.body.contains("LATCHKEY_") && !hidden.body.contains("href=\"/system\""),
        "{}",
        hidden.body
    );
}

#[tokio::test]
async fn system_is_in_the_language_of_the_reader() {
    let app = TestApp::start().await;
    let admin = app.session("admin", Role::Admin).await;
    let mut request = asked("/system", &admin);
    request.headers_mut().insert(header::ACCEPT_LANGUAGE, "zh-TW".parse().unwrap());
    let page = app.send_anonymous(request).await;
    assert!(page.body.contains("<h1>系統</h1>") && page.body.contains("項遷移已全部套用"), "{}", page.body);
}
