//! Exports equal what the tools' own commands write.

mod cluster;

use super::*;
use cluster::discovery;
use domain::secret::{Namespace, Password, PrivateKeyText, RegistryHost, SecretId, Username};
use serde_json::Value;
use std::{
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

const KEY: &str = include_str!("../../../backend/src/secrets/seed_key");
const PUBLIC: &str = "ssh-ed25519 AAAA me@here";
const HOSTS: &str = "git.example ssh-ed25519 AAAA\n";

fn dataset() -> Credential {
    Credential::GitDataset { private_key: PrivateKeyText::parse(&Sensitive::new(KEY)).unwrap() }
}

fn image(host: &str, username: &str, password: &str) -> Credential {
    Credential::ImagePull {
        host: RegistryHost::parse(host).unwrap().host,
        username: Username::parse(username).unwrap(),
        password: Password::parse(Sensitive::new(password)).unwrap(),
    }
}

fn exported_in(credential: &Credential, shape: ExportFormat) -> Option<Exported> {
    let url = Some("git@git.example:group/data.git");
    exported(&ExportSource { credential, known_hosts: HOSTS, public_key: Some(PUBLIC), url }, shape)
}

fn keys(credential: &Credential, shape: ExportFormat) -> Vec<&'static str> {
    exported_in(credential, shape).into_iter().flatten().map(|(key, _)| key).collect()
}

#[test]
fn shaped_has_the_keys_that_its_readers_know() {
    let git = dataset();
    assert_eq!(keys(&git, ExportFormat::GitSync), ["ssh", "known_hosts"]);
    assert_eq!(keys(&git, ExportFormat::SshAuth), ["ssh-privatekey"]);
    assert_eq!(keys(&git, ExportFormat::Rancher), ["ssh-publickey", "ssh-privatekey", "known_hosts"]);
    assert_eq!(keys(&git, ExportFormat::Flux), ["identity", "identity.pub", "known_hosts"]);
    assert_eq!(keys(&git, ExportFormat::ArgoCd), ["url", "type", "sshPrivateKey"]);
    let account = image("docker.io", "ana", "a:b");
    assert_eq!(keys(&account, ExportFormat::DockerConfigJson), [".dockerconfigjson"]);
    assert_eq!(keys(&account, ExportFormat::UsernamePassword), ["username", "password"]);
    assert_eq!(keys(&account, ExportFormat::ImageUpdater), ["credentials"]);
    assert_eq!(exported_in(&account, ExportFormat::ImageUpdater).unwrap()[0].1.expose(), "ana:a:b");
    for shape in ExportFormat::ALL {
        for (credential, kind) in [(&git, git.kind()), (&account, account.kind())] {
            assert_eq!(exported_in(credential, shape).is_some(), shape.fits(kind), "{shape:?} {kind:?}");
        }
    }
}

#[test]
fn shaped_files_end_in_a_line_feed_and_omit_unknown_parts() {
    let git = dataset();
    for shape in [ExportFormat::GitSync, ExportFormat::Flux, ExportFormat::Rancher] {
        for (key, text) in exported_in(&git, shape).unwrap() {
            assert!(text.expose().ends_with('\n') && !text.expose().ends_with("\n\n"), "{shape:?} {key}");
        }
    }
    let bare = ExportSource { credential: &git, known_hosts: "", public_key: None, url: None };
    let names =
        |shape| exported(&bare, shape).map(|all| all.into_iter().map(|(key, _)| key).collect::<Vec<_>>());
    assert_eq!(names(ExportFormat::Flux).unwrap(), ["identity"]);
    assert_eq!(names(ExportFormat::GitSync).unwrap(), ["ssh"]);
    assert_eq!(names(ExportFormat::ArgoCd), None);
}

#[test]
fn flat_json_is_an_object_of_strings() {
    let account = image("ghcr.io", "robot", "\"\\\n🔑</script>");
    let json = flat_json(&exported_in(&account, ExportFormat::UsernamePassword).unwrap());
    let read: Value = serde_json::from_str(json.expose()).unwrap();
    assert_eq!(read["password"], "\"\\\n🔑</script>");
}

fn kubectl(arguments: &[String], input: &str) -> Value {
    let mut child = Command::new("kubectl")
        .args(arguments)
        .args(["--dry-run=client", "-o", "json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("kubectl is missing: apt-get install kubernetes-client");
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/tmp/shapes");
    let folder =
        std::env::var_os("CARGO_TARGET_DIR").map_or(folder, |target| Path::new(&target).join("tmp/shapes"));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// Returns texts that are awkward in JSON, YAML, base64 or a command line.
fn awkward(number: usize) -> String {
    const PARTS: [&str; 18] = [
        "\"", "\\", ":", "🔑", " ", "\u{7f}", "\u{2028}", "#", "\t", "{", "'", "$(x)", "=", "é", "/", "- ",
        "null", "%",
    ];
    PARTS
        .iter()
        .cycle()
        .skip(number)
        .step_by(1 + number % 5)
        .take(1 + number % 23)
        .copied()
        .collect::<String>()
        + "x"
}

/// Returns the parts of a Secret that matter to whoever mounts it.
fn essence(secret: &Value) -> (&Value, &Value, &Value, &Value) {
    (&secret["metadata"]["name"], &secret["metadata"]["namespace"], &secret["type"], &secret["data"])
}

/// Passes 200 inputs through `kubectl create secret` and through our manifest, in YAML and JSON by turns.
#[test]
fn manifest_equals_kubectls() {
    let folder = folder();
    let server = format!("--server={}", discovery());
    let cache = format!("--cache-dir={}", folder.display());
    for number in 0..200 {
        let text = awkward(number);
        let (id, shape, exported, kind, arguments) = if number % 2 == 0 {
            let account = image("reg.example:5000", "robot", &text);
            let shape =
                if number % 4 == 0 { ExportFormat::DockerConfigJson } else { ExportFormat::UsernamePassword };
            let exported = exported_in(&account, shape).unwrap();
            let (kind, arguments) = if shape == ExportFormat::DockerConfigJson {
                let password = format!("--docker-password={text}");
                let server = "--docker-server=reg.example:5000".to_owned();
                ("docker-registry", vec![server, "--docker-username=robot".to_owned(), password])
            } else {
                let literals = vec![
                    "--from-literal=username=robot".to_owned(),
                    format!("--from-literal=password={text}"),
                ];
                ("generic", literals)
            };
            (format!("image-n{number}"), shape, exported, kind, arguments)
        } else {
            let of_keys = [
                ExportFormat::GitSync,
                ExportFormat::SshAuth,
                ExportFormat::Rancher,
                ExportFormat::Flux,
                ExportFormat::ArgoCd,
            ];
            let shape = of_keys[number / 2 % of_keys.len()];
            let (git, url) = (dataset(), format!("ssh://git@host/{number}"));
            let source = ExportSource {
                credential: &git,
                known_hosts: &text,
                public_key: Some(&text),
                url: Some(&url),
            };
            let exported = exported(&source, shape).unwrap();
            let files = exported.iter().map(|(key, value)| {
                let path = folder.join(key);
                std::fs::write(&path, value.expose()).unwrap();
                format!("--from-file={key}={}", path.display())
            });
            let files = files.collect();
            (format!("gitsync-secret-n{number}"), shape, exported, "generic", files)
        };
        let kubernetes_type = shape.kubernetes_type().unwrap();
        let mut create = vec![
            "create".to_owned(),
            "secret".to_owned(),
            kind.to_owned(),
            id.clone(),
            "-n".to_owned(),
            "ci".to_owned(),
        ];
        create.extend(arguments);
        if kind == "generic" {
            create.push(format!("--type={kubernetes_type}"));
        }
        let theirs = kubectl(&create, "");
        let format = if number % 3 == 0 { ManifestFormat::Json } else { ManifestFormat::Yaml };
        let id = SecretId::parse(&id).unwrap();
        let ours = manifest(&id, shape, &exported, Namespace::parse("ci").as_ref(), format).unwrap();
        let verb = if number % 5 == 0 { "create" } else { "apply" };
        let arguments = [verb, "--validate=false", "-f", "-", &server, &cache].map(str::to_owned);
        let ours = kubectl(&arguments, ours.expose());
        if shape == ExportFormat::DockerConfigJson {
            assert_same_config(&ours, &theirs);
        } else {
            assert_eq!(essence(&ours), essence(&theirs), "{number} {shape:?}");
        }
        let label = &ours["metadata"]["labels"]["argocd.argoproj.io/secret-type"];
        assert_eq!(label == "repository", shape == ExportFormat::ArgoCd);
    }
}

/// Several manifests in one file are as many Secrets, in YAML and in JSON.
#[test]
fn joined_manifests_are_accepted_by_kubectl() {
    let folder = folder();
    let (server, cache) = (format!("--server={}", discovery()), format!("--cache-dir={}", folder.display()));
    for format in ManifestFormat::ALL {
        let manifests: Vec<Sensitive> = (0..3)
            .map(|number| {
                let account = image("reg.example", "robot", &awkward(number));
                let exported = exported_in(&account, ExportFormat::DockerConfigJson).unwrap();
                let id = SecretId::parse(&format!("image-n{number}")).unwrap();
                manifest(&id, ExportFormat::DockerConfigJson, &exported, None, format).unwrap()
            })
            .collect();
        let arguments = ["apply", "--validate=false", "-f", "-", &server, &cache].map(str::to_owned);
        let list = kubectl(&arguments, joined(&manifests, format).expose());
        let names: Vec<&Value> =
            list["items"].as_array().unwrap().iter().map(|secret| &secret["metadata"]["name"]).collect();
        assert_eq!(names, ["image-n0", "image-n1", "image-n2"], "{format:?}");
        let one = joined(&manifests[..1], format);
        assert!(one.expose().contains("image-n0") && one.expose().ends_with('\n'));
    }
}

/// Compares docker configs, whose members may have another order.
fn assert_same_config(ours: &Value, theirs: &Value) {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let config = |secret: &Value| -> Value {
        let text = secret["data"][".dockerconfigjson"].as_str().unwrap();
        serde_json::from_slice(&STANDARD.decode(text).unwrap()).unwrap()
    };
    assert_eq!(config(ours), config(theirs));
    assert_eq!((&ours["metadata"]["name"], &ours["type"]), (&theirs["metadata"]["name"], &theirs["type"]));
}
