//! API tokens: for clusters and scripts.

mod chosen_secrets;
mod limits;
mod names;
pub(crate) mod repository;
mod service;

pub use limits::{Stopped, TokenLimits};
pub use service::{CreatedToken, TokenPage, TokenService, TokenSummary};

#[cfg(test)]
mod tests;
