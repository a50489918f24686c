//! Secrets: the service, and the rows under it.

mod deleted;
pub(crate) mod hosts;
pub(crate) mod keys;
mod list;
mod manifests;
pub(crate) mod many;
pub(crate) mod origins;
pub(crate) mod repository;
mod seed;
pub(crate) mod service;
pub(crate) mod twins;
mod values;

pub use deleted::{DeletedPage, DeletedSecret, KeepDeleted};
pub use manifests::{ManifestsError, ManifestsQuery};
pub use service::{SecretService, Submission};
pub use values::{ValueAnswer, ValueError, ValueQuery};

#[cfg(test)]
mod tests;
