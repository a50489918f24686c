//! The command line of people and scripts: everything here is asked of a running portal by its API, with a token.

pub mod args;
mod docker_credential;
mod http;
mod import;
mod input;
mod output;
mod secrets;
mod ssh_add;

use args::{ClientCommand, SecretArgs};
use http::Api;
use std::{borrow::Cow, fmt, process::ExitCode};

/// Why a command did not do what it was asked for.
#[derive(Debug, PartialEq, Eq)]
pub struct Failure {
    /// In words, for a person.
    pub message: Cow<'static, str>,
    /// What it ends with.
    pub code: u8,
}

impl Failure {
    /// It was refused, or broke.
    pub const FAILED: u8 = 1;
    /// The token is not good, or not for this.
    pub const NOT_ALLOWED: u8 = 3;
    /// There is no such secret.
    pub const NOT_FOUND: u8 = 4;

    fn new(message: impl Into<Cow<'static, str>>) -> Self {
        Self { message: message.into(), code: Self::FAILED }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

/// How it went.
type Outcome = Result<(), Failure>;

/// Does what was asked for.
pub async fn run(command: ClientCommand) -> ExitCode {
    // What a panic says may hold a value: its place is enough.
    std::panic::set_hook(Box::new(|panic| {
        eprintln!(
            "latchkey: a panic{}",
            panic.location().map(|place| format!(" at {place}")).unwrap_or_default()
        );
    }));
    let outcome = match command {
        ClientCommand::Secret(SecretArgs { connection, command }) => secrets::run(&connection, command).await,
        // Whoever calls it reads what went wrong from standard output.
        ClientCommand::DockerCredential(args) => match docker_credential::run(args).await {
            Err(failure) => {
                output::print(&failure.message).and(Err(Failure { message: "".into(), ..failure }))
            }
            Ok(()) => Ok(()),
        },
        ClientCommand::SshAdd(args) => ssh_add::run(args).await,
        ClientCommand::Completion { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut crate::config::command(), "latchkey", &mut script);
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
