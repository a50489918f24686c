//! The environment, put right before anything reads it: deployment tools write values as they can, and not as we would.

use std::{
    env,
    ffi::{OsStr, OsString},
    os::unix::ffi::{OsStrExt, OsStringExt},
};

/// What to do with one variable.
#[derive(Debug, PartialEq, Eq)]
enum Change {
    Keep,
    Remove,
    Set(OsString),
}

/// Puts the environment right: an empty setting is an unset one (`${VAR:-}` of compose files and charts), one line end after
/// a value is none of its own, and no variable of `libpq` changes how the database is reached, which `DATABASE_URL` says
/// alone. Returns the names of those that were removed for that.
///
/// To be called before any thread is started: others could read the environment meanwhile.
#[expect(unsafe_code, reason = "the environment is changed while the process has one thread")]
pub fn normalize() -> Vec<String> {
    let mut ignored = Vec::new();
    for (name, value) in env::vars_os() {
        if is_of_libpq(&name) {
            ignored.push(name.to_string_lossy().into_owned());
        }
        // SAFETY: there is no other thread yet that could read or write the environment.
        match change(&name, &value) {
            Change::Keep => {}
            Change::Remove => unsafe { env::remove_var(&name) },
            Change::Set(value) => unsafe { env::set_var(&name, value) },
        }
    }
    ignored.sort();
    ignored
}

fn change(name: &OsStr, value: &OsStr) -> Change {
    if is_of_libpq(name) {
        return Change::Remove;
    }
    let bytes = name.as_bytes();
    if !bytes.starts_with(b"LATCHKEY_") && !bytes.starts_with(b"DATABASE_URL") {
        return Change::Keep;
    }
    let line = value.as_bytes();
    let stripped = line.strip_suffix(b"\r\n").or_else(|| line.strip_suffix(b"\n")).unwrap_or(line);
    match stripped {
        b"" => Change::Remove,
        same if same.len() == line.len() => Change::Keep,
        stripped => Change::Set(OsString::from_vec(stripped.to_vec())),
    }
}

/// `PGHOST`, `PGSSLMODE`, `PGOPTIONS` and their like.
fn is_of_libpq(name: &OsStr) -> bool {
    name.as_bytes().strip_prefix(b"PG").is_some_and(|rest| {
        rest.first().is_some_and(u8::is_ascii_uppercase)
            && rest.iter().all(|byte| byte.is_ascii_uppercase() || *byte == b'_')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn change_takes_empty_settings_line_ends_and_libpqs_variables_away() {
        let changed = |name: &str, value: &str| change(OsStr::new(name), OsStr::new(value));
        for name in ["LATCHKEY_LOG", "DATABASE_URL", "DATABASE_URL_FILE", "LATCHKEY_ANY_SETTING"] {
            assert_eq!(changed(name, ""), Change::Remove, "{name}");
            assert_eq!(changed(name, "\n"), Change::Remove, "{name}");
            assert_eq!(changed(name, "a"), Change::Keep, "{name}");
            assert_eq!(changed(name, "a\n"), Change::Set("a".into()), "{name}");
            assert_eq!(changed(name, "a\r\n"), Change::Set("a".into()), "{name}");
            assert_eq!(changed(name, " a \n\n"), Change::Set(" a \n".into()), "{name}");
        }
        for name in ["PGPORT", "PGSSLMODE", "PGOPTIONS", "PGTARGETSESSIONATTRS", "PGCONNECT_TIMEOUT"] {
            assert_eq!(changed(name, "x"), Change::Remove, "{name}");
        }
        for name in ["PATH", "HOME", "PG", "PGP_KEY1", "PGpass", "LC_ALL"] {
            assert_eq!(changed(name, "\n"), Change::Keep, "{name}");
        }
    }
}
