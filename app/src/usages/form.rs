//! The form that serves Add and Edit of images and datasets.

use super::{
    input::{Returned, UsageInput},
    list::{address_of, target_label},
};
use crate::{
    checks::button::{ANSWER, FORM, TestInPlace},
    error::ApiError,
    failure::LoadFailure,
    ssr,
    ui::{
        ago::Ago,
        alert::Alert,
        field::{FieldText, field_frame},
        icon::icon,
    },
};
use domain::{
    error::{Change, Error, Field, FieldError},
    secret::{SecretId, SecretKind, SecretName},
    usage::{SecretChoice, SecretChoices, Usage, UsageContent, UsageDraft, UsageKind, UsageTarget},
};
use leptos::{
    either::{Either, EitherOf3},
    prelude::*,
};

/// Add an image or a dataset.
#[component]
pub fn AddUsagePage(
    kind: UsageKind,
    /// What the form was answered with that this page shows again.
    returned: Option<Returned>,
) -> impl IntoView {
    let page = Suspend::new(async move {
        match load(kind, None, returned).await {
            Ok(form) => Either::Left(view! {
                <h1>{format!("Add {}", kind.as_str())}</h1>
                <p class="lead">{match kind {
                    UsageKind::Image => "A container image that is pulled, and the secret that opens its registry.",
                    UsageKind::Dataset => "A Git repository that is pulled, and the key that opens it.",
                }}</p>
                <UsageForm form/>
            }),
            Err(error) => Either::Right(
                view! { <LoadFailure error heading=kind.plural() noun=kind.as_str() list=kind.list()/> },
            ),
        }
    });
    view! { <div class="form-page">{page}</div> }
}

/// Edit an image or a dataset.
#[component]
pub fn EditUsagePage(
    kind: UsageKind,
    /// What the form was answered with that this page shows again.
    returned: Option<Returned>,
) -> impl IntoView {
    let name = ssr::path_segment(2).and_then(|name| SecretName::parse(&name).ok());
    let page = Suspend::new(async move {
        let loaded = match name {
            Some(name) => load(kind, Some(name), returned).await,
            None => Err(ssr::respond_with(Error::NotFound)),
        };
        match loaded {
            Ok(form) => {
                let stored = form.stored.clone().map(|usage| {
                    view! {
                        <p class="lead">
                            <b>{usage.name.as_str().to_owned()}</b> ", last changed "
                            <Ago at=usage.updated_at now=form.now/> {format!(" by {}.", usage.updated_by)}
                        </p>
                    }
                });
                Either::Left(view! {
                    <h1>{format!("Edit {}", kind.as_str())}</h1>
                    {stored}
                    <UsageForm form/>
                })
            }
            Err(error) => Either::Right(
                view! { <LoadFailure error heading=kind.plural() noun=kind.as_str() list=kind.list()/> },
            ),
        }
    });
    view! { <div class="form-page">{page}</div> }
}

/// All that the form shows.
struct Form {
    kind: UsageKind,
    stored: Option<Usage>,
    input: UsageInput,
    error: Option<Error>,
    tested: Option<String>,
    /// What a test found wrong with a field.
    found: Vec<FieldError>,
    choices: SecretChoices,
    /// What is pulled, where it can be read.
    target: Option<UsageTarget>,
    now: domain::time::Timestamp,
}

async fn load(
    kind: UsageKind,
    name: Option<SecretName>,
    returned: Option<Returned>,
) -> Result<Form, ApiError> {
    let (backend, ctx) = ssr::request()?;
    let usages = backend.usages();
    usages.may_change(&ctx, kind, name.as_ref()).await.map_err(ssr::respond_with)?;
    let stored = match &name {
        Some(name) => Some(usages.get(&ctx, kind, name).await.map_err(ssr::respond_with)?),
        None => None,
    };
    let Returned { mut input, error, tested, found } = returned.unwrap_or_else(|| Returned {
        input: stored.as_ref().map(filled_in).unwrap_or_default(),
        error: None,
        tested: None,
        found: Vec::new(),
    });
    // The name of a stored one is not the form's to say.
    if let Some(name) = name {
        name.as_str().clone_into(&mut input.name);
    }
    // A search that was typed and not begun is left for later.
    if !input.asks_to_find() {
        input.find = input.found.clone();
    }
    let draft = UsageDraft { branch: String::new(), secret: String::new(), ..input.draft(kind) };
    let target = UsageContent::parse(kind, &draft).ok().map(|content| content.target);
    let chosen = SecretId::parse(&input.pull_secret);
    let choices = usages.choices(&ctx, kind, target.as_ref(), &input.find, chosen.as_ref()).await;
    let choices = choices.map_err(ssr::respond_with)?;
    Ok(Form { kind, stored, input, error, tested, found, choices, target, now: ctx.now })
}

/// What stands in the Edit form at first.
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

impl Form {
    fn problems(&self) -> &[FieldError] {
        match &self.error {
            Some(Error::Invalid(problems)) => problems,
            _ => &[],
        }
    }

    fn problem(&self, field: Field) -> Option<String> {
        let mut problems = self.problems().iter().chain(&self.found);
        problems.find(|error| error.field == field).map(|error| error.problem.message())
    }

    fn line(
        &self,
        field: Field,
        label: &'static str,
        hint: &'static str,
        value: &str,
    ) -> impl IntoView + use<> {
        let locked = field == Field::Name && self.stored.is_some();
        let optional = field == Field::Branch;
        let mark = match (locked, optional) {
            (true, _) => "",
            (false, true) => "optional",
            (false, false) => "required",
        };
        let text = FieldText { id: field.key(), label, mark, hint };
        let problem = self.problem(field);
        let described = text.described_by(problem.is_some());
        let first = self.problems().first().is_some_and(|error| error.field == field);
        let input = view! {
            <input
                type="text"
                id=field.key()
                name=(!locked).then_some(field.key())
                value=value.to_owned()
                class="mono"
                readonly=locked
                aria-required=(!locked && !optional).then_some("true")
                aria-invalid=problem.is_some().then_some("true")
                aria-describedby=described
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                autofocus=first
            />
        };
        field_frame(text, Signal::stored(problem), None, input)
    }

    /// The chosen secret among those that are listed.
    fn chosen(&self) -> Option<&SecretChoice> {
        self.choices.choices.iter().find(|choice| choice.id.to_string() == self.input.pull_secret)
    }

    /// The select, with the fitting secrets first.
    fn select(&self) -> impl IntoView + use<> {
        let field = Field::PullSecret;
        let (label, hint) = match self.kind {
            UsageKind::Image if self.target.is_some() => (
                "Use Image Pull Secret",
                "Those for the registry of the image come first. An image that anybody may pull needs none.",
            ),
            UsageKind::Image => (
                "Use Image Pull Secret",
                "Enter the image and press Find: those for its registry are then listed first. An image that anybody may \
                 pull needs none.",
            ),
            UsageKind::Dataset if self.target.is_some() => (
                "Use Git Dataset Secret",
                "Those that trust the host of the repository come first. A key opens repositories by SSH.",
            ),
            UsageKind::Dataset => (
                "Use Git Dataset Secret",
                "Enter the repository and press Find: those that trust its host are then listed first. A key opens \
                 repositories by SSH.",
            ),
        };
        let text = FieldText { id: field.key(), label, mark: "optional", hint };
        let problem = self.problem(field);
        let described = text.described_by(problem.is_some());
        let chosen = &self.input.pull_secret;
        // Deleted meanwhile, or made up: it stays chosen until somebody chooses another.
        let gone = SecretId::parse(chosen).filter(|_| self.chosen().is_none()).map(|id| {
            let words = format!("{} (deleted)", id.name.as_str());
            view! { <option value=id.to_string() selected=true>{words}</option> }
        });
        let (suggested, others): (Vec<_>, Vec<_>) =
            self.choices.choices.iter().partition(|choice| choice.suggested);
        let some = !suggested.is_empty();
        let others = options(&others, chosen);
        let options = if some {
            Either::Left(view! {
                <optgroup label="Suggested">{options(&suggested, chosen)}</optgroup>
                <optgroup label="Others">{others}</optgroup>
            })
        } else {
            Either::Right(others)
        };
        let select = view! {
            <select
                id=field.key()
                name=field.key()
                aria-invalid=problem.is_some().then_some("true")
                aria-describedby=described
                autocomplete="off"
                autofocus=self.problems().first().is_some_and(|error| error.field == field)
            >
                <option value="" selected=chosen.is_empty()>
                    "None"
                </option>
                {gone}
                {options}
            </select>
        };
        field_frame(text, Signal::stored(problem), None, select)
    }

    /// What there is to say of the chosen secret. It may be saved all the same.
    fn warning(&self) -> Option<impl IntoView + use<>> {
        let (target, choice) = (self.target.as_ref()?, self.chosen()?);
        let (host, _) = choice.account.as_ref()?;
        let UsageTarget::Image(image) = target else { return None };
        let name = choice.id.name.as_str().to_owned();
        (!target.is_served_by(Some(host))).then(|| {
            view! {
                <p class="warning" role="status">
                    {icon!("alert")}
                    <span>
                        <b>{name}</b> " is for " <code>{host.clone()}</code> ", and the image is in "
                        <code>{image.registry.as_str().to_owned()}</code> ": it is of no use there."
                    </span>
                </p>
            }
        })
    }
}

fn options(choices: &[&SecretChoice], chosen: &str) -> impl IntoView + use<> {
    choices
        .iter()
        .map(|choice| {
            let id = choice.id.to_string();
            let mut words = choice.id.name.as_str().to_owned();
            if choice.display_name != words {
                words = format!("{words} · {}", choice.display_name);
            }
            if let Some((host, username)) = &choice.account {
                words = format!("{words} · {username} at {host}");
            }
            if choice.suggested {
                words.push_str(" (suggested)");
            }
            view! { <option value=id.clone() selected={id == chosen}>{words}</option> }
        })
        .collect_view()
}

/// The form, the search of its select, and the test under it.
#[component]
fn UsageForm(form: Form) -> impl IntoView {
    let kind = form.kind;
    let address = match &form.stored {
        Some(usage) => address_of(kind, &usage.name, "edit"),
        None => format!("{}/new", kind.list()),
    };
    let input = &form.input;
    let name_hint = if form.stored.is_some() {
        "A name stays as it is."
    } else {
        "Lower case letters, digits, hyphens and dots. It cannot be changed later."
    };
    let target = match kind {
        UsageKind::Image => form.line(
            Field::Image,
            target_label(kind),
            "As it is pulled: ghcr.io/group/app:tag. Without a registry it is one of Docker Hub.",
            &input.image,
        ),
        UsageKind::Dataset => form.line(
            Field::Repository,
            target_label(kind),
            "By SSH, git@github.com:group/app.git; or by https, where anybody may read it.",
            &input.repository,
        ),
    };
    let branch = (kind == UsageKind::Dataset)
        .then(|| form.line(Field::Branch, "Branch", "Left empty, it is the default branch.", &input.branch));
    let secrets = match kind.secret_kind() {
        SecretKind::ImagePull => "Image Pull",
        SecretKind::GitDataset => "Git Dataset",
    };
    let found = match (&form.choices, input.find.trim()) {
        (SecretChoices { more: true, .. }, _) => Some(format!(
            "The first {} are listed. Find others by a part of their name, display name or registry host.",
            form.choices.choices.len()
        )),
        (SecretChoices { choices, .. }, "") if choices.is_empty() => {
            Some(format!("There is no {secrets} secret yet."))
        }
        (_, "") => None,
        (SecretChoices { choices, .. }, find) => {
            let others = choices.iter().filter(|choice| choice.id.to_string() != input.pull_secret).count();
            Some(match others {
                0 => format!("No other {secrets} secret matches “{find}”."),
                1 => format!("1 {secrets} secret that matches “{find}” is listed."),
                count => format!("{count} {secrets} secrets that match “{find}” are listed."),
            })
        }
    };
    view! {
        {summary(&form)}
        <form method="post" action=address.clone() id=FORM class="secret-form" novalidate autocomplete="off">
            // What the key Enter presses: the first button of a form.
            <button class="unseen" name="then" value="enter" tabindex="-1" aria-hidden="true">
                "Confirm"
            </button>
            <input type="hidden" name="version" value=input.version.clone()/>
            <input type="hidden" name="found" value=input.find.clone()/>
            {form.line(Field::Name, "Name", name_hint, &input.name)}
            {target}
            {branch}
            {form.select()}
            {form.warning()}
            <div class="field">
                <div class="label-line">
                    <label for="find">"Find a secret"</label>
                </div>
                <div class="with-button">
                    <input
                        type="search"
                        id="find"
                        name="find"
                        value=input.find.clone()
                        maxlength="200"
                        aria-describedby="find-hint"
                        autocomplete="off"
                        spellcheck="false"
                    />
                    <button name="then" value="find">
                        {icon!("search")}
                        "Find"
                    </button>
                </div>
                <p class="hint" id="find-hint" role="status">
                    {found.unwrap_or_else(|| {
                        "Lists the secrets above anew, the fitting ones first. What is typed here stays."
                            .to_owned()
                    })}
                </p>
            </div>
            <div class="actions">
                <p class="not-saved">
                    {form
                        .error
                        .clone()
                        .map(|error| match error {
                            Error::Changed(_) => "It was changed in the meantime.".to_owned(),
                            error => ApiError::Refused(error).in_a_line(),
                        })}
                </p>
                <a class="button" href=kind.list()>
                    "Cancel"
                </a>
                <button class="primary">"Confirm"</button>
            </div>
        </form>
        <section class="check-section" aria-labelledby="check-title">
            <h2 id="check-title">"Does it work?"</h2>
            <button form=FORM formaction=format!("{address}/check") aria-describedby="test-hint" data-test="Testing…">
                "Test connection"
            </button>
            <TestInPlace/>
            <p class="hint" id="test-hint">
                {match kind {
                    UsageKind::Image => "Asks the registry for this image with the chosen secret. It can be saved in any case.",
                    UsageKind::Dataset => {
                        "Reads this repository with the chosen secret, and looks for the branch. It can be saved in any case."
                    }
                }}
            </p>
            <div id=ANSWER role="status" tabindex="-1" inner_html=form.tested.clone().unwrap_or_default()></div>
        </section>
    }
}

/// Why the form was not saved, above it.
fn summary(form: &Form) -> impl IntoView + use<> {
    form.error.as_ref().map(|error| match error {
        Error::Invalid(problems) => {
            let links = problems
                .iter()
                .map(|error| {
                    view! {
                        <li>
                            <a href=format!("#{}", error.field.key())>{error.problem.message()}</a>
                        </li>
                    }
                })
                .collect_view();
            EitherOf3::A(view! {
                <Alert title="There is a problem">
                    <ul>{links}</ul>
                </Alert>
            })
        }
        Error::Changed(Change { by, at, now, version }) => {
            let (by, at, now, version) = (by.clone(), *at, *now, version.to_string());
            EitherOf3::B(view! {
                <Alert title="This was changed in the meantime">
                    <p>
                        "It was changed " <Ago at now/> " by " {by}
                        ". What you typed is still here. Reload to see it as it is now, or overwrite it with what stands below."
                    </p>
                    <div class="choices">
                        <a class="button" href="">
                            "Reload"
                        </a>
                        <button class="danger" form=FORM name="overwrite" value=version>
                            "Overwrite"
                        </button>
                    </div>
                </Alert>
            })
        }
        error => {
            let said = ApiError::Refused(error.clone()).message();
            EitherOf3::C(view! { <Alert title="Not saved"><p>{said}</p></Alert> })
        }
    })
}
