//! The readable, stable id of a secret.

use super::{SecretKind, SecretName};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The Kubernetes name of a secret: `gitsync-secret-<name>` or `image-<name>`, at most 253 characters. Used in addresses;
/// never changes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SecretId {
    /// The type, from the prefix.
    pub kind: SecretKind,
    /// The name after the prefix.
    pub name: SecretName,
}

impl SecretId {
    /// Returns the id of the secret with this type and name.
    pub fn new(kind: SecretKind, name: SecretName) -> Self {
        Self { kind, name }
    }

    /// Parses an id; `None` if the text has no known prefix or no valid name after it.
    pub fn parse(text: &str) -> Option<Self> {
        SecretKind::ALL.into_iter().find_map(|kind| {
            let name = SecretName::parse(text.strip_prefix(kind.id_prefix())?).ok()?;
            Some(Self { kind, name })
        })
    }
}

impl fmt::Display for SecretId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.kind.id_prefix())?;
        formatter.write_str(self.name.as_str())
    }
}

impl From<SecretId> for String {
    fn from(id: SecretId) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for SecretId {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("not the id of a secret")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn id_parse_returns_what_was_formatted() {
        for text in ["image-a", "gitsync-secret-a.b", "image-gitsync-secret-a", "gitsync-secret-image-a"] {
            assert_eq!(SecretId::parse(text).unwrap().to_string(), text);
        }
        for text in ["", "image-", "image", "a", "image-A", "Image-a", "gitsync-secret-", "image-a/edit"] {
            assert_eq!(SecretId::parse(text), None, "{text}");
        }
        assert_eq!(SecretId::parse("image-gitsync-secret-a").unwrap().kind, SecretKind::ImagePull);
    }
}
