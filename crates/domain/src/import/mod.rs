//! Import of credentials out of files that other programs keep: what may be wrong with a file, and what there is to say
//! of each thing found in it.

mod encryption;
mod note;
mod problem;
mod skipped;

pub use encryption::Encryption;
pub use note::{CredentialHelper, Note};
pub use problem::ImportProblem;
pub use skipped::{Skipped, SkippedCounts};

/// The longest text that is read, in bytes: a dump of the Secrets of a large cluster.
pub const MAX_BYTES: usize = 16 * 1024 * 1024;

/// The most credentials in one file, chosen or not, of which the same account or key counts once.
pub const MAX_ENTRIES: usize = 2_000;
