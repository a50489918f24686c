//! The first step: a file or a text.

use super::IMPORT;
use crate::{
    connection_tests::{
        button::{EnhanceTest, FORM},
        section::{busy, place},
    },
    failure::{Noun, Subject, loaded},
    help,
    secrets::LIST,
    ui::{
        alert::Alert,
        area::Area,
        confirm::not_done,
        field::{FieldText, field_frame},
        rendered::rendered,
    },
};
use backend::{Backend, Ctx};
use domain::{error::Error, import::ImportProblem};
use leptos::prelude::*;

/// The address of the first step.
#[component]
pub fn ImportPage(
    /// The reason why an import was not begun. The pasted text is not sent back.
    rejected: Option<Error>,
) -> impl IntoView {
    let load = async |backend: Backend, ctx: Ctx| backend.imports().may_import(&ctx).await;
    let subject = Subject { heading: "Import secrets", noun: Noun::Secret, list: LIST };
    let page = loaded(subject, load, |()| view! { <Form rejected/> });
    view! { <div class="form-page">{page}</div> }
}

/// Returns why nothing was imported, for the form that still has the pasted text.
pub fn not_imported(error: &Error) -> String {
    let is_key = *error == Error::Import(ImportProblem::PrivateKey);
    let said = match error {
        Error::NotSignedIn => {
            "Your session expired. Sign in in another tab, then press Continue again.".to_owned()
        }
        error => crate::messages::error(error),
    };
    view! {
        <Alert title="Nothing was imported">
            <p>{said}</p>
            {is_key.then(add_key)}
        </Alert>
    }
    .to_html()
}

fn add_key() -> impl IntoView {
    view! {
        <div class="choices">
            <a class="button" href="/secrets/new">
                "Add a Git Dataset secret"
            </a>
        </div>
    }
}

#[component]
fn Form(rejected: Option<Error>) -> impl IntoView {
    let is_key = rejected == Some(Error::Import(ImportProblem::PrivateKey));
    let reason = rejected.as_ref().map(crate::messages::error);
    let alert = reason.clone().map(|said| {
        view! {
            <Alert title="Nothing was imported">
                <p>{said}</p>
                <p>
                    "For security your text isn’t kept. Choose or paste it again, or go back to find it."
                </p>
                {is_key.then(add_key)}
            </Alert>
        }
    });
    let file = FieldText {
        id: "file",
        label: "File",
        mark: "",
        hint: "A config.json of Docker or Podman, or a manifest with Secrets, as YAML or JSON; at most 16 MiB, such as a whole cluster’s.",
    };
    let text = FieldText {
        id: "text",
        label: "Or its text",
        mark: "",
        hint: "You choose what to import on the next page.",
    };
    let file_hint = file.described_by(false);
    let choose_file = view! { <input type="file" id="file" name="file" aria-describedby=file_hint/> };
    let example = Some("{\"auths\": {\"ghcr.io\": {\"auth\": \"…\"}}}");
    let paste = Area { rows: 10, placeholder: example, unwrapped: true, ..Area::TEXT };
    rendered(view! {
        <h1>"Import secrets"</h1>
        <p class="lead">
            "Import registry accounts and SSH keys from a Docker config or Kubernetes Secrets."
        </p>
        {alert}
        <form id=FORM method="post" enctype="multipart/form-data" class="secret-form">
            {field_frame(file, Signal::stored(None), None, choose_file)}
            {paste.field(text, "", None)}
            <details class="guide">
                <summary>"What can be imported?"</summary>
                {help::guides::importable()}
            </details>
            <div class="actions">
                {not_done(reason)}
                <a class="button" href=LIST>
                    "Cancel"
                </a>
                <button class="primary" formaction=IMPORT data-test=busy("Reading…", "Cancel", "Canceled. Nothing was imported.")>
                    "Continue"
                </button>
            </div>
            <EnhanceTest/>
            {place(String::new())}
        </form>
    })
}
