//! The sections about a secret's key, on its own page and on those of the secret.

use super::{NewKeyTested, TESTED};
use crate::{
    connection_tests::answer::{Answer, Approval},
    secrets::{LIST, page_of},
    ssr,
    texts::Markup,
    ui::{ago::Ago, copy::CopyButton, icon::icon, rendered::rendered},
};
use domain::{
    access::Role,
    connection_test::{TestReport, TestStatus},
    secret::{NewSshKeyKind, PendingKey, SecretDetails, SecretId, SecretKind, SshKeyFacts, StoredSshKey},
    time::Timestamp,
};
use leptos::{either::EitherOf3, prelude::*};

/// The facts about the key, the pending key, and the form for a new one. Empty for secrets without a key.
#[component]
pub fn KeySection(
    details: SecretDetails,
    /// The result of a test of the pending key that was just made.
    #[prop(optional_no_strip)]
    tested: Option<NewKeyTested>,
) -> impl IntoView {
    let SecretDetails { id, key, pending, now, .. } = details;
    if id.kind == SecretKind::ImagePull {
        return None;
    }
    let may_write = ssr::may(Role::Editor);
    let title = if pending.is_some() { t!(key_in_use) } else { t!(key_public) };
    let known = known_key(&id, key, pending.is_none());
    let waiting = pending.as_ref().map(|pending| pending.facts.fingerprint.clone());
    let pending = pending.map(|pending| view! { <Pending id=id.clone() pending tested now may_write/> });
    let offer = may_write.then(|| view! { <Rotate id=id.clone() waiting/> });
    Some(rendered(view! {
        <section class="key-section" aria-labelledby="key-title">
            {pending}
            <h2 id="key-title">{title}</h2>
            {known}
            {offer}
        </section>
    }))
}

/// The public half of the key in use, on the page of its secret.
#[component]
pub fn PublicKey(details: SecretDetails) -> impl IntoView {
    let SecretDetails { id, key, pending, .. } = details;
    let known = known_key(&id, key, pending.is_none());
    view! {
        <section class="key-section" aria-labelledby="key-title">
            <h2 id="key-title">{t!(key_public)}</h2>
            {known}
        </section>
    }
}

/// Renders the facts of the key in use, with the steps to add its public half to a repository unless another pair waits.
fn known_key(id: &SecretId, key: StoredSshKey, with_steps: bool) -> impl IntoView + use<> {
    match key {
        StoredSshKey::Known(facts) => {
            let steps = with_steps.then(Steps);
            EitherOf3::A(view! {
                <Facts facts label=t!(key_public) field="public-key" download=format!("{LIST}/{id}/key.pub")/>
                {steps}
            })
        }
        StoredSshKey::Unreadable => EitherOf3::B(view! {
            <p>{t!(key_unreadable)}</p>
        }),
        StoredSshKey::Unknown => EitherOf3::C(view! {
            <p>{t!(key_unknown)}</p>
        }),
    }
}

/// Type, fingerprint and comment, and the public key to copy or download.
#[component]
fn Facts(facts: SshKeyFacts, label: &'static str, field: &'static str, download: String) -> impl IntoView {
    let comment = (!facts.comment.is_empty()).then(|| {
        view! {
            <dt>{t!(key_comment)}</dt>
            <dd>{facts.comment.clone()}</dd>
        }
    });
    let kind = t!(key_kind, algorithm: facts.algorithm.label(), bits: facts.bits);
    view! {
        <dl>
            <dt>{t!(key_type)}</dt>
            <dd>{kind}</dd>
            <dt>{t!(key_fingerprint)}</dt>
            <dd>
                <code>{facts.fingerprint.clone()}</code>
            </dd>
            {comment}
        </dl>
        <div class="field">
            <div class="label-line">
                <label for=field>{label}</label>
                <a href=download download>
                    {t!(key_download)}
                </a>
            </div>
            <div class="with-button">
                <input type="text" id=field class="mono" readonly value=facts.public_line() autocomplete="off"/>
                <CopyButton target=field.to_owned()/>
            </div>
        </div>
    }
}

/// The pending pair, and what can be done with it.
#[component]
fn Pending(
    id: SecretId,
    pending: PendingKey,
    tested: Option<NewKeyTested>,
    now: Timestamp,
    may_write: bool,
) -> impl IntoView {
    let PendingKey { facts, made_at, made_by } = pending;
    let new_public_key = format!("{LIST}/{id}/key/new.pub");
    let fingerprint = facts.fingerprint.clone();
    // So that the confirmation repeats it, and the key keeps it when it is in use.
    let came_to = tested.as_ref().map(|tested| {
        view! { <input type="hidden" name=TESTED value=tested.ticket.clone()/> }
    });
    let tested = tested.map(|tested| tested.report);
    let works = tested.as_ref().is_some_and(|report| report.cause.status() == TestStatus::Works);
    let steps = may_write.then(|| {
        let action = |part: &str| page_of(&id, &format!("key/{part}"), &ssr::query());
        let fingerprint = || view! { <input type="hidden" name="fingerprint" value=fingerprint.clone()/> };
        // The next thing to do, which is never to switch to a key that does not work.
        let (test, switch) = if works { ("", "primary") } else { ("primary", "") };
        let result = tested.map(|report| view! { <TestResult id=id.clone() report/> });
        view! {
            <ol class="next-steps">
                <li>{Steps()}</li>
                <li>
                    <p>{t!(key_test_step)}</p>
                    {result}
                    <form method="post" action=format!("{}#{TEST_RESULT}", action("check"))>
                        {fingerprint()}
                        <button class=test>{icon!("plug")} {t!(key_test)}</button>
                    </form>
                </li>
                <li>
                    <p>{t!(key_switch_step)}</p>
                    <form method="get" action=action("switch")>
                        {fingerprint()}
                        {list_field()}
                        {came_to}
                        <button class=switch>{t!(title_switch_key)}</button>
                    </form>
                </li>
            </ol>
            <form method="get" action=action("discard")>
                {fingerprint()}
                {list_field()}
                <button class="quiet">{icon!("bin")} {t!(title_discard_key)}</button>
            </form>
        }
    });
    let when = Markup::rendered(view! { <Ago at=made_at now/> });
    view! {
        <div class="pending">
            <h2>{t!(key_waiting)}</h2>
            <p>{t!(key_generated, when, name: made_by)}</p>
            <Facts facts label=t!(key_new_public) field="new-public-key" download=new_public_key/>
            {steps}
        </div>
    }
}

/// Renders the field with the list that the person came from, for forms that are sent by GET, which lose their address's query.
fn list_field() -> impl IntoView {
    ssr::query_parameter("list").map(|list| view! { <input type="hidden" name="list" value=list/> })
}

/// The id of the result of a test of the new key.
const TEST_RESULT: &str = "new-key-result";

/// The result of a test of the pending key, and what can be done next.
#[component]
fn TestResult(id: SecretId, report: TestReport) -> impl IntoView {
    let next = match (report.cause, report.cause.status()) {
        (_, TestStatus::Works) => Some(t!(key_works)),
        (cause, _) if cause.asks_for_approval() => Some(t!(key_approve_first)),
        _ => None,
    };
    let approval = Approval::OfStored { id, new_tab: false, query: ssr::query() };
    view! {
        <div id=TEST_RESULT role="status">
            <Answer report approval=&approval/>
            {next.map(|next| view! { <p>{next}</p> })}
        </div>
    }
}

/// The form for a new pair beside the one in use.
#[component]
fn Rotate(
    id: SecretId,
    /// The fingerprint of the pending pair, which would be replaced: only after confirmation.
    waiting: Option<String>,
) -> impl IntoView {
    let method = if waiting.is_some() { "get" } else { "post" };
    let words = if waiting.is_some() { t!(key_replace_hint) } else { t!(key_generate_hint) };
    view! {
        <form method=method action=page_of(&id, "key/generate", &ssr::query()) class="rotate">
            <p class="hint">{words}</p>
            {waiting.map(|fingerprint| view! { <input type="hidden" name="fingerprint" value=fingerprint/> {list_field()} })}
            <div class="choices">
                <button name="generate" value=NewSshKeyKind::Ed25519.as_str()>
                    {icon!("key")}
                    {t!(title_generate_key)}
                </button>
                <button name="generate" value=NewSshKeyKind::Rsa4096.as_str() class="quiet">
                    {t!(key_generate_rsa)}
                </button>
            </div>
        </form>
    }
}

/// The steps to register the public key, in the terms of each host.
#[component]
fn Steps() -> impl IntoView {
    let place = |name: &'static str, steps: [&'static str; 3]| {
        let steps = steps.map(|step| view! { <li>{step}</li> }).collect_view();
        view! {
            <details>
                <summary>{name}</summary>
                <ol>{steps}</ol>
            </details>
        }
    };
    view! {
        <div class="steps">
            <p>{t!(key_steps)}</p>
            {place(t!(key_github), [t!(key_github_open), t!(key_github_paste), t!(key_github_add)])}
            {place(t!(key_gitlab), [t!(key_gitlab_open), t!(key_gitlab_paste), t!(key_gitlab_add)])}
            {place(t!(key_bitbucket), [t!(key_bitbucket_open), t!(key_bitbucket_paste), t!(key_bitbucket_add)])}
            {place(t!(key_gitea), [t!(key_gitea_open), t!(key_gitea_paste), t!(key_gitea_add)])}
        </div>
    }
}
