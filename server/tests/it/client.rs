//! The command line that asks a running portal: the binary as a child, the portal as another, and the real
//! programs that people use beside it.

use crate::{
    harness::{KEY, fresh_folder},
    peers::{Authority, Folder, GitServer, Guard, PASSWORD, Registry, USER, run},
    process::{Running, latchkey, wait_until},
};
use serde_json::Value;
use std::{
    fs,
    io::{Read, Write},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

/// The value that no argument and no environment may contain.
pub(crate) const VALUE: &str = "PLANTED \"\\:🔑' value";

/// A portal for one test, and the commands that ask it.
pub(crate) struct Portal {
    running: Running,
    folder: PathBuf,
    /// A token that changes secrets and a token that reads values, because no token does both.
    tokens: [String; 2],
}

/// The end of a command.
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) said: String,
}

impl Ended {
    pub(crate) fn ok(self) -> String {
        assert_eq!(self.code, 0, "{}{}", self.out, self.said);
        self.out
    }

    pub(crate) fn json(self) -> Value {
        serde_json::from_str(&self.ok()).unwrap()
    }

    /// Returns the error output, and asserts this exit code.
    pub(crate) fn failed(self, code: i32) -> String {
        assert_eq!(self.code, code, "{}{}", self.out, self.said);
        self.said
    }
}

impl Portal {
    pub(crate) fn start(name: &str) -> Self {
        let folder = fresh_folder(name);
        let mut command = latchkey(&folder);
        command
            .env("LATCHKEY_ALLOW_PRIVATE_HOSTS", "127.0.0.0/8")
            .env("LATCHKEY_PLAIN_HTTP_HOSTS", "127.0.0.1");
        let running = Running::start(command);
        let tokens = ["write", "read-values"].map(|scope| token(&folder, scope));
        Self { running, folder, tokens }
    }

    /// Returns a command with its portal and token, and no settings of the server.
    fn command(&self, arguments: &[&str]) -> Command {
        let takes = |name: &&str| ["value", "manifest", "ssh-add"].contains(name);
        let [write, read] = &self.tokens;
        let token = if arguments.iter().take(2).any(takes) { read } else { write };
        let mut command = bare(arguments);
        command.env("LATCHKEY_URL", self.running.url()).env("LATCHKEY_TOKEN", token);
        command
    }

    /// Runs a command with this on standard input.
    pub(crate) fn run(&self, arguments: &[&str], input: &str) -> Ended {
        ended(self.command(arguments), input)
    }

    pub(crate) fn stop(mut self) {
        self.running.signal("-TERM");
        assert!(self.running.child.wait().unwrap().success());
    }
}

fn token(folder: &Path, scope: &str) -> String {
    let made =
        latchkey(folder).args(["token", "create", "--name", "cli", "--scope", scope]).output().unwrap();
    assert!(made.status.success());
    String::from_utf8(made.stdout).unwrap().trim().to_owned()
}

pub(crate) fn bare(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_latchkey"));
    command.args(arguments).env_clear().env("PATH", std::env::var_os("PATH").unwrap()).env("NO_COLOR", "1");
    command
}

/// Runs a command to its end, and asserts that its arguments and environment, which others see, hold neither
/// a value nor a key.
pub(crate) fn ended(mut command: Command, input: &str) -> Ended {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    for file in ["cmdline", "environ"] {
        let seen = fs::read(format!("/proc/{}/{file}", child.id())).unwrap_or_default();
        let seen = String::from_utf8_lossy(&seen);
        assert!(!seen.contains("PLANTED") && !seen.contains("PRIVATE KEY"), "{seen}");
    }
    // The command may end without having read it.
    drop(child.stdin.take().unwrap().write_all(input.as_bytes()));
    let output = child.wait_with_output().unwrap();
    Ended {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        said: String::from_utf8(output.stderr).unwrap(),
    }
}

pub(crate) const HUB: [&str; 9] = [
    "secret",
    "add",
    "hub",
    "--type",
    "image-pull",
    "--registry-host",
    "https://GHCR.io/",
    "--username",
    "robot",
];

#[test]
#[expect(clippy::too_many_lines, reason = "one story, told from its beginning to its end")]
fn secret_commands_add_show_change_and_delete() {
    let portal = Portal::start("client-secrets");
    let folder = Folder::new();

    // From standard input, without one line end, and from a file.
    let added = portal.run(&[&HUB[..], &["--json"]].concat(), &format!("{VALUE}\n")).json();
    assert_eq!((&added["id"], &added["registry_host"]), (&"image-hub".into(), &"ghcr.io".into()));
    assert_eq!(portal.run(&["secret", "value", "image-hub", "--shape", "raw"], "").ok(), VALUE);
    let file = folder.write("key", KEY);
    let file = file.to_str().unwrap();
    let git = [
        "secret",
        "add",
        "data",
        "--type",
        "git-dataset",
        "--value-file",
        file,
        "--display-name",
        "The data",
    ];
    let shown = portal.run(&git, "").ok();
    assert!(shown.contains("gitsync-secret-data") && shown.contains("SHA256:"), "{shown}");
    let made =
        portal.run(&["secret", "add", "made", "--type", "git-dataset", "--generate", "ed25519"], "").ok();
    assert!(made.contains("Public key") && made.contains("ssh-ed25519 "), "{made}");

    let table = portal.run(&["secret", "list", "--sort", "name"], "").ok();
    let lines: Vec<_> = table.lines().collect();
    assert!(lines[0].starts_with("ID ") && lines[0].ends_with("DISPLAY NAME") && lines.len() == 4, "{table}");
    assert!(lines[1].starts_with("gitsync-secret-data ") && lines[1].ends_with("  The data"), "{table}");
    let ids = |arguments: &[&str]| {
        let list =
            portal.run(&[&["secret", "list", "--json", "--sort", "name"], arguments].concat(), "").json();
        list.as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(ids(&[]), ["gitsync-secret-data", "image-hub", "gitsync-secret-made"]);
    assert_eq!(ids(&["--type", "image-pull"]), ["image-hub"]);
    assert_eq!(ids(&["-q", "The data"]), ["gitsync-secret-data"]);
    assert_eq!(ids(&["--limit", "2"]), ["gitsync-secret-data", "image-hub"]);
    assert_eq!(ids(&["--status", "works"]).len(), 0);
    let said = portal.run(&["secret", "list", "--status", "SOMETHING"], "").failed(1);
    assert!(said.contains("\n  status: Send works"), "{said}");

    // More than a page.
    for number in 0..103 {
        let name = format!("page-{number:03}");
        let all = [
            "secret",
            "add",
            &name,
            "--type",
            "image-pull",
            "--registry-host",
            "quay.io",
            "--username",
            &name,
        ];
        portal.run(&[&all[..], &["--allow-duplicate"]].concat(), VALUE).ok();
    }
    assert_eq!(ids(&["-q", "quay.io"]).len(), 103);
    assert_eq!(ids(&["-q", "quay.io", "--limit", "101"]).len(), 101);

    let get = portal.run(&["secret", "get", "image-hub"], "").ok();
    assert!(get.contains("Registry host  ghcr.io\n") && get.contains("Version        1\n"), "{get}");
    assert_eq!(portal.run(&["secret", "get", "image-hub", "--json"], "").json()["username"], "robot");

    let edit = ["secret", "edit", "image-hub", "--username", "other", "--version", "1"];
    assert!(portal.run(&edit, "").ok().contains("Version        2\n"));
    assert_eq!(portal.run(&["secret", "value", "image-hub", "--shape", "raw"], "").ok(), VALUE, "it stays");
    let moved = ["secret", "edit", "image-hub", "--registry-host", "quay.io"];
    let said = portal.run(&moved, "").failed(1);
    assert!(said.contains("Enter the password again, because the host changed."), "{said}");
    let said = portal.run(&edit, "").failed(1);
    assert!(said.contains("has version 2 now, so nothing was done."), "{said}");
    portal.run(&["secret", "edit", "image-hub", "--value-file", "-"], "PLANTED-2").ok();
    let flat = portal.run(&["secret", "value", "image-hub", "--shape", "username-password"], "").json();
    assert_eq!(flat, serde_json::json!({"username": "other", "password": "PLANTED-2"}));

    let key = portal.run(&["secret", "value", "gitsync-secret-data", "--key", "ssh"], "").ok();
    assert_eq!(key, KEY);
    let said = portal.run(&["secret", "value", "gitsync-secret-data", "--key", "x"], "").failed(1);
    assert!(said.contains("there are: ssh"), "{said}");

    // `kubectl apply` accepts the manifest, and an import reads it back.
    let manifest = ["secret", "manifest", "image-hub", "-n", "jobs"];
    let object = portal.run(&[&manifest[..], &["--json"]].concat(), "").json();
    assert_eq!(
        (&object["kind"], &object["metadata"]["name"], &object["metadata"]["namespace"], &object["type"]),
        (&"Secret".into(), &"image-hub".into(), &"jobs".into(), &"kubernetes.io/dockerconfigjson".into())
    );
    let yaml = portal.run(&manifest, "").ok();
    // The secret exists, so the name is taken.
    let back = portal.run(&["secret", "import", "-", "--dry-run", "--json"], &yaml);
    assert_eq!(back.code, 1);
    let back: Value = serde_json::from_str(&back.out).unwrap();
    assert_eq!(back[0]["result"], "would-not-be-added");
    assert_eq!((&back[0]["name"], &back[0]["username"]), (&"hub".into(), &"other".into()));

    let said = portal.run(&["secret", "delete", "image-hub"], "y\n").failed(1);
    assert!(said.contains("--yes"), "{said}");
    // The value was read just now, so the token counts as a consumer.
    let said = portal.run(&["secret", "delete", "image-hub", "--yes"], "").failed(1);
    assert!(said.contains("say its name"), "{said}");
    portal.run(&["secret", "delete", "image-hub", "--confirm", "hub"], "").ok();
    assert!(portal.run(&["secret", "get", "image-hub"], "").failed(4).contains("There is nothing here."));
    portal.stop();
}

#[test]
fn rejected_commands_say_why() {
    let portal = Portal::start("client-refused");
    let folder = &portal.folder;
    portal.run(&HUB, VALUE).ok();
    let said = portal.run(&HUB, VALUE).failed(1);
    assert!(said.contains("The name is taken already.") && said.contains("\n  name: "), "{said}");
    let duplicate = [&["secret", "add", "hub2"][..], &HUB[3..]].concat();
    assert!(portal.run(&duplicate, VALUE).failed(1).contains("image-hub"));
    portal.run(&[&duplicate[..], &["--allow-duplicate"]].concat(), VALUE).ok();
    portal.run(&[&["secret", "add", "hub3", "--knowingly"], &HUB[3..]].concat(), VALUE).ok();
    let wrong = ["secret", "add", "Upper", "--type", "git-dataset"];
    let said = portal.run(&wrong, "PLANTED no key").failed(1);
    assert!(
        said.contains("\n  name: ") && said.contains("\n  secret: ") && !said.contains("PLANTED"),
        "{said}"
    );
    assert!(portal.run(&HUB, "").failed(1).contains("there is no value"));
    assert!(portal.run(&["secret", "get", "hub"], "").failed(2).contains("such as image-hub"));
    assert!(
        portal
            .run(&["secret", "add", "x", "--type", "image-pull", "--password", "x"], "")
            .failed(2)
            .contains("unexpected")
    );

    let as_token = |token: &str, arguments: &[&str]| {
        let mut command = portal.command(arguments);
        command.env("LATCHKEY_TOKEN", token);
        ended(command, VALUE)
    };
    let reader = token(folder, "read-metadata");
    assert_eq!(as_token(&reader, &["secret", "get", "image-hub"]).code, 0);
    for arguments in [&HUB[..], &["secret", "value", "image-hub"]] {
        let said = as_token(&reader, arguments).failed(3);
        assert!(said.contains("has the scope read-metadata. This needs the scope "), "{said}");
    }
    let said = as_token("latchkey_SENTINEL_x", &["secret", "list"]);
    assert!(!said.failed(3).contains("SENTINEL"));
    let said = as_token("SENTINEL\nx", &["secret", "list"]).failed(1);
    assert!(said.contains("characters") && !said.contains("SENTINEL"), "{said}");

    let mut by_file = portal.command(&["secret", "list"]);
    fs::write(folder.join("token"), format!("{}\n", portal.tokens[0])).unwrap();
    by_file.env_remove("LATCHKEY_TOKEN").env("LATCHKEY_TOKEN_FILE", folder.join("token"));
    ended(by_file, "").ok();
    let mut none = portal.command(&["secret", "list"]);
    none.env_remove("LATCHKEY_TOKEN");
    assert!(ended(none, "").failed(1).contains("there is no token"));
    assert!(ended(bare(&["secret", "list"]), "").failed(1).contains("LATCHKEY_URL"));
    let clear = portal.command(&["secret", "list", "--url", "http://latchkey.example"]);
    assert!(ended(clear, "").failed(1).contains("could be read on the way"));
    let nobody = portal.command(&["secret", "list", "--url", "http://127.0.0.1:1"]);
    assert!(ended(nobody, "").failed(1).contains("cannot be asked"));
    portal.stop();
}

/// Answers every request with `answer`, and passes each request on.
fn answering(answer: String) -> (u16, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (send, receive) = mpsc::channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = [0; 4096];
            let length = stream.read(&mut request).unwrap();
            stream.write_all(answer.as_bytes()).unwrap();
            if send.send(String::from_utf8_lossy(&request[..length]).into_owned()).is_err() {
                return;
            }
        }
    });
    (port, receive)
}

#[test]
fn token_is_sent_only_to_the_portal() {
    let asked = |url: &str, change: &dyn Fn(&mut Command)| {
        let mut command = bare(&["secret", "get", "image-hub", "--url", url]);
        command.env("LATCHKEY_TOKEN", "latchkey_PLAN_x");
        change(&mut command);
        ended(command, "")
    };
    let (elsewhere, seen) = answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}".to_owned());
    let (redirects, _) = answering(format!(
        "HTTP/1.1 308 Permanent Redirect\r\nLocation: http://127.0.0.1:{elsewhere}/\r\nContent-Length: 0\r\n\r\n"
    ));
    let said = asked(&format!("http://127.0.0.1:{redirects}"), &|_| {}).failed(1);
    assert!(said.contains("leads elsewhere"), "{said}");
    // A proxy would see the token.
    let proxy = format!("http://127.0.0.1:{elsewhere}");
    let said = asked("http://127.0.0.1:1", &|command| {
        command.envs([("HTTP_PROXY", &proxy), ("http_proxy", &proxy), ("ALL_PROXY", &proxy)]);
    });
    assert!(said.failed(1).contains("cannot be asked"));
    assert!(seen.recv_timeout(Duration::from_millis(100)).is_err());
    // A server that is not a portal cannot say that a secret does not exist.
    let (other, _) = answering("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_owned());
    assert!(asked(&format!("http://127.0.0.1:{other}"), &|_| {}).failed(1).contains("not the portal's"));

    // TLS, by a trusted authority or by a trusted self-signed certificate.
    let (folder, authority) = (Folder::new(), Authority::new());
    let signed = authority.sign(&folder, "IP:127.0.0.1", 2);
    let own = (folder.join("own.key"), folder.join("own.pem"));
    let made = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-subj",
            "/CN=me",
        ])
        .args(["-addext", "subjectAltName=IP:127.0.0.1", "-keyout"])
        .arg(&own.0)
        .arg("-out")
        .arg(&own.1)
        .stderr(Stdio::null())
        .status();
    assert!(made.unwrap().success());
    for ((key, certificate), trusted) in [(signed, authority.certificate()), (own.clone(), own.1)] {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let server = Command::new("openssl")
            .args(["s_server", "-quiet", "-www", "-accept", &format!("127.0.0.1:{port}")])
            .arg("-key")
            .arg(key)
            .arg("-cert")
            .arg(certificate)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let _server = Ends(server);
        wait_until("openssl answers", || std::net::TcpStream::connect(("127.0.0.1", port)).is_ok());
        let url = format!("https://127.0.0.1:{port}");
        let said = asked(&url, &|_| {}).failed(1);
        assert!(said.contains("certificate"), "{said}");
        let said = asked(&url, &|command| {
            command.env("LATCHKEY_CA_FILE", &trusted);
        });
        assert!(said.failed(1).contains("not the JSON that was expected"));
    }
}

/// A program that ends with the test.
struct Ends(Child);

impl Drop for Ends {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Several tests are reported one by one; the manifests for `kubectl` are complete, or none is printed.
#[test]
fn test_and_manifest_accept_several_secrets() {
    let portal = Portal::start("client-several");
    let registry = Registry::start(&Guard::Basic, None);
    let host = format!("127.0.0.1:{}", registry.port);
    for (name, password) in [("good", PASSWORD), ("bad", "PLANTED-9")] {
        let add = ["secret", "add", name, "--type", "image-pull", "--allow-duplicate"];
        portal.run(&[&add[..], &["--registry-host", &host, "--username", USER]].concat(), password).ok();
    }
    let test = |arguments: &[&str]| portal.run(&[&["secret", "test"], arguments].concat(), "");
    assert!(test(&["image-good", "image-good"]).ok().contains("image-good: works: "));
    let several = test(&["image-good", "image-none", "image-bad"]);
    assert!(several.out.contains("image-good: works: ") && several.out.contains("image-bad: refused: "));
    for said in ["image-none: There is nothing here.", "2 of 3 do not work or could not be tested"] {
        assert!(several.said.contains(said), "{}", several.said);
    }
    assert_eq!(several.code, 1);
    assert_eq!(test(&["image-none", "image-nor"]).code, 4, "there is none of them");
    let rows = test(&["image-good", "image-none", "image-bad", "--json"]);
    assert_eq!(rows.code, 1);
    let rows: Value = serde_json::from_str(&rows.out).unwrap();
    let rows = rows.as_array().unwrap();
    let told: Vec<_> = rows.iter().map(|row| (row["id"].as_str(), row["status"].as_str())).collect();
    assert_eq!(
        told,
        [
            (Some("image-good"), Some("works")),
            (Some("image-none"), None),
            (Some("image-bad"), Some("refused"))
        ]
    );
    assert_eq!(rows[1]["error"], "There is nothing here.");
    assert_eq!(test(&["image-good", "--json"]).json()["status"], "works", "of one, the API's own answer");

    let manifest = |arguments: &[&str]| portal.run(&[&["secret", "manifest"], arguments].concat(), "");
    let one = |id: &str| manifest(&[id, "-n", "jobs"]).ok();
    let both = manifest(&["image-good", "image-bad", "-n", "jobs"]).ok();
    assert_eq!(both, format!("{}---\n{}", one("image-good"), one("image-bad")));
    let list = manifest(&["image-good", "image-bad", "--json"]).json();
    assert_eq!((&list["apiVersion"], &list["kind"]), (&"v1".into(), &"List".into()));
    let items = list["items"].as_array().unwrap();
    let names: Vec<_> = items.iter().map(|item| item["metadata"]["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["image-good", "image-bad"]);
    assert_eq!(items[1], manifest(&["image-bad", "--json"]).json());
    let none = manifest(&["image-good", "image-none"]);
    assert!(none.out.is_empty(), "{}", none.out);
    assert!(none.failed(4).contains("image-none: There is nothing here."));
    let address = ["--shape", "argocd", "--repository-url", "git@host:a"];
    let said = manifest(&[&["gitsync-secret-a", "gitsync-secret-b"], &address[..]].concat()).failed(1);
    assert!(said.contains("--repository-url"), "{said}");

    // The given version is deleted, or nothing.
    let delete = |arguments: &[&str]| portal.run(&[&["secret", "delete", "--yes"], arguments].concat(), "");
    let said = delete(&["image-bad", "--version", "2"]).failed(1);
    assert!(said.contains("has version 1 now, so nothing was done."), "{said}");
    delete(&["image-bad", "--version", "1", "--confirm", "bad"]).ok();
    assert_eq!(delete(&["image-good", "image-bad"]).code, 2, "one at a time");
    portal.stop();
}

/// Skopeo signs in to a real registry with the helper's credentials.
#[test]
#[expect(clippy::too_many_lines, reason = "one story, told from its beginning to its end")]
fn docker_credential_serves_docker_and_skopeo() {
    let portal = Portal::start("client-docker");
    let registry = Registry::start(&Guard::Basic, None);
    registry.put("group/app", "1.0");
    let host = format!("127.0.0.1:{}", registry.port);
    let add = |name: &str, registry: &str, username: &str, password: &str| {
        let add = [
            "secret",
            "add",
            name,
            "--type",
            "image-pull",
            "--registry-host",
            registry,
            "--username",
            username,
        ];
        portal.run(&[&add[..], &["--allow-duplicate"]].concat(), password).ok();
    };
    add("b-works", &host, USER, PASSWORD);
    add("another", "registry.example", "someone", "PLANTED-5");
    // The search term stands in another secret, too.
    portal.run(&["secret", "edit", "image-another", "--display-name", &host], "").ok();
    add("hub", "docker.io", "ana", "PLANTED-6");

    let folder = Folder::new();
    fs::create_dir(folder.join("bin")).unwrap();
    let helper = folder.join("bin/docker-credential-latchkey");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_latchkey"), &helper).unwrap();
    let path = format!("{}:{}", folder.join("bin").display(), std::env::var("PATH").unwrap());
    let called = |program: &str, arguments: &[&str], input: &str| {
        let mut command = Command::new(program);
        command
            .args(arguments)
            .env_clear()
            .env("PATH", &path)
            .env("HOME", &folder.0)
            .env("LATCHKEY_URL", portal.running.url())
            .env("LATCHKEY_TOKEN", &portal.tokens[1]);
        (command, input.to_owned())
    };
    let help = |command: &str, input: &str| {
        let (command, input) = called("docker-credential-latchkey", &[command], input);
        ended(command, &input)
    };
    let image = format!("docker://{host}/group/app:1.0");
    let config = folder.write("auth.json", format!("{{\"credHelpers\": {{\"{host}\": \"latchkey\"}}}}"));
    let inspect = || {
        let arguments =
            ["inspect", "--raw", "--tls-verify=false", "--authfile", config.to_str().unwrap(), &image];
        let (command, _) = called("skopeo", &arguments, "");
        ended(command, "")
    };
    assert!(inspect().ok().contains("schemaVersion"));

    let answer = help("get", &format!("{host}\n")).json();
    assert_eq!(answer, serde_json::json!({"ServerURL": host, "Username": USER, "Secret": PASSWORD}));
    for name in ["https://index.docker.io/v1/", "docker.io", "registry-1.docker.io"] {
        let answer = help("get", name).json();
        assert_eq!((&answer["Username"], &answer["ServerURL"]), (&"ana".into(), &name.into()));
    }
    for nothing in ["quay.io", "127.0.0.1", "https://x.example/some/path", ""] {
        let answer = help("get", nothing);
        assert_eq!(
            (answer.code, answer.out.as_str()),
            (1, "credentials not found in native keychain\n"),
            "{nothing}"
        );
    }
    let list = help("list", "").json();
    let all = serde_json::json!({
        (host.clone()): USER, "registry.example": "someone", "https://index.docker.io/v1/": "ana"
    });
    assert_eq!(list, all);

    // Among accounts with a path, the longest matching path wins.
    for (name, registry, username) in [
        ("p-all", "paths.example", "all"),
        ("p-app", "paths.example/team/app", "app"),
        ("p-team", "paths.example/team", "team"),
        ("p-only", "only.example/team", "only"),
    ] {
        add(name, registry, username, "PLANTED-9");
    }
    for (asked, username) in [
        ("paths.example", "all"),
        ("paths.example/team/app:1.0", "app"),
        ("paths.example/team/other", "team"),
        ("paths.example/teams/app", "all"),
        ("only.example/team/app@sha256:00", "only"),
    ] {
        assert_eq!(help("get", asked).json()["Username"], username, "{asked}");
    }
    for nothing in ["only.example", "only.example/other"] {
        assert_eq!(help("get", nothing).code, 1, "{nothing}");
    }
    let (mut command, input) = called("docker-credential-latchkey", &["get"], "only.example");
    command.env("LATCHKEY_DOCKER_SECRET", "image-p-only");
    assert_eq!(ended(command, &input).json()["Username"], "only");

    // Among several, the preferred one, or else the first by name.
    add("a-other", &host, "other", "PLANTED-7");
    assert_eq!(help("get", &host).json()["Username"], "other");
    assert_ne!(inspect().code, 0, "it is another account's");
    let (mut command, input) = called("docker-credential-latchkey", &["get"], &host);
    command.env("LATCHKEY_DOCKER_SECRET", "image-hub,image-b-works");
    assert_eq!(ended(command, &input).json()["Username"], USER);

    // Maven's plugin asks for the version first, and expects one line.
    let version = help("version", "");
    let expected = concat!("docker-credential-latchkey (Latchkey) v", env!("CARGO_PKG_VERSION"), "\n");
    assert_eq!((version.code, version.out.as_str()), (0, expected));

    for refused in ["store", "erase"] {
        let answer = help(refused, "{\"ServerURL\":\"x\",\"Username\":\"u\",\"Secret\":\"PLANTED-8\"}");
        assert_eq!(answer.code, 1);
        assert!(answer.out.contains("only hands credentials out") && !answer.out.contains("PLANTED"));
    }
    // Errors are printed where Docker reads them, and differ from the answer "not found".
    let (mut command, input) = called("docker-credential-latchkey", &["get"], &host);
    command.env("LATCHKEY_TOKEN", "latchkey_SENTINEL_x");
    let answer = ended(command, &input);
    assert!(answer.code == 3 && answer.out.contains("There is no valid token") && answer.said.is_empty());
    portal.stop();
}

/// A key goes into a real agent, and logs in from there.
#[test]
fn ssh_add_loads_a_key_into_a_real_agent() {
    let portal = Portal::start("client-ssh");
    let server = GitServer::start();
    let folder = Folder::new();
    let socket = folder.join("agent");
    let agent =
        Command::new("ssh-agent").arg("-D").arg("-a").arg(&socket).stdout(Stdio::null()).spawn().unwrap();
    let _agent = Ends(agent);
    wait_until("the agent listens", || socket.exists());
    let known = folder.write("known_hosts", server.known_hosts());
    let held = || {
        let listed = Command::new("ssh-add").arg("-l").env("SSH_AUTH_SOCK", &socket).output().unwrap();
        String::from_utf8(listed.stdout).unwrap()
    };
    let add = |id: &str, more: &[&str]| {
        let mut command = portal.command(&[&["ssh-add", id], more].concat());
        command.env("SSH_AUTH_SOCK", &socket);
        ended(command, "")
    };
    let log_in = || {
        let ssh = format!(
            "ssh -F none -o BatchMode=yes -o IdentityFile=none -o StrictHostKeyChecking=yes -o UserKnownHostsFile={}",
            known.display()
        );
        let mut command = Command::new("git");
        command.args(["ls-remote", &server.address("repo.git")]);
        command.env("GIT_SSH_COMMAND", ssh).env("SSH_AUTH_SOCK", &socket);
        ended(command, "")
    };
    assert_ne!(log_in().code, 0, "nothing lets in yet");
    for (name, arguments) in [
        ("ed25519", &["-t", "ed25519"][..]),
        ("ecdsa256", &["-t", "ecdsa", "-b", "256"]),
        ("ecdsa521", &["-t", "ecdsa", "-b", "521", "-m", "PEM"]),
        ("rsa", &["-t", "rsa", "-b", "2048", "-m", "PEM"]),
    ] {
        let key = server.key(name, arguments, true);
        portal.run(&["secret", "add", name, "--type", "git-dataset"], &key).ok();
        let id = format!("gitsync-secret-{name}");
        let said = add(&id, &[]).ok();
        let printed = run(&server.folder.0, "openssh-client", "ssh-keygen", &["-lf", &format!("{name}.pub")]);
        let printed = String::from_utf8(printed).unwrap();
        let fingerprint = printed.split(' ').nth(1).unwrap();
        assert_eq!(said, format!("{id}: {fingerprint}\n"));
        let held = held();
        assert!(held.contains(&format!("{fingerprint} {id} ")) && held.lines().count() == 1, "{held}");
        assert!(log_in().ok().contains("refs/heads/trunk"), "{name}");
        let emptied = Command::new("ssh-add").args(["-q", "-D"]).env("SSH_AUTH_SOCK", &socket).status();
        assert!(emptied.unwrap().success());
    }
    add("gitsync-secret-ed25519", &["--lifetime", "2"]).ok();
    assert!(held().contains("gitsync-secret-ed25519"));
    wait_until("the agent forgets the key", || !held().contains("gitsync-secret-ed25519"));

    assert!(
        ended(portal.command(&["ssh-add", "gitsync-secret-rsa"]), "").failed(1).contains("there is no agent")
    );
    assert!(add("gitsync-secret-none", &[]).failed(4).contains("There is nothing here."));
    assert!(add("gitsync-secret-rsa", &["--lifetime", "0"]).failed(2).contains("lifetime"));

    // The result of a test on request is printed, and fails the command if the secret does not work.
    let repository = server.address("repo.git");
    let edit = ["secret", "edit", "gitsync-secret-rsa", "--repository", &repository];
    portal.run(&edit, "").ok();
    let test = ["secret", "test", "gitsync-secret-rsa"];
    let tested = portal.run(&test, "");
    assert!(
        tested.code == 1 && tested.out.contains("SHA256:") && tested.said.contains("was not tested"),
        "{}",
        tested.out
    );
    portal.run(&[&edit[..], &["--known-hosts-file", known.to_str().unwrap()]].concat(), "").ok();
    assert!(portal.run(&test, "").ok().starts_with("works: "));
    assert_eq!(portal.run(&[&test[..], &["--json"]].concat(), "").json()["refs"], 3);
    portal.stop();
}

#[test]
fn help_and_completion_omit_values_and_server_settings() {
    let help = ended(bare(&["secret", "add", "--help"]), "").ok();
    assert!(help.contains("--value-file <FILE>") && help.contains("LATCHKEY_URL"), "{help}");
    for flag in
        ["--value ", "--password ", "--secret", "--passphrase ", "--token ", "--kek", "--database-url"]
    {
        assert!(!help.contains(flag), "{flag}: {help}");
    }
    for (shell, word) in
        [("bash", "complete -F"), ("zsh", "#compdef latchkey"), ("fish", "complete -c latchkey")]
    {
        let script = ended(bare(&["completion", shell]), "").ok();
        assert!(script.contains(word) && script.contains("docker-credential"), "{shell}");
    }
    let script = ended(bare(&["completion", "bash"]), "").ok();
    let mut check = Command::new("bash");
    check.arg("-n");
    ended(check, &script).ok();
}
