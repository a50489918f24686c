//! The part of a secret's form that tests it: the test target, the place for the result, and the button. The server renders
//! them, because nothing in them has to respond at once.

use super::{
    answer::{port_hint, ticket_field},
    button::ANSWER,
};
use crate::{
    error::ApiError,
    secrets::{
        input::{RejectedForm, Typed},
        server_markup::ServerMarkup,
    },
    texts,
    ui::{area::Area, field::FieldText, line::Line},
};
use domain::{
    connection_test::Repository,
    error::{Error, Field},
    secret::SecretKind,
};
use leptos::prelude::*;

/// Renders the test target, and the place for the result.
pub fn target(
    // The content of the fields.
    typed: &Typed,
    // The type of a stored secret; on Add the style sheet shows the fields of the chosen type.
    kind: Option<SecretKind>,
    // The form that was rejected, if it was.
    rejected: Option<&RejectedForm>,
    // The result of a test of the form, as HTML, if it was tested.
    tested: Option<String>,
    // The fields between the target and the result.
    more: impl IntoView,
) -> ServerMarkup {
    let errors = match rejected {
        Some(RejectedForm { error: Some(ApiError::Rejected(Error::Invalid(errors), _)), .. }) => {
            errors.as_slice()
        }
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
                    t!(test_repository_hint),
                    typed.repository.clone(),
                    problem(Field::Repository),
                    first == Some(Field::Repository),
                )}
                {port.map(|address| view! { <p class="hint">{port_hint(&address)}</p> })}
                <details class="known-hosts" open=open>
                    <summary>{t!(secret_trusted_keys)}</summary>
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
                    t!(test_image_hint),
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
    ServerMarkup::render(view! {
        {repository}
        {image}
        {more}
        {place(answer)}
    })
}

/// Renders the place for the result of a test, with this one in it.
pub fn place(answer: String) -> impl IntoView {
    view! { <div id=ANSWER role="status" tabindex="-1" data-failed=t!(test_no_answer) inner_html=answer></div> }
}

/// Renders the button that tests the form, by sending it to this address.
pub fn button(
    address: &str,
    hint: &'static str,
    // Whether the form has a value, which has to be entered again where no script keeps it.
    has_value: bool,
) -> impl IntoView + use<> {
    let again =
        has_value.then(|| view! { " " <span class="without-script">{t!(test_without_script)}</span> });
    view! {
        <div class="test">
            <button
                formaction=address.to_owned()
                aria-describedby="test-hint"
                data-test=busy(t!(test_running), t!(test_cancel), t!(test_canceled))
            >
                {t!(test_connection)}
            </button>
            <p class="hint" id="test-hint">
                {hint} {again}
            </p>
        </div>
    }
}

/// Renders the place of the result while a test runs: the words, a bar that moves, and the button that ends the wait, with
/// the text for then.
pub fn busy(words: &'static str, stop: &'static str, stopped: &'static str) -> String {
    view! {
        <div class="busy">
            <span>{words}</span>
            <button type="button" class="link" data-stop=stopped>
                {stop}
            </button>
        </div>
    }
    .to_html()
}

fn line(
    field: Field,
    hint: &'static str,
    value: String,
    problem: Option<String>,
    autofocus: bool,
) -> impl IntoView {
    let text = FieldText { id: field.name(), label: texts::field(field), mark: t!(form_optional), hint };
    Line { optional: true, mono: true, autofocus, ..Line::TEXT }.field(text, Some(value), problem)
}

fn hosts_area(value: &str, problem: Option<String>, autofocus: bool) -> impl IntoView + use<> {
    let field = Field::KnownHosts;
    let hint = t!(test_known_hosts_hint);
    let text = FieldText { id: field.name(), label: texts::field(field), mark: t!(form_optional), hint };
    Area { autofocus, unwrapped: true, ..Area::TEXT }.field(text, value, problem)
}
