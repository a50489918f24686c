//! The binary as a process, with its private PostgreSQL.

use crate::harness::{KEY, form, fresh_folder};
use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

fn latchkey(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_latchkey"));
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("LATCHKEY_DATA_DIR", folder)
        .env("LATCHKEY_ADDR", "127.0.0.1:0")
        .env("NO_COLOR", "1")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

struct Running {
    child: Child,
    addr: String,
}

impl Running {
    /// Waits until the server says where it is.
    fn start(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let addr = lines
            .by_ref()
            .map(|line| line.unwrap())
            .find_map(|line| line.split("Latchkey is at http://").nth(1).map(str::to_owned))
            .expect("the server ended before it was ready");
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, addr }
    }

    fn send(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(&self.addr).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn get(&self, path: &str) -> String {
        self.send(&format!("GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.addr))
    }

    fn add(&self, name: &str) -> String {
        let body = form(&[("name", name), ("type", "git-dataset"), ("secret", KEY)]);
        self.send(&format!(
            "POST /secrets/new HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Length: {}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\n\r\n{body}",
            self.addr,
            body.len()
        ))
    }

    fn signal(&self, name: &str) {
        assert!(Command::new("kill").args([name, &self.child.id().to_string()]).status().unwrap().success());
    }
}

fn failed(mut command: Command) -> (String, Output) {
    let output = command.output().unwrap();
    assert!(!output.status.success());
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (said, output)
}

fn postgres_pid(folder: &Path) -> Option<String> {
    let text = fs::read_to_string(folder.join("postgres/postmaster.pid")).ok()?;
    text.lines().next().map(str::to_owned)
}

fn wait_until(what: &str, happened: impl Fn() -> bool) {
    let began = Instant::now();
    while !happened() {
        assert!(began.elapsed() < Duration::from_secs(30), "{what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn it_keeps_everything_over_a_kill_and_stops_cleanly() {
    // Far from any folder that another account may enter, and longer than a socket's address may be.
    let outer = fresh_folder("process");
    fs::set_permissions(&outer, fs::Permissions::from_mode(0o700)).unwrap();
    let folder = outer.join("d".repeat(120));

    let mut first = Running::start(latchkey(&folder));
    assert!(first.get("/livez").starts_with("HTTP/1.1 200"));
    assert!(first.get("/readyz").starts_with("HTTP/1.1 200"));
    assert!(first.add("before-the-kill").starts_with("HTTP/1.1 303"));
    let key_file = folder.join("key-encryption-key");
    assert_eq!(fs::metadata(&key_file).unwrap().permissions().mode() & 0o777, 0o600);
    let old = postgres_pid(&folder).unwrap();
    let owner =
        fs::metadata(format!("/proc/{old}")).map(|data| std::os::unix::fs::MetadataExt::uid(&data)).unwrap();
    assert_ne!(owner, 0, "PostgreSQL runs as root");

    // Commands work beside the running server.
    assert!(latchkey(&folder).arg("migrate").output().unwrap().status.success());

    first.signal("-KILL");
    first.child.wait().unwrap();
    let mut second = Running::start(latchkey(&folder));
    assert!(second.get("/secrets").contains("before-the-kill"));
    assert_ne!(postgres_pid(&folder).unwrap(), old);

    second.signal("-TERM");
    assert!(second.child.wait().unwrap().success());
    assert_eq!(postgres_pid(&folder), None, "PostgreSQL was left behind");

    // Another key than the values were sealed with: up, but sealed.
    fs::write(&key_file, "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n").unwrap();
    let mut sealed = Running::start(latchkey(&folder));
    assert!(sealed.get("/livez").starts_with("HTTP/1.1 200"));
    assert!(sealed.get("/readyz").starts_with("HTTP/1.1 503"));
    assert!(sealed.get("/secrets").starts_with("HTTP/1.1 503"));
    assert!(sealed.add("while-sealed").starts_with("HTTP/1.1 503"));
    sealed.signal("-INT");
    assert!(sealed.child.wait().unwrap().success());
    wait_until("PostgreSQL is gone", || postgres_pid(&folder).is_none());
}

#[test]
fn it_says_what_to_do_when_it_cannot_start() {
    let folder = fresh_folder("refusals");
    let mut elsewhere = latchkey(&folder);
    elsewhere.env("LATCHKEY_ADDR", "0.0.0.0:0");
    let (said, _) = failed(elsewhere);
    assert!(said.contains("no sign-in yet"), "{said}");

    let exposed = folder.join("exposed");
    fs::write(&exposed, "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=").unwrap();
    fs::set_permissions(&exposed, fs::Permissions::from_mode(0o644)).unwrap();
    let mut readable = latchkey(&folder);
    readable.env("LATCHKEY_KEK_FILE", &exposed).env("DATABASE_URL", "postgres://u:SENTINEL@127.0.0.1:1/x");
    let (said, _) = failed(readable);
    assert!(said.contains("chmod 600") && !said.contains("SENTINEL"), "{said}");

    let mut zero = latchkey(&folder);
    zero.env("LATCHKEY_KEK", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
        .env("DATABASE_URL", "postgres://127.0.0.1:1/x");
    let (said, _) = failed(zero);
    assert!(said.contains("all zeros"), "{said}");

    let mut both = latchkey(&folder);
    both.env("LATCHKEY_KEK", "x").env("LATCHKEY_KEK_FILE", "y");
    let (said, _) = failed(both);
    assert!(said.contains("cannot be used with"), "{said}");

    let mut no_address = latchkey(&folder);
    no_address.arg("migrate").env("DATABASE_URL", "SENTINEL");
    let (said, _) = failed(no_address);
    assert!(said.contains("DATABASE_URL") && !said.contains("SENTINEL"), "{said}");
}

#[test]
fn help_lists_every_setting() {
    let output = latchkey(Path::new("unused")).arg("--help").output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    for name in [
        "DATABASE_URL",
        "LATCHKEY_ADDR",
        "LATCHKEY_DATA_DIR",
        "LATCHKEY_KEK",
        "LATCHKEY_KEK_FILE",
        "LATCHKEY_LOG",
        "serve",
        "migrate",
    ] {
        assert!(help.contains(name), "{name} is missing: {help}");
    }
}
