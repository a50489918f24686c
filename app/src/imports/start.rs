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
    let subject = Subject { heading: t!(imports_heading), noun: Noun::Secret, list: LIST };
    let page = loaded(subject, load, |()| view! { <Form rejected/> });
    view! { <div class="form-page">{page}</div> }
}

/// Returns why nothing was imported, for the form that still has the pasted text.
pub fn not_imported(error: &Error) -> String {
    let is_key = *error == Error::Import(ImportProblem::PrivateKey);
    let said = match error {
        Error::NotSignedIn => t!(imports_signed_out).to_owned(),
        error => crate::messages::error(error),
    };
    view! {
        <Alert title=t!(imports_nothing)>
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
                {t!(imports_add_key)}
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
            <Alert title=t!(imports_nothing)>
                <p>{said}</p>
                <p>{t!(imports_not_kept)}</p>
                {is_key.then(add_key)}
            </Alert>
        }
    });
    let file = FieldText { id: "file", label: t!(imports_file), mark: "", hint: t!(imports_file_hint) };
    let text = FieldText { id: "text", label: t!(imports_text), mark: "", hint: t!(imports_text_hint) };
    let file_hint = file.described_by(false);
    let choose_file = view! { <input type="file" id="file" name="file" aria-describedby=file_hint/> };
    let example = Some("{\"auths\": {\"ghcr.io\": {\"auth\": \"…\"}}}");
    let paste = Area { rows: 10, placeholder: example, unwrapped: true, ..Area::TEXT };
    rendered(view! {
        <h1>{t!(imports_heading)}</h1>
        <p class="lead">{t!(imports_lead)}</p>
        {alert}
        <form id=FORM method="post" enctype="multipart/form-data" class="secret-form">
            {field_frame(file, Signal::stored(None), None, choose_file)}
            {paste.field(text, "", None)}
            <details class="guide">
                <summary>{t!(imports_what)}</summary>
                {help::guides::importable()}
            </details>
            <div class="actions">
                {not_done(reason)}
                <a class="button" href=LIST>
                    {t!(page_cancel)}
                </a>
                <button class="primary" formaction=IMPORT data-test=busy(t!(imports_reading), t!(page_cancel), t!(imports_canceled))>
                    {t!(imports_continue)}
                </button>
            </div>
            <EnhanceTest/>
            {place(String::new())}
        </form>
    })
}
