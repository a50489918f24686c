//! The limits of new API tokens.

use clap::{Args, ValueEnum};
use domain::access::Expiry;

/// API tokens.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = Self::HEADING)]
pub struct TokenSettings {
    /// The most days that an API token made from now on may last; without it there is no limit
    #[arg(long, env = "LATCHKEY_TOKEN_MAX_DAYS", value_parser = clap::value_parser!(u16).range(1..=i64::from(Expiry::MAX_DAYS)), global = true)]
    pub token_max_days: Option<u16>,

    /// Which API tokens editors may make that read values or write: `any`, or `restricted` to chosen secrets
    #[arg(
        long,
        env = "LATCHKEY_EDITOR_TOKENS",
        value_enum,
        ignore_case = true,
        default_value = "any",
        global = true
    )]
    pub editor_tokens: EditorTokens,
}

/// The API tokens that editors may make to read values or write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum EditorTokens {
    Any,
    Restricted,
}

impl TokenSettings {
    pub(super) const HEADING: &str = "API tokens";
}
