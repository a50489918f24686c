//! The form that exports the manifests of several secrets. Their values leave only by an API token, here as
//! everywhere.

use super::{MANIFESTS, gone, listed, with_selected};
use crate::{
    account::proof::prove_again,
    failure::with_loaded,
    form_state::{self, FormState},
    messages,
    secrets::{confirmation::rejection, list_before, with_list},
    ssr,
    ui::{
        confirm::not_done,
        field::FieldText,
        icon::icon,
        line::Line,
        select::{option, select_field},
    },
};
use backend::{Backend, Ctx, ManifestFormat};
use domain::{
    error::Error,
    secret::{ExportFormat, SecretId, SecretKind, Selection},
    sensitive::Sensitive,
    usage::SelectedSecret,
};
use leptos::{either::Either, prelude::*};
use serde::Deserialize;

/// The fields of the form.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ManifestsInput {
    pub git_shape: String,
    pub image_shape: String,
    pub namespace: String,
    pub format: String,
    pub token: Sensitive,
    pub current_password: Sensitive,
}

/// The reason why there is no file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ManifestsProblem {
    Namespace,
    TokenMissing,
    /// The token is invalid, has expired or was revoked.
    TokenNotGood,
    /// The token may not read the values of all of these.
    TokenNotForThese,
    /// No repository is known for these secrets, which Argo CD needs.
    NoUrl(Vec<SecretId>),
    /// The password of this secret was typed for another host.
    OtherHost(SecretId),
    /// Some of the secrets no longer exist.
    Gone,
    Refused(Error),
}

impl From<Error> for ManifestsProblem {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

impl ManifestsProblem {
    /// Returns the field that the problem is about.
    fn field(&self) -> Option<&'static str> {
        match self {
            Self::Namespace => Some("namespace"),
            Self::TokenMissing | Self::TokenNotGood | Self::TokenNotForThese => Some("token"),
            Self::NoUrl(_) => Some("git_shape"),
            Self::Refused(Error::Invalid(_)) => Some("current_password"),
            Self::OtherHost(_) | Self::Gone | Self::Refused(_) => None,
        }
    }

    fn message(&self) -> String {
        match self {
            Self::Namespace => t!(manifests_namespace_rule).to_owned(),
            Self::TokenMissing => t!(manifests_token_missing).to_owned(),
            Self::TokenNotGood => t!(manifests_token_not_good).to_owned(),
            Self::TokenNotForThese => t!(manifests_token_not_for_these).to_owned(),
            Self::NoUrl(ids) => messages::error(&Error::NoUrl(ids.clone())),
            Self::OtherHost(id) => messages::error(&Error::OtherHost(id.clone())),
            Self::Gone => t!(manifests_gone).to_owned(),
            Self::Refused(Error::Invalid(problems)) => {
                problems.first().map(|wrong| messages::problem(&wrong.problem)).unwrap_or_default()
            }
            Self::Refused(error) => form_state::message(error),
        }
    }
}

/// A form that was rejected.
#[derive(Clone, Debug)]
pub struct NotExported {
    /// The fields as typed; the token is not sent back.
    pub typed: ManifestsInput,
    /// The problem.
    pub problem: ManifestsProblem,
}

/// Export format, namespace, file format and token, once for all secrets.
#[component]
pub fn ManifestsPage(
    /// The rejected form.
    rejected: Option<NotExported>,
) -> impl IntoView {
    let show = move |selection: Selection, left: Selection, secrets: Vec<SelectedSecret>| {
        view! { <Shown selection left secrets rejected/> }
    };
    with_selected(t!(selected_export), false, show)
}

#[component]
fn Shown(
    selection: Selection,
    /// The part of the selection that still exists.
    left: Selection,
    secrets: Vec<SelectedSecret>,
    rejected: Option<NotExported>,
) -> impl IntoView {
    let others = (left != selection).then(|| go_on_without(&selection, &left, &secrets));
    let (typed, problem) = match rejected {
        Some(NotExported { typed, problem }) => (typed, Some(problem)),
        None => Default::default(),
    };
    let rejected_form = FormState {
        typed: Vec::new(),
        error: match &problem {
            Some(ManifestsProblem::Refused(error)) => Some(error.clone()),
            Some(_) => Some(Error::Invalid(Vec::new())),
            None => None,
        },
    };
    let reason = problem.as_ref().map(ManifestsProblem::message);
    let alert =
        problem.as_ref().map(|problem| rejection(t!(form_problem), problem.field(), problem.message()));
    let wrong = |field: &str| {
        problem.as_ref().filter(|problem| problem.field() == Some(field)).map(ManifestsProblem::message)
    };
    let shape_of = |kind: SecretKind, id: &'static str, label: &'static str, typed: &str| {
        let any = secrets.iter().any(|secret| secret.id.kind == kind);
        any.then(|| select(id, label, shapes(kind, typed), wrong(id)))
    };
    let command: Vec<String> = left.ids().iter().map(ToString::to_string).collect();
    view! {
        <h1>{t!(selected_export)}</h1>
        <p class="lead">{t!(manifests_lead, count: left.ids().len())}</p>
        {alert}
        <form method="post" class="secret-form" novalidate>
            {listed(&secrets, |_| None::<()>)}
            {others}
            {shape_of(SecretKind::GitDataset, "git_shape", t!(manifests_git_format), &typed.git_shape)}
            {shape_of(SecretKind::ImagePull, "image_shape", t!(manifests_image_format), &typed.image_shape)}
            {line("namespace", t!(manifests_namespace), t!(manifests_namespace_hint), Some(typed.namespace.clone()), wrong("namespace"))}
            {select("format", t!(manifests_file_format), formats(&typed.format), None)}
            {line(
                "token",
                t!(manifests_token),
                t!(manifests_token_hint),
                None,
                wrong("token"),
            )}
            <p class="hint">
                <a href="/tokens/new" target="_blank" rel="noopener">
                    {t!(manifests_add_token)}
                </a>
            </p>
            {proof_asked(rejected_form)}
            <div class="actions">
                {not_done(reason)}
                <a class="button" href=list_before(&ssr::query())>
                    {t!(secret_back_to_list)}
                </a>
                <button class="primary">{icon!("file")} {t!(manifests_export)}</button>
            </div>
        </form>
        <details class="same-command">
            <summary>{t!(manifests_command_line)}</summary>
            <pre><code>{format_args!("latchkey secret manifest {}", command.join(" ")).to_string()}</code></pre>
        </details>
    }
}

/// Renders that some secrets are gone, with a link to continue without them.
fn go_on_without(
    selection: &Selection,
    left: &Selection,
    secrets: &[SelectedSecret],
) -> impl IntoView + use<> {
    let query: Vec<String> = left.ids().iter().map(|id| format!("{}={id}", Selection::PARAM)).collect();
    let list = ssr::query_parameter("list").unwrap_or_default();
    let address = with_list(format!("{MANIFESTS}?{}", query.join("&")), &list);
    view! {
        <p class="hint">
            {gone(selection, secrets)} " " {t!(manifests_without, address)}
        </p>
    }
}

/// Returns the formats of values of this type: value, label, and whether it is chosen.
fn shapes(kind: SecretKind, typed: &str) -> Vec<(&'static str, &'static str, bool)> {
    let chosen = ExportFormat::parse(typed).unwrap_or(ExportFormat::default_of(kind));
    ExportFormat::ALL
        .into_iter()
        .filter(|shape| shape.fits(kind) && shape.kubernetes_type().is_some())
        .map(|shape| (shape.as_str(), message(shape), shape == chosen))
        .collect()
}

/// Returns the formats of the file: value, label, and whether it is chosen.
fn formats(typed: &str) -> Vec<(&'static str, &'static str, bool)> {
    let chosen = ManifestFormat::parse(typed).unwrap_or(ManifestFormat::Yaml);
    ManifestFormat::ALL
        .into_iter()
        .map(|choice| {
            let words = match choice {
                ManifestFormat::Yaml => t!(manifests_yaml),
                ManifestFormat::Json => t!(manifests_json),
            };
            (choice.as_str(), words, choice == chosen)
        })
        .collect()
}

/// Renders the proof of who somebody is, because values are in the file.
fn proof_asked(form: FormState) -> impl IntoView {
    let back = format!("{}?{}", MANIFESTS, ssr::query());
    let load = async |backend: Backend, ctx: Ctx| backend.sessions().proof(&ctx).await;
    with_loaded(load, move |proof| match proof {
        Ok(proof) => Either::Left(prove_again(&form, proof, t!(manifests_proof), &back)),
        Err(error) => Either::Right(view! { <p class="hint">{error.message()}</p> }),
    })
}

/// Returns the tools that a format is for.
fn message(shape: ExportFormat) -> &'static str {
    match shape {
        ExportFormat::GitSync => t!(manifests_git_sync),
        ExportFormat::SshAuth => t!(manifests_ssh_auth),
        ExportFormat::Rancher => t!(manifests_rancher),
        ExportFormat::Flux => t!(manifests_flux),
        ExportFormat::ArgoCd => t!(manifests_argo_cd),
        ExportFormat::DockerConfigJson => t!(manifests_docker_config),
        ExportFormat::UsernamePassword => t!(manifests_basic_auth),
        ExportFormat::ImageUpdater => t!(manifests_image_updater),
        ExportFormat::Raw => t!(manifests_raw),
    }
}

/// Renders a choice: value, label, and whether it is chosen.
fn select(
    id: &'static str,
    label: &'static str,
    choices: Vec<(&'static str, &'static str, bool)>,
    problem: Option<String>,
) -> impl IntoView {
    let text = FieldText { id, label, mark: "", hint: "" };
    let options =
        choices.into_iter().map(|(value, label, chosen)| option(value, label, chosen)).collect_view();
    let autofocus = problem.is_some();
    select_field(text, options, problem, autofocus)
}

/// Renders a line of text, which is optional; without a text it is a required secret one, which is never filled in.
fn line(
    id: &'static str,
    label: &'static str,
    hint: &'static str,
    value: Option<String>,
    problem: Option<String>,
) -> impl IntoView {
    let optional = value.is_some();
    let mark = if optional { t!(form_optional) } else { t!(form_required) };
    let text = FieldText { id, label, mark, hint };
    // Browsers fill the portal's password into a secret field that says "off".
    let kind = if value.is_some() { Line::TEXT } else { Line::NEW_PASSWORD };
    let line = Line { optional, mono: true, autofocus: problem.is_some(), ..kind };
    line.field(text, value, problem)
}
