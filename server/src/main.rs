//! The `latchkey` binary.

use clap::Parser;
use server::{config::Cli, start};
use std::process::ExitCode;

/// Rendering a page is thousands of small allocations, freed on whichever thread ends the request.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    // On the heap: every command is a part of it.
    Box::pin(start::run(Cli::parse())).await
}
