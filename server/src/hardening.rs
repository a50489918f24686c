//! What keeps the memory of a process that holds a key from others on the same machine.

use nix::sys::resource::{Resource, setrlimit};

/// Forbids dumps of this process's memory, and looking into it by debuggers and `/proc` to all but root: every value and
/// every key that is in use stands there.
pub fn seal_memory() {
    if let Err(error) = setrlimit(Resource::RLIMIT_CORE, 0, 0) {
        tracing::warn!("dumps of memory could not be forbidden: {error}");
    }
    #[cfg(target_os = "linux")]
    if let Err(error) = nix::sys::prctl::set_dumpable(false) {
        tracing::warn!("looking into the memory of this process could not be forbidden: {error}");
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use nix::sys::{prctl::get_dumpable, resource::getrlimit};

    #[test]
    fn memory_is_neither_dumped_nor_looked_into() {
        seal_memory();
        assert_eq!(get_dumpable(), Ok(false));
        assert_eq!(getrlimit(Resource::RLIMIT_CORE), Ok((0, 0)));
    }
}
