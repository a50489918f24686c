//! Reads the file with settings, which packages install. The environment and flags go before it.

use crate::{from_file::FromFile, handover::HANDED_ON};
use cli::environment;
use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};
use zeroize::Zeroizing;

/// The variable that names the file.
pub(crate) const VARIABLE: &str = "LATCHKEY_SETTINGS_FILE";

/// The file that is read if the variable names none, and if it exists.
const INSTALLED: &str = "/etc/latchkey/latchkey.conf";

/// The reason why the file was not read. The messages say what to do, and never what a line contains.
#[derive(Debug, thiserror::Error)]
pub enum SettingsFileError {
    #[error(
        "the settings in {0} cannot be read: {1}. Run this as root, or as the user that the server runs as"
    )]
    Denied(PathBuf, io::Error),
    #[error("the settings in {0} cannot be read: {1}")]
    Unreadable(PathBuf, io::Error),
    #[error("line {1} of {0} is no setting: write NAME=value, or begin it with # if it is a remark")]
    Line(PathBuf, usize),
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
    let text = match fs::read_to_string(path) {
        Ok(text) => Zeroizing::new(text),
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
    environment::add(settings);
    Ok(FromFile { path: Some(path.display().to_string()), names: added, unreadable: None })
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
        assert!(said.starts_with("line 3 of latchkey.conf is no setting"), "{said}");
    }
}
