//! The file with all settings, none of them set, which packages install.

use super::{command_line::command, help::is_setting};
use clap::Arg;
use std::fmt::Write;

/// The longest line of an explanation, in characters.
const WIDTH: usize = 100;

/// The text above the settings.
const HEAD: &str = "\
# Settings of Latchkey, a line for each: NAME=value. Remove the # before a setting to change it,
# then restart the server: systemctl restart latchkey
# Flags and variables of the environment take precedence. Values need no quotation marks.
";

/// Returns the settings of the server, each explained and with its default, as remarks.
pub fn settings_file() -> String {
    let command = command();
    let serve = command.find_subcommand("serve").unwrap_or(&command);
    let mut text = HEAD.to_owned();
    let mut heading = "";
    for setting in serve.get_arguments().filter(|arg| is_setting(arg)) {
        let of = setting.get_help_heading().unwrap_or_default();
        if of != heading {
            heading = of;
            // Writing to a string cannot fail.
            let _ = write!(text, "\n## {heading}\n");
        }
        text.push_str(&lines(setting));
    }
    text
}

fn lines(setting: &Arg) -> String {
    let meaning = setting.get_long_help().or(setting.get_help()).map(ToString::to_string).unwrap_or_default();
    let default: Vec<_> = setting.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
    let mut text = String::from("\n");
    for paragraph in meaning.split("\n\n") {
        wrap(&mut text, paragraph);
    }
    let variable = setting.get_env().unwrap_or_default().to_string_lossy();
    // Writing to a string cannot fail.
    let _ = writeln!(text, "#{variable}={}", default.join(","));
    text
}

/// Adds a paragraph as remarks, as a sentence of its own, with no line longer than [`WIDTH`] unless a word is.
fn wrap(text: &mut String, paragraph: &str) {
    let mut width = 0;
    for word in paragraph.trim_end_matches('.').split_whitespace() {
        let letters = word.chars().count() + 1;
        if width == 0 || width + letters > WIDTH {
            text.push_str(if width == 0 { "#" } else { "\n#" });
            width = 1;
        }
        text.push(' ');
        text.push_str(word);
        width += letters;
    }
    text.push_str(".\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_file_explains_every_setting_and_sets_none() {
        let text = settings_file();
        let command = command();
        let serve = command.find_subcommand("serve").unwrap();
        for setting in serve.get_arguments().filter(|arg| is_setting(arg)) {
            let name = format!("\n#{}=", setting.get_env().unwrap().to_str().unwrap());
            assert_eq!(text.matches(&name).count(), 1, "{name}");
        }
        assert!(text.lines().all(|line| line.is_empty() || line.starts_with('#')), "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH + 1), "{text}");
        assert!(text.contains("\n## Database\n\n# The PostgreSQL to use, as a"), "{text}");
        assert!(text.contains("\n#LATCHKEY_KEEP_DELETED=30\n"), "{text}");
    }

    #[test]
    fn wrap_breaks_lines_between_words() {
        let mut text = String::new();
        wrap(&mut text, &"word ".repeat(30));
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 2);
        assert!(lines.iter().all(|line| line.starts_with("# word") && line.len() <= WIDTH + 1), "{text}");
        // A line that is exactly full.
        let mut text = String::new();
        wrap(&mut text, &format!("{} word.", "x".repeat(WIDTH - 2)));
        assert_eq!(text, format!("# {}\n# word.\n", "x".repeat(WIDTH - 2)));
    }
}
