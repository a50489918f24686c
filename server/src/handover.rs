//! Secrets that come by the environment are taken out of it. What a process was started with stays readable to whoever may
//! look into it, for as long as it lives, and everything that it starts inherits it. A variable that is removed goes from
//! neither; so the program starts itself anew without them, and hands them on by a file in memory that is closed as soon as
//! it is read. Nothing of this needs `unsafe`, which removing a variable does.

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
const SECRETS: [(&str, &str); 4] = [
    ("DATABASE_URL", "--database-url"),
    ("LATCHKEY_KEK", "--kek"),
    ("LATCHKEY_ADMIN_PASSWORD", "--admin-password"),
    ("LATCHKEY_OIDC_CLIENT_SECRET", "--oidc-client-secret"),
];

/// The number of the descriptor by which secrets are handed on.
const HANDED_ON: &str = "LATCHKEY_HANDED_ON";

/// The arguments of the program, with the secrets that it was handed on. Other processes see none of these.
///
/// Errors: what was handed on cannot be read.
pub fn arguments() -> io::Result<Vec<OsString>> {
    let mut arguments: Vec<OsString> = std::env::args_os().collect();
    let handed_on = std::env::var(HANDED_ON).ok().and_then(|number| number.parse::<i32>().ok());
    if let Some(descriptor) = handed_on.filter(|number| *number > 2) {
        let bytes = Zeroizing::new(fs::read(format!("/proc/self/fd/{descriptor}"))?);
        nix::unistd::close(descriptor)?;
        insert(&mut arguments, &bytes);
    }
    Ok(arguments)
}

/// Puts the secrets behind the program's name, but for those that have been given by a flag, which goes first.
fn insert(arguments: &mut Vec<OsString>, handed_on: &[u8]) {
    for pair in handed_on.split(|byte| *byte == 0) {
        let Some(equals) = pair.iter().position(|byte| *byte == b'=') else { continue };
        let (name, value) = pair.split_at(equals);
        let Some((_, flag)) = SECRETS.iter().find(|(known, _)| known.as_bytes() == name) else { continue };
        let given = |argument: &OsString| {
            let rest = argument.as_bytes().strip_prefix(flag.as_bytes());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(b"="))
        };
        if !arguments.iter().any(given) {
            let place = arguments.len().min(1);
            arguments.insert(place, OsString::from_vec([flag.as_bytes(), value].concat()));
        }
    }
}

/// Starts the program anew without secrets in its environment, where there are any. Returns only where there are none, or
/// it could not be done; then they stay where they are.
///
/// Errors: as the system gives them.
pub fn hand_on() -> io::Result<()> {
    let mut kept = Zeroizing::new(Vec::new());
    for (name, _) in SECRETS {
        if let Some(value) = std::env::var_os(name).filter(|value| !value.is_empty()) {
            kept.extend_from_slice(name.as_bytes());
            kept.push(b'=');
            kept.extend_from_slice(value.as_bytes());
            kept.push(0);
        }
    }
    if kept.is_empty() {
        return Ok(());
    }
    // Open over the start of the next program, which closes it.
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

/// Where this program lies; the kernel's own way to it where it has been replaced meanwhile.
fn program() -> OsString {
    let own = Path::new("/proc/self/exe");
    let named = std::env::current_exe().ok().filter(|path| path.exists());
    named.map_or_else(|| OsStr::new(own).to_owned(), Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_handed_on_stands_behind_the_name_unless_a_flag_says_it() {
        let mut arguments: Vec<OsString> = ["latchkey", "user", "list", "--kek=own"].map(Into::into).into();
        insert(
            &mut arguments,
            b"LATCHKEY_KEK=other\0DATABASE_URL=postgres://u:p=w@h/d\0PATH=/bin\0\0nonsense",
        );
        assert_eq!(
            arguments,
            ["latchkey", "--database-url=postgres://u:p=w@h/d", "user", "list", "--kek=own"]
        );
    }
}
