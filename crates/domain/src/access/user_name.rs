//! The name by which a person signs in.

use super::{AccessProblem, limits};
use std::fmt;

/// A name of 1 to 64 of the characters `a-z 0-9 . _ - + @`, the first a letter or digit. Upper case is converted to lower
/// case, so that one name has one spelling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserName(String);

impl UserName {
    /// The maximum length, in characters.
    pub const MAX_CHARS: usize = limits::MAX_USER_NAME_CHARS;

    /// Parses a name; ignores white space around it.
    pub fn parse(text: &str) -> Result<Self, AccessProblem> {
        let name = text.trim().to_lowercase();
        let Some(first) = name.chars().next() else { return Err(AccessProblem::UserNameMissing) };
        if name.chars().count() > Self::MAX_CHARS {
            return Err(AccessProblem::UserNameTooLong);
        }
        let allowed = |c: char| {
            c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-' | '+' | '@')
        };
        if !first.is_ascii_alphanumeric() || !name.chars().all(allowed) {
            return Err(AccessProblem::UserNameCharacter);
        }
        Ok(Self(name))
    }

    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UserName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_name_parse_gives_each_name_one_spelling() {
        for (typed, name) in
            [(" Ana ", "ana"), ("a.b-c_d+e@example.org", "a.b-c_d+e@example.org"), ("7", "7")]
        {
            assert_eq!(UserName::parse(typed).unwrap().as_str(), name);
        }
        for typed in ["ana b", "-ana", ".a", "añá", "a/b", "a\0", "<b>", "ａｎａ"] {
            assert_eq!(UserName::parse(typed), Err(AccessProblem::UserNameCharacter), "{typed}");
        }
        assert_eq!(UserName::parse("  "), Err(AccessProblem::UserNameMissing));
        assert!(UserName::parse(&"a".repeat(64)).is_ok());
        assert_eq!(UserName::parse(&"a".repeat(65)), Err(AccessProblem::UserNameTooLong));
    }
}
