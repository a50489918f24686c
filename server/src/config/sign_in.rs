//! The settings of sessions, passwords and the first administrator.

use super::sensitive::sensitive;
use backend::{FirstAdmin, SessionLimits};
use clap::Args;
use cli::environment::secret_line;
use domain::sensitive::Sensitive;
use std::{path::PathBuf, time::Duration};

/// Sessions, passwords and the first administrator.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = Self::HEADING)]
pub struct SignInSettings {
    /// After how many minutes without a request a session ends
    #[arg(long, env = "LATCHKEY_SESSION_IDLE_MINUTES", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=10_080), global = true)]
    pub session_idle_minutes: u64,

    /// After how many hours a session ends in any case
    #[arg(long, env = "LATCHKEY_SESSION_HOURS", default_value_t = 12, value_parser = clap::value_parser!(u64).range(1..=720), global = true)]
    pub session_hours: u64,

    /// Whether people sign in with passwords that are kept here; `off` only where they sign in at a provider
    #[arg(long, env = "LATCHKEY_PASSWORD_SIGN_IN", default_value = "on", action = clap::ArgAction::Set, value_parser = clap::builder::BoolishValueParser::new(), global = true)]
    pub password_sign_in: bool,

    /// The first administrator of an unattended install; added only while there is no user
    #[arg(long, env = "LATCHKEY_ADMIN_USER", global = true)]
    pub admin_user: Option<String>,

    /// The first administrator's password
    ///
    /// Other processes can see flags: prefer the environment or a file.
    #[arg(long, env = "LATCHKEY_ADMIN_PASSWORD", hide_env_values = true, value_parser = sensitive, conflicts_with = "admin_password_file", global = true)]
    pub admin_password: Option<Sensitive>,

    /// A file with the first administrator's password; a line end after it is ignored
    #[arg(long, env = "LATCHKEY_ADMIN_PASSWORD_FILE", global = true)]
    pub admin_password_file: Option<PathBuf>,
}

impl SignInSettings {
    pub(super) const HEADING: &str = "Sign-in";

    /// Returns the limits of sessions.
    pub fn sessions(&self) -> SessionLimits {
        SessionLimits {
            idle: Duration::from_mins(self.session_idle_minutes),
            absolute: Duration::from_hours(self.session_hours),
        }
    }

    /// Returns the first administrator of an unattended install, if one is named.
    ///
    /// Errors: there is no password, or its file cannot be read; in words.
    pub fn first_admin(&self) -> Result<Option<FirstAdmin>, String> {
        let Some(name) = self.admin_user.clone() else { return Ok(None) };
        let password = match (&self.admin_password, &self.admin_password_file) {
            (Some(password), _) => password.clone(),
            (None, Some(path)) => secret_line(path, "LATCHKEY_ADMIN_PASSWORD_FILE")?,
            (None, None) => {
                return Err(
                    "LATCHKEY_ADMIN_USER needs LATCHKEY_ADMIN_PASSWORD or LATCHKEY_ADMIN_PASSWORD_FILE"
                        .to_owned(),
                );
            }
        };
        Ok(Some(FirstAdmin { name, password }))
    }
}
