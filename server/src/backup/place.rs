//! The place that a backup is written to.

use super::failure::{Failure, Step};
use crate::{config::Settings, key_file};
use domain::time::Timestamp;
use std::{
    fs, io,
    io::IsTerminal,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};
use tempfile::NamedTempFile;

/// The name of standard input and output.
pub(super) const STANDARD: &str = "-";

/// The beginning and the end of the names of files that are being written.
const UNFINISHED: (&str, &str) = (".latchkey-", ".unfinished");

/// The age from which an unfinished file without a lock is one that a killed run has left.
const ABANDONED: Duration = Duration::from_mins(10);

/// The ending of the name of a backup that could not be verified.
const UNVERIFIED: &str = "unverified.tar";

/// The place of a backup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Standard output.
    Output,
    /// A file, which may be replaced or not.
    File { path: PathBuf, replace: bool },
}

impl Place {
    /// Returns the place that is meant: a folder gets a file that is named after the time.
    ///
    /// Errors: nothing may be written there; in words.
    pub(super) fn find(
        settings: &Settings,
        given: &Path,
        replace: bool,
        keep: bool,
        now: Timestamp,
    ) -> Step<Self> {
        if keep && !given.is_dir() {
            return Err(Failure::of_file(format!(
                "--keep is for a folder of backups, and {} is none",
                given.display()
            )));
        }
        if given == Path::new(STANDARD) {
            if io::stdout().is_terminal() {
                return Err(Failure::of_file(
                    "a backup is no text to look at: name a file, or pipe it into a program",
                ));
            }
            return Ok(Self::Output);
        }
        let path = if given.is_dir() { given.join(file_name(now)) } else { given.to_owned() };
        let folder = match path.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        };
        let folder = fs::canonicalize(folder).map_err(|error| {
            Failure::of_file(format!("the folder of {} cannot be used: {error}", path.display()))
        })?;
        let path = folder.join(path.file_name().unwrap_or_default());
        let is = |other: &Path| fs::canonicalize(other).is_ok_and(|other| other == path);
        if is(&key_file::path(settings)) {
            return Err(Failure::of_file(format!(
                "{} is the key encryption key: a backup never takes its place",
                path.display()
            )));
        }
        if fs::canonicalize(settings.database.data_dir()).is_ok_and(|data| folder.starts_with(data)) {
            return Err(Failure::of_file(format!(
                "{} is in the data folder: a backup there is lost together with it, and lies beside the key. Name a file \
                 elsewhere, best on another machine",
                path.display()
            )));
        }
        match fs::symlink_metadata(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => {
                return Err(Failure::of_file(format!("{} cannot be used: {error}", path.display())));
            }
            Ok(there) if !there.is_file() => {
                return Err(Failure::of_file(format!("{} is there, and is no file", path.display())));
            }
            Ok(_) if !replace => {
                return Err(Failure::of_file(format!(
                    "{} is there already, and was not touched: name another file, or add --force",
                    path.display()
                )));
            }
            Ok(_) => {}
        }
        Ok(Self::File { path, replace })
    }

    /// Creates the file that is written, which only its owner may read: beside its place, so that it comes there as a whole. Those of
    /// runs that were killed are deleted.
    pub(super) fn unfinished(&self) -> Step<NamedTempFile> {
        let mut builder = tempfile::Builder::new();
        let builder = builder.prefix(UNFINISHED.0).suffix(UNFINISHED.1);
        let made = match self {
            Self::Output => builder.tempfile(),
            Self::File { path, .. } => {
                let folder = path.parent().unwrap_or(Path::new("."));
                delete_unfinished(folder);
                builder.tempfile_in(folder)
            }
        };
        let made =
            made.map_err(|error| Failure::of_file(format!("no file can be written there: {error}")))?;
        // A file system without locks has only the age of the files.
        if let Err(error) = made.as_file().lock() {
            tracing::debug!("the unfinished backup is not locked: {error}");
        }
        Ok(made)
    }

    /// Renames a backup that could not be verified, so that it never takes the place of a good one among those that are kept. Returns
    /// its path.
    pub(super) fn mark_unverified(&self) -> io::Result<Option<PathBuf>> {
        let Self::File { path, .. } = self else { return Ok(None) };
        let marked = path.with_extension(UNVERIFIED);
        fs::rename(path, &marked)?;
        Ok(Some(marked))
    }

    /// Delivers a finished file.
    pub(super) fn deliver(&self, mut file: NamedTempFile) -> Step<()> {
        use std::io::{Seek, Write};
        match self {
            Self::Output => {
                let mut output = io::stdout().lock();
                let copied = file.rewind().and_then(|()| io::copy(&mut file, &mut output));
                copied.and_then(|_| output.flush()).map_err(|error| match error.kind() {
                    io::ErrorKind::BrokenPipe => Failure::of_file(
                        "whoever reads the backup from standard output stopped before its end, so they have no backup",
                    ),
                    _ => Failure::of_file(format!("the backup cannot be written to standard output: {error}")),
                })
            }
            Self::File { path, replace } => {
                let placed = if *replace { file.persist(path) } else { file.persist_noclobber(path) };
                placed.map_err(|error| {
                    Failure::of_file(format!("{} cannot be written: {}", path.display(), error.error))
                })?;
                let folder = path.parent().map(fs::File::open);
                folder
                    .transpose()
                    .and_then(|folder| folder.map_or(Ok(()), |folder| folder.sync_all()))
                    .map_err(|error| Failure::of_file(format!("{}: {error}", path.display())))
            }
        }
    }
}

fn file_name(now: Timestamp) -> String {
    format!("latchkey-{}.tar", compact(now))
}

/// Returns the time without characters that some file systems do not take: `20261127T233000Z`.
pub(super) fn compact(now: Timestamp) -> String {
    now.rfc3339().chars().filter(|c| !matches!(c, '-' | ':')).collect()
}

/// Deletes the oldest backups of a folder, so that so many are left, and as many of those that could not be verified. Only files that
/// are named as this program names them are counted and deleted; returns the deleted ones.
pub(super) fn keep_last(folder: &Path, count: usize) -> io::Result<Vec<PathBuf>> {
    let mut deleted = Vec::new();
    for ending in [".tar", ".unverified.tar"] {
        let mut found = Vec::new();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            if is_ours(&entry.file_name().to_string_lossy(), ending) && entry.file_type()?.is_file() {
                found.push(entry.path());
            }
        }
        found.sort();
        found.truncate(found.len().saturating_sub(count));
        for path in found {
            fs::remove_file(&path)?;
            deleted.push(path);
        }
    }
    Ok(deleted)
}

/// Deletes the unfinished files in a folder that a killed run has left. A running one has a lock on its file. What cannot be deleted
/// stays: it keeps nobody from making a backup.
fn delete_unfinished(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_unfinished = name.starts_with(UNFINISHED.0) && name.ends_with(UNFINISHED.1);
        if is_unfinished && entry.file_type().is_ok_and(|kind| kind.is_file()) && is_abandoned(&entry.path())
        {
            match fs::remove_file(entry.path()) {
                Ok(()) => {
                    tracing::info!(path = %entry.path().display(), "deleted what a killed backup has left")
                }
                Err(error) => tracing::warn!(path = %entry.path().display(), "cannot be deleted: {error}"),
            }
        }
    }
}

fn is_abandoned(path: &Path) -> bool {
    let Ok(file) = fs::File::open(path) else { return false };
    let age = file.metadata().and_then(|data| data.modified()).ok();
    let age = age.and_then(|changed| SystemTime::now().duration_since(changed).ok());
    age.is_some_and(|age| age > ABANDONED) && file.try_lock().is_ok()
}

fn is_ours(name: &str, ending: &str) -> bool {
    let time = name.strip_prefix("latchkey-").and_then(|rest| rest.strip_suffix(ending)).unwrap_or_default();
    let form: String = time.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    form == "00000000T000000Z"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keep_last_deletes_the_oldest_files_of_its_own_alone() {
        let folder = tempfile::tempdir().unwrap();
        let names = [
            "latchkey-20261125T000000Z.tar",
            "latchkey-20261126T000000Z.tar",
            "latchkey-20261127T000000Z.tar",
            "latchkey-important.tar",
            "latchkey-20261124T000000Z.tar.old",
        ];
        for name in names {
            fs::write(folder.path().join(name), "").unwrap();
        }
        let deleted = keep_last(folder.path(), 2).unwrap();
        assert_eq!(deleted, [folder.path().join(names[0])]);
        assert!(names[1..].iter().all(|name| folder.path().join(name).exists()));
        assert!(keep_last(folder.path(), 5).unwrap().is_empty());
    }

    #[test]
    fn keep_last_counts_unverified_backups_apart() {
        let folder = tempfile::tempdir().unwrap();
        let path =
            |day: u8, ending: &str| folder.path().join(format!("latchkey-202611{day}T000000Z{ending}"));
        for day in 20..24 {
            fs::write(path(day, ".unverified.tar"), "").unwrap();
        }
        fs::write(path(10, ".tar"), "").unwrap();
        fs::write(path(11, ".tar"), "").unwrap();
        let place = Place::File { path: path(24, ".tar"), replace: false };
        fs::write(path(24, ".tar"), "").unwrap();
        assert_eq!(place.mark_unverified().unwrap(), Some(path(24, ".unverified.tar")));
        let deleted = keep_last(folder.path(), 2).unwrap();
        assert_eq!(deleted, [20, 21, 22].map(|day| path(day, ".unverified.tar")));
        assert!([10, 11].iter().all(|day| path(*day, ".tar").exists()), "the good ones stay");
    }

    #[test]
    fn unfinished_deletes_what_a_killed_run_has_left_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let make = |name: &str, age: Duration| {
            let path = folder.path().join(name);
            let file = fs::File::create(&path).unwrap();
            file.set_modified(SystemTime::now() - age).unwrap();
            (path, file)
        };
        let (left, _) = make(".latchkey-a.unfinished", ABANDONED * 2);
        let (young, _) = make(".latchkey-b.unfinished", Duration::ZERO);
        let (other, _) = make(".other.unfinished", ABANDONED * 2);
        let (running, lock) = make(".latchkey-c.unfinished", ABANDONED * 2);
        lock.lock().unwrap();
        let place = Place::File { path: folder.path().join("x.tar"), replace: false };
        let own = place.unfinished().unwrap();
        assert!(!left.exists());
        assert!([young, other, running].iter().all(|path| path.exists()));
        assert!(own.as_file().metadata().is_ok());
    }

    #[test]
    fn file_name_is_one_that_keep_last_knows() {
        let name = file_name(Timestamp::from_micros(1_795_476_245_000_000));
        assert_eq!(name, "latchkey-20261123T232405Z.tar");
        assert!(is_ours(&name, ".tar") && !is_ours(&name, ".unverified.tar"));
    }
}
