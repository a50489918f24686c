//! The confirmations before a pending pair is used, discarded or replaced.

use super::{TESTED, key_address, replaced};
use crate::{
    connection_tests::answer::StatusWord,
    messages,
    secrets::{consumers::UsedWarning, load::with_users, page_of},
    ssr,
    texts::Markup,
    ui::{
        ago::Ago,
        confirm::{ConfirmPage, Consequence, NotPossible},
    },
};
use domain::{
    connection_test::{TestCause, TestStatus},
    secret::{NewSshKeyKind, PendingKey, SecretDetails, SecretId, SecretKind, StoredSshKey},
    time::Timestamp,
    usage::SecretConsumers,
};
use leptos::{
    either::{Either, EitherOf3},
    prelude::*,
};

/// The subject of a confirmation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyQuestion {
    /// Whether another pair replaces the pending one.
    Generate,
    /// Whether the pending pair replaces the key in use.
    Switch,
    /// Whether the pending pair is discarded.
    Discard,
}

impl KeyQuestion {
    /// Returns the heading of the page, which is also the label of its button.
    fn heading(self) -> &'static str {
        match self {
            Self::Generate => t!(title_generate_key),
            Self::Switch => t!(title_switch_key),
            Self::Discard => t!(title_discard_key),
        }
    }

    /// Returns the last part of the address, which the form on the page is also sent to.
    fn segment(self) -> &'static str {
        match self {
            Self::Generate => "generate",
            Self::Switch => "switch",
            Self::Discard => "discard",
        }
    }
}

/// The confirmation for the pending pair beside this secret's key.
#[component]
pub fn KeyQuestionPage(id: SecretId, question: KeyQuestion) -> impl IntoView {
    let meant = ssr::query_parameter("fingerprint");
    let ticket = ssr::query_parameter(TESTED).unwrap_or_default();
    let kind = ssr::query_parameter("generate").and_then(|kind| NewSshKeyKind::parse(&kind));
    let show = move |details: SecretDetails, users: SecretConsumers| {
        let query = ssr::query();
        let back = key_address(&details.id, &query);
        let heading = question.heading().to_owned();
        if details.id.kind == SecretKind::ImagePull {
            ssr::set_status(http::StatusCode::NOT_FOUND);
            let reason = t!(key_none_text).to_owned();
            let back = page_of(&details.id, "", &query);
            return EitherOf3::A(view! { <NotPossible heading reason back label=t!(key_to_secret)/> });
        }
        let Some(pending) = details.pending.clone() else {
            // Generating the first pair loses nothing, so its form is sent at once; whoever comes here has an
            // outdated page.
            let reason = t!(key_gone).to_owned();
            return EitherOf3::A(view! { <NotPossible heading reason back label=t!(key_back)/> });
        };
        if meant.is_some_and(|meant| meant != pending.facts.fingerprint) {
            ssr::set_status(http::StatusCode::CONFLICT);
            let reason = replaced();
            return EitherOf3::B(view! { <NotPossible heading reason back label=t!(key_back)/> });
        }
        let action = page_of(&details.id, &format!("key/{}", question.segment()), &query);
        let asked = match question {
            KeyQuestion::Switch => {
                EitherOf3::A(view! { <Switch details=details.clone() users pending ticket/> })
            }
            KeyQuestion::Discard => EitherOf3::B(view! { <Discard details=details.clone() pending/> }),
            KeyQuestion::Generate => {
                let kind = kind.unwrap_or(NewSshKeyKind::Ed25519);
                EitherOf3::C(view! { <Replace details=details.clone() pending kind/> })
            }
        };
        EitherOf3::C(view! {
            <ConfirmPage heading action=Some(action) cancel=back confirm=question.heading()>
                {asked}
            </ConfirmPage>
        })
    };
    with_users(id, true, show)
}

/// The confirmation of a switch, after which the old key is gone.
#[component]
fn Switch(
    details: SecretDetails,
    users: SecretConsumers,
    pending: PendingKey,
    ticket: String,
) -> impl IntoView {
    let SecretDetails { id, display_name, key, .. } = details;
    let old = match key {
        StoredSshKey::Known(facts) => facts.fingerprint,
        StoredSshKey::Unreadable | StoredSshKey::Unknown => t!(key_old_unknown).to_owned(),
    };
    let new = pending.facts.fingerprint;
    let named = page_of(&id, "", &ssr::query());
    let tested = {
        let id = id.clone();
        Suspend::new(async move {
            let cause = came_to(&id, &ticket).await;
            let kept = cause.map(|_| view! { <input type="hidden" name=TESTED value=ticket/> });
            view! {
                {kept}
                {test_result(cause)}
            }
        })
    };
    view! {
        <input type="hidden" name="fingerprint" value=new.clone()/>
        <p>{t!(key_switch_question, name: display_name)}</p>
        <dl>
            <dt>{t!(key_old)}</dt>
            <dd>
                <code>{old}</code>
            </dd>
            <dt>{t!(key_new)}</dt>
            <dd>
                <code>{new}</code>
            </dd>
        </dl>
        {tested}
        <UsedWarning users=&users id=&id page=&named/>
    }
}

/// Returns the result of the test just before, if there was one. A failure counts as no test: the page then
/// warns.
async fn came_to(id: &SecretId, ticket: &str) -> Option<TestCause> {
    let (backend, ctx) = ssr::request().ok()?;
    backend.connection_tests().pending_tested(&ctx, id, ticket).await.ok().flatten()
}

/// Renders the result of the test, and what follows from it.
fn test_result(tested: Option<TestCause>) -> impl IntoView {
    match tested.map(|cause| (cause, cause.status())) {
        Some((_, TestStatus::Works)) => EitherOf3::A(view! {
            <p>
                <StatusWord status=TestStatus::Works/> " " {t!(key_tested_works)}
            </p>
        }),
        Some((cause, status)) => {
            let label = messages::cause_label(cause);
            let status = Markup::rendered(view! { <StatusWord status label/> });
            let said = t!(key_tested_fails, status, cause: messages::cause(cause));
            EitherOf3::B(view! { <Consequence>{said}</Consequence> })
        }
        None => EitherOf3::C(view! {
            <Consequence>{t!(key_not_tested)}</Consequence>
        }),
    }
}

/// The confirmation of discarding; whoever registered the public half has to remove it again.
#[component]
fn Discard(details: SecretDetails, pending: PendingKey) -> impl IntoView {
    let now = details.now;
    view! {
        <input type="hidden" name="fingerprint" value=pending.facts.fingerprint.clone()/>
        <p>{t!(key_discard_question, name: details.display_name)}</p>
        <Waiting pending now/>
    }
}

/// The confirmation of replacing the pending pair by another.
#[component]
fn Replace(details: SecretDetails, pending: PendingKey, kind: NewSshKeyKind) -> impl IntoView {
    let now = details.now;
    view! {
        <input type="hidden" name="generate" value=kind.as_str()/>
        <input type="hidden" name="replaces" value=pending.facts.fingerprint.clone()/>
        <p>{t!(key_replace_question, name: details.display_name)}</p>
        <Waiting pending now/>
    }
}

/// The pending pair.
#[component]
fn Waiting(pending: PendingKey, now: Timestamp) -> impl IntoView {
    let PendingKey { facts, made_at, made_by } = pending;
    let when = Markup::rendered(view! { <Ago at=made_at now/> });
    let comment = match facts.comment.as_str() {
        "" => Either::Left(()),
        comment => Either::Right(view! {
            <dt>{t!(key_comment)}</dt>
            <dd>{comment.to_owned()}</dd>
        }),
    };
    view! {
        <dl>
            <dt>{t!(key_doomed)}</dt>
            <dd>
                <code>{facts.fingerprint.clone()}</code>
            </dd>
            {comment}
            <dt>{t!(key_made)}</dt>
            <dd>{t!(key_made_by, when, name: made_by)}</dd>
        </dl>
    }
}
