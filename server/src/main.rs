//! The `latchkey` binary.

use server::{
    client,
    config::{self, Asked},
    environment, start,
};
use std::process::ExitCode;
use tokio::runtime;

/// Rendering a page is thousands of small allocations, freed on whichever thread ends the request.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    let arguments = match environment::arguments() {
        Ok(arguments) => arguments,
        Err(error) => {
            eprintln!("latchkey: secrets that were in the environment are lost: {error}. Start it again");
            return ExitCode::FAILURE;
        }
    };
    let asked = config::parse(arguments).unwrap_or_else(|error| error.exit());
    // Before there is a second thread, and anything that could inherit a secret.
    if matches!(asked, Asked::OfServer(_))
        && let Err(error) = environment::hand_on()
    {
        eprintln!(
            "latchkey: secrets stay in the environment of this process, where others may read them: {error}"
        );
    }
    let runtime = match runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("latchkey: no threads could be started: {error}");
            return ExitCode::FAILURE;
        }
    };
    // On the heap: every command is a part of it.
    match asked {
        Asked::OfServer(cli) => runtime.block_on(Box::pin(start::run(*cli))),
        Asked::OfPortal(command) => runtime.block_on(Box::pin(client::run(command))),
    }
}
