//! The commands that work on the data folder or the database, beside a running server or without one.

use clap::Subcommand;

// Without a doc comment, which would become the first line of the help.
#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// Serve the portal; the same as no command
    Serve,
    /// Bring the database up to date, without serving
    Migrate,
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
    /// Ask the server on this machine whether it is ready; fails when it is not
    Health {
        /// Only whether it is alive
        #[arg(long)]
        live: bool,
    },
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
