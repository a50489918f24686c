//! All settings, and what several of them mean together.

use super::{
    connection_tests::ConnectionTestSettings,
    database::DatabaseSettings,
    key::KeySettings,
    log::LogSettings,
    mail::MailSettings,
    metrics::MetricsSettings,
    network::NetworkSettings,
    sign_in::SignInSettings,
    single_sign_on::SingleSignOnSettings,
    tokens::{EditorTokens, TokenSettings},
};
use backend::{SignInConfig, TokenLimits};
use clap::Args;

/// All settings of the server.
#[derive(Debug, Clone, Args)]
pub struct Settings {
    #[command(flatten)]
    pub database: DatabaseSettings,
    #[command(flatten)]
    pub key: KeySettings,
    #[command(flatten)]
    pub network: NetworkSettings,
    #[command(flatten)]
    pub sign_in: SignInSettings,
    #[command(flatten)]
    pub single_sign_on: SingleSignOnSettings,
    #[command(flatten)]
    pub tokens: TokenSettings,
    #[command(flatten)]
    pub connection_tests: ConnectionTestSettings,

    /// For how many days a deleted secret can be restored; 0 removes it at once
    #[arg(long, env = "LATCHKEY_KEEP_DELETED", default_value_t = 30, value_parser = clap::value_parser!(u16).range(0..=3_650), global = true, help_heading = "Deleted secrets")]
    pub keep_deleted: u16,

    /// How many versions of a value are kept, the one in use included; the one before is always kept
    #[arg(long, env = "LATCHKEY_KEEP_VERSIONS", default_value_t = 10, value_parser = clap::value_parser!(u16).range(2..=1_000), global = true, help_heading = "Versions of values")]
    pub keep_versions: u16,

    /// For how many days a replaced value is kept, except the one before that in use; 0 sets no limit
    #[arg(long, env = "LATCHKEY_KEEP_VERSION_DAYS", default_value_t = 0, value_parser = clap::value_parser!(u16).range(0..=3_650), global = true, help_heading = "Versions of values")]
    pub keep_version_days: u16,

    #[command(flatten)]
    pub mail: MailSettings,

    #[command(flatten)]
    pub metrics: MetricsSettings,
    #[command(flatten)]
    pub log: LogSettings,

    /// Answers browsers that ask for the language en-XA with longer texts in brackets, which tests look for
    #[arg(long, env = "LATCHKEY_PSEUDO_LANGUAGE", global = true, hide = true)]
    pub pseudo_language: bool,
}

impl Settings {
    /// Returns the configuration of sign-in.
    ///
    /// Errors: settings with which nobody could sign in, or a file that cannot be read; in words.
    pub fn sign_in(&self) -> Result<SignInConfig, String> {
        let Self { sign_in, tokens, single_sign_on, .. } = self;
        let provider = single_sign_on.config()?;
        if !sign_in.password_sign_in && provider.is_none() {
            return Err("LATCHKEY_PASSWORD_SIGN_IN is off, and there is no LATCHKEY_OIDC_ISSUER: nobody could sign in"
                .to_owned());
        }
        if !sign_in.password_sign_in && sign_in.admin_user.is_some() {
            return Err("LATCHKEY_PASSWORD_SIGN_IN is off, so LATCHKEY_ADMIN_USER could not sign in: take one of the two \
                        away"
                .to_owned());
        }
        let tokens = TokenLimits {
            days_after_sign_in: single_sign_on.token_days,
            most_days: tokens.token_max_days,
            restricted_editors: tokens.editor_tokens == EditorTokens::Restricted,
        };
        Ok(SignInConfig {
            sessions: sign_in.sessions(),
            no_passwords: !sign_in.password_sign_in,
            single_sign_on: provider,
            tokens,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Cli;
    use clap::Parser;
    use domain::access::Role;

    fn sign_in(arguments: &[&str]) -> Result<SignInConfig, String> {
        let cli =
            Cli::try_parse_from([&["latchkey"], arguments].concat()).map_err(|error| error.to_string())?;
        cli.settings.sign_in()
    }

    #[test]
    fn sign_in_rejects_incomplete_single_sign_on() {
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
