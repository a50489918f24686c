//! The settings of the log.

use super::sensitive::sensitive;
use clap::{Args, ValueEnum};
use domain::sensitive::Sensitive;
use std::time::Duration;

/// The format of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    Text,
    Json,
}

/// The log.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = Self::HEADING)]
pub struct LogSettings {
    /// How to log on standard output: `text`, lines for people, or `json`, one object a line
    #[arg(long, env = "LATCHKEY_LOG_FORMAT", value_enum, ignore_case = true, default_value_t = LogFormat::Text, global = true)]
    pub log_format: LogFormat,

    /// What to log: `error`, `warn`, `info`, `debug`, `trace`, or a filter such as `info,backend=debug`
    #[arg(long, env = "LATCHKEY_LOG", default_value = "info", global = true)]
    pub log: String,

    /// Whether each request is logged at `info`: method, route, path without its query, status, duration, address
    #[arg(long, env = "LATCHKEY_LOG_REQUESTS", default_value = "off", action = clap::ArgAction::Set, value_parser = clap::builder::BoolishValueParser::new(), global = true)]
    pub log_requests: bool,

    /// From how many milliseconds on a query of the database is logged: its method and its time, never its values
    #[arg(long, env = "LATCHKEY_LOG_SLOW_QUERIES", value_parser = clap::value_parser!(u32).range(1..), global = true)]
    pub log_slow_queries: Option<u32>,

    /// The headers for the collector of traces: of OpenTelemetry's variables, the two that may contain a secret
    #[arg(long, env = "OTEL_EXPORTER_OTLP_HEADERS", hide = true, hide_env_values = true, value_parser = sensitive, global = true)]
    pub otlp_headers: Option<Sensitive>,

    /// The same for traces alone, which goes before
    #[arg(long, env = "OTEL_EXPORTER_OTLP_TRACES_HEADERS", hide = true, hide_env_values = true, value_parser = sensitive, global = true)]
    pub otlp_traces_headers: Option<Sensitive>,
}

impl LogSettings {
    pub(super) const HEADING: &str = "Log";

    /// Returns the headers for the collector of traces, each `name=value`, separated by commas.
    pub fn headers_of_traces(&self) -> Option<&Sensitive> {
        self.otlp_traces_headers.as_ref().or(self.otlp_headers.as_ref())
    }

    /// Returns the duration from which on a query is logged.
    pub fn slow_queries(&self) -> Option<Duration> {
        self.log_slow_queries.map(|milliseconds| Duration::from_millis(milliseconds.into()))
    }
}
