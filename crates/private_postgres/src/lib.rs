//! A private PostgreSQL, for a portal without another one: run from the installed programs, in the data folder, reachable
//! only over a Unix socket inside that folder, and never as root.

#![expect(
    clippy::disallowed_methods,
    reason = "a thread without a runtime waits for a process, and finds its programs by PATH"
)]

mod error;
mod folder;
mod keeper;
mod process;
mod programs;
mod runner;
mod stop;

pub use error::StartError;
pub use stop::Stop;

use folder::{hand_over, make_folder};
use keeper::Keeper;
use process::{is_ready, wait};
use runner::DATABASE;
use std::{
    fs::{File, OpenOptions, TryLockError},
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
    /// A lock for as long as this process lives; the system releases it however the process ends.
    _lock: File,
}

impl PrivatePostgres {
    /// Starts the server in `data_dir`, creating a missing cluster first. If asked to stop meanwhile, ends early,
    /// with nothing left running.
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
        hand_over(&lock, data_dir).map_err(unusable)?;
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

        let account = programs::account(data_dir)?;
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
