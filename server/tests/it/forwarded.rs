//! The headers of every answer, the requests that are rejected at the edge, and the server's health.

use crate::{
    harness::{TestApp, read, unique},
    sentinel::capture,
};
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use domain::access::Role;
use server::forwarded::{Forwarding, Origin};
use tower::ServiceExt;

#[tokio::test]
async fn every_answer_has_the_security_headers() {
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
async fn nonce_differs_per_answer_and_is_on_every_script() {
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
async fn cross_site_requests_are_rejected_and_change_nothing() {
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
        let answer = app.send(request).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{header_name}: {value}");
        assert!(answer.body.contains("nothing was changed") && answer.body.contains("LATCHKEY_PUBLIC_URL"));
    }
    assert_eq!(app.get(&format!("/secrets/image-{name}/edit")).await.status, StatusCode::OK);
    // Viewing the confirmation page deletes nothing.
    assert_eq!(app.get(&delete).await.status, StatusCode::OK);
    assert_eq!(app.get(&format!("/secrets/image-{name}/edit")).await.status, StatusCode::OK);
}

#[tokio::test]
async fn theme_is_stored_and_redirects_only_within_the_portal() {
    let app = TestApp::start().await;
    let chosen = app.post("/theme", &[("theme", "dark"), ("back", "/secrets?size=50")]).await;
    assert_eq!((chosen.status, chosen.header("location")), (StatusCode::SEE_OTHER, "/secrets?size=50"));
    assert!(chosen.header("set-cookie").starts_with("latchkey_theme=dark;"));
    let away = app.post("/theme", &[("theme", "light"), ("back", "//evil.example")]).await;
    assert_eq!(away.header("location"), "/");
    assert_eq!(app.post("/theme", &[("theme", "pink")]).await.status, StatusCode::BAD_REQUEST);
    let request =
        Request::get("/secrets").header("cookie", "a=b; latchkey_theme=dark").body(Body::empty()).unwrap();
    assert!(app.send(request).await.body.contains("data-theme=\"dark\""));
}

#[tokio::test]
async fn livez_answers_without_the_database() {
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
async fn session_cookie_is_secure_and_hsts_sent_behind_tls() {
    let mut app = TestApp::start().await;
    let plain = app.get("/secrets").await;
    assert!(plain.header("strict-transport-security").is_empty());
    app.behind(Forwarding {
        public: Some(Origin::parse("https://latchkey.example").unwrap()),
        ..Forwarding::default()
    });
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
async fn rejected_request_is_explained_and_logged() {
    let mut app = TestApp::start().await;
    app.behind(Forwarding {
        public: Some(Origin::parse("https://l.example").unwrap()),
        ..Forwarding::default()
    });
    let ask = |host: &str, origin: &str, accept: &str| {
        Request::post("/secrets/image-a/delete?token=SENTINEL")
            .header(header::HOST, host)
            .header(header::ORIGIN, origin)
            .header(header::ACCEPT, accept)
            .body(Body::empty())
            .unwrap()
    };
    for (host, origin, status, reason) in [
        ("l.example", "https://evil.example", StatusCode::FORBIDDEN, "came from another site"),
        (
            "evil.example",
            "https://evil.example",
            StatusCode::MISDIRECTED_REQUEST,
            "neither LATCHKEY_PUBLIC_URL",
        ),
    ] {
        let (log, guard) = capture();
        let mut said = Vec::new();
        for accept in ["text/html,*/*", "*/*"] {
            said.push(app.send_anonymous(ask(host, origin, accept)).await);
        }
        drop(guard);
        let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        assert!(said.iter().all(|answer| answer.status == status), "{host}");
        assert!(
            said[0].body.starts_with("<!DOCTYPE html>") && said[0].body.contains("<h1>"),
            "{}",
            said[0].body
        );
        assert!(!said[1].body.contains('<') && said[1].body.contains("portal"), "{}", said[1].body);
        let lines: Vec<_> = log.lines().filter(|line| line.contains("turned a request away")).collect();
        assert_eq!(lines.len(), 2, "{log}");
        for line in lines {
            assert!(
                line.contains("INFO") && line.contains(reason) && line.contains("evil.example"),
                "{line}"
            );
            assert!(line.contains("request_id") && !line.contains("SENTINEL"), "{line}");
        }
    }
    // The public address is the portal's own, whatever host a proxy asks for.
    app.behind(Forwarding {
        public: Some(Origin::parse("https://l.example").unwrap()),
        hosts: vec!["internal".to_owned()],
        ..Forwarding::default()
    });
    let answer = app.send_anonymous(ask("internal:8080", "https://l.example", "text/html")).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
}

#[tokio::test]
async fn request_with_two_hosts_is_rejected() {
    let app = TestApp::start().await;
    let two = Request::get("/secrets").header(header::HOST, "a.example").header(header::HOST, "b.example");
    let absolute = Request::get("http://b.example/secrets").header(header::HOST, "a.example");
    for request in [two, absolute] {
        let answer = app.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert!(answer.body.contains("two hosts"));
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
    }
    let same = Request::get("http://a.example/livez").header(header::HOST, "A.example:80");
    assert_eq!(app.send(same.body(Body::empty()).unwrap()).await.status, StatusCode::OK);
}

#[tokio::test]
async fn every_cookie_is_secure_behind_tls() {
    let mut app = TestApp::start().await;
    app.behind(Forwarding {
        public: Some(Origin::parse("https://l.example").unwrap()),
        ..Forwarding::default()
    });
    let cookies = format!(
        "{}; {}",
        app.session("admin", Role::Admin).await.replace("latchkey_session", "__Host-latchkey_session"),
        app.browser("admin").await.replace("latchkey_browser", "__Host-latchkey_browser"),
    );
    let post = |path: &str, cookies: &str, fields: &[(&str, &str)]| {
        let mut request = crate::harness::posted(path, cookies, fields);
        request.headers_mut().insert(header::HOST, "l.example".parse().unwrap());
        request
    };
    let browser = cookies.split_once("; ").unwrap().1.to_owned();
    let name = unique("tls");
    let fields = [
        ("name", name.as_str()),
        ("type", "image-pull"),
        ("registry_host", "ghcr.io"),
        ("username", "u"),
        ("password", "p"),
        ("allow_duplicate", "on"),
    ];
    let answers = [
        app.send_anonymous(post("/theme", "", &[("theme", "dark")])).await,
        app.send_anonymous(post("/secrets/new", &cookies, &fields)).await,
        app.send_anonymous(post("/secrets/new", &browser, &fields)).await,
        app.send_anonymous(post("/sign-out", &cookies, &[])).await,
    ];
    let mut seen = Vec::new();
    for answer in &answers {
        for line in answer.headers.get_all(header::SET_COOKIE) {
            let line = line.to_str().unwrap();
            assert!(line.starts_with("__Host-latchkey_") && line.ends_with("; Secure"), "{line}");
            assert!(line.contains("; Path=/;") && line.contains("SameSite=Lax"), "{line}");
            seen.push(line.split('=').next().unwrap().trim_start_matches("__Host-latchkey_").to_owned());
        }
    }
    assert_eq!(seen, ["theme", "notice", "draft", "session", "notice"]);
    // Cookies that a sibling host has planted under the plain names are ignored.
    let planted = format!(
        "{}; latchkey_theme=dark; latchkey_notice=done~password-changed",
        app.session("admin", Role::Admin).await.replace("latchkey_session", "__Host-latchkey_session")
    );
    let mut request = crate::harness::asked("/secrets", &planted);
    request.headers_mut().insert(header::HOST, "l.example".parse().unwrap());
    let page = app.send_anonymous(request).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("data-theme=\"system\"") && !page.body.contains("Password changed."));
    assert!(page.body.contains("data-prefix=\"__Host-\"") && page.body.contains("data-suffix=\"; Secure\""));
}

/// A body of one byte at a time, without end.
#[tokio::test]
async fn dripping_body_times_out_after_a_minute() {
    let app = TestApp::start().await;
    // No credentials are looked up: while the clock is paused, a database would seem not to answer.
    tokio::time::pause();
    let began = tokio::time::Instant::now();
    let pieces = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counted = std::sync::Arc::clone(&pieces);
    let drip = futures_util::stream::unfold((), move |()| {
        let counted = std::sync::Arc::clone(&counted);
        async move {
            tokio::time::sleep(std::time::Duration::from_secs(8)).await;
            counted.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            Some((Ok::<_, std::io::Error>(axum::body::Bytes::from_static(b"a")), ()))
        }
    });
    let request = Request::post("/theme")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from_stream(drip))
        .unwrap();
    let (status, _) = app.head(request).await;
    assert_eq!(pieces.load(std::sync::atomic::Ordering::Relaxed), 7, "eight seconds each");
    assert_eq!(began.elapsed().as_secs(), 60);
    assert!(status.is_client_error(), "{status}");
}

#[tokio::test]
async fn draining_server_is_not_ready_and_still_answers() {
    let mut app = TestApp::start().await;
    app.drain();
    let ready = app.get("/readyz").await;
    assert_eq!((ready.status, ready.body.as_str()), (StatusCode::SERVICE_UNAVAILABLE, "stopping\n"));
    let page = app.get("/secrets").await;
    assert_eq!((page.status, page.header("connection")), (StatusCode::OK, "close"));
    assert_eq!(app.get("/livez").await.status, StatusCode::OK);
}

#[tokio::test]
async fn referrer_policy_is_same_origin_without_fetch_metadata() {
    let app = TestApp::start().await;
    let ask = async |host: &str| {
        let request = Request::get("/secrets").header(header::HOST, host).body(Body::empty()).unwrap();
        app.send(request).await.header("referrer-policy").to_owned()
    };
    assert_eq!(ask("127.0.0.1:3000").await, "no-referrer");
    assert_eq!(ask("localhost").await, "no-referrer");
    assert_eq!(ask("10.0.0.7:3000").await, "same-origin");
}
