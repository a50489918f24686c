//! What the pages in docs/ tell people to run really does what they say, against a running server and real peers.

use crate::{
    cluster::discovery,
    harness::{TestApp, fresh_folder, unique},
    peers::{GitServer, Guard, PASSWORD, Registry, USER},
    process::{Running, latchkey},
};
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use domain::access::TokenScope;
use serde_json::Value;
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
};
use tower::ServiceExt;

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs")
}

/// The fenced blocks of this language.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let open = format!("```{language}\n");
    text.split(&open).skip(1).map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
}

#[test]
fn every_command_does_what_it_says() {
    let folder = fresh_folder("docs");
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
    let (git, registry) = (GitServer::start(), Registry::start(&Guard::Basic, None));
    registry.put("group/app", "1");
    let key = git.key("docs", &["-t", "ed25519"], true);
    let host = format!("127.0.0.1:{}", registry.port);
    let data = folder.join("data");
    let server = Running::start(latchkey(&data));
    let repository = git.address("repo.git");
    let known = git.known_hosts();
    let added = server.post(
        "/secrets/new",
        &[
            ("name", "data"),
            ("type", "git-dataset"),
            ("secret", key.as_str()),
            ("repository", repository.as_str()),
            ("known_hosts", known.as_str()),
        ],
    );
    assert!(added.contains("location: /secrets\r\n"), "{added}");
    let account = [
        ("name", "hub"),
        ("type", "image-pull"),
        ("registry_host", &host),
        ("username", USER),
        ("password", PASSWORD),
    ];
    assert!(server.post("/secrets/new", &account).contains("location: /secrets\r\n"));
    let token = |scope: &str| {
        let made =
            latchkey(&data).args(["token", "create", "--name", "docs", "--scope", scope]).output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        String::from_utf8(made.stdout).unwrap().trim().to_owned()
    };
    let (read, write) = (token("read-values"), token("write"));

    // Nothing but what it would send to a cluster is kept from kubectl.
    let tools = folder.join("tools");
    fs::create_dir_all(&tools).unwrap();
    let found = Command::new("sh").args(["-c", "command -v kubectl"]).output().unwrap().stdout;
    let found = String::from_utf8(found).unwrap().trim().to_owned();
    let kubectl = format!(
        "#!/bin/sh\ncase $1 in\n  apply) exec {found} \"$@\" --dry-run=client --validate=false --server={} \
         --cache-dir={} ;;\n  create) exec {found} \"$@\" --dry-run=client ;;\n  label) exit 0 ;;\nesac\n",
        discovery(),
        tools.display()
    );
    fs::write(tools.join("kubectl"), kubectl).unwrap();
    fs::set_permissions(tools.join("kubectl"), fs::Permissions::from_mode(0o755)).unwrap();
    let new_password = folder.join("new-password");
    // What is there already: the pages' order is the alphabet's, and others sign in with it.
    fs::write(&new_password, format!("{PASSWORD}\n")).unwrap();

    let mut ran = 0;
    for page in [
        "argo-cd.md",
        "ci.md",
        "docker.md",
        "external-secrets.md",
        "flux.md",
        "git-sync.md",
        "kubectl.md",
        "rancher.md",
    ] {
        let text = fs::read_to_string(docs().join(page)).unwrap();
        for block in blocks(&text, "sh") {
            let path = format!("{}:{}", tools.display(), std::env::var("PATH").unwrap());
            let output = Command::new("bash")
                .args(["-euo", "pipefail", "-c", &block])
                .current_dir(&folder)
                .env("PATH", path)
                .env("LATCHKEY_URL", server.url())
                .env("LATCHKEY_TOKEN", &read)
                .env("LATCHKEY_WRITE_TOKEN", &write)
                .env("REPOSITORY", &repository)
                .env("REGISTRY", &host)
                .env("REGISTRY_USER", USER)
                .env("IMAGE", format!("{host}/group/app:1"))
                .env("NEW_PASSWORD_FILE", &new_password)
                .output()
                .unwrap();
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{page}:\n{block}\n{said}");
            ran += 1;
        }
    }
    assert!(ran >= 10, "{ran}");
    server.signal("-TERM");
}

/// The webhook of the page, filled in as the operator fills it in, against what the portal really answers.
#[tokio::test]
async fn the_external_secrets_operator_gets_what_it_reads() {
    let app = TestApp::start().await;
    let name = unique("eso");
    app.add_image(&name, "pä\"ss").await;
    let token = app.token(TokenScope::ReadValues, |_| ()).await;
    let text = fs::read_to_string(docs().join("external-secrets.md")).unwrap();
    let store = blocks(&text, "yaml").into_iter().find(|block| block.contains("ClusterSecretStore")).unwrap();
    let line = |key: &str| {
        let line = store.lines().map(str::trim).find_map(|line| line.strip_prefix(key)).unwrap();
        line.trim().trim_matches('"').to_owned()
    };
    let (url, authorization) = (line("url:"), line("Authorization:").replace("{{ .auth.token }}", &token));
    assert_eq!(line("jsonPath:"), "$");
    let path = |id: &str| {
        let url = url.replace("{{ .remoteRef.key }}", &domain::percent::encode(id));
        url.strip_prefix("https://latchkey.example").unwrap().to_owned()
    };
    let request = |id: &str| {
        let request = Request::get(path(id)).header(header::AUTHORIZATION, &authorization);
        request.body(Body::empty()).unwrap()
    };
    let answer = app.send_anonymous(request(&format!("image-{name}"))).await;
    assert_eq!(answer.status, StatusCode::OK);
    let read: Value = serde_json::from_str(&answer.body).unwrap();
    let config: Value = serde_json::from_str(read[".dockerconfigjson"].as_str().unwrap()).unwrap();
    assert_eq!(config["auths"]["ghcr.io"]["password"], "pä\"ss");
    // On this the operator deletes what it made, so nothing else may say it.
    assert_eq!(app.send_anonymous(request("image-gone")).await.status, StatusCode::NOT_FOUND);
    let away = app.without_database().oneshot(request(&format!("image-{name}"))).await.unwrap();
    assert_eq!(away.status(), StatusCode::SERVICE_UNAVAILABLE);
    let other = app.token(TokenScope::ReadValues, |draft| draft.prefix = "elsewhere".to_owned()).await;
    let request =
        Request::get(path(&format!("image-{name}"))).header(header::AUTHORIZATION, format!("Bearer {other}"));
    let refused = app.send_anonymous(request.body(Body::empty()).unwrap()).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}
