//! The credentials in a docker config or in Kubernetes Secrets, each to be chosen, named and saved as a secret of its own.

mod docker;
mod known_hosts;
mod kubernetes;
mod merge;
mod names;
mod node;
mod read;

pub use names::{Numbers, display_name};
pub use read::{Findings, Found, read};

#[cfg(test)]
mod tests;
