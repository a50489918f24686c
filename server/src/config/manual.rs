//! The manual pages, made from the command line's own description.

use super::command_line::command;
use clap::{Command, CommandFactory};
use cli::args::PortalCli;
use std::{io, path::Path};

/// Writes `latchkey.1` and a page for each command into a folder that exists: of the whole command line, or of the small
/// binary's.
///
/// Errors: as the system reports them.
pub fn write_manual_pages(folder: &Path, small: bool) -> io::Result<()> {
    clap_mangen::generate_to(without_help(if small { PortalCli::command() } else { command() }), folder)
}

/// Hides the commands `help`, which print what the pages have; those that are not there yet do not come.
fn without_help(command: Command) -> Command {
    let command = command.disable_help_subcommand(true);
    let names: Vec<String> = command.get_subcommands().map(|command| command.get_name().to_owned()).collect();
    names.into_iter().fold(command, |command, name| {
        let is_help = name == "help";
        command.mut_subcommand(name, |inner| if is_help { inner.hide(true) } else { without_help(inner) })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn write_manual_pages_writes_a_page_for_each_command_that_people_see() {
        let folder = std::env::temp_dir().join(format!("latchkey-manual-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        write_manual_pages(&folder, false).unwrap();
        let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap_or_default();
        for name in ["latchkey.1", "latchkey-serve.1", "latchkey-user-add.1", "latchkey-secret-get.1"] {
            assert!(read(name).starts_with(".ie"), "{name}: {}", read(name));
        }
        assert!(read("latchkey-serve.1").contains("LATCHKEY_KEEP_DELETED"));
        for hidden in
            ["latchkey-seed.1", "latchkey-settings-table.1", "latchkey-help.1", "latchkey-user-help-add.1"]
        {
            assert!(read(hidden).is_empty(), "{hidden}");
        }
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn write_manual_pages_of_the_small_binary_leaves_the_servers_commands_out() {
        let folder = std::env::temp_dir().join(format!("latchkey-manual-small-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        write_manual_pages(&folder, true).unwrap();
        assert!(folder.join("latchkey-secret-get.1").exists() && !folder.join("latchkey-serve.1").exists());
        let page = fs::read_to_string(folder.join("latchkey.1")).unwrap();
        assert!(page.contains("ssh\\-add") && !page.contains("serve"), "{page}");
        fs::remove_dir_all(folder).unwrap();
    }
}
