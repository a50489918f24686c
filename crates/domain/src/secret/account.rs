//! Username and password of an account at a registry.

use crate::{invisible::is_invisible, sensitive::Sensitive};

/// The username of an account at a registry. It contains no `:`, because the password begins there in basic authentication
/// (RFC 7617).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Username(String);

coded_enum! {
    /// A problem with a username.
    pub enum UsernameProblem: code, message {
        /// The username is empty.
        Missing = "missing", "Enter the username.";
        /// The username contains a `:`.
        Colon = "colon", "A username can't contain ':'. If you pasted username:password, split them.";
        /// The username contains a control character.
        Control = "control", "The username has a control character. Type it again.";
        /// There is white space around the username.
        Space = "space", "The username has a space before or after it. Remove it.";
        /// The username is longer than 255 characters.
        TooLong = "too-long", "The username is longer than 255 characters.";
    }
}

impl Username {
    /// The maximum length, in characters.
    pub const MAX_CHARS: usize = 255;

    /// Validates a username without changing it.
    pub fn parse(text: &str) -> Result<Self, UsernameProblem> {
        if text.is_empty() {
            Err(UsernameProblem::Missing)
        } else if text.contains(':') {
            Err(UsernameProblem::Colon)
        } else if text.contains(|c: char| c.is_control()) {
            Err(UsernameProblem::Control)
        } else if text.trim().len() != text.len() {
            Err(UsernameProblem::Space)
        } else if text.chars().count() > Self::MAX_CHARS {
            Err(UsernameProblem::TooLong)
        } else {
            Ok(Self(text.to_owned()))
        }
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A password or token, byte for byte as typed.
#[derive(Clone, Debug)]
pub struct Password(Sensitive);

/// A problem with a password.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum PasswordProblem {
    /// The password is empty.
    Missing,
    /// The password is longer than 64 KiB.
    TooLong,
    /// The password is blank, though the stored one was typed for another host.
    HostChanged,
    /// An end of the password is an invisible character, without a decision whether it belongs to the password.
    End(PasswordEnd),
}

impl Password {
    /// The maximum length, in bytes.
    pub const MAX_BYTES: usize = 64 * 1024;

    /// Validates a password without changing it.
    pub fn parse(text: Sensitive) -> Result<Self, PasswordProblem> {
        match text.len() {
            0 => Err(PasswordProblem::Missing),
            length if length > Self::MAX_BYTES => Err(PasswordProblem::TooLong),
            _ => Ok(Self(text)),
        }
    }

    /// Returns the value.
    pub fn value(&self) -> &Sensitive {
        &self.0
    }
}

coded_enum! {
    /// An invisible character at an end of a password, most often there by mistake.
    pub enum PasswordEnd: as_str, message {
        /// A line break, as `echo` and editors add it.
        LineBreak = "line-break", "The password begins or ends with a line break, and registries refuse it like that. Remove it, unless it belongs to the password.";
        /// A blank.
        Blank = "blank", "The password begins or ends with a space, and registries refuse it like that. Remove it, unless it belongs to the password.";
        /// Another invisible character, as word processors and chats add it.
        Invisible = "invisible", "The password begins or ends with an invisible character, and registries refuse it like that. Remove it, unless it belongs to the password.";
    }
}

impl PasswordEnd {
    /// Looks at both ends of a password; `None` if both are visible, and for keys in JSON, of which such characters are not
    /// part.
    pub fn of(text: &str) -> Option<Self> {
        let whole = Self::without(text);
        if whole.len() == text.len() || whole.is_empty() || (whole.starts_with('{') && whole.ends_with('}')) {
            return None;
        }
        let ends = || {
            text.chars().take_while(|c| is_unseen(*c)).chain(text.chars().rev().take_while(|c| is_unseen(*c)))
        };
        if ends().any(|c| matches!(c, '\n' | '\r')) {
            Some(Self::LineBreak)
        } else if ends().all(char::is_whitespace) {
            Some(Self::Blank)
        } else {
            Some(Self::Invisible)
        }
    }

    /// Returns the password without invisible characters at its ends.
    pub fn without(text: &str) -> &str {
        text.trim_matches(is_unseen)
    }
}

/// Returns whether a character is white space, a control character, or otherwise invisible.
fn is_unseen(c: char) -> bool {
    c.is_whitespace() || c.is_control() || is_invisible(c)
}

impl PasswordProblem {
    /// Every variant.
    pub const ALL: [Self; 6] = [
        Self::Missing,
        Self::TooLong,
        Self::HostChanged,
        Self::End(PasswordEnd::LineBreak),
        Self::End(PasswordEnd::Blank),
        Self::End(PasswordEnd::Invisible),
    ];

    /// Returns the code, which is sent.
    pub fn code(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::TooLong => "too-long",
            Self::HostChanged => "host-changed",
            Self::End(PasswordEnd::LineBreak) => "end-line-break",
            Self::End(PasswordEnd::Blank) => "end-blank",
            Self::End(PasswordEnd::Invisible) => "end-invisible",
        }
    }

    /// Parses a code.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|problem| problem.code() == code)
    }

    /// Returns what is wrong and what is valid.
    pub fn message(self) -> &'static str {
        match self {
            Self::Missing => "Enter the password or token.",
            Self::TooLong => "The password is longer than 64 KiB.",
            Self::HostChanged => "Enter the password again, because the host changed.",
            Self::End(end) => end.message(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parse_rejects_invalid_usernames_and_keeps_passwords_to_the_letter() {
        assert_eq!(Username::parse("robot$a+b").unwrap().as_str(), "robot$a+b");
        assert_eq!(Username::parse(""), Err(UsernameProblem::Missing));
        assert_eq!(Username::parse("a:b"), Err(UsernameProblem::Colon));
        assert_eq!(Username::parse("a\n"), Err(UsernameProblem::Control));
        assert_eq!(Username::parse(" a"), Err(UsernameProblem::Space));
        assert_eq!(Username::parse(&"a".repeat(256)), Err(UsernameProblem::TooLong));
        let odd = " \"\\:🔑' ";
        assert_eq!(Password::parse(Sensitive::new(odd)).unwrap().value().expose(), odd);
        assert!(Password::parse(Sensitive::new("a".repeat(65_536))).is_ok());
        assert_eq!(
            Password::parse(Sensitive::new("a".repeat(65_537))).unwrap_err(),
            PasswordProblem::TooLong
        );
        assert_eq!(Password::parse(Sensitive::default()).unwrap_err(), PasswordProblem::Missing);
    }

    #[test]
    fn password_end_finds_invisible_characters_at_the_ends() {
        for (text, end, without) in [
            ("pw", None, "pw"),
            ("p w", None, "p w"),
            ("pw\n", Some(PasswordEnd::LineBreak), "pw"),
            (" pw\r\n", Some(PasswordEnd::LineBreak), "pw"),
            ("pw ", Some(PasswordEnd::Blank), "pw"),
            ("\tpw", Some(PasswordEnd::Blank), "pw"),
            ("\u{200b}pw", Some(PasswordEnd::Invisible), "pw"),
            ("pw\u{feff} ", Some(PasswordEnd::Invisible), "pw"),
            ("pw\0", Some(PasswordEnd::Invisible), "pw"),
            (" ", None, ""),
            ("{\"type\": \"service_account\"}\n", None, "{\"type\": \"service_account\"}"),
        ] {
            assert_eq!((PasswordEnd::of(text), PasswordEnd::without(text)), (end, without), "{text:?}");
        }
    }
}
