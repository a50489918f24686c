//! The `latchkey-cli` binary: the commands that ask a running portal, for machines without a server.

use clap::Parser;
use cli::args::PortalCli;
use std::process::ExitCode;

fn main() -> ExitCode {
    if cli::environment::prepare().is_none() {
        return ExitCode::FAILURE;
    }
    let PortalCli { command } = PortalCli::parse_from(cli::with_helper(std::env::args_os()));
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("latchkey: nothing can be waited for: {error}");
            return ExitCode::FAILURE;
        }
    };
    runtime.block_on(cli::run(command, <PortalCli as clap::CommandFactory>::command()))
}
