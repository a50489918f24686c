//! The formats in which credentials are written elsewhere: every form of SSH key that tools make, files from
//! which credentials are imported, and the formats that tools read. Without database, clock or network;
//! backend and command line build on it.

#![cfg_attr(test, allow(clippy::disallowed_methods, reason = "tests are bound by clock and environment"))]

pub mod examples;
pub mod export;
pub mod imports;
pub mod password_end;
pub mod ssh_keys;

#[cfg(test)]
mod tests;
