//! One thing of what stands in many places: the same account with the same password, or the same key.

use super::read::Found;
use aws_lc_rs::digest;
use domain::{check::KnownHosts, import::Note, secret::SecretKind};
use std::collections::HashMap;

/// By what two findings are the same. Values are compared by their digests, which are kept nowhere.
#[derive(PartialEq, Eq, Hash)]
struct Identity {
    kind: SecretKind,
    host: Option<String>,
    username: Option<String>,
    value: Result<[u8; digest::SHA256_OUTPUT_LEN], Vec<String>>,
}

impl Identity {
    fn of(found: &Found) -> Self {
        let value = match &found.value {
            Some(value) => {
                // A key is the same whatever white space is around it.
                let text = value.expose();
                let text = if found.kind == SecretKind::GitDataset { text.trim() } else { text };
                let mut out = [0; digest::SHA256_OUTPUT_LEN];
                out.copy_from_slice(digest::digest(&digest::SHA256, text.as_bytes()).as_ref());
                Ok(out)
            }
            None => Err(found.notes.iter().map(Note::code).collect()),
        };
        Self { kind: found.kind, host: found.host.clone(), username: found.username.clone(), value }
    }
}

/// Puts those together that are the same, in the order in which they stand first; keys are read, each once.
pub(super) fn same(found: Vec<Found>) -> Vec<Found> {
    let mut entries = by(found, |entry| Some(Identity::of(entry)));
    for entry in &mut entries {
        entry.read_key();
    }
    // In two forms it is one key still.
    let entries = by(entries, |entry| entry.fingerprint.clone());
    // Keys that could not be read are told once for each reason.
    by(entries, |entry| entry.value.is_none().then(|| Identity::of(entry)))
}

fn by<T: Eq + std::hash::Hash>(found: Vec<Found>, identity: impl Fn(&Found) -> Option<T>) -> Vec<Found> {
    let mut places: HashMap<T, usize> = HashMap::new();
    let mut entries: Vec<Found> = Vec::new();
    for entry in found {
        let place = identity(&entry).map(|identity| *places.entry(identity).or_insert(entries.len()));
        match place.and_then(|place| entries.get_mut(place)) {
            Some(first) => take_over(first, entry),
            None => entries.push(entry),
        }
    }
    entries
}

fn take_over(first: &mut Found, other: Found) {
    for place in other.places {
        // One Secret may hold a thing twice.
        if first.places.last() != Some(&place) {
            first.places.push(place);
        }
    }
    for note in other.notes {
        if !first.notes.contains(&note) {
            first.notes.push(note);
        }
    }
    match (&first.repository, other.repository) {
        (None, repository) => first.repository = repository,
        (Some(known), Some(repository))
            if *known != repository && !first.notes.contains(&Note::OtherRepositories) =>
        {
            first.notes.push(Note::OtherRepositories);
        }
        _ => {}
    }
    if first.known_hosts != other.known_hosts
        && let Ok(both) = KnownHosts::parse(&first.known_hosts, &other.known_hosts)
    {
        both.as_str().clone_into(&mut first.known_hosts);
    }
}

/// Notes of what clients take one alone of: Docker Hub's names, `https://` and upper case letters make two entries of one
/// registry.
pub(super) fn mark_same_registries(entries: &mut [Found]) {
    let key = |entry: &Found| entry.value.as_ref().and(entry.host.clone());
    let mut counts: HashMap<String, usize> = HashMap::new();
    for host in entries.iter().filter_map(key) {
        *counts.entry(host).or_default() += 1;
    }
    for entry in entries {
        if key(entry).is_some_and(|host| counts.get(&host).is_some_and(|count| *count > 1)) {
            entry.notes.push(Note::SameRegistry);
        }
    }
}
