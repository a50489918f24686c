//! Where secrets are used: images and datasets.

mod choices;
mod repository;
mod service;

pub(crate) use repository::any_users;
pub use service::UsageService;

#[cfg(test)]
mod tests;
