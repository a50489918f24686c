//! Folders that only their owner may enter.

use nix::{fcntl::OFlag, unistd::geteuid};
use std::{
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, fchown},
    path::Path,
};

/// Creates a folder that only its owner may enter, with its parents.
pub(crate) fn make_folder(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Removes a folder, or the file that an older version had in its place, if there is one.
pub(crate) fn clear(path: &Path) -> io::Result<()> {
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

/// Opens a file of a data folder, and gives it to the owner of the folder if root has opened it, because they have to be able to
/// open it, too.
///
/// Errors: it is a link, or a file with another name besides. The owner of the folder could have put it there, to be given a file
/// of somebody else.
pub(crate) fn open_own(options: &mut OpenOptions, folder: &Path, name: &str) -> io::Result<File> {
    let file = options.custom_flags(OFlag::O_NOFOLLOW.bits()).open(folder.join(name))?;
    if !geteuid().is_root() {
        return Ok(file);
    }
    let (found, owner) = (file.metadata()?, fs::metadata(folder)?);
    if found.uid() == owner.uid() {
        return Ok(file);
    }
    if !found.is_file() || found.nlink() != 1 {
        return Err(io::Error::other(format!("{name} is not a file of its own")));
    }
    fchown(&file, Some(owner.uid()), Some(owner.gid()))?;
    Ok(file)
}
