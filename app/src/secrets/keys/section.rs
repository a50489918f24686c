//! The sections about a secret's key, on its own page and on those of the secret.

use super::{NewKeyTested, TESTED};
use crate::{
    connection_tests::answer::{Answer, Approval},
    secrets::{LIST, page_of},
    ssr,
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
    let title = if pending.is_some() { "Key in use" } else { "Public key" };
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
            <h2 id="key-title">"Public key"</h2>
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
                <Facts facts label="Public key" field="public-key" download=format!("{LIST}/{id}/key.pub")/>
                {steps}
            })
        }
        StoredSshKey::Unreadable => EitherOf3::B(view! {
            <p>"The stored key was saved before keys were checked, and can't be read. Replace it: nothing can pull with it."</p>
        }),
        StoredSshKey::Unknown => EitherOf3::C(view! {
            <p>"The stored key was saved before keys were checked. Latchkey is reading it now: load this page again in a minute."</p>
        }),
    }
}

/// Type, fingerprint and comment, and the public key to copy or download.
#[component]
fn Facts(facts: SshKeyFacts, label: &'static str, field: &'static str, download: String) -> impl IntoView {
    let comment = (!facts.comment.is_empty()).then(|| {
        view! {
            <dt>"Comment"</dt>
            <dd>{facts.comment.clone()}</dd>
        }
    });
    view! {
        <dl>
            <dt>"Type"</dt>
            <dd>{facts.kind()}</dd>
            <dt>"Fingerprint"</dt>
            <dd>
                <code>{facts.fingerprint.clone()}</code>
            </dd>
            {comment}
        </dl>
        <div class="field">
            <div class="label-line">
                <label for=field>{label}</label>
                <a href=download download>
                    "Download .pub"
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
                    <p>"Test that the repository accepts the new key:"</p>
                    {result}
                    <form method="post" action=format!("{}#{TEST_RESULT}", action("check"))>
                        {fingerprint()}
                        <button class=test>{icon!("plug")} "Test the new key"</button>
                    </form>
                </li>
                <li>
                    <p>"Switch to it. This deletes the current key and can't be undone:"</p>
                    <form method="get" action=action("switch")>
                        {fingerprint()}
                        {list_field()}
                        {came_to}
                        <button class=switch>"Switch to the new key"</button>
                    </form>
                </li>
            </ol>
            <form method="get" action=action("discard")>
                {fingerprint()}
                {list_field()}
                <button class="quiet">{icon!("bin")} "Discard the new key"</button>
            </form>
        }
    });
    view! {
        <div class="pending">
            <h2>"New key, not in use yet"</h2>
            <p>
                "Generated " <Ago at=made_at now/> {format!(" by {made_by}.")}
                " The current key stays active until you switch."
            </p>
            <Facts facts label="New public key" field="new-public-key" download=new_public_key/>
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
        (_, TestStatus::Works) => Some("The new key works. You can switch to it."),
        (cause, _) if cause.asks_for_approval() => {
            Some("Trusting them tests the key in use. Come back here afterwards to test the new one.")
        }
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
    let words = if waiting.is_some() {
        "This replaces the new key above; the current key stays active."
    } else {
        "Creates a second key. The current key stays active until you switch."
    };
    view! {
        <form method=method action=page_of(&id, "key/generate", &ssr::query()) class="rotate">
            <p class="hint">{words}</p>
            {waiting.map(|fingerprint| view! { <input type="hidden" name="fingerprint" value=fingerprint/> {list_field()} })}
            <div class="choices">
                <button name="generate" value=NewSshKeyKind::Ed25519.as_str()>
                    {icon!("key")}
                    "Generate a new key pair"
                </button>
                <button name="generate" value=NewSshKeyKind::Rsa4096.as_str() class="quiet">
                    "RSA 4096, for old servers"
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
            <p>"Add the public key to the repository, read-only:"</p>
            {place(
                "GitHub",
                [
                    "In the repository, open Settings, then Deploy keys, and press Add deploy key.",
                    "Give it a title that names this portal, and paste the public key. Leave Allow write access unticked.",
                    "Press Add key. A key serves one repository there: another one wants a secret of its own, or an account for machines that has the key.",
                ],
            )}
            {place(
                "GitLab",
                [
                    "In the project, open Settings, then Repository, and expand Deploy keys.",
                    "Press Add new key, give it a title, and paste the public key. Leave Grant write permissions unticked.",
                    "Press Add key. For further projects enable the same key there, under Privately accessible deploy keys.",
                ],
            )}
            {place(
                "Bitbucket",
                [
                    "In the repository, open Repository settings, then Access keys.",
                    "Press Add key, give it a label, and paste the public key. Access keys only read.",
                    "Press Add SSH key. For several repositories add it to their project instead.",
                ],
            )}
            {place(
                "Gitea",
                [
                    "In the repository, open Settings, then Deploy Keys, and press Add Deploy Key.",
                    "Give it a title, and paste the public key. Leave Enable Write Access unticked.",
                    "Press Add Deploy Key.",
                ],
            )}
        </div>
    }
}
