//! Reads a pasted text. Pure: no database and no clock.

use super::{
    docker,
    found::Found,
    kubernetes, merge, names,
    node::{self, Document, Item, MAX_PLACES, Node},
    reduced::Reduced,
};
use domain::{
    import::{Encryption, ImportProblem, Skipped, SkippedCounts},
    sensitive::Sensitive,
};

/// The findings of a text.
pub struct Findings {
    /// The findings, in the order of the text; never empty.
    pub entries: Vec<Found>,
    /// The objects without a credential, counted by reason.
    pub skipped: SkippedCounts,
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
                    // Items of a `SecretList` may omit their kind.
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

/// Reads a docker config, in either form, or Kubernetes Secrets as YAML or JSON, of which there may be
/// thousands.
///
/// Errors: the text has nothing to choose from.
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
    // The whole text may be base64, as it stands in a Secret.
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
    // A part of a file may be encrypted by itself.
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
            // A JSON list, or a Kubernetes List.
            (None, Some(items)) if matches!(top, Node::List) => self.items(items, true),
            (Some("List"), Some(items)) => self.items(items, false),
            (Some("SecretList"), Some(items)) => self.items(items, true),
            (_, Some(items)) => {
                self.skipped.add(Skipped::OtherObject, u32::try_from(items.len()).unwrap_or(u32::MAX));
            }
            // A single Secret names its kind.
            (None, None) => {
                if let Some(found) = docker::any_form(&top) {
                    self.keep(Reduced::of(found, Skipped::OtherObject));
                } else if [".dockerconfigjson", ".dockercfg"].iter().any(|name| top.text(name).is_some()) {
                    // Only the data of a Secret, as `kubectl get secret -o jsonpath={.data}` prints it.
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
