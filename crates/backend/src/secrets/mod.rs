//! Secrets: the service, and the rows under it.

mod list;
mod repository;
mod seed;
mod service;

pub use service::SecretService;

#[cfg(test)]
mod tests;
