//! The installed programs of PostgreSQL, and the account that they run as.

use crate::error::StartError;
use nix::unistd::{Uid, User, geteuid};
use std::{
    fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    process::Command,
};

/// The PATH of PostgreSQL's programs.
pub(crate) const PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// The accounts to run as if started by root in a data folder of root's, in order of preference.
const ACCOUNTS: [&str; 2] = ["postgres", "nobody"];

/// Returns the account to switch to, or `None` if this process is not root. A cluster, or a data folder without one, that
/// belongs to somebody else is that of a service, which has to find it usable after root has run a command.
pub(crate) fn account(data_dir: &Path) -> Result<Option<User>, StartError> {
    if !geteuid().is_root() {
        return Ok(None);
    }
    let place = fs::metadata(data_dir.join("postgres/PG_VERSION")).or_else(|_| fs::metadata(data_dir));
    let owner = place.ok().map(|place| Uid::from_raw(place.uid())).filter(|owner| !owner.is_root());
    if let Some(owner) = owner.and_then(|owner| User::from_uid(owner).ok().flatten()) {
        return Ok(Some(owner));
    }
    ACCOUNTS
        .into_iter()
        .find_map(|name| User::from_name(name).ok().flatten())
        .map(Some)
        .ok_or(StartError::NoAccount)
}

/// The programs of one version of PostgreSQL.
pub(crate) struct Programs {
    pub(crate) initdb: PathBuf,
    pub(crate) postgres: PathBuf,
}

impl Programs {
    /// Finds the programs on the PATH and in the distributions' places. An existing cluster determines the version, and
    /// `major` that of a new one.
    pub(crate) fn find(folder: &Path, major: Option<u32>) -> Result<Self, StartError> {
        let existing = fs::read_to_string(folder.join("PG_VERSION")).ok().map(|text| text.trim().to_owned());
        let wanted = existing.or_else(|| major.map(|major| major.to_string()));
        let all = places()
            .into_iter()
            .map(|bin| Self { initdb: bin.join("initdb"), postgres: bin.join("postgres") })
            .filter(|programs| programs.initdb.exists() && programs.postgres.exists());
        match wanted {
            None => all.into_iter().next().ok_or(StartError::NotInstalled),
            Some(version) => {
                let mut any = false;
                all.inspect(|_| any = true)
                    .find(|programs| {
                        major_of(&programs.postgres).is_some_and(|major| major.to_string() == version)
                    })
                    .ok_or(StartError::OtherVersion(version))
                    .map_err(|error| if any { error } else { StartError::NotInstalled })
            }
        }
    }
}

/// Returns the folders in which programs of PostgreSQL may be: the distributions' places, the newest version first, and the PATH.
pub(crate) fn places() -> Vec<PathBuf> {
    let mut places: Vec<PathBuf> = ["/usr/lib/postgresql", "/usr/local/lib/postgresql", "/opt/homebrew/opt"]
        .into_iter()
        .filter_map(|parent| fs::read_dir(parent).ok())
        .flat_map(|entries| entries.flatten().map(|entry| entry.path().join("bin")))
        .collect();
    places.sort_by_key(|place| std::cmp::Reverse(version_in(place)));
    let path = std::env::var_os("PATH").unwrap_or_default();
    places.extend(std::env::split_paths(&path));
    places
}

/// Returns the installed versions of the server, each with the folder of its programs.
pub(crate) fn installed() -> impl Iterator<Item = (u32, PathBuf)> {
    places()
        .into_iter()
        .filter(|bin| bin.join("initdb").exists())
        .filter_map(|bin| Some((major_of(&bin.join("postgres"))?, bin)))
}

/// Returns the version that a program itself states, 15 of "postgres (PostgreSQL) 15.18 (Debian …)".
pub(crate) fn major_of(program: &Path) -> Option<u32> {
    // Without our environment, which may contain keys.
    let mut command = Command::new(program);
    command.arg("--version").env_clear().env("PATH", PATH).env("LC_ALL", "C.UTF-8");
    let output = command.output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let version = text.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    version.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// Returns the version of the cluster in a folder; `None` without one.
pub(crate) fn version_in_folder(folder: &Path) -> Option<u32> {
    fs::read_to_string(folder.join("PG_VERSION")).ok()?.trim().parse().ok()
}

/// Returns the number in a path such as `/usr/lib/postgresql/15/bin`.
fn version_in(bin: &Path) -> u32 {
    let name = bin.parent().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
    name.and_then(|name| name.trim_start_matches("postgresql@").parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn major_of_gives_a_program_none_of_our_environment() {
        let program = std::env::temp_dir().join(format!("latchkey-version-{}", std::process::id()));
        // Cargo sets this variable for every test.
        let text = "#!/bin/sh\necho \"postgres (PostgreSQL) ${CARGO_MANIFEST_DIR:+9}7.4\"\n";
        fs::write(&program, text).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o700)).unwrap();
        assert_eq!(major_of(&program), Some(7));
        fs::remove_file(program).unwrap();
    }
}
