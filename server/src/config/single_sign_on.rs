//! The provider at which people sign in.

use super::sensitive::sensitive;
use backend::{Issuer, SingleSignOnConfig, StepUp};
use clap::{Args, ValueEnum};
use cli::environment::secret_line;
use domain::{access::Role, sensitive::Sensitive};
use std::path::PathBuf;

/// The OIDC provider at which people sign in, and what the portal is there.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = Self::HEADING)]
pub struct SingleSignOnSettings {
    /// The OIDC provider at which people sign in, such as `https://login.example/realms/main`
    ///
    /// The portal is registered there with the redirect address `/sign-in/single-sign-on/return`.
    #[arg(long = "oidc-issuer", env = "LATCHKEY_OIDC_ISSUER", value_parser = Issuer::parse, requires = "client_id", global = true)]
    pub issuer: Option<Issuer>,

    /// The client id under which the portal is registered at the provider
    #[arg(long = "oidc-client-id", env = "LATCHKEY_OIDC_CLIENT_ID", id = "client_id", global = true)]
    pub client_id: Option<String>,

    /// The client secret with which the portal proves itself at the provider
    ///
    /// Other processes can see flags: prefer the environment or a file.
    #[arg(long = "oidc-client-secret", env = "LATCHKEY_OIDC_CLIENT_SECRET", id = "client_secret", hide_env_values = true, value_parser = sensitive, conflicts_with = "client_secret_file", global = true)]
    pub client_secret: Option<Sensitive>,

    /// A file with the client secret; a line end after it is ignored
    #[arg(
        long = "oidc-client-secret-file",
        env = "LATCHKEY_OIDC_CLIENT_SECRET_FILE",
        id = "client_secret_file",
        global = true
    )]
    pub client_secret_file: Option<PathBuf>,

    /// The group at the provider whose members are admins; at least one of the three groups has to be set
    #[arg(long = "oidc-admin-group", env = "LATCHKEY_OIDC_ADMIN_GROUP", global = true)]
    pub admin_group: Option<String>,

    /// The group at the provider whose members are editors
    #[arg(long = "oidc-editor-group", env = "LATCHKEY_OIDC_EDITOR_GROUP", global = true)]
    pub editor_group: Option<String>,

    /// The group at the provider whose members are readers
    #[arg(long = "oidc-reader-group", env = "LATCHKEY_OIDC_READER_GROUP", global = true)]
    pub reader_group: Option<String>,

    /// The claim that names a person's groups, or the way to it, such as `realm_access.roles`
    #[arg(
        long = "oidc-groups-claim",
        env = "LATCHKEY_OIDC_GROUPS_CLAIM",
        default_value = "groups",
        global = true
    )]
    pub groups_claim: String,

    /// How many days after a person's last sign-in at the provider their API tokens stop working, until they sign in again
    #[arg(long = "oidc-token-days", env = "LATCHKEY_OIDC_TOKEN_DAYS", default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..=3_650), global = true)]
    pub token_days: u16,

    /// What becomes of a person's API tokens when the provider signs them out (back-channel logout): `suspend` stops them
    /// until the next sign-in, `keep` does not
    #[arg(
        long = "oidc-logout-tokens",
        env = "LATCHKEY_OIDC_LOGOUT_TOKENS",
        value_enum,
        ignore_case = true,
        default_value = "suspend",
        global = true
    )]
    pub logout_tokens: LogoutTokens,

    /// What proves that somebody has just signed in again at the provider: `auth-time`, that it says so, or `sign-in`, any
    /// sign-in of the last minutes, for providers that never say it
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

/// The fate of the API tokens of somebody whom the provider signs out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogoutTokens {
    Suspend,
    Keep,
}

/// The proof that somebody has just signed in again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StepUpBy {
    AuthTime,
    SignIn,
}

impl SingleSignOnSettings {
    pub(super) const HEADING: &str = "Single sign-on";

    /// Returns the provider, if one is configured.
    ///
    /// Errors: no group is named, or a file cannot be read; in words.
    pub fn config(&self) -> Result<Option<SingleSignOnConfig>, String> {
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
