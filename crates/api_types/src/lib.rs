//! The answers of the API that the command line reads: made by the server, and parsed again by whoever asks it. No type here can
//! hold a value.

mod key;
mod problem;
mod secret;
mod test;
mod version;

pub use key::Key;
pub use problem::{FieldDetail, ProblemDetails};
pub use secret::{Secret, SecretRow, WouldBeAdded};
pub use test::{Connection, HostKey, TestResult};
pub use version::{RolledBack, Version, VersionList};
