//! The commands that ask a portal. No argument takes a value, because other processes see arguments.

use clap::{Args, Parser, Subcommand, ValueEnum, builder::BoolishValueParser};
use domain::secret::{ExportFormat, SecretId, SecretKind};
use std::{num::NonZeroU32, path::PathBuf};

/// The command line of the small binary.
#[derive(Debug, Parser)]
#[command(
    name = "latchkey",
    version,
    about = "Ask a Latchkey portal for its secrets: list, read, add, change, test and import them",
    after_help = "Set LATCHKEY_URL to the portal's address and LATCHKEY_TOKEN to an API token."
)]
pub struct PortalCli {
    /// The command.
    #[command(subcommand)]
    pub command: ClientCommand,
}

// Without a doc comment, which would become the first line of the help.
#[derive(Debug, Subcommand)]
pub enum ClientCommand {
    /// List, read, add, change, test and import the secrets of a running portal
    Secret(SecretArgs),
    /// Hand credentials to Docker, Podman and Skopeo, which call this credential helper
    DockerCredential(DockerCredentialArgs),
    /// Load the key of a Git dataset into the running SSH agent; no file has it
    SshAdd(SshAddArgs),
    /// Print a completion script for a shell
    Completion {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// The portal's address, and whom to trust. The token comes from `LATCHKEY_TOKEN` or a file.
#[derive(Debug, Args)]
#[command(next_help_heading = "Connection")]
pub struct Connection {
    /// The portal's address, such as <https://latchkey.example>
    #[arg(long, env = "LATCHKEY_URL", global = true)]
    pub url: Option<String>,

    /// A file with an API token, if it is not in the environment as `LATCHKEY_TOKEN`; a line end after it is ignored
    #[arg(long, env = "LATCHKEY_TOKEN_FILE", global = true)]
    pub token_file: Option<PathBuf>,

    /// A file with certificates (PEM) of authorities that are trusted besides the system's
    #[arg(long, env = "LATCHKEY_CA_FILE", global = true)]
    pub ca_file: Option<PathBuf>,

    /// Send the token in clear to an http:// address that is not on this machine
    #[arg(long, env = "LATCHKEY_ALLOW_PLAIN_HTTP", value_parser = BoolishValueParser::new(), global = true)]
    pub allow_plain_http: bool,
}

/// The arguments of `latchkey secret`.
#[derive(Debug, Args)]
pub struct SecretArgs {
    #[command(flatten)]
    pub connection: Connection,
    #[command(subcommand)]
    pub command: SecretCommand,
}

/// The commands for secrets.
#[derive(Debug, Subcommand)]
pub enum SecretCommand {
    /// List secrets
    List(ListArgs),
    /// Show one secret, without its value
    Get {
        #[command(flatten)]
        id: Id,
        #[command(flatten)]
        output: Output,
    },
    /// Add a secret, with the value from standard input or a file
    Add(Box<AddArgs>),
    /// Change a secret; what is left out stays as it is
    Edit(Box<EditArgs>),
    /// Delete a secret
    Delete {
        #[command(flatten)]
        id: Id,
        /// Delete this version and no other
        #[arg(long)]
        version: Option<i64>,
        /// Do not ask for confirmation
        #[arg(long)]
        yes: bool,
        /// The name of the secret, required if anything uses it
        #[arg(long, value_name = "NAME")]
        confirm: Option<String>,
    },
    /// Test the connection of one or more secrets; fails when one does not work
    Test {
        #[command(flatten)]
        ids: Ids,
        #[command(flatten)]
        output: Output,
    },
    /// Print a value: a flat JSON object, or what --shape and --key pick
    Value(ValueArgs),
    /// Print Kubernetes Secrets for kubectl apply
    Manifest(ManifestArgs),
    /// Add the credentials in a docker config or in Kubernetes Secrets
    Import(ImportArgs),
}

/// The id of one secret.
#[derive(Debug, Args)]
pub struct Id {
    /// The id, such as image-hub or gitsync-secret-data
    #[arg(value_parser = id)]
    pub id: SecretId,
}

/// The ids of one or more secrets.
#[derive(Debug, Args)]
pub struct Ids {
    /// One or more ids, such as image-hub or gitsync-secret-data
    #[arg(value_parser = id, value_name = "ID", required = true)]
    pub ids: Vec<SecretId>,
}

/// The form of the output.
#[derive(Debug, Args)]
pub struct Output {
    /// Print JSON, for scripts
    #[arg(long)]
    pub json: bool,
}

/// The two types of secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    GitDataset,
    ImagePull,
}

impl From<Kind> for SecretKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::GitDataset => Self::GitDataset,
            Kind::ImagePull => Self::ImagePull,
        }
    }
}

/// The filters and the order of a list.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// List only secrets with these words in name, display name, id, registry host, username, repository or fingerprint
    #[arg(long, short = 'q')]
    pub search: Option<String>,
    /// List only secrets of this type
    #[arg(long, value_enum)]
    pub r#type: Option<Kind>,
    /// List only secrets with this status: works, open, refused, unreachable, host-key-changed or not-tested
    #[arg(long)]
    pub status: Option<String>,
    /// List only secrets that need a person to do this: approval, test, switch, renewal or review
    #[arg(long)]
    pub needs: Option<String>,
    /// List only secrets that have expired, or expire within 7, 30 or 90 days: expired, 7, 30 or 90
    #[arg(long, value_name = "WHEN")]
    pub expires: Option<String>,
    /// Sort by name, display, type, expires or updated, descending after a hyphen; without it the last changed come first
    #[arg(long, allow_hyphen_values = true)]
    pub sort: Option<String>,
    /// The most secrets to list; without it all
    #[arg(long)]
    pub limit: Option<usize>,
    #[command(flatten)]
    pub output: Output,
}

/// The fields beside the value of a secret.
#[derive(Debug, Args)]
pub struct Fields {
    /// The name that people see
    #[arg(long)]
    pub display_name: Option<String>,
    /// Image pull: the registry host, such as ghcr.io
    #[arg(long)]
    pub registry_host: Option<String>,
    /// Image pull: the username at the registry
    #[arg(long)]
    pub username: Option<String>,
    /// Image pull: the image to test
    #[arg(long)]
    pub image: Option<String>,
    /// Git dataset: the repository to test
    #[arg(long)]
    pub repository: Option<String>,
    /// Git dataset: a file of known hosts with the host keys to trust
    #[arg(long, value_name = "FILE")]
    pub known_hosts_file: Option<PathBuf>,
    /// Git dataset: a file with the passphrase of the key, which is stored without
    #[arg(long, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
    /// Image pull: keep or remove line breaks, blanks and invisible characters at the ends of the password
    #[arg(long, value_name = "keep|without", value_parser = ["keep", "without"])]
    pub password_ends: Option<String>,
    /// When the value expires: a day such as 2027-01-31, for its end in UTC, or a time such as 2027-01-31T12:00:00Z; an empty
    /// text for no end. Without it, a new password's own end where it contains one
    #[arg(long, value_name = "WHEN")]
    pub expires: Option<String>,
    /// The number of days after which the value is to be renewed; 0 for never
    #[arg(long, value_name = "DAYS")]
    pub renew_every: Option<u32>,
    /// Hand the value out no more once it has expired; =false to hand it out all the same
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL")]
    pub stop_when_expired: Option<bool>,
    /// Save the secret even if another one holds the same key or account
    #[arg(long, alias = "knowingly")]
    pub allow_duplicate: bool,
}

/// A secret to add.
#[derive(Debug, Args)]
pub struct AddArgs {
    /// The name, unique within its type: lower case letters, digits, hyphens and dots
    pub name: String,
    /// The type of the secret
    #[arg(long, value_enum)]
    pub r#type: Kind,
    /// The file with the SSH key or the password, if it is not on standard input; a line end after it is ignored
    #[arg(long, value_name = "FILE", default_value = "-", conflicts_with = "generate")]
    pub value_file: PathBuf,
    /// Git dataset: have the portal generate a key pair, ed25519 or rsa-4096
    #[arg(long, value_name = "KIND")]
    pub generate: Option<String>,
    #[command(flatten)]
    pub fields: Fields,
    #[command(flatten)]
    pub output: Output,
}

/// A change of a secret.
#[derive(Debug, Args)]
pub struct EditArgs {
    #[command(flatten)]
    pub id: Id,
    /// The file with the new SSH key or password, or - for standard input; without it the stored one stays
    #[arg(long, value_name = "FILE")]
    pub value_file: Option<PathBuf>,
    /// Change this version and no other
    #[arg(long)]
    pub version: Option<i64>,
    #[command(flatten)]
    pub fields: Fields,
    #[command(flatten)]
    pub output: Output,
}

/// A value to read, and its shape.
#[derive(Debug, Args)]
pub struct ValueArgs {
    #[command(flatten)]
    pub id: Id,
    /// The shape: git-sync, ssh-auth, rancher, flux, argocd; dockerconfigjson, username-password, image-updater; raw for the
    /// value alone
    #[arg(long, value_parser = shape)]
    pub shape: Option<ExportFormat>,
    /// Argo CD: the address of the repository
    #[arg(long, value_name = "REPOSITORY")]
    pub repository_url: Option<String>,
    /// Print the text of this member alone, such as ssh
    #[arg(long, value_name = "MEMBER")]
    pub key: Option<String>,
}

/// The Kubernetes Secrets to print.
#[derive(Debug, Args)]
pub struct ManifestArgs {
    #[command(flatten)]
    pub ids: Ids,
    /// The shape: git-sync, ssh-auth, rancher, flux, argocd; dockerconfigjson, username-password, image-updater
    #[arg(long, value_parser = shape)]
    pub shape: Option<ExportFormat>,
    /// The namespace in the manifest; without it none
    #[arg(long, short)]
    pub namespace: Option<String>,
    /// Argo CD: the address of the repository, with one secret alone
    #[arg(long, value_name = "REPOSITORY")]
    pub repository_url: Option<String>,
    #[command(flatten)]
    pub output: Output,
}

/// A file to import.
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// A docker config or Kubernetes Secrets, as YAML or JSON; - for standard input
    pub file: PathBuf,
    /// Add only the credential with this name in --dry-run; may be given more than once
    #[arg(long, value_name = "NAME")]
    pub only: Vec<String>,
    /// Show what would be added, and add nothing: sends each credential with its value to the server and asks what it
    /// would answer, or, if no address is set, sends nothing and goes by the file alone
    #[arg(long)]
    pub dry_run: bool,
    /// A file with the passphrase of the keys in it, which are stored without
    #[arg(long, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
    /// Trust the known hosts that stand beside a key
    #[arg(long)]
    pub trust_known_hosts: bool,
    /// Import passwords without line breaks, blanks and invisible characters at their ends
    #[arg(long)]
    pub trim_passwords: bool,
    /// Add a credential even if another secret holds the same key or account
    #[arg(long, alias = "knowingly")]
    pub allow_duplicate: bool,
    #[command(flatten)]
    pub output: Output,
}

/// The arguments of `latchkey docker-credential`.
#[derive(Debug, Args)]
pub struct DockerCredentialArgs {
    #[command(flatten)]
    pub connection: Connection,
    /// The secrets to prefer where a registry has several: ids, separated by commas. Without it the first by name
    #[arg(long, env = "LATCHKEY_DOCKER_SECRET", value_delimiter = ',', value_parser = id, global = true)]
    pub prefer: Vec<SecretId>,
    #[command(subcommand)]
    pub command: DockerCredentialCommand,
}

/// The protocol of Docker's credential helpers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Subcommand)]
pub enum DockerCredentialCommand {
    /// Print the credential for the registry that stands on standard input
    Get,
    /// Print the account of each registry
    List,
    /// Fail: secrets are added in the portal
    Store,
    /// Fail: secrets are deleted in the portal
    Erase,
    /// Print the version; asks no server
    Version,
}

/// The arguments of `latchkey ssh-add`.
#[derive(Debug, Args)]
pub struct SshAddArgs {
    #[command(flatten)]
    pub connection: Connection,
    #[command(flatten)]
    pub id: Id,
    /// The seconds after which the agent forgets the key
    #[arg(long, value_name = "SECONDS")]
    pub lifetime: Option<NonZeroU32>,
    /// The socket of the agent
    #[arg(long, env = "SSH_AUTH_SOCK", value_name = "PATH")]
    pub socket: Option<PathBuf>,
}

fn id(text: &str) -> Result<SecretId, &'static str> {
    SecretId::parse(text).ok_or("this is not the id of a secret, such as image-hub or gitsync-secret-data")
}

fn shape(text: &str) -> Result<ExportFormat, &'static str> {
    ExportFormat::parse(text).ok_or(
        "choose git-sync, ssh-auth, rancher, flux or argocd for Git datasets; dockerconfigjson, username-password or \
         image-updater for image pull; or raw",
    )
}
