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
        match self {
            Self::Missing => "Paste the file’s text, or choose the file.".to_owned(),
            Self::Both => {
                "There is a pasted text and a chosen file. Import them one after the other.".to_owned()
            }
            Self::TooLarge => format!(
                "This is more than {} MiB, and nothing of it was read. From a cluster, take the pull secrets alone, with \
                 kubectl get secret -A --field-selector type=kubernetes.io/dockerconfigjson -o json, or one namespace \
                 after the other, with -n in the place of -A.",
                MAX_BYTES / 1024 / 1024
            ),
            Self::Binary => "This is not a text. Choose the docker config or the manifest itself.".to_owned(),
            Self::Json(line) => format!(
                "This begins as JSON does, but is none: look at line {line}. It may have been cut short when it was \
                 copied."
            ),
            Self::Yaml(0) => {
                "This is neither JSON nor YAML. Paste the file as it is, with its indentation.".to_owned()
            }
            Self::Yaml(line) => format!(
                "This is neither JSON nor YAML: look at line {line}. Paste the file as it is, with its indentation."
            ),
            Self::Doubled(line) => format!(
                "A name stands twice in the same place, at line {line} for the second time. Programs differ in which \
                 of the two they take: delete the one that does not count."
            ),
            Self::TooDeep => {
                "This is nested deeper, or refers to itself more often, than any docker config or Secret does."
                    .to_owned()
            }
            Self::Unknown => {
                "There is no credential of a known form in this. It should be a docker config (with \"auths\"), or a \
                 Kubernetes Secret (kind: Secret) with one or with an SSH private key."
                    .to_owned()
            }
            Self::TooMany => format!(
                "There are more than {MAX_ENTRIES} different credentials in this, and nothing of it was kept. Import it in \
                 parts, such as one namespace after the other: kubectl get secret -n NAMESPACE -o json."
            ),
            Self::Encrypted(encryption) => encryption.message().to_owned(),
            Self::PrivateKey => {
                "This is a private key by itself. Add it as a secret of the type Git Dataset.".to_owned()
            }
        }
    }
}
