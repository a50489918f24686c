//! The status of a secret: the result of its last test, what to do about it, and the tests before.

use crate::{
    connection_tests::answer::{CauseWord, class_of, refs_text, shown_cause, unused_text},
    error::first_sentence,
    secrets::{from_secret, keys::key_address},
    ssr,
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
                <button class="primary">"Test and review the host keys"</button>
            </form>
        }
    });
    view! {
        <section class="status-section" id="status" aria-labelledby="status-title">
            <h2 id="status-title">"Status"</h2>
            <div class=format!("check-result {}", class_of(cause))>
                <p>
                    <CauseWord cause/>
                </p>
                <p>{cause.message()} {step}</p>
                {refs.as_ref().map(|refs| view! { <p>{refs_text(refs)}</p> })}
                {unused_text(&unused).map(|text| view! { <p class="hint">{text}</p> })}
                {last
                    .map(|(at, by)| {
                        view! {
                            <p class="hint">
                                "Tested " <Ago at now/> {format!(" {}.", tester(&by))}
                            </p>
                        }
                    })}
                {approve}
            </div>
            {past(tests, now)}
        </section>
    }
}

/// Returns who tested, in words that follow "Tested": the server's own tests are nobody's.
fn tester(by: &str) -> String {
    if by == PORTAL { "automatically".to_owned() } else { format!("by {by}") }
}

/// Returns where an editor can do what the cause asks for, besides testing again.
fn next_step(cause: TestCause, id: &SecretId) -> Option<(String, &'static str)> {
    let query = ssr::query();
    let edit = |field: Field| format!("{}#{}", from_secret(id, "edit", &query), field.name());
    Some(match cause {
        TestCause::NoRepository => (edit(Field::Repository), "Add a test repository"),
        TestCause::WrongPassword | TestCause::ValueForAnotherHost => {
            (edit(Field::Password), "Enter a new password")
        }
        TestCause::KeyNotAccepted => ("#key-title".to_owned(), "Show the public key"),
        TestCause::KeyNotUsable | TestCause::RsaOnlyWithSha1 => (key_address(id, &query), "Rotate the key"),
        TestCause::HostKeyChanged | TestCause::HostKeyRevoked | TestCause::HostKeyNotPublished => {
            (edit(Field::KnownHosts), "Edit the trusted host keys")
        }
        TestCause::RegistryOpen | TestCause::ImageOpen if id.kind == SecretKind::ImagePull => {
            (edit(Field::Image), "Add a private test image")
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
            let who = if by == PORTAL { "automatic".to_owned() } else { by };
            view! {
                <tr>
                    <td>
                        <Ago at now/>
                    </td>
                    <td>
                        <CauseWord cause/>
                    </td>
                    <td>{first_sentence(cause.message().to_owned())}</td>
                    <td>{who}</td>
                </tr>
            }
        })
        .collect_view();
    Either::Right(view! {
        <div class="past-tests">
            <div inner_html=bars></div>
            <details>
                <summary>"Show these tests as a table"</summary>
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"Time"</th>
                            <th scope="col">"Result"</th>
                            <th scope="col">"Details"</th>
                            <th scope="col">"Tested by"</th>
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
                html.attribute("class", class_of(test.cause)).markup("><title>").text(test.cause.label());
                html.markup(", ").text(&test.at.relative(now)).markup("</title></rect>");
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
        match counts.iter_mut().find(|(label, _)| *label == test.cause.label()) {
            Some((_, count)) => *count += 1,
            None => counts.push((test.cause.label(), 1)),
        }
    }
    let counts: Vec<String> = counts.iter().map(|(label, count)| format!("{label} {count}")).collect();
    let tests = match tests.len() {
        1 => "The last test".to_owned(),
        count => format!("The last {count} tests"),
    };
    format!("{tests}: {}", counts.join(", "))
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
        assert_eq!(tester(PORTAL), "automatically");
        assert_eq!(tester("ana"), "by ana");
    }
}
