//! The command line of people and nodes, which asks a running portal by its API, with a token: a small binary of its own, and a
//! part of the server's.

mod agent;
pub mod args;
mod body;
mod docker_credential;
pub mod environment;
mod failure;
mod http;
mod import;
mod input;
mod output;
mod secrets;
mod ssh_add;
mod versions;

use args::{ClientCommand, SecretArgs};
use failure::Failure;
use std::{ffi::OsString, path::Path, process::ExitCode};

/// The name under which Docker and its like call the credential helper.
const DOCKER_HELPER: &str = "docker-credential-latchkey";

/// Returns the arguments, with the subcommand that the name of the program stands for.
pub fn with_helper(arguments: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = arguments.into_iter().collect();
    let name = arguments.first().map(Path::new).and_then(Path::file_name);
    if name.is_some_and(|name| name == DOCKER_HELPER) {
        arguments.splice(..1, ["latchkey".into(), "docker-credential".into()]);
    }
    arguments
}

/// Runs a command; `whole` is the command line that it is a part of, which shells complete.
pub async fn run(command: ClientCommand, mut whole: clap::Command) -> ExitCode {
    // A panic's message may contain a value: its place is enough.
    std::panic::set_hook(Box::new(|panic| {
        eprintln!(
            "latchkey: a panic{}",
            panic.location().map(|place| format!(" at {place}")).unwrap_or_default()
        );
    }));
    let outcome = match command {
        ClientCommand::Secret(SecretArgs { connection, command }) => secrets::run(&connection, command).await,
        // Docker reads the error from standard output.
        ClientCommand::DockerCredential(args) => match docker_credential::run(args).await {
            Err(failure) => {
                output::print(&failure.message).and(Err(Failure { message: "".into(), ..failure }))
            }
            Ok(()) => Ok(()),
        },
        ClientCommand::SshAdd(args) => ssh_add::run(args).await,
        ClientCommand::Completion { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut whole, "latchkey", &mut script);
            output::print_exactly(&String::from_utf8_lossy(&script))
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if !failure.message.is_empty() {
                eprintln!("latchkey: {failure}");
            }
            ExitCode::from(failure.code)
        }
    }
}
