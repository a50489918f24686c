//! The commands and examples in docs/ do what their pages say, against a running server and real peers.

use crate::{
    cluster::discovery,
    harness::{Answer, KEY, TestApp, fresh_folder},
    peers::{GitServer, Guard, PASSWORD, Registry, USER},
    process::{Running, latchkey},
};
use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use domain::access::TokenScope;
use serde_json::{Value, json};
use serde_json_path::JsonPath;
use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};
use tower::ServiceExt;

/// A host key that no host has.
const KEY_OF_HOST: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs")
}

/// Returns the fenced blocks of this language.
pub(crate) fn blocks(text: &str, language: &str) -> Vec<String> {
    let open = format!("```{language}\n");
    text.split(&open).skip(1).map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
}

/// Puts tools into a folder in which commands find them: kubectl without what would talk to a cluster, and those that are not
/// installed.
pub(crate) fn tools(folder: &Path) -> PathBuf {
    let tools = folder.join("tools");
    fs::create_dir_all(&tools).unwrap();
    let found = Command::new("sh").args(["-c", "command -v kubectl"]).output().unwrap().stdout;
    let found = String::from_utf8(found).unwrap().trim().to_owned();
    let kubectl = format!(
        "#!/bin/sh\ncase $1 in\n  apply) exec {found} \"$@\" --dry-run=client --validate=false --server={} \
         --cache-dir={} ;;\n  create) exec {found} \"$@\" --dry-run=client ;;\n  *) exec {found} \"$@\" ;;\nesac\n",
        discovery(),
        tools.display()
    );
    // The input of `argocd` is a file of known hosts, and that of `docker` a password.
    let argocd = "#!/bin/sh\n[ \"$*\" = 'cert add-ssh --batch' ] && exec ssh-keygen -lf -\n";
    let docker = "#!/bin/sh\n[ \"$1 $4\" = 'login --password-stdin' ] && cat >\"$TMPDIR/password\"\n";
    for (name, text) in [("kubectl", kubectl.as_str()), ("argocd", argocd), ("docker", docker)] {
        fs::write(tools.join(name), text).unwrap();
        fs::set_permissions(tools.join(name), fs::Permissions::from_mode(0o755)).unwrap();
    }
    tools
}

#[test]
#[expect(clippy::too_many_lines, reason = "one story, told from its beginning to its end")]
fn documented_commands_do_what_they_say() {
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

    let tools = tools(&folder);
    // The pages assume registries with TLS, which this one lacks.
    let registries = format!("[[registry]]\nlocation = \"{host}\"\ninsecure = true\n");
    fs::create_dir_all(folder.join(".config/containers")).unwrap();
    fs::write(folder.join(".config/containers/registries.conf"), registries).unwrap();
    let new_password = folder.join("new-password");
    // Exists beforehand: the pages run in alphabetical order, and others sign in with it.
    fs::write(&new_password, format!("{PASSWORD}\n")).unwrap();

    let mut ran = 0;
    for page in [
        "argo-cd.md",
        "before-you-begin.md",
        "ci.md",
        "docker.md",
        "external-secrets.md",
        "flux.md",
        "git-sync.md",
        "kubectl.md",
        "rancher.md",
    ] {
        let text = fs::read_to_string(docs().join(page)).unwrap();
        for block in blocks(&text, "yaml") {
            serde_saphyr::from_str::<Value>(&block)
                .unwrap_or_else(|error| panic!("{page}: {error}\n{block}"));
        }
        for block in blocks(&text, "sh") {
            let path = format!("{}:{}", tools.display(), std::env::var("PATH").unwrap());
            let output = Command::new("bash")
                .args(["-euo", "pipefail", "-c", &block])
                .current_dir(&folder)
                .env("PATH", path)
                .env("HOME", &folder)
                .env("TMPDIR", &tools)
                .env("LATCHKEY_URL", server.url())
                .env("LATCHKEY_TOKEN", &read)
                .env("LATCHKEY_WRITE_TOKEN", &write)
                .env("REPOSITORY", &repository)
                .env("CLONE", folder.join("clone"))
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
    assert!(ran >= 16, "{ran}");
    assert!(folder.join("clone/.git").is_dir());
    server.signal("-TERM");
}

/// The operator's webhook provider, with the store of the page: its treatment of templates, escapes, JSON
/// paths and statuses follows its source.
struct Operator<'a> {
    app: &'a TestApp,
    store: Value,
    token: String,
    cluster: String,
}

impl Operator<'_> {
    /// Renders a template of Go by kubectl, which is written in it.
    fn filled_in(&self, template: &str, key: &str, property: &str) -> String {
        let data = json!({
            "apiVersion": "v1", "kind": "Secret", "metadata": { "name": "data" },
            "remoteRef": { "key": key, "property": property }, "auth": { "token": self.token },
        });
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("kubectl");
        let mut child = Command::new("kubectl")
            .args(["create", "-f", "-", "--dry-run=client", "--validate=false"])
            .arg(format!("--server={}", self.cluster))
            .arg(format!("--cache-dir={}", folder.display()))
            .arg(format!("--output=go-template={template}"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("kubectl is missing: apt-get install kubernetes-client");
        child.stdin.take().unwrap().write_all(data.to_string().as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{template}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Returns its request: values are escaped as in a query in the address, and nowhere else.
    fn request(&self, key: &str) -> Request<Body> {
        let escaped = serde_urlencoded::to_string([("", key)]).unwrap().split_off(1);
        let url = self.filled_in(self.store["url"].as_str().unwrap(), &escaped, "");
        let path = url.strip_prefix("https://latchkey.example").expect("the host is literal");
        let mut request = Request::get(path);
        for (name, template) in self.store["headers"].as_object().unwrap() {
            request = request.header(name, self.filled_in(template.as_str().unwrap(), key, ""));
        }
        request.body(Body::empty()).unwrap()
    }

    async fn asked(&self, key: &str) -> Answer {
        self.app.send_anonymous(self.request(key)).await
    }

    /// Returns what the JSON path of the store finds in the portal's answer.
    async fn found(&self, reference: &Value) -> Value {
        let text = |member: &str| reference[member].as_str().unwrap_or_default();
        let answer = self.asked(text("key")).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        let template = self.store["result"]["jsonPath"].as_str().unwrap();
        let path = self.filled_in(template, text("key"), text("property"));
        let body: Value = serde_json::from_str(&answer.body).unwrap();
        JsonPath::parse(&path).unwrap().query(&body).exactly_one().unwrap().clone()
    }

    /// Returns the data of the Secret that it makes of an `ExternalSecret`.
    async fn synced(&self, external: &Value) -> BTreeMap<String, String> {
        let mut data = BTreeMap::new();
        for entry in external["spec"]["dataFrom"].as_array().into_iter().flatten() {
            let found = self.found(&entry["extract"]).await;
            // A map of plain strings, each member of which becomes a key.
            for (key, value) in found.as_object().unwrap() {
                data.insert(key.clone(), value.as_str().unwrap().to_owned());
            }
        }
        for entry in external["spec"]["data"].as_array().into_iter().flatten() {
            let found = self.found(&entry["remoteRef"]).await;
            data.insert(entry["secretKey"].as_str().unwrap().to_owned(), found.as_str().unwrap().to_owned());
        }
        data
    }
}

#[tokio::test]
async fn external_secrets_operator_gets_the_documented_data() {
    let app = TestApp::start().await;
    let text = fs::read_to_string(docs().join("external-secrets.md")).unwrap();
    let resources: Vec<Value> =
        blocks(&text, "yaml").iter().map(|block| serde_saphyr::from_str(block).unwrap()).collect();
    let [store, by_extract, by_data] = resources.as_slice() else { panic!("{resources:?}") };
    assert_eq!(store["kind"], "ClusterSecretStore");
    let webhook = store["spec"]["provider"]["webhook"].clone();
    // The Secret of the command before it, whose keys are referenced by this name.
    let secret = &webhook["secrets"][0];
    assert_eq!((&secret["name"], &secret["secretRef"]["name"]), (&json!("auth"), &json!("latchkey-token")));
    let token = app.token(TokenScope::ReadValues, |_| ()).await;
    let operator = Operator { app: &app, store: webhook, token, cluster: discovery() };

    // As the page has it; other tests use other names.
    let password = "pä\"ss:'{{ x }}\\";
    app.add_image("hub", password).await;
    let known = format!("git.example {}", KEY_OF_HOST.trim());
    let dataset = [
        ("name", "data"),
        ("type", "git-dataset"),
        ("secret", KEY),
        ("known_hosts", known.as_str()),
        ("allow_duplicate", "on"),
    ];
    app.post("/secrets/new", &dataset).await;
    for external in [by_extract, by_data] {
        assert_eq!(external["kind"], "ExternalSecret");
        assert_eq!(external["spec"]["secretStoreRef"]["name"], store["metadata"]["name"]);
    }
    let synced = operator.synced(by_extract).await;
    assert_eq!(by_extract["spec"]["target"]["template"]["type"], "kubernetes.io/dockerconfigjson");
    assert_eq!(synced.keys().collect::<Vec<_>>(), [".dockerconfigjson"]);
    let config: Value = serde_json::from_str(&synced[".dockerconfigjson"]).unwrap();
    assert_eq!(config["auths"]["ghcr.io"]["password"], password);
    let synced = operator.synced(by_data).await;
    assert_eq!(synced.keys().collect::<Vec<_>>(), ["identity", "known_hosts"]);
    assert!(synced["identity"].starts_with("-----BEGIN OPENSSH PRIVATE KEY-----\n"));
    assert!(synced["identity"].ends_with("-----END OPENSSH PRIVATE KEY-----\n"));
    assert_eq!(synced["known_hosts"].trim(), known);
    // A member whose name is not a plain word in a path.
    let dotted = json!({ "key": "image-hub", "property": ".dockerconfigjson" });
    assert_eq!(operator.found(&dotted).await, config.to_string());

    // On 404 the operator deletes what it made, so no other failure may be a 404; an escaped name names
    // nothing.
    assert!(
        operator
            .request("image hub/ä?shape=raw")
            .uri()
            .path()
            .ends_with("/image+hub%2F%C3%A4%3Fshape%3Draw/value")
    );
    for key in ["image-gone", "image hub/ä?shape=raw", "image-hub?shape=raw", "../tokens", "image-hub/value"]
    {
        assert_eq!(operator.asked(key).await.status, StatusCode::NOT_FOUND, "{key}");
    }
    let away = app.without_database().oneshot(operator.request("image-hub")).await.unwrap();
    assert_eq!(away.status(), StatusCode::SERVICE_UNAVAILABLE);
    let restricted = app.token(TokenScope::ReadValues, |draft| draft.prefix = "elsewhere".to_owned()).await;
    let writes = app.token(TokenScope::Write, |_| ()).await;
    for (token, status) in [
        (restricted, StatusCode::FORBIDDEN),
        (writes, StatusCode::FORBIDDEN),
        ("latchkey_gone".to_owned(), StatusCode::UNAUTHORIZED),
    ] {
        let other =
            Operator { token, store: operator.store.clone(), cluster: operator.cluster.clone(), ..operator };
        assert_eq!(other.asked("image-hub").await.status, status);
    }
}
