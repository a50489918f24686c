//! The section under the form of Add and Edit: the test target, and the button. Its fields belong to the
//! form, and the server renders them, because nothing in them has to respond at once.

use super::{
    answer::{port_hint, ticket_field},
    button::{ANSWER, EnhanceTest, FORM},
};
use crate::{
    secrets::input::{RejectedForm, Typed},
    ui::{area::Area, field::FieldText, line::Line, rendered::rendered},
};
use domain::{
    connection_test::Repository,
    error::{Error, Field},
    secret::SecretKind,
};
use leptos::prelude::*;

/// The test under the form of a secret.
#[component]
pub fn TestSection<'a>(
    /// The content of the fields.
    typed: &'a Typed,
    /// The type of a stored secret; on Add the style sheet shows the fields of the chosen type.
    kind: Option<SecretKind>,
    /// The form that was rejected, if it was.
    rejected: Option<&'a RejectedForm>,
    /// The result of a test of the form, as HTML, if it was tested.
    tested: Option<String>,
    /// The address that the form is sent to for a test.
    address: String,
) -> impl IntoView + use<> {
    let errors = match rejected {
        Some(RejectedForm { error: Some(Error::Invalid(errors)), .. }) => errors.as_slice(),
        _ => &[],
    };
    let first = errors.first().map(|error| error.field);
    let problem = |field| {
        errors.iter().find(|error| error.field == field).map(|error| crate::messages::problem(&error.problem))
    };
    let is_for = |wanted| kind.is_none_or(|kind| kind == wanted);
    let repository = is_for(SecretKind::GitDataset).then(|| {
        let hosts = problem(Field::KnownHosts);
        let port = Repository::parse(&typed.repository).ok().and_then(|repository| repository.port_in_path());
        let open = hosts.is_some() || !typed.known_hosts.is_empty();
        view! {
            <div class="for-git-dataset">
                {line(
                    Field::Repository,
                    "By SSH: git@github.com:group/app.git. A key names no host, so without a repository there is nothing to test.",
                    typed.repository.clone(),
                    problem(Field::Repository),
                    first == Some(Field::Repository),
                )}
                {port.map(|address| view! { <p class="hint">{port_hint(&address)}</p> })}
                <details class="known-hosts" open=open>
                    <summary>"Trusted host keys"</summary>
                    {hosts_area(&typed.known_hosts, hosts, first == Some(Field::KnownHosts))}
                </details>
            </div>
        }
    });
    let image = is_for(SecretKind::ImagePull).then(|| {
        view! {
            <div class="for-image-pull">
                {line(
                    Field::Image,
                    "Such as group/app:tag. Without one, only the username and the password are tested.",
                    typed.image.clone(),
                    problem(Field::Image),
                    first == Some(Field::Image),
                )}
            </div>
        }
    });
    // A form that was rejected after its test is still the tested one.
    let before =
        || if typed.tested.is_empty() { String::new() } else { ticket_field(&typed.tested).to_html() };
    let answer = tested.unwrap_or_else(before);
    rendered(view! {
        <section class="check-section" aria-labelledby="check-title">
            <h2 id="check-title">"Does it work?"</h2>
            {repository}
            {image}
            <button form=FORM formaction=address aria-describedby="test-hint" data-test="Testing…">
                "Test connection"
            </button>
            <EnhanceTest/>
            <p class="hint" id="test-hint">
                "Tries what stands above, and the stored value where none was typed. It can be saved in any case; saved unchanged within 15 minutes, it keeps the result."
            </p>
            <p class="hint without-script">
                "Without JavaScript, a secret or password that was typed must be typed again after a test."
            </p>
            <div id=ANSWER role="status" tabindex="-1" inner_html=answer></div>
        </section>
    })
}

fn line(
    field: Field,
    hint: &'static str,
    value: String,
    problem: Option<String>,
    autofocus: bool,
) -> impl IntoView {
    let text = FieldText { id: field.name(), label: field.label(), mark: "optional", hint };
    Line { optional: true, mono: true, autofocus, form: Some(FORM), ..Line::TEXT }.field(
        text,
        Some(value),
        problem,
    )
}

fn hosts_area(value: &str, problem: Option<String>, autofocus: bool) -> impl IntoView + use<> {
    let field = Field::KnownHosts;
    let hint = "The keys of hosts that are trusted, as in a known_hosts file. Left empty, they are shown for approval at the first test.";
    let text = FieldText { id: field.name(), label: field.label(), mark: "optional", hint };
    Area { autofocus, unwrapped: true, form: Some(FORM), ..Area::TEXT }.field(text, value, problem)
}
