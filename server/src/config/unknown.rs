//! Variables that look like settings but are unknown.

use super::command_line::command;
use cli::environment;
use std::collections::BTreeSet;

/// Returns the variables that look like settings but are unknown, such as misspelled names.
pub fn unknown_settings() -> Vec<String> {
    let known = known_settings();
    let mut unknown: Vec<String> = environment::names().filter(|name| is_unknown(name, &known)).collect();
    unknown.sort();
    unknown
}

/// Returns the names of all variables that the server reads, and the commands that ask a portal.
fn known_settings() -> BTreeSet<String> {
    fn walk(command: &clap::Command, known: &mut BTreeSet<String>) {
        known.extend(
            command.get_arguments().filter_map(|argument| Some(argument.get_env()?.to_str()?.to_owned())),
        );
        command.get_subcommands().for_each(|command| walk(command, known));
    }
    let mut known = BTreeSet::from(
        ["LATCHKEY_TOKEN", crate::handover::HANDED_ON, crate::open::IN_IMAGE, crate::settings_file::VARIABLE]
            .map(str::to_owned),
    );
    walk(&command(), &mut known);
    known
}

/// Returns whether a variable is unknown. Not reported are the addresses of Services that Kubernetes sets,
/// such as `LATCHKEY_SERVICE_HOST` and `LATCHKEY_PORT_80_TCP` of a Service called latchkey.
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
    fn is_unknown_finds_only_misspelled_names() {
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
}
