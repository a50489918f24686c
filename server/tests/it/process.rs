//! The binary as a process, with its private PostgreSQL.

use crate::{
    bounded::{self, LIMIT, Lines, ended},
    harness::{KEY, form, fresh_folder},
};
use domain::{
    secret::{Credential, SecretId},
    sensitive::Sensitive,
};
use private_postgres::{PrivatePostgres, Stop};
use std::{
    cell::RefCell,
    fs,
    io::{self, Read, Write},
    net::{TcpListener, TcpStream},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::LazyLock,
    time::{Duration, Instant},
};

const PASSWORD: &str = "correct horse battery";

pub(crate) fn latchkey(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_latchkey"));
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("LATCHKEY_DATA_DIR", folder)
        .env("LATCHKEY_ADDR", "127.0.0.1:0")
        .env("LATCHKEY_ADMIN_USER", "root")
        .env("LATCHKEY_ADMIN_PASSWORD", PASSWORD)
        .env("LATCHKEY_DRAIN_SECONDS", "0")
        .env("NO_COLOR", "1")
        .env("LEPTOS_SITE_ROOT", site())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Returns a complete site for a binary that no site was built for.
fn site() -> &'static Path {
    static SITE: LazyLock<PathBuf> = LazyLock::new(|| {
        let folder = fresh_folder("site");
        fs::create_dir_all(folder.join("pkg")).unwrap();
        for name in ["latchkey.css", "latchkey.js", "latchkey.wasm"] {
            fs::write(folder.join("pkg").join(name), "").unwrap();
        }
        folder
    });
    &SITE
}

pub(crate) struct Running {
    pub(crate) child: Child,
    addr: String,
    /// The cookie of the administrator's session.
    cookie: String,
    /// The lines that it had logged when it was ready.
    said: Vec<String>,
    /// The lines that it has logged since.
    log: Option<Lines>,
}

impl Running {
    /// Starts a server, and waits until it says its address.
    pub(crate) fn start(command: Command) -> Self {
        Self::start_as(command, "root", PASSWORD)
    }

    /// Does the same, and signs in with another name or password.
    pub(crate) fn start_as(mut command: Command, username: &str, password: &str) -> Self {
        let mut running = Self::of(command.spawn().unwrap());
        let said = RefCell::new(Vec::new());
        running.addr = running.log().find(|line| {
            said.borrow_mut().push(line.to_owned());
            line.split("Latchkey is at http://").nth(1).map(str::to_owned)
        });
        running.said = said.into_inner();
        let answer = running.post("/sign-in", &[("username", username), ("password", password)]);
        // A sealed portal has no session.
        running.cookie = session_in(&answer).unwrap_or_default();
        running
    }

    /// Returns a server that is starting, and that ends with the returned value.
    pub(crate) fn of(mut child: Child) -> Self {
        let log = child.stdout.take().map(Lines::of);
        Self { child, addr: String::new(), cookie: String::new(), said: Vec::new(), log }
    }

    /// Returns the lines that it had logged when it was ready.
    pub(crate) fn log_lines(&self) -> &[String] {
        &self.said
    }

    /// Returns the lines that it has logged since.
    pub(crate) fn log(&self) -> &Lines {
        self.log.as_ref().unwrap()
    }

    /// Returns its address as a URL.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    pub(crate) fn send(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(&self.addr).unwrap();
        stream.set_read_timeout(Some(LIMIT)).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    pub(crate) fn get(&self, path: &str) -> String {
        self.send(&format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nCookie: {}\r\nConnection: close\r\n\r\n",
            self.addr, self.cookie
        ))
    }

    pub(crate) fn post(&self, path: &str, fields: &[(&str, &str)]) -> String {
        let body = form(fields);
        self.send(&format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nCookie: {}\r\nConnection: close\r\nContent-Length: {}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\n\r\n{body}",
            self.addr,
            self.cookie,
            body.len()
        ))
    }

    pub(crate) fn add(&self, name: &str) -> String {
        self.post(
            "/secrets/new",
            &[("name", name), ("type", "git-dataset"), ("secret", KEY), ("allow_duplicate", "on")],
        )
    }

    /// Returns the address that it listens on.
    pub(crate) fn addr(&self) -> &str {
        &self.addr
    }

    pub(crate) fn signal(&self, name: &str) {
        bounded::signal(&self.child, name);
    }
}

/// Ends the server that a failed test leaves behind.
impl Drop for Running {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            drop(self.child.kill());
            drop(self.child.wait());
        }
    }
}

/// Returns the session of an answer, as the browser sends it back.
fn session_in(answer: &str) -> Option<String> {
    let line = answer.lines().find_map(|line| line.strip_prefix("set-cookie: latchkey_session="))?;
    Some(format!("latchkey_session={}", line.split(';').next()?))
}

pub(crate) fn failed(mut command: Command) -> (String, Output) {
    let output = bounded::output(&mut command);
    assert!(!output.status.success());
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (said, output)
}

pub(crate) fn postgres_pid(folder: &Path) -> Option<String> {
    let text = fs::read_to_string(folder.join("postgres/postmaster.pid")).ok()?;
    text.lines().next().map(str::to_owned)
}

pub(crate) fn wait_until(what: &str, happened: impl Fn() -> bool) {
    let began = Instant::now();
    while !happened() {
        assert!(began.elapsed() < LIMIT, "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn server_outlives_a_log_that_takes_nothing() {
    let folder = fresh_folder("full-log");
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let full = || fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut command = latchkey(&folder);
    // Nobody to sign in either: the link that says so goes nowhere.
    command.env_remove("LATCHKEY_ADMIN_USER").env_remove("LATCHKEY_ADMIN_PASSWORD");
    command.env("LATCHKEY_ADDR", format!("127.0.0.1:{port}")).stdout(full()).stderr(full());
    let mut child = command.spawn().unwrap();
    wait_until("it is ready", || {
        let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else { return false };
        let mut answer = String::new();
        let asked = stream.write_all(b"GET /readyz HTTP/1.0\r\n\r\n");
        asked.is_ok() && stream.read_to_string(&mut answer).is_ok() && answer.contains(" 200 ")
    });
    bounded::signal(&child, "-TERM");
    assert!(child.wait().unwrap().success());
}

#[test]
fn server_keeps_everything_after_a_kill_and_stops_cleanly() {
    // Far from any folder that another account may enter, and longer than a socket's address may be.
    let outer = fresh_folder("process");
    fs::set_permissions(&outer, fs::Permissions::from_mode(0o700)).unwrap();
    let folder = outer.join("d".repeat(120));

    let mut first = Running::start(latchkey(&folder));
    assert!(first.get("/livez").starts_with("HTTP/1.1 200"));
    assert!(first.get("/readyz").starts_with("HTTP/1.1 200"));
    assert!(first.add("before-the-kill").contains("location: /secrets\r\n"));
    let key_file = folder.join("key-encryption-key");
    assert_eq!(fs::metadata(&key_file).unwrap().permissions().mode() & 0o777, 0o600);
    let old = postgres_pid(&folder).unwrap();
    let owner =
        fs::metadata(format!("/proc/{old}")).map(|data| std::os::unix::fs::MetadataExt::uid(&data)).unwrap();
    assert_ne!(owner, 0, "PostgreSQL runs as root");

    // Commands work beside the running server.
    assert!(bounded::output(latchkey(&folder).arg("migrate")).status.success());

    first.signal("-KILL");
    ended(&mut first.child);
    let mut second = Running::start(latchkey(&folder));
    assert!(second.get("/secrets").contains("before-the-kill"));
    assert_ne!(postgres_pid(&folder).unwrap(), old);

    second.signal("-TERM");
    assert!(ended(&mut second.child).success());
    assert_eq!(postgres_pid(&folder), None, "PostgreSQL was left behind");

    // Another key than the values were sealed with: the server is up, but sealed.
    fs::write(&key_file, "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n").unwrap();
    let mut sealed = Running::start(latchkey(&folder));
    assert!(sealed.get("/livez").starts_with("HTTP/1.1 200"));
    assert!(sealed.get("/readyz").starts_with("HTTP/1.1 503"));
    assert!(sealed.get("/secrets").starts_with("HTTP/1.1 503"));
    assert!(sealed.add("while-sealed").starts_with("HTTP/1.1 503"));
    sealed.signal("-INT");
    assert!(ended(&mut sealed.child).success());
    wait_until("PostgreSQL is gone", || postgres_pid(&folder).is_none());
}

#[test]
fn failed_start_says_what_to_do() {
    let folder = fresh_folder("refusals");
    let mut weak = latchkey(&folder);
    weak.env("LATCHKEY_ADMIN_PASSWORD", "SENTINEL-1");
    let (said, _) = failed(weak);
    assert!(said.contains("at least 12 characters") && !said.contains("SENTINEL"), "{said}");

    let exposed = folder.join("exposed");
    fs::write(&exposed, "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=").unwrap();
    fs::set_permissions(&exposed, fs::Permissions::from_mode(0o644)).unwrap();
    let mut readable = latchkey(&folder);
    readable.env("LATCHKEY_KEK_FILE", &exposed).env("DATABASE_URL", "postgres://u:SENTINEL@127.0.0.1:1/x");
    let (said, _) = failed(readable);
    assert!(said.contains("chmod 600") && !said.contains("SENTINEL"), "{said}");

    fs::set_permissions(&exposed, fs::Permissions::from_mode(0o640)).unwrap();
    let mut group = latchkey(&folder);
    group.env("LATCHKEY_KEK_FILE", &exposed).env("DATABASE_URL", "postgres://127.0.0.1:1/x");
    let (said, _) = failed(group);
    assert!(said.contains("others than its owner") && said.contains("defaultMode: 0400"), "{said}");

    let mut zero = latchkey(&folder);
    zero.env("LATCHKEY_KEK", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
        .env("DATABASE_URL", "postgres://127.0.0.1:1/x");
    let (said, _) = failed(zero);
    assert!(said.contains("all zeros"), "{said}");

    let mut both = latchkey(&folder);
    both.env("LATCHKEY_KEK", "x").env("LATCHKEY_KEK_FILE", "y");
    let (said, _) = failed(both);
    assert!(said.contains("cannot be used with"), "{said}");

    let mut alone = latchkey(&folder);
    alone.env("LATCHKEY_PASSWORD_SIGN_IN", "off").env("DATABASE_URL", "postgres://127.0.0.1:1/x");
    let (said, _) = failed(alone);
    assert!(said.contains("nobody could sign in"), "{said}");

    let mut secret = latchkey(&folder);
    secret
        .env("DATABASE_URL", "postgres://127.0.0.1:1/x")
        .envs([("LATCHKEY_OIDC_ISSUER", "https://login.example"), ("LATCHKEY_OIDC_CLIENT_ID", "latchkey")])
        .envs([("LATCHKEY_OIDC_ADMIN_GROUP", "ops"), ("LATCHKEY_OIDC_CLIENT_SECRET_FILE", "/nowhere")]);
    let (said, _) = failed(secret);
    assert!(said.contains("LATCHKEY_OIDC_CLIENT_SECRET_FILE cannot be read"), "{said}");

    let mut no_address = latchkey(&folder);
    no_address.arg("migrate").env("DATABASE_URL", "SENTINEL");
    let (said, _) = failed(no_address);
    assert!(said.contains("DATABASE_URL") && !said.contains("SENTINEL"), "{said}");
}

#[test]
fn help_lists_every_command_and_help_of_serve_every_setting() {
    let help = |arguments: &[&str]| {
        let output = bounded::output(latchkey(Path::new("unused")).args(arguments));
        String::from_utf8(output.stdout).unwrap()
    };
    let of_all = help(&["--help"]);
    for command in ["user", "token", "audit", "key", "serve", "migrate", "doctor"] {
        assert!(of_all.contains(command), "{command} is missing: {of_all}");
    }
    let help = help(&["serve", "--help"]);
    for name in [
        "DATABASE_URL",
        "DATABASE_URL_FILE",
        "LATCHKEY_DATABASE_POOLER",
        "LATCHKEY_ADDR",
        "LATCHKEY_DATA_DIR",
        "LATCHKEY_KEK",
        "LATCHKEY_KEK_FILE",
        "LATCHKEY_LOG",
        "LATCHKEY_LOG_FORMAT",
        "LATCHKEY_PUBLIC_URL",
        "LATCHKEY_HOSTS",
        "LATCHKEY_TRUSTED_PROXIES",
        "LATCHKEY_DRAIN_SECONDS",
        "LATCHKEY_KEEP_ALIVE_SECONDS",
        "LATCHKEY_SESSION_IDLE_MINUTES",
        "LATCHKEY_SESSION_HOURS",
        "LATCHKEY_ADMIN_USER",
        "LATCHKEY_ADMIN_PASSWORD",
        "LATCHKEY_ADMIN_PASSWORD_FILE",
        "LATCHKEY_PASSWORD_SIGN_IN",
        "LATCHKEY_OIDC_ISSUER",
        "LATCHKEY_OIDC_CLIENT_ID",
        "LATCHKEY_OIDC_CLIENT_SECRET",
        "LATCHKEY_OIDC_CLIENT_SECRET_FILE",
        "LATCHKEY_OIDC_ADMIN_GROUP",
        "LATCHKEY_OIDC_EDITOR_GROUP",
        "LATCHKEY_OIDC_READER_GROUP",
        "LATCHKEY_OIDC_GROUPS_CLAIM",
    ] {
        assert!(help.contains(name), "{name} is missing: {help}");
    }
}

/// The first administrator by the printed link, and the command line beside a running server.
#[test]
#[expect(clippy::too_many_lines, reason = "one story, told from its beginning to its end")]
fn commands_work_beside_a_running_server() {
    let folder = fresh_folder("commands");
    let bare = |folder: &Path| {
        let mut command = latchkey(folder);
        command.env_remove("LATCHKEY_ADMIN_USER").env_remove("LATCHKEY_ADMIN_PASSWORD");
        command
    };
    let mut command = bare(&folder);
    command.env("LATCHKEY_LOG_FORMAT", "json");
    let mut running = Running::of(command.spawn().unwrap());
    running.addr = running.log().find(|line| {
        let line: serde_json::Value = serde_json::from_str(line).expect("each line is JSON");
        let text = line["message"].as_str()?.strip_prefix("Latchkey is at ")?;
        Some(text.rsplit("//").next()?.to_owned())
    });
    let said = Lines::of(running.child.stderr.take().unwrap());
    let link = said.find(|line| line.contains("/setup?token=").then(|| line.trim().to_owned()));
    assert!(link.starts_with(&format!("http://{}/setup", running.addr)), "{link}");
    let path = &link[link.find("/setup").unwrap()..];

    assert!(running.get("/sign-in").contains("Set up Latchkey first"));
    assert!(running.get(path).contains("Set up Latchkey"));
    let fields = [("username", "ana"), ("password", PASSWORD), ("repeat_password", PASSWORD)];
    assert!(running.post(path, &fields).starts_with("HTTP/1.1 303"));
    assert!(running.post(path, &fields).starts_with("HTTP/1.1 410"));
    assert!(!running.get("/sign-in").contains("Set up Latchkey first"));

    let run = |arguments: &[&str]| {
        let output = bounded::output(bare(&folder).args(arguments));
        let said = String::from_utf8(output.stderr).unwrap();
        (output.status.success(), String::from_utf8(output.stdout).unwrap(), said)
    };
    let (done, out, _) = run(&["user", "add", "Ben", "--role", "editor"]);
    assert!(done && out.contains("/choose-password?token="), "{out}");
    let chosen = &out.trim()[out.find("/choose").unwrap()..];
    let chosen = running.post(chosen, &fields[1..]);
    assert!(chosen.starts_with("HTTP/1.1 303"));
    running.cookie = session_in(&chosen).unwrap();
    let (done, out, _) = run(&["user", "list"]);
    assert!(done && out.contains("ana\tadmin\tactive") && out.contains("ben\teditor\tactive"), "{out}");
    let (done, _, said) = run(&["user", "disable", "ana"]);
    assert!(!done && said.contains("last administrator"), "{said}");
    assert!(run(&["user", "disable", "ben"]).0);
    assert!(run(&["user", "list"]).1.contains("ben\teditor\tdisabled"));
    assert!(run(&["user", "enable", "ben"]).0);
    let (done, _, said) = run(&["user", "add", "ana"]);
    assert!(!done && said.contains("A user with this name already exists."), "{said}");
    let (done, out, _) = run(&["user", "reset-password", "ana"]);
    assert!(done && out.contains("/choose-password?token="));
    let fields = [("username", "ana"), ("password", PASSWORD)];
    assert!(running.post("/sign-in", &fields).starts_with("HTTP/1.1 401"), "the old password is void");

    let (done, out, _) = run(&["token", "create", "--name", "ci", "--scope", "read-values"]);
    let token = out.trim_end();
    assert!(done && token.starts_with("latchkey_") && !token.contains(char::is_whitespace), "{out}");
    let me = |token: &str| {
        running.send(&format!(
            "GET /api/v1/me HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n",
            running.addr
        ))
    };
    assert!(me(token).contains("read-values"));
    assert!(run(&["token", "revoke", token.split('_').nth(1).unwrap()]).0);
    assert!(me(token).starts_with("HTTP/1.1 401"));
    let (done, _, said) = run(&["token", "create", "--name", "ci", "--scope", "everything"]);
    assert!(!done && said.contains("Choose what the token can do."), "{said}");

    // The key is rotated beside the running server, which is restarted once in between.
    let back = running.post("/sign-in", &[("username", "ben"), ("password", PASSWORD)]);
    running.cookie = session_in(&back).expect("ben may sign in again");
    assert!(running.add("under-the-old-key").contains("location: /secrets\r\n"));
    let (_, out, _) = run(&["key", "status"]);
    let old = out.split('\t').next().unwrap().to_owned();
    assert!(out.contains("active\t1 values\tat hand"), "{out}");
    let (done, new, _) = run(&["key", "add"]);
    let new = new.trim();
    assert!(done && new.len() == 16 && new != old, "{new}");
    let key_file = folder.join("key-encryption-key");
    assert_eq!(fs::read_to_string(&key_file).unwrap().lines().count(), 2);
    assert_eq!(fs::metadata(&key_file).unwrap().permissions().mode() & 0o777, 0o600);
    running.signal("-TERM");
    assert!(ended(&mut running.child).success());
    let mut running = Running::start_as(bare(&folder), "ben", PASSWORD);
    assert!(run(&["key", "activate", new]).0);
    assert!(running.add("under-the-new-key").contains("location: /secrets\r\n"));
    let (done, _, said) = run(&["key", "retire", &old]);
    assert!(!done && said.contains("1 values are still sealed"), "{said}");
    let (done, out, _) = run(&["key", "rewrap"]);
    assert!(done && out.contains("1 values sealed under the active key"), "{out}");
    assert!(run(&["key", "retire", &old]).0);
    assert!(run(&["key", "status"]).1.contains(&format!("{new}\tactive\t2 values")));

    let (done, out, _) = run(&["audit", "verify"]);
    assert!(done && out.starts_with("all "), "{out}");
    // Over a database of others, a command creates no key, and says what it needs.
    let elsewhere = fresh_folder("process-no-key");
    let socket = format!("postgres://latchkey@localhost/latchkey?host={}", folder.join("postgres").display());
    let keyless = |arguments: &[&str]| {
        let output = bounded::output(bare(&elsewhere).env("DATABASE_URL", &socket).args(arguments));
        let said = String::from_utf8(output.stderr).unwrap();
        (output.status.success(), String::from_utf8(output.stdout).unwrap(), said)
    };
    for change in
        [["user", "disable", "ben"].as_slice(), &["token", "create", "--name", "x", "--scope", "write"]]
    {
        let (done, _, said) = keyless(change);
        assert!(!done && said.contains("LATCHKEY_KEK_FILE"), "{said}");
    }
    assert!(keyless(&["user", "list"]).1.contains("ben\teditor\tactive"));
    let (done, out, said) = keyless(&["audit", "verify"]);
    assert!(done && out.contains("can be told with the key alone"), "{out} {said}");
    assert!(!elsewhere.join("key-encryption-key").exists());
    // No key was needed, and none was created beside the server's own.
    running.signal("-TERM");
    assert!(ended(&mut running.child).success());
}

/// Others can see the environment of a process, and what its children inherit.
#[test]
fn secrets_are_removed_from_the_environment_and_memory_is_not_dumped() {
    let folder = fresh_folder("environment");
    let kek = "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=";
    let mut command = latchkey(&folder);
    command.env("LATCHKEY_KEK", kek);
    let mut running = Running::start(command);
    assert!(running.add("with-that-key").contains("location: /secrets\r\n"), "they are used all the same");
    let main = postgres_pid(&folder).unwrap();
    for pid in [running.child.id().to_string(), main] {
        for what in ["environ", "cmdline"] {
            // A file that may not be read reveals nothing.
            let seen = fs::read(format!("/proc/{pid}/{what}")).unwrap_or_default();
            let seen = String::from_utf8_lossy(&seen);
            assert!(!seen.contains(PASSWORD) && !seen.contains(kek), "{pid} {what}: {seen}");
        }
    }
    let limits = fs::read_to_string(format!("/proc/{}/limits", running.child.id())).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().skip(4).take(2).collect::<Vec<_>>(), ["0", "0"], "{core}");
    match fs::read_dir(format!("/proc/{}/fd", running.child.id())) {
        Ok(descriptors) => {
            let open: Vec<_> =
                descriptors.filter_map(|entry| fs::read_link(entry.ok()?.path()).ok()).collect();
            assert!(!open.is_empty());
            assert!(open.iter().all(|path| !path.to_string_lossy().contains("memfd:latchkey")), "{open:?}");
        }
        // Only root reads a process whose memory is sealed, not even its own account.
        Err(error) => assert!(
            error.kind() == io::ErrorKind::PermissionDenied && !nix::unistd::geteuid().is_root(),
            "{error}"
        ),
    }
    running.signal("-TERM");
    assert!(ended(&mut running.child).success());
}

/// A load balancer has time to leave this server out, and a second signal ends the drain.
#[test]
fn sigterm_drains_before_the_server_ends() {
    let folder = fresh_folder("drain");
    let mut command = latchkey(&folder);
    command.env("LATCHKEY_DRAIN_SECONDS", "3600");
    let mut running = Running::start(command);
    assert!(running.get("/readyz").starts_with("HTTP/1.1 200"));
    running.signal("-TERM");
    wait_until("it says that it is not ready", || running.get("/readyz").contains("stopping"));
    assert!(running.get("/readyz").starts_with("HTTP/1.1 503"));
    let page = running.send(&format!(
        "GET /secrets HTTP/1.1\r\nHost: {}\r\nCookie: {}\r\n\r\n",
        running.addr, running.cookie
    ));
    // The server closes the connection, so that the next request is not lost with it.
    assert!(page.starts_with("HTTP/1.1 200") && page.contains("connection: close\r\n"), "{page}");
    assert!(matches!(running.child.try_wait(), Ok(None)));
    running.signal("-TERM");
    assert!(ended(&mut running.child).success());
    assert_eq!(postgres_pid(&folder), None);
}

/// Without a public address only this machine is served, whatever name another site gives it.
#[test]
fn loopback_server_answers_only_to_local_names() {
    let folder = fresh_folder("names");
    let mut running = Running::start(latchkey(&folder));
    let port = running.addr.rsplit(':').next().unwrap().to_owned();
    let ask = |head: &str| running.send(&format!("{head}\r\nConnection: close\r\n\r\n"));
    for host in ["127.0.0.1", "localhost", "portal.localhost"] {
        let answer = ask(&format!("GET /sign-in HTTP/1.1\r\nHost: {host}:{port}"));
        assert!(answer.starts_with("HTTP/1.1 200"), "{host}: {answer}");
    }
    for host in ["evil.example", "127.0.0.1.evil.example"] {
        let answer = ask(&format!("GET /sign-in HTTP/1.1\r\nHost: {host}:{port}"));
        assert!(answer.starts_with("HTTP/1.1 421"), "{host}: {answer}");
    }
    let two = ask(&format!("GET /sign-in HTTP/1.1\r\nHost: localhost:{port}\r\nHost: evil.example"));
    assert!(two.starts_with("HTTP/1.1 400"), "{two}");
    let absolute = ask(&format!("GET http://evil.example/sign-in HTTP/1.1\r\nHost: localhost:{port}"));
    assert!(absolute.starts_with("HTTP/1.1 400"), "{absolute}");
    running.signal("-TERM");
    assert!(ended(&mut running.child).success());
}

/// Slow and idle connections are closed, and do not block others.
#[test]
fn slow_clients_time_out_and_do_not_block_others() {
    let folder = fresh_folder("slow");
    let mut running = Running::start(latchkey(&folder));
    let connect = || {
        let stream = TcpStream::connect(&running.addr).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(40))).unwrap();
        stream
    };
    let began = Instant::now();
    let idle: Vec<_> = (0..1_000).map(|_| connect()).collect();
    let mut slow_head = connect();
    slow_head.write_all(b"GET /livez HTTP/1.1\r\nHost: x\r\nX-Slow: ").unwrap();
    let mut slow_body = connect();
    let head = format!(
        "POST /sign-in HTTP/1.1\r\nHost: {}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 99\r\n\r\nusername=",
        running.addr
    );
    slow_body.write_all(head.as_bytes()).unwrap();
    assert!(running.get("/secrets").starts_with("HTTP/1.1 200"));
    assert!(began.elapsed() < Duration::from_secs(10), "others were kept out for {:?}", began.elapsed());
    let mut rest = String::new();
    slow_body.read_to_string(&mut rest).unwrap();
    assert!(rest.is_empty() || rest.starts_with("HTTP/1.1 4"), "{rest}");
    let mut rest = Vec::new();
    // Closed, with or without an answer that says why.
    let _ = slow_head.read_to_end(&mut rest);
    for mut stream in idle {
        let _ = stream.read(&mut [0; 1]);
    }
    assert!(began.elapsed() < Duration::from_secs(35), "{:?}", began.elapsed());
    running.signal("-TERM");
    assert!(ended(&mut running.child).success());
}

/// Calls the services directly over the database in this data folder, while its server runs.
fn ask<T>(folder: &Path, question: impl AsyncFnOnce(backend::Backend, backend::Ctx) -> T) -> T {
    let socket = fs::canonicalize(folder.join("postgres")).unwrap();
    let url = format!("postgres://latchkey@localhost/latchkey?host={}", socket.display());
    let keys = fs::read_to_string(folder.join("key-encryption-key")).unwrap();
    let config = backend::BackendConfig {
        database: backend::DatabaseConfig::at(Sensitive::new(url)),
        keys: backend::Kek::parse_ring(&Sensitive::new(keys)).unwrap(),
        max_connections: 2,
        retention: backend::Retention::default(),
        mail: None,
        notices: backend::NoticeConfig::default(),
        sign_in: backend::SignInConfig::default(),
        connection_tests: backend::TestConfig::default(),
    };
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let backend = backend::Backend::start(config, server::clock::now()).await.unwrap();
        question(backend, backend::Ctx::system("test", server::clock::now())).await
    })
}

/// Returns the stored value, as a consumer would get it.
pub(crate) fn password_in(folder: &Path, id: &str) -> Result<String, domain::error::Error> {
    ask(folder, async |backend, ctx| {
        match backend.secrets().credential(&ctx, &SecretId::parse(id).unwrap()).await? {
            Credential::ImagePull { password, .. } => Ok(password.value().expose().to_owned()),
            Credential::GitDataset { private_key } => Ok(private_key.value().expose().to_owned()),
        }
    })
}

/// Returns the number of secrets, and of the audit records of adding one.
fn counted_in(folder: &Path) -> (u64, usize) {
    ask(folder, async |backend, ctx| {
        let secrets = backend.secrets().list(&ctx, &domain::page::ListQuery::default()).await.unwrap();
        let query = backend::AuditQuery { action: "secret added".to_owned(), ..Default::default() };
        let records = backend.audit().export(&ctx, &query).await.unwrap();
        assert!(matches!(backend.audit().verify(&ctx).await.unwrap(), backend::Verdict::Whole(_)));
        (secrets.total.count, records.len())
    })
}

/// Wherever the server is killed, each secret exists with its record, or neither does.
#[test]
fn kill_during_writes_leaves_no_row_without_its_record() {
    let folder = fresh_folder("killed");
    let mut tried = 0;
    for round in 0_u64.. {
        let mut running = Running::start(latchkey(&folder));
        let writers: Vec<_> = (0..4)
            .map(|writer| {
                let (addr, cookie) = (running.addr.clone(), running.cookie.clone());
                std::thread::spawn(move || {
                    for number in 0..1_000 {
                        let name = format!("r{round}-w{writer}-{number}");
                        let body = form(&[("name", &name), ("type", "git-dataset"), ("secret", KEY), ("allow_duplicate", "on")]);
                        let request = format!(
                            "POST /secrets/new HTTP/1.1\r\nHost: {addr}\r\nCookie: {cookie}\r\nConnection: close\r\n\
                             Content-Length: {}\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n{body}",
                            body.len()
                        );
                        let mut answer = String::new();
                        let sent = TcpStream::connect(&addr).and_then(|mut stream| {
                            stream.set_read_timeout(Some(LIMIT))?;
                            stream.write_all(request.as_bytes())?;
                            stream.read_to_string(&mut answer)
                        });
                        // The server was killed.
                        if sent.is_err() || answer.is_empty() {
                            return number + 1;
                        }
                    }
                    1_000
                })
            })
            .collect();
        // In the middle of the writes, at another point each time.
        std::thread::sleep(Duration::from_millis(200 + round * 137 % 400));
        running.signal("-KILL");
        ended(&mut running.child);
        tried += writers.into_iter().map(|writer| writer.join().unwrap()).sum::<u64>();
        if tried >= 500 {
            break;
        }
    }
    let mut last = Running::start(latchkey(&folder));
    let (secrets, records) = counted_in(&folder);
    assert!(secrets > 0);
    assert_eq!(usize::try_from(secrets).unwrap(), records, "of {tried} writes");
    last.signal("-TERM");
    assert!(ended(&mut last.child).success());
}

/// PostgreSQL stands still, and continues: requests fail in time, the process lives, nothing has to be
/// restarted.
#[test]
fn frozen_database_is_reported_in_time_and_recovered_from() {
    let folder = fresh_folder("frozen");
    let mut running = Running::start(latchkey(&folder));
    assert!(running.add("before").contains("location: /secrets\r\n"));
    let everything = |signal: &str| {
        let main = postgres_pid(&folder).unwrap();
        let children = bounded::output(Command::new("ps").args(["-o", "pid=", "--ppid", &main]));
        let children = String::from_utf8(children.stdout).unwrap();
        for pid in children.split_whitespace().chain([main.as_str()]) {
            // A child may have ended meanwhile.
            Command::new("kill").args([signal, pid]).status().unwrap();
        }
    };
    everything("-STOP");
    let began = Instant::now();
    let (page, ready, live) = std::thread::scope(|scope| {
        let page = scope.spawn(|| running.get("/secrets"));
        let ready = scope.spawn(|| running.get("/readyz"));
        let live = scope.spawn(|| {
            let answer = running.get("/livez");
            assert!(began.elapsed() < Duration::from_secs(2), "it lives, whatever the database does");
            answer
        });
        (page.join().unwrap(), ready.join().unwrap(), live.join().unwrap())
    });
    let waited = began.elapsed();
    everything("-CONT");
    assert!(page.starts_with("HTTP/1.1 503") && page.to_lowercase().contains("retry-after: 5"), "{page}");
    assert!(ready.starts_with("HTTP/1.1 503") && live.starts_with("HTTP/1.1 200"));
    assert!(waited < Duration::from_secs(15), "{waited:?}");
    wait_until("it is got over", || running.get("/secrets").starts_with("HTTP/1.1 200"));
    assert!(running.add("after").contains("location: /secrets\r\n"));
    running.signal("-TERM");
    assert!(ended(&mut running.child).success());
}

/// Every connection is cut during requests: a read is answered by another connection, a write fails and
/// leaves no trace.
#[test]
fn cut_connections_leave_no_half_write() {
    let folder = fresh_folder("cut");
    let mut running = Running::start(latchkey(&folder));
    assert!(running.add("before").contains("location: /secrets\r\n"));
    let psql = |statements: &str| {
        let database = format!("host={} user=latchkey dbname=latchkey", folder.join("postgres").display());
        let mut command = Command::new("psql");
        command.args([
            "--no-psqlrc",
            "--quiet",
            "--tuples-only",
            "--dbname",
            &database,
            "--command",
            statements,
        ]);
        command
    };
    let waiting = || {
        let waiting = psql(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'latchkey' AND wait_event_type = 'Lock'",
        );
        let output = bounded::output(&mut { waiting });
        String::from_utf8(output.stdout).unwrap().trim().parse::<u32>().unwrap()
    };
    let mut holder =
        psql("BEGIN; LOCK TABLE secrets; SELECT pg_sleep(3)").stdout(Stdio::null()).spawn().unwrap();
    wait_until("the table is held", || {
        let held = bounded::output(&mut psql(
            "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted",
        ));
        String::from_utf8(held.stdout).unwrap().trim() != "0"
    });
    let (page, write) = std::thread::scope(|scope| {
        let page = scope.spawn(|| running.get("/secrets"));
        let write = scope.spawn(|| running.add("half"));
        wait_until("both are under way", || waiting() == 2);
        let cut =
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'latchkey'";
        assert!(bounded::output(&mut psql(cut)).status.success());
        (page.join().unwrap(), write.join().unwrap())
    });
    assert!(ended(&mut holder).success());
    assert!(page.starts_with("HTTP/1.1 200") && page.contains("before"), "{page}");
    assert!(write.starts_with("HTTP/1.1 503") && write.to_lowercase().contains("retry-after: 5"), "{write}");
    assert_eq!(counted_in(&folder), (1, 1));
    assert!(running.add("half").contains("location: /secrets\r\n"));
    running.signal("-TERM");
    assert!(ended(&mut running.child).success());
}

/// PostgreSQL is stopped and started again: requests fail meanwhile, and recover without a restart.
#[test]
fn stopped_database_is_reported_and_recovered_from() {
    let folder = fresh_folder("stopped");
    let database = folder.join("database");
    fs::create_dir(&database).unwrap();
    let postgres = PrivatePostgres::start(&database, &Stop::default()).unwrap();
    let mut command = latchkey(&folder);
    // Its own address leads through a descriptor of this process.
    let socket = fs::canonicalize(database.join("postgres")).unwrap();
    command.env("DATABASE_URL", format!("postgres://latchkey@localhost/latchkey?host={}", socket.display()));
    let mut running = Running::start(command);
    assert!(running.add("before").contains("location: /secrets\r\n"));
    postgres.stop();
    let began = Instant::now();
    assert!(running.get("/livez").starts_with("HTTP/1.1 200"));
    assert!(running.get("/readyz").starts_with("HTTP/1.1 503"));
    for answer in [running.get("/secrets"), running.add("meanwhile")] {
        assert!(
            answer.starts_with("HTTP/1.1 503") && answer.to_lowercase().contains("retry-after: 5"),
            "{answer}"
        );
    }
    let token = format!(
        "GET /api/v1/me HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer latchkey_0_0\r\nConnection: close\r\n\r\n",
        running.addr
    );
    assert!(!running.send(&token).starts_with("HTTP/1.1 404"), "consumers delete on 404");
    assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
    let again = PrivatePostgres::start(&database, &Stop::default()).unwrap();
    wait_until("it is got over", || running.get("/readyz").starts_with("HTTP/1.1 200"));
    assert!(running.get("/secrets").contains("before"));
    assert!(running.add("after").contains("location: /secrets\r\n"));
    running.signal("-TERM");
    assert!(ended(&mut running.child).success());
    again.stop();
}
