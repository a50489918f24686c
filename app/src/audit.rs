//! The Audit page, its export, and the history of one secret.

pub mod entries;
pub mod export;
pub mod history;
pub mod labels;
pub mod pages;
pub mod query;

/// The address of the log.
pub const AUDIT: &str = "/audit";
