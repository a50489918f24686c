//! The server that takes the portal's mails.

use super::sensitive::sensitive;
use crate::forwarded::Origin;
use backend::{MailConfig, MailFrom, SmtpServer};
use clap::Args;
use cli::environment::secret_line;
use domain::sensitive::Sensitive;
use std::path::PathBuf;

/// Mail to people.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = Self::HEADING)]
pub struct MailSettings {
    /// The server that takes mails, such as `smtp://user:password@mail.example:587`, or `smtps://` for TLS from the beginning
    ///
    /// With `smtp://` STARTTLS is required, except on this machine: `localhost` or a loopback address. Needs `LATCHKEY_MAIL_FROM`
    /// and `LATCHKEY_PUBLIC_URL`. Other processes can see flags: prefer the environment or a file.
    #[arg(long, env = "LATCHKEY_SMTP_URL", hide_env_values = true, value_parser = sensitive, conflicts_with = "smtp_url_file", global = true)]
    pub smtp_url: Option<Sensitive>,

    /// A file with that address; a line end after it is ignored
    #[arg(long, env = "LATCHKEY_SMTP_URL_FILE", global = true)]
    pub smtp_url_file: Option<PathBuf>,

    /// The sender of mails, such as `Latchkey <latchkey@example.org>`
    #[arg(long, env = "LATCHKEY_MAIL_FROM", value_parser = MailFrom::parse, global = true)]
    pub mail_from: Option<MailFrom>,
}

impl MailSettings {
    pub(super) const HEADING: &str = "Mail";

    /// Returns the server, if one is configured.
    ///
    /// Errors: its address cannot be used, or another setting is missing; in words.
    pub fn config(&self, public_url: Option<&Origin>) -> Result<Option<MailConfig>, String> {
        let (name, url) = match (&self.smtp_url, &self.smtp_url_file) {
            (Some(url), _) => ("LATCHKEY_SMTP_URL", url.clone()),
            (None, Some(path)) => ("LATCHKEY_SMTP_URL_FILE", secret_line(path, "LATCHKEY_SMTP_URL_FILE")?),
            (None, None) => return Ok(None),
        };
        let server = SmtpServer::parse(&url).map_err(|why| format!("{name}: {why}"))?;
        let from = self.mail_from.clone();
        let from = from.ok_or_else(|| format!("{name} needs LATCHKEY_MAIL_FROM, the sender of mails"))?;
        let public = public_url.ok_or_else(|| {
            format!("{name} needs LATCHKEY_PUBLIC_URL: people confirm their addresses by a link, and mails lead to it")
        })?;
        Ok(Some(MailConfig { server, from, public_url: public.as_text() }))
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Cli;
    use backend::MailConfig;
    use clap::Parser;

    fn config(arguments: &[&str]) -> Result<Option<MailConfig>, String> {
        let cli =
            Cli::try_parse_from([&["latchkey"], arguments].concat()).map_err(|error| error.to_string())?;
        cli.settings.mail.config(cli.settings.network.public_url.as_ref())
    }

    #[test]
    fn config_needs_sender_and_public_address_and_repeats_no_secret() {
        let url = "--smtp-url=smtp://u:SENTINEL@mail.example";
        let (from, public) = ("--mail-from=latchkey@portal.example", "--public-url=https://portal.example");
        assert!(config(&[from, public]).unwrap().is_none());
        let found = config(&[url, from, public]).unwrap().unwrap();
        assert_eq!(found.public_url, "https://portal.example");
        assert!(!format!("{found:?}").contains("SENTINEL"));
        assert!(config(&[url, public]).unwrap_err().contains("LATCHKEY_MAIL_FROM"));
        assert!(config(&[url, from]).unwrap_err().contains("LATCHKEY_PUBLIC_URL"));
        let wrong = config(&["--smtp-url=smtp://SENTINEL@mail.example", from, public]).unwrap_err();
        assert!(wrong.starts_with("LATCHKEY_SMTP_URL: ") && !wrong.contains("SENTINEL"), "{wrong}");
        let file = config(&["--smtp-url-file=/no-such-file", from, public]).unwrap_err();
        assert!(file.contains("LATCHKEY_SMTP_URL_FILE"), "{file}");
        assert!(config(&["--mail-from=nobody"]).is_err());
        assert!(config(&[url, "--smtp-url-file=x"]).is_err());
    }
}
