//! The settings of monitoring.

use crate::listen_addr;
use clap::Args;
use std::net::SocketAddr;

/// Metrics for Prometheus.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = Self::HEADING)]
pub struct MetricsSettings {
    /// The address at which Prometheus gets metrics, at `/metrics`, such as `127.0.0.1:9464`; without it nowhere
    ///
    /// Whoever reaches it sees the names of secrets: let nobody but Prometheus.
    #[arg(long, env = "LATCHKEY_METRICS_ADDR", value_parser = listen_addr::parse, global = true)]
    pub metrics_addr: Option<SocketAddr>,

    /// Up to how many secrets are shown by their names in metrics; 0 shows none
    #[arg(long, env = "LATCHKEY_METRICS_NAMES", default_value_t = 2_000, value_parser = clap::value_parser!(u32).range(0..=100_000), global = true)]
    pub metrics_names: u32,
}

impl MetricsSettings {
    pub(super) const HEADING: &str = "Metrics";
}
