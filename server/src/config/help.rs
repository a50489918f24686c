//! The settings that each command shows in its help.

use super::{
    connection_tests::ConnectionTestSettings, database::DatabaseSettings, key::KeySettings, log::LogSettings,
};
use clap::{Arg, Command};

/// Returns the command line with the help of each command showing only the settings that it reads. Every
/// command still accepts all of them, because a deployment gives all commands the same settings.
pub(super) fn with_own_settings(command: Command) -> Command {
    command.mut_args(|arg| if is_setting(&arg) { arg.hide(true) } else { arg }).mut_subcommands(|command| {
        let name = command.get_name().to_owned();
        command.mut_args(|arg| {
            let hidden = is_setting(&arg) && !reads(&name, &arg);
            if hidden { arg.hide(true) } else { arg }
        })
    })
}

/// Returns whether the argument is a setting of the server: only those have a heading.
pub(super) fn is_setting(arg: &Arg) -> bool {
    arg.get_help_heading().is_some() && !arg.is_hide_set()
}

/// Returns whether the command reads the setting.
fn reads(command: &str, setting: &Arg) -> bool {
    let heading = setting.get_help_heading().unwrap_or_default();
    let data = [DatabaseSettings::HEADING, LogSettings::HEADING].contains(&heading);
    let sealed = data || heading == KeySettings::HEADING;
    match command {
        "migrate" => data,
        "key" | "audit" | "backup" | "restore" => sealed,
        "postgres-upgrade" => {
            sealed && heading != DatabaseSettings::HEADING || setting.get_id() == "data_dir"
        }
        "health" => setting.get_id() == "addr",
        "user" => sealed || setting.get_id() == "public_url",
        "token" => sealed || setting.get_id() == "token_max_days",
        "test" => sealed || heading == ConnectionTestSettings::HEADING && setting.get_id() != "test_interval",
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use crate::config::command;

    /// Returns what `latchkey … --help` prints.
    fn help(arguments: &[&str]) -> String {
        let arguments = [&["latchkey"], arguments, &["--help"]].concat();
        command().try_get_matches_from(arguments).unwrap_err().to_string()
    }

    #[test]
    fn help_shows_each_command_its_own_settings_alone() {
        let all = [
            "DATABASE_URL",
            "LATCHKEY_KEK_FILE",
            "LATCHKEY_ADDR",
            "LATCHKEY_PUBLIC_URL",
            "LATCHKEY_SESSION_HOURS",
            "LATCHKEY_TOKEN_MAX_DAYS",
            "LATCHKEY_OIDC_ISSUER",
            "LATCHKEY_EXTRA_CA_FILE",
            "LATCHKEY_TEST_INTERVAL",
            "LATCHKEY_KEEP_DELETED",
            "LATCHKEY_LOG_FORMAT",
        ];
        let [database, kek, addr, public_url, _, max_days, _, extra_ca, _, _, log] = all;
        for (arguments, shown) in [
            (&[][..], &[][..]),
            (&["serve"], &all),
            (&["migrate"], &[database, log]),
            (&["user", "list"], &[database, kek, public_url, log]),
            (&["user", "add"], &[database, kek, public_url, log]),
            (&["token", "create"], &[database, kek, max_days, log]),
            (&["key", "rewrap"], &[database, kek, log]),
            (&["health"], &[addr]),
            (&["backup"], &[database, kek, log]),
            (&["restore"], &[database, kek, log]),
            (&["postgres-upgrade"], &[kek, log]),
            (&["audit", "verify"], &[database, kek, log]),
            (&["test"], &[database, kek, extra_ca, log]),
            (&["secret", "list"], &[]),
            (&["docker-credential", "get"], &[]),
            (&["ssh-add"], &[]),
        ] {
            let help = help(arguments);
            for setting in all {
                // With a secret in it, the value is left out.
                let is_shown = ["=", "]"].iter().any(|end| help.contains(&format!("[env: {setting}{end}")));
                assert_eq!(is_shown, shown.contains(&setting), "{arguments:?}, {setting}: {help}");
            }
        }
    }
}
