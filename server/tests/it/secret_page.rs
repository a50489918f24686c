//! The page of one secret: what each role sees, the way back, the last tests, and the examples, which are run.

use crate::{
    docs::tools,
    harness::{TestApp, asked, fresh_folder, unique},
    peers::{GitServer, Guard, PASSWORD, Registry, USER},
    process::{Running, latchkey},
};
use axum::http::StatusCode;
use domain::access::Role;
use serde_json::Value;
use std::{fs, os::unix::fs::PermissionsExt, process::Command};

/// Returns the part of a page from its first heading on, without the frame around it.
fn main_of(body: &str) -> &str {
    &body[body.find("<main").unwrap()..body.find("</main>").unwrap()]
}

#[tokio::test]
async fn page_of_secret_shows_actions_to_editors_alone() {
    let app = TestApp::start().await;
    let name = unique("shown");
    app.add_image(&name, "SENTINEL-value").await;
    let id = format!("image-{name}");
    let address = format!("/secrets/{id}?list=q%3D{name}");
    let actions = [
        format!("/secrets/{id}/edit?from=secret"),
        format!("/secrets/{id}/check?from=secret"),
        "rotate=1".to_owned(),
    ];
    for role in Role::ALL {
        let cookie = app.session(&unique("sees"), role).await;
        let page = app.send_anonymous(asked(&address, &cookie)).await;
        assert_eq!(page.status, StatusCode::OK);
        let main = main_of(&page.body);
        for shown in [
            id.as_str(),
            "ghcr.io",
            "Not tested",
            "Used by",
            "How to use it",
            "imagePullSecrets",
            "Added secret",
            &format!("href=\"/secrets?q={name}\""),
        ] {
            assert!(main.contains(shown), "{role:?} {shown}: {main}");
        }
        for action in &actions {
            assert_eq!(main.contains(action.as_str()), role >= Role::Editor, "{role:?} {action}");
        }
        assert_eq!(main.contains("data-delete"), role >= Role::Editor, "{role:?}");
        assert_eq!(main.contains("<form"), role >= Role::Editor, "{role:?}");
        assert_eq!(main.contains("/audit?object="), role >= Role::Admin, "{role:?}");
        assert!(!page.body.contains("SENTINEL") && page.body.contains(&format!("{name} · Secret")));
    }
    let gone = app.get("/secrets/image-nobody-has-this").await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn edit_and_test_return_to_the_page_or_to_the_list_with_its_filters() {
    let app = TestApp::start().await;
    let name = unique("returns");
    app.add_image(&name, "pw").await;
    let id = format!("image-{name}");
    let fields = [
        ("registry_host", "ghcr.io"),
        ("username", name.as_str()),
        ("password", "pw"),
        ("allow_duplicate", "on"),
    ];
    for (version, query, expected) in [
        ("1", "", "/secrets".to_owned()),
        ("2", "?list=q%3Dx%26size%3D10", "/secrets?q=x&size=10".to_owned()),
        ("3", "?from=secret&list=q%3Dx", format!("/secrets/{id}?list=q%3Dx")),
        ("4", "?from=secret", format!("/secrets/{id}")),
        // Nothing else is a place to return to.
        ("5", "?from=//evil.example&list=//evil.example", "/secrets".to_owned()),
    ] {
        let edit = format!("/secrets/{id}/edit{query}");
        assert!(
            app.get(&edit).await.body.contains(&format!("href=\"{}\"", expected.replace('&', "&amp;"))),
            "{query}"
        );
        let saved = app
            .post(&edit, &[&fields[..], &[("version", version), ("display_name", version)]].concat())
            .await;
        assert_eq!(
            (saved.status, saved.header("location")),
            (StatusCode::SEE_OTHER, expected.as_str()),
            "{query}"
        );
    }
    let other = unique("returns");
    let added = [&fields[..], &[("name", other.as_str()), ("type", "image-pull")]].concat();
    let added = app.post("/secrets/new?list=size%3D50", &added).await;
    assert_eq!(added.header("location"), "/secrets?size=50");
    let tested = app.post(&format!("/secrets/{id}/check?from=secret&list=size%3D50"), &[]).await;
    assert_eq!(
        (tested.status, tested.header("location")),
        (StatusCode::SEE_OTHER, format!("/secrets/{id}?list=size%3D50").as_str())
    );
    let asked = app.get(&format!("/secrets/{id}/delete?from=secret")).await.body;
    assert!(main_of(&asked).contains(&format!("href=\"/secrets/{id}\"")), "{asked}");
}

#[tokio::test]
async fn page_of_secret_shows_the_last_tests_and_what_to_do() {
    let app = TestApp::start().await;
    let registry = Registry::start(&Guard::Basic, None);
    let name = unique("tested");
    let host = format!("127.0.0.1:{}", registry.port);
    let fields = [
        ("name", name.as_str()),
        ("type", "image-pull"),
        ("registry_host", &host),
        ("username", USER),
        ("password", PASSWORD),
        ("allow_duplicate", "on"),
    ];
    app.post("/secrets/new", &fields).await;
    let page = format!("/secrets/image-{name}");
    let check = format!("{page}/check?from=secret");
    app.post(&check, &[]).await;
    app.post(&check, &[]).await;
    let body = app.get(&page).await.body;
    assert!(body.contains("aria-label=\"The last 2 tests: Works 2\"") && body.contains("by admin"), "{body}");
    let wrong = [("version", "1"), ("registry_host", host.as_str()), ("username", USER), ("password", "no")];
    app.post(&format!("{page}/edit"), &[&wrong[..], &[("allow_duplicate", "on")]].concat()).await;
    let body = app.get(&page).await.body;
    assert!(body.contains("Not tested") && body.contains("The last 2 tests: Works 2"), "{body}");
    app.post(&check, &[]).await;
    let body = app.get(&page).await.body;
    assert!(body.contains("The last 3 tests: Refused 1, Works 2"), "{body}");
    assert!(body.contains("Enter a new password") && body.contains("/edit?from=secret#password"), "{body}");

    // A host that is not known yet is a state of its own, which asks for somebody to act.
    let server = GitServer::start();
    let key = server.key("key", &["-t", "ed25519"], true);
    let (name, repository) = (unique("met"), server.address("repo.git"));
    let fields =
        [("name", name.as_str()), ("type", "git-dataset"), ("secret", &key), ("repository", &repository)];
    app.post("/secrets/new", &fields).await;
    let page = format!("/secrets/gitsync-secret-{name}");
    let met = app.post(&format!("{page}/check?from=secret"), &[]).await;
    assert_eq!(met.status, StatusCode::OK);
    assert!(met.body.contains(&format!("action=\"{page}/known-hosts?from=secret\"")), "{}", met.body);
    let body = app.get(&page).await.body;
    assert!(body.contains("New host") && body.contains("Test and review the host keys"), "{body}");
    assert!(app.get(&format!("/secrets?q={name}")).await.body.contains("New host"));
    let lines = server.known_hosts();
    let trusted = app.post(&format!("{page}/known-hosts?from=secret"), &[("approved_hosts", &lines)]).await;
    assert_eq!(trusted.header("location"), page);
    let body = app.get(&page).await.body;
    assert!(body.contains("Default branch trunk") && body.contains("Trusted host keys"), "{body}");

    app.post(&format!("{page}/key/generate"), &[("generate", "ed25519")]).await;
    assert!(app.get(&page).await.body.contains("A new key is waiting."));
    let steps = app.get(&format!("{page}/key")).await.body;
    let primary = |body: &str, words: &str| {
        let button = &body[..body.find(words).unwrap()];
        button[button.rfind("<button").unwrap()..].contains("class=\"primary\"")
    };
    assert!(primary(&steps, "Test the new key") && !primary(&steps, "Switch to the new key"), "{steps}");
}

/// Returns the examples of a page, as they are copied.
fn examples(page: &str) -> Vec<String> {
    let examples = page.split("<pre id=\"example-").skip(1).map(|rest| {
        let text = &rest[rest.find('>').unwrap() + 1..rest.find("</pre>").unwrap()];
        text.replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&#x27;", "'")
            .replace("&amp;", "&")
    });
    examples.collect()
}

#[test]
fn examples_on_the_page_of_a_secret_do_what_they_say() {
    let folder = fresh_folder("examples");
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
    let (git, registry) = (GitServer::start(), Registry::start(&Guard::Basic, None));
    let data = folder.join("data");
    let server = Running::start(latchkey(&data));
    let (key, repository, known) =
        (git.key("docs", &["-t", "ed25519"], true), git.address("repo.git"), git.known_hosts());
    let fields = [
        ("name", "odd.1"),
        ("type", "git-dataset"),
        ("secret", key.as_str()),
        ("repository", &repository),
        ("known_hosts", &known),
    ];
    assert!(server.post("/secrets/new", &fields).contains("location: /secrets\r\n"));
    let host = format!("127.0.0.1:{}", registry.port);
    let account = [
        ("name", "hub"),
        ("type", "image-pull"),
        ("registry_host", host.as_str()),
        ("username", "robot$group"),
        ("password", "SENTINEL pass"),
    ];
    assert!(server.post("/secrets/new", &account).contains("location: /secrets\r\n"));
    let made = latchkey(&data)
        .args(["token", "create", "--name", "examples", "--scope", "read-values"])
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let token = String::from_utf8(made.stdout).unwrap();
    let tools = tools(&folder);
    let path = format!("{}:{}", tools.display(), std::env::var("PATH").unwrap());
    for (id, name, kinds) in [("gitsync-secret-odd.1", "odd.1", 5), ("image-hub", "hub", 3)] {
        let page = server.get(&format!("/secrets/{id}"));
        assert!(!page.contains("SENTINEL") && !page.contains("PRIVATE KEY"), "{page}");
        let (manifests, commands): (Vec<_>, Vec<_>) =
            examples(&page).into_iter().partition(|text| text.starts_with("apiVersion"));
        assert!(manifests.len() >= 3 && commands.len() >= kinds, "{page}");
        for text in manifests {
            let parsed: Value =
                serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
            assert!(
                parsed["kind"].is_string() && (text.contains(name) || text.contains(&server.url())),
                "{text}"
            );
        }
        for command in commands {
            assert!(command.contains(&server.url()) || command.contains("latchkey-token"), "{command}");
            let output = Command::new("bash")
                .args(["-euo", "pipefail", "-c", &command])
                .current_dir(&folder)
                .env("PATH", &path)
                .env("HOME", &folder)
                .env("TMPDIR", &tools)
                .env("LATCHKEY_TOKEN", token.trim())
                .output()
                .unwrap();
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{id}:\n{command}\n{said}");
        }
    }
    assert!(folder.join("repo/.git").is_dir());
    assert_eq!(fs::read_to_string(tools.join("password")).unwrap(), "SENTINEL pass");
    server.signal("-TERM");
}
