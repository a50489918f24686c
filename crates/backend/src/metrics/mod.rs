//! Numbers for monitoring: what this process counts and measures, and what the database says of secrets, keys and the audit
//! log. No label is the name of a person, a value or a free text.

pub(crate) mod instruments;
mod numbers;
mod repository;
mod service;
#[cfg(test)]
mod tests;

pub use instruments::Metrics;
pub use numbers::{AuditNumbers, DatabaseNumbers, KeyNumbers, NamedSecret};
pub use service::MetricsService;
