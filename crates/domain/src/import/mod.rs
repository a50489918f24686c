//! Import of credentials from files of other programs: the problems of a file, and the notes on each object that was found in
//! it.

mod note;
mod problem;
mod skipped;

pub use note::{CredentialHelper, Encryption, Note};
pub use problem::{ImportError, ImportProblem, RowProblem};
pub use skipped::{Skipped, SkippedCounts};

/// The longest text that is read, in bytes: a dump of the Secrets of a large cluster.
pub const MAX_BYTES: usize = 16 * 1024 * 1024;

/// The most credentials in one file, chosen or not, of which the same account or key counts once.
pub const MAX_ENTRIES: usize = 2_000;
