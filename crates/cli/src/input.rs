//! Reading values from files and standard input.

use crate::failure::Failure;
use domain::{
    import::{ImportProblem, MAX_BYTES},
    sensitive::Sensitive,
    text,
};
use std::{
    fs::File,
    io::{self, BufRead, IsTerminal, Read},
    path::Path,
};
use zeroize::Zeroizing;

/// The longest text that is read: more than any value or list of known hosts.
const MAX_VALUE: usize = 192 * 1024;

/// Asks the person at the terminal; `otherwise` is the failure for any answer but yes.
///
/// Errors: no, or nobody is there to ask.
pub(super) fn confirm(question: &str, what: &str, otherwise: &'static str) -> Result<(), Failure> {
    if !io::stdin().is_terminal() {
        return Err(Failure::new(format!("nobody is there to ask: say --yes to {what}")));
    }
    eprint!("{question} [y/N] ");
    let mut answer = String::new();
    let read = io::stdin().lock().read_line(&mut answer);
    read.map_err(|error| Failure::new(format!("no answer can be read: {error}")))?;
    if matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes") {
        Ok(())
    } else {
        Err(Failure::new(otherwise))
    }
}

/// Reads a file, or standard input if the path is `-`, in UTF-8 or UTF-16.
///
/// Errors: it cannot be read, is not text, or is longer than anything that the portal takes.
pub(super) fn read(path: &Path) -> Result<Sensitive, Failure> {
    read_up_to(path, MAX_VALUE, "it is longer than anything that the portal takes")
}

/// Reads a file to import, as [`read`] does.
///
/// Errors: as in [`read`].
pub(super) fn import(path: &Path) -> Result<Sensitive, Failure> {
    read_up_to(path, MAX_BYTES, &ImportProblem::TooLarge.message())
}

fn read_up_to(path: &Path, limit: usize, too_long: &str) -> Result<Sensitive, Failure> {
    let is_stdin = path == Path::new("-");
    let wrong = |why: &str| {
        let place = if is_stdin { "standard input".into() } else { path.display().to_string() };
        Failure::new(format!("{place} cannot be read: {why}"))
    };
    let source: Box<dyn Read> = if is_stdin {
        if io::stdin().is_terminal() {
            return Err(Failure::new(
                "the value is read from standard input, and would be seen on this terminal: pipe it in, or name its file",
            ));
        }
        Box::new(io::stdin().lock())
    } else {
        Box::new(File::open(path).map_err(|error| wrong(&error.to_string()))?)
    };
    // Allocated at full size, because a buffer that grows leaves copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(limit + 1));
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    source.take(most).read_to_end(&mut bytes).map_err(|error| wrong(&error.to_string()))?;
    if bytes.len() > limit {
        return Err(wrong(too_long));
    }
    // PuTTYgen on Windows writes the comment in the system's code page; the key is complete without those
    // bytes.
    let putty = || {
        let text = bytes.starts_with(b"PuTTY-User-Key-File-").then(|| String::from_utf8_lossy(&bytes));
        text.map(|text| Sensitive::new(text.into_owned()))
    };
    text::decode(&bytes).or_else(putty).ok_or_else(|| wrong("it is not a text in UTF-8 or UTF-16"))
}

/// Reads a value, as [`read`] does, without a line end after it.
///
/// Errors: as in [`read`], or there is nothing.
pub(super) fn value(path: &Path) -> Result<Sensitive, Failure> {
    let text = read(path)?;
    let line = text.expose().strip_suffix('\n').unwrap_or(text.expose());
    let line = line.strip_suffix('\r').unwrap_or(line);
    if line.is_empty() {
        return Err(Failure::new(
            "there is no value: it is read from standard input, or from the file that is named",
        ));
    }
    Ok(Sensitive::new(line))
}
