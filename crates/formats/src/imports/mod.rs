//! Finds the credentials in a docker config or in Kubernetes Secrets, each to be chosen, named and saved as a
//! secret of its own.

mod docker;
mod found;
mod known_hosts;
mod kubernetes;
mod merge;
mod names;
mod node;
mod read;
mod reduced;

pub use found::{Found, place};
pub use names::Numbers;
pub use read::{Findings, read};

#[cfg(test)]
mod tests;
