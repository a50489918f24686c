//! Protects the memory of a process that holds a key from others on the same machine.

use nix::sys::resource::{Resource, setrlimit};

/// Forbids dumps of this process's memory, and reading it through debuggers and `/proc` to all but root,
/// because it holds every value and key in use.
pub fn seal_memory() {
    if let Err(error) = setrlimit(Resource::RLIMIT_CORE, 0, 0) {
        tracing::warn!("memory dumps could not be forbidden: {error}");
    }
    #[cfg(target_os = "linux")]
    if let Err(error) = nix::sys::prctl::set_dumpable(false) {
        tracing::warn!("access to the memory of this process could not be forbidden: {error}");
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use nix::sys::{prctl::get_dumpable, resource::getrlimit};

    #[test]
    fn seal_memory_forbids_dumps_and_readers() {
        seal_memory();
        assert_eq!(get_dumpable(), Ok(false));
        assert_eq!(getrlimit(Resource::RLIMIT_CORE), Ok((0, 0)));
    }
}
