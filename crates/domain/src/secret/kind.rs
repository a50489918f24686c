//! The two types of secret.

use serde::{Deserialize, Serialize};

coded_enum! {
    /// The type of a secret: what it pulls, and with what.
    #[derive(PartialOrd, Ord, Hash, Serialize, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    pub enum SecretKind: as_str, label {
        /// An SSH private key that reads a Git repository.
        GitDataset = "git-dataset", "Git Dataset";
        /// An account at an image registry.
        ImagePull = "image-pull", "Image Pull";
    }
}

impl SecretKind {
    /// Returns the prefix of the name in the Kubernetes name of the secret, as in the reference.
    pub fn id_prefix(self) -> &'static str {
        match self {
            Self::GitDataset => "gitsync-secret-",
            Self::ImagePull => "image-",
        }
    }
}
