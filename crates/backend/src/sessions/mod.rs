//! Sessions: who has signed in, where, and until when.

mod attempt_queue;
pub(crate) mod attempts;
mod browsers;
pub(crate) mod current_password;
mod device;
mod limits;
pub(crate) mod repository;
mod service;

pub use browsers::{Browser, Browsers};
pub use device::browser_and_system;
pub use limits::SessionLimits;
pub(crate) use service::is_recent;
pub use service::{NewSession, Proof, SessionService, SessionSummary};

#[cfg(test)]
mod tests;
