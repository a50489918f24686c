//! API tokens: for clusters and scripts.

mod repository;
mod service;

pub use service::{CreatedToken, TokenPage, TokenService, TokenSummary};

#[cfg(test)]
mod tests;
