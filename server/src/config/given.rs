//! The settings as they count, and where each came from. Never the value of a secret.

use super::help::is_setting;
use crate::from_file::FromFile;
use backend::{SettingFact, SettingSource};
use clap::{Arg, ArgMatches, Command, parser::ValueSource};

/// Returns all settings of the server, as the command line has parsed them. Whatever the settings file has added to the environment
/// still counts as the environment's.
pub(super) fn given(command: &Command, matches: &ArgMatches) -> Vec<SettingFact> {
    let serve = command.find_subcommand("serve").unwrap_or(command);
    serve.get_arguments().filter(|arg| is_setting(arg)).map(|arg| fact(arg, matches)).collect()
}

fn fact(arg: &Arg, matches: &ArgMatches) -> SettingFact {
    let id = arg.get_id().as_str();
    let source = match matches.value_source(id) {
        Some(ValueSource::CommandLine) => SettingSource::Flag,
        Some(ValueSource::EnvVariable) => SettingSource::Environment,
        _ => SettingSource::Default,
    };
    let hidden = arg.is_hide_env_values_set();
    let values = matches.get_raw(id).into_iter().flatten().map(|value| value.to_string_lossy());
    let values: Vec<_> = values.collect();
    SettingFact {
        name: arg.get_env().unwrap_or_default().to_string_lossy().into_owned(),
        source,
        value: (!hidden && !values.is_empty()).then(|| values.join(",")),
        is_secret: hidden && !values.is_empty(),
    }
}

/// Returns the settings with their true sources: a secret that was handed over came from the environment, and not by a flag; and
/// what the environment has may have come from the settings file.
pub fn came_from(given: Vec<SettingFact>, handed_on: &[String], file: &FromFile) -> Vec<SettingFact> {
    let source = |setting: &SettingFact| match setting.source {
        SettingSource::Flag if !handed_on.contains(&setting.name) => SettingSource::Flag,
        SettingSource::Flag | SettingSource::Environment if file.names.contains(&setting.name) => {
            SettingSource::File
        }
        SettingSource::Flag => SettingSource::Environment,
        other => other,
    };
    given.into_iter().map(|setting| SettingFact { source: source(&setting), ..setting }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Asked, parse};
    use std::ffi::OsString;

    fn parsed(arguments: &[&str]) -> Vec<SettingFact> {
        match parse(arguments.iter().map(OsString::from)) {
            Ok(Asked::OfServer(cli)) => cli.given,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn given_names_sources_and_hides_secrets() {
        let secrets = [
            "--database-url=SENTINEL",
            "--kek=SENTINEL",
            "--admin-password=SENTINEL",
            "--oidc-client-secret=SENTINEL",
            "--smtp-url=SENTINEL",
        ];
        let facts = parsed(&[&["latchkey", "doctor"][..], &secrets, &["--hosts", "a,b"]].concat());
        assert!(!format!("{facts:?}").contains("SENTINEL"), "{facts:?}");
        let of = |name: &str| facts.iter().find(|fact| fact.name == name).unwrap();
        assert_eq!(facts.iter().filter(|fact| fact.is_secret).count(), secrets.len());
        assert_eq!((of("DATABASE_URL").source, &of("DATABASE_URL").value), (SettingSource::Flag, &None));
        assert_eq!(of("LATCHKEY_HOSTS").value.as_deref(), Some("a,b"));
        let (addr, file) = (of("LATCHKEY_ADDR"), of("LATCHKEY_KEK_FILE"));
        assert_eq!((addr.source, addr.value.as_deref()), (SettingSource::Default, Some("127.0.0.1:3000")));
        assert_eq!((file.source, &file.value, file.is_secret), (SettingSource::Default, &None, false));
    }

    #[test]
    fn came_from_tells_file_and_environment_from_flags() {
        let facts = parsed(&["latchkey", "--database-url=a", "--kek=b", "--public-url=https://a.example"]);
        let file = FromFile { names: vec!["DATABASE_URL".to_owned()], ..FromFile::default() };
        let handed_on = ["DATABASE_URL".to_owned(), "LATCHKEY_KEK".to_owned()];
        let facts = came_from(facts, &handed_on, &file);
        let of = |name: &str| facts.iter().find(|fact| fact.name == name).unwrap().source;
        assert_eq!(of("DATABASE_URL"), SettingSource::File);
        assert_eq!(of("LATCHKEY_KEK"), SettingSource::Environment);
        assert_eq!(of("LATCHKEY_PUBLIC_URL"), SettingSource::Flag);
    }
}
