//! A private PostgreSQL, for a portal without another one: run from the installed programs, in the data folder, reachable
//! only over a Unix socket inside that folder, and never as root.

#![expect(
    clippy::disallowed_methods,
    reason = "a thread without a runtime waits for a process, and finds its programs by PATH"
)]

mod cluster;
mod clusters;
mod error;
mod folder;
mod keeper;
mod process;
mod programs;
mod runner;
mod stop;
mod tools;

pub use cluster::{Cluster, find as find_cluster};
pub use clusters::{DataLock, connection_words};
pub use error::StartError;
pub use stop::Stop;
pub use tools::{Tools, ToolsError};

use clusters::CURRENT;
use folder::make_folder;
use keeper::Keeper;
use process::{is_ready, wait};
use runner::DATABASE;
use std::{
    fs::File,
    os::fd::AsRawFd,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{self, Sender},
    },
    thread::JoinHandle,
};

/// The running server. Owned by the process that started it, which restarts it when it ends; other processes on the same data
/// folder only use it.
pub struct PrivatePostgres {
    folder: PathBuf,
    /// An open descriptor, through which the database's address leads.
    entrance: Arc<File>,
    owned: Option<Owned>,
}

struct Owned {
    /// A channel whose end makes the keeper check at once whether it is asked to stop.
    wake: Sender<()>,
    stop: Stop,
    keeper: JoinHandle<()>,
    running: Arc<AtomicBool>,
    /// The lock, unless somebody holds it for longer than the server runs.
    lock: Option<DataLock>,
}

impl PrivatePostgres {
    /// Starts the server in `data_dir`, creating a missing cluster first. If asked to stop meanwhile, ends early,
    /// with nothing left running.
    pub fn start(data_dir: &Path, stop: &Stop) -> Result<Self, StartError> {
        let unusable = |error| StartError::Folder(data_dir.to_owned(), error);
        make_folder(data_dir).map_err(unusable)?;
        if let Some(lock) = DataLock::take(data_dir)? {
            let mut started = lock.start(CURRENT, None, stop)?;
            if let Some(owned) = &mut started.owned {
                owned.lock = Some(lock);
            }
            return Ok(started);
        }
        let folder = data_dir.join(CURRENT);
        let ready = wait(&folder, None, || if stop.is_asked() { Err(StartError::Stopped) } else { Ok(()) })?;
        if !ready {
            return Err(StartError::InUse);
        }
        let entrance = Arc::new(File::open(&folder).map_err(unusable)?);
        Ok(Self { folder, entrance, owned: None })
    }

    /// Returns whether this process started the server, so that no other portal uses it.
    pub fn is_owned(&self) -> bool {
        self.owned.is_some()
    }

    /// Returns the address to connect to. It leads through an open descriptor of this process, so that neither the length of
    /// the folder's path nor the rights of the folders above it matter.
    pub fn url(&self) -> String {
        format!(
            "postgres://{DATABASE}@localhost:5432/{DATABASE}?host=/proc/self/fd/{}&sslmode=disable",
            self.entrance.as_raw_fd()
        )
    }

    /// Returns a function that returns whether the server runs at that time.
    pub fn watch(&self) -> impl Fn() -> bool + Send + Sync + 'static {
        let running = self.owned.as_ref().map(|owned| Arc::clone(&owned.running));
        let folder = self.folder.clone();
        move || match &running {
            Some(running) => running.load(Ordering::Acquire),
            None => is_ready(&folder, None),
        }
    }

    /// Shuts the server down, if this process started it. Takes a bounded time.
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

impl DataLock {
    /// Starts the server in a folder of the data folder, creating a missing cluster first, of this major version if one is
    /// named. The lock has to outlive it.
    pub fn start(&self, name: &str, major: Option<u32>, stop: &Stop) -> Result<PrivatePostgres, StartError> {
        let unusable = |error| StartError::Folder(self.data_dir.clone(), error);
        let account = programs::account(&self.data_dir)?;
        let folder = self.data_dir.join(name);
        let running = Arc::new(AtomicBool::new(false));
        let keeper = Keeper {
            data_dir: self.data_dir.clone(),
            folder: folder.clone(),
            major,
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
        let owned = Owned { wake, stop: stop.clone(), keeper, running, lock: None };
        Ok(PrivatePostgres { folder, entrance, owned: Some(owned) })
    }
}
