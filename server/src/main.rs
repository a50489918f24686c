//! The `latchkey` binary.

use server::{
    config::{self, Asked},
    from_file::FromFile,
    handover, settings_file, start,
    surroundings::Sources,
};
use std::{process::ExitCode, time::Duration};

/// Rendering a page makes thousands of small allocations, freed on whichever thread ends the request.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// The longest time that blocking work, such as resolving an address, may continue at the end.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_millis(500);

fn main() -> ExitCode {
    let from_file = settings_file::apply();
    let Some(ignored) = cli::environment::prepare() else {
        return ExitCode::FAILURE;
    };
    let handover::Start { arguments, ignored, handed_on, from_file: handed_file } =
        match handover::receive(ignored) {
            Ok(start) => start,
            Err(error) => {
                eprintln!("latchkey: secrets that were in the environment are lost: {error}. Start it again");
                return ExitCode::FAILURE;
            }
        };
    let asked = config::parse(arguments).unwrap_or_else(|error| error.exit());
    // The start before this one has read the file.
    let file = match handed_file.map_or(from_file, Ok) {
        Ok(file) => file,
        // Whoever asks a portal needs none of the server's settings, and may not read them; `doctor` says so itself.
        Err(error) if !matches!(&asked, Asked::OfServer(cli) if !cli.is_doctor()) => {
            FromFile { unreadable: Some(error.to_string()), ..FromFile::default() }
        }
        Err(error) => {
            eprintln!("latchkey: {error}");
            return ExitCode::FAILURE;
        }
    };
    // Before there is a second thread, or anything that could inherit a secret.
    if matches!(asked, Asked::OfServer(_))
        && let Err(error) = handover::hand_on(&ignored, &file)
    {
        eprintln!(
            "latchkey: secrets stay in the environment of this process, where others may read them: {error}"
        );
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("latchkey: no threads can be started: {error}");
            return ExitCode::FAILURE;
        }
    };
    // On the heap, because the future contains every command.
    let code = runtime.block_on(async {
        match asked {
            Asked::OfServer(cli) => {
                let given = config::came_from(cli.given, &handed_on, &file);
                let sources = Sources { settings: given, file };
                Box::pin(start::run(cli.command, cli.settings, &ignored, sources)).await
            }
            Asked::OfPortal(command) => Box::pin(cli::run(*command, config::command())).await,
        }
    });
    runtime.shutdown_timeout(SHUTDOWN_TIMEOUT);
    code
}
