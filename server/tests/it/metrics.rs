//! Metrics for Prometheus: what they count, what they never show, and their listener.

use crate::{
    bounded::{self, ended},
    harness::{Answer, Monitoring, TestApp, fresh_folder, unique},
    process::{Running, latchkey, wait_until},
    sentinel::{Captured, SENTINEL, assert_absent, capture},
};
use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use domain::access::{Role, TokenScope};
use std::{
    fs,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Command, Stdio},
};

/// The formats that Prometheus asks for.
const ACCEPT: &str = "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,\
                      text/plain;version=0.0.4;q=0.5,*/*;q=0.1";

/// Asks as Prometheus does.
async fn scrape(monitoring: &Monitoring) -> Answer {
    let request = Request::get("/metrics").header(header::ACCEPT, ACCEPT).body(Body::empty()).unwrap();
    monitoring.scrape(request, 2_000).await
}

/// Returns the value of a sample, which is named with its labels.
fn sample(text: &str, name: &str) -> Option<f64> {
    text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok())
}

/// Has Prometheus' own tool judge the older text.
fn judge(text: &str) {
    let mut promtool = Command::new("promtool")
        .args(["check", "metrics", "--extended"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    promtool.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = promtool.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.trim().is_empty(), "{said}\n{text}");
}

#[tokio::test]
async fn metrics_count_requests_by_route_method_and_status() {
    let mut app = TestApp::start().await;
    let monitoring = app.monitor();
    let name = unique("measured");
    app.add_image(&name, "some password").await;
    app.get(&format!("/secrets/image-{name}")).await;
    app.get(&format!("/secrets/image-{}", unique("absent"))).await;
    let nowhere = format!("/{}/nowhere", unique("path"));
    for path in [&nowhere, "/pkg/nothing.js"] {
        app.get(path).await;
    }
    let odd = Request::builder().method(Method::from_bytes(b"ODD").unwrap()).uri("/secrets");
    app.send(odd.body(Body::empty()).unwrap()).await;
    let token = app.token(TokenScope::ReadValues, |_| {}).await;
    let value = format!("/api/v1/secrets/image-{name}/value?shape=raw");
    let read = Request::get(value).header(header::AUTHORIZATION, format!("Bearer {token}"));
    assert_eq!(app.send_anonymous(read.body(Body::empty()).unwrap()).await.status, StatusCode::OK);

    let answer = scrape(&monitoring).await;
    assert_eq!(answer.status, StatusCode::OK);
    let text = &answer.body;
    for (route, method, status, count) in [
        ("/secrets/new", "POST", 303, 1.0),
        ("/secrets/{id}", "GET", 200, 1.0),
        ("/secrets/{id}", "GET", 404, 1.0),
        ("/secrets", "other", 405, 1.0),
        ("/pkg/{file}", "GET", 404, 1.0),
        ("other", "GET", 404, 1.0),
        ("/api/v1/secrets/{id}/value", "GET", 200, 1.0),
    ] {
        let name = format!(
            "latchkey_http_requests_total{{route=\"{route}\",method=\"{method}\",status=\"{status}\"}}"
        );
        assert_eq!(sample(text, &name), Some(count), "{name}: {text}");
    }
    let durations = "latchkey_http_request_duration_seconds_count{route=\"/secrets/{id}\",method=\"GET\"}";
    assert_eq!(sample(text, durations), Some(2.0));
    assert_eq!(sample(text, "latchkey_value_reads_total{outcome=\"done\"}"), Some(1.0));
    assert!(!text.contains(&nowhere), "{text}");
    let used = format!("latchkey_secret_last_used_timestamp_seconds{{kind=\"image-pull\",name=\"{name}\"}}");
    assert!(sample(text, &used).is_some_and(|at| at > 1.7e9), "{used}: {text}");
}

#[tokio::test]
async fn metrics_show_the_state_of_the_process_and_the_database() {
    let mut app = TestApp::start().await;
    let monitoring = app.monitor();
    app.add_image(&unique("counted"), "some password").await;
    let text = scrape(&monitoring).await.body;
    let version = format!("latchkey_build_info{{version=\"{}\"}}", env!("CARGO_PKG_VERSION"));
    for (name, value) in [
        (version.as_str(), 1.0),
        ("latchkey_database_up", 1.0),
        ("latchkey_sealed", 0.0),
        ("latchkey_draining", 0.0),
        ("latchkey_database_connections_max", 4.0),
        ("latchkey_database_connections{state=\"in-use\"}", 0.0),
        ("latchkey_database_waiting", 0.0),
        ("latchkey_secret_names_left_out", 0.0),
    ] {
        assert_eq!(sample(&text, name), Some(value), "{name}: {text}");
    }
    for name in [
        "latchkey_secrets{kind=\"image-pull\"}",
        "latchkey_secrets_in_state{state=\"never-tested\"}",
        "latchkey_audit_records_total",
        "latchkey_audit_bytes",
        "latchkey_audit_last_record_timestamp_seconds",
        "latchkey_audit_append_duration_seconds_count",
        "process_resident_memory_bytes",
        "process_open_fds",
        "process_start_time_seconds",
        "process_cpu_seconds_total",
    ] {
        assert!(sample(&text, name).is_some_and(|value| value > 0.0), "{name}: {text}");
    }
    assert!(text.contains("latchkey_sealed_values{key=\""), "{text}");
    let few = monitoring.scrape(Request::get("/metrics").body(Body::empty()).unwrap(), 0).await.body;
    assert_eq!(sample(&few, "latchkey_secret_names_left_out"), Some(1.0), "{few}");
    assert!(!few.contains("name=\""), "{few}");

    let early = scrape(&app.metrics_without_database()).await;
    assert_eq!((early.status, sample(&early.body, "latchkey_database_up")), (StatusCode::OK, Some(0.0)));
    assert!(early.body.contains("latchkey_build_info") && early.body.ends_with("# EOF\n"), "{}", early.body);
}

#[tokio::test]
async fn metrics_are_in_the_format_that_is_asked_for() {
    let mut app = TestApp::start().await;
    let monitoring = app.monitor();
    app.get("/secrets").await;
    let open = scrape(&monitoring).await;
    assert_eq!(open.header("content-type"), "application/openmetrics-text; version=1.0.0; charset=utf-8");
    assert!(open.body.ends_with("\n# EOF\n"), "{}", open.body);
    assert!(open.body.contains("# TYPE latchkey_http_requests counter\n"), "{}", open.body);
    let plain = monitoring.scrape(Request::get("/metrics").body(Body::empty()).unwrap(), 2_000).await;
    assert_eq!(plain.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    assert!(plain.body.contains("# TYPE latchkey_http_requests_total counter\n"), "{}", plain.body);
    judge(&plain.body);
    for name in ["cache-control", "x-content-type-options", "content-security-policy"] {
        assert!(!plain.header(name).is_empty(), "{name}");
    }
    for (method, path, status) in [
        (Method::GET, "/", StatusCode::NOT_FOUND),
        (Method::GET, "/secrets", StatusCode::NOT_FOUND),
        (Method::POST, "/metrics", StatusCode::METHOD_NOT_ALLOWED),
    ] {
        let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
        assert_eq!(monitoring.scrape(request, 0).await.status, status, "{path}");
    }
}

#[tokio::test]
async fn metrics_and_the_log_of_requests_show_no_value_and_no_person() {
    let mut app = TestApp::start().await;
    let monitoring = app.monitor();
    let name = unique("unseen");
    app.add_image(&name, SENTINEL).await;
    let person = unique("person");
    let cookie = app.session(&person, Role::Admin).await;
    for path in
        [format!("/users/{person}"), format!("/secrets/image-{name}/{SENTINEL:?}").replace(['"', '\\'], "")]
    {
        let request = Request::get(path).header(header::COOKIE, &cookie);
        app.send_anonymous(request.body(Body::empty()).unwrap()).await;
    }
    let token = app.token(TokenScope::ReadValues, |_| {}).await;
    let read = Request::get(format!("/api/v1/secrets/image-{name}/value?shape=raw"));
    let read = read.header(header::AUTHORIZATION, format!("Bearer {token}")).body(Body::empty()).unwrap();
    assert_eq!(app.send_anonymous(read).await.status, StatusCode::OK);
    let text = scrape(&monitoring).await.body;
    assert!(text.contains(&name), "{text}");
    assert!(!text.contains(&person) && !text.contains("ghcr.io") && !text.contains("robot"), "{text}");
    assert_absent(&text, "metrics");

    app.log_requests();
    let (log, guard) = capture();
    let path = format!("/secrets/image-{name}?q=SENTINEL");
    let request = Request::get(&path).header(header::COOKIE, &cookie);
    app.send_anonymous(request.body(Body::empty()).unwrap()).await;
    drop(guard);
    let log = plain(&log);
    let line = log.lines().find(|line| line.contains("request_log")).unwrap();
    for part in
        ["INFO", "method=\"GET\"", "route=\"/secrets/{id}\"", "status=200", "milliseconds=", "request_id="]
    {
        assert!(line.contains(part), "{part}: {line}");
    }
    assert!(line.contains(&format!("path=\"/secrets/image-{name}\"")), "{line}");
    assert!(!line.contains("SENTINEL") && !line.contains(&person) && !line.contains(&cookie), "{line}");
}

/// Returns what was logged, without colours.
fn plain(log: &Captured) -> String {
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let mut parts = text.split('\u{1b}');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |plain, part| plain + part.split_once('m').map_or("", |(_, rest)| rest))
}

/// Sends a request to a listener, and returns the answer.
pub(crate) fn ask(addr: &str, host: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(addr).unwrap();
    stream.set_read_timeout(Some(bounded::LIMIT)).unwrap();
    stream
        .write_all(format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").as_bytes())
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// Returns the address of the listener for metrics.
pub(crate) fn metrics_addr(running: &Running) -> String {
    let found = running.log_lines().iter().find_map(|line| {
        line.split("metrics are at http://").nth(1)?.strip_suffix("/metrics").map(str::to_owned)
    });
    found.unwrap_or_else(|| panic!("{:?}", running.log_lines()))
}

#[test]
fn listener_serves_metrics_alone_and_outlasts_the_database() {
    let folder = fresh_folder("metrics");
    let mut command = latchkey(&folder);
    command.env("LATCHKEY_METRICS_ADDR", "127.0.0.1:0");
    let mut running = Running::start(command);
    let addr = metrics_addr(&running);
    let answer = ask(&addr, &addr, "/metrics");
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("\nlatchkey_database_up 1\n"), "{answer}");
    assert!(ask(&addr, &addr, "/secrets").starts_with("HTTP/1.1 404"));
    // A site whose name leads here.
    assert!(ask(&addr, "rebound.example", "/metrics").starts_with("HTTP/1.1 421"));
    assert!(!running.get("/metrics").contains("latchkey_build_info"));

    // The private PostgreSQL is stopped: what the process knows is still shown.
    let postgres = crate::process::postgres_pid(&folder).unwrap();
    let signalled = |name: &str| {
        assert!(bounded::output(Command::new("kill").args([name, &postgres])).status.success());
    };
    let children = bounded::output(Command::new("pgrep").args(["-P", &postgres]));
    let children = String::from_utf8(children.stdout).unwrap();
    let all = |name: &str| {
        signalled(name);
        for child in children.split_whitespace() {
            // One that has ended meanwhile needs no signal.
            drop(bounded::output(Command::new("kill").args([name, child])));
        }
    };
    all("-STOP");
    wait_until("the database counts as away", || {
        ask(&addr, &addr, "/metrics").contains("\nlatchkey_database_up 0\n")
    });
    let answer = ask(&addr, &addr, "/metrics");
    assert!(
        answer.contains("\nprocess_open_fds ") && answer.contains("\nlatchkey_http_requests_total{"),
        "{answer}"
    );
    assert!(!answer.contains("latchkey_secrets{"), "{answer}");
    all("-CONT");
    wait_until("the database is back", || {
        ask(&addr, &addr, "/metrics").contains("\nlatchkey_database_up 1\n")
    });

    running.signal("-TERM");
    assert!(ended(&mut running.child).success());
    assert!(TcpStream::connect(&addr).is_err());
}

#[test]
fn listener_is_off_unless_asked_for_and_a_taken_address_is_reported() {
    let folder = fresh_folder("metrics-taken");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut command = latchkey(&folder);
    command.env("LATCHKEY_METRICS_ADDR", taken.local_addr().unwrap().to_string());
    let (said, _) = crate::process::failed(command);
    assert!(said.contains("LATCHKEY_METRICS_ADDR"), "{said}");
    let running = Running::start(latchkey(&folder));
    assert!(
        !running.log_lines().iter().any(|line| line.contains("metrics are at")),
        "{:?}",
        running.log_lines()
    );
}

/// Ends Prometheus with the test.
struct Prometheus(std::process::Child, String);

impl Drop for Prometheus {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

impl Prometheus {
    fn start(folder: &Path, target: &str) -> Self {
        let config = folder.join("prometheus.yml");
        let text = format!(
            "global: {{ scrape_interval: 1s, evaluation_interval: 1s }}\n\
             scrape_configs:\n  - job_name: latchkey\n    static_configs:\n      - targets: ['{target}']\n"
        );
        fs::write(&config, text).unwrap();
        // Free a moment ago, which is enough on a machine of tests.
        let addr = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
        let child = Command::new("prometheus")
            .arg(format!("--config.file={}", config.display()))
            .arg(format!("--storage.tsdb.path={}", folder.join("tsdb").display()))
            .arg(format!("--web.listen-address={addr}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self(child, addr)
    }

    /// Returns the answer to a request.
    fn get(&self, path: &str) -> Option<String> {
        let mut stream = TcpStream::connect(&self.1).ok()?;
        let request = format!("GET {path} HTTP/1.0\r\nHost: {}\r\n\r\n", self.1);
        stream.write_all(request.as_bytes()).ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        Some(answer)
    }
}

#[test]
fn prometheus_scrapes_the_portal() {
    let folder = fresh_folder("prometheus");
    let mut command = latchkey(&folder);
    command.env("LATCHKEY_METRICS_ADDR", "127.0.0.1:0");
    let running = Running::start(command);
    running.add("scraped");
    let prometheus = Prometheus::start(&folder, &metrics_addr(&running));
    wait_until("Prometheus has scraped", || {
        let targets = prometheus.get("/api/v1/targets").unwrap_or_default();
        let answer = prometheus.get("/api/v1/query?query=latchkey_database_up").unwrap_or_default();
        targets.contains("\"health\":\"up\"") && answer.contains(",\"1\"]")
    });
    let query = "/api/v1/query?query=latchkey_http_requests_total%7Broute%3D%22%2Fsecrets%2Fnew%22%7D";
    let answer = prometheus.get(query).unwrap();
    assert!(answer.contains("\"method\":\"POST\"") && answer.contains("\"status\":\"303\""), "{answer}");
    // Read as OpenMetrics, which tells counters from what else there is.
    let metadata = prometheus.get("/api/v1/metadata?metric=latchkey_http_requests").unwrap();
    assert!(metadata.contains("\"type\":\"counter\""), "{metadata}");
}

/// Returns the folder of what is shipped for Prometheus and Grafana.
fn shipped() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../packages/monitoring")
}

/// Has Prometheus' own tool judge a file.
fn promtool(arguments: &[&str], file: &Path) {
    let output = bounded::output(Command::new("promtool").args(arguments).arg(file));
    let said = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&said));
}

#[test]
fn shipped_alerts_pass_their_tests() {
    promtool(&["check", "rules", "--lint-fatal"], &shipped().join("alerts.yaml"));
    promtool(&["test", "rules"], &shipped().join("alerts.test.yaml"));
    let alerts = fs::read_to_string(shipped().join("alerts.yaml")).unwrap();
    let tests = fs::read_to_string(shipped().join("alerts.test.yaml")).unwrap();
    let page = fs::read_to_string(shipped().join("../../docs/monitoring.md")).unwrap();
    for alert in alerts.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")) {
        assert!(tests.contains(&format!("alertname: {alert}\n")), "{alert} has no test");
        assert!(page.contains(&format!("| `{alert}` |")), "{alert} is not described");
    }
}

/// Returns every expression of the dashboard.
fn expressions(value: &serde_json::Value, found: &mut Vec<String>) {
    match value {
        serde_json::Value::Object(members) => {
            found.extend(members.get("expr").and_then(|text| text.as_str()).map(str::to_owned));
            members.values().for_each(|value| expressions(value, found));
        }
        serde_json::Value::Array(items) => items.iter().for_each(|value| expressions(value, found)),
        _ => {}
    }
}

/// Returns the names of metrics in a text, as `latchkey_…`.
fn names(text: &str) -> std::collections::BTreeSet<String> {
    let words = text.split(|char: char| !char.is_ascii_alphanumeric() && char != '_');
    words.filter(|word| word.starts_with("latchkey_")).map(str::to_owned).collect()
}

#[test]
fn shipped_dashboard_has_valid_expressions_of_described_metrics() {
    let text = fs::read_to_string(shipped().join("dashboard.json")).unwrap();
    let dashboard: serde_json::Value = serde_json::from_str(&text).unwrap();
    let mut found = Vec::new();
    expressions(&dashboard, &mut found);
    assert!(found.len() > 25, "{found:?}");
    let rules: Vec<_> = found
        .iter()
        .enumerate()
        .map(|(number, expression)| {
            let expression = expression.replace("$__rate_interval", "5m").replace("$instance", ".*");
            assert!(!expression.contains('$'), "{expression}");
            serde_json::json!({ "record": format!("dashboard:{number}"), "expr": expression })
        })
        .collect();
    let file = fresh_folder("dashboard").join("rules.json");
    let rules = serde_json::json!({ "groups": [{ "name": "dashboard", "rules": rules }] });
    fs::write(&file, rules.to_string()).unwrap();
    promtool(&["check", "rules", "--lint=none"], &file);

    let page = fs::read_to_string(shipped().join("../../docs/monitoring.md")).unwrap();
    let alerts = fs::read_to_string(shipped().join("alerts.yaml")).unwrap();
    let described = names(&page);
    for name in names(&found.join(" ")).union(&names(&alerts)) {
        let name =
            ["_bucket", "_sum", "_count"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
        assert!(described.contains(name), "{name} is not described");
    }
}

#[tokio::test]
async fn described_metrics_are_those_that_are_shown() {
    let mut app = TestApp::start().await;
    let monitoring = app.monitor();
    let name = unique("described");
    // Nothing listens there.
    let fields = [("name", name.as_str()), ("type", "image-pull"), ("registry_host", "127.0.0.1:9")];
    let fields = [
        &fields[..],
        &[
            ("username", "robot"),
            ("password", "some password"),
            ("expires_at", "2040-01-31T12:00:00Z"),
            ("allow_duplicate", "on"),
        ],
    ];
    assert_eq!(app.post("/secrets/new", &fields.concat()).await.status, StatusCode::SEE_OTHER);
    app.post(&format!("/secrets/image-{name}/check"), &[]).await;
    let token = app.token(TokenScope::ReadValues, |_| {}).await;
    let read = Request::get(format!("/api/v1/secrets/image-{name}/value?shape=raw"));
    let read = read.header(header::AUTHORIZATION, format!("Bearer {token}")).body(Body::empty()).unwrap();
    assert_eq!(app.send_anonymous(read).await.status, StatusCode::OK);
    monitoring.cleaned();
    let text = monitoring.scrape(Request::get("/metrics").body(Body::empty()).unwrap(), 2_000).await.body;
    let typed = |line: &str| Some(line.strip_prefix("# TYPE ")?.split_once(' ')?.0.to_owned());
    let shown = text.lines().filter_map(typed).filter(|name| name.starts_with("latchkey_")).collect();
    let page = fs::read_to_string(shipped().join("../../docs/monitoring.md")).unwrap();
    let table = page.lines().filter(|line| line.starts_with("| `latchkey_"));
    let described: std::collections::BTreeSet<String> =
        table.flat_map(|line| names(line.split('|').nth(1).unwrap_or_default())).collect();
    assert_eq!(described, shown);
}

#[tokio::test]
async fn slow_queries_are_logged_by_their_method_and_never_by_a_value() {
    let app = TestApp::start().await;
    let everything = backend::Observed { metrics: None, slow: Some(std::time::Duration::ZERO) };
    app.backend.observe(everything);
    let name = unique("slow");
    let (log, guard) = capture();
    app.add_image(&name, SENTINEL).await;
    let answer = app.get(&format!("/secrets/image-{name}")).await;
    drop(guard);
    let log = plain(&log);
    let slow: Vec<&str> = log.lines().filter(|line| line.contains("slow query")).collect();
    for part in ["work=\"write\" by=\"backend::secrets::create", "WARN", "milliseconds="] {
        assert!(slow.iter().any(|line| line.contains(part)), "{part}: {slow:#?}");
    }
    let id = answer.header("x-request-id");
    assert!(slow.iter().any(|line| line.contains("work=\"read\"") && line.contains(id)), "{id}: {slow:#?}");
    assert!(!slow.iter().any(|line| line.contains(&name)), "{slow:#?}");
    assert_absent(&slow.concat(), "the log of slow queries");
}
