//! Reads the file with settings, which packages install. The environment and flags go before it.

use crate::{
    from_file::FromFile,
    handover::{HANDED_ON, is_secret},
};
use cli::environment;
use std::{
    collections::BTreeMap,
    fs::OpenOptions,
    io::{self, Read},
    os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
};
use zeroize::Zeroizing;

/// The variable that names the file.
pub(crate) const VARIABLE: &str = "LATCHKEY_SETTINGS_FILE";

/// The file that is read if the variable names none, and if it exists.
const INSTALLED: &str = "/etc/latchkey/latchkey.conf";

/// The longest file, in bytes.
const MAX_BYTES: u64 = 1 << 20;

/// The permission of everybody to read a file.
const OTHERS_READ: u32 = 0o004;

/// Variables that are no settings of the portal, and that libraries under it read.
const OF_LIBRARIES: [&str; 7] =
    ["TZ", "LANG", "LANGUAGE", "RUST_BACKTRACE", "SSL_CERT_FILE", "SSL_CERT_DIR", "MALLOC_CONF"];

/// The reason why the file was not read. The messages say what to do, and never what a line contains.
#[derive(Debug, thiserror::Error)]
pub enum SettingsFileError {
    #[error(
        "the settings in {0} cannot be read: {1}. Run this as root, or as the user that the server runs as"
    )]
    Denied(PathBuf, io::Error),
    #[error("the settings in {0} cannot be read: {1}")]
    Unreadable(PathBuf, io::Error),
    #[error(
        "line {1} of {0} is not a setting. Write NAME=value, or begin the line with # to make it a comment"
    )]
    Line(PathBuf, usize),
    #[error("the settings in {0} cannot be read: it is not a file")]
    NoFile(PathBuf),
    #[error("the settings in {0} cannot be read: the file is larger than 1 MiB")]
    TooLarge(PathBuf),
}

/// Adds the settings of the file to the environment, except those that it has.
///
/// Call it before any thread is started, and before the environment is normalized.
///
/// Errors: the file cannot be read, or a line of it; then the environment stays as it is.
pub fn apply() -> Result<FromFile, SettingsFileError> {
    // The start before this one has added them; it took the secrets out again.
    if environment::variable(HANDED_ON).is_some() {
        return Ok(FromFile::default());
    }
    let named = environment::variable(VARIABLE).map(PathBuf::from);
    let path = named.as_deref().unwrap_or(Path::new(INSTALLED));
    let (text, mode) = match read(path) {
        Ok(read) => read?,
        Err(error) if named.is_none() && error.kind() == io::ErrorKind::NotFound => {
            return Ok(FromFile::default());
        }
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            return Err(SettingsFileError::Denied(path.to_owned(), error));
        }
        Err(error) => return Err(SettingsFileError::Unreadable(path.to_owned(), error)),
    };
    let settings = parse(&text).map_err(|line| SettingsFileError::Line(path.to_owned(), line))?;
    let added = settings.keys().filter(|name| environment::variable(name).is_none());
    let added = added.map(|name| environment::current_name(name).to_owned()).collect();
    let holds_secret = settings.iter().any(|(name, value)| is_secret(name) && !value.trim().is_empty());
    let exposed = (holds_secret && mode & OTHERS_READ != 0).then(|| format!("{:o}", mode & 0o7777));
    let foreign = settings.keys().filter(|name| is_foreign(name)).map(|name| (*name).to_owned()).collect();
    environment::add(settings);
    Ok(FromFile { path: Some(path.display().to_string()), names: added, unreadable: None, exposed, foreign })
}

/// Returns the text of a file, and its permissions. Neither waits for a pipe nor reads without an end.
///
/// Errors: the outer one is that of the system.
fn read(path: &Path) -> io::Result<Result<(Zeroizing<String>, u32), SettingsFileError>> {
    let mut options = OpenOptions::new();
    let file = options.read(true).custom_flags(nix::fcntl::OFlag::O_NONBLOCK.bits()).open(path)?;
    let found = file.metadata()?;
    // /dev/null is a file without settings.
    if !found.is_file() && !found.file_type().is_char_device() {
        return Ok(Err(SettingsFileError::NoFile(path.to_owned())));
    }
    let mut text = Zeroizing::new(String::new());
    file.take(MAX_BYTES + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MAX_BYTES {
        return Ok(Err(SettingsFileError::TooLarge(path.to_owned())));
    }
    Ok(Ok((text, found.mode())))
}

/// Returns whether a name is neither that of a setting, nor one that libraries read. Misspelled names that begin like settings are
/// found in the environment, wherever they come from.
fn is_foreign(name: &str) -> bool {
    let begins = ["LATCHKEY_", "DATABASE_URL", "LC_", "OTEL_"];
    !(begins.iter().any(|begin| name.starts_with(begin)) || OF_LIBRARIES.contains(&name))
}

/// Returns the settings of a file. Of two lines with one name, the last counts, as systemd has it.
///
/// Errors: the number of the first line that is no setting.
fn parse(text: &str) -> Result<BTreeMap<&str, &str>, usize> {
    let text = text.strip_prefix(environment::BYTE_ORDER_MARK).unwrap_or(text);
    let lines = text.lines().enumerate().filter(|(_, line)| {
        let line = line.trim_start();
        !line.is_empty() && !line.starts_with('#')
    });
    lines.map(|(index, line)| setting(line).ok_or(index + 1)).collect::<Result<BTreeMap<_, _>, _>>()
}

/// Returns the name and value in a line.
fn setting(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once('=')?;
    let name = name.trim();
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    (is_name && !value.contains('\0')).then_some((name, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parse_finds_settings_between_remarks() {
        let text = "\u{feff}# Settings\n\n  # more\n LATCHKEY_ADDR = :3000\r\nDATABASE_URL=postgres://u:p=w@h/d\nEMPTY=\nLATCHKEY_ADDR=:4000\n";
        assert_eq!(
            parse(text),
            Ok(BTreeMap::from([
                ("LATCHKEY_ADDR", ":4000"),
                ("EMPTY", ""),
                ("DATABASE_URL", "postgres://u:p=w@h/d"),
            ]))
        );
        assert_eq!(parse(""), Ok(BTreeMap::new()));
    }

    #[test]
    fn parse_rejects_a_line_without_a_setting_by_its_number() {
        for line in ["LATCHKEY_ADDR", "export A=b", "=x", "1A=x", "A-B=x", "A=\0"] {
            assert_eq!(parse(&format!("# one\n\n{line}\nA=b")), Err(3), "{line:?}");
        }
    }

    #[test]
    fn message_of_a_bad_line_says_its_number_and_not_its_text() {
        let said = SettingsFileError::Line("latchkey.conf".into(), 3).to_string();
        assert!(said.starts_with("line 3 of latchkey.conf is not a setting"), "{said}");
    }

    #[test]
    fn read_waits_for_no_pipe_and_reads_no_endless_file() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).unwrap();
        assert!(matches!(read(&pipe), Ok(Err(SettingsFileError::NoFile(_)))));
        assert!(matches!(read(folder.path()), Ok(Err(SettingsFileError::NoFile(_))) | Err(_)));
        let file = folder.path().join("file");
        std::fs::write(&file, vec![b'#'; 1 << 20]).unwrap();
        assert!(matches!(read(&file), Ok(Ok(_))));
        std::fs::write(&file, vec![b'#'; (1 << 20) + 1]).unwrap();
        assert!(matches!(read(&file), Ok(Err(SettingsFileError::TooLarge(_)))));
        assert!(matches!(read(Path::new("/dev/zero")), Ok(Err(SettingsFileError::TooLarge(_)))));
        let (text, _) = read(Path::new("/dev/null")).unwrap().unwrap();
        assert!(text.is_empty());
    }

    #[test]
    fn is_foreign_finds_names_that_nothing_reads() {
        for name in ["PUBLIC_URL", "LATCHEKY_ADDR", "ADMIN_PASSWORD"] {
            assert!(is_foreign(name), "{name}");
        }
        for name in
            ["LATCHKEY_PUBLICURL", "DATABASE_URL", "DATABASE_URL_FILE", "TZ", "LC_ALL", "OTEL_SERVICE_NAME"]
        {
            assert!(!is_foreign(name), "{name}");
        }
    }
}
