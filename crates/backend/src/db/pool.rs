//! The pool of connections: made to a server that takes writes, lent, returned, and closed as soon as there is doubt
//! about them.
//!
//! sqlx's pool does not fit: it asks each returned connection whether it lives, without a time limit, so that a
//! connection that died silently keeps its place until the kernel gives up, a quarter of an hour later (sqlx#3540); and
//! it knows only one server, and nothing of servers that have become read-only. This pool does not ask a connection at
//! all that is returned in good order, and checks any other for `LOOK` and closes it.

use super::{
    address::{Address, DatabaseConfig, with_settings},
    load::{Counted, PoolState},
    repository,
    servers::{Reached, reach},
};
use crate::error::{self, StartError};
use sqlx::{PgConnection, postgres::PgConnectOptions};
use std::{
    ops::{Deref, DerefMut},
    path::Path,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::{Notify, OwnedSemaphorePermit, Semaphore},
    time::{Instant, timeout},
};

/// The longest time that one server may take to accept a connection.
pub(super) const CONNECT: Duration = Duration::from_secs(3);

/// The longest time that a connection may take to prove that it lives.
pub(super) const LOOK: Duration = Duration::from_secs(1);

/// How long an unused connection still counts as alive.
const TRUSTED: Duration = Duration::from_secs(1);

/// How long an unused connection is kept: less than any load balancer or firewall takes to forget it.
const KEPT: Duration = Duration::from_secs(30);

/// The pause before a server that refused is asked again.
const PAUSE: Duration = Duration::from_millis(200);

/// How long closing waits for lent connections.
const CLOSE: Duration = Duration::from_secs(2);

#[derive(Debug)]
pub(super) struct Pool {
    target: Mutex<Target>,
    pub(super) pooler: bool,
    pub(super) most: u32,
    /// How long a request waits for a connection before the database counts as unavailable.
    wait: Duration,
    slots: Arc<Semaphore>,
    idle: Mutex<Idle>,
    /// Notified when a connection is returned or closed.
    freed: Notify,
    open: Arc<AtomicU32>,
    /// The number of callers that wait for a connection.
    waiting: Arc<AtomicU32>,
    /// Whether the server has just refused a further connection.
    crowded: AtomicBool,
    closed: AtomicBool,
}

#[derive(Debug)]
enum Target {
    Servers {
        address: Address,
        config: DatabaseConfig,
        /// The server that is asked first.
        last: usize,
        /// The server that took writes last.
        used: usize,
    },
    /// The server's options in a test.
    #[cfg_attr(not(test), expect(dead_code, reason = "tests are handed options and no address"))]
    Options(Box<PgConnectOptions>),
}

#[derive(Debug, Default)]
struct Idle {
    /// The current epoch. Connections of earlier epochs are closed when they are returned.
    epoch: u64,
    live: Vec<(Live, Instant)>,
}

/// An open connection.
#[derive(Debug)]
struct Live {
    connection: PgConnection,
    epoch: u64,
    /// Whether its server took no writes when it was made.
    read_only: bool,
    _counted: Counted,
}

/// A lent connection. The holder returns it in good order; a dropped connection is checked, and closed if it does not
/// answer.
#[derive(Debug)]
pub(crate) struct Connection {
    live: Option<Live>,
    slot: Option<OwnedSemaphorePermit>,
    pool: Arc<Pool>,
    /// Whether it was made for this loan.
    pub(super) fresh: bool,
    /// Whether a transaction is open.
    pub(super) working: bool,
}

impl Pool {
    pub(super) fn new(config: DatabaseConfig, most: u32, wait: Duration) -> Result<Self, StartError> {
        let address = Address::parse(&config.url)?;
        let pooler = config.pooler;
        Ok(Self::to(Target::Servers { address, config, last: 0, used: 0 }, pooler, most, wait))
    }

    #[cfg(test)]
    pub(super) fn with_options(options: PgConnectOptions, most: u32, wait: Duration) -> Self {
        Self::to(Target::Options(Box::new(options)), false, most, wait)
    }

    fn to(target: Target, pooler: bool, most: u32, wait: Duration) -> Self {
        Self {
            target: Mutex::new(target),
            pooler,
            most,
            wait,
            slots: Arc::new(Semaphore::new(usize::try_from(most).unwrap_or(1).max(1))),
            idle: Mutex::default(),
            freed: Notify::new(),
            open: Arc::default(),
            waiting: Arc::default(),
            crowded: AtomicBool::new(false),
            closed: AtomicBool::new(false),
        }
    }

    /// Lends a connection. A connection that was unused for a while is checked first, if `look` says so.
    pub(super) async fn lend(self: &Arc<Self>, look: bool) -> Result<Connection, sqlx::Error> {
        let until = Instant::now() + self.wait;
        let slot = if let Ok(slot) = Arc::clone(&self.slots).try_acquire_owned() {
            slot
        } else {
            let _waiting = self.wait();
            tokio::time::timeout_at(until, Arc::clone(&self.slots).acquire_owned())
                .await
                .map_err(|_| sqlx::Error::PoolTimedOut)?
                .map_err(|_| sqlx::Error::PoolClosed)?
        };
        let mut failure = sqlx::Error::PoolTimedOut;
        while Instant::now() < until && !self.closed.load(Ordering::Acquire) {
            if let Some((mut live, since)) = self.pop() {
                if look && since.elapsed() > TRUSTED && !self.is_sound(&mut live, false).await {
                    self.distrust(live.epoch);
                    continue;
                }
                return Ok(self.lent(live, slot, false));
            }
            // If the server accepts no more connections, wait for a lent one.
            let full = self.crowded.swap(false, Ordering::AcqRel) && self.open.load(Ordering::Acquire) > 0;
            if !full {
                match self.connect().await {
                    Ok(live) => return Ok(self.lent(live, slot, true)),
                    Err(error) if error::is_crowded(&error) => {
                        error::explain(&error);
                        self.crowded.store(true, Ordering::Release);
                        failure = error;
                    }
                    Err(error) if error::is_away(&error) => failure = error,
                    Err(error) => return Err(error),
                }
            }
            // Whichever ends first, look again.
            let _ = timeout(PAUSE, self.freed.notified()).await;
        }
        Err(if self.closed.load(Ordering::Acquire) { sqlx::Error::PoolClosed } else { failure })
    }

    /// Counts the caller as waiting, until what is returned is dropped.
    pub(super) fn wait(&self) -> impl Send + use<> {
        Counted::new(&self.waiting)
    }

    /// Returns how many connections are lent and unused, and how many callers wait.
    pub(super) fn state(&self) -> PoolState {
        let free = u32::try_from(self.slots.available_permits()).unwrap_or(u32::MAX);
        PoolState {
            most: self.most,
            in_use: self.most.saturating_sub(free),
            idle: u32::try_from(self.idle().live.len()).unwrap_or(u32::MAX),
            waiting: self.waiting.load(Ordering::Relaxed),
        }
    }

    fn lent(self: &Arc<Self>, live: Live, slot: OwnedSemaphorePermit, fresh: bool) -> Connection {
        Connection { live: Some(live), slot: Some(slot), pool: Arc::clone(self), fresh, working: false }
    }

    /// Takes the connection that was returned last, because it is the likeliest to live; closes those that were unused
    /// for long.
    fn pop(&self) -> Option<(Live, Instant)> {
        let mut idle = self.idle();
        idle.live.retain(|(_, since)| since.elapsed() < KEPT);
        idle.live.pop()
    }

    /// Returns whether the connection answers in time, and its server takes writes as before. Ends an open transaction.
    async fn is_sound(&self, live: &mut Live, working: bool) -> bool {
        let read_only = timeout(LOOK, async {
            if self.pooler && !working {
                // Behind a pooler a single statement may meet two servers.
                let read_only = repository::begin(&mut live.connection, true).await?;
                repository::rollback(&mut live.connection).await?;
                return Ok(read_only);
            }
            repository::recover(&mut live.connection, working).await
        });
        matches!(read_only.await, Ok(Ok::<_, sqlx::Error>(read_only)) if read_only == live.read_only)
    }

    /// Closes every unused connection, and every lent one when it is returned, because what happened to one has
    /// happened to all that were made before.
    pub(super) fn distrust(&self, epoch: u64) {
        let mut idle = self.idle();
        if epoch == idle.epoch {
            idle.epoch += 1;
            idle.live.clear();
        }
    }

    fn keep(&self, live: Live) {
        {
            let mut idle = self.idle();
            if live.epoch == idle.epoch && !self.closed.load(Ordering::Acquire) {
                idle.live.push((live, Instant::now()));
            }
        }
        self.freed.notify_one();
    }

    /// Makes a connection: to the server that took writes last, or to another one that does. If no server takes writes,
    /// a read-only one is better than none, unless the address says otherwise.
    ///
    /// If that fails, reads the file with the address again.
    async fn connect(&self) -> Result<Live, sqlx::Error> {
        match self.try_servers().await {
            Err(error) if self.read_file_again() => {
                tracing::info!("DATABASE_URL_FILE holds another address or password now; trying it");
                drop(error);
                self.try_servers().await
            }
            made => made,
        }
    }

    async fn try_servers(&self) -> Result<Live, sqlx::Error> {
        let epoch = self.idle().epoch;
        let counted = Counted::new(&self.open);
        let (options, writable_only) = self.options()?;
        // Whoever gives up waiting while a server is silent begins with the next server the next time.
        let pass_over = |number| self.pass_over(number);
        let reached = reach(options, self.pooler, writable_only, CONNECT, pass_over).await?;
        if !reached.read_only {
            self.remember(reached.number);
        } else if writable_only {
            return Err(error::read_only());
        }
        let Reached { connection, read_only, .. } = reached;
        Ok(Live { connection, epoch, read_only, _counted: counted })
    }

    /// Returns every server's number and options for the driver, beginning with the last that took writes.
    fn options(&self) -> Result<(Vec<(usize, PgConnectOptions)>, bool), sqlx::Error> {
        match &*self.target() {
            Target::Servers { address, last, .. } => {
                let count = address.count();
                let numbers = (0..count).map(|n| (n + last) % count.max(1));
                let options = numbers
                    .map(|number| Ok((number, address.options(number, self.pooler)?)))
                    .collect::<Result<_, StartError>>()
                    .map_err(|error| sqlx::Error::Configuration(error.to_string().into()))?;
                Ok((options, address.writable_only))
            }
            Target::Options(options) => {
                // A test's own settings take precedence.
                let own = options.get_options().is_some();
                let options = PgConnectOptions::clone(options);
                Ok((vec![(0, if own { options } else { with_settings(options, self.pooler) })], false))
            }
        }
    }

    fn remember(&self, number: usize) {
        if let Target::Servers { last, used, address, .. } = &mut *self.target() {
            *last = number;
            if *used != number {
                *used = number;
                tracing::info!(server = address.name(number), "connected to another server of the database");
            }
        }
    }

    /// Puts this server behind the others, until a connection to it succeeds.
    fn pass_over(&self, number: usize) {
        if let Target::Servers { last, address, .. } = &mut *self.target() {
            *last = (number + 1) % address.count().max(1);
        }
    }

    /// Reads the file again, and returns whether its contents have changed.
    fn read_file_again(&self) -> bool {
        let mut target = self.target();
        let Target::Servers { address, config, .. } = &mut *target else { return false };
        let Some(url) = config.file.as_deref().and_then(read_address) else { return false };
        if url.expose() == config.url.expose() {
            return false;
        }
        match Address::parse(&url) {
            Ok(read) => {
                (*address, config.url) = (read, url);
                true
            }
            Err(error) => {
                tracing::error!("DATABASE_URL_FILE was read again and cannot be used: {error}");
                false
            }
        }
    }

    /// Closes the pool. Lent connections get a moment to be returned; none keeps the process running.
    pub(super) async fn close(&self) {
        self.closed.store(true, Ordering::Release);
        self.slots.close();
        self.idle().live.clear();
        let back = async {
            while self.open.load(Ordering::Acquire) > 0 {
                let _ = timeout(Duration::from_millis(20), self.freed.notified()).await;
            }
        };
        // Longer than that, nobody waits.
        let _ = timeout(CLOSE, back).await;
    }

    fn idle(&self) -> MutexGuard<'_, Idle> {
        // Nothing that holds the lock can panic.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn target(&self) -> MutexGuard<'_, Target> {
        self.target.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads the address from its file; `None` if the file is missing, as in the middle of a rotation.
fn read_address(path: &Path) -> Option<domain::sensitive::Sensitive> {
    let text = zeroize::Zeroizing::new(std::fs::read_to_string(path).ok()?);
    // Some editors begin a file with a byte order mark, which is not white space.
    let address = text.strip_prefix('\u{feff}').unwrap_or(&text);
    Some(domain::sensitive::Sensitive::new(address.trim()))
}

impl Connection {
    /// Returns the connection in good order.
    pub(super) fn give_back(mut self) {
        if let Some(live) = self.live.take() {
            self.slot = None;
            self.pool.keep(live);
        }
    }

    /// Closes the connection, and all that were made with it or before.
    pub(super) fn discard(mut self) {
        if let Some(live) = self.live.take() {
            self.pool.distrust(live.epoch);
        }
    }

    pub(super) fn epoch(&self) -> u64 {
        self.live.as_ref().map_or(0, |live| live.epoch)
    }

    pub(super) fn pooler(&self) -> bool {
        self.pool.pooler
    }
}

impl Deref for Connection {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        match &self.live {
            Some(live) => &live.connection,
            None => unreachable!("a connection is taken out only as its loan ends"),
        }
    }
}

impl DerefMut for Connection {
    fn deref_mut(&mut self) -> &mut PgConnection {
        match &mut self.live {
            Some(live) => &mut live.connection,
            None => unreachable!("a connection is taken out only as its loan ends"),
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let (Some(mut live), Ok(runtime)) = (self.live.take(), tokio::runtime::Handle::try_current()) else {
            return;
        };
        let (slot, pool, working) = (self.slot.take(), Arc::clone(&self.pool), self.working);
        runtime.spawn(async move {
            if pool.is_sound(&mut live, working).await {
                drop(slot);
                pool.keep(live);
            } else {
                pool.distrust(live.epoch);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn read_address_accepts_files_as_editors_write_them() {
        let path = std::env::temp_dir().join(format!("latchkey-address-{}", uuid::Uuid::new_v4()));
        let address = "postgres://u:p@localhost/d";
        for form in ["{}", "{}\n", "{}\r\n", "\u{feff}{}\r\n", " {} \n\n"] {
            std::fs::write(&path, form.replace("{}", address)).unwrap();
            assert_eq!(read_address(&path).unwrap().expose(), address, "{form:?}");
        }
        std::fs::remove_file(&path).unwrap();
        assert!(read_address(&path).is_none());
    }
}
