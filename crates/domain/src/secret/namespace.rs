//! The namespace in a manifest.

use super::SecretName;

/// The name of a Kubernetes namespace: an RFC 1123 label, of at most 63 characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Namespace(String);

impl Namespace {
    /// The rule, as a message for people.
    pub const RULE: &str =
        "A namespace has lower case letters, digits and hyphens, at most 63, such as team-a.";

    /// Parses a name; `None` if it violates the rule.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = text.len() <= 63 && !text.contains('.') && SecretName::parse(text).is_ok();
        fits.then(|| Self(text.to_owned()))
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn namespace_parse_accepts_one_label() {
        let longest = "a".repeat(63);
        for text in ["a", "team-a", "0", &longest] {
            assert_eq!(Namespace::parse(text).unwrap().as_str(), text);
        }
        for text in ["", "A", "a.b", "-a", "a-", "a b", "a_b", &format!("{longest}a")] {
            assert_eq!(Namespace::parse(text), None, "{text}");
        }
    }
}
