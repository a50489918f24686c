//! Secrets: the service, and the rows under it.

pub(crate) mod bulk;
pub(crate) mod conflict;
mod create;
mod deleted;
pub(crate) mod duplicates;
pub(crate) mod hosts;
pub(crate) mod keys;
mod list;
mod manifests;
pub(crate) mod origins;
mod rank;
pub(crate) mod repository;
pub(crate) mod restore;
mod retention;
pub(crate) mod search;
mod seed;
mod service;
pub(crate) mod shared;
mod update;
pub(crate) mod values;
pub(crate) mod versions;
mod view;

pub use create::Submission;
pub use deleted::{DeletedPage, DeletedSecret};
pub use manifests::ManifestsQuery;
pub use retention::{KeepDeleted, KeepVersions, Retention};
pub use service::SecretService;
pub use values::{FoundValue, ValueAnswer, ValueQuery};
pub use versions::Rollback;
pub use view::SecretView;

#[cfg(test)]
mod tests;
