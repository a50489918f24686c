//! Suggests names for findings: that of the Kubernetes Secret, or else of the registry.

use super::found::Found;
use domain::secret::{RegistryPreset, SecretId, SecretKind, SecretName};
use std::collections::{HashMap, HashSet};

/// Gives each finding a valid name that is unique within its type.
pub(super) fn suggest(entries: &mut [Found]) {
    let of_secret: Vec<Option<SecretName>> = entries.iter().map(of_secret).collect();
    let mut counts: HashMap<Option<&str>, usize> = HashMap::new();
    for name in &of_secret {
        *counts.entry(name.as_ref().map(SecretName::as_str)).or_default() += 1;
    }
    let mut taken = HashSet::new();
    let mut numbers = Numbers::default();
    for (index, entry) in entries.iter_mut().enumerate() {
        // The Secret's own name, if it has a single credential.
        let name = of_secret.get(index).and_then(Option::as_ref);
        let alone = counts.get(&name.map(SecretName::as_str)) == Some(&1);
        let host = entry.host.as_deref().map(host_word);
        let base = match (name, host) {
            (Some(name), Some(host)) if !alone => format!("{}-{host}", name.as_str()),
            (Some(name), _) => name.as_str().to_owned(),
            (None, Some(host)) => host,
            (None, None) => String::new(),
        };
        let base = usable(&base).unwrap_or_else(|| fallback(entry.kind));
        let username = entry.username.as_deref().unwrap_or_default();
        // Two accounts at one registry differ by their usernames.
        let with_account = usable(&format!("{base}-{username}")).filter(|_| !username.is_empty());
        let name = [Some(base.clone()), with_account]
            .into_iter()
            .flatten()
            .find(|name| !taken.contains(&(entry.kind, name.clone())))
            .unwrap_or_else(|| {
                numbers.free(entry.kind, &base, |name| taken.contains(&(entry.kind, name.to_owned())))
            });
        taken.insert((entry.kind, name.clone()));
        entry.suggested = name;
    }
}

/// The last number of each name, so that no number is tried twice for the same beginning.
#[derive(Debug, Default)]
pub struct Numbers(HashMap<(SecretKind, String), u32>);

impl Numbers {
    /// Returns the name with the first number that is not taken.
    pub fn free(&mut self, kind: SecretKind, base: &str, taken: impl Fn(&str) -> bool) -> String {
        let number = self.0.entry((kind, base.to_owned())).or_insert(2);
        let (name, next) = numbered(base, *number, taken);
        *number = next;
        name
    }
}

/// Returns the name with the first number from `number` on that is not taken, and the number after it.
fn numbered(base: &str, mut number: u32, taken: impl Fn(&str) -> bool) -> (String, u32) {
    loop {
        let ending = format!("-{number}");
        let start: String = base.chars().take(SecretName::MAX_CHARS - ending.len()).collect();
        let name = format!("{}{ending}", start.trim_end_matches(['-', '.']));
        number += 1;
        if !taken(&name) {
            return (name, number);
        }
    }
}

/// Returns the name of the Kubernetes Secret without the portal's own prefix.
fn of_secret(entry: &Found) -> Option<SecretName> {
    let name = entry.secret.as_deref()?;
    let id = SecretId::parse(name).filter(|id| id.kind == entry.kind);
    id.map(|id| id.name).or_else(|| SecretName::parse(name).ok())
}

fn host_word(host: &str) -> String {
    let known = RegistryPreset::ALL.into_iter().find(|preset| preset.host == Some(host));
    known.filter(|preset| preset.key == "docker-hub").map_or(host, |preset| preset.key).to_owned()
}

/// Returns the text as a valid name, or the nearest valid name.
fn usable(text: &str) -> Option<String> {
    SecretName::parse(text).ok().or_else(|| SecretName::suggest(text)).map(String::from)
}

fn fallback(kind: SecretKind) -> String {
    match kind {
        SecretKind::GitDataset => "imported-key",
        SecretKind::ImagePull => "imported-registry",
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_appends_a_number_within_the_length_limit() {
        assert_eq!(numbered("a", 2, |name| name == "a-2"), ("a-3".to_owned(), 4));
        let (long, _) = numbered(&"a".repeat(238), 2, |_| false);
        assert_eq!(long.len(), 238);
        assert!(SecretName::parse(&long).is_ok());
        assert_eq!(
            numbered(&format!("{}.b", "a".repeat(235)), 2, |_| false).0,
            format!("{}-2", "a".repeat(235))
        );
        let mut numbers = Numbers::default();
        let mut next = || numbers.free(SecretKind::ImagePull, "a", |_| false);
        assert_eq!([next(), next()], ["a-2", "a-3"]);
    }
}
