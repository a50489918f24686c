//! Reads Kubernetes Secrets: registry credentials in either form, SSH private keys with the known hosts and
//! addresses beside them, and repositories of Argo CD.

use super::{
    docker,
    found::Found,
    known_hosts::{self, Fitting, Unreadable},
    node::{self, Node},
    reduced::Reduced,
};
use domain::{
    connection_test::Repository,
    import::{Encryption, Note, Skipped},
    secret::{SecretDraft, SecretKind},
    sensitive::Sensitive,
};
use std::sync::Arc;

/// The names under which a Secret has a docker config.
const CONFIGS: [&str; 2] = [".dockerconfigjson", ".dockercfg"];

/// The names under which a Secret has a private key: those of git-sync, Kubernetes' own type, Flux and Argo
/// CD, and the usual names of files.
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

/// The beginnings of texts that can only be SSH private keys, whatever their name.
const BEGINNINGS: [&str; 2] = ["-----BEGIN OPENSSH PRIVATE KEY-----", "PuTTY-User-Key-File-"];

/// The annotations that tell Tekton for which registries an account is; a number follows.
const TEKTON: &str = "tekton.dev/docker-";

/// The most registries of one account, because each becomes an entry with the password.
const MAX_REGISTRIES: usize = 10;

/// The most values of one Secret that are read. Kubernetes accepts one megabyte in all.
const MAX_VALUES: usize = 500;

/// The label by which Argo CD finds its repositories.
const ARGO_CD: &str = "argocd.argoproj.io/secret-type";

/// A Secret, whose values are decoded on demand.
struct Secret<'a> {
    object: &'a Node,
    kubernetes_type: &'a str,
}

impl Secret<'_> {
    fn parts(&self) -> impl Iterator<Item = &Node> {
        ["data", "stringData"].into_iter().filter_map(|part| self.object.get(part))
    }

    /// Returns the names of its values, each once, in the order of the file. There are at most
    /// [`MAX_VALUES`], because each is looked up among all.
    fn names(&self) -> Vec<&str> {
        let mut seen = std::collections::HashSet::new();
        let names = self.parts().flat_map(Node::members).map(|(name, _)| name.as_str());
        names.filter(|name| seen.insert(*name)).take(MAX_VALUES).collect()
    }

    /// Returns a value as written. If both members have it, `stringData` wins, as in Kubernetes.
    fn written(&self, name: &str) -> Option<&Sensitive> {
        let of = |part: &str| self.object.get(part).and_then(|part| part.text(name));
        of("stringData").or_else(|| of("data"))
    }

    /// Returns a value; `None` if it is not base64 of a text.
    fn value(&self, name: &str) -> Option<Sensitive> {
        match self.object.get("stringData").and_then(|part| part.text(name)) {
            Some(text) => Some(text.clone()),
            None => self.object.get("data").and_then(|part| part.text(name)).and_then(docker::decode),
        }
    }

    /// Returns a value without the line break at its end; `None` if it is missing.
    fn line(&self, name: &str) -> Option<Sensitive> {
        let value = self.value(name)?;
        let line = value.expose().trim();
        (!line.is_empty()).then(|| Sensitive::new(line))
    }

    fn label(&self, name: &str) -> Option<&str> {
        Some(self.object.get("metadata")?.get("labels")?.text(name)?.expose())
    }

    fn is_sops(&self) -> bool {
        self.object.get("sops").is_some()
            || self.parts().flat_map(Node::members).any(
                |(_, node)| matches!(node, Node::Text(text) if text.expose().starts_with(docker::SOPS_VALUE)),
            )
    }
}

/// Reads a Secret. Returns its findings, or the reason for skipping it.
pub(super) fn secret(object: &Node) -> Reduced {
    let kubernetes_type = object.text("type").map_or("Opaque", Sensitive::expose);
    let skipped = match kubernetes_type {
        "helm.sh/release.v1" => Some(Skipped::HelmRelease),
        "kubernetes.io/service-account-token" => Some(Skipped::ServiceAccountToken),
        "kubernetes.io/tls" => Some(Skipped::Certificate),
        _ => None,
    };
    if let Some(skipped) = skipped {
        return Reduced::skipped(skipped);
    }
    let secret = Secret { object, kubernetes_type };
    let mut found = if secret.is_sops() { encrypted(&secret) } else { credentials(&secret) };
    for entry in &mut found {
        entry.stood_in(object);
    }
    let otherwise = match kubernetes_type {
        "kubernetes.io/basic-auth" => Skipped::BasicAuth,
        _ => Skipped::OtherSecret,
    };
    Reduced::of(found, otherwise)
}

/// Returns the finding for a `SealedSecret`, which cannot be read.
pub(super) fn sealed(object: &Node) -> Reduced {
    let template = object.get("spec").and_then(|spec| spec.get("template"));
    let kubernetes_type =
        template.and_then(|template| template.text("type")).map_or("Opaque", Sensitive::expose);
    let data = object.get("spec").and_then(|spec| spec.get("encryptedData")).map_or(&[][..], Node::members);
    let kind = kind_of(kubernetes_type, data.iter().map(|(name, _)| name.as_str()));
    let found = kind.map(|kind| {
        let mut found = Found::without_value(kind, None, vec![Note::Encrypted(Encryption::SealedSecret)]);
        found.stood_in(object);
        found
    });
    Reduced::of(found.into_iter().collect(), Skipped::OtherObject)
}

/// Returns the type of secret that an encrypted Secret would hold.
fn kind_of<'a>(kubernetes_type: &str, mut names: impl Iterator<Item = &'a str>) -> Option<SecretKind> {
    match kubernetes_type {
        "kubernetes.io/dockerconfigjson" | "kubernetes.io/dockercfg" => Some(SecretKind::ImagePull),
        "kubernetes.io/ssh-auth" => Some(SecretKind::GitDataset),
        _ => names.find_map(|name| {
            if CONFIGS.contains(&name) {
                Some(SecretKind::ImagePull)
            } else {
                KEYS.contains(&name).then_some(SecretKind::GitDataset)
            }
        }),
    }
}

fn encrypted(secret: &Secret<'_>) -> Vec<Found> {
    let kind = kind_of(secret.kubernetes_type, secret.names().into_iter());
    let note = || vec![Note::Encrypted(Encryption::Sops)];
    kind.map(|kind| Found::without_value(kind, None, note())).into_iter().collect()
}

fn credentials(secret: &Secret<'_>) -> Vec<Found> {
    let names = secret.names();
    let is_argo_cd = secret.label(ARGO_CD).is_some_and(|sort| matches!(sort, "repository" | "repo-creds"))
        || names.contains(&"sshPrivateKey");
    let mut found: Vec<Found> = names.iter().flat_map(|name| member(secret, name)).collect();
    if is_argo_cd {
        found.extend(of_argo_cd(secret, &names));
    }
    found.extend(of_tekton(secret));
    // The portal's own manifest in this form does not name its registry.
    let is_ours = |text: &Sensitive| text.expose().starts_with(SecretKind::ImagePull.id_prefix());
    let name = secret.object.get("metadata").and_then(|metadata| metadata.text("name"));
    if found.is_empty() && secret.kubernetes_type == "kubernetes.io/basic-auth" && name.is_some_and(is_ours) {
        found.push(Found::without_value(SecretKind::ImagePull, None, vec![Note::NoHost]));
    }
    beside_keys(secret, &mut found);
    found
}

/// Gives each key the known hosts and the Argo CD address that stand beside it.
fn beside_keys(secret: &Secret<'_>, found: &mut [Found]) {
    let keys = found.iter_mut().filter(|entry| entry.kind == SecretKind::GitDataset && entry.value.is_some());
    let mut keys = keys.peekable();
    if keys.peek().is_none() {
        return;
    }
    // Read once and shared, because there may be hundreds of keys.
    let mut notes = Vec::new();
    let known_hosts = secret.value("known_hosts").filter(|text| !text.expose().trim().is_empty());
    let known_hosts: Arc<str> = match known_hosts.map(|text| known_hosts::fitting(text.expose())) {
        Some(Ok(Fitting { text, cut })) => {
            notes.extend(cut.then_some(Note::KnownHostsCut));
            text.into()
        }
        Some(Err(Unreadable)) => {
            notes.push(Note::KnownHostsUnread);
            Arc::default()
        }
        None => Arc::default(),
    };
    let mut repository = None;
    match secret.line("url").map(|address| Repository::parse(address.expose())) {
        Some(_) if secret.label(ARGO_CD) == Some("repo-creds") => notes.push(Note::RepositoryPrefix),
        Some(Ok(parsed)) => repository = Some(parsed.as_str().to_owned()),
        Some(Err(_)) => notes.push(Note::RepositoryUnread),
        None => {}
    }
    for entry in keys {
        entry.known_hosts = Arc::clone(&known_hosts);
        entry.repository.clone_from(&repository);
        entry.notes.extend_from_slice(&notes);
    }
}

/// Returns the finding for a repository of Argo CD that is not a key.
fn of_argo_cd(secret: &Secret<'_>, names: &[&str]) -> Option<Found> {
    let without = |kind, note| Some(Found::without_value(kind, None, vec![note]));
    if names.contains(&"githubAppPrivateKey") {
        return without(SecretKind::GitDataset, Note::GithubApp);
    }
    if !names.contains(&"username") || !names.contains(&"password") {
        return None;
    }
    let sort = secret.line("type");
    if sort.as_ref().map(Sensitive::expose) != Some("helm") {
        return without(SecretKind::GitDataset, Note::HttpsRepository);
    }
    if secret.line("enableOCI").as_ref().map(Sensitive::expose) != Some("true") {
        return without(SecretKind::ImagePull, Note::ChartRepository);
    }
    let address = secret.line("url")?;
    let host = address.expose().strip_prefix("oci://").unwrap_or(address.expose());
    Some(docker::account_of(host, &secret.value("username")?, &secret.value("password")?))
}

/// Returns the accounts whose registries stand in Tekton's annotations.
fn of_tekton(secret: &Secret<'_>) -> Vec<Found> {
    let annotations = secret.object.get("metadata").and_then(|metadata| metadata.get("annotations"));
    let mut hosts = annotations.map_or(&[][..], Node::members).iter().filter_map(|(name, node)| match node {
        Node::Text(host) if name.starts_with(TEKTON) => Some(host),
        _ => None,
    });
    let (Some(username), Some(password)) = (secret.value("username"), secret.value("password")) else {
        return Vec::new();
    };
    let account = |host: &Sensitive| docker::account_of(host.expose(), &username, &password);
    let mut found: Vec<Found> = hosts.by_ref().take(MAX_REGISTRIES).map(account).collect();
    if hosts.next().is_some() {
        found.push(Found::without_value(SecretKind::ImagePull, None, vec![Note::RegistriesCut]));
    }
    found
}

/// Reads one value of a Secret.
fn member(secret: &Secret<'_>, name: &str) -> Vec<Found> {
    if CONFIGS.contains(&name) {
        let none = |note| vec![Found::without_value(SecretKind::ImagePull, None, vec![note])];
        let Some(text) = secret.value(name) else { return none(Note::BadData) };
        let config = node::json(text.expose()).ok();
        return match config.as_ref().map(|document| (docker::any_form(document), document.members())) {
            Some((Some(found), _)) => found,
            // `.dockercfg` always has the older form, whatever its content.
            Some((None, members)) if name == ".dockercfg" => docker::entries(members),
            _ => none(Note::BadConfig),
        };
    }
    let known = KEYS.contains(&name);
    if !known && !may_be_one(secret, name) {
        return Vec::new();
    }
    match secret.value(name) {
        Some(text) if known || is_key(&text) => {
            let kind = SecretKind::GitDataset.as_str().to_owned();
            vec![Found::checked(
                SecretDraft { kind, private_key: text, ..SecretDraft::default() },
                Vec::new(),
            )]
        }
        // Recognized by the content, whatever the name, such as config.json or auth.json.
        Some(text) if text.expose().contains("\"auths\"") => {
            let document = node::json(text.expose()).ok();
            document.filter(docker::is_config).map(|document| docker::config(&document)).unwrap_or_default()
        }
        None if known => vec![Found::without_value(SecretKind::GitDataset, None, vec![Note::BadData])],
        _ => Vec::new(),
    }
}

fn is_key(text: &Sensitive) -> bool {
    BEGINNINGS.iter().any(|start| text.expose().trim_start().starts_with(start))
}

/// Returns whether a value is worth decoding: its first characters, after white space or a byte order mark,
/// begin a key or JSON.
fn may_be_one(secret: &Secret<'_>, name: &str) -> bool {
    let Some(written) = secret.written(name) else { return false };
    let text = written.expose();
    if secret.object.get("stringData").is_some_and(|part| part.text(name).is_some()) {
        return text.trim_start_matches('\u{feff}').trim_start().starts_with(['-', 'P', '{']);
    }
    let start: String = text.chars().filter(|c| !c.is_ascii_whitespace()).take(16).collect();
    // A byte order mark of either encoding, or the text after it or after white space.
    docker::starts(&start, |bytes| {
        let after = bytes.iter().find(|byte| {
            !matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 0xef | 0xbb | 0xbf | 0xff | 0xfe | 0)
        });
        after.is_none_or(|first| matches!(first, b'-' | b'P' | b'{'))
    })
}
