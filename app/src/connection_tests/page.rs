//! The connection of a stored secret: its status, and the button to test it.

use super::answer::{Answer, Approval, StatusWord, refs_text, unused_text};
use crate::{
    failure::{Subject, loaded},
    secrets::{LIST, list_before},
    ssr,
    ui::{ago::Ago, icon::icon, rendered::rendered},
};
use backend::{Backend, Ctx};
use domain::{
    access::Role,
    connection_test::{Refs, TestCause, TestReport, TestState, TrustedKey},
    error::Error,
    percent,
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
    let subject = Subject { heading: "Connection", noun: "secret", list: LIST };
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
        <div class=format!("check-result {}", cause.status().as_str())>
            <p>
                <StatusWord status=cause.status()/>
            </p>
            <p>{cause.message()}</p>
            {refs.as_ref().map(|refs| view! { <p>{refs_text(refs)}</p> })}
            {last
                .map(|(at, by)| {
                    view! {
                        <p class="hint">
                            "Tested " <Ago at now/> {format!(" by {by}.")}
                        </p>
                    }
                })}
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
    let TestState { cause, last, refs, target, trusted, unused, now } = state;
    // Before the first test there may be no test target, which a test would only report again.
    let cause = match cause {
        TestCause::NeverTested if id.kind == SecretKind::GitDataset && target.is_none() => {
            TestCause::NoRepository
        }
        cause => cause,
    };
    let may_write = ssr::may(Role::Editor);
    let back = list_before(&ssr::query());
    let query = match ssr::query_parameter("list") {
        Some(list) => format!("?list={}", percent::encode(&list)),
        None => String::new(),
    };
    let approval = Approval::OfStored { id: id.clone(), new_tab: false };
    let result = match report {
        Some(report) => Either::Left(view! { <Answer report approval=&approval/> }),
        None => Either::Right(view! { <Kept cause refs last now/> }),
    };
    let what = if id.kind == SecretKind::GitDataset { "Test repository" } else { "Test image" };
    let edit = format!("{LIST}/{id}/edit{query}");
    let action = format!("{LIST}/{id}/check{query}");
    // Without a repository, adding one is the next step.
    let (edit_words, edit_class, test_class) = if cause == TestCause::NoRepository {
        ("Enter a repository to try", "button primary", "")
    } else {
        ("Edit", "button", "primary")
    };
    rendered(view! {
        <h1>"Connection"</h1>
        <p class="lead">{id.kind.label()} " " <b>{display_name}</b> " (" <code>{id.name.as_str().to_owned()}</code> ")"</p>
        {result}
        <dl>
            {details.registry_host.map(|host| view! { <dt>"Registry Host"</dt> <dd>{host}</dd> })}
            <dt>{what}</dt>
            <dd>{target.unwrap_or_else(|| "none".to_owned())}</dd>
        </dl>
        {(!trusted.is_empty()).then(|| view! { <Trusted keys=trusted/> })}
        {unused_text(&unused).map(|text| view! { <p class="hint">{text}</p> })}
        <div class="actions">
            <a class="button" href=back>
                "Back to the secrets"
            </a>
            {may_write
                .then(|| {
                    view! {
                        <a class=edit_class href=edit>
                            {edit_words}
                        </a>
                        <form method="post" action=action>
                            <button class=test_class>{icon!("plug")} "Test connection"</button>
                        </form>
                    }
                })}
        </div>
    })
}

/// The trusted hosts.
#[component]
fn Trusted(keys: Vec<TrustedKey>) -> impl IntoView {
    let rows = keys
        .into_iter()
        .map(|key| {
            view! {
                <li>
                    {key.hosts.unwrap_or_else(|| "a hashed name".to_owned())}
                    " "
                    <code>{key.algorithm}</code>
                    " "
                    <code>{key.fingerprint.unwrap_or_else(|| "a key that cannot be read".to_owned())}</code>
                </li>
            }
        })
        .collect_view();
    view! {
        <h2>"Trusted host keys"</h2>
        <ul class="host-keys">{rows}</ul>
        <p class="hint">"A host that has changed its key is trusted again only once its old lines are taken out, under Edit."</p>
    }
}
