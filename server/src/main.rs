//! The `latchkey` binary.

use clap::Parser;
use server::{config::Cli, start};
use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    start::run(Cli::parse()).await
}
