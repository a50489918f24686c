//! Traces, as a collector gets them that parses them by the official classes.

use crate::{
    bounded::{Lines, ended},
    harness::fresh_folder,
    process::{Running, latchkey},
    sentinel::{SENTINEL, assert_absent},
};
use serde_json::Value;
use std::{
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// A collector, which ends with the test.
struct Collector {
    child: Child,
    lines: Lines,
    url: String,
}

impl Drop for Collector {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Collector {
    fn start() -> Self {
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/otlp_receiver.py");
        let mut child = Command::new("opentelemetry-python")
            .arg(program)
            .stdout(Stdio::piped())
            .spawn()
            .expect("opentelemetry-python is missing: run scripts/setup test");
        let lines = Lines::of(child.stdout.take().unwrap());
        let url = lines.find(|line| line.starts_with("http://").then(|| line.to_owned()));
        Self { child, lines, url }
    }

    /// Waits for a span, and returns it with all that came before it.
    fn until(&self, wanted: impl Fn(&Value) -> bool) -> (Value, Vec<Value>) {
        let seen = std::cell::RefCell::new(Vec::new());
        let found = self.lines.find(|line| {
            let span: Value = serde_json::from_str(line).unwrap();
            assert!(span["wrong"].is_null(), "{line}");
            let is_wanted = wanted(&span);
            seen.borrow_mut().push(span.clone());
            is_wanted.then_some(span)
        });
        (found, seen.into_inner())
    }
}

fn traced(folder: &Path, collector: &str) -> Command {
    let mut command = latchkey(folder);
    command.env("OTEL_EXPORTER_OTLP_ENDPOINT", collector).env("OTEL_BSP_SCHEDULE_DELAY", "50");
    command
}

fn header<'a>(answer: &'a str, name: &str) -> &'a str {
    let line = answer.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    line.unwrap_or_else(|| panic!("{name}: {answer}"))
}

#[test]
fn traces_follow_requests_into_the_database_and_show_no_value() {
    let collector = Collector::start();
    let mut running = Running::start(traced(&fresh_folder("traces"), &collector.url));
    running.post(
        "/secrets/new",
        &[
            ("name", "traced"),
            ("type", "image-pull"),
            ("registry_host", "ghcr.io"),
            ("username", SENTINEL),
            ("password", SENTINEL),
            ("password_ends", "keep"),
            ("allow_duplicate", "on"),
        ],
    );
    let answer = running.get("/secrets/image-traced?q=PLANTED-4d1f");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let id = header(&answer, "x-request-id");
    let (span, mut seen) =
        collector.until(|span| span["attributes"]["request_id"] == id && span["kind"] == 2);
    assert_eq!(span["name"], "GET /secrets/{id}");
    assert_eq!(span["trace"], id.replace('-', ""));
    assert_eq!(span["parent"], "");
    assert_eq!(span["resource"]["service.name"], "latchkey");
    assert_eq!(span["attributes"]["http.route"], "/secrets/{id}");
    assert_eq!(span["attributes"]["http.response.status_code"], "200");
    let inner = seen.iter().find(|other| other["parent"] == span["id"]).unwrap_or_else(|| panic!("{seen:?}"));
    assert_eq!((inner["trace"].as_str(), inner["name"].as_str()), (span["trace"].as_str(), Some("read")));
    assert!(inner["attributes"]["by"].as_str().is_some_and(|by| by.starts_with("backend::")), "{inner}");

    // Within the trace of the caller.
    let (trace, parent) = ("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7");
    let request = format!(
        "GET /livez HTTP/1.1\r\nHost: {}\r\nTraceparent: 00-{trace}-{parent}-01\r\nConnection: close\r\n\r\n",
        running.addr()
    );
    let answer = running.send(&request);
    let (span, more) = collector.until(|span| span["trace"] == trace);
    assert_eq!((span["parent"].as_str(), span["name"].as_str()), (Some(parent), Some("GET /livez")));
    assert_eq!(span["attributes"]["request_id"], header(&answer, "x-request-id"));
    seen.extend(more);

    running.signal("-TERM");
    assert!(ended(&mut running.child).success());
    let text = serde_json::to_string(&seen).unwrap();
    assert!(
        text.contains("POST /secrets/new") && !text.contains("ghcr.io") && !text.contains("root"),
        "{text}"
    );
    assert_absent(&text, "traces");
}

#[test]
fn last_spans_are_sent_when_the_server_stops() {
    let collector = Collector::start();
    let mut command = traced(&fresh_folder("traces-last"), &collector.url);
    command.env("OTEL_BSP_SCHEDULE_DELAY", "600000");
    let mut running = Running::start(command);
    let answer = running.get("/livez");
    running.signal("-TERM");
    assert!(ended(&mut running.child).success());
    let id = header(&answer, "x-request-id");
    collector.until(|span| span["attributes"]["request_id"] == id);
}

#[test]
fn collector_that_is_away_keeps_nobody_waiting() {
    // Nothing listens there.
    let mut running = Running::start(traced(&fresh_folder("traces-away"), "http://127.0.0.1:9"));
    assert!(running.get("/secrets").starts_with("HTTP/1.1 200"));
    let began = Instant::now();
    running.signal("-TERM");
    assert!(ended(&mut running.child).success());
    assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());

    let mut wrong = latchkey(&fresh_folder("traces-wrong"));
    wrong.env("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318");
    let (said, _) = crate::process::failed(wrong);
    assert!(said.contains("OTEL_EXPORTER_OTLP_ENDPOINT"), "{said}");
}
