//! One thing found in a file.

use super::node::Node;
use crate::ssh_keys;
use domain::{
    import::Note,
    secret::{
        DisplayName, KeyProblem, NewSecret, PrivateKeyText, RegistryHost, RegistryPreset, SecretDraft,
        SecretKind, is_kubernetes_name,
    },
    sensitive::Sensitive,
};
use std::sync::Arc;

/// One thing found: a credential, or what there is to say in place of one.
pub struct Found {
    /// What it would be stored as.
    pub kind: SecretKind,
    /// As it is stored.
    pub host: Option<String>,
    /// The account there.
    pub username: Option<String>,
    /// Good by the rules of the form; `None` where the notes say what to do.
    pub value: Option<Sensitive>,
    /// What there is to say of it.
    pub notes: Vec<Note>,
    /// Of a key, once it was read.
    pub fingerprint: Option<String>,
    /// Whether the value is a key that opens with a passphrase alone.
    pub needs_passphrase: bool,
    /// The repository that stood beside a key.
    pub repository: Option<String>,
    /// The known hosts that stood beside a key, to be approved by whoever imports.
    pub known_hosts: Arc<str>,
    /// The Kubernetes Secrets that it stood in, as `namespace/name` or `name`; empty for a file that is none.
    pub places: Vec<String>,
    /// What the first of them is called.
    pub(super) secret: Option<String>,
    /// A name for it, by these rules good but perhaps taken.
    pub suggested: String,
}

impl Found {
    /// What people may see it as: where the account is, and whose; empty for a key.
    pub fn display_name(&self) -> String {
        display_name(self.host.as_deref(), self.username.as_deref())
    }

    /// Says why a key that needs a passphrase cannot be used with this one; `None` for everything that can be added.
    pub fn key_problem(&self, passphrase: Option<&Sensitive>) -> Option<KeyProblem> {
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

    /// A credential, if it is one by the rules of the form; else what the form would say.
    pub(super) fn checked(draft: SecretDraft, mut notes: Vec<Note>) -> Self {
        let kind = SecretKind::parse(&draft.kind).unwrap_or(SecretKind::GitDataset);
        if kind == SecretKind::GitDataset
            && PrivateKeyText::parse(&draft.secret).err() == Some(KeyProblem::Passphrase)
        {
            let value = Some(draft.secret);
            return Self { value, needs_passphrase: true, ..Self::without_value(kind, None, notes) };
        }
        let (host, value) = match kind {
            SecretKind::GitDataset => (None, draft.secret.clone()),
            SecretKind::ImagePull => (Some(draft.registry_host.clone()), draft.password.clone()),
        };
        let username = host.as_ref().map(|_| draft.username.clone());
        // Any name will do: it is chosen later. So is what to do with the ends of a password.
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

    /// Notes the Kubernetes Secret in which it stood.
    pub(super) fn stood_in(&mut self, object: &Node) {
        let metadata = object.get("metadata");
        let told = |name: &str| {
            let text = metadata.and_then(|metadata| metadata.text(name))?.expose();
            // A name of Kubernetes; anything else is not repeated.
            is_kubernetes_name(text).then(|| text.to_owned())
        };
        self.secret = told("name");
        self.places.extend(match (told("namespace"), told("name")) {
            (Some(namespace), Some(name)) => Some(format!("{namespace}/{name}")),
            (_, name) => name,
        });
    }

    /// Reads a key as saving it would: one that cannot be used is told before it is chosen.
    pub(super) fn read_key(&mut self) {
        #[cfg(test)]
        super::tests::KEYS_READ.with(|count| count.set(count.get() + 1));
        let (SecretKind::GitDataset, false, Some(value)) = (self.kind, self.needs_passphrase, &self.value)
        else {
            return;
        };
        // A key on which a library panics is told as such, and the others of the file stay.
        let read = || PrivateKeyText::parse(value).and_then(|text| ssh_keys::read(&text));
        let read = std::panic::catch_unwind(std::panic::AssertUnwindSafe(read));
        match read.unwrap_or(Err(domain::secret::KeyProblem::ReaderFailed)) {
            Ok(key) => self.fingerprint = Some(key.facts.fingerprint),
            Err(problem) => {
                self.value = None;
                self.notes = vec![Note::Wrong(domain::error::Problem::Key(problem))];
            }
        }
    }
}

/// Returns what people may see an account as: where it is, and whose; empty for a key.
pub fn display_name(host: Option<&str>, username: Option<&str>) -> String {
    let (Some(host), Some(username)) = (host, username) else { return String::new() };
    let known = RegistryHost::parse(host).ok().map(|normalized| RegistryPreset::of(&normalized.host));
    let place = known.filter(|preset| preset.host == Some(host)).map_or(host, |preset| preset.label);
    let text = format!("{place} as {username}");
    if matches!(DisplayName::parse(&text), Ok(Some(_))) { text } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn display_names_say_where_and_who() {
        assert_eq!(display_name(Some("https://index.docker.io/v1/"), Some("ana")), "Docker Hub as ana");
        assert_eq!(display_name(Some("ghcr.io"), Some("robot")), "GitHub Container Registry as robot");
        assert_eq!(display_name(Some("reg.example:5000"), Some("u")), "reg.example:5000 as u");
        assert_eq!(display_name(Some("reg.example"), Some(&"u".repeat(255))), "");
        assert_eq!(display_name(None, None), "");
    }
}
