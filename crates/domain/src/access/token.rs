//! API tokens: what a script may do, with which secrets, and until when.

use super::{AccessProblem, TokenScope, limits};
use crate::{
    error::{Error, Field, FieldError},
    secret::{SecretId, SecretName},
    sensitive::Sensitive,
    time::Timestamp,
};
use std::time::Duration;

const DAY: Duration = Duration::from_hours(24);

/// The name of a token: 1 to 100 characters in one line, none of which is invisible or turns the direction of writing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenName(String);

impl TokenName {
    /// Parses a name; ignores white space around it.
    pub fn parse(text: &str) -> Result<Self, AccessProblem> {
        let name = text.trim();
        match name.chars().count() {
            0 => Err(AccessProblem::TokenNameMissing),
            1..=100 if name.chars().any(is_mark) => Err(AccessProblem::TokenNameMark),
            1..=100 => Ok(Self(name.to_owned())),
            _ => Err(AccessProblem::TokenName),
        }
    }

    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Returns whether a character is invisible, or makes a name look like another: control characters, line and paragraph
/// separators, marks of direction, fillers, joiners, tags and variation selectors.
fn is_mark(c: char) -> bool {
    c.is_control()
        || (c.is_whitespace() && c != ' ')
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// The secrets for which a token may be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Restriction {
    /// All secrets.
    None,
    /// Secrets whose name, without the prefix of its type, begins with this text.
    Prefix(String),
    /// These secrets, whether they exist or not.
    Secrets(Vec<SecretId>),
}

impl Restriction {
    /// The most secrets that can be chosen one by one.
    pub const MAX_SECRETS: usize = limits::MAX_TOKEN_SECRETS;

    /// Returns whether the token may be used for the secret.
    pub fn covers(&self, id: &SecretId) -> bool {
        match self {
            Self::None => true,
            Self::Prefix(prefix) => id.name.as_str().starts_with(prefix.as_str()),
            Self::Secrets(secrets) => secrets.contains(id),
        }
    }
}

/// The end of a token's validity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// The number of days from now.
    Days(u16),
    /// Valid until revoked.
    Never,
}

impl Expiry {
    /// The default for a request without an expiry.
    pub const DEFAULT: Self = Self::Days(30);

    /// The maximum number of days.
    pub const MAX_DAYS: u16 = limits::MAX_TOKEN_DAYS;

    /// Parses a number of days, or `never`; an empty text stands for 30 days.
    pub fn parse(text: &str) -> Result<Self, AccessProblem> {
        match text.trim() {
            "" => Ok(Self::DEFAULT),
            "never" => Ok(Self::Never),
            days => match days.parse() {
                Ok(days) if (1..=Self::MAX_DAYS).contains(&days) => Ok(Self::Days(days)),
                _ => Err(AccessProblem::TokenExpiry),
            },
        }
    }

    /// Returns the time at which the validity ends, if it does.
    pub fn at(self, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Days(days) => Some(now + DAY * days.into()),
            Self::Never => None,
        }
    }
}

/// The fields of the form, as typed.
#[derive(Clone, Debug, Default)]
pub struct TokenDraft {
    /// Field "Name".
    pub name: String,
    /// Field "Scope", in `TokenScope::as_str`'s form.
    pub scope: String,
    /// Field "Only names that begin with".
    pub prefix: String,
    /// Field "Only these secrets": ids, separated by white space or commas.
    pub secrets: String,
    /// Field "Expires": days, or `never`.
    pub expiry: String,
    /// Field "Current password" of a person who must prove their identity.
    pub current_password: Sensitive,
}

/// A valid token that may be created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewToken {
    /// The name for people.
    pub name: TokenName,
    /// The scope.
    pub scope: TokenScope,
    /// The secrets for which the token may be used.
    pub restriction: Restriction,
    /// The end of its validity.
    pub expiry: Expiry,
}

impl NewToken {
    /// Parses the fields. Returns all problems at once.
    pub fn parse(draft: &TokenDraft) -> Result<Self, Error> {
        let name = TokenName::parse(&draft.name).map_err(|problem| FieldError::new(Field::Name, problem));
        let scope = TokenScope::parse(&draft.scope)
            .ok_or_else(|| FieldError::new(Field::Scope, AccessProblem::TokenScope));
        let restriction = restriction(&draft.prefix, &draft.secrets);
        let expiry = Expiry::parse(&draft.expiry).map_err(|problem| FieldError::new(Field::Expiry, problem));
        match (name, scope, restriction, expiry) {
            (Ok(name), Ok(scope), Ok(restriction), Ok(expiry)) => {
                Ok(Self { name, scope, restriction, expiry })
            }
            (name, scope, restriction, expiry) => Err(Error::Invalid(
                [name.err(), scope.err(), restriction.err(), expiry.err()].into_iter().flatten().collect(),
            )),
        }
    }
}

fn restriction(prefix: &str, secrets: &str) -> Result<Restriction, FieldError> {
    let prefix = prefix.trim();
    let ids: Vec<&str> =
        secrets.split(|c: char| c.is_whitespace() || c == ',').filter(|id| !id.is_empty()).collect();
    match (prefix.is_empty(), ids.is_empty()) {
        (true, true) => Ok(Restriction::None),
        (false, false) => Err(FieldError::new(Field::Prefix, AccessProblem::TokenRestrictedTwice)),
        // The beginning of a name is itself a name, or a name cut short before a letter or digit.
        (false, true) if SecretName::parse(&format!("{prefix}a")).is_ok() => {
            Ok(Restriction::Prefix(prefix.to_owned()))
        }
        (false, true) => Err(FieldError::new(Field::Prefix, AccessProblem::TokenPrefix)),
        (true, false) => {
            if ids.len() > Restriction::MAX_SECRETS {
                return Err(FieldError::new(Field::Secrets, AccessProblem::TokenSecretsTooMany));
            }
            let mut chosen = Vec::new();
            for id in ids {
                let id = SecretId::parse(id)
                    .ok_or_else(|| FieldError::new(Field::Secrets, AccessProblem::TokenSecret))?;
                if !chosen.contains(&id) {
                    chosen.push(id);
                }
            }
            Ok(Restriction::Secrets(chosen))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(change: fn(&mut TokenDraft)) -> TokenDraft {
        let mut draft = TokenDraft { name: "ci".into(), scope: "write".into(), ..TokenDraft::default() };
        change(&mut draft);
        draft
    }

    #[test]
    fn new_token_parse_reads_the_form() {
        let plain = NewToken::parse(&draft(|_| ())).unwrap();
        assert_eq!((plain.restriction, plain.expiry), (Restriction::None, Expiry::Days(30)));
        let chosen = NewToken::parse(&draft(|draft| {
            draft.secrets = " image-a,\n gitsync-secret-b image-a".into();
            draft.expiry = "never".into();
        }))
        .unwrap();
        let id = |text| SecretId::parse(text).unwrap();
        assert_eq!(chosen.restriction, Restriction::Secrets(vec![id("image-a"), id("gitsync-secret-b")]));
        assert_eq!(chosen.expiry, Expiry::Never);
        assert!(chosen.restriction.covers(&id("image-a")) && !chosen.restriction.covers(&id("image-b")));
        let prefix = NewToken::parse(&draft(|draft| draft.prefix = "team-".into())).unwrap().restriction;
        assert!(prefix.covers(&id("image-team-a")) && !prefix.covers(&id("image-a-team-a")));
    }

    #[test]
    fn token_name_parse_rejects_invisible_marks() {
        for mark in [
            '\u{202e}',
            '\u{2066}',
            '\u{200f}',
            '\u{61c}',
            '\u{200b}',
            '\u{2060}',
            '\u{feff}',
            '\u{ad}',
            '\u{2028}',
            '\u{a0}',
            '\u{3164}',
            '\u{e0041}',
            '\u{fe0f}',
            '\0',
            '\n',
            '\u{7f}',
        ] {
            let refused = TokenName::parse(&format!("a{mark}b"));
            assert_eq!(refused, Err(AccessProblem::TokenNameMark), "{}", mark.escape_unicode());
        }
        for name in ["Żółć 部署 ci", "build (east) #2", "ключ"] {
            assert_eq!(TokenName::parse(name).unwrap().as_str(), name);
        }
    }

    #[test]
    fn new_token_parse_names_each_field_with_its_problem() {
        for (change, field, problem) in [
            (
                (|draft| draft.name = " ".into()) as fn(&mut TokenDraft),
                Field::Name,
                AccessProblem::TokenNameMissing,
            ),
            (|draft| draft.name = "a\u{7}".into(), Field::Name, AccessProblem::TokenNameMark),
            (|draft| draft.name = "a".repeat(101), Field::Name, AccessProblem::TokenName),
            (|draft| draft.scope = "all".into(), Field::Scope, AccessProblem::TokenScope),
            (|draft| draft.prefix = "Team".into(), Field::Prefix, AccessProblem::TokenPrefix),
            (|draft| draft.secrets = "team".into(), Field::Secrets, AccessProblem::TokenSecret),
            (|draft| draft.expiry = "0".into(), Field::Expiry, AccessProblem::TokenExpiry),
            (|draft| draft.expiry = "99999999".into(), Field::Expiry, AccessProblem::TokenExpiry),
        ] {
            let refused = NewToken::parse(&draft(change)).unwrap_err();
            assert_eq!(refused, Error::field(field, problem));
        }
        let twice = draft(|draft| {
            draft.prefix = "a".into();
            draft.secrets = "image-a".into();
        });
        assert!(NewToken::parse(&twice).is_err());
        let many = (0..101).map(|n| format!("image-{n}")).collect::<Vec<_>>().join(" ");
        assert!(NewToken::parse(&TokenDraft { secrets: many, ..draft(|_| ()) }).is_err());
    }

    #[test]
    fn expiry_parse_reads_days_within_the_limit() {
        assert_eq!(Expiry::parse(" 1 "), Ok(Expiry::Days(1)));
        assert_eq!(Expiry::parse(&Expiry::MAX_DAYS.to_string()), Ok(Expiry::Days(Expiry::MAX_DAYS)));
        assert_eq!(Expiry::parse("never"), Ok(Expiry::Never));
        for text in ["0", "-1", "1.5", "x", &(Expiry::MAX_DAYS + 1).to_string()] {
            assert_eq!(Expiry::parse(text), Err(AccessProblem::TokenExpiry), "{text}");
        }
    }

    #[test]
    fn expiry_at_is_that_many_days_later() {
        let now = Timestamp::parse_date("2026-11-27").unwrap();
        assert_eq!(Expiry::Days(4).at(now), Timestamp::parse_date("2026-12-01"));
        assert_eq!(Expiry::Never.at(now), None);
    }
}
