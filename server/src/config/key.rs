//! The key encryption key.

use super::sensitive::sensitive;
use clap::Args;
use domain::sensitive::Sensitive;
use std::path::PathBuf;

/// The source of the key encryption key.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = Self::HEADING)]
pub struct KeySettings {
    /// A file with the key encryption key: 32 bytes in base64, readable by its owner alone; without either, one is made in
    /// the data folder
    ///
    /// Several keys, a line each, while one replaces another. In Kubernetes mount the Secret with `defaultMode: 0400`.
    #[arg(long, env = "LATCHKEY_KEK_FILE", global = true)]
    pub kek_file: Option<PathBuf>,

    /// The key encryption key itself, instead of the file; several, while one replaces another, are separated by commas
    ///
    /// Other processes can see flags: prefer the environment or the file.
    #[arg(long, env = "LATCHKEY_KEK", hide_env_values = true, value_parser = sensitive, conflicts_with = "kek_file", global = true)]
    pub kek: Option<Sensitive>,
}

impl KeySettings {
    pub(super) const HEADING: &str = "Key encryption key";
}
