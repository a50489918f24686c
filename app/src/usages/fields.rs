//! The fields of the form that serves Add and Edit of images and datasets.

use super::{
    form::Form,
    list::{address_of, target_label},
};
use crate::{
    connection_tests::button::{ANSWER, EnhanceTest, FORM},
    error::first_sentence,
    texts,
    ui::{
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
    let name_hint = if form.stored.is_some() { t!(usages_name_stays) } else { t!(usages_name_hint) };
    let target = match kind {
        UsageKind::Image => form.line(Field::Image, target_label(kind), t!(usages_image_hint), &input.image),
        UsageKind::Dataset => {
            form.line(Field::Repository, target_label(kind), t!(usages_repository_hint), &input.repository)
        }
    };
    let branch = (kind == UsageKind::Dataset)
        .then(|| form.line(Field::Branch, t!(usages_branch), t!(usages_branch_hint), &input.branch));
    rendered(view! {
        {summary(form)}
        <form method="post" action=address.clone() id=FORM class="secret-form" novalidate autocomplete="off">
            // Pressed by Enter, as the first button of the form.
            <button class="unseen" name="then" value="enter" tabindex="-1" aria-hidden="true">
                {t!(usages_confirm)}
            </button>
            <input type="hidden" name="version" value=input.version.clone()/>
            <input type="hidden" name="found" value=input.find.clone()/>
            {form.line(Field::Name, t!(usages_name), name_hint, &input.name)}
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
                            Error::Changed(_) => t!(usages_was_changed).to_owned(),
                            error => first_sentence(crate::messages::error(&error)),
                        })}
                </p>
                <a class="button" href=kind.list()>
                    {t!(page_cancel)}
                </a>
                <button class="primary">{t!(usages_confirm)}</button>
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
            <h2 id="check-title">{t!(usages_test_heading)}</h2>
            <button form=FORM formaction=format!("{address}/check") aria-describedby="test-hint" data-test=t!(usages_testing)>
                {t!(usages_test)}
            </button>
            <EnhanceTest/>
            <p class="hint" id="test-hint">
                {match kind {
                    UsageKind::Image => t!(usages_test_image_hint),
                    UsageKind::Dataset => {
                        t!(usages_test_dataset_hint)
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
            (false, true) => t!(form_optional),
            (false, false) => t!(usages_required),
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
            UsageKind::Image if self.target.is_some() => {
                (t!(usages_pull_secret), t!(usages_pull_secret_hint))
            }
            UsageKind::Image => (t!(usages_pull_secret), t!(usages_pull_secret_find)),
            UsageKind::Dataset if self.target.is_some() => {
                (t!(usages_git_secret), t!(usages_git_secret_hint))
            }
            UsageKind::Dataset => (t!(usages_git_secret), t!(usages_git_secret_find)),
        };
        let text = FieldText { id: field.name(), label, mark: t!(form_optional), hint };
        let chosen = &self.input.pull_secret;
        // Deleted meanwhile, or made up: it stays chosen until another is chosen.
        let gone = SecretId::parse(chosen)
            .filter(|_| self.chosen().is_none())
            .map(|id| option(&id.to_string(), &t!(usages_choice_deleted, name: id.name.as_str()), true));
        let (suggested, others): (Vec<_>, Vec<_>) =
            self.choices.choices.iter().partition(|choice| choice.suggested);
        let some = !suggested.is_empty();
        let others = options(&others, chosen);
        let options = if some {
            Either::Left(view! {
                <optgroup label=t!(usages_suggested)>{options(&suggested, chosen)}</optgroup>
                <optgroup label=t!(usages_others)>{others}</optgroup>
            })
        } else {
            Either::Right(others)
        };
        let options = (option("", t!(usages_none), chosen.is_empty()), gone, options);
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
                        {t!(usages_of_no_use, name, host: host.as_str(), registry: image.registry.as_str())}
                    </span>
                </p>
            }
        })
    }

    /// Renders the search among the secrets, and its results.
    fn search(&self) -> impl IntoView + use<> {
        let found = self.found_words().unwrap_or_else(|| t!(usages_find_hint).to_owned());
        view! {
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
        }
    }

    /// Returns which secrets are listed, if that needs saying.
    fn found_words(&self) -> Option<String> {
        let SecretChoices { choices, more, .. } = &self.choices;
        if *more {
            return Some(t!(usages_find_more, count: choices.len()));
        }
        match self.input.find.trim() {
            "" if choices.is_empty() => Some(
                match self.kind.secret_kind() {
                    SecretKind::ImagePull => t!(usages_no_pull_secret),
                    SecretKind::GitDataset => t!(usages_no_git_secret),
                }
                .to_owned(),
            ),
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
                words = t!(usages_choice_account, name: words, username, host);
            }
            if choice.suggested {
                words = t!(usages_choice_suggested, name: words);
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
        Error::Changed(Change { by, at, now, version }) => {
            let (by, at, now, version) = (by.clone(), *at, *now, version.to_string());
            EitherOf3::B(view! {
                <Alert title=t!(usages_changed_heading)>
                    <p>{t!(usages_changed_text, by, when: texts::relative(at, now))}</p>
                    <div class="choices">
                        <a class="button" href="">
                            {t!(usages_reload)}
                        </a>
                        <button class="danger" form=FORM name="overwrite" value=version>
                            {t!(usages_overwrite)}
                        </button>
                    </div>
                </Alert>
            })
        }
        error => {
            let said = crate::messages::error(error);
            EitherOf3::C(view! { <Alert title=t!(usages_not_saved)><p>{said}</p></Alert> })
        }
    })
}
