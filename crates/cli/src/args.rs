//! What can be asked for over the network. Nothing here takes a value: other processes see arguments.

use clap::{Args, Parser, Subcommand, ValueEnum, builder::BoolishValueParser};
use domain::secret::{SecretId, SecretKind, Shape};
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
    /// What is asked for.
    #[command(subcommand)]
    pub command: ClientCommand,
}

// What would stand here as a doc comment would be the help's first line.
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
        /// Which shell
        shell: clap_complete::Shell,
    },
}

/// Where the portal is, and whom to trust. The token comes from `LATCHKEY_TOKEN` or a file.
#[derive(Debug, Args)]
#[command(next_help_heading = "Connection")]
pub struct Connection {
    /// The portal's address, such as <https://latchkey.example>
    #[arg(long, env = "LATCHKEY_URL", global = true)]
    pub url: Option<String>,

    /// A file with an API token, where it is not in the environment as `LATCHKEY_TOKEN`; a line end after it is passed
    /// over
    #[arg(long, env = "LATCHKEY_TOKEN_FILE", global = true)]
    pub token_file: Option<PathBuf>,

    /// A file with certificates (PEM) of authorities that are trusted besides the system's
    #[arg(long, env = "LATCHKEY_CA_FILE", global = true)]
    pub ca_file: Option<PathBuf>,

    /// Send the token in clear to an http:// address that is not on this machine
    #[arg(long, env = "LATCHKEY_ALLOW_PLAIN_HTTP", value_parser = BoolishValueParser::new(), global = true)]
    pub allow_plain_http: bool,
}

/// `latchkey secret …`
#[derive(Debug, Args)]
pub struct SecretArgs {
    #[command(flatten)]
    pub connection: Connection,
    #[command(subcommand)]
    pub command: SecretCommand,
}

/// What can be done with secrets.
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
    /// Add a secret; its value is read from standard input or a file
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
        /// Do not ask
        #[arg(long)]
        yes: bool,
        /// The name of the secret: needed where anybody uses it
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
    /// Add what a docker config or Kubernetes Secrets hold
    Import(ImportArgs),
}

/// Which secret is meant.
#[derive(Debug, Args)]
pub struct Id {
    /// Such as image-hub or gitsync-secret-data
    #[arg(value_parser = id)]
    pub id: SecretId,
}

/// Which secrets are meant.
#[derive(Debug, Args)]
pub struct Ids {
    /// Such as image-hub or gitsync-secret-data; one or more
    #[arg(value_parser = id, value_name = "ID", required = true)]
    pub ids: Vec<SecretId>,
}

/// How an answer is printed.
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

/// Which secrets are listed, and how.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Only those whose name, display name or registry host contain these words
    #[arg(long, short = 'q')]
    pub search: Option<String>,
    /// Only those of this type
    #[arg(long, value_enum)]
    pub r#type: Option<Kind>,
    /// Only those in this state: works, open, refused, unreachable, host-key-changed or not-tested
    #[arg(long)]
    pub status: Option<String>,
    /// name, display, type or updated; descending after a hyphen. Without it, the last changed come first
    #[arg(long, allow_hyphen_values = true)]
    pub sort: Option<String>,
    /// At most so many; without it, all
    #[arg(long)]
    pub limit: Option<usize>,
    #[command(flatten)]
    pub output: Output,
}

/// What stands beside a value, when it is added and when it is changed.
#[derive(Debug, Args)]
pub struct Fields {
    /// What people see
    #[arg(long)]
    pub display_name: Option<String>,
    /// Image pull: where the registry is, such as ghcr.io
    #[arg(long)]
    pub registry_host: Option<String>,
    /// Image pull: the account there
    #[arg(long)]
    pub username: Option<String>,
    /// Image pull: the image to try
    #[arg(long)]
    pub image: Option<String>,
    /// Git dataset: the repository to try
    #[arg(long)]
    pub repository: Option<String>,
    /// Git dataset: a file with the keys of hosts to trust
    #[arg(long, value_name = "FILE")]
    pub known_hosts_file: Option<PathBuf>,
    /// Git dataset: a file with what protects the key; it is stored without
    #[arg(long, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
    /// Image pull: what becomes of line breaks, blanks and invisible characters at the ends of the password
    #[arg(long, value_name = "keep|without", value_parser = ["keep", "without"])]
    pub password_ends: Option<String>,
    /// Save it although another secret holds the same key or account
    #[arg(long)]
    pub knowingly: bool,
}

/// A secret that is to be added.
#[derive(Debug, Args)]
pub struct AddArgs {
    /// Unique within its type: lower case letters, digits, hyphens and dots
    pub name: String,
    /// Which type of secret
    #[arg(long, value_enum)]
    pub r#type: Kind,
    /// The file with the SSH key or the password, where it is not on standard input; a line end after it is passed over
    #[arg(long, value_name = "FILE", default_value = "-", conflicts_with = "generate")]
    pub value_file: PathBuf,
    /// Git dataset: have the portal make a key pair, ed25519 or rsa-4096
    #[arg(long, value_name = "KIND")]
    pub generate: Option<String>,
    #[command(flatten)]
    pub fields: Fields,
    #[command(flatten)]
    pub output: Output,
}

/// A change.
#[derive(Debug, Args)]
pub struct EditArgs {
    #[command(flatten)]
    pub id: Id,
    /// The file with the new SSH key or password, or - for standard input; without it, the stored one stays
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

/// Which value, and how.
#[derive(Debug, Args)]
pub struct ValueArgs {
    #[command(flatten)]
    pub id: Id,
    /// git-sync, ssh-auth, rancher, flux, argocd; dockerconfigjson, username-password, image-updater; raw for the value alone
    #[arg(long, value_parser = shape)]
    pub shape: Option<Shape>,
    /// Argo CD: the repository's address
    #[arg(long, value_name = "REPOSITORY")]
    pub repository_url: Option<String>,
    /// Print the text of this member alone, such as ssh
    #[arg(long, value_name = "MEMBER")]
    pub key: Option<String>,
}

/// Which Kubernetes Secrets.
#[derive(Debug, Args)]
pub struct ManifestArgs {
    #[command(flatten)]
    pub ids: Ids,
    /// git-sync, ssh-auth, rancher, flux, argocd; dockerconfigjson, username-password, image-updater
    #[arg(long, value_parser = shape)]
    pub shape: Option<Shape>,
    /// The namespace that it names; without it, none
    #[arg(long, short)]
    pub namespace: Option<String>,
    /// Argo CD: the repository's address; with one secret alone
    #[arg(long, value_name = "REPOSITORY")]
    pub repository_url: Option<String>,
    #[command(flatten)]
    pub output: Output,
}

/// What is imported.
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// A docker config or Kubernetes Secrets, as YAML or JSON; - for standard input
    pub file: PathBuf,
    /// Add only what has this name in --dry-run; may be given more than once
    #[arg(long, value_name = "NAME")]
    pub only: Vec<String>,
    /// Say what would be added, and add nothing: sends each credential with its value to the server and asks what it
    /// would answer, or, where no address of one is set, sends nothing and goes by the file alone
    #[arg(long)]
    pub dry_run: bool,
    /// A file with what protects the keys in it; they are stored without
    #[arg(long, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
    /// Trust the known hosts that stand beside a key
    #[arg(long)]
    pub trust_known_hosts: bool,
    /// Take passwords without line breaks, blanks and invisible characters at their ends
    #[arg(long)]
    pub trim_passwords: bool,
    /// Add it although another secret holds the same key or account
    #[arg(long)]
    pub knowingly: bool,
    #[command(flatten)]
    pub output: Output,
}

/// `latchkey docker-credential …`
#[derive(Debug, Args)]
pub struct DockerCredentialArgs {
    #[command(flatten)]
    pub connection: Connection,
    /// The secrets that are taken where a registry has several: ids, separated by commas. Without it, the first by name
    #[arg(long, env = "LATCHKEY_DOCKER_SECRET", value_delimiter = ',', value_parser = id, global = true)]
    pub prefer: Vec<SecretId>,
    #[command(subcommand)]
    pub command: DockerCredentialCommand,
}

/// The protocol of Docker's credential helpers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Subcommand)]
pub enum DockerCredentialCommand {
    /// Answer with the credential for the registry that stands on standard input
    Get,
    /// Answer with the account of each registry
    List,
    /// Refused: secrets are added in the portal
    Store,
    /// Refused: secrets are deleted in the portal
    Erase,
    /// Say the version; asks no server
    Version,
}

/// `latchkey ssh-add …`
#[derive(Debug, Args)]
pub struct SshAddArgs {
    #[command(flatten)]
    pub connection: Connection,
    #[command(flatten)]
    pub id: Id,
    /// Have the agent forget the key after so many seconds
    #[arg(long, value_name = "SECONDS")]
    pub lifetime: Option<NonZeroU32>,
    /// The agent's socket
    #[arg(long, env = "SSH_AUTH_SOCK", value_name = "PATH")]
    pub socket: Option<PathBuf>,
}

fn id(text: &str) -> Result<SecretId, &'static str> {
    SecretId::parse(text).ok_or("this is not the id of a secret, such as image-hub or gitsync-secret-data")
}

fn shape(text: &str) -> Result<Shape, &'static str> {
    Shape::parse(text).ok_or(
        "choose git-sync, ssh-auth, rancher, flux or argocd for Git datasets; dockerconfigjson, username-password or \
         image-updater for image pull; or raw",
    )
}
