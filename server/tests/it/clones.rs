//! An exported key opens its repository, in each format that contains one: real clones from a real SSH
//! server.

use crate::{
    cluster::discovery,
    harness::fresh_folder,
    peers::GitServer,
    process::{Running, latchkey},
};
use domain::secret::{ExportFormat, SecretKind};
use serde_json::Value;
use std::{
    fs::{self, OpenOptions},
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

/// Returns the names of the key, its public half and the hosts in a format, as its readers know them.
fn members(shape: ExportFormat) -> (&'static str, Option<&'static str>, Option<&'static str>) {
    match shape {
        ExportFormat::GitSync => ("ssh", None, Some("known_hosts")),
        ExportFormat::SshAuth => ("ssh-privatekey", None, None),
        ExportFormat::Rancher => ("ssh-privatekey", Some("ssh-publickey"), Some("known_hosts")),
        ExportFormat::Flux => ("identity", Some("identity.pub"), Some("known_hosts")),
        ExportFormat::ArgoCd => ("sshPrivateKey", None, None),
        ExportFormat::Raw => ("value", None, None),
        ExportFormat::DockerConfigJson | ExportFormat::UsernamePassword | ExportFormat::ImageUpdater => {
            unreachable!("has no key")
        }
    }
}

struct Bench {
    folder: PathBuf,
    server: Running,
    git: GitServer,
    token: String,
    cluster: String,
}

impl Bench {
    fn start() -> Self {
        let folder = fresh_folder("clones");
        let data = folder.join("data");
        let (server, git) = (Running::start(latchkey(&data)), GitServer::start());
        let create = ["token", "create", "--name", "clones", "--scope", "read-values"];
        let made = latchkey(&data).args(create).output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let token = String::from_utf8(made.stdout).unwrap().trim().to_owned();
        Self { folder, server, git, token, cluster: discovery() }
    }

    fn add(&self, name: &str, key: &str) {
        let (repository, known) = (self.git.address("repo.git"), self.git.known_hosts());
        let fields = [
            ("name", name),
            ("type", "git-dataset"),
            ("secret", key),
            ("repository", repository.as_str()),
            ("known_hosts", known.as_str()),
        ];
        let added = self.server.post("/secrets/new", &fields);
        assert!(added.contains("location: /secrets\r\n"), "{added}");
    }

    /// Returns the answer of the API to a token that may read values.
    fn fetched(&self, path: &str) -> String {
        let answer = self.server.send(&format!(
            "GET /api/v1/secrets/{path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nConnection: close\r\n\r\n",
            self.server.addr(),
            self.token
        ));
        assert!(answer.starts_with("HTTP/1.1 200"), "{path}: {answer}");
        answer.split_once("\r\n\r\n").unwrap().1.to_owned()
    }

    /// Returns a member of a manifest, parsed and decoded by kubectl.
    fn decoded(&self, manifest: &str, member: &str) -> String {
        let mut child = Command::new("kubectl")
            .args(["create", "-f", "-", "--dry-run=client", "--validate=false"])
            .arg(format!("--server={}", self.cluster))
            .arg(format!("--cache-dir={}", self.folder.join("kubectl").display()))
            .arg(format!("--output=go-template={{{{index .data {member:?} | base64decode}}}}"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("kubectl is missing: apt-get install kubernetes-client");
        child.stdin.take().unwrap().write_all(manifest.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{member}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Clones with only what `member` finds in the format, written to files as the format's readers do.
    fn clone_with(&self, shape: ExportFormat, what: &str, member: impl Fn(&str) -> String) {
        let (key, public, hosts) = members(shape);
        let folder = self.folder.join(what.replace(' ', "-"));
        fs::create_dir_all(&folder).unwrap();
        let key = only_mine(&folder, "key", &member(key));
        // Argo CD keeps hosts elsewhere; the formats without hosts need them from elsewhere, too.
        let hosts = hosts.map_or_else(|| self.git.known_hosts(), &member);
        let hosts = only_mine(&folder, "known_hosts", &hosts);
        if let Some(public) = public {
            let ours = Command::new("ssh-keygen").arg("-yf").arg(&key).output().unwrap();
            let ours = String::from_utf8(ours.stdout).unwrap();
            assert_eq!(two_words(&member(public)), two_words(&ours), "{what}");
        }
        let address =
            if shape == ExportFormat::ArgoCd { member("url") } else { self.git.address("repo.git") };
        let cloned = git_clone(&folder, &key, &hosts, &address);
        assert!(cloned.status.success(), "{what}: {}", String::from_utf8_lossy(&cloned.stderr));
        let log =
            Command::new("git").arg("-C").arg(folder.join("clone")).args(["log", "--format=%s"]).output();
        assert_eq!(String::from_utf8(log.unwrap().stdout).unwrap(), "first\n", "{what}");
    }
}

/// Returns the type and the key, without the comment.
fn two_words(line: &str) -> Vec<&str> {
    line.split_whitespace().take(2).collect()
}

/// Writes a file with mode 0400, as git-sync mounts it.
fn only_mine(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o400).open(&path).unwrap();
    file.write_all(text.as_bytes()).unwrap();
    path
}

/// Clones with this key and these hosts alone, without prompting.
fn git_clone(folder: &Path, key: &Path, hosts: &Path, address: &str) -> Output {
    let ssh = format!(
        "ssh -F none -i {} -o IdentitiesOnly=yes -o IdentityAgent=none -o BatchMode=yes -o ConnectTimeout=10 \
         -o StrictHostKeyChecking=yes -o UserKnownHostsFile={} -o GlobalKnownHostsFile=none",
        key.display(),
        hosts.display()
    );
    let mut command = Command::new("git");
    command.args(["clone", "-q", address]).arg(folder.join("clone"));
    command.env("GIT_SSH_COMMAND", ssh).stdin(Stdio::null()).output().unwrap()
}

#[test]
fn exported_key_clones_from_a_real_server_in_every_format() {
    let mut bench = Bench::start();
    for (name, arguments, format) in [
        ("ed25519", &["-t", "ed25519"][..], "yaml"),
        ("rsa", &["-t", "rsa", "-b", "2048", "-m", "PEM"], "json"),
    ] {
        bench.add(name, &bench.git.key(name, arguments, true));
        let id = format!("gitsync-secret-{name}");
        let shapes: Vec<ExportFormat> =
            ExportFormat::ALL.into_iter().filter(|shape| shape.fits(SecretKind::GitDataset)).collect();
        assert_eq!(shapes.len(), 6);
        for shape in shapes {
            let word = shape.as_str();
            let value = bench.fetched(&format!("{id}/value?shape={word}"));
            bench.clone_with(shape, &format!("{name} {word} value"), |member| match shape {
                ExportFormat::Raw => value.clone(),
                _ => serde_json::from_str::<Value>(&value).unwrap()[member].as_str().unwrap().to_owned(),
            });
            if shape.kubernetes_type().is_none() {
                continue;
            }
            let manifest = bench.fetched(&format!("{id}/manifest?shape={word}&format={format}"));
            bench.clone_with(shape, &format!("{name} {word} {format}"), |member| {
                bench.decoded(&manifest, member)
            });
        }
    }

    // A key that the server rejects, and a host with another key: each alone prevents the clone.
    bench.add("stranger", &bench.git.key("stranger", &["-t", "ed25519"], false));
    let raw = |name: &str| bench.fetched(&format!("gitsync-secret-{name}/value?shape=raw"));
    let address = bench.git.address("repo.git");
    let stranger = only_mine(&bench.folder, "stranger", &raw("stranger"));
    let hosts = only_mine(&bench.folder, "hosts", &bench.git.known_hosts());
    assert!(!git_clone(&bench.folder, &stranger, &hosts, &address).status.success());
    let key = only_mine(&bench.folder, "key", &raw("ed25519"));
    let public = fs::read_to_string(bench.git.folder.join("stranger.pub")).unwrap();
    let others = only_mine(&bench.folder, "others", &format!("[127.0.0.1]:{} {public}", bench.git.port));
    assert!(!git_clone(&bench.folder, &key, &others, &address).status.success());
    assert!(git_clone(&bench.folder, &key, &hosts, &address).status.success());

    bench.server.signal("-TERM");
    assert!(bench.server.child.wait().unwrap().success());
}
