//! A single finding of an import.

use super::node::Node;
use crate::ssh_keys;
use domain::{
    import::Note,
    secret::{
        DisplayName, NewSecret, PrivateKeyText, RegistryHost, RegistryPreset, SecretDraft, SecretKind,
        SshKeyProblem, is_kubernetes_name,
    },
    sensitive::Sensitive,
};
use std::sync::Arc;

/// A finding: a credential, or the notes that stand in place of one.
pub struct Found {
    /// The type of the secret that it would become.
    pub kind: SecretKind,
    /// The registry host, in stored form.
    pub host: Option<String>,
    /// The username at the registry.
    pub username: Option<String>,
    /// The value, valid by the rules of the form; `None` if the notes say what to do instead.
    pub value: Option<Sensitive>,
    /// The remarks on it.
    pub notes: Vec<Note>,
    /// The fingerprint of a key, once it was parsed.
    pub fingerprint: Option<String>,
    /// Whether the value is a key that opens only with a passphrase.
    pub needs_passphrase: bool,
    /// The repository that stood beside a key.
    pub repository: Option<String>,
    /// The known hosts that stood beside a key, to be approved by whoever imports.
    pub known_hosts: Arc<str>,
    /// The Kubernetes Secrets that it stood in, as `namespace/name` or `name`; empty for other files.
    pub places: Vec<String>,
    /// The name of the first of these Secrets.
    pub(super) secret: Option<String>,
    /// The suggested name: valid, but perhaps taken.
    pub suggested: String,
}

impl Found {
    /// Returns the display name: the host and the username; empty for a key.
    pub fn display_name(&self) -> String {
        display_name(self.host.as_deref(), self.username.as_deref())
    }

    /// Returns why a protected key does not open with this passphrase; `None` if the finding can be added.
    pub fn key_problem(&self, passphrase: Option<&Sensitive>) -> Option<SshKeyProblem> {
        let value = self.value.as_ref().filter(|_| self.needs_passphrase)?;
        let read = PrivateKeyText::parse_with(value, passphrase.cloned().unwrap_or_default());
        read.and_then(|text| ssh_keys::read(&text)).err()
    }

    pub(super) fn without_value(kind: SecretKind, host: Option<String>, notes: Vec<Note>) -> Self {
        Self {
            kind,
            host,
            username: None,
            value: None,
            notes,
            fingerprint: None,
            needs_passphrase: false,
            repository: None,
            known_hosts: Arc::default(),
            places: Vec::new(),
            secret: None,
            suggested: String::new(),
        }
    }

    /// Returns a credential if the draft is valid by the rules of the form, else what the form would say.
    pub(super) fn checked(draft: SecretDraft, mut notes: Vec<Note>) -> Self {
        let kind = SecretKind::parse(&draft.kind).unwrap_or(SecretKind::GitDataset);
        if kind == SecretKind::GitDataset
            && PrivateKeyText::parse(&draft.private_key).err() == Some(SshKeyProblem::Passphrase)
        {
            let value = Some(draft.private_key);
            return Self { value, needs_passphrase: true, ..Self::without_value(kind, None, notes) };
        }
        let (host, value) = match kind {
            SecretKind::GitDataset => (None, draft.private_key.clone()),
            SecretKind::ImagePull => (Some(draft.registry_host.clone()), draft.password.clone()),
        };
        let username = host.as_ref().map(|_| draft.username.clone());
        // Placeholders, because the name and what to do with the ends of a password are chosen later.
        let draft = SecretDraft { name: "a".to_owned(), password_ends: "keep".to_owned(), ..draft };
        match NewSecret::parse(draft) {
            Ok(_) => {
                Self { username, value: Some(value), notes, ..Self::without_value(kind, host, Vec::new()) }
            }
            Err(wrong) => {
                notes.clear();
                notes.extend(wrong.into_iter().map(|error| Note::Wrong(error.problem)));
                Self::without_value(kind, host, notes)
            }
        }
    }

    /// Notes the Kubernetes Secret that the finding stood in.
    pub(super) fn stood_in(&mut self, object: &Node) {
        let metadata = object.get("metadata");
        let told = |name: &str| {
            let text = metadata.and_then(|metadata| metadata.text(name))?.expose();
            // Only names that are valid in Kubernetes are repeated.
            is_kubernetes_name(text).then(|| text.to_owned())
        };
        self.secret = told("name");
        self.places.extend(match (told("namespace"), told("name")) {
            (Some(namespace), Some(name)) => Some(format!("{namespace}/{name}")),
            (_, name) => name,
        });
    }

    /// Parses a key as saving would, so that an unusable key is reported before it is chosen.
    pub(super) fn read_key(&mut self) {
        #[cfg(test)]
        super::tests::KEYS_READ.with(|count| count.set(count.get() + 1));
        let (SecretKind::GitDataset, false, Some(value)) = (self.kind, self.needs_passphrase, &self.value)
        else {
            return;
        };
        // A key on which a library panics is reported as such, and the others of the file stay.
        let read = || PrivateKeyText::parse(value).and_then(|text| ssh_keys::read(&text));
        let read = std::panic::catch_unwind(std::panic::AssertUnwindSafe(read));
        match read.unwrap_or(Err(domain::secret::SshKeyProblem::ReaderFailed)) {
            Ok(key) => self.fingerprint = Some(key.facts.fingerprint),
            Err(problem) => {
                self.value = None;
                self.notes = vec![Note::Wrong(domain::error::Problem::Key(problem))];
            }
        }
    }
}

/// Returns the name of the registry at this host, or the host.
pub fn place(host: &str) -> &str {
    let known = RegistryHost::parse(host).ok().map(|normalized| RegistryPreset::of(&normalized.host));
    known.filter(|preset| preset.host == Some(host)).map_or(host, |preset| preset.label)
}

/// Returns the display name of an account: its host and its username; empty for a key.
fn display_name(host: Option<&str>, username: Option<&str>) -> String {
    let (Some(host), Some(username)) = (host, username) else { return String::new() };
    let text = format!("{} as {username}", place(host));
    if matches!(DisplayName::parse(&text), Ok(Some(_))) { text } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn display_name_joins_host_and_username() {
        assert_eq!(display_name(Some("https://index.docker.io/v1/"), Some("ana")), "Docker Hub as ana");
        assert_eq!(display_name(Some("ghcr.io"), Some("robot")), "GitHub Container Registry as robot");
        assert_eq!(display_name(Some("reg.example:5000"), Some("u")), "reg.example:5000 as u");
        assert_eq!(display_name(Some("reg.example"), Some(&"u".repeat(255))), "");
        assert_eq!(display_name(None, None), "");
    }
}
