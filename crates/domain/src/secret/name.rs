//! Names: the Kubernetes one and the one for people.

use serde::{Deserialize, Serialize};

/// The name of a secret: an RFC 1123 subdomain, as the reference has it. Parts between dots may be longer than 63 characters,
/// because Kubernetes limits object names only as a whole.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SecretName(String);

/// A problem with a name.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum NameProblem {
    /// The name is empty.
    Missing,
    /// A number of characters above the limit.
    TooLong(u32),
    /// An upper case letter.
    UpperCase(char),
    /// A character that is not allowed in a name.
    Character(char),
    /// A hyphen or dot at the beginning.
    Start,
    /// A hyphen or dot at the end.
    End,
    /// A dot next to a dot or hyphen.
    Label,
}

impl SecretName {
    /// The maximum length, in characters: with the longest prefix it is a Kubernetes name of 253.
    pub const MAX_CHARS: usize = 238;

    /// Validates a name without trimming or correcting it; see [`Self::suggest`].
    pub fn parse(text: &str) -> Result<Self, NameProblem> {
        if text.is_empty() {
            return Err(NameProblem::Missing);
        }
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.';
        if let Some(wrong) = text.chars().find(|c| !allowed(*c)) {
            return Err(if wrong.is_uppercase() {
                NameProblem::UpperCase(wrong)
            } else {
                NameProblem::Character(wrong)
            });
        }
        if text.len() > Self::MAX_CHARS {
            return Err(NameProblem::TooLong(u32::try_from(text.len()).unwrap_or(u32::MAX)));
        }
        if text.starts_with(['-', '.']) {
            return Err(NameProblem::Start);
        }
        if text.ends_with(['-', '.']) {
            return Err(NameProblem::End);
        }
        if text.split('.').any(|part| part.is_empty() || part.starts_with('-') || part.ends_with('-')) {
            return Err(NameProblem::Label);
        }
        Ok(Self(text.to_owned()))
    }

    /// Returns the valid name nearest to what was typed; `None` if nothing would be left, or the name was valid.
    pub fn suggest(typed: &str) -> Option<Self> {
        if Self::parse(typed).is_ok() {
            return None;
        }
        let mut name = String::new();
        for c in typed.chars().take(Self::MAX_CHARS * 4) {
            let c = c.to_ascii_lowercase();
            let separates = |c: char| c == '-' || c == '.';
            if c.is_ascii_lowercase() || c.is_ascii_digit() {
                name.push(c);
            } else if name.is_empty() {
            } else if c == '.' && name.ends_with('-') {
                name.pop();
                name.push('.');
            } else if c == '.' && !name.ends_with('.') {
                name.push('.');
            } else if !name.ends_with(separates) {
                name.push('-');
            }
            if name.len() > Self::MAX_CHARS {
                name.pop();
                break;
            }
        }
        let name = name.trim_end_matches(['-', '.']);
        Self::parse(name).ok()
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<SecretName> for String {
    fn from(name: SecretName) -> Self {
        name.0
    }
}

impl TryFrom<String> for SecretName {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).map_err(|_| "not the name of a secret")
    }
}

impl NameProblem {
    /// The variants without data, whose code is a word.
    pub const PLAIN: [Self; 4] = [Self::Missing, Self::Start, Self::End, Self::Label];

    /// Returns the code, which is sent.
    pub fn code(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::TooLong(_) => "long",
            Self::UpperCase(_) => "upper",
            Self::Character(_) => "character",
            Self::Start => "start",
            Self::End => "end",
            Self::Label => "label",
        }
    }

    /// Parses the code of a variant without data.
    pub(crate) fn parse(code: &str) -> Option<Self> {
        Self::PLAIN.into_iter().find(|problem| problem.code() == code)
    }

    /// Returns what is wrong and what is valid.
    pub fn message(self) -> String {
        match self {
            Self::Missing => "Enter a name.",
            Self::TooLong(_) => {
                return format!(
                    "A name has at most {} characters. Choose a shorter one.",
                    SecretName::MAX_CHARS
                );
            }
            Self::UpperCase(_) | Self::Character(_) => "Use lowercase letters, digits, '-' or '.' only.",
            Self::Start => "The name starts with '-' or '.'. It must start and end with a letter or digit.",
            Self::End => "The name ends with '-' or '.'. It must start and end with a letter or digit.",
            Self::Label => "The name has a '.' next to a '.' or '-'. Each part between dots must start and end with a letter or digit.",
        }
        .to_owned()
    }
}

/// The name in lists: any text of at most 200 characters without control characters or marks that turn
/// the direction of writing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisplayName(String);

/// A problem with a display name.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum DisplayNameProblem {
    /// A number of characters above the limit.
    TooLong(u32),
    /// A control character, a line break among them.
    Control,
    /// A mark that turns the direction of writing, with which one name can be made to look like another.
    Direction,
}

impl DisplayName {
    /// The maximum length, in characters.
    pub const MAX_CHARS: usize = 200;

    /// Parses a display name, without the white space around it. `None` if it is empty: then the name stands in for it.
    pub fn parse(text: &str) -> Result<Option<Self>, DisplayNameProblem> {
        let text = text.trim();
        if text.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')) {
            return Err(DisplayNameProblem::Control);
        }
        let turns = |c| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{61c}');
        if text.chars().any(turns) {
            return Err(DisplayNameProblem::Direction);
        }
        let chars = text.chars().count();
        if chars > Self::MAX_CHARS {
            return Err(DisplayNameProblem::TooLong(u32::try_from(chars).unwrap_or(u32::MAX)));
        }
        Ok((!text.is_empty()).then(|| Self(text.to_owned())))
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl DisplayNameProblem {
    /// The variants without data, whose code is a word.
    pub const PLAIN: [Self; 2] = [Self::Control, Self::Direction];

    /// Returns the code, which is sent.
    pub fn code(self) -> &'static str {
        match self {
            Self::TooLong(_) => "long",
            Self::Control => "control",
            Self::Direction => "direction",
        }
    }

    /// Parses the code of a variant without data.
    pub(crate) fn parse(code: &str) -> Option<Self> {
        Self::PLAIN.into_iter().find(|problem| problem.code() == code)
    }

    /// Returns what is wrong and what is valid.
    pub fn message(self) -> String {
        match self {
            Self::TooLong(_) => {
                format!(
                    "A display name has at most {} characters. Choose a shorter one.",
                    DisplayName::MAX_CHARS
                )
            }
            Self::Control => "The display name has a control character or line break. Type it on one line.".to_owned(),
            Self::Direction => "The display name has an invisible mark that changes the writing direction. Remove it, or type the name again.".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn name_parse_follows_the_rule_of_the_reference() {
        let long = "a".repeat(238);
        for name in ["a", "0", "a-b", "a.b", "a--b", "1.2.3", "x-9", long.as_str()] {
            assert_eq!(SecretName::parse(name).map(|name| name.0).as_deref(), Ok(name));
        }
        for (text, problem) in [
            ("", NameProblem::Missing),
            ("Hub", NameProblem::UpperCase('H')),
            ("a b", NameProblem::Character(' ')),
            (" a", NameProblem::Character(' ')),
            ("a_b", NameProblem::Character('_')),
            ("é", NameProblem::Character('é')),
            ("a\0", NameProblem::Character('\0')),
            ("-a", NameProblem::Start),
            (".a", NameProblem::Start),
            ("a-", NameProblem::End),
            ("a.", NameProblem::End),
            ("a..b", NameProblem::Label),
            ("a.-b", NameProblem::Label),
            ("a-.b", NameProblem::Label),
        ] {
            assert_eq!(SecretName::parse(text), Err(problem), "{text}");
            assert!(problem.message().ends_with('.'));
        }
        assert_eq!(SecretName::parse(&"a".repeat(239)), Err(NameProblem::TooLong(239)));
    }

    #[test]
    fn suggest_stays_near_the_typed_name() {
        for (typed, name) in [
            ("My Hub", "my-hub"),
            ("  a_b  ", "a-b"),
            ("-a.", "a"),
            ("a..b", "a.b"),
            ("a.-b", "a.b"),
            ("a-.b", "a.b"),
            ("Über Registry", "ber-registry"),
        ] {
            assert_eq!(SecretName::suggest(typed).unwrap().as_str(), name, "{typed}");
        }
        for typed in ["", "---", "fine", "日本", "a--a"] {
            assert_eq!(SecretName::suggest(typed), None, "{typed}");
        }
        assert_eq!(SecretName::suggest(&"A".repeat(300)).unwrap().as_str().len(), 238);
    }

    #[test]
    fn display_name_parse_rejects_long_names_control_and_direction_marks() {
        let read = |text: &str| DisplayName::parse(text).map(|name| name.map(|name| name.0));
        assert_eq!(read("  "), Ok(None));
        assert_eq!(read(" </script> {{\"'}} "), Ok(Some("</script> {{\"'}}".to_owned())));
        assert_eq!(read(&"é".repeat(200)).unwrap().unwrap().chars().count(), 200);
        assert_eq!(read(&"é".repeat(201)), Err(DisplayNameProblem::TooLong(201)));
        for text in ["a\0b", "a\nb", "a\u{7f}b", "a\u{85}b", "a\u{2028}b"] {
            assert_eq!(read(text), Err(DisplayNameProblem::Control), "{text:?}");
        }
        for text in ["a\u{202e}b", "a\u{2066}b", "\u{200f}a"] {
            assert_eq!(read(text), Err(DisplayNameProblem::Direction), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn suggest_returns_names_that_need_no_suggestion(typed in any::<String>()) {
            if let Some(name) = SecretName::suggest(&typed) {
                prop_assert!(SecretName::parse(name.as_str()).is_ok());
                prop_assert_eq!(SecretName::suggest(name.as_str()), None);
            }
        }

        #[test]
        fn suggest_corrects_what_is_nearly_a_name(typed in "[a-zA-Z0-9 ._-]{1,300}") {
            let usable = typed.contains(|c: char| c.is_ascii_alphanumeric());
            let valid = SecretName::parse(&typed).is_ok();
            prop_assert_eq!(SecretName::suggest(&typed).is_some(), usable && !valid);
        }
    }
}
