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

/// Opens a folder, and makes this account its owner.
///
/// Errors: it is a link to a folder of somebody else, for the reason that `open_own` gives.
pub(crate) fn open_folder(folder: &Path, user: u32, group: u32) -> io::Result<File> {
    let opened = File::open(folder)?;
    if opened.metadata()?.uid() == user {
        return Ok(opened);
    }
    let flags = OFlag::O_NOFOLLOW | OFlag::O_DIRECTORY;
    let own = OpenOptions::new().read(true).custom_flags(flags.bits()).open(folder)?;
    fchown(&own, Some(user), Some(group))?;
    Ok(own)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{chown, symlink};

    /// An account that is not root's.
    const SOMEBODY: u32 = 65_534;

    #[test]
    fn opening_gives_nothing_away_that_a_link_leads_to() {
        let data = std::env::temp_dir().join(format!("latchkey-links-{}", std::process::id()));
        let (own, foreign) = (data.join("own"), data.join("foreign"));
        fs::create_dir_all(&own).unwrap();
        fs::create_dir_all(&foreign).unwrap();
        fs::write(foreign.join("file"), "").unwrap();
        symlink(foreign.join("file"), own.join("link")).unwrap();
        symlink(&foreign, own.join("postgres")).unwrap();
        let open = |name| open_own(OpenOptions::new().create(true).append(true), &own, name);
        assert!(open("link").is_err());
        assert!(open("lock").is_ok());
        let owner = |path: &Path| fs::metadata(path).unwrap().uid();
        if geteuid().is_root() {
            chown(&own, Some(SOMEBODY), Some(SOMEBODY)).unwrap();
            fs::hard_link(foreign.join("file"), own.join("hard")).unwrap();
            assert!(open("hard").is_err());
            assert!(open("lock").is_ok());
            assert_eq!((owner(&own.join("lock")), owner(&foreign.join("file"))), (SOMEBODY, 0));
            assert!(open_folder(&own.join("postgres"), SOMEBODY, SOMEBODY).is_err());
            assert_eq!(owner(&foreign), 0);
            fs::create_dir(own.join("made")).unwrap();
            assert!(open_folder(&own.join("made"), SOMEBODY, SOMEBODY).is_ok());
            assert_eq!(owner(&own.join("made")), SOMEBODY);
        }
        fs::remove_dir_all(data).unwrap();
    }
}
