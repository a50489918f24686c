//! Secrets: the service, and the rows under it.

mod deleted;
mod keys;
mod list;
pub(crate) mod many;
pub(crate) mod repository;
mod seed;
pub(crate) mod service;
mod twins;

pub use deleted::{DeletedPage, DeletedSecret, KeepDeleted};
pub use service::SecretService;

#[cfg(test)]
mod tests;
