//! Connection tests: connections to registries and Git servers, and their results.

mod advertisement;
mod batch;
mod challenge;
pub(crate) mod config;
mod git;
mod greeting;
mod host_slots;
pub(crate) mod http;
mod known_hosts;
mod named_host;
pub(crate) mod outbound;
mod rate_limit;
mod registry;
mod repository;
mod running;
mod service;
mod settings;
mod ssh;
mod state;
mod ticket;
mod tls;
mod versions;

pub(crate) use known_hosts::{shown_hosts, trusts};
pub(crate) use settings::{stored_settings, stored_settings_for};
pub(crate) use state::state_and_past;
pub(crate) use ticket::{TestedBefore, WhatWasTested};

pub use batch::{TestOutcome, Tested, WatchedTests};
pub use config::{PrivateHost, TestConfig};
pub use named_host::NamedHostClient;
pub use service::TestService;
pub use versions::RolledBack;

/// The actor's name for the portal's own tests.
pub const PORTAL: &str = "the portal";

#[cfg(test)]
pub(crate) mod tests;
