//! The fields of the form that serves Add and Edit of images and datasets.

use super::{
    form::Form,
    list::{address_of, target_label},
};
use crate::{
    conflict,
    connection_tests::{
        button::{EnhanceTest, FORM},
        section::{button, place},
    },
    error::first_sentence,
    ui::{
        alert::Alert,
        field::{FieldText, field_frame},
        icon::icon,
        line::Line,
        rendered::rendered,
    },
};
use domain::{
    error::{Error, Field},
    secret::{SecretId, SecretKind},
    usage::{SecretChoice, SecretChoices, UsageKind, UsageTarget},
};
use leptos::{
    either::{Either, EitherOf3},
    prelude::*,
};

/// The form, the search of its select, and its test.
#[component]
pub fn UsageForm<'a>(form: &'a Form) -> impl IntoView + use<> {
    let kind = form.kind;
    let address = match &form.stored {
        Some(usage) => address_of(kind, &usage.name, "edit"),
        None => format!("{}/new", kind.list()),
    };
    let input = &form.input;
    let name_hint = if form.stored.is_some() {
        "The name can’t be changed, because URLs depend on it."
    } else {
        "Lowercase letters, digits, hyphens and dots. You can’t change it later."
    };
    let target = match kind {
        UsageKind::Image => form.line(
            Field::Image,
            target_label(kind),
            "For example ghcr.io/group/app:tag. Without a registry, Docker Hub.",
            &input.image,
        ),
        UsageKind::Dataset => form.line(
            Field::Repository,
            target_label(kind),
            "SSH address, or HTTPS for public repositories.",
            &input.repository,
        ),
    };
    let branch = (kind == UsageKind::Dataset)
        .then(|| form.line(Field::Branch, "Branch", "Leave empty for the default branch.", &input.branch));
    let test_hint = match kind {
        UsageKind::Image => {
            "Asks the registry for this image with the chosen secret. You can save even if the test fails."
        }
        UsageKind::Dataset => {
            "Reads this repository with the chosen secret and looks for the branch. You can save even if the test fails."
        }
    };
    rendered(view! {
        {summary(form)}
        <form method="post" action=address.clone() id=FORM data-typed=form.returned.then_some("") class="secret-form" novalidate autocomplete="off">
            // Pressed by Enter, as the first button of the form.
            <button class="unseen" name="then" value="enter" tabindex="-1" aria-hidden="true">
                "Confirm"
            </button>
            <input type="hidden" name="version" value=input.version.clone()/>
            <input type="hidden" name="found" value=input.find.clone()/>
            {form.line(Field::Name, "Name", name_hint, &input.name)}
            {target}
            {branch}
            {form.secret()}
            {form.warning()}
            {form.search()}
            <div class="actions">
                <p class="not-saved">
                    {form
                        .error
                        .clone()
                        .map(|error| match error {
                            Error::Changed(change) => conflict::title(&change, kind.as_str()),
                            error => first_sentence(error.message()),
                        })}
                </p>
                {button(&format!("{address}/check"), test_hint)}
                <a class="button" href=kind.list()>
                    "Cancel"
                </a>
                <button class="primary">"Confirm"</button>
            </div>
        </form>
        // Not within the form: what was found may have a form of its own, to trust a host.
        {place(form.tested.clone().unwrap_or_default())}
        <EnhanceTest/>
    })
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

    /// Renders the field for the secret, with a list that the browser filters while somebody types, the fitting secrets
    /// first.
    fn secret(&self) -> impl IntoView + use<> {
        let field = Field::PullSecret;
        let label = match self.kind {
            UsageKind::Image => "Use Image Pull Secret",
            UsageKind::Dataset => "Use Git Dataset Secret",
        };
        let hint = match (self.kind, self.choices.choices.is_empty()) {
            (UsageKind::Image, false) => {
                "Start typing a name, a host or a username. Leave empty for a public image."
            }
            (UsageKind::Image, true) => "No Image Pull secret yet. Leave empty for a public image.",
            (UsageKind::Dataset, false) => "Start typing a name. Leave empty for a public repository.",
            (UsageKind::Dataset, true) => "No Git Dataset secret yet. Leave empty for a public repository.",
        };
        let text = FieldText { id: field.name(), label, mark: "optional", hint };
        let problem = self.problem(field);
        let (suggested, others): (Vec<_>, Vec<_>) =
            self.choices.choices.iter().partition(|choice| choice.suggested);
        let autofocus = self.problems().first().is_some_and(|error| error.field == field);
        let input = view! {
            <input
                type="text"
                id=text.id
                name=text.id
                list="secrets"
                class="mono"
                value=self.input.pull_secret.clone()
                aria-invalid=problem.is_some().then_some("true")
                aria-describedby=text.described_by(problem.is_some())
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                autofocus=autofocus
            />
            <datalist id="secrets">{options(&suggested)} {options(&others)}</datalist>
        };
        field_frame(text, Signal::stored(problem), None, input)
    }

    /// Renders the warning about the chosen secret. The form may be saved all the same.
    fn warning(&self) -> Option<impl IntoView + use<>> {
        let warn = |said| {
            view! {
                <p class="warning" role="status">
                    {icon!("alert")}
                    <span>{said}</span>
                </p>
            }
        };
        let Some(choice) = self.chosen() else {
            // Deleted meanwhile, or made up.
            let gone = SecretId::parse(&self.input.pull_secret)?;
            let said = format!("{} (deleted) can’t be used. Choose another secret.", gone.name.as_str());
            return Some(warn(Either::Left(said)));
        };
        let (host, _) = choice.account.as_ref()?;
        let UsageTarget::Image(image) = self.target.as_ref()? else { return None };
        let name = choice.id.name.as_str().to_owned();
        let said = view! {
            <b>{name}</b>
            " is for "
            <code>{host.clone()}</code>
            ", but this image is on "
            <code>{image.registry.as_str().to_owned()}</code>
            ". It won’t work."
        };
        (!self.target.as_ref()?.is_served_by(Some(host))).then(|| warn(Either::Right(said)))
    }

    /// Renders the search among the secrets, and its results, if there are more than the list above can have.
    fn search(&self) -> Option<impl IntoView + use<>> {
        let found = self.found_words()?;
        Some(view! {
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
        })
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

/// Renders the choices for the list: the id, and everything that may be typed to find it.
fn options(choices: &[&SecretChoice]) -> impl IntoView + use<> {
    choices
        .iter()
        .map(|choice| {
            let id = choice.id.to_string();
            let mut words = choice.display_name.clone();
            if let Some((host, username)) = &choice.account {
                words = format!("{words} · {username} at {host}");
            }
            if choice.suggested {
                words.push_str(" (suggested)");
            }
            view! { <option value=id>{words}</option> }
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
                <Alert title="Check these fields">
                    <ul>{links}</ul>
                </Alert>
            })
        }
        Error::Changed(change) => {
            let (version, title, html) =
                (change.version.to_string(), conflict::title(change, form.kind.as_str()), conflict::html(change));
            EitherOf3::B(view! {
                <Alert title>
                    <p inner_html=html></p>
                    <p>
                        "Nothing was saved, and what you entered is still here. Reload to see the change, or overwrite it with your version."
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
