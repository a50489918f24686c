//! Problems with a file to import.

use super::{Encryption, MAX_BYTES, MAX_ENTRIES};

/// The reason why there is nothing to choose from. Never carries the contents of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportProblem {
    /// Nothing was pasted, and no file was chosen.
    Missing,
    /// Something was pasted and a file was chosen.
    Both,
    /// The file is larger than [`MAX_BYTES`].
    TooLarge,
    /// The file is not text.
    Binary,
    /// The file begins as JSON, and is invalid from this line on.
    Json(u32),
    /// The file is invalid YAML from this line on; 0 if the line is unknown.
    Yaml(u32),
    /// A name occurs twice in one place, which two programs could read differently.
    Doubled(u32),
    /// The file is nested too deeply, or expanded by aliases.
    TooDeep,
    /// The contents are unknown.
    Unknown,
    /// The file has more than [`MAX_ENTRIES`] credentials.
    TooMany,
    /// The credential is encrypted.
    Encrypted(Encryption),
    /// The text is a private key.
    PrivateKey,
}

impl ImportProblem {
    /// Returns what is wrong and what to do.
    pub fn message(self) -> String {
        let text = match self {
            Self::Missing => "Paste the file's text, or choose the file.",
            Self::Both => "There is pasted text and a chosen file. Import them one after the other.",
            Self::TooLarge => {
                return format!(
                    "This is more than {} MiB, so nothing was read. From a cluster, export only the pull secrets with kubectl get secret -A --field-selector type=kubernetes.io/dockerconfigjson -o json, or one namespace at a time, with -n instead of -A.",
                    MAX_BYTES / 1024 / 1024
                );
            }
            Self::Binary => "This is not text. Choose the Docker config or the manifest itself.",
            Self::Json(line) => return format!("Invalid JSON at line {line}. It may be incomplete."),
            Self::Yaml(0) => "This is neither JSON nor YAML. Paste the file as it is, with its indentation.",
            Self::Yaml(line) => {
                return format!(
                    "This is neither JSON nor YAML: check line {line}. Paste the file as it is, with its indentation."
                );
            }
            Self::Doubled(line) => {
                return format!(
                    "Duplicate key at line {line}. Programs differ in which of the two they use: delete the one that doesn't count."
                );
            }
            Self::TooDeep => {
                "This is nested too deeply, or refers to itself too often, for a Docker config or a Secret."
            }
            Self::Unknown => {
                "No credentials found. This should be a Docker config (with \"auths\"), or a Kubernetes Secret (kind: Secret) with one or with an SSH private key."
            }
            Self::TooMany => {
                return format!(
                    "There are more than {MAX_ENTRIES} different credentials in this, so nothing was kept. Import it in parts, such as one namespace at a time: kubectl get secret -n NAMESPACE -o json."
                );
            }
            Self::Encrypted(encryption) => encryption.message(),
            Self::PrivateKey => "This is a private key by itself. Add it as a Git Dataset secret.",
        };
        text.to_owned()
    }
}
