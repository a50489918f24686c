//! API tokens: for clusters and scripts.

pub(crate) mod repository;
mod service;

pub use service::{CreatedToken, TokenPage, TokenService, TokenSummary};

#[cfg(test)]
mod tests;
