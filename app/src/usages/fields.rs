//! The fields of the form that serves Add and Edit of images and datasets.

use super::{
    form::Form,
    list::{address_of, target_label},
};
use crate::{
    conflict::{self, ChangedObject},
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
    let name_hint = if form.stored.is_some() { t!(usages_name_stays) } else { t!(usages_name_hint) };
    let target = match kind {
        UsageKind::Image => form.line(Field::Image, target_label(kind), t!(usages_image_hint), &input.image),
        UsageKind::Dataset => {
            form.line(Field::Repository, target_label(kind), t!(usages_repository_hint), &input.repository)
        }
    };
    let branch = (kind == UsageKind::Dataset)
        .then(|| form.line(Field::Branch, t!(usages_branch), t!(usages_branch_hint), &input.branch));
    let test_hint = match kind {
        UsageKind::Image => t!(usages_test_image_hint),
        UsageKind::Dataset => t!(usages_test_dataset_hint),
    };
    rendered(view! {
        {summary(form)}
        <form method="post" action=address.clone() id=FORM data-typed=form.returned.then_some("") class="secret-form" novalidate autocomplete="off">
            // Pressed by Enter, as the first button of the form.
            <button class="unseen" name="then" value="enter" tabindex="-1" aria-hidden="true">
                {t!(usages_confirm)}
            </button>
            <input type="hidden" name="version" value=input.version.clone()/>
            <input type="hidden" name="found" value=input.find.clone()/>
            {form.line(Field::Name, t!(usages_name), name_hint, &input.name)}
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
                            Error::Changed(change) => conflict::title(&change, ChangedObject::Usage(kind)).to_owned(),
                            error => first_sentence(crate::messages::error(&error)),
                        })}
                </p>
                {button(&format!("{address}/check"), test_hint, false)}
                <a class="button" href=kind.list()>
                    {t!(page_cancel)}
                </a>
                <button class="primary">{t!(usages_confirm)}</button>
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
            (false, true) => t!(form_optional),
            (false, false) => t!(form_required),
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
            UsageKind::Image => t!(usages_pull_secret),
            UsageKind::Dataset => t!(usages_git_secret),
        };
        let hint = match (self.kind, self.choices.choices.is_empty()) {
            (UsageKind::Image, false) => t!(usages_pull_secret_hint),
            (UsageKind::Image, true) => t!(usages_no_pull_secret),
            (UsageKind::Dataset, false) => t!(usages_git_secret_hint),
            (UsageKind::Dataset, true) => t!(usages_no_git_secret),
        };
        let text = FieldText { id: field.name(), label, mark: t!(form_optional), hint };
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
            let said = t!(usages_secret_gone, name: gone.name.as_str());
            return Some(warn(Either::Left(said)));
        };
        let (host, _) = choice.account.as_ref()?;
        let UsageTarget::Image(image) = self.target.as_ref()? else { return None };
        let name = choice.id.name.as_str();
        let said = t!(usages_of_no_use, name, host: host.as_str(), registry: image.registry.as_str());
        (!self.target.as_ref()?.is_served_by(Some(host))).then(|| warn(Either::Right(said.view())))
    }

    /// Renders the search among the secrets, and its results, if there are more than the list above can have.
    fn search(&self) -> Option<impl IntoView + use<>> {
        let found = self.found_words()?;
        Some(view! {
            <div class="field">
                <div class="label-line">
                    <label for="find">{t!(usages_find_secret)}</label>
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
                        {t!(usages_find)}
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
        let SecretChoices { choices, more, .. } = &self.choices;
        if *more {
            return Some(t!(usages_find_more, count: choices.len()));
        }
        match self.input.find.trim() {
            "" => None,
            find => {
                let chosen = &self.input.pull_secret;
                let count = choices.iter().filter(|choice| choice.id.to_string() != *chosen).count();
                Some(match self.kind.secret_kind() {
                    SecretKind::ImagePull => t!(usages_found_pull, count, find),
                    SecretKind::GitDataset => t!(usages_found_git, count, find),
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
                words = t!(usages_choice_account, name: words, username, host);
            }
            if choice.suggested {
                words = t!(usages_choice_suggested, name: words);
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
                            <a href=format!("#{}", error.field.name())>{crate::messages::problem(&error.problem)}</a>
                        </li>
                    }
                })
                .collect_view();
            EitherOf3::A(view! {
                <Alert title=t!(form_check_fields)>
                    <ul>{links}</ul>
                </Alert>
            })
        }
        Error::Changed(change) => {
            EitherOf3::B(conflict::alert(change, ChangedObject::Usage(form.kind), FORM))
        }
        error => {
            let said = crate::messages::error(error);
            EitherOf3::C(view! { <Alert title=t!(usages_not_saved)><p>{said}</p></Alert> })
        }
    })
}
