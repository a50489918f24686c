//! Drafts of images and datasets, and what they become.

use super::{Branch, GitAddress, ImageAddress, UsageKind, UsageProblem, UsageTarget};
use crate::{
    connection_test::{Repository, TargetProblem, names_hub_otherwise},
    error::{Field, FieldError, Problem},
    secret::{SecretId, SecretName},
};

/// The fields of the form, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UsageDraft {
    /// Field "Name".
    pub name: String,
    /// The reference of an image, or the URL of a dataset.
    pub target: String,
    /// Field "Branch", for a dataset.
    pub branch: String,
    /// The id of the secret; empty for none.
    pub secret: String,
}

/// An image or a dataset that may be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewUsage {
    /// The name, unique within its kind; the rule is that of secrets' names.
    pub name: SecretName,
    /// The changeable part.
    pub content: UsageContent,
}

/// The changeable part of an image or dataset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageContent {
    /// The target that is pulled.
    pub target: UsageTarget,
    /// The branch; `None` for the default branch and for images.
    pub branch: Option<Branch>,
    /// The secret that it is pulled with.
    pub secret: Option<SecretId>,
}

impl NewUsage {
    /// Parses the Add form of this kind. Returns all problems at once, in the order of the form.
    pub fn parse(kind: UsageKind, draft: &UsageDraft) -> Result<Self, Vec<FieldError>> {
        let name = SecretName::parse(&draft.name)
            .map_err(|problem| FieldError { field: Field::Name, problem: Problem::Name(problem) });
        match (name, UsageContent::parse(kind, draft)) {
            (Ok(name), Ok(content)) => Ok(Self { name, content }),
            (Ok(_), Err(wrong)) => Err(wrong),
            (Err(first), rest) => Err([vec![first], rest.err().unwrap_or_default()].concat()),
        }
    }
}

impl UsageContent {
    /// Parses the Edit form of this kind; ignores the name.
    pub fn parse(kind: UsageKind, draft: &UsageDraft) -> Result<Self, Vec<FieldError>> {
        let wrong = |field, problem| FieldError { field, problem: Problem::Usage(problem) };
        let target = match kind {
            UsageKind::Image if names_hub_otherwise(&draft.target) => Err(UsageProblem::HubOtherwise),
            UsageKind::Image => ImageAddress::parse(&draft.target).map(UsageTarget::Image),
            UsageKind::Dataset => GitAddress::parse(&draft.target).map(UsageTarget::Dataset),
        };
        let target = target.map_err(|problem| match (problem, Repository::parse(&draft.target)) {
            // The invalid part, if it is known.
            (UsageProblem::GitForm, Err(part))
                if part != TargetProblem::RepositoryForm && part != TargetProblem::RepositoryByHttps =>
            {
                FieldError { field: kind.target_field(), problem: Problem::Target(part) }
            }
            (problem, _) => wrong(kind.target_field(), problem),
        });
        let branch = match kind {
            UsageKind::Image => Ok(None),
            UsageKind::Dataset => {
                Branch::parse(&draft.branch).map_err(|problem| wrong(Field::Branch, problem))
            }
        };
        let secret = match (draft.secret.as_str(), SecretId::parse(&draft.secret)) {
            ("", _) => Ok(None),
            (_, Some(id)) if id.kind == kind.secret_kind() => Ok(Some(id)),
            _ => Err(wrong(Field::PullSecret, UsageProblem::NoSuchSecret)),
        };
        let secret = match (&target, secret) {
            (Ok(UsageTarget::Dataset(GitAddress::Http(_))), Ok(Some(_))) => {
                Err(wrong(Field::PullSecret, UsageProblem::KeyForHttps))
            }
            (_, secret) => secret,
        };
        match (target, branch, secret) {
            (Ok(target), Ok(branch), Ok(secret)) => Ok(Self { target, branch, secret }),
            (target, branch, secret) => {
                Err([target.err(), branch.err(), secret.err()].into_iter().flatten().collect())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::NameProblem;

    fn draft(target: &str, secret: &str) -> UsageDraft {
        UsageDraft {
            name: "a".to_owned(),
            target: target.to_owned(),
            secret: secret.to_owned(),
            ..UsageDraft::default()
        }
    }

    fn wrong(kind: UsageKind, draft: &UsageDraft) -> Vec<(Field, Problem)> {
        let wrong = NewUsage::parse(kind, draft).unwrap_err();
        wrong.into_iter().map(|FieldError { field, problem }| (field, problem)).collect()
    }

    #[test]
    fn usage_parse_accepts_only_secrets_of_its_type() {
        for (kind, target, right, other) in [
            (UsageKind::Image, "ghcr.io/a", "image-a", "gitsync-secret-a"),
            (UsageKind::Dataset, "git@host:a", "gitsync-secret-a", "image-a"),
        ] {
            let read = NewUsage::parse(kind, &draft(target, right)).unwrap();
            assert_eq!(read.content.secret.unwrap().to_string(), right);
            assert_eq!(NewUsage::parse(kind, &draft(target, "")).unwrap().content.secret, None);
            for text in [other, "x"] {
                let none = (Field::PullSecret, Problem::Usage(UsageProblem::NoSuchSecret));
                assert_eq!(wrong(kind, &draft(target, text)), [none]);
            }
            assert_eq!(UsageKind::parse(kind.as_str()), Some(kind));
            assert_eq!(UsageKind::of(kind.secret_kind()), kind);
        }
        let http = Problem::Usage(UsageProblem::KeyForHttps);
        let by_https = draft("https://host/a", "gitsync-secret-a");
        assert_eq!(wrong(UsageKind::Dataset, &by_https), [(Field::PullSecret, http)]);
        assert!(NewUsage::parse(UsageKind::Dataset, &draft("https://host/a", "")).is_ok());
    }

    #[test]
    fn usage_parse_returns_all_problems() {
        let bad = UsageDraft { name: String::new(), branch: "a b".to_owned(), ..draft("", "x") };
        let usage = |field, problem| (field, Problem::Usage(problem));
        assert_eq!(
            wrong(UsageKind::Dataset, &bad),
            [
                (Field::Name, Problem::Name(NameProblem::Missing)),
                usage(Field::Repository, UsageProblem::GitForm),
                usage(Field::Branch, UsageProblem::Branch),
                usage(Field::PullSecret, UsageProblem::NoSuchSecret),
            ]
        );
        // An image has no branch.
        assert!(
            UsageContent::parse(
                UsageKind::Image,
                &UsageDraft { target: "a".to_owned(), secret: String::new(), ..bad }
            )
            .is_ok()
        );
    }
}
