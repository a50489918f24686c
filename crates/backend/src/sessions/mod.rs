//! Sessions: who has signed in, where, and until when.

mod attempt_queue;
pub(crate) mod attempts;
mod browsers;
pub(crate) mod current_password;
mod device;
pub(crate) mod repository;
mod service;

pub use browsers::{Browser, Browsers};
pub use device::browser_and_system;
pub(crate) use service::is_recent;
pub use service::{NewSession, Proof, SessionLimits, SessionService, SessionSummary};

#[cfg(test)]
mod tests;
