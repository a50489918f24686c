//! The confirmations before a version is rolled back to, or its value destroyed.

use super::{belongs, reason};
use crate::{
    failure::{Noun, Subject, loaded},
    messages,
    secrets::{LIST, consumers::UsedWarning, dates, page_of},
    ssr,
    texts::{self, Markup},
    ui::{
        ago::Ago,
        alert::Alert,
        confirm::{ConfirmPage, Consequence, NotPossible},
        field::FieldText,
        select::{option, select_field},
    },
};
use backend::{Backend, Ctx};
use domain::{
    error::{Error, Field},
    secret::{RollbackTest, SecretDetails, SecretId, SecretVersion, VersionState},
    time::Timestamp,
    usage::SecretConsumers,
};
use leptos::{
    either::{Either, EitherOf3},
    prelude::*,
};

/// The subject of a confirmation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VersionQuestion {
    /// Whether the value comes back into use.
    RollBack,
    /// Whether the value is destroyed.
    Destroy,
}

impl VersionQuestion {
    /// Returns the last part of the address, which the form on the page is also sent to.
    pub fn segment(self) -> &'static str {
        match self {
            Self::RollBack => "rollback",
            Self::Destroy => "destroy",
        }
    }

    /// Returns the label of the button.
    fn label(self) -> &'static str {
        match self {
            Self::RollBack => t!(version_roll_back),
            Self::Destroy => t!(version_destroy),
        }
    }
}

/// The answer to a form after which nothing was done.
#[derive(Clone, Debug, PartialEq)]
pub struct VersionNotDone {
    /// The version that was meant; `None` if the form named none.
    pub number: Option<i64>,
    /// The test that was chosen.
    pub test: RollbackTest,
    /// The reason.
    pub error: Error,
}

/// The confirmation for a version of this secret.
#[component]
pub fn VersionQuestionPage(
    id: SecretId,
    question: VersionQuestion,
    /// The reason why it was not done the last time.
    failure: Option<Box<VersionNotDone>>,
) -> impl IntoView {
    let named = || ssr::query_parameter("version").and_then(|number| number.parse().ok());
    let number: i64 = failure.as_ref().map_or_else(named, |failure| failure.number).unwrap_or_default();
    let load = move |backend: Backend, ctx: Ctx| async move {
        backend.secrets().may_change(&ctx, Some(&id)).await?;
        let details = backend.secrets().get(&ctx, &id).await?;
        let newest = backend.secrets().versions(&ctx, &id, None).await?.items;
        let same_value = same_value(&newest, number);
        let of_number =
            |versions: Vec<SecretVersion>| versions.into_iter().find(|version| version.number == number);
        let version = match of_number(newest) {
            Some(version) => Some(version),
            None => of_number(backend.secrets().versions(&ctx, &id, number.checked_add(1)).await?.items),
        };
        let in_use = backend.secrets().is_version_in_use(&ctx, &id, number).await?;
        Ok((details, version, in_use, same_value, backend.usages().of_secret(&ctx, &id).await?))
    };
    let subject = Subject { heading: question.label(), noun: Noun::Secret, list: LIST };
    let page = loaded(subject, load, move |(details, version, in_use, same_value, consumers)| {
        let back = page_of(&details.id, "", &ssr::query());
        let not_possible = |status, reason: String| {
            ssr::set_status(status);
            let heading = question.label().to_owned();
            view! { <NotPossible heading reason back=back.clone() label=t!(secret_back)/> }
        };
        let Some(version) = version else {
            return EitherOf3::A(not_possible(http::StatusCode::NOT_FOUND, t!(version_never).to_owned()));
        };
        let rejected_by = match version.state {
            VersionState::Kept => None,
            VersionState::Current => Some(Error::CurrentVersion),
            VersionState::Removed | VersionState::Destroyed => Some(Error::VersionGone),
        };
        let needless = question == VersionQuestion::RollBack && in_use;
        match rejected_by {
            _ if needless => EitherOf3::B(not_possible(
                ssr::status_of(&Error::CurrentVersion),
                t!(version_already_current).to_owned(),
            )),
            Some(error) => EitherOf3::B(not_possible(ssr::status_of(&error), messages::error(&error))),
            None => EitherOf3::C(asked(question, &details, (&version, same_value), &consumers, failure)),
        }
    });
    view! { <div class="form-page">{page}</div> }
}

/// The other versions with the value of one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct SameValue {
    /// Their numbers, without the current one.
    kept: Vec<i64>,
    /// Whether the current version is one of them.
    is_current: bool,
}

/// Returns which of these versions have the value of this one, because they were rolled back to it or it to them.
fn same_value(versions: &[SecretVersion], number: i64) -> SameValue {
    let first = |mut number: i64| {
        let from = |number| versions.iter().find(|version| version.number == number)?.rolled_back_from;
        // A version is rolled back to an earlier one, so this ends.
        while let Some(before) = from(number).filter(|before| *before < number) {
            number = before;
        }
        number
    };
    let wanted = first(number);
    let mut same_value = SameValue::default();
    for version in
        versions.iter().filter(|version| version.number != number && first(version.number) == wanted)
    {
        match version.state {
            VersionState::Kept => same_value.kept.push(version.number),
            VersionState::Current => same_value.is_current = true,
            VersionState::Removed | VersionState::Destroyed => {}
        }
    }
    same_value
}

/// Renders the question.
fn asked(
    question: VersionQuestion,
    details: &SecretDetails,
    (version, same_value): (&SecretVersion, SameValue),
    consumers: &SecretConsumers,
    failure: Option<Box<VersionNotDone>>,
) -> impl IntoView + use<> {
    let query = ssr::query();
    let (number, now) = (version.number.unsigned_abs(), details.now);
    let action = page_of(&details.id, question.segment(), &query);
    let cancel = page_of(&details.id, "", &query);
    let heading = match question {
        VersionQuestion::RollBack => t!(version_roll_back_one, number),
        VersionQuestion::Destroy => t!(version_destroy_one, number),
    };
    let test = failure.as_ref().map_or(RollbackTest::Before, |failure| failure.test);
    let reason_not_done = failure.map(|failure| messages::error(&failure.error));
    let rejected = reason_not_done.clone().map(|reason| {
        view! {
            <Alert title=t!(version_not_done)>
                <p>{reason}</p>
            </Alert>
        }
        .into_any()
    });
    let name = details.display_name.clone();
    let facts = facts(version, now);
    let count = same_value.kept.len();
    let same = (count > 0).then(|| {
        let numbers = texts::all_of(same_value.kept.iter().rev().map(ToString::to_string));
        view! { <Consequence>{t!(version_destroy_same, count, numbers)}</Consequence> }
    });
    let asked = match question {
        VersionQuestion::RollBack => Either::Left(view! {
            <p>{t!(version_rollback_question, number, name)}</p>
            {other_account(details, version)}
            <UsedWarning users=consumers id=&details.id page=&cancel/>
            {facts}
            <input type="hidden" name="secret_version" value=details.version.to_string()/>
            {select_field(
                FieldText { id: "test", label: t!(version_test), mark: "", hint: t!(version_test_hint) },
                tests(test),
                None,
                false,
            )}
        }),
        VersionQuestion::Destroy => Either::Right(view! {
            <p>{t!(version_destroy_question, number, name)}</p>
            <Consequence>{t!(version_destroy_consequence)}</Consequence>
            {same_value.is_current.then(|| view! { <Consequence>{t!(version_destroy_current)}</Consequence> })}
            {same}
            {facts}
        }),
    };
    view! {
        <ConfirmPage
            heading
            action=Some(action)
            cancel
            confirm=question.label()
            harmless=question == VersionQuestion::RollBack
            rejected
            reason=reason_not_done
        >
            <input type="hidden" name="version" value=number.to_string()/>
            {asked}
        </ConfirmPage>
    }
}

/// Renders what is known of a version.
fn facts(version: &SecretVersion, now: Timestamp) -> impl IntoView + use<> {
    let at = version.stored_at;
    let when = Markup::rendered(view! { <Ago at now/> });
    let stored = match &version.stored_by {
        Some(name) => t!(version_stored_by, when, name),
        None => when,
    };
    // A rollback brings it back.
    let expires = version.expires_at.map(|at| {
        view! {
            <dt>{texts::field(Field::ExpiresAt)}</dt>
            <dd>{dates::when(at, now)}</dd>
        }
    });
    view! {
        <dl>
            <dt>{t!(version_stored)}</dt>
            <dd>{stored}</dd>
            <dt>{t!(version_reason)}</dt>
            <dd>{reason(version)}</dd>
            <dt>{t!(version_belongs)}</dt>
            <dd>{belongs(version)}</dd>
            {expires}
        </dl>
    }
}

/// Renders that the account changes with the value, if it does.
fn other_account(details: &SecretDetails, version: &SecretVersion) -> impl IntoView + use<> {
    let same = (&details.registry_host, &details.username) == (&version.registry_host, &version.username);
    let account = version.registry_host.clone().zip(version.username.clone()).filter(|_| !same);
    account.map(|(host, username)| {
        view! {
            <Consequence>{t!(version_other_account, host, username)}</Consequence>
        }
    })
}

/// Renders when the connection can be tested.
fn tests(chosen: RollbackTest) -> impl IntoView + use<> {
    let label = |test| match test {
        RollbackTest::Before => t!(version_test_before),
        RollbackTest::After => t!(version_test_after),
        RollbackTest::No => t!(version_test_no),
    };
    RollbackTest::ALL.map(|test| option(test.code(), label(test), test == chosen)).into_iter().collect_view()
}

#[cfg(test)]
mod tests {
    use super::{super::tests::version, *};
    use domain::secret::VersionReason;

    #[test]
    fn same_value_follows_rollbacks_in_both_directions() {
        let version = |number, rolled_back_from, state| SecretVersion {
            rolled_back_from,
            ..version(number, state, VersionReason::Edited)
        };
        let versions = [
            version(6, Some(3), VersionState::Current),
            version(5, Some(1), VersionState::Kept),
            version(4, None, VersionState::Kept),
            version(3, Some(1), VersionState::Kept),
            version(2, None, VersionState::Kept),
            version(1, None, VersionState::Destroyed),
        ];
        for number in [1, 3, 5] {
            let kept = [5, 3].into_iter().filter(|kept| *kept != number).collect();
            assert_eq!(same_value(&versions, number), SameValue { kept, is_current: true });
        }
        assert_eq!(same_value(&versions, 4), SameValue::default());
        assert_eq!(same_value(&[], 4), SameValue::default());
    }
}
