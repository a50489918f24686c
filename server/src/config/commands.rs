//! The commands that work on the data folder or the database, beside a running server or without one.

use clap::{Args, Subcommand};
use std::path::PathBuf;

// Without a doc comment, which would become the first line of the help.
#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// Serve the portal; the same as no command
    Serve,
    /// Bring the database up to date, without serving
    Migrate {
        /// Only list the migrations: exit code 0 if all are applied, 1 if some are pending, 2 otherwise
        #[arg(long)]
        status: bool,
    },
    /// Back up the database into one file, without the key encryption key
    Backup(BackupArgs),
    /// Restore a backup: into an empty database at once, in the place of another if told twice
    Restore(RestoreArgs),
    /// Bring the private PostgreSQL to the newest version that is installed
    PostgresUpgrade {
        /// To this version, of those that are installed
        #[arg(long, hide = true)]
        to: Option<u32>,
        /// Only remove the cluster that an earlier upgrade has kept
        #[arg(long)]
        remove_old: bool,
    },
    /// Add, list, disable and enable users and reset their passwords, also when nobody can sign in
    #[command(subcommand)]
    User(UserCommand),
    /// Rotate the key encryption key: add, activate, rewrap, retire, in this order
    #[command(subcommand)]
    Key(KeyCommand),
    /// Create and revoke API tokens
    #[command(subcommand)]
    Token(TokenCommand),
    /// Verify the audit log
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Test the connections of all secrets, or of some; fails when one does not work
    #[command(alias = "check")]
    Test {
        /// Ids of secrets, such as image-hub; all where none is given
        ids: Vec<String>,
    },
    /// Check that all is well: exit code 0 if it is, 1 if something needs a look, 2 if something is broken
    Doctor {
        /// Print the results as JSON
        #[arg(long)]
        json: bool,
        /// Ask neither the provider of single sign-on nor the public address
        #[arg(long)]
        offline: bool,
    },
    /// Ask the server on this machine whether it is ready; fails when it is not
    Health {
        /// Only whether it is alive
        #[arg(long)]
        live: bool,
    },
    /// Copy this program to this place, from which another container starts it
    #[command(hide = true)]
    CopyProgram { file: PathBuf },
    /// Print the settings of the server as README.md lists them
    #[command(hide = true)]
    SettingsTable,
    /// Print a file with all settings of the server, each explained and none set
    #[command(hide = true)]
    SettingsFile,
    /// Write the manual pages into this folder
    #[command(hide = true)]
    ManualPages {
        folder: std::path::PathBuf,
        /// Those of latchkey-cli
        #[arg(long)]
        small: bool,
    },
    /// Print the description of the API as docs/openapi.json has it
    #[command(hide = true)]
    Openapi,
    /// Fill the database with made-up secrets, for benchmarks
    #[command(hide = true)]
    Seed {
        /// The number of secrets, half of each type
        #[arg(long)]
        count: u32,
    },
}

#[derive(Debug, Clone, Args)]
pub struct BackupArgs {
    /// The file; a name with the time in it if this is a folder, or - for standard output
    pub file: PathBuf,
    /// Restore the backup into a scratch database, compare every table and open every value
    #[arg(long)]
    pub verify: bool,
    /// Replace a file that is there
    #[arg(long)]
    pub force: bool,
    /// Keep the last so many backups of the folder, and delete those before
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..))]
    pub keep: Option<u16>,
}

#[derive(Debug, Clone, Args)]
pub struct RestoreArgs {
    /// The backup, or - for standard input
    pub file: PathBuf,
    /// Only restore it into a scratch database, and verify it there
    #[arg(long)]
    pub verify_only: bool,
    /// Put it in the place of the portal that is there
    #[arg(long, conflicts_with = "verify_only")]
    pub replace: bool,
    /// The name of the database that is replaced; asked for if somebody can answer
    #[arg(long, value_name = "DATABASE", requires = "replace")]
    pub confirm: Option<String>,
    /// Take a backup that was made without a key at hand
    #[arg(long)]
    pub unsealed: bool,
}

#[derive(Debug, Clone, Subcommand)]
pub enum UserCommand {
    /// Add a user and print the link with which they choose a password
    Add {
        name: String,
        /// reader, editor or admin
        #[arg(long, default_value = "reader")]
        role: String,
    },
    /// List all users: name, role, state, last sign-in
    List,
    /// Keep a user from signing in
    Disable { name: String },
    /// Let a user sign in again
    Enable { name: String },
    /// Remove a user's password, sessions and API tokens, and print the link with which they choose a new password
    ResetPassword {
        name: String,
        /// Leave the user's API tokens as they are
        #[arg(long)]
        keep_tokens: bool,
    },
}

#[derive(Debug, Clone, Subcommand)]
pub enum KeyCommand {
    /// List the keys: id, state, and how many values are sealed under each
    Status,
    /// Add a new key to the key file, or register one that was put there; then restart every server
    Add,
    /// Seal new values under this key from now on
    Activate { id: String },
    /// Seal every value under the active key; may be stopped and run again at any time
    Rewrap,
    /// Retire a key that seals nothing any more
    Retire { id: String },
}

#[derive(Debug, Clone, Subcommand)]
pub enum TokenCommand {
    /// Create an API token and print it, alone, on standard output
    Create {
        /// The name, for people
        #[arg(long)]
        name: String,
        /// read-metadata, read-values, write or read-audit
        #[arg(long)]
        scope: String,
        /// Only secrets whose names begin with this
        #[arg(long, default_value = "")]
        prefix: String,
        /// Only these secrets: ids such as image-hub, separated by commas
        #[arg(long, default_value = "")]
        secrets: String,
        /// After how many days it expires, or `never`; 30 where nothing is said, or what `LATCHKEY_TOKEN_MAX_DAYS` allows
        #[arg(long, default_value = "")]
        expires: String,
    },
    /// Revoke the token with this id
    Revoke { id: String },
}

#[derive(Debug, Clone, Subcommand)]
pub enum AuditCommand {
    /// Verify that no audit record was changed or removed
    Verify,
}
