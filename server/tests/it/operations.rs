//! The binary over a PostgreSQL of others: poolers, failover, mistakes in settings, rotated passwords.

use crate::{
    bounded::{self, Lines, ended},
    clusters::{Bouncer, Cluster, shared},
    harness::fresh_folder,
    process::{Running, failed, latchkey, postgres_pid, wait_until},
};
use std::{
    fs,
    os::unix::{ffi::OsStrExt, fs::PermissionsExt},
    path::Path,
    process::Command,
    sync::Arc,
    time::{Duration, Instant},
};

pub(crate) const KEK: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";

/// Returns a command of the binary over this database, with a key from the environment.
pub(crate) fn on_database(folder: &Path, url: &str) -> Command {
    let mut command = latchkey(folder);
    command.env("DATABASE_URL", url).env("LATCHKEY_KEK", KEK);
    command
}

/// An empty database of its own on the shared server, dropped with this value.
struct Database {
    server: Arc<Cluster>,
    name: &'static str,
}

impl Database {
    fn new(name: &'static str) -> Self {
        let server = shared();
        server.sql(&format!("CREATE DATABASE {name}"));
        Self { server, name }
    }

    /// Returns the address for the role `latchkey`.
    fn url(&self) -> String {
        format!("postgres://latchkey@127.0.0.1:{}/{}", self.server.port, self.name)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // Only a server that a failed test leaves may still be connected. The name is then free for the next
        // run.
        drop(self.server.ask("postgres", &format!("DROP DATABASE {} WITH (FORCE)", self.name)));
    }
}

#[test]
fn four_servers_start_at_once_behind_a_pooler_in_transaction_mode() {
    let cluster = Cluster::start();
    let bouncer = Bouncer::start(&cluster);
    let folder = fresh_folder("pooler");
    let mut plain = on_database(&folder, &bouncer.url());
    plain.arg("migrate");
    let (said, _) = failed(plain);
    assert!(said.contains("LATCHKEY_DATABASE_POOLER=transaction"), "{said}");

    let start = || {
        let mut command = on_database(&folder, &bouncer.url());
        command.env("LATCHKEY_DATABASE_POOLER", "transaction");
        Running::start(command)
    };
    let servers: Vec<Running> = std::thread::scope(|scope| {
        let starting: Vec<_> = (0..4).map(|_| scope.spawn(start)).collect();
        starting.into_iter().map(|one| one.join().unwrap()).collect()
    });
    std::thread::scope(|scope| {
        for (n, server) in servers.iter().enumerate() {
            scope.spawn(move || {
                for round in 0..5 {
                    let added = server.add(&format!("s{n}-{round}"));
                    assert!(added.contains("location: /secrets\r\n"), "{added}");
                    assert!(server.get("/secrets").contains(&format!("s{n}-{round}")));
                }
            });
        }
    });
    // Three connections for four servers: each is ready as soon as one of them is free.
    for server in &servers {
        wait_until("it is ready", || server.get("/readyz").starts_with("HTTP/1.1 200"));
    }
    let held = cluster.ask("latchkey", "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'");
    assert_eq!(held.as_deref(), Some("0"));
    for mut server in servers {
        server.signal("-TERM");
        assert!(ended(&mut server.child).success());
    }
}

/// Adds a secret, and tries again after 503, the only other status; returns the number of tries.
pub(crate) fn tries_until_added(server: &Running, name: &str) -> u32 {
    let began = Instant::now();
    for tries in 1.. {
        let answer = server.add(name);
        if answer.contains("location: /secrets\r\n") {
            return tries;
        }
        assert!(
            answer.starts_with("HTTP/1.1 503") && answer.to_lowercase().contains("retry-after"),
            "{answer}"
        );
        assert!(began.elapsed() < bounded::LIMIT, "it does not come back");
    }
    unreachable!("it is back, or the limit is over")
}

/// Prints the time since the database was back, and limits it to ten seconds on a machine on which psql
/// answers at once; on a busier one the limit grows by the time that psql takes.
pub(crate) fn is_back_in_time(what: &str, since: Instant, database: &Cluster) {
    let took = since.elapsed();
    let asked = Instant::now();
    assert_eq!(database.ask("latchkey", "SELECT 1").as_deref(), Some("1"));
    let busy = asked.elapsed();
    eprintln!("{what}: back after {took:?}; psql takes {busy:?}");
    assert!(took < Duration::from_secs(10) + 20 * busy, "{what}: {took:?}, and psql takes {busy:?}");
}

/// Three servers over two of PostgreSQL: the first is switched off, the second promoted.
#[test]
fn promoted_standby_is_found_and_has_every_acknowledged_write() {
    let mut primary = Cluster::start();
    let standby = primary.standby();
    let url = format!(
        "postgres://latchkey@127.0.0.1:{},127.0.0.1:{}/latchkey?target_session_attrs=read-write",
        standby.port, primary.port
    );
    let folder = fresh_folder("failover");
    let servers: Vec<Running> = (0..3).map(|_| Running::start(on_database(&folder, &url))).collect();
    for (n, server) in servers.iter().enumerate() {
        assert!(server.add(&format!("before-{n}")).contains("location: /secrets\r\n"));
    }
    primary.kill();
    // No database accepts writes, and the answer says so: unavailable for now, and never an internal error.
    for server in &servers {
        assert!(server.get("/readyz").starts_with("HTTP/1.1 503"));
        assert!(server.get("/livez").starts_with("HTTP/1.1 200"));
    }
    let refused = servers[0].add("meanwhile");
    assert!(
        refused.starts_with("HTTP/1.1 503") && refused.to_lowercase().contains("retry-after"),
        "{refused}"
    );
    standby.promote();
    // psql can write from here on. Each server can with the next request, and a second try is for a
    // connection that was made to the standby a moment before.
    let promoted = Instant::now();
    for (n, server) in servers.iter().enumerate() {
        let tries = tries_until_added(server, &format!("after-{n}"));
        assert!(tries <= 2, "server {n} came back at try {tries}");
        assert!(server.get("/readyz").starts_with("HTTP/1.1 200"));
    }
    is_back_in_time("three servers after a promotion", promoted, &standby);
    let stored = standby.ask("latchkey", "SELECT count(*) FROM secrets WHERE name ~ '^(before|after)-'");
    assert_eq!(stored.as_deref(), Some("6"));
    for mut server in servers {
        server.signal("-TERM");
        assert!(ended(&mut server.child).success());
    }
}

#[test]
fn sigterm_ends_a_server_with_a_frozen_database() {
    let cluster = Cluster::start();
    let folder = fresh_folder("standstill");
    let mut running = Running::start(on_database(&folder, &cluster.url("latchkey")));
    assert!(running.add("before").contains("location: /secrets\r\n"));
    // A second server, which is still starting.
    cluster.signal("-STOP");
    let mut starting = on_database(&folder, &cluster.url("latchkey")).spawn().unwrap();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| running.get("/secrets"));
        assert!(running.get("/readyz").starts_with("HTTP/1.1 503"));
        assert!(waiting.join().unwrap().starts_with("HTTP/1.1 503"));
    });
    running.signal("-TERM");
    ended(&mut running.child);
    bounded::signal(&starting, "-TERM");
    ended(&mut starting);
    cluster.signal("-CONT");
}

/// The password is changed beside a running server, in the database and in the file.
#[test]
fn rotated_password_is_read_again_from_its_file() {
    let cluster = Cluster::start();
    cluster.sql("CREATE ROLE rotated LOGIN SUPERUSER PASSWORD 'first'");
    let hba = cluster.folder.join("data/pg_hba.conf");
    let rules = fs::read_to_string(&hba).unwrap();
    fs::write(&hba, format!("host all rotated 127.0.0.1/32 scram-sha-256\n{rules}")).unwrap();
    cluster.sql("SELECT pg_reload_conf()");
    let folder = fresh_folder("rotated");
    let file = folder.join("address");
    fs::write(&file, format!("{}\n", cluster.url("rotated:first"))).unwrap();
    let mut command = latchkey(&folder);
    command.env("DATABASE_URL_FILE", &file).env("LATCHKEY_KEK", KEK).env("DATABASE_URL", "");
    let mut running = Running::start(command);
    cluster.sql(
        "ALTER ROLE rotated PASSWORD 'SENTINEL-2'; \
         SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'rotated'",
    );
    let refused = running.get("/secrets");
    assert!(
        refused.starts_with("HTTP/1.1 503") && refused.to_lowercase().contains("retry-after"),
        "{refused}"
    );
    fs::write(&file, cluster.url("rotated:SENTINEL-2")).unwrap();
    assert!(running.get("/secrets").starts_with("HTTP/1.1 200"));
    assert!(running.add("after").contains("location: /secrets\r\n"));
    running.signal("-TERM");
    assert!(ended(&mut running.child).success());

    // A wrong password ends a start that has no file to wait for.
    let mut wrong = on_database(&folder, &cluster.url("rotated:SENTINEL-3"));
    wrong.arg("migrate");
    let (said, _) = failed(wrong);
    assert!(said.contains("refuses the role or its password") && !said.contains("SENTINEL"), "{said}");
}

/// Values as compose files, charts and editors write them.
#[test]
#[expect(clippy::too_many_lines, reason = "one story, told from its beginning to its end")]
fn settings_are_normalized_as_deployment_tools_write_them() {
    let folder = fresh_folder("written");
    let database = Database::new("written");
    let mut command = on_database(&folder, &database.url());
    for name in [
        "LATCHKEY_ADMIN_PASSWORD_FILE",
        "LATCHKEY_CHECK_INTERVAL",
        "LATCHKEY_DATABASE_CONNECTIONS",
        "LATCHKEY_DATABASE_POOLER",
        "LATCHKEY_EXTRA_CA_FILE",
        "LATCHKEY_HOSTS",
        "LATCHKEY_KEEP_DELETED",
        "LATCHKEY_KEK_FILE",
        "LATCHKEY_LOG",
        "LATCHKEY_LOG_FORMAT",
        "LATCHKEY_OIDC_CLIENT_ID",
        "LATCHKEY_OIDC_ISSUER",
        "LATCHKEY_PASSWORD_SIGN_IN",
        "LATCHKEY_PLAIN_HTTP_HOSTS",
        "LATCHKEY_PUBLIC_URL",
        "LATCHKEY_SESSION_HOURS",
        "LATCHKEY_SESSION_IDLE_MINUTES",
        "LATCHKEY_TEST_INTERVAL",
        "LATCHKEY_TRUSTED_PROXIES",
        "DATABASE_URL_FILE",
    ] {
        command.env(name, "");
    }
    command.env("LATCHKEY_ADMIN_PASSWORD", "correct horse battery\n").env("LATCHKEY_ADMIN_USER", "root\r\n");
    command.env("LATCHKEY_ADDR", "localhost:0\n").env("LATCHKEY_KEK", format!("\"{KEK}\"\n"));
    command.env("DATABASE_URL", format!("\u{feff}'{}'\r", database.url()));
    command.envs([
        ("LATCHKEY_LOG_FORMAT", " \"Text\" "),
        ("LATCHKEY_ALLOW_PRIVATE_HOSTS", "\n10.0.0.0/8\n192.168.0.0/16,\n"),
        ("LATCHKEY_PUBLIC_URL", "  "),
        // A misspelled name, and a variable that Kubernetes sets for a Service.
        ("LATCHKEY_TRUSTED_PROXY", "10.0.0.1"),
        ("LATCHKEY_PORT_80_TCP", "tcp://10.0.0.1:80"),
    ]);
    command.envs([
        ("PGPORT", "1"),
        ("PGSSLMODE", "verify-full"),
        ("PGOPTIONS", "-c nonsense=1"),
        ("PGHOST", "/nowhere"),
    ]);
    // Signs in with the intended password.
    let mut running = Running::start(command);
    let said = running.log_lines().join("\n");
    assert!(said.contains("PGHOST, PGOPTIONS, PGPORT, PGSSLMODE") && !said.contains("nonsense=1"), "{said}");
    let unknown = running.log_lines().iter().find(|line| line.contains("no settings")).unwrap();
    assert!(unknown.contains("LATCHKEY_TRUSTED_PROXY") && !unknown.contains("TCP"), "{unknown}");
    assert!(running.get("/secrets").starts_with("HTTP/1.1 200"));
    let ready = running.get("/readyz?verbose");
    for line in [
        "\nready\n",
        "version: ",
        "schema: ",
        "sealed: no",
        "database: answers",
        "last clean-up: ",
        "site: complete",
    ] {
        assert!(ready.contains(line), "{line}: {ready}");
    }
    running.signal("-TERM");
    assert!(ended(&mut running.child).success());

    for (name, value, said_of_it) in [
        ("LATCHKEY_LOG", "informational", "neither a level"),
        ("LATCHKEY_PLAIN_HTTP_HOSTS", "10.0.0.0/8", "no host of a registry"),
        ("LATCHKEY_ADDR", "http://localhost:3000", "no address with a port"),
    ] {
        let mut wrong = on_database(&folder, "postgres://127.0.0.1:1/x");
        wrong.env(name, value);
        let (said, _) = failed(wrong);
        assert!(said.contains(said_of_it), "{name}: {said}");
    }
    let mut bytes = on_database(&folder, "postgres://127.0.0.1:1/x");
    bytes.env("LATCHKEY_PUBLIC_URL", std::ffi::OsStr::from_bytes(b"https://\xff"));
    let (said, _) = failed(bytes);
    assert!(said.contains("no text in UTF-8: LATCHKEY_PUBLIC_URL"), "{said}");
    // The reason for ending is printed, whatever the log level.
    let mut silent = on_database(&folder, "postgres://u:SENT#INEL@127.0.0.1:1/x?sslpassword=SENTINEL");
    silent.env("LATCHKEY_LOG", "off");
    let (said, _) = failed(silent);
    assert!(said.contains("%23") && !said.contains("INEL"), "{said}");
    let mut unknown =
        on_database(&folder, &format!("{}?sslpassword=SENTINEL&pgbouncer=true", database.url()));
    unknown.arg("migrate");
    let output = bounded::output(&mut unknown);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        output.status.success() && said.contains("sslpassword, pgbouncer") && !said.contains("SENTINEL"),
        "{said}"
    );
    assert!(!said.contains('\u{1b}'), "colours where the output is no terminal: {said:?}");
}

/// A key that is lost with its container would take every value with it.
#[test]
fn start_creates_no_key_that_would_be_lost_or_open_nothing() {
    let (first, second) = (fresh_folder("key-first"), fresh_folder("key-second"));
    let database = Database::new("keyed");
    let url = database.url();
    let mut unnamed = on_database(&first, &url);
    unnamed.env_remove("LATCHKEY_KEK").env_remove("LATCHKEY_DATA_DIR").current_dir(&first);
    let (said, _) = failed(unnamed);
    assert!(said.contains("LATCHKEY_KEK_FILE") && said.contains("LATCHKEY_DATA_DIR"), "{said}");
    assert_eq!(fs::read_dir(&first).unwrap().count(), 0);

    let named = |folder: &Path| {
        let mut command = on_database(folder, &url);
        command.env_remove("LATCHKEY_KEK");
        command
    };
    let mut running = Running::start(named(&first));
    assert!(running.add("sealed").contains("location: /secrets\r\n"));
    running.signal("-TERM");
    assert!(ended(&mut running.child).success());
    assert!(first.join("key-encryption-key").exists());

    let mut fresh = Running::start(named(&second));
    assert!(fresh.get("/readyz").starts_with("HTTP/1.1 503"));
    assert_eq!(fs::read_dir(&second).unwrap().count(), 0, "a key was made");
    fresh.signal("-TERM");
    assert!(ended(&mut fresh.child).success());
    fs::copy(first.join("key-encryption-key"), second.join("key-encryption-key")).unwrap();
    let mut whole = Running::start(named(&second));
    assert!(whole.get("/readyz").starts_with("HTTP/1.1 200"));
    whole.signal("-TERM");
    assert!(ended(&mut whole.child).success());

    let exposed = second.join("exposed");
    fs::write(&exposed, KEK).unwrap();
    fs::set_permissions(&exposed, fs::Permissions::from_mode(0o644)).unwrap();
    let mut readable = named(&second);
    readable.env("LATCHKEY_KEK_FILE", &exposed);
    let (said, _) = failed(readable);
    assert!(said.contains("defaultMode: 0400"), "{said}");
}

/// `kill -9` of the private PostgreSQL, with variables in the environment that users of psql have.
#[test]
fn private_postgresql_is_restarted_after_a_kill() {
    let folder = fresh_folder("again");
    let mut command = latchkey(&folder);
    command.envs([
        ("PGPORT", "1"),
        ("PGSSLMODE", "require"),
        ("PGOPTIONS", "-c nonsense=1"),
        ("PGUSER", "nobody"),
    ]);
    let mut running = Running::start(command);
    // The process restarts itself without the password in its environment, and still logs the variables
    // that it ignored.
    assert!(running.log_lines().iter().any(|line| line.contains("PGOPTIONS, PGPORT, PGSSLMODE, PGUSER")));
    assert!(running.add("before").contains("location: /secrets\r\n"));
    assert!(running.get("/readyz?verbose").contains("private PostgreSQL: runs"));
    let old = postgres_pid(&folder).unwrap();
    assert!(bounded::output(Command::new("kill").args(["-KILL", &old])).status.success());
    wait_until("it runs again", || {
        postgres_pid(&folder).is_some_and(|pid| pid != old)
            && running.get("/readyz").starts_with("HTTP/1.1 200")
    });
    assert!(running.get("/secrets").contains("before"));
    assert!(running.add("after").contains("location: /secrets\r\n"));
    running.signal("-TERM");
    assert!(ended(&mut running.child).success());
    assert_eq!(postgres_pid(&folder), None);
}

#[test]
fn readyz_reports_a_wrong_site_or_database() {
    let folder = fresh_folder("not-ready");
    let database = Database::new("ready");
    let url = database.url();
    let mut bare = on_database(&folder, &url);
    fs::create_dir_all(folder.join("empty/pkg")).unwrap();
    bare.env("LEPTOS_SITE_ROOT", folder.join("empty"));
    let mut bare = Running::start(bare);
    let ready = bare.get("/readyz");
    assert!(ready.starts_with("HTTP/1.1 503") && ready.contains("site is incomplete"), "{ready}");
    bare.signal("-TERM");
    assert!(ended(&mut bare.child).success());

    let mut running = Running::start(on_database(&folder, &url));
    assert!(running.get("/readyz").starts_with("HTTP/1.1 200"));
    database.server.sql(
        "ALTER DATABASE ready SET default_transaction_read_only = on; \
         SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'ready'",
    );
    let ready = running.get("/readyz");
    assert!(ready.starts_with("HTTP/1.1 503") && ready.contains("can only be read"), "{ready}");
    let refused = running.add("read-only");
    assert!(
        refused.starts_with("HTTP/1.1 503") && refused.to_lowercase().contains("retry-after"),
        "{refused}"
    );
    database.server.sql("ALTER DATABASE ready RESET default_transaction_read_only");
    assert!(running.get("/readyz").starts_with("HTTP/1.1 200"));
    assert!(running.add("read-only").contains("location: /secrets\r\n"));
    running.signal("-TERM");
    assert!(ended(&mut running.child).success());
}

#[test]
fn setup_link_can_be_opened_when_listening_on_every_address() {
    let folder = fresh_folder("everywhere");
    let database = Database::new("everywhere");
    let mut command = on_database(&folder, &database.url());
    command.env_remove("LATCHKEY_ADMIN_USER").env_remove("LATCHKEY_ADMIN_PASSWORD");
    command.env("LATCHKEY_ADDR", ":0");
    let mut running = Running::of(command.spawn().unwrap());
    let said = Lines::of(running.child.stderr.take().unwrap());
    let link = said.find(|line| line.contains("/setup?token=").then(|| line.trim().to_owned()));
    assert!(link.starts_with("http://localhost:") && !link.starts_with("http://localhost:0/"), "{link}");
    running.signal("-TERM");
    ended(&mut running.child);
}

/// Starts the portal, and stops it as soon as its log says that it is at work and this file exists.
fn stop_at(folder: &Path, file: &str) {
    let mut running = Running::of(latchkey(folder).spawn().unwrap());
    let began = Instant::now();
    if !folder.join("postgres/PG_VERSION").exists() {
        running.log().find(|line| line.contains("making a private PostgreSQL").then_some(()));
    }
    while !folder.join(file).exists() && began.elapsed() < bounded::LIMIT {
        std::thread::sleep(Duration::from_millis(1));
    }
    running.signal("-TERM");
    assert!(ended(&mut running.child).success(), "{file}: {:?}", running.log().rest());
    assert_eq!(postgres_pid(folder), None, "{file}");
    assert!(!running.log().rest().iter().any(|line| line.contains("with this process")), "{file}");
}

/// A saved database that is put back after an interrupted start is used unchanged.
#[test]
fn restored_private_postgresql_is_used_unchanged() {
    let (saved, folder) = (fresh_folder("saved"), fresh_folder("put-back"));
    let mut running = Running::start(latchkey(&saved));
    assert!(running.add("kept-safe").contains("location: /secrets\r\n"));
    running.signal("-TERM");
    assert!(ended(&mut running.child).success());
    stop_at(&folder, "postgres.unfinished");
    for name in ["postgres", "key-encryption-key"] {
        let old = folder.join(name);
        if old.is_dir() {
            fs::remove_dir_all(&old).unwrap();
        } else if old.exists() {
            fs::remove_file(&old).unwrap();
        }
        let put = bounded::output(Command::new("cp").arg("-a").arg(saved.join(name)).arg(&folder));
        assert!(put.status.success(), "{name}: {put:?}");
    }
    let mut running = Running::start(latchkey(&folder));
    assert!(running.get("/secrets").contains("kept-safe"));
    running.signal("-TERM");
    assert!(ended(&mut running.child).success());
}

/// A folder that nothing can be moved into is detected before anything is created.
#[test]
fn private_postgresql_is_not_created_in_an_unusable_folder() {
    let folder = fresh_folder("linked");
    fs::create_dir(folder.join("elsewhere")).unwrap();
    std::os::unix::fs::symlink("elsewhere", folder.join("postgres")).unwrap();
    let (said, _) = failed(latchkey(&folder));
    assert!(said.contains("a link or a mount of its own") && said.contains("LATCHKEY_DATA_DIR"), "{said}");
    assert!(!folder.join("postgres.unfinished/PG_VERSION").exists());
    assert_eq!(fs::read_dir(folder.join("elsewhere")).unwrap().count(), 0);
}

/// A stop while the private PostgreSQL is being created, started or retried ends all of it, and the next
/// start finds everything in order.
#[test]
fn sigterm_ends_a_server_while_its_private_postgresql_starts() {
    let folder = fresh_folder("starting");
    // During initdb, twice, so that the second start meets the remains of the first; and then over a complete
    // cluster.
    stop_at(&folder, "postgres.unfinished");
    stop_at(&folder, "postgres.unfinished/PG_VERSION");
    let mut running = Running::start(latchkey(&folder));
    assert!(running.add("after-all").contains("location: /secrets\r\n"));
    running.signal("-TERM");
    assert!(ended(&mut running.child).success());
    stop_at(&folder, "postgres/postmaster.pid");
    let mut running = Running::start(latchkey(&folder));
    assert!(running.get("/secrets").contains("after-all"));

    // A PostgreSQL that cannot be started again is retried until the stop.
    let old = postgres_pid(&folder).unwrap();
    let control = folder.join("postgres/global/pg_control");
    fs::rename(&control, folder.join("pg_control")).unwrap();
    assert!(bounded::output(Command::new("kill").args(["-KILL", &old])).status.success());
    running.log().find(|line| line.contains("tried again after a pause").then_some(()));
    assert!(running.get("/readyz").starts_with("HTTP/1.1 503"));
    running.signal("-TERM");
    assert!(ended(&mut running.child).success());
    assert!(!running.log().rest().iter().any(|line| line.contains("with this process")));
    fs::rename(folder.join("pg_control"), &control).unwrap();
    let mut again = Running::start(latchkey(&folder));
    assert!(again.get("/secrets").contains("after-all"));
    again.signal("-TERM");
    assert!(ended(&mut again.child).success());
}
