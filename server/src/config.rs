//! What can be set, by flags and by environment. The environment is read here and nowhere else.

use clap::{Args, Parser, Subcommand};
use domain::sensitive::Sensitive;
use std::{convert::Infallible, net::SocketAddr, path::PathBuf};

/// A self-hosted admin portal for the credentials with which a platform pulls Git datasets and container images.
#[derive(Debug, Parser)]
#[command(name = "latchkey", version, about)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub settings: Settings,
}

#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// Serve the portal (what is done without a command)
    Serve,
    /// Bring the database up to date and end
    Migrate,
    /// Fill the database with made-up secrets, for benchmarks
    #[command(hide = true)]
    Seed {
        /// How many; half of each type
        #[arg(long)]
        count: u32,
    },
}

#[derive(Debug, Clone, Args)]
pub struct Settings {
    /// The PostgreSQL to use, as a postgres:// address; without it a private one is started in the data folder
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, value_parser = sensitive, global = true)]
    pub database_url: Option<Sensitive>,

    /// Where to listen
    #[arg(long, env = "LATCHKEY_ADDR", default_value = "127.0.0.1:3000", global = true)]
    pub addr: SocketAddr,

    /// The folder for the private PostgreSQL and the key file
    #[arg(long, env = "LATCHKEY_DATA_DIR", default_value = "./data", global = true)]
    pub data_dir: PathBuf,

    /// The key encryption key, 32 bytes in base64. Other processes can see flags: prefer the environment or a file
    #[arg(long, env = "LATCHKEY_KEK", hide_env_values = true, value_parser = sensitive, conflicts_with = "kek_file", global = true)]
    pub kek: Option<Sensitive>,

    /// A file with the key encryption key; without either, one is made in the data folder
    #[arg(long, env = "LATCHKEY_KEK_FILE", global = true)]
    pub kek_file: Option<PathBuf>,

    /// What to log: error, warn, info, debug, trace, or a filter such as "info,backend=debug"
    #[arg(long, env = "LATCHKEY_LOG", default_value = "info", global = true)]
    pub log: String,

    /// The most connections to PostgreSQL at once
    #[arg(long, env = "LATCHKEY_DATABASE_CONNECTIONS", default_value_t = 16, value_parser = clap::value_parser!(u32).range(2..=1000), global = true)]
    pub database_connections: u32,
}

#[expect(clippy::unnecessary_wraps, reason = "the form that clap asks for")]
fn sensitive(text: &str) -> Result<Sensitive, Infallible> {
    Ok(Sensitive::new(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_key_and_a_key_file_exclude_each_other() {
        let refused = Cli::try_parse_from(["latchkey", "--kek", "AAAA", "--kek-file", "k"]).unwrap_err();
        assert_eq!(refused.kind(), clap::error::ErrorKind::ArgumentConflict);
    }

    #[test]
    fn values_are_not_in_debug_output() {
        let cli = Cli::try_parse_from([
            "latchkey",
            "--kek",
            "SENTINEL-KEK",
            "--database-url",
            "postgres://u:SENTINEL-PW@h/d",
        ])
        .unwrap();
        assert!(!format!("{cli:?}").contains("SENTINEL"));
    }
}
