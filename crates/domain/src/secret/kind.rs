//! The two types of secret.

use serde::{Deserialize, Serialize};

/// The type of a secret: what it pulls, and with what.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SecretKind {
    /// An SSH private key that reads a Git repository.
    GitDataset,
    /// An account at an image registry.
    ImagePull,
}

impl SecretKind {
    /// Both, in the order of forms and lists.
    pub const ALL: [Self; 2] = [Self::GitDataset, Self::ImagePull];

    /// Returns the form that is stored and used in addresses and forms.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::GitDataset => "git-dataset",
            Self::ImagePull => "image-pull",
        }
    }

    /// Parses `as_str`'s form.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// Returns the label for people: the words of the reference.
    pub fn label(self) -> &'static str {
        match self {
            Self::GitDataset => "Git Dataset",
            Self::ImagePull => "Image Pull",
        }
    }

    /// Returns the prefix of the name in the Kubernetes name of the secret, as in the reference.
    pub fn id_prefix(self) -> &'static str {
        match self {
            Self::GitDataset => "gitsync-secret-",
            Self::ImagePull => "image-",
        }
    }
}
