//! PostgreSQL servers of a test's own, with replication, and pgbouncer before one.

use std::{
    fs,
    net::TcpListener,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

/// An account that is not root: neither PostgreSQL nor pgbouncer runs as root.
fn account() -> Option<(u32, u32)> {
    if !nix::unistd::geteuid().is_root() {
        return None;
    }
    let user =
        ["postgres", "nobody"].into_iter().find_map(|name| nix::unistd::User::from_name(name).ok().flatten());
    user.map(|user| (user.uid.as_raw(), user.gid.as_raw()))
}

fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir("/").env("LC_ALL", "C.UTF-8").stdin(Stdio::null());
    if let Some((user, group)) = account() {
        command.uid(user).gid(group);
    }
    command
}

fn run(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// The folder of PostgreSQL's programs, the newest version.
fn programs() -> PathBuf {
    let installed = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let version = |path: &PathBuf| path.file_name().and_then(|name| name.to_str()?.parse::<u32>().ok());
    let newest =
        installed.map(|entry| entry.path()).filter(|path| version(path).is_some()).max_by_key(version);
    newest.map_or_else(PathBuf::new, |path| path.join("bin"))
}

/// A folder that belongs to that account. Short: a socket's address has 107 bytes at most.
fn folder(name: &str) -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let folder = PathBuf::from(format!("/tmp/latchkey-{name}-{}-{number}", std::process::id()));
    fs::create_dir(&folder).unwrap();
    if let Some((user, group)) = account() {
        std::os::unix::fs::chown(&folder, Some(user), Some(group)).unwrap();
    }
    folder
}

fn wait_for(what: &str, mut happened: impl FnMut() -> bool) {
    let began = Instant::now();
    while !happened() {
        assert!(began.elapsed() < Duration::from_mins(1), "{what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// A port that nobody has.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// One server. It ends with this.
pub(crate) struct Cluster {
    pub(crate) folder: PathBuf,
    pub(crate) port: u16,
    child: Child,
}

impl Cluster {
    /// A fresh server with an empty database `latchkey` of a role of that name, over a socket and on loopback.
    pub(crate) fn start() -> Self {
        let folder = folder("pg");
        let data = folder.join("data");
        run(command(programs().join("initdb")).arg("-D").arg(&data).args([
            "-U",
            "latchkey",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        ]));
        let cluster = Self::over(folder);
        cluster.sql_in("postgres", "CREATE DATABASE latchkey");
        cluster
    }

    /// Starts a server over the data in this folder.
    fn over(folder: PathBuf) -> Self {
        let port = free_port();
        let child = command(programs().join("postgres"))
            .arg("-D")
            .arg(folder.join("data"))
            .args(["-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "hot_standby=on"])
            .args([
                "-c",
                &format!("port={port}"),
                "-c",
                &format!("unix_socket_directories={}", folder.display()),
            ])
            .stdout(Stdio::null())
            .stderr(fs::File::create(folder.join("log")).unwrap())
            .process_group(0)
            .spawn()
            .unwrap();
        let cluster = Self { folder, port, child };
        wait_for("PostgreSQL answers", || cluster.ask("postgres", "SELECT 1").is_some());
        cluster
    }

    /// A standby that follows this server; a commit waits for it from then on.
    pub(crate) fn standby(&self) -> Self {
        let folder = folder("pg");
        run(command(programs().join("pg_basebackup"))
            .arg("-D")
            .arg(folder.join("data"))
            .args(["-R", "-X", "stream", "-c", "fast", "-U", "latchkey", "-p", &self.port.to_string(), "-h"])
            .arg(&self.folder));
        let standby = Self::over(folder);
        self.sql_in("postgres", "ALTER SYSTEM SET synchronous_standby_names = '*'");
        self.sql_in("postgres", "SELECT pg_reload_conf()");
        wait_for("the standby is in step", || {
            self.ask("postgres", "SELECT sync_state FROM pg_stat_replication").as_deref() == Some("sync")
        });
        standby
    }

    /// Makes a standby the server that takes writes.
    pub(crate) fn promote(&self) {
        self.sql_in("postgres", "SELECT pg_promote(true)");
        self.sql_in("postgres", "ALTER SYSTEM SET synchronous_standby_names = ''");
        self.sql_in("postgres", "SELECT pg_reload_conf()");
    }

    /// The address of its database, as this role, with an optional password.
    pub(crate) fn url(&self, login: &str) -> String {
        format!("postgres://{login}@127.0.0.1:{}/latchkey", self.port)
    }

    pub(crate) fn sql(&self, statements: &str) {
        self.sql_in("latchkey", statements);
    }

    fn sql_in(&self, database: &str, statements: &str) {
        run(&mut self.psql(database, statements));
    }

    /// What one question comes to; `None` where the server does not answer.
    pub(crate) fn ask(&self, database: &str, question: &str) -> Option<String> {
        let output = self.psql(database, question).output().unwrap();
        output.status.success().then(|| String::from_utf8(output.stdout).unwrap().trim().to_owned())
    }

    fn psql(&self, database: &str, statements: &str) -> Command {
        let mut psql = Command::new("psql");
        psql.args([
            "--no-psqlrc",
            "--quiet",
            "--tuples-only",
            "--no-align",
            "-v",
            "ON_ERROR_STOP=1",
            "-U",
            "latchkey",
        ])
        .args(["-p", &self.port.to_string(), "-d", database, "-c", statements, "-h"])
        .arg(&self.folder);
        psql
    }

    /// Sends a signal to the server and all that it has started.
    pub(crate) fn signal(&self, signal: &str) {
        let main = self.child.id().to_string();
        let children = Command::new("ps").args(["-o", "pid=", "--ppid", &main]).output().unwrap();
        let children = String::from_utf8(children.stdout).unwrap();
        for pid in children.split_whitespace().chain([main.as_str()]) {
            // A child may have ended meanwhile.
            Command::new("kill").args([signal, pid]).status().unwrap();
        }
    }

    /// Ends as a machine that is switched off does.
    pub(crate) fn kill(&mut self) {
        self.signal("-KILL");
        self.child.wait().unwrap();
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.signal("-KILL");
            drop(self.child.wait());
        }
        drop(fs::remove_dir_all(&self.folder));
    }
}

/// pgbouncer in transaction mode, with few connections of its own. It ends with this.
pub(crate) struct Bouncer {
    pub(crate) port: u16,
    child: Child,
    folder: PathBuf,
}

impl Bouncer {
    pub(crate) fn start(cluster: &Cluster) -> Self {
        let folder = folder("bouncer");
        let port = free_port();
        let file = folder.join("pgbouncer.ini");
        let settings = format!(
            "[databases]\nlatchkey = host={} port={} dbname=latchkey user=latchkey\n[pgbouncer]\n\
             listen_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = any\n\
             pool_mode = transaction\ndefault_pool_size = 3\nmax_client_conn = 200\n",
            cluster.folder.display(),
            cluster.port
        );
        fs::write(&file, settings).unwrap();
        let program =
            ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer"].into_iter().find(|path| Path::new(path).exists());
        let child = command(program.expect("scripts/setup test installs pgbouncer"))
            .arg(&file)
            .stdout(Stdio::null())
            .stderr(fs::File::create(folder.join("log")).unwrap())
            .spawn()
            .unwrap();
        let bouncer = Self { port, child, folder };
        wait_for("pgbouncer listens", || std::net::TcpStream::connect(("127.0.0.1", port)).is_ok());
        bouncer
    }

    pub(crate) fn url(&self) -> String {
        format!("postgres://latchkey@127.0.0.1:{}/latchkey", self.port)
    }
}

impl Drop for Bouncer {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
        drop(fs::remove_dir_all(&self.folder));
    }
}
