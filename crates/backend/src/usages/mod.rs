//! Where secrets are used: images and datasets.

mod repository;
mod service;

pub use service::UsageService;

#[cfg(test)]
mod tests;
