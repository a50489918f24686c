//! The fields of the form of an image or a dataset, and its actions.

use crate::ui::flash::{ActionDone, Flash};
use backend::{Backend, Ctx};
use domain::{
    connection_test::{TestCause, TestReport},
    error::{Error, Field, FieldError, Problem},
    secret::{SecretId, SecretName},
    usage::{NewUsage, UsageContent, UsageDraft, UsageKind, UsageProblem},
};
use serde::Deserialize;

/// The fields, as typed. Each kind has its own field for what is pulled.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct UsageInput {
    pub name: String,
    pub image: String,
    pub repository: String,
    pub branch: String,
    /// The id of the chosen secret.
    pub pull_secret: String,
    /// The search among the secrets.
    pub find: String,
    /// The search that this form was rendered with.
    pub found: String,
    /// The button that sent it: `find`, `enter` for the key, empty for Confirm.
    pub then: String,
    /// The version that the Edit form was opened with.
    pub version: String,
    /// The version that is overwritten on request, if the object has changed since.
    pub overwrite: String,
}

impl UsageInput {
    /// Returns the draft for the rules of `domain`.
    pub fn draft(&self, kind: UsageKind) -> UsageDraft {
        UsageDraft {
            name: self.name.clone(),
            target: match kind {
                UsageKind::Image => self.image.clone(),
                UsageKind::Dataset => self.repository.clone(),
            },
            branch: self.branch.clone(),
            secret: self.secret_id(kind),
        }
    }

    /// Returns the id of the chosen secret, of which the name alone may have been typed; any other text as it is.
    pub fn secret_id(&self, kind: UsageKind) -> String {
        let typed = self.pull_secret.trim();
        match (SecretId::parse(typed), SecretName::parse(typed)) {
            (None, Ok(name)) => SecretId { kind: kind.secret_kind(), name }.to_string(),
            _ => typed.to_owned(),
        }
    }

    /// Returns whether the form asks for other secrets to choose from, instead of being saved. Enter in the
    /// search means that search.
    pub fn asks_to_find(&self) -> bool {
        match self.then.as_str() {
            "find" => true,
            "enter" => !self.find.trim().is_empty() && self.find != self.found,
            _ => false,
        }
    }

    fn expected_version(&self) -> Result<i64, Error> {
        let text = if self.overwrite.is_empty() { &self.version } else { &self.overwrite };
        text.parse().map_err(|_| Error::BadRequest)
    }
}

/// The answer to a form, for the page that shows the form again.
#[derive(Clone, Debug)]
pub struct Returned {
    pub input: UsageInput,
    /// The reason for the rejection; `None` if the form was only searched or tested.
    pub error: Option<Error>,
    /// The result of a test, as HTML.
    pub tested: Option<String>,
    /// Problems with fields that the test found. The form may be saved all the same.
    pub found: Vec<FieldError>,
}

/// Adds an image or a dataset.
pub async fn create(
    backend: &Backend,
    ctx: &Ctx,
    kind: UsageKind,
    input: &UsageInput,
) -> Result<Flash, Error> {
    // Rejects people without the right first, whatever they sent.
    backend.usages().may_change(ctx, kind, None).await?;
    let usage = NewUsage::parse(kind, &input.draft(kind)).map_err(Error::Invalid)?;
    backend.usages().create(ctx, &usage).await?;
    Ok(saved(kind))
}

/// Changes an image or a dataset.
pub async fn update(
    backend: &Backend,
    ctx: &Ctx,
    kind: UsageKind,
    name: &SecretName,
    input: &UsageInput,
) -> Result<Flash, Error> {
    backend.usages().may_change(ctx, kind, Some(name)).await?;
    let content = UsageContent::parse(kind, &input.draft(kind)).map_err(Error::Invalid)?;
    backend.usages().update(ctx, name, &content, input.expected_version()?).await?;
    Ok(saved(kind))
}

/// Deletes an image or a dataset. An object that is gone already counts as deleted.
pub async fn delete(
    backend: &Backend,
    ctx: &Ctx,
    kind: UsageKind,
    name: &SecretName,
) -> Result<Flash, Error> {
    match backend.usages().delete(ctx, kind, name).await {
        Ok(()) | Err(Error::NotFound) => Ok(Flash::Done(match kind {
            UsageKind::Image => ActionDone::ImageDeleted,
            UsageKind::Dataset => ActionDone::DatasetDeleted,
        })),
        Err(error) => Err(error),
    }
}

/// Tests the content of the form with the chosen secret.
pub async fn test(
    backend: &Backend,
    ctx: &Ctx,
    kind: UsageKind,
    input: &UsageInput,
) -> Result<(SecretId, TestReport), Error> {
    backend.usages().may_change(ctx, kind, None).await?;
    let content = UsageContent::parse(kind, &input.draft(kind)).map_err(Error::Invalid)?;
    let nothing = || {
        let problem = Problem::Usage(UsageProblem::NothingToTest);
        Error::Invalid(vec![FieldError { field: Field::PullSecret, problem }])
    };
    let secret = content.secret.ok_or_else(nothing)?;
    let report =
        backend.connection_tests().on(ctx, &secret, &content.target, content.branch.as_ref()).await?;
    Ok((secret, report))
}

/// Returns the problems of fields that a test found.
pub fn found_by(report: &TestReport) -> Vec<FieldError> {
    let problem = match report.cause {
        TestCause::BranchNotFound => UsageProblem::NoSuchBranch,
        TestCause::BranchIsTag => UsageProblem::BranchIsTag,
        TestCause::NoDefaultBranch => UsageProblem::NoDefaultBranch,
        _ => return Vec::new(),
    };
    vec![FieldError { field: Field::Branch, problem: Problem::Usage(problem) }]
}

fn saved(kind: UsageKind) -> Flash {
    Flash::Done(match kind {
        UsageKind::Image => ActionDone::ImageSaved,
        UsageKind::Dataset => ActionDone::DatasetSaved,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secret_id_accepts_a_name_alone() {
        let id = |text: &str| {
            UsageInput { pull_secret: text.to_owned(), ..UsageInput::default() }.secret_id(UsageKind::Image)
        };
        for (typed, wanted) in [
            ("", ""),
            ("image-a", "image-a"),
            (" a ", "image-a"),
            ("gitsync-secret-a", "gitsync-secret-a"),
            ("Not A Name", "Not A Name"),
        ] {
            assert_eq!(id(typed), wanted);
        }
    }

    #[test]
    fn asks_to_find_on_enter_means_the_search_typed_last() {
        let input = |then: &str, find: &str, found: &str| UsageInput {
            then: then.to_owned(),
            find: find.to_owned(),
            found: found.to_owned(),
            ..UsageInput::default()
        };
        for (then, find, found, finds) in [
            ("find", "", "", true),
            ("enter", "a", "", true),
            ("enter", "a", "a", false),
            ("enter", " ", "", false),
            ("", "a", "", false),
        ] {
            assert_eq!(input(then, find, found).asks_to_find(), finds, "{then} {find} {found}");
        }
    }
}
