//! The folders of clusters of several versions, while one replaces another.

use crate::{
    error::StartError,
    folder::{clear, open_own},
    programs::{installed, version_in_folder},
    runner::DATABASE,
};
use nix::sys::statvfs::statvfs;
use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io,
    path::{Path, PathBuf},
};

/// The folder of the cluster in use.
pub(crate) const CURRENT: &str = "postgres";

/// The folder in which the next one is made.
const NEXT: &str = "postgres.next";

/// The lock on a data folder, for as long as this value lives; the system releases it however the process ends.
#[derive(Debug)]
pub struct DataLock {
    pub(crate) data_dir: PathBuf,
    _file: File,
}

impl DataLock {
    /// Takes the lock; returns `None` if another process has it.
    pub fn take(data_dir: &Path) -> Result<Option<Self>, StartError> {
        let unusable = |error| StartError::Folder(data_dir.to_owned(), error);
        let mut options = OpenOptions::new();
        let opened = open_own(options.create(true).truncate(false).write(true), data_dir, "lock");
        let file = opened.map_err(unusable)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { data_dir: data_dir.to_owned(), _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(unusable(error)),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.data_dir.join(name)
    }

    fn old(&self, major: u32) -> PathBuf {
        self.path(&format!("{CURRENT}.{major}"))
    }

    /// Returns the major version of the cluster in use; `None` without a cluster.
    pub fn major(&self) -> Option<u32> {
        version_in_folder(&self.path(CURRENT))
    }

    /// Returns the newest installed major version that has everything for an upgrade.
    pub fn newest_installed(&self) -> Option<u32> {
        installed()
            .filter(|(_, bin)| bin.join("pg_dump").exists() && bin.join("pg_restore").exists())
            .map(|(major, _)| major)
            .max()
    }

    /// Returns the size of the cluster in use, and the free space beside it, in bytes.
    pub fn space(&self) -> io::Result<(u64, u64)> {
        let free = statvfs(&self.data_dir)?;
        Ok((size(&self.path(CURRENT))?, free.blocks_available().saturating_mul(free.fragment_size())))
    }

    /// Returns the folder of the cluster that an earlier upgrade from this version has kept, if there is one.
    pub fn kept(&self, major: u32) -> Option<PathBuf> {
        let old = self.old(major);
        (version_in_folder(&old) == Some(major)).then_some(old)
    }

    /// Removes what an interrupted upgrade has left, and returns the name of the folder for the next cluster.
    pub fn make_room(&self, major: u32) -> io::Result<&'static str> {
        clear(&self.path(NEXT))?;
        // Never the old cluster itself: that would be of this version.
        if self.kept(major).is_none() {
            clear(&self.old(major))?;
        }
        Ok(NEXT)
    }

    /// Puts the next cluster in the place of the one in use, which is kept; returns its folder. No server may run in either.
    pub fn put_in_place(&self, major: u32) -> io::Result<PathBuf> {
        let (current, old) = (self.path(CURRENT), self.old(major));
        // Under the name of the old one first, so that one exchange does the rest.
        fs::rename(self.path(NEXT), &old)?;
        exchange(&old, &current)?;
        self.sync()?;
        Ok(old)
    }

    /// Puts the old cluster back in its place, and removes the other.
    pub fn put_back(&self, major: u32) -> io::Result<()> {
        exchange(&self.old(major), &self.path(CURRENT))?;
        self.sync()?;
        clear(&self.old(major))
    }

    /// Removes the clusters that upgrades have kept, and returns their folders.
    pub fn remove_old(&self) -> io::Result<Vec<PathBuf>> {
        let current = self.major().unwrap_or_default();
        let kept: Vec<PathBuf> = (1..=current).filter_map(|major| self.kept(major)).collect();
        for folder in &kept {
            clear(folder)?;
        }
        Ok(kept)
    }

    fn sync(&self) -> io::Result<()> {
        File::open(&self.data_dir)?.sync_all()
    }
}

/// Exchanges two folders: at once where the file system can, otherwise one after the other.
fn exchange(one: &Path, other: &Path) -> io::Result<()> {
    #[cfg(target_env = "gnu")]
    {
        use nix::fcntl::{AT_FDCWD, RenameFlags, renameat2};
        if renameat2(AT_FDCWD, one, AT_FDCWD, other, RenameFlags::RENAME_EXCHANGE).is_ok() {
            return Ok(());
        }
    }
    let between = one.with_extension("moving");
    fs::rename(other, &between)?;
    let moved = fs::rename(one, other).and_then(|()| fs::rename(&between, one));
    if moved.is_err() && !other.exists() {
        fs::rename(&between, other)?;
    }
    moved
}

fn size(folder: &Path) -> io::Result<u64> {
    let mut total = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let data = entry.metadata()?;
        total += if data.is_dir() { size(&entry.path())? } else { data.len() };
    }
    Ok(total)
}

/// Returns the command line with which an administrator connects to the private PostgreSQL.
pub fn connection_words(data_dir: &Path) -> String {
    let folder = fs::canonicalize(data_dir.join(CURRENT)).unwrap_or_else(|_| data_dir.join(CURRENT));
    format!("-h {} -U {DATABASE}", folder.display())
}
