//! Serves the portal, from the first request to the last.

use crate::{
    cleanup, clock,
    config::Settings,
    forwarded::Origin,
    key_file, listen_addr, listener, mail,
    metrics::{self, Scrapes, instruments::Instruments},
    notices,
    open::{Outcome, config, end_database, find_database, start},
    router, scheduled_tests,
    site::Site,
    state::AppState,
    surroundings::{self, Sources},
    traces::{self, Traces},
};
use backend::{Backend, Ctx, DatabaseConfig, Observed};
use domain::{error::Error as DomainError, time::Timestamp};
use private_postgres::Stop;
use std::{error::Error, io::Write, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{net::TcpListener, signal, sync::watch, task::JoinHandle};

/// The longest time that requests in flight may take when the server stops.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// The longest time that connection tests may go on when the server stops; then they are cut off, while there is still time to record
/// that.
const TEST_GRACE: Duration = Duration::from_secs(8);

/// The longest time that the connections to the database may take to close.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

/// The longest time that the private PostgreSQL may take to end.
const DATABASE_TIMEOUT: Duration = Duration::from_secs(20);

/// The pause before a database that did not answer is asked again.
const RETRY_INTERVAL: Duration = Duration::from_secs(2);

/// Serves the portal until it is asked to stop.
///
/// Errors: it cannot listen, or does not open; in words.
#[expect(clippy::too_many_lines, reason = "the start, in its order")]
pub(crate) async fn serve(settings: Settings, sources: Sources, traces: Option<Traces>) -> Outcome {
    let listener = TcpListener::bind(settings.network.addr).await.map_err(|error| {
        format!("cannot listen on {}: {error}. Set LATCHKEY_ADDR to another address", settings.network.addr)
    })?;
    let addr = listener.local_addr()?;
    let monitored = monitored(&settings).await?;
    let own = [Some(addr), monitored.as_ref().and_then(|listener| listener.local_addr().ok())];
    let own_ports: Vec<u16> = own.into_iter().flatten().map(|addr| addr.port()).collect();
    let site = Site::find(addr);
    let forwarding = settings.network.forwarding();
    if !addr.ip().is_loopback() && !forwarding.is_behind_tls() {
        tracing::warn!(
            "listening on {addr} without TLS in front: passwords and values can be read on the way. Put a proxy with \
             TLS before it, and set LATCHKEY_PUBLIC_URL and LATCHKEY_TRUSTED_PROXIES"
        );
    }
    if forwarding.is_untold_of_proxies() {
        tracing::warn!(
            "LATCHKEY_PUBLIC_URL is an https address and LATCHKEY_TRUSTED_PROXIES is not set: everybody counts as the \
             proxy with TLS, shares its limit of attempts to sign in, and stands in the audit log under its address. Set \
             LATCHKEY_TRUSTED_PROXIES to the address of that proxy"
        );
    }
    // An address that cannot be read is reported when it is used.
    if let Ok(Some(database)) = settings.database.config()
        && backend::is_database_unproven(&database.url)
    {
        tracing::warn!(
            "the database is on another machine and need not prove its identity: whoever is in between can read and change what is \
             stored. Set sslmode=verify-full, and sslrootcert, in DATABASE_URL"
        );
    }
    let around = surroundings::of_server(&settings, sources, forwarding.clone());
    let state = AppState::new(site.options, site.assets, forwarding);
    state.portal.set_look_around(around);
    state.portal.set_key_place(key_file::place(&settings));
    if let Some(traces) = &traces {
        state.trace_requests(traces.requests());
    }
    if settings.log.log_requests {
        state.log_requests();
    }
    if settings.pseudo_language {
        state.offer_pseudo_language();
    }
    if !site.complete {
        state.status.site_is_incomplete();
    }
    let (stop, stopping) = watch::channel(false);
    let mut signals = Signals::listen()?;
    // The probes answer from here on, while the database may still be starting.
    let idle = Duration::from_secs(settings.network.keep_alive_seconds.into());
    let settings = &settings;
    let monitored = monitored.map(|listener| {
        let instruments = Instruments::default();
        let scrapes = Scrapes::new(&instruments, settings.metrics.metrics_names);
        state.measure(instruments);
        let router = metrics::router(scrapes, state.clone());
        tokio::spawn(listener::serve(listener, router, idle, stopping.clone()))
    });
    let server = tokio::spawn(listener::serve(listener, router(state.clone()), idle, stopping));
    let asked_to_stop = Stop::default();
    let mut finding = Box::pin(find_database(settings, &asked_to_stop));
    let (database, private) = tokio::select! {
        found = &mut finding => found?,
        _ = signals.next() => {
            tracing::info!("stopping");
            asked_to_stop.ask();
            // Stopped properly even now, because a PostgreSQL that is cut off has to recover at its next
            // start.
            let ended = signals.bound(DATABASE_TIMEOUT, async {
                if let Ok((_, private)) = finding.await {
                    end_database(private).await;
                }
            });
            if ended.await.is_none() {
                tracing::warn!("the private PostgreSQL did not stop in time, and is killed with this process");
            }
            return Ok(());
        }
    };
    if let Some(private) = &private {
        state.status.watch_private(private.watch());
    }
    let opened = tokio::select! {
        opened = open(settings, database, &state, addr, &own_ports) => opened,
        _ = signals.next() => Ok((false, None)),
    };
    if let Ok((true, waited_since)) = opened {
        tracing::info!("Latchkey is at http://{}", listen_addr::reachable(addr));
        // Behind nothing but the database: an idle server has no connection by which others could tell that it is there.
        let presence = match state.backend() {
            Some(backend) => Some(backend.be_present(&machine()).await),
            None => None,
        };
        let tests = settings.connection_tests.test_interval.zip(state.backend().cloned());
        let tests = tests.map(|(interval, backend)| tokio::spawn(scheduled_tests::run(backend, interval)));
        let notices = state.backend().cloned().map(|backend| {
            [
                tokio::spawn(notices::watch(backend.clone(), waited_since)),
                tokio::spawn(notices::send(backend.clone())),
                tokio::spawn(mail::run(backend)),
            ]
        });
        drain(&state, settings, &mut signals).await;
        notices.iter().flatten().for_each(JoinHandle::abort);
        if let Some(tests) = tests {
            tests.abort();
        }
        if let Some(presence) = presence {
            signals.bound(CLOSE_TIMEOUT, presence.end()).await;
        }
    }
    tracing::info!("stopping");
    // Nobody listens only if the server has ended already.
    let _ = stop.send(true);
    let answered = async {
        // Ends with an error only if it panicked, which is in the log.
        let _ = server.await;
        if let Some(monitored) = monitored {
            let _ = monitored.await;
        }
    };
    let tests = async {
        if let Some(backend) = state.backend() {
            backend.connection_tests().end(TEST_GRACE).await;
        }
    };
    if signals.bound(REQUEST_TIMEOUT, async { tokio::join!(answered, tests) }).await.is_none() {
        tracing::warn!("aborted the requests that were still in flight");
    }
    if let Some(backend) = state.backend()
        && signals.bound(CLOSE_TIMEOUT, backend.close()).await.is_none()
    {
        tracing::warn!("the connections to the database did not close in time, and end with this process");
    }
    if let Some(traces) = traces
        && signals.bound(traces::END_TIMEOUT, traces.end()).await.is_none()
    {
        tracing::warn!("the last traces could not be sent in time");
    }
    if signals.bound(DATABASE_TIMEOUT, end_database(private)).await.is_none() {
        tracing::warn!("the private PostgreSQL did not stop in time, and is killed with this process");
    }
    opened.map(drop)
}

/// Returns the name of this machine, by which people know one server from another.
fn machine() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    match name.trim() {
        "" => "this-machine".to_owned(),
        name => name.to_owned(),
    }
}

/// Listens for Prometheus, if the settings say so.
///
/// Errors: it cannot listen; in words.
async fn monitored(settings: &Settings) -> Result<Option<TcpListener>, Box<dyn Error + Send + Sync>> {
    let Some(addr) = settings.metrics.metrics_addr else { return Ok(None) };
    let listener = TcpListener::bind(addr).await.map_err(|error| {
        format!("cannot listen on {addr}: {error}. Set LATCHKEY_METRICS_ADDR to another address")
    })?;
    tracing::info!("metrics are at http://{}/metrics", listen_addr::reachable(listener.local_addr()?));
    Ok(Some(listener))
}

/// Has the work on the database measured for whoever wants to know: Prometheus, or readers of the log.
fn observe(backend: &Backend, settings: &Settings, state: &AppState) {
    let metrics = state.instruments().map(|instruments| instruments.services.clone());
    let slow = settings.log.slow_queries();
    if metrics.is_some() || slow.is_some() {
        backend.observe(Observed { metrics, slow });
    }
}

/// Waits until the server is asked to stop. After SIGTERM, with which operators stop one of several servers,
/// it reports not ready and still answers for a while; another signal ends that.
async fn drain(state: &AppState, settings: &Settings, signals: &mut Signals) {
    let (asked, seconds) = (signals.next().await, settings.network.drain_seconds);
    state.drain();
    if asked == Asked::ToDrain && seconds > 0 {
        tracing::info!(seconds, "no longer ready; requests are still answered for LATCHKEY_DRAIN_SECONDS");
        signals.bound(Duration::from_secs(seconds.into()), std::future::pending::<()>()).await;
    }
}

/// Opens the portal once the database answers, and returns since when it has waited for that. Never returns
/// `Ok((false, _))`, which is the caller's other way out.
async fn open(
    settings: &Settings,
    url: DatabaseConfig,
    state: &AppState,
    addr: SocketAddr,
    own_ports: &[u16],
) -> Result<(bool, Option<Timestamp>), Box<dyn Error + Send + Sync>> {
    // Wrong settings are reported before the database is asked.
    key_file::find(settings)?;
    let mut config = config(settings, url, Vec::new())?;
    config.connection_tests.own_ports = own_ports.to_vec();
    let mut waited_since = None;
    loop {
        match start(settings, &mut config).await {
            Ok(backend) => {
                observe(&backend, settings, state);
                if let Ok(health) = backend.health(&Ctx::system("start", clock::now())).await {
                    clock::set_by(health.now);
                }
                // While sealed nobody can be added, and the portal stays up to report it.
                if !backend.is_sealed() {
                    first_admin(settings, &backend, addr).await?;
                }
                tokio::spawn(cleanup::run(backend.clone(), Arc::clone(&state.status)));
                state.open(backend.clone());
                tokio::spawn(read_old_keys(backend));
                return Ok((true, waited_since));
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
                waited_since.get_or_insert_with(clock::now);
                tokio::time::sleep(RETRY_INTERVAL).await;
                // Whoever changes the password puts the new one into the file.
                if let Ok(Some(database)) = settings.database.config() {
                    config.database = database;
                }
            }
        }
    }
}

/// Parses the keys that an older version stored without parsing, beside the first requests, so that pages can
/// show their facts.
async fn read_old_keys(backend: Backend) {
    if backend.is_sealed() {
        return;
    }
    match backend.secrets().read_old_keys(&Ctx::system("start", clock::now())).await {
        Ok(0) => {}
        Ok(count) => tracing::info!(count, "parsed keys that were stored by an older version"),
        Err(error) => {
            tracing::warn!("stored keys could not be parsed; the next start tries again: {error}");
        }
    }
}

/// Adds the first administrator from the settings, or prints a link to do so. The link is not logged, because
/// others may read the log.
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
                tracing::info!(%name, "added the first administrator");
                Ok(())
            }
            Ok(None) => Ok(()),
            Err(DomainError::Invalid(problems)) => {
                let said: Vec<_> =
                    problems.iter().map(|wrong| app::messages::problem(&wrong.problem)).collect();
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
        // A full disk is no reason to end: the next start says it again.
        drop(writeln!(
            std::io::stderr(),
            "\nNobody can sign in yet. Within an hour, make the first administrator here:\n\n  {origin}/setup?token={}\n",
            token.expose()
        ));
    }
    Ok(())
}

/// A way of asking the server to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    /// SIGTERM: stop after load balancers have left this server out.
    ToDrain,
    /// Ctrl-C: stop at once.
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

    /// Waits for the work, at most for `limit` and until another signal. Returns `None` if it was cut short.
    async fn bound<T>(&mut self, limit: Duration, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            done = tokio::time::timeout(limit, work) => done.ok(),
            _ = self.next() => None,
        }
    }
}
