//! Import of credentials out of files that other programs keep: what may be wrong with a file, and what there is to say
//! of each thing found in it.

mod note;
mod problem;

pub use note::{CredentialHelper, Note};
pub use problem::{ImportError, ImportProblem, RowProblem};

/// The longest text that is read, in bytes. A docker config with fifty registries has about ten thousand.
pub const MAX_BYTES: usize = 192 * 1024;

/// The most credentials in one file, chosen or not.
pub const MAX_ENTRIES: usize = 100;
