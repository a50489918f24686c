use super::*;
use serde_json::Value;
use std::{fs, path::Path, process::Command};

const DATASET: &str = "gitsync-secret-data";
const IMAGE: &str = "image-hub";

fn id(text: &str) -> SecretId {
    SecretId::parse(text).unwrap()
}

fn text(part: &Part) -> &str {
    match part {
        Part::Sh(text) | Part::Yaml(text) => text,
    }
}

/// Returns all parts for this secret.
fn all(source: &ExampleSource<'_>) -> Vec<Part> {
    Tool::of(source.id.kind).into_iter().flat_map(|tool| source.parts(tool)).collect()
}

#[test]
fn parts_are_those_of_the_pages_in_docs() {
    let page = |name: &str| {
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name)).unwrap()
    };
    let data = id(DATASET);
    let hub = id(IMAGE);
    let git = ExampleSource { origin: "$LATCHKEY_URL", id: &data, account: None, target: None };
    let known = ExampleSource { target: Some(SOME_REPOSITORY), ..git };
    let image = ExampleSource { id: &hub, account: Some(("ghcr.io", "robot")), ..git };
    for (source, tool, name) in [
        (image, Tool::Kubectl, "kubectl.md"),
        (image, Tool::ArgoCd, "argo-cd.md"),
        (image, Tool::Docker, "docker.md"),
        (
            ExampleSource { origin: "https://latchkey.example", ..image },
            Tool::ExternalSecrets,
            "external-secrets.md",
        ),
        (git, Tool::Kubectl, "git-sync.md"),
        (git, Tool::ArgoCd, "argo-cd.md"),
        (known, Tool::ArgoCd, "argo-cd.md"),
        (git, Tool::Flux, "flux.md"),
        (git, Tool::Git, "git-sync.md"),
    ] {
        let page = page(name);
        for part in source.parts(tool) {
            // The page of Git names the folder, too.
            let text = text(&part).trim_end();
            assert!(page.contains(text), "{name}:\n{text}");
        }
    }
}

#[test]
fn parts_name_the_secret_and_the_portal_and_are_well_formed() {
    let names = [DATASET, IMAGE, "gitsync-secret-true", "image-1.2", "gitsync-secret-123"].map(id);
    let targets = [
        None,
        Some("git@github.com:group/app.git"),
        Some("ssh://git@host:2222/~/a b.git"),
        Some("git@host:it's \"$(odd)\": #path"),
        Some("group/app:1"),
    ];
    let accounts = [
        ("ghcr.io", "robot"),
        ("https://index.docker.io/v1/", "o'brien"),
        ("quay.io/team", "robot$group+$(id)"),
        ("[::1]:5000", "\"u\" #"),
    ];
    for (id, target) in names.iter().flat_map(|id| targets.map(|target| (id, target))) {
        for account in accounts {
            let account = (id.kind == SecretKind::ImagePull).then_some(account);
            let source = ExampleSource { origin: "https://keys.example:8443", id, account, target };
            for tool in Tool::of(id.kind) {
                let parts = source.parts(tool);
                assert!(parts.iter().any(|part| text(part).contains(&id.to_string())), "{tool:?} {id}");
                for part in &parts {
                    assert!(!text(part).contains("latchkey.example") && !text(part).contains("LATCHKEY_URL"));
                    well_formed(part);
                }
            }
        }
    }
}

/// Fails unless a shell, or a parser of YAML, accepts this.
fn well_formed(part: &Part) {
    match part {
        Part::Sh(text) => {
            let output = Command::new("bash").args(["-n", "-c", text]).output().unwrap();
            assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
        }
        Part::Yaml(text) => {
            let parsed: Value =
                serde_saphyr::from_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
            assert!(parsed["metadata"]["name"].is_string(), "{text}");
        }
    }
}

#[test]
fn parts_keep_odd_texts_whole() {
    let (data, hub) = (id(DATASET), id(IMAGE));
    let odd = "git@host:it's \"$(odd)\": #path";
    let source = ExampleSource { origin: "https://a", id: &data, account: None, target: Some(odd) };
    let parts = all(&source);
    let application = parts.iter().find(|part| text(part).contains("kind: Application")).unwrap();
    let parsed: Value = serde_saphyr::from_str(text(application)).unwrap();
    assert_eq!(parsed["spec"]["source"]["repoURL"], Repository::parse(odd).unwrap().url());
    let clone = parts.iter().find(|part| text(part).contains("git clone")).unwrap();
    let said = text(clone).lines().last().unwrap().replace("git clone", "printf %s");
    let output = Command::new("bash").args(["-c", &said]).output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), odd);

    let username = "robot$group+$(id)'";
    let account = Some(("quay.io/team", username));
    let source = ExampleSource { origin: "https://a", id: &hub, account, target: None };
    let parts = source.parts(Tool::Docker);
    let said = text(&parts[0]).lines().last().unwrap().replace("docker login --username", "printf '%s\\n'");
    let output = Command::new("bash").args(["-c", &said]).output().unwrap();
    let words = String::from_utf8(output.stdout).unwrap();
    assert_eq!(words.lines().collect::<Vec<_>>(), [username, "--password-stdin", "quay.io"]);
}

#[test]
fn image_is_the_tested_one_or_one_of_the_registry() {
    let hub = id(IMAGE);
    let image = |host, target| {
        ExampleSource { origin: "https://a", id: &hub, account: Some((host, "u")), target }.image()
    };
    assert_eq!(image("ghcr.io", None), "ghcr.io/group/app:1.2");
    assert_eq!(image("ghcr.io", Some("group/app:2")), "ghcr.io/group/app:2");
    assert_eq!(image("quay.io/team", None), "quay.io/team/app:1.2");
    assert_eq!(image("https://index.docker.io/v1/", None), "docker.io/group/app:1.2");
    let digest = format!("group/app@sha256:{}", "a".repeat(64));
    assert_eq!(image("reg.example:5000", Some(&digest)), format!("reg.example:5000/{digest}"));
}

#[test]
fn with_scheme_is_the_form_that_flux_accepts() {
    for (url, expected) in [
        ("git@git.example:group/data.git", "ssh://git@git.example/group/data.git"),
        ("ssh://git@host:2222/a.git", "ssh://git@host:2222/a.git"),
        ("git@[::1]:group/data.git", "ssh://git@[::1]/group/data.git"),
        ("git@host:/a.git", "ssh://git@host/a.git"),
    ] {
        assert_eq!(with_scheme(url), expected);
    }
}
