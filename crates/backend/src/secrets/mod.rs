//! Secrets: the service, and the rows under it.

mod keys;
mod list;
pub(crate) mod many;
mod repository;
mod seed;
mod service;

pub use service::SecretService;

#[cfg(test)]
mod tests;
