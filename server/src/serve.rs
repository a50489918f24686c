//! Serving, from the first request to the last.

use crate::{
    clock,
    config::Settings,
    edge::Origin,
    key_file, listen_addr, listener,
    open::{Outcome, config, end_database, find_database, start},
    recheck, router,
    site::Site,
    state::AppState,
    sweep,
};
use backend::{Backend, Ctx, DatabaseConfig};
use domain::error::Error as Refusal;
use private_postgres::Stop;
use std::{error::Error, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{net::TcpListener, signal, sync::watch};

/// How long requests under way may take to finish when the server stops.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// How long the connections to the database may take to close.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

/// How long the private PostgreSQL may take to end.
const DATABASE_TIMEOUT: Duration = Duration::from_secs(20);

/// How long to wait before a database that did not answer is asked again.
const RETRY_INTERVAL: Duration = Duration::from_secs(2);

/// Serves the portal until it is asked to stop.
///
/// Errors: it cannot listen, or does not open; in words.
#[expect(clippy::too_many_lines, reason = "the start, in its order")]
pub(crate) async fn serve(settings: Settings) -> Outcome {
    let listener = TcpListener::bind(settings.network.addr).await.map_err(|error| {
        format!("cannot listen on {}: {error}. Set LATCHKEY_ADDR to another address", settings.network.addr)
    })?;
    let addr = listener.local_addr()?;
    let site = Site::find(addr);
    let edge = settings.network.edge();
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
    if let Ok(Some(database)) = settings.database.config()
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
    let idle = Duration::from_secs(settings.network.keep_alive_seconds.into());
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
            let ended = signals.bound(DATABASE_TIMEOUT, async {
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
        let rechecks = settings.connection_tests.test_interval.zip(state.backend().cloned());
        let rechecks = rechecks.map(|(interval, backend)| tokio::spawn(recheck::run(backend, interval)));
        drain(&state, settings, &mut signals).await;
        if let Some(rechecks) = rechecks {
            rechecks.abort();
        }
    }
    tracing::info!("stopping");
    // Nobody listens only where the server has ended already.
    let _ = stop.send(true);
    if signals.bound(REQUEST_TIMEOUT, server).await.is_none() {
        tracing::warn!("cut off the requests that were still under way");
    }
    if let Some(backend) = state.backend()
        && signals.bound(CLOSE_TIMEOUT, backend.close()).await.is_none()
    {
        tracing::warn!("the database did not let go of its connections, which end with this process");
    }
    if signals.bound(DATABASE_TIMEOUT, end_database(private)).await.is_none() {
        tracing::warn!("the private PostgreSQL is ended with this process");
    }
    opened.map(drop)
}

/// Waits until the server is asked to stop. By SIGTERM, as whoever runs several servers stops one of them, it says that
/// it is not ready any more and goes on answering for a while; another signal ends that.
async fn drain(state: &AppState, settings: &Settings, signals: &mut Signals) {
    let (asked, seconds) = (signals.next().await, settings.network.drain_seconds);
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
                    || refused && settings.database.database_url_file.is_some())
                {
                    return Err(error);
                }
                tracing::warn!("the database does not answer yet: {error}");
                tokio::time::sleep(RETRY_INTERVAL).await;
                // Whoever changes a password puts the new one there.
                if let Ok(Some(database)) = settings.database.config() {
                    config.database = database;
                }
            }
        }
    }
}

/// Reads the keys that an older version stored unread, beside the first requests, so that pages can show their facts.
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

/// Adds the first administrator from the settings, or prints a link to do so. The link is no part of the log, which others may
/// read.
async fn first_admin(
    settings: &Settings,
    backend: &Backend,
    addr: SocketAddr,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    let ctx = Ctx::system("start", clock::now());
    if let Some(admin) = settings.sign_in.first_admin()? {
        let made = backend.users().set_up_unattended(&ctx, &admin).await;
        return match made {
            Ok(Some(name)) => {
                tracing::info!(%name, "made the first administrator");
                Ok(())
            }
            Ok(None) => Ok(()),
            Err(Refusal::Invalid(problems)) => {
                let said: Vec<_> = problems.iter().map(|wrong| wrong.problem.message()).collect();
                Err(format!("LATCHKEY_ADMIN_USER or its password is not usable: {}", said.join(" ")).into())
            }
            Err(error) => Err(error.into()),
        };
    }
    if let Some(token) = backend.users().setup_link(&ctx).await? {
        let origin = settings
            .network
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

/// A way in which the server is asked to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    /// By SIGTERM: after whoever spreads requests has left this server out.
    ToDrain,
    /// By Ctrl-C: at once.
    ToStop,
}

/// The signals that ask the server to stop.
struct Signals {
    terminate: signal::unix::Signal,
    interrupt: signal::unix::Signal,
}

impl Signals {
    /// Installs the handlers.
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
