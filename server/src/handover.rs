//! Removes secrets from the environment. The environment with which a process was started stays readable for
//! as long as it lives, and everything that it starts inherits it. Removing a variable changes neither, and
//! needs `unsafe`; so the program starts itself again without the secrets, and hands them over in a memory
//! file that is closed as soon as it is read.

use crate::from_file::FromFile;
use cli::environment;
use nix::sys::memfd::{MFdFlags, memfd_create};
use std::{
    ffi::{OsStr, OsString},
    fs::{self, File},
    io::{self, Write},
    os::{
        fd::AsRawFd,
        unix::{
            ffi::{OsStrExt, OsStringExt},
            process::CommandExt,
        },
    },
    path::Path,
    process::Command,
};
use zeroize::Zeroizing;

/// The variables whose values are secrets, each with its flag.
const SECRETS: [(&str, &str); 7] = [
    ("DATABASE_URL", "--database-url"),
    ("LATCHKEY_KEK", "--kek"),
    ("LATCHKEY_ADMIN_PASSWORD", "--admin-password"),
    ("LATCHKEY_OIDC_CLIENT_SECRET", "--oidc-client-secret"),
    ("LATCHKEY_SMTP_URL", "--smtp-url"),
    ("OTEL_EXPORTER_OTLP_HEADERS", "--otlp-headers"),
    ("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "--otlp-traces-headers"),
];

/// Returns whether the setting of this name is a secret.
pub(crate) fn is_secret(name: &str) -> bool {
    SECRETS.iter().any(|(secret, _)| *secret == name)
}

/// The variable with the number of the descriptor that holds the secrets.
pub(crate) const HANDED_ON: &str = "LATCHKEY_HANDED_ON";

/// The name under which the ignored variables are handed over, because they are gone from the environment.
const IGNORED: &str = "LATCHKEY_IGNORED";

/// The name under which the start before this one hands over what it read of the settings file.
const FROM_FILE: &str = "LATCHKEY_FROM_FILE";

/// The arguments and remarks of a start.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Start {
    /// The arguments, with the secrets that were handed over.
    pub arguments: Vec<OsString>,
    /// The names of the variables that were ignored.
    pub ignored: Vec<String>,
    /// The names of the secrets that were handed over.
    pub handed_on: Vec<String>,
    /// The settings file, if the start before this one has read it.
    pub from_file: Option<FromFile>,
}

/// Returns the arguments of the program, with the secrets that were handed over, which other processes cannot
/// see. `ignored` are the variables that this start ignored; those of the start before are added.
///
/// Errors: the memory file cannot be read.
pub fn receive(ignored: Vec<String>) -> io::Result<Start> {
    let mut start = Start { arguments: std::env::args_os().collect(), ignored, ..Start::default() };
    let handed_on = environment::variable(HANDED_ON).and_then(|number| number.to_str()?.parse::<i32>().ok());
    if let Some(descriptor) = handed_on.filter(|number| *number > 2) {
        let bytes = Zeroizing::new(fs::read(format!("/proc/self/fd/{descriptor}"))?);
        nix::unistd::close(descriptor)?;
        insert(&mut start, &bytes);
    }
    Ok(start)
}

/// Inserts the secrets after the program's name, except those given by a flag, which take precedence.
fn insert(start: &mut Start, handed_on: &[u8]) {
    for pair in handed_on.split(|byte| *byte == 0) {
        let Some(equals) = pair.iter().position(|byte| *byte == b'=') else { continue };
        let (name, value) = (&pair[..equals], &pair[equals + 1..]);
        if name == IGNORED.as_bytes() {
            let names = String::from_utf8_lossy(value);
            start.ignored.extend(names.split(',').filter(|name| !name.is_empty()).map(str::to_owned));
            continue;
        }
        if name == FROM_FILE.as_bytes() {
            start.from_file = Some(FromFile::from_text(&String::from_utf8_lossy(value)));
            continue;
        }
        let Some((variable, flag)) = SECRETS.iter().find(|(known, _)| known.as_bytes() == name) else {
            continue;
        };
        let given = |argument: &OsString| {
            let rest = argument.as_bytes().strip_prefix(flag.as_bytes());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(b"="))
        };
        if !start.arguments.iter().any(given) {
            let place = start.arguments.len().min(1);
            start.arguments.insert(place, OsString::from_vec([flag.as_bytes(), b"=", value].concat()));
            start.handed_on.push((*variable).to_owned());
        }
    }
}

/// Starts the program again without secrets in its environment, if there are any, and hands over the names in
/// `ignored` and what was read of the settings file, too. Returns only without such secrets, or if the start failed; then they stay in place.
///
/// Errors: as the system reports them.
pub fn hand_on(ignored: &[String], from_file: &FromFile) -> io::Result<()> {
    let mut kept = Zeroizing::new(Vec::new());
    for (name, _) in SECRETS {
        if let Some(value) = environment::variable(name) {
            kept.extend_from_slice(name.as_bytes());
            kept.push(b'=');
            kept.extend_from_slice(value.as_bytes());
            kept.push(0);
        }
    }
    if kept.is_empty() {
        return Ok(());
    }
    kept.extend_from_slice(format!("{IGNORED}={}\0", ignored.join(",")).as_bytes());
    kept.extend_from_slice(format!("{FROM_FILE}={}\0", from_file.to_text()).as_bytes());
    // Open across the start of the next program, which closes it.
    let file = File::from(memfd_create("latchkey", MFdFlags::empty())?);
    (&file).write_all(&kept)?;
    let mut arguments = std::env::args_os();
    let mut program = Command::new(program());
    if let Some(name) = arguments.next() {
        program.arg0(name);
    }
    program.args(arguments).env(HANDED_ON, file.as_raw_fd().to_string());
    for (name, _) in SECRETS {
        program.env_remove(name);
    }
    Err(program.exec())
}

/// Returns the path of this program; the kernel's own path to it if the file has been replaced meanwhile.
fn program() -> OsString {
    let own = Path::new("/proc/self/exe");
    let named = std::env::current_exe().ok().filter(|path| path.exists());
    named.map_or_else(|| OsStr::new(own).to_owned(), Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn insert_adds_secrets_after_the_name_unless_a_flag_has_them() {
        let mut start = Start {
            arguments: ["latchkey", "user", "list", "--kek=own"].map(Into::into).into(),
            ignored: vec!["PGHOST".to_owned()],
            ..Start::default()
        };
        insert(
            &mut start,
            b"LATCHKEY_KEK=other\0DATABASE_URL=postgres://u:p=w@h/d\0PATH=/bin\0\0nonsense\0LATCHKEY_IGNORED=PGPORT,PGUSER\0LATCHKEY_IGNORED=\0",
        );
        assert_eq!(
            start.arguments,
            ["latchkey", "--database-url=postgres://u:p=w@h/d", "user", "list", "--kek=own"]
        );
        assert_eq!(start.ignored, ["PGHOST", "PGPORT", "PGUSER"]);
        // The key came by its flag.
        assert_eq!(start.handed_on, ["DATABASE_URL"]);
    }
}
