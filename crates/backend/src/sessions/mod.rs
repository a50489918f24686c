//! Who has signed in, where, and until when.

pub(crate) mod attempts;
mod browsers;
pub(crate) mod repository;
mod service;

pub use browsers::{Browser, Browsers};
pub use service::{NewSession, SessionLimits, SessionService, SessionSummary};

#[cfg(test)]
mod tests;
