//! How credentials are written elsewhere: SSH keys in every form that tools make, files from which credentials are imported,
//! and the formats in which tools read them. No database, no clock and no network: backend and command line stand on it.

#![cfg_attr(test, allow(clippy::disallowed_methods, reason = "tests are bound by clock and environment"))]

pub mod imports;
pub mod shapes;
pub mod ssh_keys;

#[cfg(test)]
mod tests;
