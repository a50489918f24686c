//! The settings, from flags and the environment, in a file for each area; and the commands.

mod command_line;
mod commands;
mod connection_tests;
mod database;
mod given;
mod help;
mod key;
mod log;
mod mail;
mod manual;
mod metrics;
mod network;
mod sensitive;
mod settings;
mod sign_in;
mod single_sign_on;
mod table;
mod template;
mod tokens;
mod unknown;

pub use command_line::{Asked, Cli, command, parse};
pub use commands::{AuditCommand, BackupArgs, Command, KeyCommand, RestoreArgs, TokenCommand, UserCommand};
pub use given::came_from;
pub use log::LogFormat;
pub use manual::write_manual_pages;
pub use settings::Settings;
pub use table::settings_table;
pub use template::settings_file;
pub use unknown::unknown_settings;
