//! The `latchkey` binary.

use server::{
    client,
    config::{self, Asked},
    start,
};
use std::process::ExitCode;

/// Rendering a page is thousands of small allocations, freed on whichever thread ends the request.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

#[tokio::main]
async fn main() -> ExitCode {
    // On the heap: every command is a part of it.
    match config::parse(std::env::args_os()).unwrap_or_else(|error| error.exit()) {
        Asked::OfServer(cli) => Box::pin(start::run(*cli)).await,
        Asked::OfPortal(command) => Box::pin(client::run(command)).await,
    }
}
