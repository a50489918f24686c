//! The state of the form that serves Add and Edit of images and datasets.

use super::input::{Returned, UsageInput};
use backend::{Backend, Ctx};
use domain::{
    error::{Error, Field, FieldError},
    secret::{SecretId, SecretName},
    time::Timestamp,
    usage::{SecretChoice, SecretChoices, Usage, UsageContent, UsageDraft, UsageKind, UsageTarget},
};

/// The content of the form.
pub struct Form {
    pub kind: UsageKind,
    pub stored: Option<Usage>,
    pub input: UsageInput,
    pub error: Option<Error>,
    pub tested: Option<String>,
    /// Problems with fields that a test found.
    pub found: Vec<FieldError>,
    pub choices: SecretChoices,
    /// Whether the form came back with what was typed.
    pub returned: bool,
    /// The image or repository, if it is valid.
    pub target: Option<UsageTarget>,
    pub now: Timestamp,
}

impl Form {
    /// Loads the content of the form: that of a stored object if there is a name.
    pub async fn load(
        backend: &Backend,
        ctx: &Ctx,
        kind: UsageKind,
        name: Option<SecretName>,
        returned: Option<Returned>,
    ) -> Result<Self, Error> {
        let usages = backend.usages();
        usages.may_change(ctx, kind, name.as_ref()).await?;
        let stored = match &name {
            Some(name) => Some(usages.get(ctx, kind, name).await?),
            None => None,
        };
        let is_returned = returned.is_some();
        let Returned { mut input, error, tested, found } = returned.unwrap_or_else(|| Returned {
            input: stored.as_ref().map(filled_in).unwrap_or_default(),
            error: None,
            tested: None,
            found: Vec::new(),
        });
        // The form cannot change the name of a stored object.
        if let Some(name) = name {
            name.as_str().clone_into(&mut input.name);
        }
        input.pull_secret = input.secret_id(kind);
        // A search that was typed but not started is ignored.
        if !input.asks_to_find() {
            input.find = input.found.clone();
        }
        let draft = UsageDraft { branch: String::new(), secret: String::new(), ..input.draft(kind) };
        let target = UsageContent::parse(kind, &draft).ok().map(|content| content.target);
        let chosen = SecretId::parse(&input.pull_secret);
        let choices = usages.choices(ctx, kind, target.as_ref(), &input.find, chosen.as_ref()).await?;
        Ok(Self {
            kind,
            stored,
            input,
            error,
            tested,
            found,
            choices,
            returned: is_returned,
            target,
            now: ctx.now,
        })
    }

    /// Returns the problems of a rejected form.
    pub fn problems(&self) -> &[FieldError] {
        match &self.error {
            Some(Error::Invalid(problems)) => problems,
            _ => &[],
        }
    }

    /// Returns the message about this field.
    pub fn problem(&self, field: Field) -> Option<String> {
        let mut problems = self.problems().iter().chain(&self.found);
        problems.find(|error| error.field == field).map(|error| crate::messages::problem(&error.problem))
    }

    /// Returns the chosen secret, if it is among those that are listed.
    pub fn chosen(&self) -> Option<&SecretChoice> {
        self.choices.choices.iter().find(|choice| choice.id.to_string() == self.input.pull_secret)
    }
}

/// Returns the content of the Edit form at first.
fn filled_in(usage: &Usage) -> UsageInput {
    let (image, repository) = match usage.kind {
        UsageKind::Image => (usage.target.clone(), String::new()),
        UsageKind::Dataset => (String::new(), usage.target.clone()),
    };
    UsageInput {
        image,
        repository,
        branch: usage.branch.clone().unwrap_or_default(),
        pull_secret: usage.secret.as_ref().map(|secret| secret.id.to_string()).unwrap_or_default(),
        version: usage.version.to_string(),
        ..UsageInput::default()
    }
}
