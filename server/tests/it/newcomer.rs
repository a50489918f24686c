//! The stumbling blocks of people who saw the portal for the first time.

use crate::{
    bounded,
    harness::{PASSWORD, TestApp, asked, fresh_folder, posted, unique},
    process::latchkey,
};
use axum::{
    body::Body,
    http::{HeaderValue, Request, StatusCode, header},
};
use domain::access::{Role, TokenScope};
use server::forwarded::{Forwarding, Origin};

fn at(mut request: Request<Body>, host: &'static str) -> Request<Body> {
    request.headers_mut().insert(header::HOST, HeaderValue::from_static(host));
    request
}

#[tokio::test]
async fn addresses_of_this_machine_alone_come_with_a_warning() {
    const WARNING: &str = "only works on this machine";
    let mut app = TestApp::start().await;
    let name = unique("here");
    app.add_image(&name, "pw").await;
    let admin = app.session_with_password(&unique("admin"), Role::Admin).await;
    let secret = format!("/secrets/image-{name}");
    let (user, other) = (unique("invited"), unique("invited"));
    let added = |name: &str| {
        posted(
            "/users/new",
            &admin,
            &[("username", name), ("role", "reader"), ("current_password", PASSWORD)],
        )
    };
    let token = |name: &str| posted("/tokens/new", &admin, &[("name", name), ("scope", "read-metadata")]);
    for request in [asked(&secret, &admin), added(&user), token("here")] {
        let page = app.send_anonymous(at(request, "127.0.0.1:3000")).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        assert!(page.body.contains(WARNING) && page.body.contains("LATCHKEY_PUBLIC_URL"), "{}", page.body);
    }
    let elsewhere = app.send_anonymous(at(asked(&secret, &admin), "portal.lan")).await;
    assert!(!elsewhere.body.contains(WARNING));
    app.behind(Forwarding { public: Origin::parse("http://127.0.0.1:3000").ok(), ..Forwarding::default() });
    for request in [asked(&secret, &admin), added(&other), token("there")] {
        let page = app.send_anonymous(at(request, "127.0.0.1:3000")).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        assert!(!page.body.contains(WARNING), "{}", page.body);
    }
}

#[tokio::test]
async fn form_of_a_token_names_the_secret_that_was_meant() {
    let app = TestApp::start().await;
    let name = unique("harbour-registry");
    app.add_image(&name, "pw").await;
    let sent = async |secrets: &str| {
        let name = unique("ci");
        app.post("/tokens/new", &[("name", &name), ("scope", "read-metadata"), ("secrets", secrets)]).await
    };
    let (typed, meant) = (format!("image-{}", name.replace("harbour", "harbor")), format!("image-{name}"));
    let rejected = sent(&typed).await;
    assert_eq!(rejected.status, StatusCode::UNPROCESSABLE_ENTITY);
    let said = format!("There is no secret {typed}. Did you mean {meant}?");
    assert!(rejected.body.contains(&said), "{}", rejected.body);
    assert_eq!(sent(&meant).await.status, StatusCode::OK);
}

#[tokio::test]
async fn problems_of_a_new_password_are_shown_together() {
    let app = TestApp::start().await;
    let reader = app.session_with_password(&unique("reader"), Role::Reader).await;
    let fields = [("current_password", PASSWORD), ("password", "short"), ("repeat_password", "other")];
    let rejected = app.send_anonymous(posted("/account/password", &reader, &fields)).await;
    assert_eq!(rejected.status, StatusCode::UNPROCESSABLE_ENTITY);
    for part in ["Use at least 12 characters", "id=\"password-error\"", "id=\"repeat_password-error\""] {
        assert!(rejected.body.contains(part), "{part}: {}", rejected.body);
    }
}

#[tokio::test]
async fn rotating_an_account_asks_for_the_new_password() {
    let app = TestApp::start().await;
    let name = unique("rotated");
    app.add_image(&name, "old").await;
    let secret = format!("/secrets/image-{name}");
    let rotate = format!("{secret}/edit?from=secret&rotate=1");
    assert!(app.get(&secret).await.body.contains(&rotate.replace('&', "&amp;")), "the link");
    let page = app.get(&rotate).await.body;
    let field = page.split("<input").find(|input| input.contains("id=\"password\"")).unwrap().to_owned();
    assert!(field.contains("aria-required=\"true\"") && field.contains("autofocus"), "{field}");
    assert!(page.contains("<h1>Rotate password</h1>"), "{page}");
    let version = page.split("name=\"version\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let sent = async |password: &str| {
        let fields = [
            ("submission", "rotate"),
            ("version", version),
            ("registry_host", "ghcr.io"),
            ("username", "robot"),
            ("password", password),
        ];
        app.post(&rotate, &fields).await
    };
    let rejected = sent("").await;
    assert_eq!(rejected.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(rejected.body.contains("id=\"password-error\"") && rejected.body.contains("Rotate password"));
    assert_eq!(app.password_of(&name).await, "old");
    let saved = sent("new").await;
    assert_eq!(saved.header("location"), secret, "{}", saved.body);
    assert_eq!(app.password_of(&name).await, "new");
}

#[tokio::test]
async fn records_name_tokens_by_their_names() {
    let app = TestApp::start().await;
    let name = unique("named-token");
    app.token(TokenScope::ReadMetadata, |draft| draft.name.clone_from(&name)).await;
    for path in [format!("/audit?object={name}"), "/".to_owned()] {
        let page = app.get(&path).await;
        let main = page.body.split("<main").nth(1).unwrap();
        assert!(main.contains(&format!(">{name}<")), "{path}: {main}");
    }
}

#[test]
fn errors_of_commands_are_no_lines_of_a_log() {
    let mut command = latchkey(&fresh_folder("newcomer"));
    command.env("DATABASE_URL", "postgres://u:p@127.0.0.1:1/x").args(["user", "list"]);
    let output = bounded::output(&mut command);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.lines().any(|line| line.starts_with("latchkey: ")), "{said}");
    assert!(!said.contains("ERROR"), "{said}");
}
