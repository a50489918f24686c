//! The Overview, for each role; and what every page has around it.

use crate::harness::{KEY, TestApp, asked, posted, unique};
use axum::{
    body::{Body, to_bytes},
    http::{Request, StatusCode, header},
};
use domain::access::Role;
use tower::ServiceExt;

/// Returns the text of the page without its document and frame.
fn main_of(body: &str) -> &str {
    body.split("<main").nth(1).unwrap().split("</main>").next().unwrap()
}

#[tokio::test]
async fn overview_shows_numbers_changes_and_plots_to_each_role() {
    let app = TestApp::start().await;
    let name = unique("shown");
    app.post(
        "/secrets/new",
        &[("name", &name), ("type", "git-dataset"), ("secret", KEY), ("allow_duplicate", "on")],
    )
    .await;
    let target = unique("somebody");
    app.session(&target, Role::Reader).await;
    for role in [Role::Reader, Role::Editor, Role::Admin] {
        let cookie = app.session(&unique(role.as_str()), role).await;
        let answer = app.send_anonymous(asked("/", &cookie)).await;
        assert_eq!(answer.status, StatusCode::OK, "{role:?}");
        let page = main_of(&answer.body);
        for part in [
            "<h1>Overview</h1>",
            " secrets</a>",
            "Needs attention",
            "href=\"/secrets?needs=test\"",
            "Recent changes",
            "Reads of values",
            "Test results",
        ] {
            assert!(page.contains(part), "{role:?}: {part}: {page}");
        }
        assert!(page.contains(&format!("/secrets/gitsync-secret-{name}")), "{role:?}");
        // People and the log are for administrators, and so is what is left to set up.
        for part in ["Added user", "href=/audit"] {
            assert_eq!(page.contains(part), role == Role::Admin, "{role:?}: {part}");
        }
        assert!(!page.contains(" style="), "the policy of pages rejects it");
    }
}

#[tokio::test]
async fn overview_filters_are_those_of_the_list() {
    let app = TestApp::start().await;
    let name = unique("filtered");
    app.post(
        "/secrets/new",
        &[("name", &name), ("type", "git-dataset"), ("secret", KEY), ("allow_duplicate", "on")],
    )
    .await;
    let listed = async |query: &str| {
        let answer = app.get(&format!("/secrets?q={name}&{query}")).await;
        assert_eq!(answer.status, StatusCode::OK);
        main_of(&answer.body).contains(&format!("value=gitsync-secret-{name} "))
    };
    assert!(listed("needs=test").await);
    assert!(
        !listed("needs=switch").await && !listed("needs=approval").await && !listed("needs=review").await
    );
    let id = format!("gitsync-secret-{name}");
    let made = app.post(&format!("/secrets/{id}/key/generate"), &[("generate", "ed25519")]).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.body);
    assert!(listed("needs=switch").await);
    let page = app.get("/secrets?needs=switch").await.body;
    assert!(page.contains("Key switch"), "the filter that is set is shown");
}

#[tokio::test]
async fn steps_are_noted_by_administrators_alone() {
    let app = TestApp::start().await;
    let noted = app.post("/overview/key-backed-up", &[]).await;
    assert_eq!((noted.status, noted.header("location")), (StatusCode::SEE_OTHER, "/"));
    assert_eq!(app.post("/overview/key-backed-up", &[("more", "1")]).await.status, StatusCode::BAD_REQUEST);
    let editor = app.session(&unique("editor"), Role::Editor).await;
    for path in ["/overview/key-backed-up", "/overview/dismiss-steps"] {
        let refused = app.send_anonymous(posted(path, &editor, &[])).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{path}");
        assert!(refused.body.contains("have access to this page"), "{path}");
        assert_eq!(app.get(path).await.header("location"), "/", "{path}");
    }
    assert!(!app.get("/").await.body.contains("I have backed it up"));
}

#[tokio::test]
async fn titles_name_the_thing() {
    let app = TestApp::start().await;
    let name = unique("titled");
    app.add_image(&name, "pw").await;
    let person = unique("ana");
    app.session(&person, Role::Reader).await;
    for (path, title) in [
        ("/".to_owned(), "Overview".to_owned()),
        ("/secrets".to_owned(), "Secrets".to_owned()),
        (format!("/secrets/image-{name}"), format!("{name} · Secrets")),
        (format!("/secrets/image-{name}/edit"), format!("{name} · Edit secret")),
        (format!("/secrets/image-{name}/delete"), format!("{name} · Delete secret")),
        (format!("/users/{person}"), format!("{person} · Users")),
        (format!("/users/{person}/disable"), format!("{person} · Disable user")),
        ("/help/ghcr".to_owned(), "Pull secret for GitHub Container Registry · Help".to_owned()),
    ] {
        let body = app.get(&path).await.body;
        assert!(body.contains(&format!("<title>{title} · Latchkey</title>")), "{path}: {title}");
    }
}

#[tokio::test]
async fn pages_keep_navigation_and_name_while_the_database_is_away() {
    let app = TestApp::start().await;
    let person = unique("ana");
    let cookie = app.session(&person, Role::Admin).await;
    let browser = app.browser(&person).await;
    let ask = async |path: &str, cookies: String| {
        let request = Request::get(path).header(header::COOKIE, cookies).body(Body::empty()).unwrap();
        let answer = app.without_database().oneshot(request).await.unwrap();
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE, "{path}");
        String::from_utf8(to_bytes(answer.into_body(), usize::MAX).await.unwrap().to_vec()).unwrap()
    };
    for path in ["/", "/secrets", "/images", "/tokens", "/users", "/audit", "/account"] {
        let page = ask(path, format!("{cookie}; {browser}")).await;
        assert!(page.contains(&person) && page.contains("href=\"/users\""), "{path}: {page}");
        assert_eq!(page.matches("<h1>").count(), 1, "{path}");
        assert!(!page.contains("role=\"search\""), "{path}: a search that cannot work");
        // A browser of which nobody knows whose it is has the places that everybody has.
        let page = ask(path, cookie.clone()).await;
        assert!(page.contains("href=\"/images\"") && !page.contains("href=\"/users\""), "{path}");
    }
    // Without a session there is nothing to navigate.
    assert!(!ask("/", browser.clone()).await.contains("href=\"/images\""));
}
