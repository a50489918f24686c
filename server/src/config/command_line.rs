//! The whole command line: the settings, the commands of the server, and those that ask a portal.

use super::{commands::Command, given::given, help, settings::Settings};
use backend::SettingFact;
use clap::{
    CommandFactory, FromArgMatches, Parser, Subcommand,
    error::{ContextKind, ContextValue},
};
use cli::args::ClientCommand;
use std::ffi::OsString;

/// A self-hosted admin portal for the credentials with which a platform pulls Git datasets and container images.
#[derive(Debug, Parser)]
#[command(
    name = "latchkey",
    version,
    about = "A self-hosted admin portal for the credentials with which a platform pulls Git datasets and container images",
    after_help = "`latchkey` alone serves the portal at http://127.0.0.1:3000; `latchkey serve --help` lists its settings. \
                  `latchkey COMMAND --help` describes a command, with the settings that it reads."
)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub settings: Settings,
    /// The settings, as they count.
    #[arg(skip)]
    pub given: Vec<SettingFact>,
}

impl Cli {
    /// Returns whether the command is `doctor`, which reports what keeps others from starting.
    pub fn is_doctor(&self) -> bool {
        matches!(self.command, Some(Command::Doctor { .. }))
    }
}

/// A parsed command line.
#[derive(Debug)]
pub enum Asked {
    /// A command that this process runs by itself.
    OfServer(Box<Cli>),
    /// A command that asks a running portal.
    OfPortal(Box<ClientCommand>),
}

/// Returns the whole command line: the server's commands, each with the settings that it reads in its help, and those that ask
/// a portal.
pub fn command() -> clap::Command {
    let mut server = Cli::command();
    // Building propagates the global settings to the commands that exist by now: those that ask a portal take
    // none of them. `build` would go further, and leave the commands that are added later without their
    // names.
    server.render_usage();
    ClientCommand::augment_subcommands(help::with_own_settings(server))
}

/// Parses the command line, by the name of the program too.
///
/// Errors: it is not well formed, or asks for help.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Asked, clap::Error> {
    let arguments: Vec<OsString> = cli::with_helper(arguments);
    let matches =
        command().try_get_matches_from(&arguments).map_err(|error| plain_usage(error, &arguments))?;
    let is_client = matches.subcommand_name().is_some_and(ClientCommand::has_subcommand);
    if is_client {
        Ok(Asked::OfPortal(Box::new(ClientCommand::from_arg_matches(&matches)?)))
    } else {
        let cli = Cli::from_arg_matches(&matches)?;
        Ok(Asked::OfServer(Box::new(Cli { given: given(&command(), &matches), ..cli })))
    }
}

/// Replaces the usage in an error: of itself it names every setting that the environment has, as if it were required.
fn plain_usage(mut error: clap::Error, arguments: &[OsString]) -> clap::Error {
    if error.get(ContextKind::Usage).is_some() {
        let mut asked = command();
        asked.build();
        for argument in arguments.iter().skip(1) {
            asked = asked.find_subcommand(argument).cloned().unwrap_or(asked);
        }
        error.insert(ContextKind::Usage, ContextValue::StyledStr(asked.render_usage()));
    }
    error
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{database::Pooler, log::LogFormat};

    #[test]
    fn command_is_well_formed() {
        Cli::command().debug_assert();
        command().debug_assert();
    }

    fn asked(arguments: &[&str]) -> Result<Asked, clap::Error> {
        parse(arguments.iter().map(OsString::from))
    }

    #[test]
    fn parse_needs_no_server_settings_to_ask_a_portal() {
        assert!(matches!(asked(&["latchkey"]), Ok(Asked::OfServer(cli)) if cli.command.is_none()));
        assert!(matches!(asked(&["latchkey", "user", "list", "--data-dir", "x"]), Ok(Asked::OfServer(_))));
        let list = asked(&["latchkey", "secret", "list"]);
        assert!(matches!(list, Ok(Asked::OfPortal(command)) if matches!(*command, ClientCommand::Secret(_))));
        for called in ["docker-credential-latchkey", "/usr/bin/docker-credential-latchkey"] {
            let helper = asked(&[called, "get"]);
            let Ok(Asked::OfPortal(command)) = helper else { panic!("{called}") };
            assert!(matches!(*command, ClientCommand::DockerCredential(_)));
        }
        assert!(asked(&["latchkey", "secret", "list", "--data-dir", "x"]).is_err());
    }

    #[test]
    fn parse_names_no_setting_as_required_in_an_error() {
        for (arguments, usage) in [
            (
                &["latchkey", "--data-dir", "x", "migrate", "--bogus"][..],
                "Usage: latchkey migrate [OPTIONS]\n",
            ),
            (&["latchkey", "user", "add"], "Usage: latchkey user add [OPTIONS] <NAME>\n"),
        ] {
            let said = asked(arguments).unwrap_err().to_string();
            assert!(said.contains(usage), "{said}");
        }
    }

    #[test]
    fn old_names_of_commands_and_settings_are_aliases() {
        let cli = Cli::try_parse_from(["latchkey", "check", "--check-interval", "12h", "image-hub"]).unwrap();
        assert!(matches!(cli.command, Some(Command::Test { ids }) if ids == ["image-hub"]));
        assert_eq!(
            cli.settings.connection_tests.test_interval.map(|interval| interval.as_secs()),
            Some(43_200)
        );
    }

    #[test]
    fn command_says_what_the_program_does() {
        let about = command().get_about().unwrap().to_string();
        assert!(about.starts_with("A self-hosted admin portal"), "{about}");
    }

    /// No argument and no setting of a portal's command takes a value or a token.
    #[test]
    fn portal_commands_take_no_value() {
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
    fn parse_rejects_a_key_together_with_a_key_file() {
        let refused = Cli::try_parse_from(["latchkey", "--kek", "AAAA", "--kek-file", "k"]).unwrap_err();
        assert_eq!(refused.kind(), clap::error::ErrorKind::ArgumentConflict);
    }

    #[test]
    fn parse_accepts_words_in_any_case() {
        let cli =
            Cli::try_parse_from(["latchkey", "--log-format", "JSON", "--database-pooler", "Transaction"]);
        let settings = cli.unwrap().settings;
        assert_eq!(
            (settings.log.log_format, settings.database.database_pooler),
            (LogFormat::Json, Pooler::Transaction)
        );
    }

    #[test]
    fn settings_hide_values_from_debug_output() {
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
            "--smtp-url",
            "smtp://u:SENTINEL-SMTP@h",
        ])
        .unwrap();
        assert!(!format!("{cli:?}").contains("SENTINEL"));
    }
}
