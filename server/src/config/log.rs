//! The settings of the log.

use clap::{Args, ValueEnum};

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
}

impl LogSettings {
    pub(super) const HEADING: &str = "Log";
}
