//! PostgreSQL servers for single tests, with replication, and pgbouncer before one.

use crate::bounded;
use std::{
    fs,
    net::TcpListener,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex, Once, PoisonError, Weak,
        atomic::{AtomicU32, Ordering},
        mpsc,
    },
    time::{Duration, Instant},
};

/// Returns an account other than root, because neither PostgreSQL nor pgbouncer runs as root.
fn account() -> Option<(u32, u32)> {
    if !nix::unistd::geteuid().is_root() {
        return None;
    }
    let user =
        ["postgres", "nobody"].into_iter().find_map(|name| nix::unistd::User::from_name(name).ok().flatten());
    user.map(|user| (user.uid.as_raw(), user.gid.as_raw()))
}

/// Returns a command that runs the program under that account, and that ends with the thread that starts it,
/// however that ends.
fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new("setpriv");
    if let Some((user, group)) = account() {
        command.args([format!("--reuid={user}"), format!("--regid={group}"), "--clear-groups".to_owned()]);
    }
    command.args(["--pdeathsig", "KILL"]).arg(program);
    command.current_dir("/").env("LC_ALL", "C.UTF-8").stdin(Stdio::null());
    command
}

/// A process that was started by a thread of its own, which lives as long as this value: the test's own
/// thread may end earlier, if several tests use one server.
struct Kept {
    child: Child,
    /// Ends the thread when dropped.
    _leash: mpsc::Sender<()>,
}

impl Kept {
    fn start(mut command: Command) -> Self {
        let ((tell, told), (leash, gone)) = (mpsc::channel(), mpsc::channel::<()>());
        std::thread::spawn(move || {
            tell.send(command.spawn().unwrap()).unwrap();
            // Nothing is ever sent: the wait ends when the sender is dropped.
            let _ = gone.recv();
        });
        Self { child: told.recv().unwrap(), _leash: leash }
    }

    fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }
}

fn run(command: &mut Command) {
    let output = bounded::output(command);
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Returns the folder of PostgreSQL's programs, the newest version.
fn programs() -> PathBuf {
    let installed = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let version = |path: &PathBuf| path.file_name().and_then(|name| name.to_str()?.parse::<u32>().ok());
    let newest =
        installed.map(|entry| entry.path()).filter(|path| version(path).is_some()).max_by_key(version);
    newest.map_or_else(PathBuf::new, |path| path.join("bin"))
}

/// Deletes what killed runs have left.
fn sweep() {
    for entry in fs::read_dir("/tmp").into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let rest = name.strip_prefix("latchkey-pg-").or_else(|| name.strip_prefix("latchkey-bouncer-"));
        let process = rest.and_then(|rest| rest.split_once('-')?.0.parse::<u32>().ok());
        if process.is_some_and(|process| !Path::new(&format!("/proc/{process}")).exists()) {
            // Another run may be deleting it, too.
            drop(fs::remove_dir_all(entry.path()));
        }
    }
}

/// Creates a folder that belongs to that account. The path is short, because a socket's address has 107 bytes
/// at most.
fn folder(name: &str) -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    static SWEPT: Once = Once::new();
    SWEPT.call_once(sweep);
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

/// Starts a program on a free port. Another process may take the port between its choice and its use: then
/// the program ends, and the next port is tried.
fn on_a_free_port(
    what: &str,
    mut start: impl FnMut(u16) -> Kept,
    serves: impl Fn(u16) -> bool,
) -> (u16, Kept) {
    for _ in 0..20 {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut kept = start(port);
        let began = Instant::now();
        while kept.is_running() {
            if serves(port) {
                return (port, kept);
            }
            assert!(began.elapsed() < bounded::LIMIT, "{what} does not answer");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
    panic!("{what} ends on every port");
}

/// A PostgreSQL server, which ends when dropped.
pub(crate) struct Cluster {
    pub(crate) folder: PathBuf,
    pub(crate) port: u16,
    kept: Kept,
}

impl Cluster {
    /// Starts a fresh server with an empty database `latchkey` of a role of that name, over a socket and on
    /// loopback.
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
        let cluster = Self::in_folder(folder);
        cluster.sql_in("postgres", "CREATE DATABASE latchkey");
        cluster
    }

    /// Starts a server over the data in this folder.
    fn in_folder(folder: PathBuf) -> Self {
        let start = |port: u16| {
            let mut postgres = command(programs().join("postgres"));
            postgres
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
                .process_group(0);
            Kept::start(postgres)
        };
        let serves = |port| psql(&folder, port, "postgres", "SELECT 1").is_some();
        let (port, kept) = on_a_free_port("PostgreSQL", start, serves);
        Self { folder, port, kept }
    }

    /// Starts a standby that follows this server; a commit waits for it from then on.
    pub(crate) fn standby(&self) -> Self {
        let folder = folder("pg");
        run(command(programs().join("pg_basebackup"))
            .arg("-D")
            .arg(folder.join("data"))
            .args(["-R", "-X", "stream", "-c", "fast", "-U", "latchkey", "-p", &self.port.to_string(), "-h"])
            .arg(&self.folder));
        let standby = Self::in_folder(folder);
        self.sql_in("postgres", "ALTER SYSTEM SET synchronous_standby_names = '*'");
        self.sql_in("postgres", "SELECT pg_reload_conf()");
        wait_for("the standby is in step", || {
            self.ask("postgres", "SELECT sync_state FROM pg_stat_replication").as_deref() == Some("sync")
        });
        standby
    }

    /// Promotes a standby to the server that takes writes.
    pub(crate) fn promote(&self) {
        self.sql_in("postgres", "SELECT pg_promote(true)");
        self.sql_in("postgres", "ALTER SYSTEM SET synchronous_standby_names = ''");
        self.sql_in("postgres", "SELECT pg_reload_conf()");
    }

    /// Returns the address of its database, as this role, with an optional password.
    pub(crate) fn url(&self, login: &str) -> String {
        format!("postgres://{login}@127.0.0.1:{}/latchkey", self.port)
    }

    pub(crate) fn sql(&self, statements: &str) {
        self.sql_in("latchkey", statements);
    }

    pub(crate) fn sql_in(&self, database: &str, statements: &str) {
        let output = bounded::output(&mut psql_command(&self.folder, self.port, database, statements));
        assert!(output.status.success(), "{statements}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// Returns the result of a query; `None` if the server does not answer.
    pub(crate) fn ask(&self, database: &str, question: &str) -> Option<String> {
        psql(&self.folder, self.port, database, question)
    }

    /// Sends a signal to the server and its child processes.
    pub(crate) fn signal(&self, signal: &str) {
        let main = self.kept.child.id().to_string();
        let children = bounded::output(Command::new("ps").args(["-o", "pid=", "--ppid", &main]));
        let children = String::from_utf8(children.stdout).unwrap();
        for pid in children.split_whitespace().chain([main.as_str()]) {
            // A child may have ended meanwhile.
            bounded::output(Command::new("kill").args([signal, pid]));
        }
    }

    /// Ends the server as a machine that is switched off does.
    pub(crate) fn kill(&mut self) {
        self.signal("-KILL");
        bounded::ended(&mut self.kept.child);
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if self.kept.is_running() {
            self.signal("-KILL");
            drop(self.kept.child.wait());
        }
        drop(fs::remove_dir_all(&self.folder));
    }
}

/// Returns a server that several tests share and leave as it was. It ends with the last of them.
pub(crate) fn shared() -> Arc<Cluster> {
    static SHARED: Mutex<Weak<Cluster>> = Mutex::new(Weak::new());
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    shared.upgrade().unwrap_or_else(|| {
        let cluster = Arc::new(Cluster::start());
        *shared = Arc::downgrade(&cluster);
        cluster
    })
}

fn psql(folder: &Path, port: u16, database: &str, question: &str) -> Option<String> {
    let output = bounded::output(&mut psql_command(folder, port, database, question));
    output.status.success().then(|| String::from_utf8(output.stdout).unwrap().trim().to_owned())
}

fn psql_command(folder: &Path, port: u16, database: &str, statements: &str) -> Command {
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
    .args(["-p", &port.to_string(), "-d", database, "-c", statements, "-h"])
    .arg(folder);
    psql
}

/// pgbouncer in transaction mode, with few connections of its own. It ends when dropped.
pub(crate) struct Bouncer {
    pub(crate) port: u16,
    kept: Kept,
    folder: PathBuf,
}

impl Bouncer {
    pub(crate) fn start(cluster: &Cluster) -> Self {
        let folder = folder("bouncer");
        let (file, log) = (folder.join("pgbouncer.ini"), folder.join("log"));
        let program =
            ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer"].into_iter().find(|path| Path::new(path).exists());
        let program = program.expect("scripts/setup test installs pgbouncer");
        let start = |port: u16| {
            let settings = format!(
                "[databases]\nlatchkey = host={} port={} dbname=latchkey user=latchkey\n[pgbouncer]\n\
                 listen_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = any\n\
                 pool_mode = transaction\ndefault_pool_size = 3\nmax_client_conn = 200\n",
                cluster.folder.display(),
                cluster.port
            );
            fs::write(&file, settings).unwrap();
            let mut bouncer = command(program);
            bouncer.arg(&file).stdout(Stdio::null()).stderr(fs::File::create(&log).unwrap());
            Kept::start(bouncer)
        };
        // Identified by its own answer, because another program that listens there would be taken for it.
        let serves = |port: u16| {
            fs::read_to_string(&log)
                .is_ok_and(|text| text.contains(&format!("listening on 127.0.0.1:{port}")))
        };
        let (port, kept) = on_a_free_port("pgbouncer", start, serves);
        Self { port, kept, folder }
    }

    pub(crate) fn url(&self) -> String {
        format!("postgres://latchkey@127.0.0.1:{}/latchkey", self.port)
    }
}

impl Drop for Bouncer {
    fn drop(&mut self) {
        drop(self.kept.child.kill());
        drop(self.kept.child.wait());
        drop(fs::remove_dir_all(&self.folder));
    }
}
