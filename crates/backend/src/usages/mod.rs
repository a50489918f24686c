//! Usages of secrets: images and datasets.

mod choices;
pub(crate) mod consumers;
mod repository;
mod service;

pub(crate) use consumers::repository::any_users;
pub use service::UsageService;

#[cfg(test)]
mod tests;
