//! The status of a secret: the result of its last test, what to do about it, and the tests before.

use crate::{
    connection_tests::answer::{CauseWord, class_of, refs_text, shown_cause, tested, unused_text},
    error::first_sentence,
    messages,
    secrets::{from_secret, keys::key_address},
    ssr, texts,
    ui::{ago::Ago, html::Html},
};
use backend::PORTAL;
use domain::{
    connection_test::{PastTest, TestCause, TestState, TestStatus},
    error::Field,
    secret::{SecretId, SecretKind},
    time::Timestamp,
};
use leptos::{either::Either, prelude::*};

/// The width of a bar with the space beside it, and the height of the picture, in its own units.
const STEP: u32 = 10;
const HEIGHT: u32 = 32;

/// The section about the status.
#[component]
pub fn Status<'a>(
    id: &'a SecretId,
    state: TestState,
    /// The last tests, the newest first.
    tests: Vec<PastTest>,
    now: Timestamp,
    may_write: bool,
) -> impl IntoView + use<> {
    let cause = shown_cause(id.kind, &state);
    let TestState { last, refs, unused, .. } = state;
    let step = may_write.then(|| next_step(cause, id)).flatten();
    let step = step.map(|(address, words)| view! { " " <a href=address>{words}</a> });
    let approve = (may_write && cause.asks_for_approval()).then(|| {
        let address = from_secret(id, "check", &ssr::query());
        view! {
            <form method="post" action=address>
                <button class="primary">{t!(secret_review_host_keys)}</button>
            </form>
        }
    });
    view! {
        <section class="status-section" id="status" aria-labelledby="status-title">
            <h2 id="status-title">{t!(secret_status)}</h2>
            <div class=format!("check-result {}", class_of(cause))>
                <p>
                    <CauseWord cause/>
                </p>
                <p>{messages::cause(cause)} {step}</p>
                {refs.as_ref().map(|refs| view! { <p>{refs_text(refs)}</p> })}
                {unused_text(&unused).map(|text| view! { <p class="hint">{text}</p> })}
                {last
                    .map(|(at, by)| {
                        view! {
                            <p class="hint">{tested(at, now, &by)}</p>
                        }
                    })}
                {approve}
            </div>
            {past(tests, now)}
        </section>
    }
}

/// Returns where an editor can do what the cause asks for, besides testing again.
fn next_step(cause: TestCause, id: &SecretId) -> Option<(String, &'static str)> {
    let query = ssr::query();
    let edit = |field: Field| format!("{}#{}", from_secret(id, "edit", &query), field.name());
    Some(match cause {
        TestCause::NoRepository => (edit(Field::Repository), t!(secret_step_repository)),
        TestCause::WrongPassword | TestCause::ValueForAnotherHost => {
            (edit(Field::Password), t!(secret_step_password))
        }
        TestCause::KeyNotAccepted => ("#key-title".to_owned(), t!(secret_step_public_key)),
        TestCause::KeyNotUsable | TestCause::RsaOnlyWithSha1 => {
            (key_address(id, &query), t!(secret_step_rotate))
        }
        TestCause::HostKeyChanged | TestCause::HostKeyRevoked | TestCause::HostKeyNotPublished => {
            (edit(Field::KnownHosts), t!(secret_step_host_keys))
        }
        TestCause::RegistryOpen | TestCause::ImageOpen if id.kind == SecretKind::ImagePull => {
            (edit(Field::Image), t!(secret_step_image))
        }
        _ => return None,
    })
}

/// Renders the last tests as bars, and as a table.
fn past(tests: Vec<PastTest>, now: Timestamp) -> impl IntoView {
    if tests.is_empty() {
        return Either::Left(());
    }
    let bars = bars(&tests, now);
    let rows = tests
        .into_iter()
        .map(|PastTest { at, cause, by }| {
            let who = if by == PORTAL { t!(secret_automatic).to_owned() } else { by };
            view! {
                <tr>
                    <td>
                        <Ago at now/>
                    </td>
                    <td>
                        <CauseWord cause/>
                    </td>
                    <td>{first_sentence(messages::cause(cause).to_owned())}</td>
                    <td>{who}</td>
                </tr>
            }
        })
        .collect_view();
    Either::Right(view! {
        <div class="past-tests">
            <div inner_html=bars></div>
            <details>
                <summary>{t!(secret_tests_as_table)}</summary>
                <table>
                    <thead>
                        <tr>
                            <th scope="col">{t!(secret_tests_time)}</th>
                            <th scope="col">{t!(secret_tests_result)}</th>
                            <th scope="col">{t!(secret_tests_details)}</th>
                            <th scope="col">{t!(secret_tests_by)}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </details>
        </div>
    })
}

/// Returns a picture with a bar for each test, the newest at the right; places without a test have a dot. The higher a bar, the
/// better the result, because colour alone is not enough.
fn bars(tests: &[PastTest], now: Timestamp) -> String {
    let kept = PastTest::KEPT;
    let mut html = Html::with_capacity(4_000);
    html.markup("<svg class=bars role=img aria-label=\"").text(&summary(tests)).markup("\" viewBox=\"0 0 ");
    html.value(kept * STEP - 3).markup(" ").value(HEIGHT).markup("\">");
    for place in 0..kept {
        let test = tests.get((kept - 1 - place) as usize);
        let height = test.map_or(2, |test| height(test.cause));
        html.markup("<rect x=").value(place * STEP).markup(" y=").value(HEIGHT - height);
        html.markup(" width=7 height=").value(height);
        match test {
            Some(test) => {
                let (result, when) = (messages::cause_label(test.cause), texts::relative(test.at, now));
                html.attribute("class", class_of(test.cause)).markup("><title>");
                html.text(&t!(secret_test_at, result, when)).markup("</title></rect>");
            }
            None => {
                html.markup("></rect>");
            }
        }
    }
    html.markup("</svg>");
    html.into_string()
}

/// Returns the height of the bar of a result.
fn height(cause: TestCause) -> u32 {
    match cause.status() {
        TestStatus::Works => HEIGHT,
        TestStatus::Open => HEIGHT * 3 / 4,
        TestStatus::NotTested | TestStatus::Unreachable => HEIGHT / 2,
        TestStatus::Refused | TestStatus::HostKeyChanged => HEIGHT / 4,
    }
}

/// Returns the picture in words: the number of tests with each result.
fn summary(tests: &[PastTest]) -> String {
    let mut counts: Vec<(&str, u32)> = Vec::new();
    for test in tests {
        let label = messages::cause_label(test.cause);
        match counts.iter_mut().find(|(known, _)| *known == label) {
            Some((_, count)) => *count += 1,
            None => counts.push((label, 1)),
        }
    }
    let counts = counts.into_iter().map(|(result, count)| t!(secret_tests_with, result, count));
    t!(secret_last_tests, count: tests.len(), results: texts::list(counts))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn test(cause: TestCause, second: i64) -> PastTest {
        PastTest { at: Timestamp::from_micros(second * 1_000_000), cause, by: "<b>ana".to_owned() }
    }

    #[test]
    fn bars_show_each_test_with_its_result_the_newest_at_the_right() {
        let now = Timestamp::from_micros(600_000_000);
        let tests = [
            test(TestCause::WrongPassword, 500),
            test(TestCause::RegistryOpened, 400),
            test(TestCause::RegistryOpened, 300),
        ];
        let bars = bars(&tests, now);
        assert!(bars.contains("aria-label=\"The last 3 tests: Refused 1, Works 2\""), "{bars}");
        assert_eq!(bars.matches("<rect").count(), 30);
        assert_eq!(bars.matches("<title>Works, ").count(), 2);
        let last = bars.rsplit("<rect").next().unwrap();
        assert!(
            last.contains("x=290") && last.contains("class=refused") && last.contains("height=8 "),
            "{last}"
        );
    }

    #[test]
    fn past_names_causes_and_escapes_people() {
        let html = past(vec![test(TestCause::HostKeyUnknown, 1)], Timestamp::from_micros(0)).to_html();
        assert!(html.contains("New host") && !html.contains("<b>ana"), "{html}");
    }
}
