//! Copies the program out of an image that has neither a shell nor other programs.

use crate::open::Outcome;
use std::{
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

/// Copies this program to a file that everybody may run. It comes there as a whole.
///
/// Errors: it cannot be written; in words.
pub(crate) fn copy(to: &Path) -> Outcome {
    try_copy(to).map_err(|error| format!("the program cannot be copied to {}: {error}", to.display()).into())
}

fn try_copy(to: &Path) -> io::Result<()> {
    let unfinished = to.with_extension("unfinished");
    let mut own = File::open("/proc/self/exe")?;
    let mut options = OpenOptions::new();
    let mut file = options.create(true).truncate(true).write(true).mode(0o755).open(&unfinished)?;
    io::copy(&mut own, &mut file)?;
    file.sync_all()?;
    drop(file);
    fs::rename(&unfinished, to)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn copy_makes_a_program_that_runs() {
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("latchkey");
        copy(&to).unwrap();
        copy(&to).unwrap();
        assert_eq!(fs::metadata(&to).unwrap().permissions().mode() & 0o755, 0o755);
        assert_eq!(fs::read(&to).unwrap(), fs::read("/proc/self/exe").unwrap());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        let error = copy(&folder.path().join("missing/latchkey")).unwrap_err().to_string();
        assert!(error.contains("missing/latchkey"), "{error}");
    }
}
