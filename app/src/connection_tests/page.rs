//! The connection of a stored secret: its status, and the button to test it.

use super::answer::{Answer, Approval, CauseWord, class_of, refs_text, shown_cause, tested, unused_text};
use crate::{
    failure::{Noun, Subject, loaded},
    messages,
    secrets::{LIST, back_label, page_beside, page_of, place_before},
    ssr, texts,
    ui::{icon::icon, rendered::rendered},
};
use backend::{Backend, Ctx};
use domain::{
    access::Role,
    connection_test::{Refs, TestCause, TestReport, TestState, TrustedKey},
    error::{Error, Field},
    secret::{SecretDetails, SecretId, SecretKind},
    time::Timestamp,
};
use leptos::{either::Either, prelude::*};

/// The result of a form that this page answers.
pub type TestResult = Result<TestReport, Error>;

/// The page of a secret's connection.
#[component]
pub fn TestPage(
    id: SecretId,
    /// The result of the form that this page answers.
    outcome: Option<TestResult>,
) -> impl IntoView {
    let load = move |backend: Backend, ctx: Ctx| async move {
        let report = outcome.transpose()?;
        let details = backend.secrets().get(&ctx, &id).await?;
        let state = backend.connection_tests().state(&ctx, &id).await?;
        Ok((details, state, report))
    };
    let subject = Subject { heading: t!(test_heading), noun: Noun::Secret, list: LIST };
    let page = loaded(subject, load, |(details, state, report)| view! { <Shown details state report/> });
    view! { <div class="form-page">{page}</div> }
}

/// The stored result of the last test.
#[component]
fn Kept(
    cause: TestCause,
    refs: Option<Refs>,
    /// The time of the last test, and who made it.
    last: Option<(Timestamp, String)>,
    now: Timestamp,
) -> impl IntoView {
    view! {
        <div class=format!("check-result {}", class_of(cause))>
            <p>
                <CauseWord cause/>
            </p>
            <p>{messages::cause(cause)}</p>
            {refs.as_ref().map(|refs| view! { <p>{refs_text(refs)}</p> })}
            {last.map(|(at, by)| view! { <p class="hint">{tested(at, now, &by)}</p> })}
        </div>
    }
}

#[component]
fn Shown(
    details: SecretDetails,
    state: TestState,
    /// The result of the test that was just made, if it has more than the stored one.
    report: Option<TestReport>,
) -> impl IntoView {
    let SecretDetails { id, display_name, .. } = details;
    let cause = shown_cause(id.kind, &state);
    let TestState { last, refs, target, trusted, unused, now, .. } = state;
    let may_write = ssr::may(Role::Editor);
    let from = ssr::query();
    let back = place_before(&from, &id);
    let approves = report.as_ref().is_some_and(|report| report.cause.asks_for_approval());
    // The keys come with a test.
    let test_words = if report.is_none() && cause.asks_for_approval() {
        t!(secret_review_host_keys)
    } else {
        t!(test_connection)
    };
    let approval = Approval::OfStored { id: id.clone(), new_tab: false, query: from.clone() };
    let result = match report {
        Some(report) => Either::Left(view! { <Answer report approval=&approval/> }),
        None => Either::Right(view! { <Kept cause refs last now/> }),
    };
    let what = texts::field(match id.kind {
        SecretKind::GitDataset => Field::Repository,
        SecretKind::ImagePull => Field::Image,
    });
    let (address, name) = (page_of(&id, "", &from), id.name.as_str());
    let lead = t!(test_lead, kind: texts::kind(id.kind), address, display_name, name);
    let edit = page_beside(&id, "edit", &from);
    let action = page_beside(&id, "check", &from);
    // Without a repository, adding one is the next step.
    let (edit_words, edit_is_next, test_is_next) = if cause == TestCause::NoRepository {
        (t!(secret_step_repository), true, false)
    } else if approves {
        // Trusting the keys is.
        (t!(secret_edit), false, false)
    } else {
        (t!(secret_edit), false, true)
    };
    rendered(view! {
        <h1>{t!(test_heading)}</h1>
        <p class="lead">{lead}</p>
        {result}
        <dl>
            {details.registry_host.map(|host| view! { <dt>{texts::field(Field::RegistryHost)}</dt> <dd>{host}</dd> })}
            <dt>{what}</dt>
            <dd>{target.unwrap_or_else(|| t!(test_no_target).to_owned())}</dd>
        </dl>
        {(!trusted.is_empty()).then(|| view! { <Trusted keys=trusted/> })}
        {unused_text(&unused).map(|text| view! { <p class="hint">{text}</p> })}
        <div class="actions">
            <a class="button" href=back>
                {back_label(&from)}
            </a>
            {may_write
                .then(|| {
                    view! {
                        <a class="button" class:primary=edit_is_next href=edit>
                            {edit_words}
                        </a>
                        <form method="post" action=action>
                            <button class:primary=test_is_next>{icon!("plug")} {test_words}</button>
                        </form>
                    }
                })}
        </div>
    })
}

/// The trusted hosts, with a heading.
#[component]
fn Trusted(keys: Vec<TrustedKey>) -> impl IntoView {
    view! {
        <h2>{t!(secret_trusted_keys)}</h2>
        <TrustedKeys keys/>
        <p class="hint">{t!(test_hosts_hint)}</p>
    }
}

/// The trusted hosts, as a list.
#[component]
pub fn TrustedKeys(keys: Vec<TrustedKey>) -> impl IntoView {
    let rows = keys
        .into_iter()
        .map(|key| {
            view! {
                <li>
                    {key.hosts.unwrap_or_else(|| t!(test_hashed_name).to_owned())}
                    " "
                    <code>{key.algorithm}</code>
                    " "
                    <code>{key.fingerprint.unwrap_or_else(|| t!(test_unreadable_key).to_owned())}</code>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="host-keys">{rows}</ul> }
}
