//! Reads and creates the file with the key encryption key.

use crate::config::Settings;
use app::portal::KeyPlace;
use backend::Kek;
use cli::environment::{self, BYTE_ORDER_MARK};
use domain::sensitive::Sensitive;
use nix::unistd::{Gid, getegid, geteuid, getgroups};
use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};
use zeroize::Zeroizing;

/// The key file's name in the data folder.
const FILE_NAME: &str = "key-encryption-key";

/// The reason why there is no key. The messages say what to do, and never what is in the file.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    #[error("the key encryption key file {0} cannot be read: {1}")]
    Unreadable(PathBuf, io::Error),
    #[error(
        "the key encryption key file {0} can be read by others than its owner: run chmod 600 on it (in Kubernetes, set \
         defaultMode: 0400 at the volume of the Secret), and consider the key known"
    )]
    Exposed(PathBuf),
    #[error(
        "there is no key encryption key. With DATABASE_URL, set LATCHKEY_KEK_FILE or LATCHKEY_KEK, or name a folder that \
         outlives this process in LATCHKEY_DATA_DIR, in which one is made: a key that goes with a container takes every \
         value with it"
    )]
    Unnamed,
    #[error("the key encryption key in {0} is not usable: {1}")]
    Unusable(String, backend::KekError),
    #[error(
        "the key encryption key file {0} is a folder, as container runtimes make one where the file that is to be mounted is \
         not there. Put the key's file in its place"
    )]
    Folder(PathBuf),
    #[error("the key encryption key file {0} cannot be written: {1}")]
    NotMade(PathBuf, io::Error),
    #[error(
        "the keys come from LATCHKEY_KEK: add one to it yourself (openssl rand -base64 32), separated by a comma, and \
         run this again"
    )]
    InEnvironment,
}

/// Returns the path of the key file if no setting names one.
pub fn path(settings: &Settings) -> PathBuf {
    settings.key.kek_file.clone().unwrap_or_else(|| settings.database.data_dir().join(FILE_NAME))
}

/// Returns the place of the key, for whoever backs it up.
pub fn place(settings: &Settings) -> KeyPlace {
    if settings.key.kek.is_some() { KeyPlace::Environment } else { KeyPlace::File(path(settings)) }
}

/// Reads the keys from their setting or file; `None` if there is no such setting, and no file yet.
///
/// Errors: unusable keys; `Unnamed`, if there is no key and none may be created.
pub fn find(settings: &Settings) -> Result<Option<Vec<Kek>>, KeyFileError> {
    if let Some(text) = &settings.key.kek {
        let keys =
            Kek::parse_ring(text).map_err(|error| KeyFileError::Unusable("LATCHKEY_KEK".to_owned(), error));
        return keys.map(Some);
    }
    if let Some(credential) = settings.key.kek_file.as_deref().and_then(credential) {
        return read(&credential).map(Some);
    }
    let path = path(settings);
    if settings.key.kek_file.is_some() || path.exists() {
        return read(&path).map(Some);
    }
    if settings.database.is_configured() && settings.database.data_dir.is_none() {
        Err(KeyFileError::Unnamed)
    } else {
        Ok(None)
    }
}

/// Creates the key file in the data folder, with a fresh key.
pub fn make_first(settings: &Settings) -> Result<Vec<Kek>, KeyFileError> {
    let path = path(settings);
    match make(&path) {
        Ok(()) => tracing::warn!(
            path = %path.display(),
            "created a key encryption key. Back it up, apart from the database: without it no stored value can be read"
        ),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(KeyFileError::NotMade(path, error)),
    }
    read(&path)
}

/// Adds a fresh key at the end of the key file. The file is replaced atomically, so that it never holds half
/// a key.
///
/// Errors: also if the keys come from `LATCHKEY_KEK`, which only its owner can change.
pub fn append(settings: &Settings) -> Result<PathBuf, KeyFileError> {
    if settings.key.kek.is_some() {
        return Err(KeyFileError::InEnvironment);
    }
    let path = path(settings);
    append_to(&path).map_err(|error| KeyFileError::NotMade(path.clone(), error))?;
    Ok(path)
}

fn append_to(path: &Path) -> io::Result<()> {
    let mut text = Zeroizing::new(fs::read_to_string(path)?);
    if !text.ends_with('\n') {
        text.push('\n');
    }
    let key = Kek::generate().map_err(io::Error::other)?;
    text.push_str(key.to_text().expose());
    text.push('\n');
    let data = fs::metadata(path)?;
    let fresh = beside(path);
    let placed = new_file(&fresh).and_then(|mut file| {
        file.set_permissions(data.permissions())?;
        std::os::unix::fs::fchown(&file, Some(data.uid()), Some(data.gid()))?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&fresh, path)
    });
    if placed.is_err() {
        // Does not exist if it could not be created.
        let _ = fs::remove_file(&fresh);
    }
    placed
}

/// Creates the key file as a whole or not at all, because half a key would prevent the next start. Of several
/// servers that do so at once one is first, and its key is never overwritten.
///
/// Errors: `AlreadyExists`, if another server was first; others as the system reports them.
fn make(path: &Path) -> io::Result<()> {
    make_with(path, |fresh, path| fs::hard_link(fresh, path))
}

fn make_with(path: &Path, link: impl Fn(&Path, &Path) -> io::Result<()>) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let key = Kek::generate().map_err(io::Error::other)?;
    let write = |path: &Path| -> io::Result<()> {
        let mut file = new_file(path)?;
        // Written in one call, because another server could read a part of it.
        let text = Zeroizing::new(format!("{}\n", key.to_text().expose()));
        let outcome = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
        if outcome.is_err() {
            // The file is ours, and holds half a key at most.
            fs::remove_file(path)?;
        }
        outcome
    };
    let fresh = beside(path);
    let placed = write(&fresh).and_then(|()| match link(&fresh, path) {
        // Some network drives do not support links: there the key is written in place, to a file that is
        // still new.
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => write(path),
        linked => linked,
    });
    // Does not exist if it could not be created.
    let _ = fs::remove_file(&fresh);
    placed
}

/// Returns a name beside this file that no other process uses: in containers the process number is always 1.
fn beside(path: &Path) -> PathBuf {
    path.with_extension(format!("new-{}", backend::random_id().simple()))
}

/// Creates a file for its owner alone.
///
/// Errors: `AlreadyExists`; others as the system reports them.
fn new_file(path: &Path) -> io::Result<fs::File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

/// Returns whether others than the owner of a file may read it. A file of root may also be readable by one of
/// the portal's own groups, because Kubernetes hands Secrets to a portal that is not root so, whatever their
/// mode (by a supplementary group if the cluster chooses the user); and so may a credential of systemd, whose access list for
/// the portal shows as the mode of a group.
fn is_exposed(
    mode: u32,
    (owner, group): (u32, u32),
    (own_user, own_groups): (u32, &[u32]),
    is_credential: bool,
) -> bool {
    let handed_over = owner == 0 && own_user != 0 && (own_groups.contains(&group) || is_credential);
    mode & if handed_over { 0o037 } else { 0o077 } != 0
}

/// Returns the folder in which systemd gives this service, and no other, its credentials.
fn credentials() -> Option<PathBuf> {
    environment::variable("CREDENTIALS_DIRECTORY").map(PathBuf::from).filter(|folder| folder.is_absolute())
}

/// Returns the credential with the name of this file, which systemd has read as root where the server may not.
fn credential(file: &Path) -> Option<PathBuf> {
    Some(credentials()?.join(file.file_name()?)).filter(|credential| credential.is_file())
}

fn read(path: &Path) -> Result<Vec<Kek>, KeyFileError> {
    let unreadable = |error| KeyFileError::Unreadable(path.to_owned(), error);
    let file = fs::metadata(path).map_err(unreadable)?;
    if file.is_dir() {
        return Err(KeyFileError::Folder(path.to_owned()));
    }
    // Without the supplementary groups the file counts as exposed, at worst.
    let mut groups: Vec<u32> = getgroups().unwrap_or_default().into_iter().map(Gid::as_raw).collect();
    groups.push(getegid().as_raw());
    if is_exposed(
        file.permissions().mode(),
        (file.uid(), file.gid()),
        (geteuid().as_raw(), &groups),
        path.parent() == credentials().as_deref(),
    ) {
        return Err(KeyFileError::Exposed(path.to_owned()));
    }
    let text = Sensitive::new(fs::read_to_string(path).map_err(unreadable)?);
    let text = Sensitive::new(text.expose().strip_prefix(BYTE_ORDER_MARK).unwrap_or(text.expose()));
    Kek::parse_ring(&text).map_err(|error| KeyFileError::Unusable(path.display().to_string(), error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("latchkey-key-{name}-{}", std::process::id()));
        fs::create_dir(&folder).unwrap();
        folder
    }

    #[test]
    fn read_accepts_a_key_as_editors_write_it_and_names_mistakes() {
        let folder = folder("read");
        let key = Kek::generate().unwrap();
        let text = key.to_text();
        let read_from = |text: &str| {
            let path = folder.join("key");
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
            let read = read(&path).map(|keys| keys.iter().map(Kek::id).collect::<Vec<_>>());
            fs::remove_file(&path).unwrap();
            read.map_err(|error| error.to_string())
        };
        for form in ["{}", "{}\n", "{}\r\n", "\u{feff}{}\r\n", " {} \n\n"] {
            assert_eq!(read_from(&form.replace("{}", text.expose())), Ok(vec![key.id()]), "{form:?}");
        }
        for (wrong, said) in
            [("", "0 bytes"), ("\u{feff}", "0 bytes"), ("SENTINEL", "32"), ("SENTINEL!", "base64")]
        {
            let error = read_from(wrong).unwrap_err();
            assert!(error.contains(said) && !error.contains("SENTINEL"), "{wrong:?}: {error}");
        }
        assert!(read(&folder).unwrap_err().to_string().contains("is a folder"));
        fs::remove_dir(&folder).unwrap();
    }

    #[test]
    fn make_keeps_an_existing_key_and_leaves_no_half_file() {
        let folder = folder("make");
        let path = folder.join("key");
        make(&path).unwrap();
        let first = fs::read(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(make(&path).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&path).unwrap(), first);
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "something is left");
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn make_never_overwrites_a_key_without_links() {
        let folder = folder("unlinked");
        let path = folder.join("key");
        let no_links = |_: &Path, _: &Path| Err(io::Error::from(io::ErrorKind::Unsupported));
        make_with(&path, no_links).unwrap();
        let first = fs::read(&path).unwrap();
        assert_eq!(read(&path).unwrap().len(), 1);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(make_with(&path, no_links).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        // Another server is first while this one tries.
        let second = folder.join("second");
        let late = |_: &Path, path: &Path| {
            fs::write(path, "another server's").unwrap();
            Err(io::Error::from(io::ErrorKind::Unsupported))
        };
        assert_eq!(make_with(&second, late).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read_to_string(&second).unwrap(), "another server's");
        assert_eq!(fs::read(&path).unwrap(), first);
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 2, "something is left");
        fs::remove_dir_all(&folder).unwrap();
    }

    /// In two containers on one folder, both processes have the same number.
    #[test]
    fn make_and_append_avoid_files_of_a_process_with_the_same_number() {
        let folder = folder("number");
        let path = folder.join("key");
        let theirs = [folder.join(format!("key.new-{}", std::process::id())), folder.join("key.new")];
        for file in &theirs {
            fs::write(file, "another server's").unwrap();
        }
        make_with(&path, |fresh, path| {
            assert!(!theirs.iter().any(|file| file == fresh));
            fs::hard_link(fresh, path)
        })
        .unwrap();
        assert_ne!(beside(&path), beside(&path));
        append_to(&path).unwrap();
        assert_eq!(read(&path).unwrap().len(), 2);
        for file in &theirs {
            assert_eq!(fs::read_to_string(file).unwrap(), "another server's");
        }
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 3, "something is left");
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn is_exposed_allows_only_the_owner() {
        let (root, portal) = ((0, 0), (1_000, 2_000));
        for (mode, owner, (own_user, own_group), exposed) in [
            (0o600, portal, portal, false),
            (0o400, portal, portal, false),
            (0o640, portal, portal, true),
            (0o604, portal, portal, true),
            (0o610, portal, portal, true),
            (0o640, root, root, true),
            (0o400, root, root, false),
            // As Kubernetes provides a Secret with fsGroup.
            (0o440, (0, 2_000), portal, false),
            (0o640, (0, 2_000), portal, false),
            (0o660, (0, 2_000), portal, true),
            (0o444, (0, 2_000), portal, true),
            (0o440, (0, 3_000), portal, true),
        ] {
            let found = is_exposed(0o100_000 | mode, owner, (own_user, &[own_group]), false);
            assert_eq!(found, exposed, "{mode:o} of {owner:?} for {own_user} in {own_group}");
        }
        // As OpenShift does: the process is in group 0, and in the group of the volume besides.
        let open_shift = (1_000_650_000, &[1_000_650_000, 0][..]);
        assert!(!is_exposed(0o100_440, (0, 1_000_650_000), open_shift, false));
        // As systemd provides a credential on a file system with access lists.
        let portal = (1_000, &[2_000][..]);
        assert!(!is_exposed(0o100_440, root, portal, true));
        assert!(is_exposed(0o100_444, root, portal, true));
        assert!(is_exposed(0o100_440, (1_000, 2_000), portal, true));
    }
}
