//! Tests of several secrets whose results are shown one by one, by `public/tests.js`.

use super::connection_tests::{SelectedTestedPage, results, row, row_id, test_again};
use crate::{
    language,
    respond::Reply,
    ui::{icon::icon, rendered::rendered},
};
use axum::{
    body::{Body, Bytes},
    http::{HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
};
use backend::{TestOutcome, Tested, WatchedTests};
use domain::language::Language;
use futures_util::stream;
use leptos::prelude::*;
use serde::Serialize;
use std::convert::Infallible;

/// The media type of the answer: a line of JSON for each step. It is never compressed, because that would hold lines back.
pub const LINES: &str = "application/x-ndjson";

/// A line of the answer.
#[derive(Serialize)]
#[serde(untagged)]
enum Line<'a> {
    /// The page before the first result, with its title and address; or after the last one.
    Page { page: &'a str, title: &'a str, address: &'a str },
    /// A result: the row, in the place of the one with its id, and the number of results.
    Row { id: &'a str, row: &'a str, progress: &'a str },
}

/// The state of an answer.
struct Watch {
    reply: Reply,
    language: Language,
    tests: WatchedTests,
    tested: Vec<Tested>,
    stage: Stage,
}

/// The next line of an answer.
enum Stage {
    First,
    Results,
    End,
}

/// Returns whether the script of the page sent the request, and reads lines.
pub(super) fn reads_lines(reply: &Reply) -> bool {
    reply.parts.headers.get(header::ACCEPT).is_some_and(|accept| accept == LINES)
}

/// Answers with each result as soon as it is there. The tests end with the connection.
pub(super) fn answer(reply: Reply, tests: WatchedTests) -> Response {
    let tested = Vec::with_capacity(tests.ids().len());
    let watch = Watch { reply, language: language::current(), tests, tested, stage: Stage::First };
    let lines = stream::unfold(watch, async |mut watch| {
        let line = watch.next().await?;
        Some((Ok::<_, Infallible>(Bytes::from(line)), watch))
    });
    let mut response = Body::from_stream(lines).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(LINES));
    // Has nginx pass each line on at once.
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    language::describe(headers);
    response
}

impl Watch {
    /// Returns the next line; `None` after the last one.
    async fn next(&mut self) -> Option<String> {
        let result = match self.stage {
            Stage::First => None,
            Stage::Results => self.tests.next().await,
            Stage::End => return None,
        };
        // The body is sent after the handler, and its language with it.
        language::within(self.language, async { self.line(result) }).await
    }

    fn line(&mut self, result: Option<Tested>) -> Option<String> {
        let Some(result) = result else {
            let page = match self.stage {
                Stage::First => {
                    self.stage = Stage::Results;
                    self.reply.piece(|| running(&self.tests))
                }
                Stage::Results | Stage::End => {
                    self.stage = Stage::End;
                    self.tested.sort_by_cached_key(|tested| tested.id.to_string());
                    let outcome = Some(Ok(std::mem::take(&mut self.tested)));
                    self.reply.piece(|| view! { <SelectedTestedPage outcome/> })
                }
            };
            let title = t!(title_page, page: t!(title_tests));
            return written(&Line::Page { page: &page, title: &title, address: &self.reply.address() });
        };
        self.tested.push(result.clone());
        let progress = progress(self.tested.len(), &self.tests);
        let id = row_id(&result.id);
        let row = self.reply.piece(|| row(result));
        written(&Line::Row { id: &id, row: &row, progress: &progress })
    }
}

/// Returns the line as text; `None`, which ends the answer, if it cannot be written.
fn written(line: &Line<'_>) -> Option<String> {
    let text = serde_json::to_string(line).inspect_err(|error| tracing::error!(%error, "a line has no text"));
    text.ok().map(|text| text + "\n")
}

fn progress(done: usize, tests: &WatchedTests) -> String {
    t!(selected_progress, done, total: tests.ids().len())
}

/// Renders the page before the first result, with what is shown instead once the tests are stopped.
fn running(tests: &WatchedTests) -> impl IntoView + use<> {
    let ids = tests.ids();
    let rows =
        ids.iter().map(|id| row(Tested { id: id.clone(), outcome: TestOutcome::NotYet })).collect_view();
    let lead = view! {
        <div class="busy" data-running>
            <p role="status" data-progress>
                {progress(0, tests)}
            </p>
            <button type="button" data-stop-tests>
                {icon!("close")}
                {t!(selected_stop)}
            </button>
        </div>
    };
    let again = |why: &str| test_again(ids, why.to_owned(), t!(selected_test_untested).to_owned());
    let rest = view! {
        <div hidden data-stopped>
            {again(t!(selected_stopped))}
        </div>
        <div hidden data-broken>
            {again(t!(selected_broken))}
        </div>
    };
    rendered(results(lead, rows, rest))
}
