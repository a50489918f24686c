//! Traces, as a collector gets them that parses them by the official classes.

use crate::{
    bounded::{Lines, ended, output},
    harness::fresh_folder,
    process::{Running, latchkey},
    sentinel::{SENTINEL, assert_absent},
};
use serde_json::Value;
use std::{
    cell::RefCell,
    fs,
    path::Path,
    process::{Child, Command, Stdio},
};

/// A trace and a span of somebody who asks the portal.
const CALLER: (&str, &str) = ("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7");

/// The attributes that spans have: codes, routes, ids and names of methods.
const ATTRIBUTES: [&str; 6] =
    ["by", "error.type", "http.request.method", "http.response.status_code", "http.route", "request_id"];

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
    /// Starts a collector that answers with this status, or `never`.
    fn start(answer: &str) -> Self {
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/otlp_receiver.py");
        let mut child = Command::new("opentelemetry-python")
            .arg(program)
            .arg(answer)
            .stdout(Stdio::piped())
            .spawn()
            .expect("opentelemetry-python is missing: run scripts/setup test");
        let lines = Lines::of(child.stdout.take().unwrap());
        let url = lines.find(|line| line.starts_with("http://").then(|| line.to_owned()));
        Self { child, lines, url }
    }

    /// Waits for a span, and returns it with all that came before it.
    fn until(&self, wanted: impl Fn(&Value) -> bool) -> (Value, Vec<Value>) {
        let seen = RefCell::new(Vec::new());
        let found = self.lines.find(|line| {
            let span: Value = serde_json::from_str(line).unwrap();
            assert!(span["wrong"].is_null(), "{line}");
            let is_wanted = wanted(&span);
            seen.borrow_mut().push(span.clone());
            is_wanted.then_some(span)
        });
        (found, seen.into_inner())
    }

    /// Ends, and returns the spans that were not looked at yet.
    fn rest(mut self) -> Vec<Value> {
        self.child.kill().unwrap();
        self.lines.rest().iter().map(|line| serde_json::from_str(line).unwrap()).collect()
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

/// Asks with another header.
fn ask(running: &Running, path: &str, header: &str) -> String {
    let host = running.addr();
    running.send(&format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n{header}\r\nConnection: close\r\n\r\n"))
}

/// Returns the spans below this one.
fn below<'a>(spans: &'a [Value], parent: &Value) -> Vec<&'a Value> {
    spans.iter().filter(|span| span["parent"] == parent["id"] && span["trace"] == parent["trace"]).collect()
}

/// Returns a new token that reads values.
fn token(folder: &Path) -> String {
    let made =
        output(latchkey(folder).args(["token", "create", "--name", "traced", "--scope", "read-values"]));
    String::from_utf8(made.stdout).unwrap().trim_end().to_owned()
}

#[test]
#[expect(clippy::too_many_lines, reason = "one story, told from its beginning to its end")]
fn traces_follow_requests_into_the_database_and_show_no_value() {
    let collector = Collector::start("200");
    let folder = fresh_folder("traces");
    let mut command = traced(&folder, &collector.url);
    command
        .env("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20of-the-collector")
        .env("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip")
        .env("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test");
    let mut running = Running::start(command);
    let added = running.post(
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
    assert!(added.starts_with("HTTP/1.1 303"), "{added}");
    // Another value, and the one before again.
    let account = [("registry_host", "ghcr.io"), ("username", SENTINEL), ("password_ends", "keep")];
    let another = format!("{SENTINEL}-2");
    let form =
        [&account[..], &[("password", &another), ("version", "1"), ("allow_duplicate", "on")]].concat();
    let rollback = [("version", "1"), ("secret_version", "2"), ("test", "no")];
    for (path, form) in [("edit", &form[..]), ("rollback", &rollback)] {
        let changed = running.post(&format!("/secrets/image-traced/{path}"), form);
        assert!(changed.starts_with("HTTP/1.1 303"), "{changed}");
    }
    running.post("/sign-in", &[("username", SENTINEL), ("password", SENTINEL)]);

    // A page.
    let answer = running.get("/secrets/image-traced?q=PLANTED-4d1f");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let id = header(&answer, "x-request-id");
    let (span, mut seen) =
        collector.until(|span| span["attributes"]["request_id"] == id && span["kind"] == 2);
    assert_eq!(span["name"], "GET /secrets/{id}");
    assert_eq!(span["trace"], id.replace('-', ""));
    assert_eq!(span["parent"], "");
    for (name, value) in [
        ("service.name", "latchkey"),
        ("service.version", env!("CARGO_PKG_VERSION")),
        ("deployment.environment.name", "test"),
        ("telemetry.sdk.language", "rust"),
    ] {
        assert_eq!(span["resource"][name], value, "{name}");
    }
    assert_eq!(span["attributes"]["http.route"], "/secrets/{id}");
    assert_eq!(span["attributes"]["http.response.status_code"], "200");
    // They are no longer in the environment.
    let environment = fs::read(format!("/proc/{}/environ", running.child.id())).unwrap();
    assert!(!String::from_utf8_lossy(&environment).contains("of-the-collector"));
    let headers = span["headers"].to_string().to_ascii_lowercase();
    assert!(headers.contains("bearer of-the-collector") && headers.contains("gzip"), "{headers}");
    let reads = below(&seen, &span);
    assert!(reads.iter().any(|read| read["name"] == "read" && read["kind"] == 1), "{seen:?}");
    for read in reads {
        assert_eq!(read["attributes"]["request_id"], id);
        assert!(read["attributes"]["by"].as_str().is_some_and(|by| by.starts_with("backend::")), "{read}");
    }

    // A value by the API, within the trace of the caller.
    let token = token(&folder);
    let parent = format!("00-{}-{}-01", CALLER.0, CALLER.1);
    let headers =
        format!("Authorization: Bearer {token}\r\nTraceparent: {parent}\r\nTracestate: a={SENTINEL}");
    let answer = ask(&running, "/api/v1/secrets/image-traced/value?shape=raw", &headers);
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let (span, more) = collector.until(|span| span["trace"] == CALLER.0 && span["kind"] == 2);
    assert_eq!(
        (span["parent"].as_str(), span["name"].as_str()),
        (Some(CALLER.1), Some("GET /api/v1/secrets/{id}/value"))
    );
    assert_eq!(span["attributes"]["request_id"], header(&answer, "x-request-id"));
    assert!(below(&more, &span).iter().any(|below| below["name"] == "append"), "{more:?}");
    seen.extend(more);

    // Not in a trace that the caller does not keep, and not in one that has no valid id.
    let dropped = format!("Traceparent: 00-{}-{}-00", "5".repeat(32), CALLER.1);
    ask(&running, "/sign-in", &dropped);
    // Probes are not traced, whatever they say of a trace.
    for path in ["/livez", "/readyz", "/readyz?verbose"] {
        assert!(ask(&running, path, "X: y").starts_with("HTTP/1.1 200"), "{path}");
        assert!(ask(&running, path, &format!("Traceparent: {parent}")).starts_with("HTTP/1.1 200"), "{path}");
    }
    let answer = ask(&running, "/sign-in", &format!("Traceparent: 00-{SENTINEL}-01"));
    let id = header(&answer, "x-request-id");
    let (span, more) = collector.until(|span| span["attributes"]["request_id"] == id && span["kind"] == 2);
    assert_eq!(
        (span["trace"].as_str(), span["parent"].as_str()),
        (Some(id.replace('-', "").as_str()), Some(""))
    );
    seen.extend(more);

    running.signal("-TERM");
    assert!(ended(&mut running.child).success());
    seen.extend(collector.rest());
    assert!(!seen.iter().any(|span| span["trace"] == "5".repeat(32)), "{seen:?}");
    let of_probes =
        |span: &Value| span["attributes"]["http.route"].as_str().is_some_and(|it| it.ends_with('z'));
    assert!(!seen.iter().any(of_probes), "{seen:?}");
    let of_caller = seen.iter().filter(|span| span["parent"] == CALLER.1).count();
    assert_eq!(of_caller, 1, "what probes do belongs to no trace either");
    for span in &seen {
        let attributes = span["attributes"].as_object().unwrap();
        assert!(attributes.keys().all(|name| ATTRIBUTES.contains(&name.as_str())), "{span}");
        assert!(span["whole"]["events"].is_null() && span["whole"]["traceState"].is_null(), "{span}");
        // Work that no request asked for is not traced.
        assert!(span["kind"] == 2 || span["parent"] != "", "{span}");
    }
    let text = serde_json::to_string(&seen).unwrap();
    for part in ["POST /secrets/new", "POST /secrets/{id}/rollback", "POST /sign-in", "\"write\""] {
        assert!(text.contains(part), "{part}: {text}");
    }
    for part in [
        "ghcr.io",
        "root",
        "image-traced",
        "correct horse",
        &token,
        &token[token.len() - 12..],
        "latchkey_session",
    ] {
        assert!(!text.contains(part), "{part}: {text}");
    }
    assert_absent(&text, "traces");
}

#[test]
fn last_spans_are_sent_when_the_server_stops() {
    let collector = Collector::start("200");
    let mut command = traced(&fresh_folder("traces-last"), &collector.url);
    command.env("OTEL_BSP_SCHEDULE_DELAY", "600000");
    let mut running = Running::start(command);
    let answer = running.get("/sign-in");
    running.signal("-TERM");
    assert!(ended(&mut running.child).success());
    let id = header(&answer, "x-request-id");
    collector.until(|span| span["attributes"]["request_id"] == id);
}

/// Asks more often than spans have room, while nobody takes them, and returns what the server logs about it.
fn ask_without_collector(folder: &str, url: &str) -> Vec<String> {
    let mut command = traced(&fresh_folder(folder), url);
    command.envs([("OTEL_BSP_MAX_QUEUE_SIZE", "8"), ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "4")]);
    let mut running = Running::start(command);
    for _ in 0..40 {
        assert!(running.get("/secrets").starts_with("HTTP/1.1 200"));
    }
    running.signal("-TERM");
    assert!(ended(&mut running.child).success());
    running.log_lines().iter().cloned().chain(running.log().rest()).collect()
}

#[test]
fn collector_that_fails_keeps_nobody_waiting_and_is_logged_once() {
    let failing = Collector::start("401");
    for (url, cause) in [("http://127.0.0.1:9", "cause="), (failing.url.as_str(), "status 401")] {
        let log = ask_without_collector("traces-failing", url);
        let lines: Vec<_> = log.iter().filter(|line| line.contains("traces cannot be sent")).collect();
        assert!(lines.len() == 1 && lines[0].contains(cause), "{log:#?}");
    }
}

#[test]
fn collector_that_never_answers_keeps_nobody_waiting() {
    let collector = Collector::start("never");
    let log = ask_without_collector("traces-never", &collector.url);
    // It got something, if only the first spans of the first request, and the end of the server did not wait for its answer.
    collector.until(|_| true);
    assert!(log.iter().any(|line| line.contains("the last traces could not be sent")), "{log:#?}");
}

#[test]
fn nothing_is_sent_unless_the_variables_ask_for_it() {
    let collector = Collector::start("200");
    let mut command = traced(&fresh_folder("traces-off"), &collector.url);
    command.env("OTEL_TRACES_EXPORTER", "none");
    let mut running = Running::start(command);
    running.signal("-TERM");
    assert!(ended(&mut running.child).success());

    // A mistake leaves the portal without traces, and is said in the log.
    let mut command = traced(&fresh_folder("traces-wrong"), &collector.url);
    command.env("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc");
    let running = Running::start(command);
    let log = running.log_lines();
    assert!(log.iter().any(|line| line.contains("OTEL_EXPORTER_OTLP_PROTOCOL")), "{log:?}");
    drop(running);
    assert_eq!(collector.rest(), Vec::<Value>::new());
}

#[test]
fn variables_of_traces_may_stand_in_the_settings_file() {
    let collector = Collector::start("200");
    let folder = fresh_folder("traces-file");
    let file = folder.join("latchkey.conf");
    fs::write(
        &file,
        format!("OTEL_EXPORTER_OTLP_ENDPOINT={}\nOTEL_SERVICE_NAME=of-the-file\n", collector.url),
    )
    .unwrap();
    let mut command = latchkey(&folder);
    command.env("LATCHKEY_SETTINGS_FILE", &file).env("OTEL_BSP_SCHEDULE_DELAY", "50");
    let running = Running::start(command);
    let (span, _) = collector.until(|span| span["name"] == "POST /sign-in");
    assert_eq!(span["resource"]["service.name"], "of-the-file");
    let log = running.log_lines();
    assert!(!log.iter().any(|line| line.contains("OTEL_")), "{log:?}");
}
