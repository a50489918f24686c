//! What can be set, by flags and by environment. The environment is read here and nowhere else.

use crate::{
    client::args::ClientCommand,
    edge::{Edge, Origin},
    environment::{BYTE_ORDER_MARK, without_line_end},
    listen_addr,
};
use backend::{
    CheckConfig, DatabaseConfig, ExtraRoots, Issuer, PrivateHost, SessionLimits, SignInConfig,
    SingleSignOnConfig, StartError, StepUp, TokenLimits,
};
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use domain::{
    access::{Expiry, Role},
    sensitive::Sensitive,
};
use ipnet::IpNet;
use std::{
    collections::BTreeSet,
    convert::Infallible,
    ffi::OsString,
    net::{IpAddr, Ipv6Addr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};

/// A self-hosted admin portal for the credentials with which a platform pulls Git datasets and container images.
#[derive(Debug, Parser)]
#[command(
    name = "latchkey",
    version,
    about = "A self-hosted admin portal for the credentials with which a platform pulls Git datasets and container images"
)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub settings: Settings,
}

/// What the command line asks for.
#[derive(Debug)]
pub enum Asked {
    /// Something that this process does by itself.
    OfServer(Box<Cli>),
    /// Something that a running portal is asked for.
    OfPortal(ClientCommand),
}

/// As Docker and its like call the credential helper.
const DOCKER_HELPER: &str = "docker-credential-latchkey";

/// The whole command line.
pub fn command() -> clap::Command {
    let mut server = Cli::command();
    // Has it built, which gives its settings to the commands that it has by now: what a portal is asked for takes none of
    // them. `build` would go further, and leave those that come later without their names.
    server.render_usage();
    ClientCommand::augment_subcommands(server)
}

/// Reads the command line, by the name of the program too.
///
/// Errors: it is not well formed, or asks for help.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Asked, clap::Error> {
    let mut arguments: Vec<OsString> = arguments.into_iter().collect();
    let name = arguments.first().map(Path::new).and_then(Path::file_name);
    if name.is_some_and(|name| name == DOCKER_HELPER) {
        arguments.splice(..1, ["latchkey".into(), "docker-credential".into()]);
    }
    let matches = command().try_get_matches_from(arguments)?;
    let is_client = matches.subcommand_name().is_some_and(ClientCommand::has_subcommand);
    if is_client {
        ClientCommand::from_arg_matches(&matches).map(Asked::OfPortal)
    } else {
        Cli::from_arg_matches(&matches).map(Box::new).map(Asked::OfServer)
    }
}

/// The token with which a portal is asked. No flag has it: other processes see flags.
pub fn token_in_environment() -> Option<Sensitive> {
    crate::environment::variable("LATCHKEY_TOKEN")?.into_string().ok().map(Sensitive::new)
}

#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// Serve the portal (what is done without a command)
    Serve,
    /// Bring the database up to date and end
    Migrate,
    /// Look after users: also the way back in, where nobody can sign in any more
    #[command(subcommand)]
    User(UserCommand),
    /// Rotate the key encryption key: add, activate, rewrap, retire, in this order
    #[command(subcommand)]
    Key(KeyCommand),
    /// Look after API tokens
    #[command(subcommand)]
    Token(TokenCommand),
    /// Look after the audit log
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Test the connections of all secrets, or of these; ends with an error where one does not work
    Check {
        /// Ids such as image-hub
        ids: Vec<String>,
    },
    /// Fill the database with made-up secrets, for benchmarks
    #[command(hide = true)]
    Seed {
        /// How many; half of each type
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
    /// Let a user sign in no more
    Disable { name: String },
    /// Let a user sign in again
    Enable { name: String },
    /// Take a user's password, sessions and API tokens away, and print the link with which they choose a new password
    ResetPassword {
        name: String,
        /// Leave the user's API tokens as they are
        #[arg(long)]
        keep_tokens: bool,
    },
}

#[derive(Debug, Clone, Subcommand)]
pub enum KeyCommand {
    /// List the keys: id, state, how many values are sealed under each
    Status,
    /// Add a fresh key to the key file, or make one known that was put there; then restart every server
    Add,
    /// Have new values sealed under this key from now on
    Activate { id: String },
    /// Seal every value under the active key; may be stopped and run again at any time
    Rewrap,
    /// Put a key away that seals nothing any more
    Retire { id: String },
}

#[derive(Debug, Clone, Subcommand)]
pub enum TokenCommand {
    /// Make an API token and print it, alone, on standard output
    Create {
        /// What it is for
        #[arg(long)]
        name: String,
        /// read-metadata, read-values, write or read-audit
        #[arg(long)]
        scope: String,
        /// Only secrets whose names begin so
        #[arg(long, default_value = "")]
        prefix: String,
        /// Only these secrets: ids such as image-hub, separated by commas
        #[arg(long, default_value = "")]
        secrets: String,
        /// After how many days it expires, or "never"; 30 where nothing is said, or what LATCHKEY_TOKEN_MAX_DAYS allows
        #[expect(clippy::doc_markdown, reason = "--help shows the text as it stands")]
        #[arg(long, default_value = "")]
        expires: String,
    },
    /// Revoke the token with this id
    Revoke { id: String },
}

#[derive(Debug, Clone, Subcommand)]
pub enum AuditCommand {
    /// Check that no audit record was changed or taken away
    Verify,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    Text,
    Json,
}

/// What stands between the portal and PostgreSQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Pooler {
    None,
    Transaction,
}

#[derive(Debug, Clone, Args)]
pub struct Settings {
    /// The PostgreSQL to use, as a postgres:// address; without it a private one is started in the data folder
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, value_parser = sensitive, global = true)]
    pub database_url: Option<Sensitive>,

    /// A file with that address; read again where signing in to the database fails
    #[arg(long, env = "DATABASE_URL_FILE", conflicts_with = "database_url", global = true)]
    pub database_url_file: Option<PathBuf>,

    /// What stands between the portal and PostgreSQL: none, or a pooler in transaction mode, such as pgbouncer
    #[arg(long, env = "LATCHKEY_DATABASE_POOLER", value_enum, ignore_case = true, default_value_t = Pooler::None, global = true)]
    pub database_pooler: Pooler,

    /// Where to listen: an address or name with a port, or a port alone, such as :3000, for all addresses
    #[arg(long, env = "LATCHKEY_ADDR", default_value = "127.0.0.1:3000", value_parser = listen_addr::parse, global = true)]
    pub addr: SocketAddr,

    /// The folder for the private PostgreSQL and the key file, ./data where none is named
    #[arg(long, env = "LATCHKEY_DATA_DIR", global = true)]
    pub data_dir: Option<PathBuf>,

    /// The key encryption key, 32 bytes in base64; several, while one takes the place of another, are separated by commas.
    /// Other processes can see flags: prefer the environment or a file
    #[arg(long, env = "LATCHKEY_KEK", hide_env_values = true, value_parser = sensitive, conflicts_with = "kek_file", global = true)]
    pub kek: Option<Sensitive>,

    /// A file with the key encryption key; without either, one is made in the data folder
    #[arg(long, env = "LATCHKEY_KEK_FILE", global = true)]
    pub kek_file: Option<PathBuf>,

    /// The address people reach the portal at, such as <https://latchkey.example>. Other hosts are turned away, links begin
    /// with it, and with https the cookies are marked Secure
    #[arg(long, env = "LATCHKEY_PUBLIC_URL", value_parser = Origin::parse, global = true)]
    pub public_url: Option<Origin>,

    /// Further host names that are answered, separated by commas
    #[arg(long, env = "LATCHKEY_HOSTS", value_delimiter = ',', global = true)]
    pub hosts: Vec<String>,

    /// Proxies whose X-Forwarded-For and X-Forwarded-Proto are believed: addresses or networks, separated by commas
    #[arg(long, env = "LATCHKEY_TRUSTED_PROXIES", value_delimiter = ',', value_parser = network, global = true)]
    pub trusted_proxies: Vec<IpNet>,

    /// For how many seconds the server goes on answering after SIGTERM, while it says that it is not ready any more, so that
    /// whatever spreads requests over servers has time to leave it out; 0 stops at once
    #[arg(long, env = "LATCHKEY_DRAIN_SECONDS", default_value_t = 5, value_parser = clap::value_parser!(u16).range(0..=3_600), global = true)]
    pub drain_seconds: u16,

    /// For how many seconds a connection without a request is kept: longer than the proxy before the portal keeps it
    #[arg(long, env = "LATCHKEY_KEEP_ALIVE_SECONDS", default_value_t = 75, value_parser = clap::value_parser!(u16).range(1..=3_600), global = true)]
    pub keep_alive_seconds: u16,

    /// After how many minutes without a request a session ends
    #[arg(long, env = "LATCHKEY_SESSION_IDLE_MINUTES", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=10_080), global = true)]
    pub session_idle_minutes: u64,

    /// After how many hours a session ends in any case
    #[arg(long, env = "LATCHKEY_SESSION_HOURS", default_value_t = 12, value_parser = clap::value_parser!(u64).range(1..=720), global = true)]
    pub session_hours: u64,

    /// The first administrator of an unattended install; taken only while there is no user
    #[arg(long, env = "LATCHKEY_ADMIN_USER", global = true)]
    pub admin_user: Option<String>,

    /// Their password. Other processes can see flags: prefer the environment or a file
    #[arg(long, env = "LATCHKEY_ADMIN_PASSWORD", hide_env_values = true, value_parser = sensitive, conflicts_with = "admin_password_file", global = true)]
    pub admin_password: Option<Sensitive>,

    /// A file with their password; a line end after it is passed over
    #[arg(long, env = "LATCHKEY_ADMIN_PASSWORD_FILE", global = true)]
    pub admin_password_file: Option<PathBuf>,

    /// Whether people sign in with passwords that are kept here; off only where they sign in at a provider
    #[arg(long, env = "LATCHKEY_PASSWORD_SIGN_IN", default_value_t = true, action = clap::ArgAction::Set, value_parser = clap::builder::BoolishValueParser::new(), global = true)]
    pub password_sign_in: bool,

    /// The most days that an API token made from now on may last; without it, there is no limit
    #[arg(long, env = "LATCHKEY_TOKEN_MAX_DAYS", value_parser = clap::value_parser!(u16).range(1..=i64::from(Expiry::MAX_DAYS)), global = true)]
    pub token_max_days: Option<u16>,

    /// Which API tokens editors may make that take values out or write: any, or restricted to chosen secrets
    #[arg(
        long,
        env = "LATCHKEY_EDITOR_TOKENS",
        value_enum,
        ignore_case = true,
        default_value = "any",
        global = true
    )]
    pub editor_tokens: EditorTokens,

    #[command(flatten)]
    pub oidc: OidcSettings,

    /// Hosts of this machine and of private networks that connections may be tested to: names, addresses or networks,
    /// separated by commas
    #[arg(long, env = "LATCHKEY_ALLOW_PRIVATE_HOSTS", value_delimiter = ',', value_parser = PrivateHost::parse, global = true)]
    pub allow_private_hosts: Vec<PrivateHost>,

    /// Registries that are asked by plain HTTP, with or without their port, separated by commas
    #[arg(long, env = "LATCHKEY_PLAIN_HTTP_HOSTS", value_delimiter = ',', value_parser = plain_http_host, global = true)]
    pub plain_http_hosts: Vec<String>,

    /// A file with certificates (PEM) that are trusted besides the system's when connections are tested, and by single sign-on
    #[arg(long, env = "LATCHKEY_EXTRA_CA_FILE", global = true)]
    pub extra_ca_file: Option<PathBuf>,

    /// Have the connection of every secret tested once in this time, such as 12h or 1d; without it, only when somebody asks
    #[arg(long, env = "LATCHKEY_CHECK_INTERVAL", value_parser = interval, global = true)]
    pub check_interval: Option<Duration>,

    /// For how many days a deleted secret can be restored; 0 removes it at once
    #[arg(long, env = "LATCHKEY_KEEP_DELETED", default_value_t = 30, value_parser = clap::value_parser!(u16).range(0..=3_650), global = true)]
    pub keep_deleted: u16,

    /// How to log: lines for people, or one JSON object a line
    #[arg(long, env = "LATCHKEY_LOG_FORMAT", value_enum, ignore_case = true, default_value_t = LogFormat::Text, global = true)]
    pub log_format: LogFormat,

    /// What to log: error, warn, info, debug, trace, or a filter such as "info,backend=debug"
    #[arg(long, env = "LATCHKEY_LOG", default_value = "info", global = true)]
    pub log: String,

    /// The most connections to PostgreSQL at once
    #[arg(long, env = "LATCHKEY_DATABASE_CONNECTIONS", default_value_t = 16, value_parser = clap::value_parser!(u32).range(2..=1000), global = true)]
    pub database_connections: u32,
}

/// The provider at which people sign in.
#[derive(Debug, Clone, Args)]
pub struct OidcSettings {
    /// The provider at which people sign in (OIDC), such as <https://login.example/realms/main>. The portal is
    /// registered there with the address /sign-in/single-sign-on/return
    #[arg(long = "oidc-issuer", env = "LATCHKEY_OIDC_ISSUER", value_parser = Issuer::parse, requires = "client_id", global = true)]
    pub issuer: Option<Issuer>,

    /// Under which the portal is registered there
    #[arg(long = "oidc-client-id", env = "LATCHKEY_OIDC_CLIENT_ID", id = "client_id", global = true)]
    pub client_id: Option<String>,

    /// What the portal proves itself with there. Other processes can see flags: prefer the environment or a file
    #[arg(long = "oidc-client-secret", env = "LATCHKEY_OIDC_CLIENT_SECRET", id = "client_secret", hide_env_values = true, value_parser = sensitive, conflicts_with = "client_secret_file", global = true)]
    pub client_secret: Option<Sensitive>,

    /// A file with it; a line end after it is passed over
    #[arg(
        long = "oidc-client-secret-file",
        env = "LATCHKEY_OIDC_CLIENT_SECRET_FILE",
        id = "client_secret_file",
        global = true
    )]
    pub client_secret_file: Option<PathBuf>,

    /// The group there whose members are admins here
    #[arg(long = "oidc-admin-group", env = "LATCHKEY_OIDC_ADMIN_GROUP", global = true)]
    pub admin_group: Option<String>,

    /// The group there whose members are editors here
    #[arg(long = "oidc-editor-group", env = "LATCHKEY_OIDC_EDITOR_GROUP", global = true)]
    pub editor_group: Option<String>,

    /// The group there whose members are readers here
    #[arg(long = "oidc-reader-group", env = "LATCHKEY_OIDC_READER_GROUP", global = true)]
    pub reader_group: Option<String>,

    /// The claim in which the provider names a person's groups, or the way to it: realm_access.roles
    #[expect(clippy::doc_markdown, reason = "--help shows the text as it stands")]
    #[arg(
        long = "oidc-groups-claim",
        env = "LATCHKEY_OIDC_GROUPS_CLAIM",
        default_value = "groups",
        global = true
    )]
    pub groups_claim: String,

    /// How many days after a person's last sign-in at the provider their API tokens are refused, until they sign in again
    #[arg(long = "oidc-token-days", env = "LATCHKEY_OIDC_TOKEN_DAYS", default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..=3_650), global = true)]
    pub token_days: u16,

    /// What becomes of a person's API tokens when the provider signs them out here (back-channel logout): refused until the
    /// next sign-in, or kept
    #[arg(
        long = "oidc-logout-tokens",
        env = "LATCHKEY_OIDC_LOGOUT_TOKENS",
        value_enum,
        ignore_case = true,
        default_value = "suspend",
        global = true
    )]
    pub logout_tokens: LogoutTokens,

    /// What shows that somebody has just signed in again at the provider: that it says so (auth-time), or, for providers that
    /// never say it, any sign-in there (sign-in)
    #[arg(
        long = "oidc-step-up",
        env = "LATCHKEY_OIDC_STEP_UP",
        value_enum,
        ignore_case = true,
        default_value = "auth-time",
        global = true
    )]
    pub step_up: StepUpBy,
}

/// Which API tokens editors may make that take values out or write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum EditorTokens {
    Any,
    Restricted,
}

/// What becomes of API tokens of somebody whom the provider signs out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogoutTokens {
    Suspend,
    Keep,
}

/// What shows that somebody has just signed in again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StepUpBy {
    AuthTime,
    SignIn,
}

#[expect(clippy::unnecessary_wraps, reason = "the form that clap asks for")]
fn sensitive(text: &str) -> Result<Sensitive, Infallible> {
    Ok(Sensitive::new(text))
}

/// A network, or one address.
fn network(text: &str) -> Result<IpNet, &'static str> {
    let text = text.trim();
    let one = text.parse::<IpAddr>().map(IpNet::from);
    text.parse().or(one).map_err(|_| "this is neither an address nor a network such as 10.0.0.0/8")
}

/// A registry that is asked by plain HTTP, in the form that tests of connections know.
fn plain_http_host(text: &str) -> Result<String, &'static str> {
    let wrong = "this is no host of a registry, such as registry.corp or registry.corp:5000";
    let text = text.trim().to_ascii_lowercase();
    let text = text.strip_prefix("http://").unwrap_or(&text).trim_end_matches('/');
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (address, after) = rest.split_once(']').ok_or(wrong)?;
            address.parse::<Ipv6Addr>().map_err(|_| wrong)?;
            (None, after.strip_prefix(':'))
        }
        None => text.split_once(':').map_or((Some(text), None), |(host, port)| (Some(host), Some(port))),
    };
    let letters = |host: &str| {
        !host.is_empty()
            && !host.starts_with(['.', '-'])
            && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
    };
    let is_port = |port: &str| port.parse::<u16>().is_ok_and(|port| port > 0);
    if host.is_none_or(letters)
        && port.is_none_or(is_port)
        && (host.is_some() || text.ends_with(']') || port.is_some())
    {
        Ok(text.to_owned())
    } else {
        Err(wrong)
    }
}

/// A time such as `30m`, `12h` or `1d`; a minute at least, 30 days at most.
fn interval(text: &str) -> Result<Duration, &'static str> {
    let text = text.trim();
    let seconds =
        [('s', 1), ('m', 60), ('h', 3_600), ('d', 86_400)].into_iter().find_map(|(unit, seconds)| {
            text.strip_suffix(unit)?.parse::<u32>().ok().map(|count| u64::from(count) * seconds)
        });
    match seconds {
        Some(seconds @ 60..=2_592_000) => Ok(Duration::from_secs(seconds)),
        _ => Err("this is not a time from a minute to 30 days, such as 30m, 12h or 1d"),
    }
}

impl Settings {
    /// How people sign in.
    ///
    /// Errors: settings that would let nobody in, and a file that cannot be read, in words.
    pub fn sign_in(&self) -> Result<SignInConfig, String> {
        let sessions = SessionLimits {
            idle: Duration::from_mins(self.session_idle_minutes),
            absolute: Duration::from_hours(self.session_hours),
        };
        let single_sign_on = self.oidc.read()?;
        if !self.password_sign_in && single_sign_on.is_none() {
            return Err("LATCHKEY_PASSWORD_SIGN_IN is off, and there is no LATCHKEY_OIDC_ISSUER: nobody could sign in"
                .to_owned());
        }
        if !self.password_sign_in && self.admin_user.is_some() {
            return Err("LATCHKEY_PASSWORD_SIGN_IN is off, so LATCHKEY_ADMIN_USER could not sign in: take one of the two \
                        away"
                .to_owned());
        }
        let tokens = TokenLimits {
            days_after_sign_in: self.oidc.token_days,
            most_days: self.token_max_days,
            restricted_editors: self.editor_tokens == EditorTokens::Restricted,
        };
        Ok(SignInConfig { sessions, no_passwords: !self.password_sign_in, single_sign_on, tokens })
    }

    /// What tests of connections may reach.
    ///
    /// Errors: the file with authorities cannot be read.
    pub fn checks(&self) -> Result<CheckConfig, StartError> {
        let roots = self.extra_ca_file.as_deref().map(ExtraRoots::read).transpose()?;
        Ok(CheckConfig {
            allow_private: self.allow_private_hosts.clone(),
            plain_http: self.plain_http_hosts.clone(),
            extra_roots: roots.unwrap_or_default(),
            own_port: Some(self.addr.port()),
        })
    }

    /// Where the portal is reached from outside.
    pub fn edge(&self) -> Edge {
        let hosts = self.hosts.iter().map(|host| host.trim().to_ascii_lowercase());
        Edge {
            public: self.public_url.clone(),
            hosts: hosts.filter(|host| !host.is_empty()).collect(),
            trusted: self.trusted_proxies.clone(),
        }
    }

    /// What links begin with that are printed here.
    pub fn origin(&self) -> String {
        let here = || format!("http://{}", listen_addr::reachable(self.addr));
        self.public_url.as_ref().map_or_else(here, Origin::as_text)
    }

    /// Returns where the database is, if any is configured; its file is read anew each time.
    ///
    /// Errors: the file cannot be read, in words.
    pub fn database(&self) -> Result<Option<DatabaseConfig>, String> {
        let pooler = self.database_pooler == Pooler::Transaction;
        let url = match (&self.database_url, &self.database_url_file) {
            (Some(url), _) => url.clone(),
            (None, Some(path)) => secret_line(path, "DATABASE_URL_FILE")?,
            (None, None) if pooler => {
                return Err("LATCHKEY_DATABASE_POOLER is for a database that DATABASE_URL names".to_owned());
            }
            (None, None) => return Ok(None),
        };
        Ok(Some(DatabaseConfig { url, file: self.database_url_file.clone(), pooler }))
    }

    /// Whether a database of somebody else's is used, and no private one.
    pub fn has_database(&self) -> bool {
        self.database_url.is_some() || self.database_url_file.is_some()
    }

    /// The folder for the private PostgreSQL and the key file.
    pub fn data_dir(&self) -> &Path {
        self.data_dir.as_deref().unwrap_or(Path::new("./data"))
    }
}

impl OidcSettings {
    fn read(&self) -> Result<Option<SingleSignOnConfig>, String> {
        let (Some(issuer), Some(client_id)) = (&self.issuer, &self.client_id) else { return Ok(None) };
        let groups = [
            (&self.admin_group, Role::Admin),
            (&self.editor_group, Role::Editor),
            (&self.reader_group, Role::Reader),
        ];
        let groups: Vec<_> = groups
            .into_iter()
            .filter_map(|(group, role)| Some((group.clone().filter(|group| !group.is_empty())?, role)))
            .collect();
        if groups.is_empty() {
            return Err("with LATCHKEY_OIDC_ISSUER, set at least one of LATCHKEY_OIDC_ADMIN_GROUP, \
                        LATCHKEY_OIDC_EDITOR_GROUP and LATCHKEY_OIDC_READER_GROUP: nobody else may sign in by it"
                .to_owned());
        }
        let client_secret = match (&self.client_secret, &self.client_secret_file) {
            (Some(secret), _) => Some(secret.clone()),
            (None, Some(path)) => Some(secret_line(path, "LATCHKEY_OIDC_CLIENT_SECRET_FILE")?),
            (None, None) => None,
        };
        Ok(Some(SingleSignOnConfig {
            issuer: issuer.clone(),
            client_id: client_id.clone(),
            client_secret,
            groups_claim: self.groups_claim.clone(),
            groups,
            step_up: match self.step_up {
                StepUpBy::AuthTime => StepUp::AuthTime,
                StepUpBy::SignIn => StepUp::SignIn,
            },
            logout_suspends_tokens: self.logout_tokens == LogoutTokens::Suspend,
        }))
    }
}

/// Returns the text of a file, without a line end after it and the mark with which some editors begin one.
///
/// Errors: it cannot be read; in words, with the name of the setting.
pub fn secret_line(path: &Path, setting: &str) -> Result<Sensitive, String> {
    let text = std::fs::read_to_string(path).map(Sensitive::new);
    let text = text.map_err(|error| format!("{setting} cannot be read: {}: {error}", path.display()))?;
    let line = text.expose().strip_prefix(BYTE_ORDER_MARK).unwrap_or(text.expose());
    Ok(Sensitive::new(without_line_end(line)))
}

/// Returns the variables that look like settings and are none, as a name that was mistyped.
pub fn unknown_settings() -> Vec<String> {
    let known = known_settings();
    let mut unknown: Vec<String> =
        crate::environment::names().filter(|name| is_unknown(name, &known)).collect();
    unknown.sort();
    unknown
}

/// The variables that are read, by the server and by what asks a portal.
fn known_settings() -> BTreeSet<String> {
    fn walk(command: &clap::Command, known: &mut BTreeSet<String>) {
        known.extend(
            command.get_arguments().filter_map(|argument| Some(argument.get_env()?.to_str()?.to_owned())),
        );
        command.get_subcommands().for_each(|command| walk(command, known));
    }
    let mut known = BTreeSet::from(["LATCHKEY_TOKEN", crate::handover::HANDED_ON].map(str::to_owned));
    walk(&command(), &mut known);
    known
}

/// Kubernetes puts the address of each Service into the environment, `LATCHKEY_SERVICE_HOST` and `LATCHKEY_PORT_80_TCP` of one
/// that is called latchkey: these are nobody's mistake.
fn is_unknown(name: &str, known: &BTreeSet<String>) -> bool {
    let of_a_service = name.contains("_SERVICE_HOST")
        || name.contains("_SERVICE_PORT")
        || name.ends_with("_PORT")
        || name.split_once("_PORT_").is_some_and(|(_, port)| port.starts_with(|c: char| c.is_ascii_digit()));
    (name.starts_with("LATCHKEY_") || name.starts_with("DATABASE_URL"))
        && !of_a_service
        && !known.contains(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
        command().debug_assert();
    }

    fn asked(arguments: &[&str]) -> Result<Asked, clap::Error> {
        parse(arguments.iter().map(OsString::from))
    }

    #[test]
    fn a_portal_is_asked_without_the_servers_settings() {
        assert!(matches!(asked(&["latchkey"]), Ok(Asked::OfServer(cli)) if cli.command.is_none()));
        assert!(matches!(asked(&["latchkey", "user", "list", "--data-dir", "x"]), Ok(Asked::OfServer(_))));
        assert!(matches!(
            asked(&["latchkey", "secret", "list"]),
            Ok(Asked::OfPortal(ClientCommand::Secret(_)))
        ));
        for called in ["docker-credential-latchkey", "/usr/bin/docker-credential-latchkey"] {
            let helper = asked(&[called, "get"]);
            assert!(matches!(helper, Ok(Asked::OfPortal(ClientCommand::DockerCredential(_)))));
        }
        assert!(asked(&["latchkey", "secret", "list", "--data-dir", "x"]).is_err());
    }

    #[test]
    fn command_says_what_the_program_does() {
        let about = command().get_about().unwrap().to_string();
        assert!(about.starts_with("A self-hosted admin portal"), "{about}");
    }

    /// No argument and no setting of it takes a value or a token.
    #[test]
    fn a_portals_commands_take_no_value() {
        fn walk(command: &clap::Command, seen: &mut Vec<String>) {
            seen.extend(command.get_arguments().map(|argument| argument.get_id().to_string()));
            seen.extend(
                command.get_arguments().filter_map(|argument| Some(argument.get_env()?.to_str()?.to_owned())),
            );
            command.get_subcommands().for_each(|command| walk(command, seen));
        }
        let mut seen = Vec::new();
        let command = command();
        let asked_of_portal =
            command.get_subcommands().filter(|command| ClientCommand::has_subcommand(command.get_name()));
        asked_of_portal.for_each(|command| walk(command, &mut seen));
        assert!(
            seen.iter().any(|name| name == "value_file") && seen.iter().any(|name| name == "LATCHKEY_URL")
        );
        for name in ["value", "secret", "password", "passphrase", "token", "LATCHKEY_TOKEN"] {
            assert!(!seen.iter().any(|other| other == name), "{name}");
        }
    }

    #[test]
    fn a_key_and_a_key_file_exclude_each_other() {
        let refused = Cli::try_parse_from(["latchkey", "--kek", "AAAA", "--kek-file", "k"]).unwrap_err();
        assert_eq!(refused.kind(), clap::error::ErrorKind::ArgumentConflict);
    }

    #[test]
    fn plain_http_hosts_are_put_right_or_refused() {
        for (text, host) in [
            ("http://registry.corp:5000/", "registry.corp:5000"),
            (" Registry.Corp ", "registry.corp"),
            ("h:80/", "h:80"),
            ("[::1]:5000", "[::1]:5000"),
            ("10.0.0.1", "10.0.0.1"),
        ] {
            assert_eq!(plain_http_host(text).as_deref(), Ok(host), "{text}");
        }
        for text in [
            "",
            "*",
            "*.corp",
            "10.0.0.0/8",
            "a;b",
            "a b",
            "https://h",
            "h/path",
            "h:0",
            "h:x",
            "h:1:2",
            "[::1",
            "[x]:1",
            "u@h",
        ] {
            assert!(plain_http_host(text).is_err(), "{text}");
        }
        assert!(Cli::try_parse_from(["latchkey", "--plain-http-hosts", "a:5000,10.0.0.0/8"]).is_err());
    }

    #[test]
    fn is_unknown_finds_names_that_were_mistyped_and_no_others() {
        let known = known_settings();
        for name in [
            "LATCHKEY_LOG",
            "LATCHKEY_OIDC_STEP_UP",
            "LATCHKEY_URL",
            "LATCHKEY_TOKEN",
            "DATABASE_URL",
            "DATABASE_URL_FILE",
            "DATABASE",
            "PATH",
            "LATCHKEY_SERVICE_HOST",
            "LATCHKEY_WEB_SERVICE_PORT_HTTP",
            "LATCHKEY_PORT",
            "LATCHKEY_PORT_80_TCP_ADDR",
        ] {
            assert!(!is_unknown(name, &known), "{name}");
        }
        for name in ["LATCHKEY_TRUSTED_PROXY", "LATCHKEY_PUBLICURL", "DATABASE_URLFILE", "LATCHKEY_KEY_FILE"]
        {
            assert!(is_unknown(name, &known), "{name}");
        }
    }

    #[test]
    fn words_of_settings_are_read_in_any_case() {
        let cli =
            Cli::try_parse_from(["latchkey", "--log-format", "JSON", "--database-pooler", "Transaction"]);
        let settings = cli.unwrap().settings;
        assert_eq!((settings.log_format, settings.database_pooler), (LogFormat::Json, Pooler::Transaction));
    }

    #[test]
    fn intervals_are_read() {
        for (text, seconds) in [("60s", 60), ("30m", 1_800), ("12h", 43_200), (" 1d ", 86_400)] {
            assert_eq!(interval(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["", "h", "1", "0h", "59s", "31d", "1w", "-1h", "1.5h", "99999999999d"] {
            assert!(interval(text).is_err(), "{text}");
        }
    }

    #[test]
    fn values_are_not_in_debug_output() {
        let cli = Cli::try_parse_from([
            "latchkey",
            "--kek",
            "SENTINEL-KEK",
            "--database-url",
            "postgres://u:SENTINEL-PW@h/d",
            "--admin-password",
            "SENTINEL-ADMIN",
            "--oidc-client-secret",
            "SENTINEL-OIDC",
        ])
        .unwrap();
        assert!(!format!("{cli:?}").contains("SENTINEL"));
    }

    fn sign_in(arguments: &[&str]) -> Result<SignInConfig, String> {
        let cli =
            Cli::try_parse_from([&["latchkey"], arguments].concat()).map_err(|error| error.to_string())?;
        cli.settings.sign_in()
    }

    #[test]
    fn single_sign_on_is_set_whole_or_not_at_all() {
        let issuer = ["--oidc-issuer", "https://login.example", "--oidc-client-id", "latchkey"];
        let set =
            sign_in(&[&issuer[..], &["--oidc-editor-group", "ops", "--oidc-reader-group", ""]].concat())
                .unwrap();
        let config = set.single_sign_on.unwrap();
        assert_eq!(config.groups, [("ops".to_owned(), Role::Editor)]);
        assert_eq!((config.groups_claim.as_str(), set.no_passwords), ("groups", false));
        assert!(sign_in(&[]).unwrap().single_sign_on.is_none());
        for (wrong, said) in [
            (vec!["--oidc-issuer", "http://login.example", "--oidc-client-id", "x"], "https"),
            (vec!["--oidc-issuer", "https://login.example"], "--oidc-client-id"),
            (issuer.to_vec(), "LATCHKEY_OIDC_ADMIN_GROUP"),
            (vec!["--password-sign-in", "off"], "nobody could sign in"),
        ] {
            let error = sign_in(&wrong).unwrap_err();
            assert!(error.contains(said), "{wrong:?}: {error}");
        }
        let alone = [&issuer[..], &["--oidc-admin-group", "ops", "--password-sign-in", "off"]].concat();
        assert!(sign_in(&alone).unwrap().no_passwords);
        let both = [&alone[..], &["--admin-user", "ana"]].concat();
        assert!(sign_in(&both).unwrap_err().contains("LATCHKEY_ADMIN_USER"));
    }
}
