//! The thread that starts the server, and restarts it when it ends.

use crate::{
    error::StartError,
    folder::{clear, make_folder, open_folder, open_own},
    process::{end, end_orphan, tail, wait},
    programs::Programs,
    runner::Runner,
    stop::Stop,
};
use nix::unistd::{User, geteuid};
use std::{
    fs::{self, File, OpenOptions},
    io,
    path::{Path, PathBuf},
    process::Child,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, RecvTimeoutError, Sender},
    },
    time::Duration,
};

/// The log of the private PostgreSQL, in the data folder.
const LOG: &str = "postgres.log";

/// The interval at which the keeper checks that the server still runs.
const WATCH_INTERVAL: Duration = Duration::from_millis(200);

/// The pause before a server that ended is restarted: the first, and the longest.
const RESTART_PAUSE: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(30));

/// The thread that starts the server and restarts it, because the system ends the server together with that thread.
pub(crate) struct Keeper {
    pub(crate) data_dir: PathBuf,
    pub(crate) folder: PathBuf,
    /// The version of a cluster that is missing; the newest installed one if `None`.
    pub(crate) major: Option<u32>,
    pub(crate) account: Option<User>,
    pub(crate) running: Arc<AtomicBool>,
    pub(crate) stop: Stop,
}

impl Keeper {
    /// Starts the server, creating a missing cluster first, reports the result, and then looks after the server
    /// until asked to stop.
    pub(crate) fn run(&self, tell: &Sender<Result<Arc<File>, StartError>>, woken: &Receiver<()>) {
        let started = self.prepare().and_then(|entrance| Ok((self.start(&entrance)?, entrance)));
        let (mut child, entrance) = match started {
            Ok(started) => started,
            Err(error) => {
                // Nobody listens only if the process is ending.
                let _ = tell.send(Err(error));
                return;
            }
        };
        self.running.store(true, Ordering::Release);
        let _ = tell.send(Ok(Arc::clone(&entrance)));
        while self.pause(woken, WATCH_INTERVAL) {
            if matches!(child.try_wait(), Ok(None)) {
                continue;
            }
            self.running.store(false, Ordering::Release);
            let log = tail(&self.log_path(), &self.folder);
            tracing::error!(
                "the private PostgreSQL has ended, and is being restarted. The end of its log:\n{log}"
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

    /// Waits; returns whether to go on: not if the server is to stop, or its owner is gone.
    fn pause(&self, woken: &Receiver<()>, time: Duration) -> bool {
        let over = woken.recv_timeout(time);
        over == Err(RecvTimeoutError::Timeout) && !self.stop.is_asked()
    }

    /// Retries until it runs, with a growing pause; returns `None` if asked to stop meanwhile.
    fn start_again(&self, entrance: &Arc<File>, woken: &Receiver<()>) -> Option<Child> {
        let mut pause = RESTART_PAUSE.0;
        while self.pause(woken, pause) {
            match self.start(entrance) {
                Ok(child) => return Some(child),
                Err(StartError::Stopped) => return None,
                Err(error) => {
                    pause = (pause * 2).min(RESTART_PAUSE.1);
                    tracing::error!(
                        seconds = pause.as_secs(),
                        "the private PostgreSQL did not start, and is tried again after a pause: {error}"
                    );
                }
            }
        }
        None
    }

    /// Returns whether to go on.
    ///
    /// Errors: `Stopped`.
    fn go_on(&self) -> Result<(), StartError> {
        if self.stop.is_asked() { Err(StartError::Stopped) } else { Ok(()) }
    }

    fn log_path(&self) -> PathBuf {
        self.data_dir.join(LOG)
    }

    fn log(&self) -> Result<File, StartError> {
        open_own(OpenOptions::new().create(true).append(true), &self.data_dir, LOG)
            .map_err(|error| StartError::Folder(self.data_dir.clone(), error))
    }

    fn unusable(&self, error: io::Error) -> StartError {
        StartError::Folder(self.folder.clone(), error)
    }

    fn runner<'a>(&'a self, entrance: &'a Arc<File>) -> Runner<'a> {
        Runner { account: self.account.as_ref(), entrance, stop: &self.stop }
    }

    /// Creates a missing cluster, and opens its folder.
    fn prepare(&self) -> Result<Arc<File>, StartError> {
        if !self.folder.join("PG_VERSION").exists() {
            self.make()?;
        }
        self.open(&self.folder).map_err(|error| self.unusable(error))
    }

    /// Creates a cluster beside its folder and moves it there as a whole, so that the contents of that folder are never
    /// incomplete, and never touched.
    fn make(&self) -> Result<(), StartError> {
        if self.account.is_none() && !matches!(User::from_uid(geteuid()), Ok(Some(_))) {
            return Err(StartError::NoName(geteuid().as_raw()));
        }
        let unusable = |error| self.unusable(error);
        let programs = Programs::find(&self.folder, self.major)?;
        match fs::read_dir(&self.folder).map(|mut entries| entries.next().is_some()) {
            Ok(false) => {}
            Ok(true) => return Err(StartError::NotEmpty(self.folder.clone())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(unusable(error)),
        }
        // Leftovers of a start that was interrupted.
        let unfinished = self.data_dir.join("postgres.unfinished");
        clear(&unfinished).map_err(unusable)?;
        make_folder(&unfinished).map_err(unusable)?;
        // An empty folder first, because if that cannot be moved, creating a cluster would be in vain.
        let unmovable = |error| StartError::NotMovable(self.folder.clone(), error);
        fs::rename(&unfinished, &self.folder).map_err(unmovable)?;
        make_folder(&unfinished).map_err(unusable)?;
        let entrance = self.open(&unfinished).map_err(unusable)?;
        tracing::info!(folder = %self.folder.display(), "making a private PostgreSQL");
        if self.runner(&entrance).make_cluster(&programs, &self.log()?).is_err() {
            self.go_on()?;
            return Err(StartError::Failed("set up", tail(&self.log_path(), &self.folder)));
        }
        fs::rename(&unfinished, &self.folder).map_err(unmovable)?;
        // PostgreSQL has flushed the contents.
        File::open(&self.data_dir).and_then(|folder| folder.sync_all()).map_err(unusable)
    }

    /// Opens a folder that the server works in, and makes its account the owner.
    fn open(&self, folder: &Path) -> io::Result<Arc<File>> {
        let opened = match &self.account {
            Some(account) => open_folder(folder, account.uid.as_raw(), account.gid.as_raw()),
            None => File::open(folder),
        };
        opened.map(Arc::new)
    }

    /// Starts the server once, and waits until it serves.
    fn start(&self, entrance: &Arc<File>) -> Result<Child, StartError> {
        let programs = Programs::find(&self.folder, self.major)?;
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
            _ => Err(StartError::Failed("started", tail(&log_path, &self.folder))),
        });
        match ready {
            Ok(true) => return Ok(child),
            Ok(false) | Err(_) => end(&mut child),
        }
        ready?;
        Err(StartError::Failed("started", tail(&log_path, &self.folder)))
    }
}
