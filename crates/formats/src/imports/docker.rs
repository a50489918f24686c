//! Reads docker configs, which `docker login`, `podman login`, `skopeo login` and `kubectl create secret
//! docker-registry` write; the other direction is `docker_config`.

use super::{found::Found, node::Node};
use crate::password_end::visible_end;
use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use domain::{
    error::Problem,
    import::{CredentialHelper, Encryption, Note},
    secret::{NormalizedHost, PasswordEnd, RegistryHost, SecretDraft, SecretKind, short_life},
    sensitive::Sensitive,
    text,
};
use std::collections::{HashMap, HashSet};
use zeroize::Zeroizing;

/// The shortest length, in bytes, from which a username that equals the password is taken for a token.
const TOKEN_BYTES: usize = 16;

/// The standard alphabet, with or without padding, as Docker and the kubelet decode it.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Decodes base64 of a text in UTF-8 or UTF-16, ignoring line breaks in the base64. Returns `None` if it is
/// not base64, or not of a text.
pub(super) fn decode(encoded: &Sensitive) -> Option<Sensitive> {
    text::decode(&bytes(encoded)?)
}

fn bytes(encoded: &Sensitive) -> Option<Zeroizing<Vec<u8>>> {
    let packed: Zeroizing<String> =
        Zeroizing::new(encoded.expose().chars().filter(|c| !c.is_ascii_whitespace()).collect());
    // Allocated at full size, because a buffer that grows leaves copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(packed.len()));
    BASE64.decode_vec(packed.as_bytes(), &mut bytes).ok()?;
    Some(bytes)
}

/// Returns whether the beginning of a base64 text decodes to bytes that look `likely`.
pub(super) fn starts(encoded: &str, likely: impl Fn(&[u8]) -> bool) -> bool {
    let whole = encoded.len() - encoded.len() % 4;
    let part = encoded.get(..whole).unwrap_or_default();
    BASE64.decode(part).is_ok_and(|bytes| likely(&Zeroizing::new(bytes)))
}

/// The beginning of a value that SOPS encrypted.
pub(super) const SOPS_VALUE: &str = "ENC[AES256_GCM,";

/// Returns whether a document is a docker config: it has `auths`, or names the helpers that keep the
/// credentials instead.
pub(super) fn is_config(document: &Node) -> bool {
    ["auths", "credsStore", "credHelpers"].iter().any(|name| document.get(name).is_some())
}

/// Reads a docker config in either form, under any name; `None` if it is in neither form.
pub(super) fn any_form(document: &Node) -> Option<Vec<Found>> {
    if is_config(document) {
        Some(config(document))
    } else if is_legacy(document) {
        Some(entries(document.members()))
    } else {
        None
    }
}

/// Returns whether a document has the older form: the content of `auths` alone.
pub(super) fn is_legacy(document: &Node) -> bool {
    let entry = |node: &Node| {
        ["auth", "username", "password", "identitytoken"].iter().any(|name| node.get(name).is_some())
    };
    !document.members().is_empty() && document.members().iter().all(|(_, node)| entry(node))
}

/// Reads all entries of a docker config.
pub(super) fn config(document: &Node) -> Vec<Found> {
    let helper = |node: Option<&Node>| match node {
        Some(Node::Text(name)) if !name.is_empty() => Some(CredentialHelper::named(name.expose())),
        _ => None,
    };
    let store = helper(document.get("credsStore"));
    let helpers = document.get("credHelpers").map_or(&[][..], Node::members);
    let auths = document.get("auths").map_or(&[][..], Node::members);
    // Compared in stored form, because the two places may spell one registry differently.
    let named: HashMap<String, &Node> = helpers.iter().map(|(key, name)| (meant(key), name)).collect();
    let known: HashSet<String> = auths.iter().map(|(key, _)| meant(key)).collect();
    let mut found = entries(auths);
    for (entry, (key, _)) in found.iter_mut().zip(auths) {
        let Some(elsewhere) = helper(named.get(&meant(key)).copied()).or(store) else { continue };
        if entry.notes == [Note::Empty] {
            // Docker keeps an empty entry for a registry whose credential it has stored elsewhere.
            entry.notes = vec![Note::HelpedBy(elsewhere)];
        } else if entry.value.is_some() {
            entry.notes.push(Note::HelperFirst(elsewhere));
        }
    }
    for (key, name) in helpers {
        if !known.contains(&meant(key)) {
            let (host, mut notes) = address(key);
            notes.retain(|note| matches!(note, Note::Wrong(_)));
            notes.push(Note::HelpedBy(helper(Some(name)).unwrap_or(CredentialHelper::Other)));
            found.push(Found::without_value(SecretKind::ImagePull, host, notes));
        }
    }
    if let (Some(store), true) = (store, auths.is_empty()) {
        found.push(Found::without_value(SecretKind::ImagePull, None, vec![Note::StoredBy(store)]));
    }
    found
}

/// Reads the entries by registry, as `auths` and the older form have them.
pub(super) fn entries(auths: &[(String, Node)]) -> Vec<Found> {
    auths.iter().map(|(key, entry)| read_entry(key, entry)).collect()
}

/// Returns the registry of a key in stored form, or the key itself if it is not a registry.
fn meant(key: &str) -> String {
    address(key).0.unwrap_or_else(|| key.to_owned())
}

/// The ends of the addresses at which Docker keeps the tokens of its sign-in by browser.
const DOCKER_SESSION: [&str; 2] = ["/v1/access-token", "/v1/refresh-token"];

/// Reads an account that stands outside a docker config.
pub(super) fn account_of(host: &str, username: &Sensitive, password: &Sensitive) -> Found {
    let member = |name: &str, text: &Sensitive| (name.to_owned(), Node::Text(text.clone()));
    read_entry(host, &Node::Map(vec![member("username", username), member("password", password)]))
}

fn read_entry(key: &str, entry: &Node) -> Found {
    if DOCKER_SESSION.iter().any(|end| key.trim_end_matches('/').ends_with(end)) && key.contains("docker.io/")
    {
        let host = RegistryHost::parse("docker.io").ok().map(|hub| hub.host.as_str().to_owned());
        return Found::without_value(SecretKind::ImagePull, host, vec![Note::DockerSession]);
    }
    let (host, mut notes) = address(key);
    let without = |note: Note| Found::without_value(SecretKind::ImagePull, host.clone(), vec![note]);
    let (username, password) = match account(entry, &mut notes) {
        Ok(account) => account,
        Err(note) => return without(note),
    };
    if let Some(wrong) = notes.iter().find(|note| matches!(note, Note::Wrong(_))) {
        return without(wrong.clone());
    }
    // The end that the password itself has is more exact than what is known of its kind.
    match visible_end(&password) {
        Some(end) => notes.push(Note::Expires(end)),
        None => notes.extend(short_life(username.expose(), &password).map(Note::ShortLived)),
    }
    notes.extend(PasswordEnd::of(password.expose()).map(Note::PasswordEnd));
    Found::checked(
        SecretDraft {
            kind: SecretKind::ImagePull.as_str().to_owned(),
            registry_host: host.unwrap_or_default(),
            username: username.expose().to_owned(),
            password,
            ..SecretDraft::default()
        },
        notes,
    )
}

/// Returns a registry's address in stored form; of an invalid address the host alone, if it has one.
fn address(key: &str) -> (Option<String>, Vec<Note>) {
    match RegistryHost::parse(key) {
        Ok(NormalizedHost { host, .. }) => {
            let corrected = (host.as_str() != key).then_some(Note::HostCorrected);
            let scoped = host.path().map(|_| Note::PathScoped);
            (Some(host.as_str().to_owned()), corrected.into_iter().chain(scoped).collect())
        }
        Err(problem) => {
            let shorter = key.split_once("://").map_or(key, |(_, rest)| rest).split('/').next();
            let host = shorter.and_then(|text| RegistryHost::parse(text).ok());
            let host = host.map(|NormalizedHost { host, .. }| host.as_str().to_owned());
            (host, vec![Note::Wrong(Problem::Host(problem))])
        }
    }
}

/// Returns username and password. If both forms are there, `auth` counts, as for Docker and the kubelet.
fn account(entry: &Node, notes: &mut Vec<Note>) -> Result<(Sensitive, Sensitive), Note> {
    let text = |name: &str| entry.text(name).filter(|text| !text.is_empty());
    if text("identitytoken").is_some() || text("registrytoken").is_some() {
        return Err(Note::IdentityToken);
    }
    if ["username", "password"].iter().any(|name| matches!(entry.get(name), Some(Node::Number)))
        && text("auth").is_none()
    {
        return Err(Note::Number);
    }
    // SOPS encrypts each value by itself.
    if ["auth", "username", "password"]
        .iter()
        .any(|name| text(name).is_some_and(|text| text.expose().starts_with(SOPS_VALUE)))
    {
        return Err(Note::Encrypted(Encryption::Sops));
    }
    let plain = (text("username"), text("password"));
    let (username, password) = if let Some(auth) = text("auth") {
        // Decoded exactly, and not as the text of a file.
        let pair = bytes(auth).ok_or(Note::BadAuth)?;
        let pair = std::str::from_utf8(&pair).map_err(|_| Note::BadAuth)?;
        let (username, password) = pair.split_once(':').ok_or(Note::BadAuth)?;
        // Docker pads passwords with NULs, and strips them again.
        let password = password.trim_matches('\0');
        let differs =
            |plain: Option<&Sensitive>, other: &str| plain.is_some_and(|text| text.expose() != other);
        if differs(plain.0, username) || differs(plain.1, password) {
            notes.push(Note::Disagreement);
        }
        (Sensitive::new(username), Sensitive::new(password))
    } else {
        let or_empty = |text: Option<&Sensitive>| text.cloned().unwrap_or_default();
        (or_empty(plain.0), or_empty(plain.1))
    };
    match username.expose() {
        // Docker's helpers write this name beside an identity token.
        "<token>" => Err(Note::IdentityToken),
        "" if password.is_empty() => Err(Note::Empty),
        "" => Err(Note::NoUsername),
        _ if password.is_empty() => Err(Note::NoPassword),
        // Some registries accept a token as both username and password.
        name if name.len() >= TOKEN_BYTES && name == password.expose() => Err(Note::TokenAsUsername),
        _ => Ok((username, password)),
    }
}
