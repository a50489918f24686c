//! The password of a person.

use super::{AccessProblem, limits};
use crate::sensitive::Sensitive;

/// A password with 12 characters at least and no rule on which (OWASP ASVS 5.0, 6.2.1 and 6.2.5); 1,024 bytes at most, so
/// that hashing stays bounded. The server rejects common ones, because it has the lists.
#[derive(Clone, Debug)]
pub struct NewPassword(Sensitive);

impl NewPassword {
    /// The minimum length, in characters.
    pub const MIN_CHARS: usize = limits::MIN_PASSWORD_CHARS;

    /// The maximum length, in bytes.
    pub const MAX_BYTES: usize = limits::MAX_PASSWORD_BYTES;

    /// Validates a password as typed, spaces included.
    pub fn parse(text: &Sensitive) -> Result<Self, AccessProblem> {
        if text.expose().chars().count() < Self::MIN_CHARS {
            return Err(AccessProblem::PasswordShort);
        }
        if text.len() > Self::MAX_BYTES {
            return Err(AccessProblem::PasswordLong);
        }
        Ok(Self(text.clone()))
    }

    /// Returns the text.
    pub fn value(&self) -> &Sensitive {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_password_parse_limits_only_the_length() {
        let parse = |text: &str| NewPassword::parse(&Sensitive::new(text)).map(drop);
        assert_eq!(parse("elevenchars"), Err(AccessProblem::PasswordShort));
        assert_eq!(parse("é".repeat(11).as_str()), Err(AccessProblem::PasswordShort));
        assert_eq!(parse("é".repeat(12).as_str()), Ok(()));
        assert_eq!(parse(&" x".repeat(64)), Ok(()));
        assert_eq!(parse(&"x".repeat(1_024)), Ok(()));
        assert_eq!(parse(&"x".repeat(1_025)), Err(AccessProblem::PasswordLong));
        let shown = format!("{:?}", NewPassword::parse(&Sensitive::new("SENTINEL-SENTINEL")));
        assert!(!shown.contains("SENTINEL"));
    }
}
