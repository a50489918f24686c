//! Starting and stopping.

use crate::{
    clock,
    command::{self, Outcome},
    config::{Cli, Command, Settings, secret_line, unknown_settings},
    edge::Origin,
    hardening,
    key_file::{self, KeyError},
    listen_addr, listener, log,
    private_postgres::{PrivatePostgres, Stop},
    recheck, router,
    site::Site,
    state::AppState,
    sweep,
};
use backend::{Backend, BackendConfig, Ctx, DatabaseConfig, FirstAdmin, KeepDeleted, Kek};
use domain::{access::AccessError, sensitive::Sensitive};
use std::{error::Error, net::SocketAddr, process::ExitCode, sync::Arc, time::Duration};
use tokio::{net::TcpListener, signal, sync::watch};

/// How long requests under way may take to finish when the server is told to stop.
const GRACE: Duration = Duration::from_secs(10);

/// How long the connections to the database may take to close.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

/// How long the private PostgreSQL may take to end.
const DATABASE_END: Duration = Duration::from_secs(20);

/// How long to wait before a database that did not answer is asked again.
const RETRY: Duration = Duration::from_secs(2);

/// Does what the command line asks for. Variables of the environment that were passed over are logged.
pub async fn run(cli: Cli, ignored: &[String]) -> ExitCode {
    let Cli { command, settings } = cli;
    let command = command.unwrap_or(Command::Serve);
    if let Err(error) = log::start(&settings, matches!(command, Command::Serve)) {
        eprintln!("latchkey: LATCHKEY_LOG is not a log filter: {error}");
        return ExitCode::FAILURE;
    }
    hardening::seal_memory();
    if !ignored.is_empty() {
        let variables = ignored.join(", ");
        tracing::info!(variables, "variables of PostgreSQL's own tools are not read: DATABASE_URL says all");
    }
    let unknown = unknown_settings();
    if !unknown.is_empty() && matches!(command, Command::Serve) {
        let variables = unknown.join(", ");
        tracing::warn!(
            variables,
            "variables that are no settings are passed over: latchkey --help lists those that are"
        );
    }
    // What a panic says may hold a value: its place is enough.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        tracing::error!(place, "a panic");
    }));
    let outcome = match command {
        Command::Serve => Box::pin(serve(settings)).await,
        Command::Migrate => {
            with_database(&settings, async |url| {
                backend::migrate(&url).await?;
                tracing::info!("the database is up to date");
                Ok(())
            })
            .await
        }
        Command::User(what) => {
            with_backend(&settings, async |backend| command::user(&backend, &settings, what).await).await
        }
        Command::Key(what) => {
            with_database(&settings, async |url| command::key(&settings, &url, what).await).await
        }
        Command::Token(what) => {
            with_backend(&settings, async |backend| command::token(&backend, what).await).await
        }
        Command::Audit(what) => {
            with_backend(&settings, async |backend| command::audit(&backend, what).await).await
        }
        Command::Check { ids } => {
            with_database(&settings, async |url| command::check(&settings, &url, &ids).await).await
        }
        Command::Seed { count } => {
            with_database(&settings, async |url| {
                let keys = keys(&settings, &url).await?;
                let config = config(&settings, url, keys)?;
                let backend = Backend::start(config, clock::now()).await?;
                backend.secrets().seed(&Ctx::system("seed", clock::now()), count).await?;
                tracing::info!(count, "made secrets up");
                Ok(())
            })
            .await
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // What ends the process is said, whatever is logged.
            if tracing::enabled!(tracing::Level::ERROR) {
                tracing::error!("{error}");
            } else {
                eprintln!("latchkey: {error}");
            }
            ExitCode::FAILURE
        }
    }
}

/// Errors: settings that do not go together, in words.
pub(crate) fn config(
    settings: &Settings,
    database: DatabaseConfig,
    keys: Vec<Kek>,
) -> Result<BackendConfig, Box<dyn Error + Send + Sync>> {
    Ok(BackendConfig {
        database,
        keys,
        max_connections: settings.database_connections,
        sign_in: settings.sign_in()?,
        checks: settings.checks()?,
        keep_deleted: KeepDeleted(settings.keep_deleted),
    })
}

/// For commands that open no value. Those that change anything still need the key, which vouches for what they write.
async fn with_backend(settings: &Settings, work: impl AsyncFnOnce(Backend) -> Outcome) -> Outcome {
    with_database(settings, async |url| {
        // A command beside a server makes no key where the server would make none.
        let keys = match key_file::find(settings) {
            Err(KeyError::Unnamed) => Vec::new(),
            _ => keys(settings, &url).await?,
        };
        let backend = Backend::start(config(settings, url, keys)?, clock::now()).await?;
        let outcome = work(backend.clone()).await;
        backend.close().await;
        outcome
    })
    .await
}

/// Finds or starts the database, does something with its address, and stops what was started.
async fn with_database(settings: &Settings, work: impl AsyncFnOnce(DatabaseConfig) -> Outcome) -> Outcome {
    let (database, private) = find_database(settings, &Stop::default()).await?;
    let outcome = work(database).await;
    end_database(private).await;
    outcome
}

/// Where the database is, and the private one that was started if none is configured. Waits for that beside what else is
/// to be done, such as answering for health.
async fn find_database(
    settings: &Settings,
    stop: &Stop,
) -> Result<(DatabaseConfig, Option<PrivatePostgres>), Box<dyn Error + Send + Sync>> {
    if let Some(database) = settings.database()? {
        return Ok((database, None));
    }
    let (folder, stop) = (settings.data_dir().to_owned(), stop.clone());
    let private = tokio::task::spawn_blocking(move || PrivatePostgres::start(&folder, &stop)).await??;
    Ok((DatabaseConfig::at(Sensitive::new(private.url())), Some(private)))
}

/// Stops the private PostgreSQL, if there is one.
async fn end_database(private: Option<PrivatePostgres>) {
    if let Some(private) = private {
        // Fails only where stopping panicked, which is in the log.
        let _ = tokio::task::spawn_blocking(move || private.stop()).await;
    }
}

/// Returns the key encryption keys at hand; makes the first where there is none, and the database has never had one. None
/// where it has: another key could open nothing.
pub(crate) async fn keys(
    settings: &Settings,
    database: &DatabaseConfig,
) -> Result<Vec<Kek>, Box<dyn Error + Send + Sync>> {
    if let Some(found) = key_file::find(settings)? {
        return Ok(found);
    }
    backend::migrate(database).await?;
    if backend::has_key(database).await? {
        tracing::error!(
            path = %key_file::path(settings).display(),
            "sealed: the database has a key encryption key already, and its file is not here. None was made, since another \
             key opens nothing. Put the file back, or set LATCHKEY_KEK_FILE or LATCHKEY_KEK"
        );
        return Ok(Vec::new());
    }
    Ok(key_file::make_first(settings)?)
}

#[expect(clippy::too_many_lines, reason = "the start, in its order")]
async fn serve(settings: Settings) -> Outcome {
    let listener = TcpListener::bind(settings.addr).await.map_err(|error| {
        format!("cannot listen on {}: {error}. Set LATCHKEY_ADDR to another address", settings.addr)
    })?;
    let addr = listener.local_addr()?;
    let site = Site::find(addr);
    let edge = settings.edge();
    if !addr.ip().is_loopback() && !edge.is_behind_tls() {
        tracing::warn!(
            "listening on {addr} without TLS in front: passwords and values can be read on the way. Put a proxy with \
             TLS before it, and set LATCHKEY_PUBLIC_URL and LATCHKEY_TRUSTED_PROXIES"
        );
    }
    if edge.is_untold_of_proxies() {
        tracing::warn!(
            "LATCHKEY_PUBLIC_URL is an https address and LATCHKEY_TRUSTED_PROXIES is not set: everybody counts as the \
             proxy with TLS, shares its limit of attempts to sign in, and stands in the audit log under its address. Set \
             LATCHKEY_TRUSTED_PROXIES to the address of that proxy"
        );
    }
    // An address that cannot be read is told where it is used.
    if let Ok(Some(database)) = settings.database()
        && backend::is_database_unproven(&database.url)
    {
        tracing::warn!(
            "the database is on another machine and need not prove who it is: whoever sits in between reads and changes what is \
             stored. Set sslmode=verify-full, and sslrootcert, in DATABASE_URL"
        );
    }
    let state = AppState::new(site.options, site.assets, edge);
    if !site.complete {
        state.status.site_is_incomplete();
    }
    let (stop, stopping) = watch::channel(false);
    let mut signals = Signals::listen()?;
    // Health answers from here on, while the database may still be on its way.
    let idle = Duration::from_secs(settings.keep_alive_seconds.into());
    let server = tokio::spawn(listener::serve(listener, router(state.clone()), idle, stopping));
    let settings = &settings;
    let asked_to_stop = Stop::default();
    let mut finding = Box::pin(find_database(settings, &asked_to_stop));
    let (database, private) = tokio::select! {
        found = &mut finding => found?,
        _ = signals.next() => {
            tracing::info!("stopping");
            asked_to_stop.ask();
            // It ends as one that runs does: left alone it would be cut off, and would have to recover at its next start.
            let ended = signals.bound(DATABASE_END, async {
                if let Ok((_, private)) = finding.await {
                    end_database(private).await;
                }
            });
            if ended.await.is_none() {
                tracing::warn!("the private PostgreSQL is ended with this process");
            }
            return Ok(());
        }
    };
    if let Some(private) = &private {
        state.status.watch_private(private.watch());
    }
    let opened = tokio::select! {
        opened = open(settings, database, &state, addr) => opened,
        _ = signals.next() => Ok(false),
    };
    if matches!(opened, Ok(true)) {
        tracing::info!("Latchkey is at http://{}", listen_addr::reachable(addr));
        let rechecks = settings.check_interval.zip(state.backend().cloned());
        let rechecks = rechecks.map(|(interval, backend)| tokio::spawn(recheck::run(backend, interval)));
        drain(&state, settings, &mut signals).await;
        if let Some(rechecks) = rechecks {
            rechecks.abort();
        }
    }
    tracing::info!("stopping");
    // Nobody listens only where the server has ended already.
    let _ = stop.send(true);
    if signals.bound(GRACE, server).await.is_none() {
        tracing::warn!("cut off the requests that were still under way");
    }
    if let Some(backend) = state.backend()
        && signals.bound(CLOSE_TIMEOUT, backend.close()).await.is_none()
    {
        tracing::warn!("the database did not let go of its connections, which end with this process");
    }
    if signals.bound(DATABASE_END, end_database(private)).await.is_none() {
        tracing::warn!("the private PostgreSQL is ended with this process");
    }
    opened.map(drop)
}

/// Waits until the server is asked to stop. By SIGTERM, as whoever runs several servers stops one of them, it says that
/// it is not ready any more and goes on answering for a while; another signal ends that.
async fn drain(state: &AppState, settings: &Settings, signals: &mut Signals) {
    let (asked, seconds) = (signals.next().await, settings.drain_seconds);
    state.drain();
    if asked == Asked::ToDrain && seconds > 0 {
        tracing::info!(seconds, "not ready any more; requests are still answered for LATCHKEY_DRAIN_SECONDS");
        signals.bound(Duration::from_secs(seconds.into()), std::future::pending::<()>()).await;
    }
}

/// Opens the portal once the database answers. Says `false` never: it is for the caller's other way out.
async fn open(
    settings: &Settings,
    url: DatabaseConfig,
    state: &AppState,
    addr: SocketAddr,
) -> Result<bool, Box<dyn Error + Send + Sync>> {
    // What is wrong with the settings is said before the database is asked.
    key_file::find(settings)?;
    let mut config = config(settings, url, Vec::new())?;
    config.checks.own_port = Some(addr.port());
    loop {
        match start(settings, &mut config).await {
            Ok(backend) => {
                if let Ok(health) = backend.health(&Ctx::system("start", clock::now())).await {
                    clock::set_by(health.now);
                }
                // While sealed nobody can be added, and the portal stays up to say so.
                if !backend.is_sealed() {
                    first_admin(settings, &backend, addr).await?;
                }
                tokio::spawn(sweep::run(backend.clone(), Arc::clone(&state.status)));
                state.open(backend.clone());
                tokio::spawn(read_old_keys(backend));
                return Ok(true);
            }
            Err(error) => {
                let cause = error.downcast_ref::<backend::StartError>();
                let refused = cause.is_some_and(backend::StartError::is_refused_sign_in);
                if !(cause.is_some_and(backend::StartError::is_passing)
                    || refused && settings.database_url_file.is_some())
                {
                    return Err(error);
                }
                tracing::warn!("the database does not answer yet: {error}");
                tokio::time::sleep(RETRY).await;
                // Whoever changes a password puts the new one there.
                if let Ok(Some(database)) = settings.database() {
                    config.database = database;
                }
            }
        }
    }
}

/// Tries once to find the keys and to open the portal.
async fn start(
    settings: &Settings,
    config: &mut BackendConfig,
) -> Result<Backend, Box<dyn Error + Send + Sync>> {
    config.keys = keys(settings, &config.database).await?;
    Ok(Backend::start(config.clone(), clock::now()).await?)
}

/// What is shown of keys that were stored before keys were read is found out beside the first requests.
async fn read_old_keys(backend: Backend) {
    if backend.is_sealed() {
        return;
    }
    match backend.secrets().read_old_keys(&Ctx::system("start", clock::now())).await {
        Ok(0) => {}
        Ok(count) => tracing::info!(count, "read keys that were stored by an older version"),
        Err(error) => {
            tracing::warn!("stored keys could not be read, which is tried again at the next start: {error}");
        }
    }
}

/// The first administrator: from the settings, or by a link that is printed. It is no part of the log, which others may
/// read.
async fn first_admin(
    settings: &Settings,
    backend: &Backend,
    addr: SocketAddr,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    let ctx = Ctx::system("start", clock::now());
    if let Some(admin) = unattended_admin(settings)? {
        let made = backend.users().set_up_unattended(&ctx, &admin).await;
        return match made {
            Ok(Some(name)) => {
                tracing::info!(%name, "made the first administrator");
                Ok(())
            }
            Ok(None) => Ok(()),
            Err(AccessError::Invalid(problems)) => {
                let said: Vec<_> = problems.iter().map(|(_, problem)| problem.message()).collect();
                Err(format!("LATCHKEY_ADMIN_USER or its password is not usable: {}", said.join(" ")).into())
            }
            Err(error) => Err(error.into()),
        };
    }
    if let Some(token) = backend.users().setup_link(&ctx).await? {
        let origin = settings
            .public_url
            .as_ref()
            .map_or_else(|| format!("http://{}", listen_addr::reachable(addr)), Origin::as_text);
        eprintln!(
            "\nNobody can sign in yet. Within an hour, make the first administrator here:\n\n  {origin}/setup?token={}\n",
            token.expose()
        );
    }
    Ok(())
}

fn unattended_admin(settings: &Settings) -> Result<Option<FirstAdmin>, String> {
    let Some(name) = settings.admin_user.clone() else { return Ok(None) };
    let password = match (&settings.admin_password, &settings.admin_password_file) {
        (Some(password), _) => password.clone(),
        (None, Some(path)) => secret_line(path, "LATCHKEY_ADMIN_PASSWORD_FILE")?,
        (None, None) => {
            return Err("LATCHKEY_ADMIN_USER needs LATCHKEY_ADMIN_PASSWORD or LATCHKEY_ADMIN_PASSWORD_FILE"
                .to_owned());
        }
    };
    Ok(Some(FirstAdmin { name, password }))
}

/// How the server is asked to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    /// By SIGTERM: after whoever spreads requests has left this server out.
    ToDrain,
    /// By Ctrl-C: at once.
    ToStop,
}

/// What asks the server to stop.
struct Signals {
    terminate: signal::unix::Signal,
    interrupt: signal::unix::Signal,
}

impl Signals {
    /// The handlers are in place when this returns.
    fn listen() -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal::unix::signal(signal::unix::SignalKind::terminate())?,
            interrupt: signal::unix::signal(signal::unix::SignalKind::interrupt())?,
        })
    }

    /// Waits for the next signal.
    async fn next(&mut self) -> Asked {
        tokio::select! {
            _ = self.terminate.recv() => Asked::ToDrain,
            _ = self.interrupt.recv() => Asked::ToStop,
        }
    }

    /// Waits for the work, for so long at most and only until another signal. Returns `None` where it was cut short.
    async fn bound<T>(&mut self, limit: Duration, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            done = tokio::time::timeout(limit, work) => done.ok(),
            _ = self.next() => None,
        }
    }
}
