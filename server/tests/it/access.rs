//! Who may reach what: every route without credentials, with invalid ones and as each role; signing in and
//! out; API tokens.

use crate::harness::{Answer, PASSWORD, TestApp, asked, posted, unique};
use axum::{
    body::{Body, Bytes},
    http::{self, Request, StatusCode, header},
};
use backend::{Ctx, PasswordReset};
use domain::{
    access::{Role, TokenDraft, TokenScope},
    sensitive::Sensitive,
    time::Timestamp,
};
use server::{clock, routes::Audience};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

fn ctx() -> Ctx {
    Ctx::system("test", clock::now())
}

/// The lowest role that may view each route, and the lowest that may send a form to it; `None` if the method
/// does not exist. A route that is missing here fails the tests below.
const SIGNED_IN: &[(&str, Option<Role>, Option<Role>)] = {
    use Role::{Admin, Editor, Reader};
    &[
        ("/", Some(Reader), None),
        ("/overview/key-backed-up", None, Some(Admin)),
        ("/overview/dismiss-steps", None, Some(Admin)),
        ("/secrets", Some(Reader), None),
        ("/secrets/new", Some(Editor), Some(Editor)),
        ("/secrets/import", Some(Editor), Some(Editor)),
        ("/secrets/import/{id}", Some(Editor), Some(Editor)),
        ("/secrets/import/{id}/discard", None, Some(Editor)),
        ("/secrets/deleted", Some(Reader), None),
        ("/secrets/deleted/restore", None, Some(Editor)),
        ("/secrets/deleted/{id}/restore", None, Some(Editor)),
        ("/secrets/deleted/{id}/remove", Some(Editor), Some(Editor)),
        ("/secrets/selected/check", None, Some(Editor)),
        ("/secrets/selected/delete", Some(Editor), Some(Editor)),
        ("/secrets/selected/manifests", Some(Reader), Some(Reader)),
        ("/secrets/new/check", Some(Editor), Some(Editor)),
        ("/secrets/{id}/edit/check", Some(Editor), Some(Editor)),
        ("/secrets/{id}/check", Some(Reader), Some(Editor)),
        ("/secrets/{id}/known-hosts", None, Some(Editor)),
        ("/secrets/{id}", Some(Reader), None),
        ("/secrets/{id}/edit", Some(Editor), Some(Editor)),
        ("/secrets/{id}/delete", Some(Editor), Some(Editor)),
        ("/secrets/{id}/versions", Some(Reader), None),
        ("/secrets/{id}/rollback", Some(Editor), Some(Editor)),
        ("/secrets/{id}/destroy", Some(Editor), Some(Editor)),
        ("/secrets/{id}/key", Some(Reader), None),
        ("/secrets/{id}/key.pub", Some(Reader), None),
        ("/secrets/{id}/key/new.pub", Some(Reader), None),
        ("/secrets/{id}/key/generate", Some(Editor), Some(Editor)),
        ("/secrets/{id}/key/check", Some(Reader), Some(Editor)),
        ("/secrets/{id}/key/switch", Some(Editor), Some(Editor)),
        ("/secrets/{id}/key/discard", Some(Editor), Some(Editor)),
        ("/images", Some(Reader), None),
        ("/images/new", Some(Editor), Some(Editor)),
        ("/images/new/check", Some(Editor), Some(Editor)),
        ("/images/{name}/edit", Some(Editor), Some(Editor)),
        ("/images/{name}/edit/check", Some(Editor), Some(Editor)),
        ("/images/{name}/delete", Some(Editor), Some(Editor)),
        ("/datasets", Some(Reader), None),
        ("/datasets/new", Some(Editor), Some(Editor)),
        ("/datasets/new/check", Some(Editor), Some(Editor)),
        ("/datasets/{name}/edit", Some(Editor), Some(Editor)),
        ("/datasets/{name}/edit/check", Some(Editor), Some(Editor)),
        ("/datasets/{name}/delete", Some(Editor), Some(Editor)),
        ("/account", Some(Reader), None),
        ("/account/password", None, Some(Reader)),
        ("/account/language", None, Some(Reader)),
        ("/account/notifications", Some(Reader), Some(Reader)),
        ("/account/notifications/address", None, Some(Reader)),
        ("/account/notifications/forget", None, Some(Reader)),
        ("/account/notifications/test", None, Some(Reader)),
        ("/account/sessions/end-others", Some(Reader), Some(Reader)),
        ("/account/sessions/{id}/end", Some(Reader), Some(Reader)),
        ("/tokens", Some(Reader), None),
        ("/tokens/new", Some(Reader), Some(Reader)),
        ("/tokens/{id}/revoke", Some(Reader), Some(Reader)),
        ("/search", Some(Reader), None),
        ("/users", Some(Admin), None),
        ("/users/new", Some(Admin), Some(Admin)),
        ("/users/{name}", Some(Admin), None),
        ("/users/{name}/role", Some(Admin), Some(Admin)),
        ("/users/{name}/disable", Some(Admin), Some(Admin)),
        ("/users/{name}/enable", Some(Admin), Some(Admin)),
        ("/users/{name}/end-sessions", Some(Admin), Some(Admin)),
        ("/users/{name}/password-link", Some(Admin), Some(Admin)),
        ("/system", Some(Admin), Some(Admin)),
        ("/audit", Some(Admin), None),
        ("/notifications", Some(Admin), None),
        ("/notifications/settings", None, Some(Admin)),
        ("/notifications/channels/new", Some(Admin), Some(Admin)),
        ("/notifications/channels/{id}", Some(Admin), Some(Admin)),
        ("/notifications/channels/{id}/secret", Some(Admin), Some(Admin)),
        ("/notifications/channels/{id}/pause", None, Some(Admin)),
        ("/notifications/channels/{id}/resume", None, Some(Admin)),
        ("/notifications/channels/{id}/test", None, Some(Admin)),
        ("/notifications/channels/{id}/delete", Some(Admin), Some(Admin)),
        ("/notifications/rules/new", Some(Admin), Some(Admin)),
        ("/notifications/rules/{id}", Some(Admin), Some(Admin)),
        ("/notifications/rules/{id}/delete", Some(Admin), Some(Admin)),
        ("/notifications/deliveries", Some(Admin), None),
        ("/notifications/deliveries/{id}/again", None, Some(Admin)),
        ("/audit/export", None, Some(Admin)),
        ("/help", Some(Reader), None),
        ("/help/{topic}", Some(Reader), None),
    ]
};

/// The server functions, with the lowest role that may call each.
const FUNCTIONS: &[(&str, Role, &str)] = &[
    (
        "/api/ui/create_secret",
        Role::Editor,
        r#"{"name":"x","type":"image-pull","registry_host":"ghcr.io","username":"u","password":"p","allow_duplicate":"on"}"#,
    ),
    (
        "/api/ui/update_secret",
        Role::Editor,
        r#"{"id":"ID","form":{"registry_host":"ghcr.io","username":"other","version":"1"}}"#,
    ),
    ("/api/ui/delete_secret", Role::Editor, r#""ID""#),
];

const PROBES: &[&str] = &["/livez", "/readyz"];

const ANYBODY: &[&str] = &[
    "/language",
    "/theme",
    "/sign-in",
    "/sign-in/single-sign-on",
    "/sign-in/single-sign-on/return",
    "/sign-in/single-sign-on/logout",
    "/sign-out",
    "/setup",
    "/choose-password",
    "/mail/confirm",
    "/mail/unsubscribe",
    "/api/openapi.json",
    "/api/docs",
];

/// The routes of the API: path, method, the scope that it requires (`None`: any), and a body.
const TOKENS: &[(&str, &str, Option<TokenScope>, &str)] = &[
    ("/api/v1/me", "GET", None, ""),
    ("/api/v1/me/notifications", "GET", None, ""),
    ("/api/v1/me/notifications", "PATCH", Some(TokenScope::Write), "{}"),
    ("/api/v1/secrets", "GET", None, ""),
    (
        "/api/v1/secrets",
        "POST",
        Some(TokenScope::Write),
        r#"{"type":"image-pull","name":"eve","registry_host":"ghcr.io","username":"eve","password":"p"}"#,
    ),
    ("/api/v1/secrets/{id}", "GET", None, ""),
    ("/api/v1/secrets/{id}", "PATCH", Some(TokenScope::Write), r#"{"display_name":"eve"}"#),
    ("/api/v1/secrets/{id}", "DELETE", Some(TokenScope::Write), ""),
    ("/api/v1/secrets/{id}/test", "POST", Some(TokenScope::Write), ""),
    ("/api/v1/secrets/{id}/value", "GET", Some(TokenScope::ReadValues), ""),
    ("/api/v1/secrets/{id}/manifest", "GET", Some(TokenScope::ReadValues), ""),
    ("/api/v1/secrets/{id}/versions", "GET", None, ""),
    ("/api/v1/secrets/{id}/versions/{number}/rollback", "POST", Some(TokenScope::Write), r#"{"test":"no"}"#),
    ("/api/v1/secrets/{id}/versions/{number}/value", "DELETE", Some(TokenScope::Write), ""),
    ("/api/v1/secrets/{id}/key", "POST", Some(TokenScope::Write), r#"{"kind":"ed25519"}"#),
    ("/api/v1/secrets/{id}/key", "DELETE", Some(TokenScope::Write), ""),
    ("/api/v1/secrets/{id}/key/switch", "POST", Some(TokenScope::Write), r#"{"fingerprint":"SHA256:x"}"#),
    ("/api/v1/secrets/{id}/consumers", "GET", None, ""),
    ("/api/v1/secrets/{id}/users", "GET", None, ""),
    ("/api/v1/deleted-secrets", "GET", None, ""),
    ("/api/v1/deleted-secrets/{row}", "DELETE", Some(TokenScope::Write), ""),
    ("/api/v1/deleted-secrets/{row}/restore", "POST", Some(TokenScope::Write), ""),
    ("/api/v1/images", "GET", None, ""),
    ("/api/v1/images", "POST", Some(TokenScope::Write), r#"{"name":"eve","image":"ghcr.io/eve"}"#),
    ("/api/v1/images/{name}", "GET", None, ""),
    ("/api/v1/images/{name}", "PATCH", Some(TokenScope::Write), r#"{"image":"ghcr.io/eve"}"#),
    ("/api/v1/images/{name}", "DELETE", Some(TokenScope::Write), ""),
    ("/api/v1/images/{name}/test", "POST", Some(TokenScope::Write), ""),
    ("/api/v1/datasets", "GET", None, ""),
    ("/api/v1/datasets", "POST", Some(TokenScope::Write), r#"{"name":"eve","repository":"git@host:eve"}"#),
    ("/api/v1/datasets/{name}", "GET", None, ""),
    ("/api/v1/datasets/{name}", "PATCH", Some(TokenScope::Write), r#"{"repository":"git@host:eve"}"#),
    ("/api/v1/datasets/{name}", "DELETE", Some(TokenScope::Write), ""),
    ("/api/v1/datasets/{name}/test", "POST", Some(TokenScope::Write), ""),
    ("/api/v1/tokens", "GET", Some(TokenScope::ReadAudit), ""),
    ("/api/v1/audit", "GET", Some(TokenScope::ReadAudit), ""),
    ("/api/v1/notifications/channels", "GET", Some(TokenScope::ManageNotices), ""),
    (
        "/api/v1/notifications/channels",
        "POST",
        Some(TokenScope::ManageNotices),
        r#"{"name":"eve","preset":"slack","url":"https://hooks.example/eve"}"#,
    ),
    ("/api/v1/notifications/channels/{channel}", "GET", Some(TokenScope::ManageNotices), ""),
    (
        "/api/v1/notifications/channels/{channel}",
        "PATCH",
        Some(TokenScope::ManageNotices),
        r#"{"name":"eve"}"#,
    ),
    ("/api/v1/notifications/channels/{channel}", "DELETE", Some(TokenScope::ManageNotices), ""),
    ("/api/v1/notifications/channels/{channel}/secret", "POST", Some(TokenScope::ManageNotices), ""),
    ("/api/v1/notifications/channels/{channel}/pause", "POST", Some(TokenScope::ManageNotices), ""),
    ("/api/v1/notifications/channels/{channel}/resume", "POST", Some(TokenScope::ManageNotices), ""),
    ("/api/v1/notifications/channels/{channel}/test", "POST", Some(TokenScope::ManageNotices), ""),
    ("/api/v1/notifications/rules", "GET", Some(TokenScope::ManageNotices), ""),
    ("/api/v1/notifications/rules", "POST", Some(TokenScope::ManageNotices), r#"{"channel":"mail"}"#),
    ("/api/v1/notifications/rules/{rule}", "GET", Some(TokenScope::ManageNotices), ""),
    ("/api/v1/notifications/rules/{rule}", "PUT", Some(TokenScope::ManageNotices), r#"{"channel":"mail"}"#),
    ("/api/v1/notifications/rules/{rule}", "DELETE", Some(TokenScope::ManageNotices), ""),
    ("/api/v1/notifications/deliveries", "GET", Some(TokenScope::ManageNotices), ""),
    ("/api/v1/notifications/deliveries/{delivery}/again", "POST", Some(TokenScope::ManageNotices), ""),
    ("/api/v1/notifications/settings", "GET", Some(TokenScope::ManageNotices), ""),
    ("/api/v1/notifications/settings", "PUT", Some(TokenScope::ManageNotices), r#"{"failures":2}"#),
    ("/api/v1/{*path}", "GET", None, ""),
    // Its answer says who may do what: tests/it/graphql.rs.
    ("/api/graphql", "POST", None, r#"{"query":"{ secrets { id } }"}"#),
];

/// Returns a route's path with this secret, or this user, filled in.
fn address(path: &str, id: &str, name: &str) -> String {
    let about_several =
        if path.starts_with("/secrets/selected/") { format!("?id={id}") } else { String::new() };
    path.replace("{id}", id).replace("{name}", name).replace("{topic}", "ghcr") + &about_several
}

/// Returns the rows of the tables above, sorted.
fn table() -> Vec<(String, Audience)> {
    let mut rows: Vec<(String, Audience)> = Vec::new();
    rows.extend(PROBES.iter().map(|path| ((*path).to_owned(), Audience::Probes)));
    rows.extend(ANYBODY.iter().map(|path| ((*path).to_owned(), Audience::Anybody)));
    rows.extend(SIGNED_IN.iter().map(|(path, ..)| ((*path).to_owned(), Audience::SignedIn)));
    rows.extend(FUNCTIONS.iter().map(|(path, ..)| ((*path).to_owned(), Audience::Islands)));
    rows.extend(TOKENS.iter().map(|(path, ..)| ((*path).to_owned(), Audience::Tokens)));
    rows.sort_by(|one, two| one.0.cmp(&two.0));
    rows.dedup();
    rows
}

#[tokio::test]
async fn table_has_every_route() {
    let app = TestApp::start().await;
    let mut routes = app.routes();
    routes.sort_by(|one, two| one.0.cmp(&two.0));
    assert_eq!(routes, table());
}

/// Returns cookies that authenticate nobody.
async fn bad_cookies(app: &TestApp) -> Vec<(&'static str, String)> {
    let ended = app.session("ended", Role::Admin).await;
    app.backend.users().end_sessions(&ctx(), "ended").await.unwrap();
    let disabled = app.session("disabled", Role::Admin).await;
    app.backend.users().disable(&ctx(), "disabled").await.unwrap();
    app.backend.users().enable(&ctx(), "disabled", &Sensitive::default()).await.unwrap();
    let good = app.session("admin", Role::Admin).await;
    let minutes_ago =
        |ago: i64| Ctx { now: Timestamp::from_micros(clock::now().micros() - ago * 60_000_000), ..ctx() };
    let sessions = app.backend.sessions();
    let idle = sessions.begin_for(&minutes_ago(31), "admin", "tests").await.unwrap().token;
    let expired = sessions.begin_for(&minutes_ago(12 * 60 + 1), "admin", "tests").await.unwrap().token;
    // Used all the time, and expired only because twelve hours have passed.
    for ago in (5..=12 * 60).rev().step_by(25) {
        assert!(sessions.identify(&minutes_ago(ago), &expired).await.unwrap().is_some(), "{ago} minutes ago");
    }
    let cookie = |token: &Sensitive| format!("latchkey_session={}", token.expose());
    vec![
        ("older than 12 hours", cookie(&expired)),
        ("idle for half an hour", cookie(&idle)),
        ("none", "latchkey_theme=dark".to_owned()),
        ("garbage", "latchkey_session=garbage".to_owned()),
        ("empty", "latchkey_session=".to_owned()),
        ("ended", ended),
        ("of a disabled user", disabled),
        ("cut short", good[..good.len() - 1].to_owned()),
        ("under the other name", good.replace("latchkey_session", "__Host-latchkey_session")),
    ]
}

#[tokio::test]
async fn guarded_routes_redirect_to_sign_in_without_a_valid_session() {
    let app = TestApp::start().await;
    let name = unique("walk");
    app.add_image(&name, "untouched").await;
    let id = format!("image-{name}");
    for (what, cookie) in bad_cookies(&app).await {
        for (path, get, post) in SIGNED_IN {
            let path = address(path, &id, "admin");
            if get.is_some() {
                let answer = app.send_anonymous(asked(&path, &cookie)).await;
                assert_eq!(answer.status, StatusCode::SEE_OTHER, "{what}: GET {path}");
                assert!(answer.header("location").starts_with("/sign-in?next="), "{what}: GET {path}");
                assert!(answer.body.is_empty());
            }
            if post.is_some() {
                let answer = app.send_anonymous(posted(&path, &cookie, &[])).await;
                assert_eq!(answer.status, StatusCode::SEE_OTHER, "{what}: POST {path}: {}", answer.body);
                assert!(answer.header("location").starts_with("/sign-in?next="), "{what}: POST {path}");
            }
        }
        for (path, _, input) in FUNCTIONS {
            let answer = app.send_anonymous(call(path, &cookie, &input.replace("ID", &id))).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{what}: {path}");
            assert!(
                answer.body.starts_with(r#"{"Refused":["NotSignedIn",["Your session had ended"#),
                "{}",
                answer.body
            );
        }
        // A cookie is not a token.
        for (path, method, _, body) in TOKENS {
            let request = by_api(&path.replace("{id}", &id), method, body);
            let request = request.header(header::COOKIE, &cookie).body(Body::from(*body)).unwrap();
            let answer = app.send_anonymous(request).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{what}: {method} {path}");
            assert_eq!(answer.header("content-type"), "application/problem+json");
        }
    }
    assert_eq!(app.password_of(&name).await, "untouched");
}

/// The id of a row that there is not.
const NO_ROW: &str = "00000000-0000-0000-0000-000000000000";

/// Returns a request as a script sends it, but without credentials.
fn by_api(path: &str, method: &str, body: &str) -> http::request::Builder {
    let request = Request::builder().method(method).uri(
        path.replace("{*path}", "nowhere")
            .replace("{name}", "nothing")
            .replace("{number}", "1")
            .replace("{row}", NO_ROW)
            .replace("{channel}", NO_ROW)
            .replace("{rule}", NO_ROW)
            .replace("{delivery}", NO_ROW),
    );
    if body.is_empty() { request } else { request.header(header::CONTENT_TYPE, "application/json") }
}

/// Returns tokens that are no longer valid, or never were.
async fn bad_tokens(app: &TestApp) -> Vec<(&'static str, String)> {
    let good = app.token(TokenScope::Write, |_| ()).await;
    let expired = app.backend.tokens();
    let draft =
        TokenDraft { name: "old".into(), scope: "write".into(), expiry: "1".into(), ..Default::default() };
    let day_ago = Timestamp::from_micros(clock::now().micros() - 86_400_000_000);
    let expired =
        expired.create(&Ctx { now: day_ago, ..ctx() }, &draft).await.unwrap().text.expose().to_owned();
    let revoked = app.token(TokenScope::Write, |_| ()).await;
    app.backend.tokens().revoke(&ctx(), revoked.split('_').nth(1).unwrap()).await.unwrap();
    let other_secret = format!("{}{}", &good[..good.len() - 1], if good.ends_with('0') { "1" } else { "0" });
    vec![
        ("none", String::new()),
        ("garbage", "Bearer garbage".to_owned()),
        ("of another scheme", format!("Basic {good}")),
        ("expired", format!("Bearer {expired}")),
        ("revoked", format!("Bearer {revoked}")),
        ("cut short", format!("Bearer {}", &good[..good.len() - 1])),
        ("with another secret", format!("Bearer {other_secret}")),
    ]
}

#[tokio::test]
async fn api_rejects_every_route_without_a_valid_token() {
    let app = TestApp::start().await;
    let name = unique("api-walk");
    app.add_image(&name, "untouched").await;
    let id = format!("image-{name}");
    let session = app.session("admin", Role::Admin).await;
    for (what, authorization) in bad_tokens(&app).await {
        for (path, method, _, body) in TOKENS {
            let request = by_api(&path.replace("{id}", &id), method, body)
                .header(header::AUTHORIZATION, &authorization)
                .header(header::COOKIE, &session)
                .body(Body::from(*body))
                .unwrap();
            let answer = app.send_anonymous(request).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{what}: {method} {path}: {}", answer.body);
            assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"latchkey\"");
        }
    }
    assert_eq!(app.password_of(&name).await, "untouched");
}

#[tokio::test]
async fn token_scopes_reach_the_routes_of_the_table() {
    let app = TestApp::start().await;
    let name = unique("scopes");
    app.add_image(&name, "untouched").await;
    let id = format!("image-{name}");
    let elsewhere = |draft: &mut TokenDraft| draft.prefix = "elsewhere".to_owned();
    // A token of the command line has no owner.
    let nowhere = ["{*path}", "{name}", "{channel}", "{rule}", "/me/notifications"];
    for scope in TokenScope::ALL {
        let (all, restricted) = (app.token(scope, |_| ()).await, app.token(scope, elsewhere).await);
        for (path, method, takes, body) in TOKENS {
            let ask = async |token: &str| {
                let request = by_api(&path.replace("{id}", &id), method, body)
                    .header(header::AUTHORIZATION, format!("Bearer {token}"));
                app.send_anonymous(request.body(Body::from(*body)).unwrap()).await
            };
            let may = takes.is_none_or(|takes| takes == scope);
            if !may {
                let answer = ask(&all).await;
                assert_eq!(
                    answer.status,
                    StatusCode::FORBIDDEN,
                    "{scope:?}: {method} {path}: {}",
                    answer.body
                );
            } else if *method == "GET" {
                let status = ask(&all).await.status.as_u16();
                assert_eq!(
                    status,
                    if nowhere.iter().any(|part| path.contains(part)) { 404 } else { 200 },
                    "{scope:?}: {path}"
                );
            }
            // Whoever may not do it learns nothing about the body that would be needed.
            for (content_type, wrong) in [
                ("application/json", "{\"SENTINEL"),
                ("application/json", r#"{"SENTINEL":1}"#),
                ("application/json", "[]"),
                ("text/plain", "SENTINEL"),
            ] {
                if may || body.is_empty() {
                    break;
                }
                let request = by_api(&path.replace("{id}", &id), method, "")
                    .header(header::AUTHORIZATION, format!("Bearer {all}"))
                    .header(header::CONTENT_TYPE, content_type);
                let answer = app.send_anonymous(request.body(Body::from(wrong)).unwrap()).await;
                assert_eq!(answer.status, StatusCode::FORBIDDEN, "{scope:?}: {method} {path} with {wrong}");
            }
            if path.contains("{id}") {
                let answer = ask(&restricted).await;
                // A route that deletes a key only after a confirmation says what is missing.
                let refused =
                    [StatusCode::FORBIDDEN, StatusCode::UNPROCESSABLE_ENTITY].contains(&answer.status);
                assert!(refused, "{scope:?}, restricted: {method} {path}: {}", answer.body);
                assert!(!answer.body.contains("untouched"));
            }
        }
    }
    assert_eq!(app.password_of(&name).await, "untouched");
}

fn call(path: &str, cookie: &str, input: &str) -> Request<Body> {
    Request::post(path)
        .header(header::COOKIE, cookie)
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(format!("{{\"input\":{input}}}")))
        .unwrap()
}

/// Parts of addresses at which nothing is: no token, session or import has the id of a secret, an account at a registry has
/// no SSH key, no image has the name of a user, and a question about a version names one.
const NOWHERE: [&str; 11] = [
    "/tokens/image",
    "/sessions/image",
    "/secrets/import/image",
    "/key",
    "/images/victim/",
    "/datasets/victim/",
    "/deleted/image",
    "/channels/image",
    "/rules/image",
    "/rollback",
    "/destroy",
];

#[tokio::test]
async fn roles_reach_the_routes_of_the_table_and_forbidden_requests_are_recorded() {
    let app = TestApp::start().await;
    let name = unique("roles");
    app.add_image(&name, "untouched").await;
    let id = format!("image-{name}");
    app.session("victim", Role::Reader).await;
    for role in [Role::Reader, Role::Editor] {
        let who = format!("{}-{}", role.as_str(), unique("walker"));
        let cookie = app.session(&who, role).await;
        let mut expected_refusals = 0;
        for (path, get, post) in SIGNED_IN {
            let path = address(path, &id, "victim");
            if let Some(least) = get {
                let answer = app.send_anonymous(asked(&path, &cookie)).await;
                if role < *least {
                    expected_refusals += 1;
                    assert_forbidden(&answer, &format!("{who}: GET {path}"));
                } else {
                    let there = if NOWHERE.iter().any(|part| path.contains(part)) { 404 } else { 200 };
                    let status = answer.status.as_u16();
                    assert_eq!(status, there, "{who}: GET {path}");
                }
            }
            if post.is_some_and(|least| role < least) {
                let fields: &[(&str, &str)] = match path.rsplit('/').next().unwrap() {
                    "new" if path.starts_with("/users") => &[("username", "eve"), ("role", "admin")],
                    "new" if path.contains("/channels/") => {
                        &[("name", "eve"), ("preset", "slack"), ("url", "https://hooks.example/eve")]
                    }
                    "new" if path.contains("/rules/") => &[("channel", "mail")],
                    "settings" => &[("failures", "2")],
                    "new" => &[
                        ("name", "eve"),
                        ("type", "image-pull"),
                        ("registry_host", "ghcr.io"),
                        ("username", "u"),
                        ("password", "p"),
                    ],
                    "edit" => &[("registry_host", "ghcr.io"), ("username", "eve"), ("version", "1")],
                    "role" => &[("role", "admin")],
                    "export" => &[("format", "csv")],
                    _ => &[],
                };
                let answer = app.send_anonymous(posted(&path, &cookie, fields)).await;
                assert_forbidden(&answer, &format!("{who}: POST {path}"));
                // The form is rejected, and so is the page that says so.
                expected_refusals += 1;
            }
        }
        for (path, least, input) in FUNCTIONS {
            if role < *least {
                let answer = app.send_anonymous(call(path, &cookie, &input.replace("ID", &id))).await;
                assert_eq!(answer.status, StatusCode::FORBIDDEN, "{who}: {path}");
                expected_refusals += 1;
            }
        }
        let mut query =
            backend::AuditQuery { actor: who, outcome: "refused".to_owned(), ..Default::default() };
        // Repetitions within a minute are one record with their number, which each export contains.
        app.backend.audit().begin_export(&ctx()).await.unwrap();
        let times = |entry: &backend::AuditEntry| {
            let counted = entry.fields.first().and_then(|field| field.strip_suffix(" times")?.parse().ok());
            counted.unwrap_or(1_usize)
        };
        let mut recorded = 0;
        loop {
            let page = app.backend.audit().list(&ctx(), &query).await.unwrap();
            recorded += page.entries.iter().map(times).sum::<usize>();
            match page.entries.last() {
                Some(last) if page.older => query.cursor = backend::AuditCursor::OlderThan(last.id),
                _ => break,
            }
        }
        assert!(recorded >= expected_refusals, "{recorded} of {expected_refusals} refusals are on record");
    }
    assert_eq!(app.password_of(&name).await, "untouched");
    let victim = app.backend.users().get(&ctx(), "victim").await.unwrap();
    assert_eq!((victim.role, victim.disabled, victim.sessions), (Role::Reader, false, 1));
    assert!(app.backend.users().get(&ctx(), "eve").await.is_err());
}

fn assert_forbidden(answer: &Answer, what: &str) {
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "{what}: {}", answer.body);
    assert!(answer.body.contains("Ask an administrator for another role: admin"), "{what}");
}

#[tokio::test]
async fn pages_offer_a_reader_only_permitted_actions() {
    let app = TestApp::start().await;
    let name = unique("reader");
    app.add_image(&name, "pw").await;
    let cookie = app.session("rita", Role::Reader).await;
    let list = app.send_anonymous(asked(&format!("/secrets?q={name}"), &cookie)).await.body;
    for absent in [">Add<", "/edit", "/delete", "/users", "/audit", "delete-title"] {
        assert!(!list.contains(absent), "{absent}");
    }
    let (cell, link) = (format!(">{name}</a>"), "aria-labelledby=\"v r0\"");
    assert!(list.contains(link) && list.contains("<span id=\"v\">View</span>") && list.contains(&cell));
    assert!(list.contains(" by admin"));
    let details = app.send_anonymous(asked(&format!("/secrets/image-{name}"), &cookie)).await.body;
    assert!(details.contains("History") && details.contains("Added secret") && details.contains("ghcr.io"));
}

async fn with_password(app: &TestApp, name: &str, role: Role) {
    app.session(name, role).await;
    let link = app
        .backend
        .users()
        .password_link(&ctx(), name, PasswordReset::Now, &Sensitive::default())
        .await
        .unwrap();
    app.backend.users().choose_password(&ctx(), &link, &Sensitive::new(PASSWORD)).await.unwrap();
}

/// Returns the session's cookie from an answer, as the browser sends it back.
fn session_of(answer: &Answer) -> String {
    let lines = answer.headers.get_all("set-cookie");
    let line =
        lines.iter().map(|line| line.to_str().unwrap()).find(|line| line.contains("latchkey_session="));
    line.expect("a session").split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn sign_in_returns_to_the_requested_page_and_sign_out_ends_the_session() {
    let app = TestApp::start().await;
    with_password(&app, "sue", Role::Editor).await;
    let page = app.send_anonymous(asked("/sign-in?next=%2Fsecrets%2Fnew", "")).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("value=\"/secrets/new\"") && !page.body.contains("/tokens"));

    let fields = [("username", " SUE "), ("password", PASSWORD), ("next", "/secrets/new")];
    let answer = app.send_anonymous(posted("/sign-in", "", &fields)).await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/secrets/new"));
    let line = answer.header("set-cookie");
    assert!(line.contains("HttpOnly") && line.contains("SameSite=Lax") && line.contains("Path=/;"), "{line}");
    let cookie = session_of(&answer);
    let page = app.send_anonymous(asked("/secrets/new", &cookie)).await;
    assert!(page.body.contains(">sue") && page.body.contains("Sign out"));

    for (next, leads) in [
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https:evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
        ("/audit?actor=a", "/audit?actor=a"),
    ] {
        let fields = [("username", "sue"), ("password", PASSWORD), ("next", next)];
        let answer = app.send_anonymous(posted("/sign-in", "", &fields)).await;
        assert_eq!(answer.header("location"), leads, "{next}");
    }

    // A GET signs nobody out; sending the form does, on the server too.
    assert_eq!(app.send_anonymous(asked("/sign-out", &cookie)).await.header("location"), "/");
    assert_eq!(app.send_anonymous(asked("/secrets", &cookie)).await.status, StatusCode::OK);
    let out = app.send_anonymous(posted("/sign-out", &cookie, &[])).await;
    assert_eq!((out.status, out.header("location")), (StatusCode::SEE_OTHER, "/sign-in"));
    assert!(out.header("clear-site-data").contains("storage"));
    let lines: Vec<_> = out.headers.get_all("set-cookie").iter().map(|line| line.to_str().unwrap()).collect();
    assert!(lines.iter().any(|line| line.starts_with("latchkey_session=;") && line.contains("Max-Age=0")));
    assert_eq!(app.send_anonymous(asked("/secrets", &cookie)).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn failed_sign_ins_reveal_no_users_and_lock_the_name() {
    let app = TestApp::start().await;
    with_password(&app, "locke", Role::Reader).await;
    let attempt = async |name: &str, password: &str| {
        app.send_anonymous(posted("/sign-in", "", &[("username", name), ("password", password)])).await
    };
    let known = attempt("locke", "WRONG-SENTINEL").await;
    let unknown = attempt("nobody-at-all", "WRONG-SENTINEL").await;
    assert_eq!((known.status, unknown.status), (StatusCode::UNAUTHORIZED, StatusCode::UNAUTHORIZED));
    let words = "Wrong username or password.";
    assert!(known.body.contains(words) && unknown.body.contains(words));
    assert!(known.body.contains("value=\"locke\"") && !known.body.contains("SENTINEL"));
    for _ in 0..4 {
        attempt("LOCKE", "WRONG-SENTINEL").await;
    }
    let locked = attempt("locke", PASSWORD).await;
    assert_eq!(locked.status, StatusCode::TOO_MANY_REQUESTS);
    assert!((890..=900).contains(&locked.header("retry-after").parse::<u32>().unwrap()));
    assert!(locked.body.contains("Try again in 15 minutes"));
}

#[tokio::test]
async fn attempts_of_one_address_are_limited() {
    let app = TestApp::start().await;
    let mut limited = None;
    for number in 0..80 {
        // Cheap attempts: an invalid link is detected before anything is hashed.
        let fields = [("username", "a"), ("password", PASSWORD), ("repeat_password", PASSWORD)];
        let answer = app.send_anonymous(posted("/setup?token=none", "", &fields)).await;
        if answer.status == StatusCode::TOO_MANY_REQUESTS {
            limited = Some((number, answer.header("retry-after").to_owned()));
            break;
        }
        assert_eq!(answer.status, StatusCode::GONE);
    }
    let (number, wait) = limited.expect("a limit");
    assert!(number >= 55, "after {number}");
    assert!((1..=60).contains(&wait.parse::<u32>().unwrap()));
}

#[tokio::test]
async fn kept_draft_outlives_the_session() {
    let app = TestApp::start().await;
    let (path, name) = ("/secrets/new", unique("draft"));
    let fields = [
        ("name", name.as_str()),
        ("display_name", "Größe; x=\"1\""),
        ("type", "image-pull"),
        ("registry_host", "ghcr.io"),
        ("username", "robot"),
        ("password", "SENTINEL"),
    ];
    // Nobody has signed in with this browser: it is redirected, and nothing of the form is kept.
    let stranger = app.send_anonymous(posted(path, "", &fields)).await;
    assert_eq!(stranger.header("location"), "/sign-in?next=%2Fsecrets%2Fnew");
    assert_eq!(stranger.header("set-cookie"), "");

    let session = app.session("sue", Role::Editor).await;
    let browser = app.browser("sue").await;
    let answer = app.send_anonymous(posted(path, &browser, &fields)).await;
    assert_eq!(answer.header("location"), "/sign-in?next=%2Fsecrets%2Fnew");
    let line = answer.header("set-cookie").to_owned();
    assert!(line.contains("Path=/;") && line.contains("HttpOnly") && !line.contains("SENTINEL"), "{line}");
    let draft = line.split(';').next().unwrap();
    // Not in another browser, for another person, on another page, or changed on the way.
    let (other_session, other_browser) = (app.session("tim", Role::Editor).await, app.browser("tim").await);
    let changed = draft.replace("ghcr.io", "evil.example");
    let planted = draft.split_once('.').unwrap().1;
    for (path, cookies) in [
        (path, format!("{session}; {draft}")),
        (path, format!("{session}; {other_browser}; {draft}")),
        (path, format!("{other_session}; {other_browser}; {draft}")),
        (path, format!("{other_session}; {browser}; {draft}")),
        ("/secrets/new/check", format!("{session}; {browser}; {draft}")),
        (path, format!("{session}; {browser}; {changed}")),
        (path, format!("{session}; {browser}; latchkey_draft={planted}")),
    ] {
        let page = app.send_anonymous(asked(path, &cookies)).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(!page.body.contains(&name), "{path} {cookies}");
    }
    let page = app.send_anonymous(asked(path, &format!("{session}; {browser}; {draft}"))).await;
    assert!(
        page.body.contains(&format!("value=\"{name}\"")) && page.body.contains("Größe; x="),
        "{}",
        page.body
    );
    assert!(page.body.contains("Your session had ended, so nothing was saved."));
    assert!(page.header("set-cookie").contains("Max-Age=0"));
}

/// Returns a body that is costly to read, and a counter of how often it was read.
fn hostile(text: &str) -> (Body, Arc<AtomicUsize>) {
    let asked_for = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked_for);
    let mut pieces =
        text.as_bytes().chunks(4_096).map(Bytes::copy_from_slice).collect::<Vec<_>>().into_iter();
    let stream = futures_util::stream::poll_fn(move |_| {
        counted.fetch_add(1, Ordering::Relaxed);
        std::task::Poll::Ready(pieces.next().map(Ok::<_, std::io::Error>))
    });
    (Body::from_stream(stream), asked_for)
}

#[tokio::test]
async fn admission_authenticates_before_the_body_is_read() {
    let app = TestApp::start().await;
    let lines = (0..6_000).map(|n| format!("h{n} ssh-rsa AAAAB3NzaC1yc2E=%0A")).collect::<Vec<_>>().concat();
    let form = format!("known_hosts={lines}&approved_hosts={lines}");
    let json = format!("{{\"input\":{{\"known_hosts\":\"{}\"}}}}", lines.replace("%0A", "\\n"));
    let ended = app.session("ended", Role::Admin).await;
    app.backend.users().end_sessions(&ctx(), "ended").await.unwrap();
    let other_browser = app.browser("ended").await.replace("latchkey_browser=", "latchkey_browser=0");
    for cookie in ["", "latchkey_session=garbage", ended.as_str(), other_browser.as_str()] {
        let ask = async |method: &str, path: &str, kind: &str, text: &str| {
            let (body, asked_for) = hostile(text);
            let request = Request::builder().method(method).uri(path).header(header::CONTENT_TYPE, kind);
            let (status, headers) =
                app.head(request.header(header::COOKIE, cookie).body(body).unwrap()).await;
            assert_eq!(
                asked_for.load(Ordering::Relaxed),
                0,
                "{method} {path} with {cookie}: its body was read"
            );
            (status, headers)
        };
        for (path, _, post) in SIGNED_IN {
            if post.is_some() {
                let path = address(path, "image-a", "admin");
                for (kind, text) in [
                    ("application/x-www-form-urlencoded", form.as_str()),
                    ("application/x-www-form-urlencoded", "%FF=%00&a&a=1&a=1"),
                    ("multipart/form-data; boundary=x", form.as_str()),
                ] {
                    let (status, headers) = ask("POST", &path, kind, text).await;
                    assert_eq!(status, StatusCode::SEE_OTHER, "{path}");
                    assert!(headers[header::LOCATION].to_str().unwrap().starts_with("/sign-in"), "{path}");
                    assert!(!headers.contains_key(header::SET_COOKIE), "{path}");
                }
            }
        }
        for (path, ..) in FUNCTIONS {
            for text in [json.as_str(), "{", "{\"input\":{\"unknown\":1}}"] {
                for kind in ["application/json", "text/plain", "application/x-www-form-urlencoded"] {
                    let (status, _) = ask("POST", path, kind, text).await;
                    assert_eq!(status, StatusCode::UNAUTHORIZED, "{path}");
                }
            }
        }
        for (path, method, ..) in TOKENS {
            let path = path.replace("{*path}", "nowhere").replace("{id}", "image-a").replace("{name}", "a");
            for text in [json.as_str(), "{"] {
                let (status, _) = ask(method, &path, "application/json", text).await;
                assert_eq!(status, StatusCode::UNAUTHORIZED, "{path}");
            }
        }
    }
    // A browser in which somebody has signed in keeps what was typed, but only of the two forms.
    let browser = app.browser("ended").await;
    for (path, _, post) in SIGNED_IN.iter().filter(|(_, _, post)| post.is_some()) {
        let (body, asked_for) = hostile(&form);
        let request = Request::post(address(path, "image-a", "admin")).header(header::COOKIE, &browser);
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let (status, _) = app.head(request.body(body).unwrap()).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{path}: {post:?}");
        let is_kept = [
            "/secrets/new",
            "/secrets/new/check",
            "/secrets/{id}/edit",
            "/secrets/{id}/edit/check",
            "/secrets/selected/check",
        ];
        assert_eq!(asked_for.load(Ordering::Relaxed) > 0, is_kept.contains(path), "{path}");
    }
}

#[tokio::test]
async fn invalid_path_segments_are_not_found_and_not_recorded() {
    let app = TestApp::start().await;
    let who = unique("prober");
    let cookie = app.session(&who, Role::Reader).await;
    let long = "a".repeat(2_700);
    for part in ["%00", "a%00b", "a%0Ab", "%E2%80%AEa", "%FF", long.as_str()] {
        for (path, get, post) in SIGNED_IN.iter().filter(|(path, ..)| path.contains('{')) {
            let path = path.replace("{id}", part).replace("{name}", part).replace("{topic}", part);
            let requests = [get.map(|_| asked(&path, &cookie)), post.map(|_| posted(&path, &cookie, &[]))];
            for request in requests.into_iter().flatten() {
                let answer = app.send_anonymous(request).await;
                assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path:.60}");
                assert!(answer.body.contains("Page not found"), "{path:.60}");
            }
        }
        for (path, method, _, body) in TOKENS.iter().filter(|(path, ..)| path.contains('{')) {
            let token = app.token(TokenScope::Write, |_| ()).await;
            let path = path.replace("{id}", part).replace("{name}", part).replace("{row}", part);
            let request =
                by_api(&path, method, body).header(header::AUTHORIZATION, format!("Bearer {token}"));
            let answer = app.send_anonymous(request.body(Body::from(*body)).unwrap()).await;
            let status = answer.status.as_u16();
            // Neither a NUL nor any other byte reaches the database, which would reject it.
            assert!((400..500).contains(&status), "{method} {path:.60}: {status}");
        }
    }
    let query = backend::AuditQuery { actor: who, outcome: "refused".to_owned(), ..Default::default() };
    assert!(app.backend.audit().list(&ctx(), &query).await.unwrap().entries.is_empty());
}

#[tokio::test]
async fn sign_in_ends_the_browsers_previous_session() {
    let app = TestApp::start().await;
    with_password(&app, "old-one", Role::Editor).await;
    let before = app.session("first-one", Role::Reader).await;
    let elsewhere = app.session("first-one", Role::Reader).await;
    let fields = [("username", "old-one"), ("password", PASSWORD)];
    let wrong = [("username", "old-one"), ("password", "something else")];
    app.send_anonymous(posted("/sign-in", &before, &wrong)).await;
    assert_eq!(
        app.send_anonymous(asked("/account", &before)).await.status,
        StatusCode::OK,
        "nobody signed in"
    );
    let answer = app.send_anonymous(posted("/sign-in", &before, &fields)).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(app.send_anonymous(asked("/account", &before)).await.status, StatusCode::SEE_OTHER);
    assert_eq!(app.send_anonymous(asked("/account", &elsewhere)).await.status, StatusCode::OK);
    assert_eq!(app.send_anonymous(asked("/account", &session_of(&answer))).await.status, StatusCode::OK);

    let again = app.send_anonymous(posted("/sign-in", &session_of(&answer), &fields)).await;
    assert_eq!(
        app.send_anonymous(asked("/account", &session_of(&answer))).await.status,
        StatusCode::SEE_OTHER
    );
    assert_eq!(app.send_anonymous(asked("/account", &session_of(&again))).await.status, StatusCode::OK);
}

#[tokio::test]
async fn server_functions_accept_only_json_and_never_redirect() {
    let app = TestApp::start().await;
    let name = unique("by-function");
    let cookie = app.session("sue", Role::Editor).await;
    let input = format!(
        r#"{{"input":{{"name":"{name}","type":"image-pull","registry_host":"ghcr.io","username":"u","password":"p","allow_duplicate":"on"}}}}"#
    );
    let ask = async |kind: &str, accept: &str| {
        let request = Request::post("/api/ui/create_secret")
            .header(header::COOKIE, &cookie)
            .header(header::CONTENT_TYPE, kind)
            .header(header::ACCEPT, accept)
            .header(header::REFERER, "https://evil.example/")
            .body(Body::from(input.clone()));
        app.send_anonymous(request.unwrap()).await
    };
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "",
        "application/jsonx",
    ] {
        assert_eq!(ask(kind, "*/*").await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{kind}");
    }
    assert_eq!(app.get(&format!("/secrets/image-{name}")).await.status, StatusCode::NOT_FOUND);
    for accept in ["text/html", "application/json, text/html"] {
        let answer = ask("application/json; charset=utf-8", accept).await;
        assert_eq!(
            (answer.status, answer.header("location")),
            (StatusCode::OK, ""),
            "{accept}: {}",
            answer.body
        );
        app.post(&format!("/secrets/image-{name}/delete"), &[]).await;
    }
}

#[tokio::test]
async fn users_are_managed_and_passwords_chosen_and_changed() {
    let app = TestApp::start().await;
    let name = unique("user");
    let admin = app.session_with_password(&unique("looks-after"), Role::Admin).await;
    // Each of these forms requires the administrator's own password.
    let post = async |path: &str, fields: &[(&str, &str)]| {
        let fields = [fields, &[("current_password", PASSWORD)]].concat();
        app.send_anonymous(posted(path, &admin, &fields)).await
    };
    // An administrator adds a user, and passes the link on.
    let made = post("/users/new", &[("username", &name), ("role", "editor")]).await;
    assert_eq!(made.status, StatusCode::OK, "{}", made.body);
    let start = made.body.find("/choose-password?token=").unwrap();
    let link: String = made.body[start..].chars().take_while(|c| *c != '"').collect();
    let again = post("/users/new", &[("username", &name), ("role", "editor")]).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.body.contains("A user with this name already exists."));
    assert!(
        again.body.contains(&format!("value=\"{name}\"")) && again.body.contains("aria-invalid=\"true\"")
    );

    assert!(app.send_anonymous(asked(&link, "")).await.body.contains("Choose a password"));
    let choose = |one, two| posted(&link, "", &[("password", one), ("repeat_password", two)]);
    let differs = app.send_anonymous(choose(PASSWORD, "something else")).await;
    assert_eq!(differs.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(differs.body.contains("The passwords don't match.") && !differs.body.contains(PASSWORD));
    let chosen = app.send_anonymous(choose(PASSWORD, PASSWORD)).await;
    assert_eq!(chosen.header("location"), "/");
    let cookie = session_of(&chosen);
    assert_eq!(app.send_anonymous(choose(PASSWORD, PASSWORD)).await.status, StatusCode::GONE);
    assert_eq!(app.send_anonymous(asked(&link, "")).await.status, StatusCode::GONE);

    // The user changes the password, which replaces the current session.
    let new = "another password x";
    let fields = [("current_password", PASSWORD), ("password", new), ("repeat_password", new)];
    let changed = app.send_anonymous(posted("/account/password", &cookie, &fields)).await;
    assert_eq!(changed.header("location"), "/account", "{}", changed.body);
    let newer = session_of(&changed);
    assert_eq!(app.send_anonymous(asked("/account", &cookie)).await.status, StatusCode::SEE_OTHER);
    let account = app.send_anonymous(asked("/account", &newer)).await;
    assert!(account.body.contains("This session") && account.body.contains("Editor"));
    let wrong = app.send_anonymous(posted("/account/password", &newer, &fields)).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("This is not your current password."));

    // A change of role, ending the sessions and disabling the user each end the session.
    let user = format!("/users/{name}");
    let role = [("role", "reader"), ("current_password", PASSWORD)];
    for (action, fields) in [("role", &role[..]), ("end-sessions", &[]), ("disable", &[])] {
        let cookie = app.session(&name, Role::Reader).await;
        assert_eq!(app.send_anonymous(asked("/account", &cookie)).await.status, StatusCode::OK, "{action}");
        let done = app.send_anonymous(posted(&format!("{user}/{action}"), &admin, fields)).await;
        assert_eq!(
            (done.status, done.header("location")),
            (StatusCode::SEE_OTHER, user.as_str()),
            "{action}"
        );
        assert_eq!(app.send_anonymous(asked("/account", &cookie)).await.status, StatusCode::SEE_OTHER);
    }
    assert!(app.get(&user).await.body.contains("Enable user"));
    assert_eq!(post(&format!("{user}/enable"), &[]).await.header("location"), user);
    assert!(app.get(&user).await.body.contains("Disable user"));
    assert!(app.get("/users?q=user").await.body.contains(&name));
    assert_eq!(app.get("/users/nobody").await.status, StatusCode::NOT_FOUND);
    let link = post(&format!("{user}/password-link"), &[]).await;
    assert!(link.body.contains("/choose-password?token="));
}

#[tokio::test]
async fn token_is_shown_once_and_is_valid_until_revoked() {
    let app = TestApp::start().await;
    let name = unique("maker");
    let cookie = app.session_with_password(&name, Role::Admin).await;
    let page = app.send_anonymous(asked("/tokens/new", &cookie)).await;
    assert!(page.body.contains("id=\"current_password\""), "{}", page.body);
    let fields = [("name", "ci"), ("scope", "read-values"), ("prefix", "team-"), ("expiry", "7")];
    let make = async |password: &str| {
        let fields = [&fields[..], &[("current_password", password)]].concat();
        app.send_anonymous(posted("/tokens/new", &cookie, &fields)).await
    };
    let without = make("").await;
    assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        without.body.contains("Enter your current password.") && without.body.contains("value=\"team-\"")
    );
    let shown = make(PASSWORD).await;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.body);
    let start = shown.body.find("latchkey_").unwrap();
    let start = start + shown.body[start..].find("value=\"latchkey_").map_or(0, |found| found + 7);
    let token: String = shown.body[start..].chars().take_while(|c| *c != '"').collect();
    assert_eq!(token.len(), "latchkey_".len() + 16 + 1 + 64, "{token}");
    let id = token.split('_').nth(1).unwrap().to_owned();

    let me = async |authorization: &str| {
        let request =
            Request::get("/api/v1/me").header(header::AUTHORIZATION, authorization).body(Body::empty());
        app.send_anonymous(request.unwrap()).await
    };
    let answer = me(&format!("Bearer {token}")).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let json: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!((json["name"].as_str(), json["scope"].as_str()), (Some("ci"), Some("read-values")));
    assert_eq!((json["name_prefix"].as_str(), json["id"].as_str()), (Some("team-"), Some(id.as_str())));
    assert_eq!(json["owner"].as_str(), Some(name.as_str()));
    for bad in [
        "",
        "Bearer",
        "Bearer ",
        &token,
        &format!("Basic {token}"),
        "Bearer latchkey_x_y",
        &format!("Bearer {token}0"),
    ] {
        let answer = me(bad).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{bad}");
        assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"latchkey\"");
        assert_eq!(answer.header("content-type"), "application/problem+json");
    }
    // Never in a query string.
    let query =
        app.send_anonymous(asked(&format!("/api/v1/me?token={token}&access_token={token}"), "")).await;
    assert_eq!(query.status, StatusCode::UNAUTHORIZED);
    // And a token is not a session.
    let request = Request::get("/secrets").header(header::AUTHORIZATION, format!("Bearer {token}"));
    assert_eq!(app.send_anonymous(request.body(Body::empty()).unwrap()).await.status, StatusCode::SEE_OTHER);

    let list = app.send_anonymous(asked("/tokens", &cookie)).await;
    assert!(list.body.contains(&id) && !list.body.contains(&token[26..]));
    assert!(list.body.contains(&format!("token ci of {name}")), "{}", list.body);
    let account = app.send_anonymous(asked("/account", &cookie)).await.body;
    assert!(account.contains("<b>ci</b>") && account.contains(", used "), "{account}");
    assert!(account.contains("name=\"revoke_tokens\""));
    let question = app.get(&format!("/tokens/{id}/revoke")).await;
    assert!(question.body.contains("Revoke <b>"));
    let revoked = app.post(&format!("/tokens/{id}/revoke"), &[]).await;
    assert_eq!(revoked.header("location"), "/tokens");
    assert_eq!(me(&format!("Bearer {token}")).await.status, StatusCode::UNAUTHORIZED);

    let account = app.send_anonymous(asked("/account", &cookie)).await.body;
    assert!(!account.contains("<b>ci</b>"), "{account}");
    let wrong = app.post("/tokens/new", &[("name", ""), ("scope", "all"), ("expiry", "soon")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("Enter a name") && wrong.body.contains("value=\"soon\""));
}

/// A reset of the password revokes the tokens, unless the box is unticked.
#[tokio::test]
async fn password_reset_revokes_the_tokens_that_are_ticked() {
    let app = TestApp::start().await;
    let name = unique("reset");
    let cookie = app.session_with_password(&name, Role::Editor).await;
    let fields = [("name", "cluster"), ("scope", "read-values"), ("current_password", PASSWORD)];
    let made = app.send_anonymous(posted("/tokens/new", &cookie, &fields)).await;
    let start = made.body.find("value=\"latchkey_").unwrap() + 7;
    let token: String = made.body[start..].chars().take_while(|c| *c != '"').collect();
    let works = async || {
        let request = Request::get("/api/v1/me").header(header::AUTHORIZATION, format!("Bearer {token}"));
        app.send_anonymous(request.body(Body::empty()).unwrap()).await.status
    };
    let address = format!("/users/{name}/password-link");
    let question = app.get(&address).await.body;
    assert!(question.contains("name=\"revoke_tokens\"") && question.contains("checked"), "{question}");
    let admin = app.session_with_password(&unique("resets"), Role::Admin).await;
    let proof = ("current_password", PASSWORD);
    let post =
        async |fields: &[(&str, &str)]| app.send_anonymous(posted(&address, &admin, fields)).await.status;
    assert_eq!(post(&[proof]).await, StatusCode::OK);
    assert_eq!(works().await, StatusCode::OK);
    assert_eq!(post(&[("revoke_tokens", "on"), proof]).await, StatusCode::OK);
    assert_eq!(works().await, StatusCode::UNAUTHORIZED);
    assert!(!app.get(&address).await.body.contains("revoke_tokens"), "there is none to revoke");
}

/// A token acts under its own name and that of its owner, wherever an action is shown.
#[tokio::test]
async fn audit_log_names_the_token_that_acted() {
    let app = TestApp::start().await;
    let (person, name) = (unique("owner"), unique("by-token"));
    let cookie = app.session_with_password(&person, Role::Editor).await;
    let fields = [("name", "robot"), ("scope", "write"), ("current_password", PASSWORD)];
    let made = app.send_anonymous(posted("/tokens/new", &cookie, &fields)).await;
    let start = made.body.find("value=\"latchkey_").unwrap() + 7;
    let token: String = made.body[start..].chars().take_while(|c| *c != '"').collect();
    let body = format!(
        r#"{{"type":"image-pull","name":"{name}","registry_host":"ghcr.io","username":"u","password":"{name}"}}"#
    );
    let request = Request::post("/api/v1/secrets")
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(body));
    let added = app.send_anonymous(request.unwrap()).await;
    assert_eq!(added.status, StatusCode::CREATED, "{}", added.body);
    let called = format!("token robot of {person}");
    assert!(added.body.contains(&called), "{}", added.body);
    for path in [
        format!("/secrets?q={name}"),
        format!("/secrets/image-{name}"),
        format!("/audit?object=image-{name}"),
    ] {
        let page = app.get(&path).await.body;
        assert!(page.contains(&called), "{path}: {page}");
    }
}

/// Without a provider nobody is signed out by one, and a stranger's token is rejected before it is parsed.
#[tokio::test]
async fn back_channel_logout_is_rejected_without_a_provider() {
    let app = TestApp::start().await;
    let answer =
        app.send_anonymous(posted("/sign-in/single-sign-on/logout", "", &[("logout_token", "a.b.c")])).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert_eq!(answer.header("cache-control"), "no-store");
}

#[tokio::test]
async fn expired_token_is_rejected() {
    let app = TestApp::start().await;
    let draft =
        TokenDraft { name: "old".into(), scope: "write".into(), expiry: "1".into(), ..TokenDraft::default() };
    let past = Ctx {
        now: domain::time::Timestamp::from_micros(clock::now().micros() - 2 * 86_400_000_000),
        ..ctx()
    };
    let token = app.backend.tokens().create(&past, &draft).await.unwrap();
    let request = Request::get("/api/v1/me")
        .header(header::AUTHORIZATION, format!("Bearer {}", token.text.expose()))
        .body(Body::empty());
    assert_eq!(app.send_anonymous(request.unwrap()).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn audit_log_is_filtered_and_exported() {
    let app = TestApp::start().await;
    let name = unique("audited");
    app.add_image(&name, "pw").await;
    let object = format!("image-{name}");
    let page = app.get(&format!("/audit?object={object}")).await;
    assert!(page.body.contains("Added secret") && page.body.contains(&format!("value=\"{object}\"")));
    assert!(app.get("/audit?object=nothing-such").await.body.contains("No records match."));
    assert_eq!(app.get("/audit?older=x&from=y&action=%00&outcome=%ff").await.status, StatusCode::OK);

    let csv = app.post(&format!("/audit/export?object={object}"), &[("format", "csv")]).await;
    assert!(csv.header("content-type").starts_with("text/csv"));
    assert!(csv.header("content-disposition").contains("latchkey-audit.csv"));
    let lines: Vec<_> = csv.body.lines().collect();
    assert_eq!(lines.len(), 2, "{}", csv.body);
    assert!(lines[0].starts_with("id,at,actor_kind,actor,") && lines[1].contains("secret added"));
    let jsonl = app.post("/audit/export", &[("format", "jsonl")]).await;
    let rows: Vec<serde_json::Value> =
        jsonl.body.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows[0]["action"], "audit exported");
    assert!(rows.iter().any(|row| row["object"] == object.as_str()));
    let ids: Vec<i64> = rows.iter().map(|row| row["id"].as_i64().unwrap()).collect();
    assert!(
        ids.is_sorted_by(|one, two| one > two) && ids.last() == Some(&1),
        "the whole of it, newest first"
    );
    assert_eq!(app.post("/audit/export", &[("format", "xml")]).await.status, StatusCode::BAD_REQUEST);
}
