//! The language of answers.

use crate::harness::{Answer, TestApp, posted};
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use domain::access::Role;

/// Returns a page for a browser with these languages and this cookie.
async fn page(app: &TestApp, path: &str, accept: &str, cookie: &str) -> Answer {
    let request = Request::get(path)
        .header(header::ACCEPT, "text/html")
        .header(header::ACCEPT_LANGUAGE, accept)
        .header(header::COOKIE, cookie);
    app.send_anonymous(request.body(Body::empty()).unwrap()).await
}

const CHINESE: &str = "<html lang=\"zh-Hant\"";
const ENGLISH: &str = "<html lang=\"en\"";

#[tokio::test]
async fn sign_in_page_is_in_the_language_of_the_browser() {
    let app = TestApp::start().await;
    for (accept, cookie, html, code, heading) in [
        ("zh-TW,zh;q=0.9,en;q=0.8", "", CHINESE, "zh-Hant", "<h1>登入</h1>"),
        ("zh-CN,zh;q=0.9", "", ENGLISH, "en", "<h1>Sign in</h1>"),
        ("zh-TW", "latchkey_language=en", ENGLISH, "en", "<h1>Sign in</h1>"),
        ("en-XA", "latchkey_language=en-XA", ENGLISH, "en", "<h1>Sign in</h1>"),
    ] {
        let answer = page(&app, "/sign-in", accept, cookie).await;
        assert!(answer.body.contains(html) && answer.body.contains(heading), "{accept}: {}", answer.body);
        assert_eq!(answer.header("content-language"), code, "{accept}");
        assert!(answer.header("vary").contains("accept-language, cookie"), "{accept}");
    }
}

#[tokio::test]
async fn language_is_chosen_in_the_browser_before_signing_in() {
    let app = TestApp::start().await;
    let form = [("language", "zh-Hant"), ("back", "/sign-in?next=%2Fusers")];
    let chosen = app.send_anonymous(posted("/language", "a=b", &form)).await;
    assert_eq!((chosen.status, chosen.header("location")), (StatusCode::SEE_OTHER, "/sign-in?next=%2Fusers"));
    assert!(chosen.header("set-cookie").starts_with("latchkey_language=zh-Hant; Path=/; Max-Age=31536000;"));
    let away =
        app.send_anonymous(posted("/language", "a=b", &[("language", "en"), ("back", "//evil")])).await;
    assert_eq!(away.header("location"), "/");
    for code in ["en-XA", "zh-CN"] {
        let refused = app.send_anonymous(posted("/language", "a=b", &[("language", code)])).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{code}");
    }
}

#[tokio::test]
async fn language_of_the_account_outranks_the_browser() {
    let app = TestApp::start().await;
    let session = app.session("mei", Role::Reader).await;
    let form = [("language", "zh-Hant"), ("back", "/account")];
    let chosen = app.send_anonymous(posted("/account/language", &session, &form)).await;
    assert_eq!((chosen.status, chosen.header("location")), (StatusCode::SEE_OTHER, "/account"));
    assert!(chosen.header("set-cookie").contains("latchkey_language=zh-Hant;"));
    let both = format!("{session}; latchkey_language=en");
    let account = page(&app, "/account", "en", &both).await;
    assert!(account.body.contains(CHINESE), "{}", account.body);
    let again = app.send_anonymous(posted("/account/language", &session, &[("language", "")])).await;
    assert!(again.header("set-cookie").contains("latchkey_language=; Path=/; Max-Age=0"));
    assert!(page(&app, "/account", "en", &session).await.body.contains(ENGLISH));
}

#[tokio::test]
async fn api_answers_in_english_whatever_the_language() {
    let app = TestApp::start().await;
    let answer = page(&app, "/api/v1/secrets", "zh-TW", "latchkey_language=zh-Hant").await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert!(answer.body.is_ascii(), "{}", answer.body);
    assert!(answer.headers.get(header::CONTENT_LANGUAGE).is_none());
}
