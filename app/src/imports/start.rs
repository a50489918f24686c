//! The first step: a file or a text.

use super::{NotBegun, message};
use crate::{
    failure::LoadFailure,
    help,
    secrets::LIST,
    ssr,
    ui::{
        alert::Alert,
        field::{FieldText, field_frame},
    },
};
use domain::import::{ImportError, ImportProblem};
use leptos::{either::Either, prelude::*};

/// Where an import begins.
#[component]
pub fn ImportPage() -> impl IntoView {
    let refused = use_context::<NotBegun>().map(|NotBegun(error)| error);
    let page = Suspend::new(async move {
        let may = match ssr::request() {
            Ok((backend, ctx)) => backend.imports().may_import(&ctx).await.map_err(ssr::refuse),
            Err(error) => Err(error),
        };
        match may {
            Ok(()) => Either::Left(view! { <Form refused/> }),
            Err(error) => {
                Either::Right(view! { <LoadFailure error heading="Import secrets" noun="secret" list=LIST/> })
            }
        }
    });
    view! { <div class="form-page">{page}</div> }
}

#[component]
fn Form(refused: Option<ImportError>) -> impl IntoView {
    let is_key = refused == Some(ImportError::Problem(ImportProblem::PrivateKey));
    let alert = refused.map(|error| {
        view! {
            <Alert title="Nothing was imported">
                <p>{message(&error)}</p>
                <p>"What you pasted is not sent back to the browser: choose or paste it again."</p>
                {is_key
                    .then(|| {
                        view! {
                            <div class="choices">
                                <a class="button" href="/secrets/new">
                                    "Add a Git Dataset secret"
                                </a>
                            </div>
                        }
                    })}
            </Alert>
        }
    });
    let file = FieldText {
        id: "file",
        label: "File",
        mark: "",
        hint: "A config.json of Docker or Podman, or a manifest with Secrets, as YAML or JSON; at most 192 KiB.",
    };
    let text = FieldText {
        id: "text",
        label: "Or its text",
        mark: "",
        hint: "Pasted as it is. Nothing is saved yet: you choose on the next page.",
    };
    let (file_hint, text_hint) = (file.described_by(false), text.described_by(false));
    let choose_file = view! { <input type="file" id="file" name="file" aria-describedby=file_hint/> };
    let paste = view! {
        <textarea
            id="text"
            name="text"
            class="mono"
            rows="10"
            placeholder="{\"auths\": {\"ghcr.io\": {\"auth\": \"…\"}}}"
            aria-describedby=text_hint
            autocomplete="off"
            autocapitalize="none"
            spellcheck="false"
            wrap="off"
        ></textarea>
    };
    view! {
        <h1>"Import secrets"</h1>
        <p class="lead">
            "From a docker config or Kubernetes Secrets: each credential in it can become a secret of its own."
        </p>
        {alert}
        <form method="post" enctype="multipart/form-data" class="secret-form">
            {field_frame(file, Signal::stored(None), None, choose_file)}
            {field_frame(text, Signal::stored(None), None, paste)}
            <details class="guide">
                <summary>"What can be imported?"</summary>
                {help::guides::importable()}
            </details>
            <div class="actions">
                <a class="button" href=LIST>
                    "Cancel"
                </a>
                <button class="primary">"Continue"</button>
            </div>
        </form>
    }
}
