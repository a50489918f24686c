//! Kubernetes Secrets: registry credentials in either form, and SSH private keys under the names that their consumers
//! look for.

use super::{
    docker,
    node::{self, Node},
    read::Found,
};
use domain::{
    import::Note,
    secret::{SecretDraft, SecretKind},
    sensitive::Sensitive,
};

/// Where a docker config stands in a Secret, and whether it is of the older form.
const CONFIGS: [(&str, bool); 3] =
    [(".dockerconfigjson", false), (".dockercfg", true), ("config.json", false)];

/// Where a private key stands: git-sync, Kubernetes' own type, Flux, Argo CD, and files by their usual names.
const KEYS: [&str; 8] = [
    "ssh",
    "ssh-privatekey",
    "identity",
    "sshPrivateKey",
    "id_ed25519",
    "id_rsa",
    "id_ecdsa",
    "ssh-private-key",
];

/// How a text begins that can be nothing but an SSH private key, whatever it is called.
const BEGINNINGS: [&str; 2] = ["-----BEGIN OPENSSH PRIVATE KEY-----", "PuTTY-User-Key-File-"];

/// What there is in a Secret; empty where it has nothing for us.
pub(super) fn secret(object: &Node) -> Vec<Found> {
    let mut found = Vec::new();
    let (data, plain) = (object.get("data"), object.get("stringData"));
    let names = [data, plain].into_iter().flatten().flat_map(Node::members).map(|(name, _)| name.as_str());
    let mut seen = Vec::new();
    for name in names {
        if seen.contains(&name) {
            continue;
        }
        seen.push(name);
        // What stands in both is taken from `stringData`, as Kubernetes does.
        let value = match plain.and_then(|plain| plain.text(name)) {
            Some(text) => Some(text.clone()),
            None => data.and_then(|data| data.text(name)).and_then(docker::decode),
        };
        found.extend(member(name, value));
    }
    let metadata = object.get("metadata");
    let told =
        |name: &str| metadata.and_then(|metadata| metadata.text(name)).map(|text| text.expose().to_owned());
    for entry in &mut found {
        entry.secret = told("name");
    }
    found
}

/// One value of a Secret; `None` where it is not base64 of a text.
fn member(name: &str, value: Option<Sensitive>) -> Vec<Found> {
    if let Some((_, legacy)) = CONFIGS.iter().find(|(known, _)| *known == name) {
        let none = |note| vec![Found::without_value(SecretKind::ImagePull, None, vec![note])];
        let Some(text) = value else { return none(Note::BadData) };
        return match node::json(text.expose()) {
            Ok(document) if *legacy => docker::entries(document.members()),
            Ok(document) if docker::is_config(&document) => docker::config(&document),
            // Of a Secret that is none of ours, such as an application's own config.json.
            _ if name == "config.json" => Vec::new(),
            _ => none(Note::BadConfig),
        };
    }
    let known = KEYS.contains(&name);
    match value {
        Some(text)
            if known || BEGINNINGS.iter().any(|start| text.expose().trim_start().starts_with(start)) =>
        {
            let kind = SecretKind::GitDataset.as_str().to_owned();
            vec![Found::checked(SecretDraft { kind, secret: text, ..SecretDraft::default() }, Vec::new())]
        }
        None if known => vec![Found::without_value(SecretKind::GitDataset, None, vec![Note::BadData])],
        _ => Vec::new(),
    }
}
