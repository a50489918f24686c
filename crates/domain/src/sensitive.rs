//! Texts that must not be seen.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroizing;

/// A text that must not be seen: a private key, a password, a key encryption key. `Debug` prints a placeholder,
/// there is no `Display`, and the memory is overwritten when it is dropped (copies made by the network or the
/// browser are out of reach).
#[derive(Clone, Default)]
pub struct Sensitive(Zeroizing<String>);

impl Sensitive {
    /// Wraps a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// Returns the text itself. Every use of this deserves a second look.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Returns whether the text is empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the length in bytes.
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

impl std::fmt::Debug for Sensitive {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("[REDACTED]")
    }
}

impl<'de> Deserialize<'de> for Sensitive {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

impl Serialize for Sensitive {
    /// Serializes in the browser, which has to send what was typed. Everywhere else this is an error, so that no value can
    /// get into an answer, a page's data or a log by way of a derive.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if cfg!(target_arch = "wasm32") {
            serializer.serialize_str(self.expose())
        } else {
            Err(serde::ser::Error::custom("a value is never serialized here"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sensitive_debug_hides_value_and_server_never_serializes_it() {
        let value = Sensitive::new("SENTINEL");
        assert_eq!(format!("{value:?} {:?}", Some(&value)), "[REDACTED] Some([REDACTED])");
        let refused = serde_json::to_string(&value).unwrap_err();
        assert!(!refused.to_string().contains("SENTINEL"));
    }
}
