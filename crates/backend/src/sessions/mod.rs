//! Who has signed in, where, and until when.

pub(crate) mod repository;
mod service;

pub use service::{NewSession, SessionLimits, SessionService, SessionSummary};

#[cfg(test)]
mod tests;
