//! The table of settings in README.md.

use super::{command_line::command, help::is_setting};
use clap::Arg;
use std::fmt::Write;

/// Returns the settings of the server in Markdown, a table for each heading.
pub fn settings_table() -> String {
    let command = command();
    let serve = command.find_subcommand("serve").unwrap_or(&command);
    let mut text = String::new();
    let mut heading = "";
    for setting in serve.get_arguments().filter(|arg| is_setting(arg)) {
        let of = setting.get_help_heading().unwrap_or_default();
        if of != heading {
            heading = of;
            let gap = if text.is_empty() { "" } else { "\n" };
            // Writing to a string cannot fail.
            let _ = write!(text, "{gap}#### {heading}\n\n| setting | default | meaning |\n|---|---|---|\n");
        }
        text.push_str(&row(setting));
    }
    text
}

fn row(setting: &Arg) -> String {
    let variable = setting.get_env().unwrap_or_default().to_string_lossy();
    let flag = setting.get_long().unwrap_or_default();
    let default: Vec<_> = setting.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
    let default = if default.is_empty() { String::new() } else { format!("`{}`", default.join(",")) };
    let meaning = setting.get_long_help().or(setting.get_help()).map(ToString::to_string).unwrap_or_default();
    let paragraphs: Vec<&str> = meaning.split("\n\n").map(|text| text.trim_end_matches('.')).collect();
    let meaning = paragraphs.join(". ").replace('|', "\\|");
    format!("| `{variable}`, `--{flag}` | {default} | {meaning} |\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_table_has_a_row_for_each_setting_of_the_server() {
        let table = settings_table();
        let rows = table.lines().filter(|line| line.starts_with("| `")).count();
        let command = command();
        let serve = command.find_subcommand("serve").unwrap();
        let is_row = |arg: &&Arg| arg.get_env().is_some() && !arg.is_hide_set();
        assert_eq!(rows, serve.get_arguments().filter(is_row).count());
        let row = "| `LATCHKEY_KEEP_DELETED`, `--keep-deleted` | `30` | For how many days";
        assert!(table.contains(row), "{table}");
        assert!(!table.contains("LATCHKEY_URL"), "{table}");
    }
}
