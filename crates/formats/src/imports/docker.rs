//! The reading side of `docker_config`: what `docker login`, `podman login`, `skopeo login` and `kubectl create secret
//! docker-registry` leave behind.

use super::{found::Found, node::Node};
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

/// From this length on, a username that is the password too is taken for a token.
const TOKEN_BYTES: usize = 16;

/// With padding or without, as Docker and the kubelet read it.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A text from its base64, in UTF-8 or UTF-16; line breaks in that are passed over. `None` where it is no base64, or not of
/// a text.
pub(super) fn decode(encoded: &Sensitive) -> Option<Sensitive> {
    text::decode(&bytes(encoded)?)
}

fn bytes(encoded: &Sensitive) -> Option<Zeroizing<Vec<u8>>> {
    let packed: Zeroizing<String> =
        Zeroizing::new(encoded.expose().chars().filter(|c| !c.is_ascii_whitespace()).collect());
    // Room for all of it from the start: a buffer that grows leaves copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(packed.len()));
    BASE64.decode_vec(packed.as_bytes(), &mut bytes).ok()?;
    Some(bytes)
}

/// Whether the bytes of which this is the beginning in base64 are likely to be something.
pub(super) fn starts(encoded: &str, likely: impl Fn(&[u8]) -> bool) -> bool {
    let whole = encoded.len() - encoded.len() % 4;
    let part = encoded.get(..whole).unwrap_or_default();
    BASE64.decode(part).is_ok_and(|bytes| likely(&Zeroizing::new(bytes)))
}

/// How SOPS writes a value.
pub(super) const SOPS_VALUE: &str = "ENC[AES256_GCM,";

/// Whether this is a docker config: `auths`, or who has the credentials in its place.
pub(super) fn is_config(document: &Node) -> bool {
    ["auths", "credsStore", "credHelpers"].iter().any(|name| document.get(name).is_some())
}

/// Reads a docker config in either form, whatever the name that it stands under; `None` where it is neither.
pub(super) fn any_form(document: &Node) -> Option<Vec<Found>> {
    if is_config(document) {
        Some(config(document))
    } else if is_legacy(document) {
        Some(entries(document.members()))
    } else {
        None
    }
}

/// Whether this is the older form, `auths` alone without its name.
pub(super) fn is_legacy(document: &Node) -> bool {
    let entry = |node: &Node| {
        ["auth", "username", "password", "identitytoken"].iter().any(|name| node.get(name).is_some())
    };
    !document.members().is_empty() && document.members().iter().all(|(_, node)| entry(node))
}

/// Everything in a docker config.
pub(super) fn config(document: &Node) -> Vec<Found> {
    let helper = |node: Option<&Node>| match node {
        Some(Node::Text(name)) if !name.is_empty() => Some(CredentialHelper::named(name.expose())),
        _ => None,
    };
    let store = helper(document.get("credsStore"));
    let helpers = document.get("credHelpers").map_or(&[][..], Node::members);
    let auths = document.get("auths").map_or(&[][..], Node::members);
    // By what is meant, since the two places may write it otherwise.
    let named: HashMap<String, &Node> = helpers.iter().map(|(key, name)| (meant(key), name)).collect();
    let known: HashSet<String> = auths.iter().map(|(key, _)| meant(key)).collect();
    let mut found = entries(auths);
    for (entry, (key, _)) in found.iter_mut().zip(auths) {
        let Some(elsewhere) = helper(named.get(&meant(key)).copied()).or(store) else { continue };
        if entry.notes == [Note::Empty] {
            // An empty entry is how Docker remembers a registry whose credential it has put elsewhere.
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

/// Entries by registry, as they stand in `auths` and in the older form.
pub(super) fn entries(auths: &[(String, Node)]) -> Vec<Found> {
    auths.iter().map(|(key, entry)| read_entry(key, entry)).collect()
}

/// The registry of a key as it is stored; the key itself where it is none.
fn meant(key: &str) -> String {
    address(key).0.unwrap_or_else(|| key.to_owned())
}

/// Below which Docker keeps the tokens of its sign-in by browser.
const DOCKER_SESSION: [&str; 2] = ["/v1/access-token", "/v1/refresh-token"];

/// An account that is told outside a docker config.
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
    notes.extend(short_life(username.expose()).map(Note::ShortLived));
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

/// The registry's address as it is stored; of one that is refused the host alone, where that can be told.
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

/// Username and password. `auth` counts where there are both, as for Docker and the kubelet.
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
    // Each value by itself, as SOPS writes it.
    if ["auth", "username", "password"]
        .iter()
        .any(|name| text(name).is_some_and(|text| text.expose().starts_with(SOPS_VALUE)))
    {
        return Err(Note::Encrypted(Encryption::Sops));
    }
    let plain = (text("username"), text("password"));
    let (username, password) = if let Some(auth) = text("auth") {
        // To the letter, and not as a file is read.
        let pair = bytes(auth).ok_or(Note::BadAuth)?;
        let pair = std::str::from_utf8(&pair).map_err(|_| Note::BadAuth)?;
        let (username, password) = pair.split_once(':').ok_or(Note::BadAuth)?;
        // Docker pads with these, and takes them off again.
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
        // What Docker's helpers put in place of a name beside an identity token.
        "<token>" => Err(Note::IdentityToken),
        "" if password.is_empty() => Err(Note::Empty),
        "" => Err(Note::NoUsername),
        _ if password.is_empty() => Err(Note::NoPassword),
        // Some registries let a token stand in both places.
        name if name.len() >= TOKEN_BYTES && name == password.expose() => Err(Note::TokenAsUsername),
        _ => Ok((username, password)),
    }
}
