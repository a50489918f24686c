//! The results of tests of several secrets.

use super::{CHECK, NothingSelected};
use crate::{
    connection_tests::answer::CauseWord,
    failure::{LoadFailure, Noun},
    secrets::{LIST, list_before, secret_address, with_list},
    ssr, texts,
    ui::{icon::icon, rendered::rendered},
};
use backend::{TestOutcome, Tested};
use domain::{
    connection_test::{TestCause, TestStatus},
    error::Error,
    secret::{SecretId, Selection},
};
use leptos::{either::EitherOf3, prelude::*};

/// The result of the form of the list: each secret's test, or the error.
pub type SelectionOutcome = Result<Vec<Tested>, Error>;

/// The result of each test, and what to do about secrets that were not tested yet.
#[component]
pub fn SelectedTestedPage(
    /// The results; `None` if nothing was selected.
    outcome: Option<SelectionOutcome>,
) -> impl IntoView {
    match outcome {
        None => EitherOf3::A(NothingSelected()),
        Some(Err(error)) => {
            let error = ssr::respond_with(error);
            EitherOf3::B(
                view! { <LoadFailure error heading=t!(selected_results) noun=Noun::Secret list=LIST/> },
            )
        }
        Some(Ok(tested)) => EitherOf3::C(view! { <Shown tested/> }),
    }
}

#[component]
fn Shown(tested: Vec<Tested>) -> impl IntoView {
    let rest = waiting(&tested);
    let wait = tested.iter().find_map(|tested| match tested.outcome {
        TestOutcome::Failed(Error::TooManyTests(seconds)) => Some(seconds),
        _ => None,
    });
    let summary = summary(&tested);
    let rows = tested.into_iter().map(row).collect_view();
    let again = (!rest.is_empty()).then(|| {
        let why = match wait {
            // One more test is allowed each second.
            Some(seconds) => t!(selected_limit, seconds: seconds as usize + rest.len()),
            None => t!(selected_slow).to_owned(),
        };
        let label = t!(selected_test_rest, count: rest.len());
        test_again(&rest, why, label)
    });
    let lead = view! { <p class="lead">{summary}</p> };
    results(lead, rows, again)
}

/// Renders the form that tests these secrets.
pub(super) fn test_again(ids: &[SecretId], why: String, label: String) -> impl IntoView + use<> {
    let ids = ids
        .iter()
        .map(|id| view! { <input type="hidden" name=Selection::PARAM value=id.to_string()/> })
        .collect_view();
    let list =
        ssr::query_parameter("list").map(|list| view! { <input type="hidden" name="list" value=list/> });
    rendered(view! {
        <form method="post" action=CHECK>
            {ids} {list} <p class="hint">{why}</p>
            <button class="primary">{icon!("plug")} {label}</button>
        </form>
    })
}

/// Renders the page: these rows, below the lead, above the form that tests the rest.
pub(super) fn results(lead: impl IntoView, rows: impl IntoView, again: impl IntoView) -> impl IntoView {
    rendered(view! {
        <h1>{t!(selected_results)}</h1>
        {lead}
        <table class="tested">
            <thead>
                <tr>
                    <th scope="col">{t!(list_name)}</th>
                    <th scope="col" class="status">
                        {t!(list_status)}
                    </th>
                    <th scope="col" class="cause">
                        {t!(selected_details)}
                    </th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
        {again}
        <div class="actions">
            <a class="button" href=list_before(&ssr::query())>
                {t!(secret_back_to_list)}
            </a>
        </div>
    })
}

/// Renders the row of a secret.
pub(super) fn row(tested: Tested) -> impl IntoView + use<> {
    let Tested { id, outcome } = tested;
    let list = ssr::query_parameter("list").unwrap_or_default();
    let (cause, words) = match outcome {
        TestOutcome::Tested(cause) => (cause, crate::messages::cause(cause).to_owned()),
        TestOutcome::NotYet | TestOutcome::Failed(Error::TooManyTests(_)) => {
            (TestCause::NeverTested, t!(selected_not_yet).to_owned())
        }
        TestOutcome::Failed(error) => (TestCause::NeverTested, crate::messages::error(&error)),
        TestOutcome::LeftOut => (TestCause::NeverTested, t!(selected_skipped).to_owned()),
    };
    rendered(view! {
        <tr id=row_id(&id)>
            <th scope="row" class="name">
                <a class="two-lines" href=with_list(secret_address(&id), &list)>
                    {id.name.as_str().to_owned()}
                </a>
            </th>
            <td class="status">
                <span class="column-word">{t!(list_status)}</span>
                <CauseWord cause/>
            </td>
            <td class="cause">
                <span class="column-word">{t!(selected_details)}</span>
                {words}
            </td>
        </tr>
    })
}

/// Returns the id of the row of a secret.
pub(super) fn row_id(id: &SecretId) -> String {
    format!("tested-{id}")
}

/// Returns the secrets that were not tested yet.
fn waiting(tested: &[Tested]) -> Vec<SecretId> {
    let waits = |tested: &&Tested| {
        matches!(tested.outcome, TestOutcome::NotYet | TestOutcome::Failed(Error::TooManyTests(_)))
    };
    tested.iter().filter(waits).map(|tested| tested.id.clone()).collect()
}

/// Returns a summary such as "2 working, 1 refused, 1 not tested".
fn summary(tested: &[Tested]) -> String {
    let status = |tested: &Tested| match &tested.outcome {
        TestOutcome::Tested(cause) => cause.status(),
        _ => TestStatus::NotTested,
    };
    let parts = TestStatus::ALL
        .into_iter()
        .map(|wanted| (wanted, tested.iter().filter(|tested| status(tested) == wanted).count()))
        .filter(|(_, count)| *count > 0)
        .map(|(status, count)| match status {
            TestStatus::Works => t!(selected_works, count),
            TestStatus::Open => t!(selected_open, count),
            TestStatus::Refused => t!(selected_refused, count),
            TestStatus::Unreachable => t!(selected_unreachable, count),
            TestStatus::HostKeyChanged => t!(selected_host_key_changed, count),
            TestStatus::NotTested => t!(selected_not_tested, count),
        });
    texts::list(parts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::connection_test::TestCause;

    #[test]
    fn summary_counts_results_in_words() {
        let tested = |outcomes: &[TestOutcome]| -> Vec<Tested> {
            let id = |number| SecretId::parse(&format!("image-{number}")).unwrap();
            outcomes
                .iter()
                .enumerate()
                .map(|(number, outcome)| Tested { id: id(number), outcome: outcome.clone() })
                .collect()
        };
        let works = TestOutcome::Tested(TestCause::RegistryOpened);
        assert_eq!(summary(&tested(std::slice::from_ref(&works))), "1 working");
        let mixed = tested(&[
            works.clone(),
            TestOutcome::Tested(TestCause::WrongPassword),
            works,
            TestOutcome::NotYet,
            TestOutcome::LeftOut,
            TestOutcome::Failed(Error::TooManyTests(3)),
        ]);
        assert_eq!(summary(&mixed), "2 working, 1 refused, 3 not tested");
        let waiting: Vec<String> = waiting(&mixed).iter().map(ToString::to_string).collect();
        assert_eq!(waiting, ["image-3", "image-5"]);
    }
}
