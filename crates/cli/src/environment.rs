//! The environment, normalized before anything reads it, because deployment tools write values as they can; and the files that
//! settings name.

#![expect(clippy::disallowed_methods, reason = "the environment is read and changed here")]

use domain::sensitive::Sensitive;
use std::{
    env,
    ffi::{OsStr, OsString},
    os::unix::ffi::OsStrExt,
    path::Path,
};

/// The change of one variable.
#[derive(Debug, PartialEq, Eq)]
enum Change {
    Keep,
    Remove,
    Set(String),
    /// The value is not UTF-8.
    Unreadable,
}

/// Settings whose values may begin and end with anything: blanks and quotation marks may be a part of them.
const VERBATIM: [&str; 3] = ["LATCHKEY_ADMIN_PASSWORD", "LATCHKEY_OIDC_CLIENT_SECRET", "LATCHKEY_TOKEN"];

/// Settings with several values, which are separated by commas; by blanks and line ends too, as blocks of YAML write them.
const LISTS: [&str; 4] = [
    "LATCHKEY_ALLOW_PRIVATE_HOSTS",
    "LATCHKEY_HOSTS",
    "LATCHKEY_PLAIN_HTTP_HOSTS",
    "LATCHKEY_TRUSTED_PROXIES",
];

/// Settings that had another name: the old one stays an alias.
const RENAMED: [(&str, &str); 1] = [("LATCHKEY_CHECK_INTERVAL", "LATCHKEY_TEST_INTERVAL")];

/// The variables that are wrong in some way.
#[derive(Debug, Default, PartialEq, Eq)]
struct Found {
    /// Variables that were removed because `DATABASE_URL` says all.
    ignored: Vec<String>,
    /// Settings whose values are not UTF-8.
    unreadable: Vec<String>,
    /// Passwords in quotation marks, which are taken as a part of them.
    quoted: Vec<String>,
}

/// Normalizes the environment, and says on standard error what is wrong with it. Returns the variables that are ignored, or
/// `None` if a setting is not UTF-8.
///
/// Call it before any thread is started: others could read the environment meanwhile.
pub fn prepare() -> Option<Vec<String>> {
    let found = normalize();
    for name in &found.quoted {
        eprintln!("latchkey: {name} stands in quotation marks, which are taken for a part of it");
    }
    if !found.unreadable.is_empty() {
        eprintln!("latchkey: no text in UTF-8: {}. Set it anew", found.unreadable.join(", "));
        return None;
    }
    Some(found.ignored)
}

/// Returns the token with which a portal is asked. No flag has it, because other processes see flags.
pub fn token_in_environment() -> Option<Sensitive> {
    variable("LATCHKEY_TOKEN")?.into_string().ok().map(Sensitive::new)
}

/// Returns the text of a file, without a line end after it and the mark with which some editors begin one.
///
/// Errors: it cannot be read; in words, with the name of the setting.
pub fn secret_line(path: &Path, setting: &str) -> Result<Sensitive, String> {
    let text = std::fs::read_to_string(path).map(Sensitive::new);
    let text = text.map_err(|error| format!("{setting} cannot be read: {}: {error}", path.display()))?;
    let line = text.expose().strip_prefix(BYTE_ORDER_MARK).unwrap_or(text.expose());
    Ok(Sensitive::new(without_line_end(line)))
}

/// Normalizes the environment: an empty setting is unset (`${VAR:-}` of compose files and charts); line ends,
/// blanks and quotation marks around a value are removed; and so are the variables of `libpq` that change how
/// the database is reached, because `DATABASE_URL` alone says that. From a password only one line end is
/// removed, because the rest may be meant.
#[expect(unsafe_code, reason = "the environment is changed while the process has one thread")]
fn normalize() -> Found {
    let mut found = Found::default();
    for (name, value) in env::vars_os() {
        let text = || name.to_string_lossy().into_owned();
        if is_of_libpq(&name) {
            found.ignored.push(text());
        }
        if is_quoted_password(&name, &value) {
            found.quoted.push(text());
        }
        // SAFETY: there is no other thread yet that could read or write the environment.
        match change(&name, &value) {
            Change::Keep => {}
            Change::Remove => unsafe { env::remove_var(&name) },
            Change::Set(value) => unsafe { env::set_var(&name, value) },
            Change::Unreadable => found.unreadable.push(text()),
        }
    }
    for (old, new) in RENAMED {
        // SAFETY: there is no other thread yet that could read or write the environment.
        if let Some(value) = env::var_os(old) {
            unsafe { env::remove_var(old) };
            if env::var_os(new).is_none() {
                unsafe { env::set_var(new, value) };
            }
        }
    }
    found.ignored.sort();
    found
}

/// Adds variables to the environment, except those that it has, by their own name or as the name of a file or its content.
///
/// Call it before [`prepare`] and before any thread is started: others could read the environment meanwhile.
#[expect(unsafe_code, reason = "the environment is changed while the process has one thread")]
pub fn add<'a>(variables: impl IntoIterator<Item = (&'a str, &'a str)>) {
    for (name, value) in variables {
        let partner = name.strip_suffix("_FILE").map_or_else(|| format!("{name}_FILE"), str::to_owned);
        if variable(name).is_none() && variable(&partner).is_none() {
            // SAFETY: there is no other thread yet that could read or write the environment.
            unsafe { env::set_var(name, value) };
        }
    }
}

/// Returns the name that a setting has now.
pub fn current_name(name: &str) -> &str {
    RENAMED.iter().find(|(old, _)| *old == name).map_or(name, |(_, new)| new)
}

/// Returns a variable, unless it is empty.
pub fn variable(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|value| !value.is_empty())
}

/// Returns the names of the variables, so far as they are UTF-8.
pub fn names() -> impl Iterator<Item = String> {
    env::vars_os().filter_map(|(name, _)| name.into_string().ok())
}

fn change(name: &OsStr, value: &OsStr) -> Change {
    if is_of_libpq(name) {
        return Change::Remove;
    }
    let Some(name) = name.to_str() else { return Change::Keep };
    if !name.starts_with("LATCHKEY_") && !name.starts_with("DATABASE_URL") {
        return Change::Keep;
    }
    let Some(given) = value.to_str() else { return Change::Unreadable };
    let text = given.strip_prefix(BYTE_ORDER_MARK).unwrap_or(given);
    let changed = if VERBATIM.contains(&name) {
        without_line_end(text).to_owned()
    } else if LISTS.contains(&name) {
        let parts = unquoted(text).split(|c: char| c == ',' || c.is_whitespace());
        parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(",")
    } else {
        unquoted(text).to_owned()
    };
    if changed.is_empty() {
        Change::Remove
    } else if changed == given {
        Change::Keep
    } else {
        Change::Set(changed)
    }
}

/// The mark with which some editors begin a file.
pub const BYTE_ORDER_MARK: char = '\u{feff}';

/// Returns the text without one line end after it, in whatever form.
pub fn without_line_end(text: &str) -> &str {
    let ends = ["\r\n", "\n", "\r"];
    ends.iter().find_map(|end| text.strip_suffix(*end)).unwrap_or(text)
}

/// Returns the text without blanks around it, and without quotation marks, which `docker run --env-file` and
/// lists of compose files take as a part of the value.
fn unquoted(text: &str) -> &str {
    let text = text.trim();
    let inside = |mark: char| text.strip_prefix(mark).and_then(|text: &str| text.strip_suffix(mark));
    inside('"').or_else(|| inside('\'')).map_or(text, str::trim)
}

/// Returns whether a password stands in quotation marks.
fn is_quoted_password(name: &OsStr, value: &OsStr) -> bool {
    let (Some(name), Some(value)) = (name.to_str(), value.to_str()) else { return false };
    VERBATIM.contains(&name)
        && without_line_end(value).len() > 1
        && unquoted(value).len() < value.trim().len()
}

/// Returns whether the variable is one of libpq, such as `PGHOST`, `PGSSLMODE` or `PGOPTIONS`.
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
    fn change_removes_empty_settings_line_ends_and_libpqs_variables() {
        let changed = |name: &str, value: &str| change(OsStr::new(name), OsStr::new(value));
        for name in ["LATCHKEY_LOG", "DATABASE_URL", "DATABASE_URL_FILE", "LATCHKEY_ADMIN_PASSWORD"] {
            assert_eq!(changed(name, ""), Change::Remove, "{name}");
            assert_eq!(changed(name, "\n"), Change::Remove, "{name}");
            assert_eq!(changed(name, "a"), Change::Keep, "{name}");
            for end in ["\n", "\r\n", "\r"] {
                assert_eq!(changed(name, &format!("a{end}")), Change::Set("a".into()), "{name} {end:?}");
            }
            assert_eq!(changed(name, "\u{feff}a"), Change::Set("a".into()), "{name}");
        }
        for name in ["PGPORT", "PGSSLMODE", "PGOPTIONS", "PGTARGETSESSIONATTRS", "PGCONNECT_TIMEOUT"] {
            assert_eq!(changed(name, "x"), Change::Remove, "{name}");
        }
        for name in ["PATH", "HOME", "PG", "PGP_KEY1", "PGpass", "LC_ALL"] {
            assert_eq!(changed(name, "\n"), Change::Keep, "{name}");
        }
    }

    #[test]
    fn change_removes_what_tools_write_around_a_value_but_keeps_passwords() {
        let changed = |name: &str, value: &str| change(OsStr::new(name), OsStr::new(value));
        for value in [" a ", "\"a\"", "'a'", " \"a\" \n", "\" a \"", "a\n\n", "\ta\r\n"] {
            assert_eq!(changed("LATCHKEY_LOG_FORMAT", value), Change::Set("a".into()), "{value:?}");
            assert_eq!(changed("LATCHKEY_HOSTS", value), Change::Set("a".into()), "{value:?}");
        }
        for value in [" ", "\"\"", "''", "\" \"", "\u{feff}\n"] {
            assert_eq!(changed("LATCHKEY_PUBLIC_URL", value), Change::Remove, "{value:?}");
        }
        for value in ["\"", "\"a", "a'", "\"a'", "a\"b\"c"] {
            assert_eq!(changed("LATCHKEY_LOG", value), Change::Keep, "{value:?}");
        }
        for value in ["10.0.0.0/8,", "10.0.0.0/8 ,\n", "\n10.0.0.0/8\n"] {
            assert_eq!(
                changed("LATCHKEY_TRUSTED_PROXIES", value),
                Change::Set("10.0.0.0/8".into()),
                "{value:?}"
            );
        }
        for value in ["a, b", "a b", "a\nb\n", "a,,b", "\"a,b\""] {
            assert_eq!(changed("LATCHKEY_HOSTS", value), Change::Set("a,b".into()), "{value:?}");
        }
        for value in [" a ", "\"a\"", "'a'", " "] {
            assert_eq!(changed("LATCHKEY_ADMIN_PASSWORD", value), Change::Keep, "{value:?}");
        }
        assert_eq!(changed("LATCHKEY_ADMIN_PASSWORD", " a \n\n"), Change::Set(" a \n".into()));
        assert_eq!(change(OsStr::new("LATCHKEY_KEK"), OsStr::from_bytes(b"\xff")), Change::Unreadable);
        assert_eq!(change(OsStr::new("OTHER"), OsStr::from_bytes(b"\xff")), Change::Keep);
        let quoted = |name: &str, value: &str| is_quoted_password(OsStr::new(name), OsStr::new(value));
        assert!(quoted("LATCHKEY_ADMIN_PASSWORD", "\"a b\"\n") && quoted("LATCHKEY_TOKEN", "'a'"));
        assert!(!quoted("LATCHKEY_ADMIN_PASSWORD", " a\"") && !quoted("LATCHKEY_LOG", "\"a\""));
    }
}
