//! What is in a pasted text. Pure: no database and no clock.

use super::{
    docker, kubernetes, names,
    node::{self, Node},
};
use domain::{
    import::{ImportProblem, MAX_ENTRIES, Note},
    secret::{NewSecret, SecretDraft, SecretKind},
    sensitive::Sensitive,
};

/// Everything found in a text.
pub struct Findings {
    /// In the order of the text; never empty.
    pub entries: Vec<Found>,
    /// Objects that hold nothing for us.
    pub passed_over: u32,
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
    pub(super) fingerprint: Option<String>,
    /// What the Kubernetes Secret is called that it stood in.
    pub secret: Option<String>,
    /// A name for it, by these rules good but perhaps taken.
    pub suggested: String,
}

impl Found {
    /// What people may see it as: where the account is, and whose; empty for a key.
    pub fn display_name(&self) -> String {
        names::display_name(self.host.as_deref(), self.username.as_deref())
    }

    pub(super) fn without_value(kind: SecretKind, host: Option<String>, notes: Vec<Note>) -> Self {
        Self {
            kind,
            host,
            username: None,
            value: None,
            notes,
            fingerprint: None,
            secret: None,
            suggested: String::new(),
        }
    }

    /// A credential, if it is one by the rules of the form; else what the form would say.
    pub(super) fn checked(draft: SecretDraft, mut notes: Vec<Note>) -> Self {
        let kind = SecretKind::parse(&draft.kind).unwrap_or(SecretKind::GitDataset);
        let (host, value) = match kind {
            SecretKind::GitDataset => (None, draft.secret.clone()),
            SecretKind::ImagePull => (Some(draft.registry_host.clone()), draft.password.clone()),
        };
        let username = host.as_ref().map(|_| draft.username.clone());
        // Any name will do: it is chosen later.
        match NewSecret::parse(SecretDraft { name: "a".to_owned(), ..draft }) {
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
}

/// Reads a docker config, in either form, or Kubernetes Secrets as YAML or JSON.
///
/// Errors: there is nothing in it to choose from.
pub fn read(text: &Sensitive) -> Result<Findings, ImportProblem> {
    let start = text.expose().trim_start_matches('\u{feff}').trim_start();
    if start.starts_with("-----BEGIN ") || start.starts_with("PuTTY-User-Key-File-") {
        return Err(ImportProblem::PrivateKey);
    }
    let mut findings = Findings { entries: Vec::new(), passed_over: 0 };
    for document in node::documents(text)? {
        document_of_any_kind(&document, &mut findings);
    }
    if findings.entries.is_empty() {
        return Err(ImportProblem::Unknown);
    }
    if findings.entries.len() > MAX_ENTRIES {
        return Err(ImportProblem::TooMany);
    }
    mark_same_registries(&mut findings.entries);
    names::suggest(&mut findings.entries);
    Ok(findings)
}

fn document_of_any_kind(document: &Node, findings: &mut Findings) {
    let found = match document.text("kind").map(Sensitive::expose) {
        Some("Secret") => kubernetes::secret(document),
        Some(kind @ ("List" | "SecretList")) => {
            if let Some(Node::List(items)) = document.get("items") {
                for item in items {
                    // Within a `SecretList` the kind may be left out.
                    let is_secret = match item.text("kind") {
                        Some(kind) => kind.expose() == "Secret",
                        None => kind == "SecretList",
                    };
                    keep(if is_secret { kubernetes::secret(item) } else { Vec::new() }, findings);
                }
            }
            return;
        }
        None if docker::is_config(document) => docker::config(document),
        None if docker::is_legacy(document) => docker::entries(document.members()),
        Some(_) | None => Vec::new(),
    };
    keep(found, findings);
}

fn keep(found: Vec<Found>, findings: &mut Findings) {
    if found.is_empty() {
        findings.passed_over += 1;
    }
    findings.entries.extend(found);
}

/// Docker Hub's names, `https://` and upper case letters make two entries of one registry.
fn mark_same_registries(entries: &mut [Found]) {
    let hosts: Vec<_> =
        entries.iter().filter(|entry| entry.value.is_some()).filter_map(|entry| entry.host.clone()).collect();
    for entry in entries.iter_mut().filter(|entry| entry.value.is_some()) {
        if hosts.iter().filter(|host| Some(*host) == entry.host.as_ref()).count() > 1 {
            entry.notes.push(Note::SameRegistry);
        }
    }
}
