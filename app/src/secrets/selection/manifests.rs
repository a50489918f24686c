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
    secret::{ExportFormat, Namespace, SecretId, SecretKind, Selection},
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
            Self::Namespace => Namespace::RULE.to_owned(),
            Self::TokenMissing => "Paste an API token of the scope “Read values”.".to_owned(),
            Self::TokenNotGood => {
                "This is no token of this portal that is good: it may have expired or been revoked. Paste another one.".to_owned()
            }
            Self::TokenNotForThese => {
                "This token may not take out the values of all of these. Paste one of the scope “Read values” that is for \
                 each of them."
                    .to_owned()
            }
            Self::NoUrl(ids) => messages::error(&Error::NoUrl(ids.clone())),
            Self::OtherHost(id) => messages::error(&Error::OtherHost(id.clone())),
            Self::Gone => "Some of them have been deleted meanwhile. Select again what is to be exported.".to_owned(),
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
    with_selected("Export manifests", false, show)
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
        problem.as_ref().map(|problem| rejection("There is a problem", problem.field(), problem.message()));
    let wrong = |field: &str| {
        problem.as_ref().filter(|problem| problem.field() == Some(field)).map(ManifestsProblem::message)
    };
    let shape_of = |kind: SecretKind, id: &'static str, label: &'static str, typed: &str| {
        let any = secrets.iter().any(|secret| secret.id.kind == kind);
        any.then(|| select(id, label, shapes(kind, typed), wrong(id)))
    };
    let command: Vec<String> = left.ids().iter().map(ToString::to_string).collect();
    view! {
        <h1>"Export manifests"</h1>
        <p class="lead">
            "A Kubernetes Secret for each of " <b>{left.count_words()}</b> ", in one file for "
            <code>"kubectl apply"</code> ". Their values are in it: whoever has the file has them."
        </p>
        {alert}
        <form method="post" class="secret-form" novalidate>
            {listed(&secrets, |_| None::<()>)}
            {others}
            {shape_of(SecretKind::GitDataset, "git_shape", "Keys of Git datasets", &typed.git_shape)}
            {shape_of(SecretKind::ImagePull, "image_shape", "Keys of image pull secrets", &typed.image_shape)}
            {line("namespace", "Namespace", "optional", "Without it, they go where kubectl is pointed at.", Some(typed.namespace.clone()), wrong("namespace"))}
            {select("format", "Format", formats(&typed.format), None)}
            {line(
                "token",
                "API token",
                "required",
                "Values leave the portal by a token of the scope “Read values” alone, and are on record under its name. The portal uses it for this file and does not keep it.",
                None,
                wrong("token"),
            )}
            <p class="hint">
                <a href="/tokens/new" target="_blank" rel="noopener">
                    "Add a token in another tab"
                </a>
            </p>
            {proof_asked(rejected_form)}
            <div class="actions">
                {not_done(reason)}
                <a class="button" href=list_before(&ssr::query())>
                    "Back to the secrets"
                </a>
                <button class="primary">{icon!("file")} "Export"</button>
            </div>
        </form>
        <details class="same-command">
            <summary>"On the command line"</summary>
            <pre><code>{format!("latchkey secret manifest {}", command.join(" "))}</code></pre>
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
    view! {
        <p class="hint">
            {gone(selection, secrets)} " With it, nothing can be exported. "
            <a href=with_list(format!("{MANIFESTS}?{}", query.join("&")), &list)>"Go on without"</a>
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
                ManifestFormat::Yaml => "YAML: a document for each",
                ManifestFormat::Json => "JSON: one List",
            };
            (choice.as_str(), words, choice == chosen)
        })
        .collect()
}

/// Renders the proof of who somebody is, because values are in the file.
fn proof_asked(form: FormState) -> impl IntoView {
    const HINT: &str = "The file holds values, so confirm that it is you.";
    let back = format!("{}?{}", MANIFESTS, ssr::query());
    let load = async |backend: Backend, ctx: Ctx| backend.sessions().proof(&ctx).await;
    with_loaded(load, move |proof| match proof {
        Ok(proof) => Either::Left(prove_again(&form, proof, HINT, &back)),
        Err(error) => Either::Right(view! { <p class="hint">{error.message()}</p> }),
    })
}

/// Returns the tools that a format is for.
fn message(shape: ExportFormat) -> &'static str {
    match shape {
        ExportFormat::GitSync => "git-sync: ssh, known_hosts",
        ExportFormat::SshAuth => "Kubernetes ssh-auth: ssh-privatekey",
        ExportFormat::Rancher => "Rancher and Fleet: ssh-publickey, ssh-privatekey, known_hosts",
        ExportFormat::Flux => "Flux: identity, identity.pub, known_hosts",
        ExportFormat::ArgoCd => "Argo CD: url, type, sshPrivateKey",
        ExportFormat::DockerConfigJson => "Pull secret: .dockerconfigjson",
        ExportFormat::UsernamePassword => "Kubernetes basic-auth: username, password",
        ExportFormat::ImageUpdater => "Argo CD Image Updater: credentials",
        ExportFormat::Raw => "The value alone",
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

/// Renders a line of text; without a text it is a secret one, which is never filled in.
fn line(
    id: &'static str,
    label: &'static str,
    mark: &'static str,
    hint: &'static str,
    value: Option<String>,
    problem: Option<String>,
) -> impl IntoView {
    let text = FieldText { id, label, mark, hint };
    // Browsers fill the portal's password into a secret field that says "off".
    let kind = if value.is_some() { Line::TEXT } else { Line::NEW_PASSWORD };
    let line = Line { optional: mark != "required", mono: true, autofocus: problem.is_some(), ..kind };
    line.field(text, value, problem)
}
