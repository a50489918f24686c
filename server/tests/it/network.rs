//! Connections to PostgreSQL that are dropped silently by a packet filter in a network of the test's own: as
//! by a firewall that forgets connections, or a machine that is gone.

use crate::{
    bounded::{self, ended},
    clusters::Cluster,
    harness::fresh_folder,
    operations::{is_back_in_time, on_database, tries_until_added},
    process::Running,
};
use nix::sched::{CloneFlags, unshare};
use std::{
    io::{self, Write},
    process::Command,
    time::Instant,
};

/// Runs the test in a network that has only a loopback interface, and that ends with the test's processes. If
/// this machine does not allow to create one, that is printed even when the output of tests is captured.
fn in_a_network_of_its_own(name: &str, test: impl FnOnce() + Send + 'static) {
    let skipped = |why: &str| {
        // Bypasses the capture of a passing test's output.
        let said =
            format!("\nSKIPPED {name}: {why}. The deaf proxy of the backend's tests stands alone for it\n");
        io::stderr().write_all(said.as_bytes()).unwrap();
    };
    if !nix::unistd::geteuid().is_root() {
        return skipped("only root makes a network of its own");
    }
    // The network belongs to one thread, and to all that it starts.
    let thread = std::thread::spawn(move || {
        if let Err(error) = unshare(CloneFlags::CLONE_NEWNET) {
            return Err(format!("a network of its own is not allowed: {error}"));
        }
        run("ip", &["link", "set", "lo", "up"]);
        let filter = bounded::output(Command::new("iptables").args(["-w", "-L", "-n"]));
        if !filter.status.success() {
            return Err(format!("iptables does not work: {}", String::from_utf8_lossy(&filter.stderr)));
        }
        test();
        Ok(())
    });
    match thread.join() {
        Ok(Ok(())) => {}
        Ok(Err(why)) => skipped(&why),
        Err(panic) => std::panic::resume_unwind(panic),
    }
}

fn run(program: &str, arguments: &[&str]) {
    let output = bounded::output(Command::new(program).args(arguments));
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Drops every packet to and from this port, or lets them through again.
fn silence(what: &str, port: u16) {
    for side in ["--dport", "--sport"] {
        run("iptables", &["-w", what, "INPUT", "-p", "tcp", side, &port.to_string(), "-j", "DROP"]);
    }
}

const DROP: &str = "-A";
const LET_THROUGH: &str = "-D";

fn is_unavailable(answer: &str) -> bool {
    answer.starts_with("HTTP/1.1 503") && answer.to_lowercase().contains("retry-after")
}

/// The primary falls silent while every connection is in use, and the standby is promoted at once.
#[test]
fn silent_primary_is_replaced_by_the_promoted_standby() {
    in_a_network_of_its_own("silent_primary_is_replaced_by_the_promoted_standby", || {
        let primary = Cluster::start();
        let standby = primary.standby();
        let url = format!(
            "postgres://latchkey@127.0.0.1:{},127.0.0.1:{}/latchkey?target_session_attrs=read-write",
            primary.port, standby.port
        );
        let folder = fresh_folder("silent-primary");
        let servers: Vec<Running> = (0..3).map(|_| Running::start(on_database(&folder, &url))).collect();
        for (n, server) in servers.iter().enumerate() {
            assert_eq!(tries_until_added(server, &format!("before-{n}")), 1);
        }
        silence(DROP, primary.port);
        std::thread::scope(|scope| {
            for (n, server) in servers.iter().enumerate() {
                for number in 0..20 {
                    scope.spawn(move || {
                        let answer = match number % 4 {
                            0 => server.add(&format!("meanwhile-{n}-{number}")),
                            _ => server.get("/secrets"),
                        };
                        let done =
                            answer.starts_with("HTTP/1.1 200") || answer.contains("location: /secrets\r\n");
                        assert!(done || is_unavailable(&answer), "{answer}");
                        assert!(server.get("/livez").starts_with("HTTP/1.1 200"));
                    });
                }
            }
            standby.promote();
            let promoted = Instant::now();
            let (servers, standby) = (&servers, &standby);
            for (n, server) in servers.iter().enumerate() {
                scope.spawn(move || {
                    tries_until_added(server, &format!("after-{n}"));
                    is_back_in_time(&format!("server {n}, whose primary fell silent"), promoted, standby);
                });
            }
        });
        let stored = standby.ask("latchkey", "SELECT count(*) FROM secrets WHERE name ~ '^(before|after)-'");
        assert_eq!(stored.as_deref(), Some("6"));
        for server in &servers {
            assert!(server.get("/readyz").starts_with("HTTP/1.1 200"));
        }

        // The silent server does not delay one that starts, either.
        let began = Instant::now();
        let fresh = Running::start(on_database(&folder, &url));
        is_back_in_time("a start beside a silent server", began, &standby);
        assert_eq!(tries_until_added(&fresh, "fresh"), 1);
        for mut server in servers.into_iter().chain([fresh]) {
            server.signal("-TERM");
            assert!(ended(&mut server.child).success());
        }
    });
}

/// The only server is unreachable for a while, as behind a firewall that has forgotten every connection.
#[test]
fn silent_database_is_reported_and_recovered_from() {
    in_a_network_of_its_own("silent_database_is_reported_and_recovered_from", || {
        let cluster = Cluster::start();
        let folder = fresh_folder("silent");
        let url = cluster.url("latchkey");
        let server = Running::start(on_database(&folder, &url));
        assert_eq!(tries_until_added(&server, "before"), 1);
        silence(DROP, cluster.port);
        std::thread::scope(|scope| {
            for _ in 0..20 {
                scope.spawn(|| assert!(is_unavailable(&server.get("/secrets"))));
            }
            scope.spawn(|| assert!(is_unavailable(&server.add("meanwhile"))));
            scope.spawn(|| assert!(server.get("/readyz").starts_with("HTTP/1.1 503")));
            scope.spawn(|| assert!(server.get("/livez").starts_with("HTTP/1.1 200")));
        });
        // A portal that starts meanwhile waits, and is ready as soon as the database is.
        let starting = Running::of(on_database(&folder, &url).spawn().unwrap());
        starting.log().find(|line| line.contains("does not answer yet").then_some(()));
        silence(LET_THROUGH, cluster.port);
        let back = Instant::now();
        tries_until_added(&server, "after");
        is_back_in_time("a server whose database fell silent", back, &cluster);
        assert!(server.get("/readyz").starts_with("HTTP/1.1 200"));
        starting.log().find(|line| line.contains("Latchkey is at").then_some(()));
        is_back_in_time("a start that waited for a silent database", back, &cluster);
        let stored = cluster.ask("latchkey", "SELECT string_agg(name, ' ' ORDER BY name) FROM secrets");
        assert_eq!(stored.as_deref(), Some("after before"));

        // While the database is silent, SIGTERM ends both.
        silence(DROP, cluster.port);
        for mut one in [starting, server] {
            one.signal("-TERM");
            ended(&mut one.child);
        }
    });
}
