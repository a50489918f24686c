//! Requests that no page of the portal sends.

use crate::harness::{TestApp, form, unique};
use axum::{
    body::{Body, Bytes},
    http::{Request, StatusCode, header},
};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

const FORM: &str = "application/x-www-form-urlencoded";

#[tokio::test]
async fn malformed_forms_are_rejected_and_not_repeated() {
    let app = TestApp::start().await;
    let (bad, media) = (StatusCode::BAD_REQUEST, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    for (content_type, body, status) in [
        (FORM, "name=%FF&password=SENTINEL", bad),
        (FORM, "name=%ED%A0%80&password=SENTINEL", bad),
        (FORM, "name=a&name=SENTINEL", bad),
        (FORM, "password=a&password=SENTINEL", bad),
        (FORM, "unknown=SENTINEL", bad),
        (FORM, "SENTINEL=1", bad),
        ("text/plain", "name=a&password=SENTINEL", media),
        ("application/json", "{\"password\":\"SENTINEL\"}", media),
        ("multipart/form-data; boundary=x", "--x\r\nSENTINEL", media),
    ] {
        for path in ["/secrets/new", "/secrets/image-a/edit", "/secrets/image-a/delete"] {
            let answer = app.post_raw(path, content_type, body).await;
            // The secret does not exist either, which the page says first.
            let expected = if path == "/secrets/new" { status } else { StatusCode::NOT_FOUND };
            assert_eq!(answer.status, expected, "{path} {body}");
            assert!(!answer.body.contains("SENTINEL"), "{path} {body}");
        }
    }
    let unknown_type = app.post("/secrets/new", &[("name", "a"), ("type", "SENTINEL")]).await;
    assert_eq!(unknown_type.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(unknown_type.body.contains("Choose Git Dataset or Image Pull."));
    assert!(!unknown_type.body.contains("SENTINEL"));
}

#[tokio::test]
async fn server_functions_parse_strictly_and_repeat_nothing() {
    let app = TestApp::start().await;
    for (function, body) in [
        ("create_secret", r#"{"input":{"password":{"SENTINEL":1}}}"#),
        ("create_secret", r#"{"input":{"password":["SENTINEL"]}}"#),
        ("create_secret", r#"{"input":{"password":"a","password":"SENTINEL"}}"#),
        ("create_secret", r#"{"input":{"SENTINEL":"x"}}"#),
        ("create_secret", r#"{"input":{},"SENTINEL":"x"}"#),
        ("create_secret", r#"{"input":"SENTINEL"}"#),
        ("create_secret", r#"{"password":"SENTINEL"}"#),
        ("create_secret", "SENTINEL"),
        ("create_secret", ""),
        ("delete_secret", r#"{"input":["SENTINEL"]}"#),
        ("update_secret", r#"{"input":{"id":"SENTINEL","form":{}}}"#),
        ("update_secret", r#"{"input":{"id":"image-a","form":{},"SENTINEL":1}}"#),
        ("delete_secret", r#"{"input":"SENTINEL"}"#),
    ] {
        let answer = app.post_raw(&format!("/api/ui/{function}"), "application/json", body).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{function} {body}: {}", answer.body);
        assert!(!answer.body.contains("SENTINEL"), "{function} {body}: {}", answer.body);
    }
    let edit = r#"{"id":"image-none","form":{"registry_host":"a.example","username":"u","version":"1"}}"#;
    let missing = app.call("update_secret", edit).await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
    let wrong = app.call("create_secret", r#"{"name":"A","type":"image-pull","password":"SENTINEL"}"#).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!wrong.body.contains("SENTINEL"));
}

#[tokio::test]
async fn body_above_the_limit_is_rejected_without_being_read() {
    const PIECE: &[u8] = &[b'a'; 64 * 1024];
    const PIECES: usize = 160;
    let app = TestApp::start().await;
    for (path, content_type) in [("/secrets/new", FORM), ("/api/ui/create_secret", "application/json")] {
        let read = Arc::new(AtomicUsize::new(0));
        let body = || {
            let read = Arc::clone(&read);
            Body::from_stream(futures_util::stream::iter((0..PIECES).map(move |_| {
                read.fetch_add(1, Ordering::Relaxed);
                Ok::<_, std::io::Error>(Bytes::from_static(PIECE))
            })))
        };
        let stated = Request::post(path)
            .header(header::CONTENT_TYPE, content_type)
            .header(header::CONTENT_LENGTH, PIECES * PIECE.len());
        let answer = app.send(stated.body(body()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{path}");
        assert_eq!(read.load(Ordering::Relaxed), 0, "{path}: its length says enough");
        // Chunked, without a length.
        let status = app.post_raw(path, content_type, body()).await.status;
        assert!(
            [StatusCode::PAYLOAD_TOO_LARGE, StatusCode::BAD_REQUEST].contains(&status),
            "{path}: {status}"
        );
        // 256 KiB, and the chunk that exceeds them.
        assert_eq!(read.load(Ordering::Relaxed), 5, "{path}");
    }
}

#[tokio::test]
async fn largest_password_is_stored_exactly() {
    let app = TestApp::start().await;
    let name = unique("large");
    let password = format!(" \"\\:🔑' {} ", "é".repeat(32_000));
    assert_eq!(app.add_image(&name, &password).await.status, StatusCode::SEE_OTHER);
    assert_eq!(app.password_of(&name).await, password);
    let name = unique("larger");
    let refused = app.add_image(&name, &"a".repeat(65_537)).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("longer than 64 KiB"));
}

#[tokio::test]
async fn invalid_query_parameters_still_render_a_page() {
    let app = TestApp::start().await;
    let long = format!("q={}", "x".repeat(10_000));
    for query in [
        "page=-1",
        "sort=SENTINEL",
        "sort=-display&after=image-a~%00",
        "sort=updated&after=image-a~253402300799000000",
        "sort=updated&before=image-a~0",
        "after=forged",
        "before=end&size=999999999999999999999",
        "q=%25%5F%5C",
        "q=%ff%fe",
        "type=nothing&type=image-pull",
        "q=a&q=b&=&&",
        &long,
    ] {
        let answer = app.get(&format!("/secrets?{query}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{query}");
        assert!(answer.body.contains("<h1>Secrets</h1>"), "{query}");
    }
}

#[tokio::test]
async fn search_takes_percent_signs_and_underscores_literally() {
    let app = TestApp::start().await;
    let name = unique("pattern");
    let display = format!("100%_{name}\\");
    let fields = [
        ("name", name.as_str()),
        ("display_name", &display),
        ("type", "image-pull"),
        ("registry_host", "ghcr.io"),
        ("allow_duplicate", "on"),
        ("username", "u"),
        ("password", "p"),
    ];
    assert_eq!(app.post("/secrets/new", &fields).await.status, StatusCode::SEE_OTHER);
    for (search, found) in [
        (display.as_str(), true),
        ("100%_", true),
        (&format!("1%{name}"), false),
        (&format!("_{name}\\"), true),
        (&format!("__{name}"), false),
    ] {
        let answer = app.get(&format!("/secrets?{}", form(&[("q", search)]))).await;
        assert_eq!(answer.body.contains(&format!("image-{name}/edit")), found, "{search}");
    }
}
