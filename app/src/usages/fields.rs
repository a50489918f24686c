//! The fields of the form that serves Add and Edit of images and datasets.

use super::{
    form::Form,
    list::{address_of, target_label},
};
use crate::{
    connection_tests::button::{ANSWER, EnhanceTest, FORM},
    error::first_sentence,
    ui::{
        ago::Ago,
        alert::Alert,
        field::FieldText,
        icon::icon,
        line::Line,
        rendered::rendered,
        select::{option, select_field},
    },
};
use domain::{
    error::{Change, Error, Field},
    secret::{SecretId, SecretKind},
    usage::{SecretChoice, SecretChoices, UsageKind, UsageTarget},
};
use leptos::{
    either::{Either, EitherOf3},
    prelude::*,
};

/// The form, the search of its select, and the test under it.
#[component]
pub fn UsageForm<'a>(form: &'a Form) -> impl IntoView + use<> {
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
    rendered(view! {
        {summary(form)}
        <form method="post" action=address.clone() id=FORM class="secret-form" novalidate autocomplete="off">
            // Pressed by Enter, as the first button of the form.
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
            {form.search()}
            <div class="actions">
                <p class="not-saved">
                    {form
                        .error
                        .clone()
                        .map(|error| match error {
                            Error::Changed(_) => "It was changed in the meantime.".to_owned(),
                            error => first_sentence(error.message()),
                        })}
                </p>
                <a class="button" href=kind.list()>
                    "Cancel"
                </a>
                <button class="primary">"Confirm"</button>
            </div>
        </form>
        <TestSection kind address tested=form.tested.clone()/>
    })
}

/// The test under the form.
#[component]
fn TestSection(
    kind: UsageKind,
    /// The address that the form is sent to.
    address: String,
    /// The result of a test, as HTML.
    tested: Option<String>,
) -> impl IntoView {
    view! {
        <section class="check-section" aria-labelledby="check-title">
            <h2 id="check-title">"Does it work?"</h2>
            <button form=FORM formaction=format!("{address}/check") aria-describedby="test-hint" data-test="Testing…">
                "Test connection"
            </button>
            <EnhanceTest/>
            <p class="hint" id="test-hint">
                {match kind {
                    UsageKind::Image => "Asks the registry for this image with the chosen secret. It can be saved in any case.",
                    UsageKind::Dataset => {
                        "Reads this repository with the chosen secret, and looks for the branch. It can be saved in any case."
                    }
                }}
            </p>
            <div id=ANSWER role="status" tabindex="-1" inner_html=tested.unwrap_or_default()></div>
        </section>
    }
}

impl Form {
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
        let text = FieldText { id: field.name(), label, mark, hint };
        let autofocus = self.problems().first().is_some_and(|error| error.field == field);
        Line { optional, locked, autofocus, mono: true, ..Line::TEXT }.field(
            text,
            Some(value.to_owned()),
            self.problem(field),
        )
    }

    /// Renders the select, with the fitting secrets first.
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
        let text = FieldText { id: field.name(), label, mark: "optional", hint };
        let chosen = &self.input.pull_secret;
        // Deleted meanwhile, or made up: it stays chosen until another is chosen.
        let gone = SecretId::parse(chosen)
            .filter(|_| self.chosen().is_none())
            .map(|id| option(&id.to_string(), &format!("{} (deleted)", id.name.as_str()), true));
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
        let options = (option("", "None", chosen.is_empty()), gone, options);
        let autofocus = self.problems().first().is_some_and(|error| error.field == field);
        select_field(text, options, self.problem(field), autofocus)
    }

    /// Renders the warning about the chosen secret. The form may be saved all the same.
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

    /// Renders the search among the secrets, and its results.
    fn search(&self) -> impl IntoView + use<> {
        let found = self.found_words().unwrap_or_else(|| {
            "Lists the secrets above anew, the fitting ones first. What is typed here stays.".to_owned()
        });
        view! {
            <div class="field">
                <div class="label-line">
                    <label for="find">"Find a secret"</label>
                </div>
                <div class="with-button">
                    <input
                        type="search"
                        id="find"
                        name="find"
                        value=self.input.find.clone()
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
                    {found}
                </p>
            </div>
        }
    }

    /// Returns which secrets are listed, if that needs saying.
    fn found_words(&self) -> Option<String> {
        let secrets = match self.kind.secret_kind() {
            SecretKind::ImagePull => "Image Pull",
            SecretKind::GitDataset => "Git Dataset",
        };
        let SecretChoices { choices, more, .. } = &self.choices;
        if *more {
            return Some(format!(
                "The first {} are listed. Find others by a part of their name, host, username or repository.",
                choices.len()
            ));
        }
        match self.input.find.trim() {
            "" if choices.is_empty() => Some(format!("There is no {secrets} secret yet.")),
            "" => None,
            find => {
                let chosen = &self.input.pull_secret;
                let others = choices.iter().filter(|choice| choice.id.to_string() != *chosen).count();
                Some(match others {
                    0 => format!("No other {secrets} secret matches “{find}”."),
                    1 => format!("1 {secrets} secret that matches “{find}” is listed."),
                    count => format!("{count} {secrets} secrets that match “{find}” are listed."),
                })
            }
        }
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
            option(&id, &words, id == chosen)
        })
        .collect_view()
}

/// Renders why the form was not saved, above it.
fn summary(form: &Form) -> impl IntoView + use<> {
    form.error.as_ref().map(|error| match error {
        Error::Invalid(problems) => {
            let links = problems
                .iter()
                .map(|error| {
                    view! {
                        <li>
                            <a href=format!("#{}", error.field.name())>{error.problem.message()}</a>
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
            let said = error.message();
            EitherOf3::C(view! { <Alert title="Not saved"><p>{said}</p></Alert> })
        }
    })
}
