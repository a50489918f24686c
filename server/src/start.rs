//! Runs what the command line asks of this process.

use crate::{
    backup, clock, command,
    config::{self, Command, Settings, unknown_settings},
    copy_program, doctor, hardening, health_command, log, open, rest, serve,
    surroundings::Sources,
    traces::Traces,
};
use backend::{Backend, Ctx, DatabaseConfig};
use std::process::ExitCode;

/// Runs the command, or the server. Variables of the environment that were ignored are logged.
pub async fn run(
    command: Option<Command>,
    settings: Settings,
    ignored: &[String],
    sources: Sources,
) -> ExitCode {
    let command = command.unwrap_or(Command::Serve);
    let (traces, wrong) = traces(&settings, &command);
    let sends_to = traces.as_ref().map(Traces::tracer);
    if let Err(error) = log::start(&settings, matches!(command, Command::Serve), sends_to) {
        eprintln!("latchkey: LATCHKEY_LOG is not a log filter: {error}");
        return ExitCode::FAILURE;
    }
    hardening::seal_memory();
    if !ignored.is_empty() {
        let variables = ignored.join(", ");
        tracing::info!(
            variables,
            "variables of PostgreSQL's own tools are ignored: only DATABASE_URL counts"
        );
    }
    if matches!(command, Command::Serve) {
        warn_of_settings(&sources);
        if let Some(wrong) = wrong {
            tracing::warn!("no traces are sent: {wrong}");
        }
    }
    // A panic's message may contain a value: its place is enough.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        tracing::error!(place, "panicked");
    }));
    let serving = matches!(command, Command::Serve);
    let outcome = match command {
        Command::Serve => Box::pin(serve::serve(settings, sources, traces)).await,
        Command::Doctor { json, offline } => {
            return Box::pin(doctor::run(&settings, &sources, json, offline)).await;
        }
        Command::Migrate { status: true } => return doctor::migrations(&settings).await,
        Command::Migrate { status: false } => {
            open::with_database(&settings, async |url| {
                backend::migrate(&url).await?;
                tracing::info!("the database is up to date");
                Ok(())
            })
            .await
        }
        Command::User(what) => {
            open::with_backend(&settings, async |backend| command::user(&backend, &settings, what).await)
                .await
        }
        Command::Key(what) => {
            open::with_database(&settings, async |url| command::key(&settings, &url, what).await).await
        }
        Command::Token(what) => {
            open::with_backend(&settings, async |backend| command::token(&backend, what).await).await
        }
        Command::Audit(what) => {
            open::with_backend(&settings, async |backend| command::audit(&backend, what).await).await
        }
        Command::Backup(args) => Box::pin(backup::backup(&settings, &args)).await,
        Command::Restore(args) => Box::pin(backup::restore(&settings, &args)).await,
        Command::PostgresUpgrade { to, remove_old } => {
            Box::pin(backup::upgrade(&settings, to, remove_old)).await
        }
        Command::Health { live } => health_command::ask(settings.network.addr, live).await,
        Command::CopyProgram { file } => copy_program::copy(&file),
        Command::SettingsFile => command::write(&config::settings_file()),
        Command::ManualPages { folder, small } => {
            config::write_manual_pages(&folder, small).map_err(Into::into)
        }
        Command::SettingsTable => command::write(&config::settings_table()),
        Command::Openapi => rest::openapi::text().map_err(Into::into).and_then(|text| command::write(&text)),
        Command::Test { ids } => {
            open::with_database(&settings, async |url| command::test(&settings, &url, &ids).await).await
        }
        Command::Seed { count } => {
            open::with_database(&settings, async |url| seed(&settings, url, count).await).await
        }
    };
    ended(outcome, serving)
}

/// Returns the traces of a server, if they are to be sent somewhere, or what is wrong with that: a portal serves without
/// traces, too.
fn traces(settings: &Settings, command: &Command) -> (Option<Traces>, Option<String>) {
    if !matches!(command, Command::Serve) {
        return (None, None);
    }
    // A mistake there is reported with the other settings.
    let trust = settings.connection_tests.config(settings.network.addr.port()).unwrap_or_default();
    match Traces::find(&trust, settings.log.headers_of_traces()) {
        Ok(traces) => (traces, None),
        Err(wrong) => (None, Some(wrong)),
    }
}

/// Logs what is odd about the settings, for whoever runs the server.
fn warn_of_settings(sources: &Sources) {
    let unknown = [unknown_settings(), sources.file.foreign.clone()].concat();
    if !unknown.is_empty() {
        let variables = unknown.join(", ");
        tracing::warn!(
            variables,
            "variables that are no settings are ignored: latchkey serve --help lists those that are"
        );
    }
    if let Some(mode) = &sources.file.exposed {
        tracing::warn!(
            mode,
            path = sources.file.path,
            "the settings file contains a secret, and every user of this machine can read it: run chmod o-rwx on it"
        );
    }
}

/// Reports the reason for ending, if the command failed: the server in its log, a command to whoever typed it.
fn ended(outcome: open::Outcome, serving: bool) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // The reason for ending is printed, whatever the log level.
            if serving && tracing::enabled!(tracing::Level::ERROR) {
                tracing::error!("{error}");
            } else {
                eprintln!("latchkey: {error}");
            }
            ExitCode::FAILURE
        }
    }
}

/// Adds made-up secrets.
async fn seed(settings: &Settings, url: DatabaseConfig, count: u32) -> open::Outcome {
    let keys = open::keys(settings, &url).await?;
    let config = open::config(settings, url, keys)?;
    let backend = Backend::start(config, clock::now()).await?;
    backend.secrets().seed(&Ctx::system("seed", clock::now()), count).await?;
    tracing::info!(count, "added made-up secrets");
    Ok(())
}
