//! Channels and rules as they are typed, and as they may be stored.

use super::{ChannelPreset, NoticeEvent, NoticeProblem};
use crate::{
    access::{AccessProblem, TokenName},
    error::{Error, Field, FieldError},
    secret::{SecretKind, SecretName},
    sensitive::Sensitive,
};

/// The most prefixes of one rule.
const MAX_PREFIXES: usize = 50;

/// The fields of the form of a channel, as typed.
#[derive(Clone, Debug, Default)]
pub struct ChannelDraft {
    /// Field "Name".
    pub name: String,
    /// Field "Kind", in `ChannelPreset::code`'s form; a stored channel keeps its own.
    pub preset: String,
    /// Field "Address": a secret at Slack and Teams. Empty for a stored channel that keeps its own.
    pub url: Sensitive,
    /// Field "Current password": the proof of a person who decides where notices go.
    pub current_password: Sensitive,
}

/// Parses the name of a channel: one line of 1 to 100 characters, as the name of a token.
pub fn channel_name(text: &str) -> Result<String, NoticeProblem> {
    match TokenName::parse(text) {
        Ok(name) => Ok(name.as_str().to_owned()),
        Err(AccessProblem::TokenNameMissing) => Err(NoticeProblem::NameMissing),
        Err(_) => Err(NoticeProblem::Name),
    }
}

/// Parses the form in which a channel gets notices.
pub fn channel_preset(text: &str) -> Result<ChannelPreset, NoticeProblem> {
    ChannelPreset::parse(text).ok_or(NoticeProblem::Preset)
}

/// The fields of the form of a rule, as typed. An empty list stands for everything.
#[derive(Clone, Debug, Default)]
pub struct RuleDraft {
    /// Field "Channel": the id of a channel.
    pub channel: String,
    /// Field "Events": codes of `NoticeEvent`.
    pub events: Vec<String>,
    /// Field "Types of secrets": codes of `SecretKind`.
    pub kinds: Vec<String>,
    /// Field "Only names that begin with": separated by white space or commas.
    pub prefixes: String,
}

/// The text in the place of a channel that stands for mail. Rules of older versions have it, without effect: each person chooses
/// their own mails.
pub const MAIL: &str = "mail";

/// The events, types and names of a valid rule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleScope {
    /// The events; empty for all.
    pub events: Vec<NoticeEvent>,
    /// The types of secrets; empty for all.
    pub kinds: Vec<SecretKind>,
    /// The beginnings of names, without the prefix of the type; empty for all names.
    pub prefixes: Vec<String>,
}

impl RuleScope {
    /// Parses the fields, except for the channel. Returns all problems at once.
    pub fn parse(draft: &RuleDraft) -> Result<Self, Error> {
        let mut wrong = Vec::new();
        let mut scope = Self::default();
        for text in &draft.events {
            match NoticeEvent::parse(text).filter(|event| event.is_for_rules()) {
                Some(event) if !scope.events.contains(&event) => scope.events.push(event),
                Some(_) => {}
                None => wrong.push(FieldError::new(Field::Events, NoticeProblem::Event)),
            }
        }
        for text in &draft.kinds {
            match SecretKind::parse(text) {
                Some(kind) if !scope.kinds.contains(&kind) => scope.kinds.push(kind),
                Some(_) => {}
                None => wrong.push(FieldError::new(Field::Kinds, NoticeProblem::Kind)),
            }
        }
        let separators = |c: char| c.is_whitespace() || c == ',';
        for prefix in draft.prefixes.split(separators).filter(|prefix| !prefix.is_empty()) {
            // The beginning of a name is itself a name, or a name cut short before a letter or digit.
            if SecretName::parse(&format!("{prefix}a")).is_err() {
                wrong.push(FieldError::new(Field::Prefix, NoticeProblem::Prefix));
                break;
            }
            if !scope.prefixes.iter().any(|known| known == prefix) {
                scope.prefixes.push(prefix.to_owned());
            }
        }
        if scope.prefixes.len() > MAX_PREFIXES {
            wrong.push(FieldError::new(Field::Prefix, NoticeProblem::PrefixesTooMany));
        }
        wrong.dedup();
        if wrong.is_empty() { Ok(scope) } else { Err(Error::Invalid(wrong)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rule_scope_parse_reads_lists_and_names_each_problem() {
        let draft = RuleDraft {
            channel: String::new(),
            events: vec![
                "secret.expires".to_owned(),
                "secret.expires".to_owned(),
                "token.expires".to_owned(),
            ],
            kinds: vec!["image-pull".to_owned()],
            prefixes: " team-a-, team-b\nteam-b".to_owned(),
        };
        let scope = RuleScope::parse(&draft).unwrap();
        assert_eq!(scope.events, [NoticeEvent::SecretExpires, NoticeEvent::TokenExpires]);
        assert_eq!(scope.kinds, [SecretKind::ImagePull]);
        assert_eq!(scope.prefixes, ["team-a-", "team-b"]);
        assert_eq!(RuleScope::parse(&RuleDraft::default()).unwrap(), RuleScope::default());
        let wrong = RuleDraft {
            events: vec!["moon.landed".to_owned(), "channel.test".to_owned()],
            kinds: vec!["x".to_owned()],
            prefixes: "UPPER".to_owned(),
            ..RuleDraft::default()
        };
        let Error::Invalid(problems) = RuleScope::parse(&wrong).unwrap_err() else { panic!() };
        let fields: Vec<_> = problems.iter().map(|problem| problem.field).collect();
        assert_eq!(fields, [Field::Events, Field::Kinds, Field::Prefix]);
    }

    #[test]
    fn channel_name_parse_rejects_empty_and_hidden() {
        assert_eq!(channel_name(" ops "), Ok("ops".to_owned()));
        assert_eq!(channel_name(" "), Err(NoticeProblem::NameMissing));
        assert_eq!(channel_name("a\u{202e}b"), Err(NoticeProblem::Name));
        assert_eq!(channel_name(&"x".repeat(101)), Err(NoticeProblem::Name));
    }
}
