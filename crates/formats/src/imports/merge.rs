//! Merges findings that stand in many places: the same account with the same password, or the same key.

use super::{
    found::Found,
    known_hosts::{self, Fitting},
};
use aws_lc_rs::digest;
use domain::{
    import::{ImportProblem, MAX_ENTRIES, Note},
    secret::SecretKind,
};
use std::{collections::HashMap, sync::Arc};

/// The identity of a finding. Values are compared by their digests, which are not kept.
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
                // White space around a key does not change it.
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

/// Merges equal findings, in the order of their first places, and parses each key once.
///
/// Errors: `TooMany`, before any key is read.
pub(super) fn same(found: Vec<Found>) -> Result<Vec<Found>, ImportProblem> {
    let mut entries = by(found, |entry| Some(Identity::of(entry)));
    if entries.len() > MAX_ENTRIES {
        return Err(ImportProblem::TooMany);
    }
    for entry in &mut entries {
        entry.read_key();
    }
    // One key in two forms is one finding.
    let entries = by(entries, |entry| entry.fingerprint.clone());
    // Keys that could not be parsed are reported once for each reason.
    Ok(by(entries, |entry| entry.value.is_none().then(|| Identity::of(entry))))
}

fn by<T: Eq + std::hash::Hash>(found: Vec<Found>, identity: impl Fn(&Found) -> Option<T>) -> Vec<Found> {
    let mut places: HashMap<T, usize> = HashMap::new();
    let mut entries: Vec<Found> = Vec::new();
    // Merged once at the end, because many places may have many known hosts each.
    let mut known_hosts: HashMap<usize, Vec<Arc<str>>> = HashMap::new();
    for mut entry in found {
        let place = identity(&entry).map(|identity| *places.entry(identity).or_insert(entries.len()));
        match place.and_then(|place| Some((place, entries.get_mut(place)?))) {
            Some((place, first)) => {
                let others = std::mem::take(&mut entry.known_hosts);
                if others != first.known_hosts {
                    let texts = known_hosts.entry(place).or_default();
                    // All keys of a Secret share one text of known hosts.
                    if texts.last() != Some(&others) {
                        texts.push(others);
                    }
                }
                take_over(first, entry);
            }
            None => entries.push(entry),
        }
    }
    for (place, mut texts) in known_hosts {
        if let Some(first) = entries.get_mut(place) {
            texts.insert(0, std::mem::take(&mut first.known_hosts));
            let Fitting { text, cut } = known_hosts::together(&texts);
            first.known_hosts = text.into();
            if cut && !first.notes.contains(&Note::KnownHostsCut) {
                first.notes.push(Note::KnownHostsCut);
            }
        }
    }
    entries
}

fn take_over(first: &mut Found, other: Found) {
    for place in other.places {
        // One Secret may hold the same thing twice.
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
}

/// Notes the registries of which clients use only one entry: Docker Hub's several names, `https://` and
/// upper-case letters make two entries of one registry.
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
