//! Tests against the programs that write such files: kubectl, and skopeo signing in to a real registry.

use super::*;
use std::{
    fs,
    io::Write,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

const ACCOUNTS: [(&str, &str, &str); 4] = [
    ("ghcr.io", "robot", "pw"),
    ("https://index.docker.io/v1/", "ana", "dckr_pat:with:colons"),
    ("reg.example:5000", "robot$group+ci", " \"quoted\" and \\ back 🔑 "),
    ("europe-west1-docker.pkg.dev", "_json_key", "{\n\"type\": \"service_account\"\n}"),
];

fn kubectl(arguments: &[String], form: &str) -> String {
    let output = Command::new("kubectl")
        .args(["create", "secret"])
        .args(arguments)
        .args(["--dry-run=client", "-o", form])
        .output()
        .expect("kubectl is missing: apt-get install kubernetes-client");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn read_finds_the_registry_in_kubectls_own_secret() {
    for (host, username, password) in ACCOUNTS {
        for form in ["json", "yaml"] {
            let made = kubectl(
                &[
                    "docker-registry".to_owned(),
                    "regcred".to_owned(),
                    format!("--docker-server={host}"),
                    format!("--docker-username={username}"),
                    format!("--docker-password={password}"),
                    "--docker-email=ana@example.com".to_owned(),
                ],
                form,
            );
            let note = if password.starts_with(' ') { "password-end/blank" } else { "" };
            assert_eq!(all_told(&made), [row(host, username, password, note)], "{form} {host}");
            assert_eq!(found(&made)[0].suggested, "regcred");
        }
    }
}

#[test]
fn read_finds_the_key_in_kubectls_own_secret() {
    let folder = Folder::new("kubectl-key");
    let file = folder.write("key", KEY);
    for form in ["json", "yaml"] {
        for data in ["ssh-privatekey", "identity", "ssh"] {
            let from = format!("--from-file={data}={}", file.display());
            let made = kubectl(&["generic".to_owned(), "flux-system".to_owned(), from], form);
            let entries = found(&made);
            assert_eq!(entries[0].value.as_ref().unwrap().expose(), KEY, "{form} {data}");
            assert_eq!(entries[0].suggested, "flux-system");
        }
    }
}

/// Runs `skopeo login` at a registry with these accounts, and reads what it wrote.
#[test]
fn read_and_docker_config_agree_with_skopeo_login() {
    let folder = Folder::new("skopeo");
    let accounts = [("robot", "pw"), ("robot$group+ci", "a:b \"quoted\" \\ 🔑")];
    let mut passwords = String::new();
    for (username, password) in accounts {
        // By standard input, because others could see an argument, and it cannot hold every character.
        passwords.push_str(&run_with(
            Command::new("htpasswd").args(["-niB", "-C", "4", username]),
            password,
            "apache2-utils",
        ));
    }
    let passwords = folder.write("htpasswd", &passwords);
    let registry = Registry::start(&folder, &passwords);
    let host = format!("127.0.0.1:{}", registry.port);
    for (username, password) in accounts {
        let file = folder.path.join("auth.json");
        drop(fs::remove_file(&file));
        let mut login = Command::new("skopeo");
        login.args(["login", "--tls-verify=false", "--username", username, "--password-stdin", "--authfile"]);
        run_with(login.arg(&file).arg(&host), password, "skopeo");
        let written = fs::read_to_string(&file).unwrap();
        assert_eq!(all_told(&written), [row(&host, username, password, "")]);

        // And back: the registry accepts the file that we write, and rejects another password.
        for (password, let_in) in [(password, true), ("another", false)] {
            let ours = crate::export::docker_config_json(
                &domain::secret::RegistryHost::parse(&host).unwrap().host,
                &domain::secret::Username::parse(username).unwrap(),
                &domain::secret::Password::parse(Sensitive::new(password)).unwrap(),
            );
            let file = folder.write("ours.json", ours.expose());
            let mut list = Command::new("skopeo");
            list.args(["list-tags", "--tls-verify=false", "--authfile"]).arg(&file);
            let said = list.arg(format!("docker://{host}/nothing/here")).output().unwrap();
            let said = String::from_utf8_lossy(&said.stderr).into_owned();
            // The repository does not exist, which the registry tells only signed-in clients.
            assert_eq!(said.contains("404 (Not Found)"), let_in, "{said}");
        }
    }
}

/// Of an account for a part of a registry and an account for all of it, Skopeo uses the one with the longest
/// matching path, and neither for other paths.
#[test]
fn docker_config_with_paths_is_looked_up_by_skopeo_as_intended() {
    let folder = Folder::new("skopeo-paths");
    let passwords =
        run_with(Command::new("htpasswd").args(["-niB", "-C", "4", "robot"]), "pw", "apache2-utils");
    let registry = Registry::start(&folder, &folder.write("htpasswd", &passwords));
    let authority = format!("127.0.0.1:{}", registry.port);
    let handed_out = |scope: &str, password: &str| {
        let host = domain::secret::RegistryHost::parse(&format!("{authority}{scope}")).unwrap().host;
        let username = domain::secret::Username::parse("robot").unwrap();
        let password = domain::secret::Password::parse(Sensitive::new(password)).unwrap();
        let config = crate::export::docker_config_json(&host, &username, &password);
        config.expose().strip_prefix("{\"auths\":{").unwrap().strip_suffix("}}").unwrap().to_owned()
    };
    // The repository does not exist, which the registry tells only signed-in clients.
    let let_in = |entries: &[String], name: &str| {
        let file = folder.write("paths.json", &format!("{{\"auths\":{{{}}}}}", entries.join(",")));
        let mut list = Command::new("skopeo");
        list.args(["list-tags", "--tls-verify=false", "--authfile"]).arg(&file);
        let said = list.arg(format!("docker://{authority}/{name}")).output().unwrap();
        String::from_utf8_lossy(&said.stderr).contains("404 (Not Found)")
    };
    let (all, team, app) =
        (handed_out("", "wrong"), handed_out("/team", "pw"), handed_out("/team/app", "wrong"));
    assert!(let_in(&[all.clone(), team.clone()], "team/other"));
    assert!(let_in(std::slice::from_ref(&team), "team/app"));
    assert!(!let_in(std::slice::from_ref(&team), "elsewhere/app"));
    assert!(!let_in(std::slice::from_ref(&team), "teams/app"));
    assert!(!let_in(&[all, team, app], "team/app"), "the longest one counts, and its password is wrong");
}

fn run_with(command: &mut Command, input: &str, package: &str) -> String {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|_| panic!("a program is missing: apt-get install {package}"));
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

struct Folder {
    path: PathBuf,
}

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("latchkey-{name}-{}", uuid::Uuid::new_v4()));
        fs::create_dir(&path).unwrap();
        Self { path }
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let file = self.path.join(name);
        fs::write(&file, text).unwrap();
        file
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.path));
    }
}

/// A real registry on loopback, with passwords; it ends with the test.
struct Registry {
    child: Child,
    port: u16,
}

impl Registry {
    fn start(folder: &Folder, passwords: &Path) -> Self {
        // Free a moment ago; if another process takes it meanwhile, the start fails visibly.
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let config = folder.write(
            "registry.yml",
            &format!(
                "version: 0.1\nlog: {{level: error}}\nstorage: {{filesystem: {{rootdirectory: {}}}}}\n\
                 http: {{addr: '127.0.0.1:{port}'}}\nauth: {{htpasswd: {{realm: test, path: {}}}}}\n",
                folder.path.join("storage").display(),
                passwords.display()
            ),
        );
        let child = Command::new("docker-registry")
            .arg("serve")
            .arg(config)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("docker-registry is missing: apt-get install docker-registry");
        let mut registry = Self { child, port };
        let until = Instant::now() + Duration::from_secs(20);
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(registry.child.try_wait().unwrap().is_none(), "the registry has ended");
            assert!(Instant::now() < until, "the registry does not answer");
            std::thread::sleep(Duration::from_millis(50));
        }
        registry
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
