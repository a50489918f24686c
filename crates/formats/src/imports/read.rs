//! What is in a pasted text. Pure: no database and no clock.

use super::{
    docker, kubernetes, merge, names,
    node::{self, Document, Item, Node},
};
use crate::ssh_keys;
use domain::{
    import::{Encryption, ImportProblem, Note, Skipped, SkippedCounts},
    secret::{KeyProblem, NewSecret, PrivateKeyText, SecretDraft, SecretKind, is_kubernetes_name},
    sensitive::Sensitive,
};
use std::sync::Arc;

/// The most places in which something was found, before the same are put together.
pub(super) const MAX_PLACES: usize = 50_000;

/// Everything found in a text.
pub struct Findings {
    /// In the order of the text; never empty.
    pub entries: Vec<Found>,
    /// Objects that hold nothing for us.
    pub skipped: SkippedCounts,
}

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
        names::display_name(self.host.as_deref(), self.username.as_deref())
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

/// What an object of a file comes to.
pub(super) struct Reduced {
    found: Vec<Found>,
    skipped: Option<Skipped>,
    /// Whether it says what it is, without which it is none of a `List`.
    has_kind: bool,
    encryption: Option<Encryption>,
}

impl Reduced {
    pub(super) fn skipped(skipped: Skipped) -> Self {
        Self::of(Vec::new(), skipped)
    }

    /// What was found, or as what the object is skipped.
    pub(super) fn of(found: Vec<Found>, otherwise: Skipped) -> Self {
        let skipped = found.is_empty().then_some(otherwise);
        Self { found, skipped, has_kind: true, encryption: None }
    }
}

impl Item for Reduced {
    fn places(&self) -> usize {
        self.found.len()
    }

    fn of(node: Node) -> Self {
        match node.text("kind").map(Sensitive::expose) {
            Some("Secret") => kubernetes::secret(&node),
            Some("SealedSecret") => kubernetes::sealed(&node),
            Some(_) => Self::skipped(Skipped::OtherObject),
            None => {
                let reduced = match docker::any_form(&node) {
                    Some(found) => Reduced::of(found, Skipped::OtherObject),
                    // Within a `SecretList` the kind may be left out.
                    None if node.get("data").is_some() || node.get("stringData").is_some() => {
                        kubernetes::secret(&node)
                    }
                    None => Self::skipped(Skipped::OtherObject),
                };
                let encryption = node.get("sops").map(|_| Encryption::Sops);
                Self { has_kind: false, encryption, ..reduced }
            }
        }
    }
}

/// Reads a docker config, in either form, or Kubernetes Secrets as YAML or JSON, of which there may be thousands.
///
/// Errors: there is nothing in it to choose from.
pub fn read(text: &Sensitive) -> Result<Findings, ImportProblem> {
    let start = text.expose().trim_start_matches('\u{feff}').trim_start();
    if start.starts_with("$ANSIBLE_VAULT;") {
        return Err(ImportProblem::Encrypted(Encryption::AnsibleVault));
    }
    if start.starts_with("-----BEGIN AGE ") || start.starts_with("age-encryption.org/") {
        return Err(ImportProblem::Encrypted(Encryption::Age));
    }
    if start.starts_with("-----BEGIN PGP MESSAGE-----") {
        return Err(ImportProblem::Encrypted(Encryption::Pgp));
    }
    if start.starts_with("-----BEGIN ") || start.starts_with("PuTTY-User-Key-File-") {
        return Err(ImportProblem::PrivateKey);
    }
    let mut gathered = Gathered::default();
    // All of it in base64, as it stands in a Secret.
    let may_be = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=\r\n".contains(&byte);
    let may_be = text.expose().bytes().take(64).all(may_be);
    let decoded = may_be.then(|| docker::decode(text)).flatten().filter(|decoded| {
        let start = decoded.expose().trim_start();
        start.starts_with('{') || start.starts_with("apiVersion:") || start.starts_with("kind:")
    });
    let text = decoded.as_ref().unwrap_or(text);
    for document in node::documents::<Reduced>(text)? {
        gathered.document(document);
        if gathered.found.len() > MAX_PLACES {
            return Err(ImportProblem::TooMany);
        }
    }
    let Gathered { found, skipped, encryption } = gathered;
    // A part of a file that is encrypted by itself.
    let encryption = encryption.or_else(|| {
        let has = |mark: &str| text.expose().contains(mark);
        has("$ANSIBLE_VAULT;")
            .then_some(Encryption::AnsibleVault)
            .or(has(docker::SOPS_VALUE).then_some(Encryption::Sops))
    });
    let mut entries = merge::same(found)?;
    if entries.is_empty() {
        return Err(encryption.map_or(ImportProblem::Unknown, ImportProblem::Encrypted));
    }
    merge::mark_same_registries(&mut entries);
    names::suggest(&mut entries);
    Ok(Findings { entries, skipped })
}

#[derive(Default)]
struct Gathered {
    found: Vec<Found>,
    skipped: SkippedCounts,
    encryption: Option<Encryption>,
}

impl Gathered {
    fn document(&mut self, document: Document<Reduced>) {
        let Document { top, items } = document;
        let kind = top.text("kind").map(Sensitive::expose);
        match (kind, items) {
            // A list of JSON, or one of Kubernetes.
            (None, Some(items)) if matches!(top, Node::List) => self.items(items, true),
            (Some("List"), Some(items)) => self.items(items, false),
            (Some("SecretList"), Some(items)) => self.items(items, true),
            (_, Some(items)) => {
                self.skipped.add(Skipped::OtherObject, u32::try_from(items.len()).unwrap_or(u32::MAX));
            }
            // A Secret by itself says that it is one.
            (None, None) => {
                if let Some(found) = docker::any_form(&top) {
                    self.keep(Reduced::of(found, Skipped::OtherObject));
                } else if [".dockerconfigjson", ".dockercfg"].iter().any(|name| top.text(name).is_some()) {
                    // The data of a Secret alone, as `kubectl get secret -o jsonpath={.data}` prints it.
                    self.keep(kubernetes::secret(&Node::Map(vec![("data".to_owned(), top)])));
                } else {
                    self.encryption = self.encryption.or(top.get("sops").map(|_| Encryption::Sops));
                    self.keep(Reduced::skipped(Skipped::OtherObject));
                }
            }
            (Some(_), None) => self.keep(<Reduced as Item>::of(top)),
        }
    }

    fn items(&mut self, items: Vec<Reduced>, without_kind: bool) {
        for item in items {
            if item.has_kind || without_kind {
                self.keep(item);
            } else {
                self.skipped.add(Skipped::OtherObject, 1);
            }
        }
    }

    fn keep(&mut self, reduced: Reduced) {
        self.found.extend(reduced.found);
        self.encryption = self.encryption.or(reduced.encryption);
        if let Some(skipped) = reduced.skipped {
            self.skipped.add(skipped, 1);
        }
    }
}
