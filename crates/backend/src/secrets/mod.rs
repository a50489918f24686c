//! Secrets: the service, and the rows under it.

mod keys;
mod list;
mod repository;
mod seed;
mod service;
mod twins;

pub use service::SecretService;

#[cfg(test)]
mod tests;
