//! A PostgreSQL of our own, where no other is configured: run from the installed binaries, in the data folder,
//! reachable only over a Unix socket inside that folder, and never as root.

#![expect(
    clippy::disallowed_methods,
    reason = "a thread without a runtime waits for a process, and finds its programs by PATH"
)]

use nix::{
    fcntl::{FcntlArg, FdFlag, fcntl},
    sys::{prctl, signal::Signal},
    unistd::{Pid, User, chown, geteuid},
};
use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Write},
    os::{
        fd::{AsRawFd, BorrowedFd},
        unix::{fs::DirBuilderExt, process::CommandExt},
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{self, Receiver, RecvTimeoutError, Sender},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

/// The name of the database and of its owner.
const DATABASE: &str = "latchkey";

/// The accounts to run as when started by root, the first that exists.
const ACCOUNTS: [&str; 2] = ["postgres", "nobody"];

/// Recovery after a crash may replay much.
const PATIENCE: Duration = Duration::from_mins(1);

/// How long the server may take to write everything out and end, and then to end without that.
const END: [(Signal, Duration); 3] = [
    (Signal::SIGINT, Duration::from_secs(10)),
    (Signal::SIGQUIT, Duration::from_secs(2)),
    (Signal::SIGKILL, Duration::from_secs(2)),
];

/// How often it is looked whether a program is ready or has ended.
const LOOK: Duration = Duration::from_millis(20);

/// How often it is looked whether the server still runs.
const WATCH: Duration = Duration::from_millis(200);

/// How long to wait before a server that ended is started again, at first and at most.
const PAUSE: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(30));

/// Why the private PostgreSQL does not run.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(
        "no PostgreSQL is installed here. Install it (Debian: apt-get install postgresql; nothing needs to be \
         started), or name a running one in DATABASE_URL"
    )]
    NotInstalled,
    #[error(
        "the data folder was made by PostgreSQL {0}, which is not installed here. Install that version \
         (Debian: apt-get install postgresql-{0})"
    )]
    OtherVersion(String),
    #[error(
        "PostgreSQL refuses to run as root, and there is neither an account `postgres` nor `nobody` to run it as"
    )]
    NoAccount,
    #[error(
        "this process runs under the number {0}, for which there is no entry in /etc/passwd, and PostgreSQL is not set up \
         without one. Run it as a user with a name, add an entry (as OpenShift's images do at their start), or name a \
         PostgreSQL in DATABASE_URL"
    )]
    NoName(u32),
    #[error("the data folder {0} cannot be used: {1}")]
    Folder(PathBuf, io::Error),
    #[error(
        "the folder {0} holds something that is no database of PostgreSQL, and nothing in it was touched. Move it away, or \
         name another folder in LATCHKEY_DATA_DIR"
    )]
    NotEmpty(PathBuf),
    #[error(
        "a database cannot be put into the folder {0} as a whole ({1}), as where it is a link or a mount of its own. Mount the \
         folder above it instead, which LATCHKEY_DATA_DIR names"
    )]
    NotMovable(PathBuf, io::Error),
    #[error("PostgreSQL could not be {0}. The end of its log:\n{1}")]
    Failed(&'static str, String),
    #[error("another latchkey uses this data folder, and its PostgreSQL does not answer")]
    InUse,
    #[error("it was asked to stop while it started")]
    Stopped,
}

/// Asks a server to stop, also one that is only starting. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Asks for it.
    pub fn ask(&self) {
        self.0.store(true, Ordering::Release);
    }

    fn is_asked(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// The running server. Owned by the process that started it, which starts it again where it ends; other processes on the
/// same data folder only use it.
pub struct PrivatePostgres {
    folder: PathBuf,
    /// Kept open: the address of the database goes through it.
    entrance: Arc<File>,
    owned: Option<Owned>,
}

struct Owned {
    /// Asked to stop, the keeper looks up at once where this is gone.
    wake: Sender<()>,
    stop: Stop,
    keeper: JoinHandle<()>,
    running: Arc<AtomicBool>,
    /// Locked for as long as this process lives; the system lets go of it however the process ends.
    _lock: File,
}

/// Starts the server and looks after it, in a thread of its own: the system ends the server together with that thread.
struct Keeper {
    data_dir: PathBuf,
    folder: PathBuf,
    account: Option<User>,
    running: Arc<AtomicBool>,
    stop: Stop,
}

impl PrivatePostgres {
    /// Starts the server in `data_dir`, making the cluster first where there is none. Ends early, with nothing left running,
    /// where it is asked to stop meanwhile.
    pub fn start(data_dir: &Path, stop: &Stop) -> Result<Self, StartError> {
        let unusable = |error| StartError::Folder(data_dir.to_owned(), error);
        make_folder(data_dir).map_err(unusable)?;
        let folder = data_dir.join("postgres");
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(data_dir.join("lock"))
            .map_err(unusable)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return match wait(&folder, None, || {
                    if stop.is_asked() { Err(StartError::Stopped) } else { Ok(()) }
                }) {
                    Ok(true) => {
                        let entrance = Arc::new(File::open(&folder).map_err(unusable)?);
                        Ok(Self { folder, entrance, owned: None })
                    }
                    Ok(false) => Err(StartError::InUse),
                    Err(error) => Err(error),
                };
            }
            Err(TryLockError::Error(error)) => return Err(unusable(error)),
        }

        let account = account()?;
        let running = Arc::new(AtomicBool::new(false));
        let keeper = Keeper {
            data_dir: data_dir.to_owned(),
            folder: folder.clone(),
            account,
            running: Arc::clone(&running),
            stop: stop.clone(),
        };
        let (wake, woken) = mpsc::channel();
        let (tell, told) = mpsc::channel();
        let keeper = std::thread::Builder::new()
            .name("private-postgres".to_owned())
            .spawn(move || keeper.run(&tell, &woken))
            .map_err(unusable)?;
        let entrance = match told.recv() {
            Ok(entrance) => entrance?,
            Err(_) => return Err(StartError::Failed("started", String::new())),
        };
        Ok(Self {
            folder,
            entrance,
            owned: Some(Owned { wake, stop: stop.clone(), keeper, running, _lock: lock }),
        })
    }

    /// The address to connect to. It leads through an open descriptor of this process, so neither the length
    /// of the folder's path nor the rights of the folders above it matter.
    pub fn url(&self) -> String {
        format!(
            "postgres://{DATABASE}@localhost:5432/{DATABASE}?host=/proc/self/fd/{}&sslmode=disable",
            self.entrance.as_raw_fd()
        )
    }

    /// Returns whether the server runs, now and whenever that is called.
    pub fn watch(&self) -> impl Fn() -> bool + Send + Sync + 'static {
        let running = self.owned.as_ref().map(|owned| Arc::clone(&owned.running));
        let folder = self.folder.clone();
        move || match &running {
            Some(running) => running.load(Ordering::Acquire),
            None => is_ready(&folder, None),
        }
    }

    /// Writes everything out and ends, where this process started it. Takes a bounded time.
    pub fn stop(self) {
        if let Some(owned) = self.owned {
            owned.stop.ask();
            drop(owned.wake);
            if owned.keeper.join().is_ok() {
                tracing::info!("the private PostgreSQL has stopped");
            }
        }
    }
}

impl Keeper {
    /// Starts the server, making the cluster first where there is none, tells how that went, and then looks after it until
    /// asked to stop.
    fn run(&self, tell: &Sender<Result<Arc<File>, StartError>>, woken: &Receiver<()>) {
        let started = self.prepare().and_then(|entrance| Ok((self.start(&entrance)?, entrance)));
        let (mut child, entrance) = match started {
            Ok(started) => started,
            Err(error) => {
                // Nobody listens only where the process is ending.
                let _ = tell.send(Err(error));
                return;
            }
        };
        self.running.store(true, Ordering::Release);
        let _ = tell.send(Ok(Arc::clone(&entrance)));
        while self.pause(woken, WATCH) {
            if matches!(child.try_wait(), Ok(None)) {
                continue;
            }
            self.running.store(false, Ordering::Release);
            let log = tail(&self.log_path());
            tracing::error!(
                "the private PostgreSQL has ended, and is started again. The end of its log:\n{log}"
            );
            match self.start_again(&entrance, woken) {
                Some(again) => child = again,
                None => return,
            }
            self.running.store(true, Ordering::Release);
            tracing::info!("the private PostgreSQL runs again");
        }
        end(&mut child);
    }

    /// Waits; returns whether to go on, which is not so where the server is to stop, or its owner is gone.
    fn pause(&self, woken: &Receiver<()>, time: Duration) -> bool {
        let over = woken.recv_timeout(time);
        over == Err(RecvTimeoutError::Timeout) && !self.stop.is_asked()
    }

    /// Tries until it runs, with a growing pause; returns `None` when asked to stop meanwhile.
    fn start_again(&self, entrance: &Arc<File>, woken: &Receiver<()>) -> Option<Child> {
        let mut pause = PAUSE.0;
        while self.pause(woken, pause) {
            match self.start(entrance) {
                Ok(child) => return Some(child),
                Err(StartError::Stopped) => return None,
                Err(error) => {
                    pause = (pause * 2).min(PAUSE.1);
                    tracing::error!(seconds = pause.as_secs(), "it is tried again after a pause: {error}");
                }
            }
        }
        None
    }

    /// Errors: `Stopped`.
    fn go_on(&self) -> Result<(), StartError> {
        if self.stop.is_asked() { Err(StartError::Stopped) } else { Ok(()) }
    }

    fn log_path(&self) -> PathBuf {
        self.data_dir.join("postgres.log")
    }

    fn log(&self) -> Result<File, StartError> {
        let opened = OpenOptions::new().create(true).append(true).open(self.log_path());
        opened.map_err(|error| StartError::Folder(self.data_dir.clone(), error))
    }

    fn unusable(&self, error: io::Error) -> StartError {
        StartError::Folder(self.folder.clone(), error)
    }

    fn runner<'a>(&'a self, entrance: &'a Arc<File>) -> Runner<'a> {
        Runner { account: self.account.as_ref(), entrance, stop: &self.stop }
    }

    /// Makes the cluster where there is none, and opens its folder.
    fn prepare(&self) -> Result<Arc<File>, StartError> {
        if !self.folder.join("PG_VERSION").exists() {
            self.make()?;
        }
        self.open(&self.folder).map_err(|error| self.unusable(error))
    }

    /// Makes a cluster beside its folder and moves it there as a whole: what is in that folder is never half made, and is never
    /// touched.
    fn make(&self) -> Result<(), StartError> {
        if self.account.is_none() && !matches!(User::from_uid(geteuid()), Ok(Some(_))) {
            return Err(StartError::NoName(geteuid().as_raw()));
        }
        let unusable = |error| self.unusable(error);
        let programs = Programs::find(&self.folder)?;
        match fs::read_dir(&self.folder).map(|mut entries| entries.next().is_some()) {
            Ok(false) => {}
            Ok(true) => return Err(StartError::NotEmpty(self.folder.clone())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(unusable(error)),
        }
        // What a start that was cut short has left.
        let unfinished = self.data_dir.join("postgres.unfinished");
        clear(&unfinished).map_err(unusable)?;
        make_folder(&unfinished).map_err(unusable)?;
        // An empty one first: where that cannot be moved, nothing has been made for nothing.
        let unmovable = |error| StartError::NotMovable(self.folder.clone(), error);
        fs::rename(&unfinished, &self.folder).map_err(unmovable)?;
        make_folder(&unfinished).map_err(unusable)?;
        let entrance = self.open(&unfinished).map_err(unusable)?;
        tracing::info!(folder = %self.folder.display(), "making a private PostgreSQL");
        if self.runner(&entrance).make_cluster(&programs, &self.log()?).is_err() {
            self.go_on()?;
            return Err(StartError::Failed("set up", tail(&self.log_path())));
        }
        fs::rename(&unfinished, &self.folder).map_err(unmovable)?;
        // PostgreSQL has written out what is in it.
        File::open(&self.data_dir).and_then(|folder| folder.sync_all()).map_err(unusable)
    }

    /// Opens a folder that the server works in, and makes it that of its account.
    fn open(&self, folder: &Path) -> io::Result<Arc<File>> {
        if let Some(account) = &self.account {
            chown(folder, Some(account.uid), Some(account.gid))?;
        }
        File::open(folder).map(Arc::new)
    }

    /// Starts the server once, and waits until it serves.
    fn start(&self, entrance: &Arc<File>) -> Result<Child, StartError> {
        let programs = Programs::find(&self.folder)?;
        end_orphan(&self.folder, || self.go_on())?;
        let log_path = self.log_path();
        let mut child = self
            .runner(entrance)
            .server(&programs, self.log()?)
            .spawn()
            .map_err(|error| StartError::Failed("started", error.to_string()))?;
        let id = child.id();
        let ready = wait(&self.folder, Some(id), || match child.try_wait() {
            Ok(None) => self.go_on(),
            _ => Err(StartError::Failed("started", tail(&log_path))),
        });
        match ready {
            Ok(true) => return Ok(child),
            Ok(false) | Err(_) => end(&mut child),
        }
        ready?;
        Err(StartError::Failed("started", tail(&log_path)))
    }
}

/// Removes a folder, or the file that an older version had in its place, where there is one.
fn clear(path: &Path) -> io::Result<()> {
    let removed = match fs::symlink_metadata(path) {
        Ok(data) if data.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Waits until the server says that it is ready; returns false where it does not in time.
///
/// Errors: those of `alive`, which is asked meanwhile.
fn wait(
    folder: &Path,
    id: Option<u32>,
    mut alive: impl FnMut() -> Result<(), StartError>,
) -> Result<bool, StartError> {
    let began = Instant::now();
    while began.elapsed() < PATIENCE {
        if is_ready(folder, id) {
            return Ok(true);
        }
        alive()?;
        std::thread::sleep(LOOK);
    }
    Ok(false)
}

/// Returns whether a server is ready: that of this process id, or any. The first line of the file is the id, which tells a
/// server that is starting from what one that was killed has left; the eighth says what it is doing.
fn is_ready(folder: &Path, id: Option<u32>) -> bool {
    let state = fs::read_to_string(folder.join("postmaster.pid")).unwrap_or_default();
    let mut lines = state.lines();
    let of = lines.next().and_then(|line| line.trim().parse().ok());
    let is_it = id.is_none_or(|id| of == Some(id));
    is_it && lines.nth(6).is_some_and(|line| line.trim() == "ready")
}

fn make_folder(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// The account to become, or none where this process is not root.
fn account() -> Result<Option<User>, StartError> {
    if !geteuid().is_root() {
        return Ok(None);
    }
    ACCOUNTS
        .into_iter()
        .find_map(|name| User::from_name(name).ok().flatten())
        .map(Some)
        .ok_or(StartError::NoAccount)
}

struct Programs {
    initdb: PathBuf,
    postgres: PathBuf,
}

impl Programs {
    /// Looks on the PATH and where distributions put them. A cluster that exists decides on the version.
    fn find(folder: &Path) -> Result<Self, StartError> {
        let wanted = fs::read_to_string(folder.join("PG_VERSION")).ok().map(|text| text.trim().to_owned());
        let mut places: Vec<PathBuf> =
            ["/usr/lib/postgresql", "/usr/local/lib/postgresql", "/opt/homebrew/opt"]
                .into_iter()
                .filter_map(|parent| fs::read_dir(parent).ok())
                .flat_map(|entries| entries.flatten().map(|entry| entry.path().join("bin")))
                .collect();
        places.sort_by_key(|place| std::cmp::Reverse(version_in(place)));
        let path = std::env::var_os("PATH").unwrap_or_default();
        places.extend(std::env::split_paths(&path));
        let installed = places
            .into_iter()
            .map(|bin| Self { initdb: bin.join("initdb"), postgres: bin.join("postgres") })
            .filter(|programs| programs.initdb.exists() && programs.postgres.exists());
        match wanted {
            None => installed.into_iter().next().ok_or(StartError::NotInstalled),
            Some(version) => {
                let mut any = false;
                installed
                    .inspect(|_| any = true)
                    .find(|programs| programs.major().as_deref() == Some(&version))
                    .ok_or(StartError::OtherVersion(version))
                    .map_err(|error| if any { error } else { StartError::NotInstalled })
            }
        }
    }

    /// The version that the program itself states, "15" of "postgres (PostgreSQL) 15.18 (Debian …)".
    fn major(&self) -> Option<String> {
        let output = Command::new(&self.postgres).arg("--version").output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        let version = text.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
        version.split('.').next().map(str::to_owned)
    }
}

/// The number in a path such as `/usr/lib/postgresql/15/bin`.
fn version_in(bin: &Path) -> u32 {
    let name = bin.parent().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
    name.and_then(|name| name.trim_start_matches("postgresql@").parse().ok()).unwrap_or(0)
}

struct Runner<'a> {
    account: Option<&'a User>,
    entrance: &'a Arc<File>,
    stop: &'a Stop,
}

impl Runner<'_> {
    fn make_cluster(&self, programs: &Programs, log: &File) -> io::Result<()> {
        let folder = self.folder_argument();
        let mut initdb = self.command(&programs.initdb);
        initdb
            .args(["-D", &folder, "-U", DATABASE, "-E", "UTF8", "--locale=C.UTF-8", "--data-checksums"])
            .args(["--auth-local=trust", "--auth-host=reject", "--no-instructions"])
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log.try_clone()?);
        self.finish(initdb.spawn()?)?;
        let mut single = self.command(&programs.postgres);
        let mut child = single
            .args(["--single", "-D", &folder, "postgres"])
            .stdin(Stdio::piped())
            .stdout(log.try_clone()?)
            .stderr(log.try_clone()?)
            .spawn()?;
        if let Some(mut input) = child.stdin.take() {
            writeln!(input, "CREATE DATABASE {DATABASE}")?;
        }
        self.finish(child)
    }

    /// Waits until a program has done its work, or ends it where that is asked for.
    fn finish(&self, mut child: Child) -> io::Result<()> {
        loop {
            if let Some(status) = child.try_wait()? {
                return if status.success() { Ok(()) } else { Err(io::Error::other(status.to_string())) };
            }
            if self.stop.is_asked() {
                end(&mut child);
                return Err(io::Error::other("asked to stop"));
            }
            std::thread::sleep(LOOK);
        }
    }

    fn server(&self, programs: &Programs, log: File) -> Command {
        let mut command = self.command(&programs.postgres);
        command.arg("-D").arg(self.folder_argument());
        for setting in [
            "listen_addresses=",
            "unix_socket_directories=.",
            "unix_socket_permissions=0700",
            "jit=off",
            "max_connections=100",
            "shared_buffers=128MB",
            // A failed statement may carry what people typed.
            "log_min_error_statement=panic",
            "log_error_verbosity=terse",
        ] {
            command.args(["-c", setting]);
        }
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).process_group(0);
        command
    }

    /// The folder by way of its open descriptor, which the child inherits: the account may be barred from the
    /// folders above, such as root's home.
    fn folder_argument(&self) -> String {
        format!("/proc/self/fd/{}", self.entrance.as_raw_fd())
    }

    #[expect(unsafe_code, reason = "the hook runs between fork and exec, and makes two system calls there")]
    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        // Nothing of our environment, where keys may be.
        command
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("LC_ALL", "C.UTF-8")
            .current_dir("/");
        if let Some(account) = self.account {
            command.uid(account.uid.as_raw()).gid(account.gid.as_raw());
        }
        let entrance = self.entrance.as_raw_fd();
        // SAFETY: both calls are async-signal-safe, and the descriptor is open in the child.
        unsafe {
            command.pre_exec(move || {
                // Were this process killed, the server would shut down by itself.
                prctl::set_pdeathsig(Signal::SIGINT)?;
                fcntl(BorrowedFd::borrow_raw(entrance), FcntlArg::F_SETFD(FdFlag::empty()))?;
                Ok(())
            });
        }
        command
    }
}

/// Ends a server that an earlier process left behind, as after `kill -9`. The lock says that nobody uses it.
///
/// Errors: those of `go_on`, which is asked meanwhile.
fn end_orphan(folder: &Path, go_on: impl Fn() -> Result<(), StartError>) -> Result<(), StartError> {
    let pid_file = folder.join("postmaster.pid");
    let Some(pid) = fs::read_to_string(&pid_file)
        .ok()
        .and_then(|text| text.lines().next()?.trim().parse::<i32>().ok())
        .filter(|pid| is_postgres(*pid))
    else {
        return Ok(());
    };
    tracing::warn!(pid, "ending a PostgreSQL that was left behind in the data folder");
    let began = Instant::now();
    while is_postgres(pid) && began.elapsed() < PATIENCE {
        // An error means that it has ended already.
        let _ = nix::sys::signal::kill(Pid::from_raw(pid), Signal::SIGINT);
        go_on()?;
        std::thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}

fn is_postgres(pid: i32) -> bool {
    fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|name| name.trim() == "postgres")
}

/// A fast shutdown: sessions are cut, everything is written. What stands still is killed in the end, which loses nothing
/// that was told as done: it is in the log that is replayed at the next start.
fn end(child: &mut Child) {
    for (signal, patience) in END {
        let Ok(pid) = i32::try_from(child.id()) else { return };
        // An error means that it has ended already.
        let _ = nix::sys::signal::kill(Pid::from_raw(pid), signal);
        let began = Instant::now();
        while began.elapsed() < patience {
            if !matches!(child.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(LOOK);
        }
    }
}

/// The last lines of PostgreSQL's log.
fn tail(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(8)..].join("\n")
}
