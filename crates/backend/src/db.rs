//! Connections and migrations.

use crate::{
    audit::Alarms,
    context::Ctx,
    error::{StartError, refuse},
    keyring::{
        Keyring, NoKey,
        mac::{Doubt, Message},
    },
    work::Work,
};
use chrono::{DateTime, Utc};
use domain::{error::Error, sensitive::Sensitive, time::Timestamp};
use sqlx::{
    ConnectOptions, Connection, PgConnection, PgPool, Postgres,
    migrate::Migrator,
    pool::PoolConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use std::{
    str::FromStr,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    time::Duration,
};
use tokio::sync::Semaphore;

static MIGRATOR: Migrator = sqlx::migrate!();

/// How long a request waits for a connection before it is told that the database is not available.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// How long anything may take in all. PostgreSQL's own time-outs do not help where PostgreSQL itself, or the way
/// to it, stands still.
const PATIENCE: Duration = Duration::from_secs(8);

/// A connection lent to one read. Whoever hands it back says that it is as good as before. Handed over and not borrowed:
/// the compiler cannot yet tell that the future of an async closure over a borrow may move between threads.
pub(crate) type Reader = PoolConnection<Postgres>;

/// The connections. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Db {
    pool: PgPool,
    readers: Arc<Readers>,
    /// Set once it is known that the keys at hand are the right ones.
    keyring: Arc<OnceLock<Arc<Keyring>>>,
    alarms: Alarms,
}

/// Connections that reads pass on among themselves. The pool asks each that comes back to it whether it lives: a round
/// trip for each page, a tenth of what a page costs.
#[derive(Debug)]
struct Readers {
    /// As many as may read at once.
    turns: Semaphore,
    idle: Mutex<Vec<Reader>>,
    /// As many as are kept. Half of the pool, so that writes never wait for a reader that does nothing.
    kept: usize,
}

impl Db {
    pub(crate) async fn connect(url: &Sensitive, max_connections: u32) -> Result<Self, StartError> {
        let options = options(url)?.options([("statement_timeout", "10s"), ("lock_timeout", "5s")]);
        let pool = PgPoolOptions::new()
            .max_connections(max_connections)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            // A round trip for each request that `read` and `begin` make up for.
            .test_before_acquire(false)
            .connect_with(options)
            .await?;
        Ok(Self::over(pool))
    }

    pub(crate) fn over(pool: PgPool) -> Self {
        let kept = usize::try_from(pool.options().get_max_connections() / 2).unwrap_or_default();
        let readers = Readers { turns: Semaphore::new(kept.max(1)), idle: Mutex::default(), kept };
        Self { pool, readers: Arc::new(readers), keyring: Arc::default(), alarms: Alarms::default() }
    }

    /// A unit of work: `commit` keeps it, dropping it does not.
    pub(crate) async fn begin(&self) -> Result<Work, sqlx::Error> {
        let transaction = self.persist(|| self.pool.begin()).await?;
        Ok(Work::new(transaction, self.clone()))
    }

    /// Has every unit of work from here on vouched for by these keys.
    pub(crate) fn hold(&self, keyring: Arc<Keyring>) {
        // Only the first counts: there is one set of keys for as long as the process runs.
        let _ = self.keyring.set(keyring);
    }

    /// Verifies that the portal wrote this row. Where somebody else did, that is logged and recorded under `what`.
    ///
    /// Errors: no key is at hand.
    pub(crate) fn vouches(
        &self,
        message: &Message,
        mac: Option<&[u8]>,
        what: impl FnOnce() -> String,
    ) -> Result<Result<(), Doubt>, sqlx::Error> {
        let keyring = self.keyring().ok_or_else(NoKey::into_database_error)?;
        let outcome = keyring.vouches(message, mac);
        if let Err(doubt) = outcome {
            self.alarms.raise(self, doubt, what());
        }
        Ok(outcome)
    }

    /// Refusals that are waiting to be recorded with their number, and rows that nobody of the portal wrote.
    pub(crate) fn alarms(&self) -> &Alarms {
        &self.alarms
    }

    /// The keys at hand, if they are the right ones.
    pub(crate) fn keyring(&self) -> Option<&Arc<Keyring>> {
        self.keyring.get()
    }

    /// A connection of one's own, for as long as one likes.
    pub(crate) async fn acquire(&self) -> Result<Reader, sqlx::Error> {
        self.persist(|| self.pool.acquire()).await
    }

    /// Reads, again where a connection turns out to be broken: nothing was changed by then.
    pub(crate) async fn read<T, F>(&self, query: impl Fn(Reader) -> F) -> Result<T, sqlx::Error>
    where
        F: Future<Output = Result<(T, Reader), sqlx::Error>>,
    {
        self.persist(|| async {
            let _turn = self.readers.turns.acquire().await.map_err(|_| sqlx::Error::PoolClosed)?;
            let idle = self.readers.idle().pop();
            let reader = match idle {
                Some(reader) => reader,
                None => self.pool.acquire().await?,
            };
            let (found, reader) = query(reader).await?;
            self.readers.keep(reader);
            Ok(found)
        })
        .await
    }

    /// Does it, again where a connection turns out to be broken.
    async fn persist<T, F>(&self, work: impl Fn() -> F) -> Result<T, sqlx::Error>
    where
        F: Future<Output = Result<T, sqlx::Error>>,
    {
        let attempts = async {
            let mut result = work().await;
            // After PostgreSQL was restarted, every pooled connection is broken, and each is found out by its use.
            for _ in 0..=self.pool.size() {
                match &result {
                    Err(error) if is_broken(error) => result = work().await,
                    _ => break,
                }
            }
            result
        };
        in_time(attempts).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))
    }

    pub(crate) async fn close(&self) {
        self.readers.turns.close();
        self.readers.idle().clear();
        self.pool.close().await;
    }
}

impl Readers {
    fn keep(&self, reader: Reader) {
        let mut idle = self.idle();
        // Once closing has begun, the pool waits for every connection that is out.
        if idle.len() < self.kept && !self.turns.is_closed() {
            idle.push(reader);
        }
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Reader>> {
        // Nothing that holds the lock can panic.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the work comes to, or `None` where it takes too long.
pub(crate) async fn in_time<T>(work: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout(PATIENCE, work).await.ok()
}

/// What the work comes to; `Unavailable` where it takes too long.
pub(crate) async fn bounded<T, E: From<Error>>(
    ctx: &Ctx,
    work: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    // On the heap: a unit of work is large, and every caller's future would carry it.
    match in_time(Box::pin(work)).await {
        Some(outcome) => outcome,
        None => Err(refuse(ctx, &sqlx::Error::PoolTimedOut).into()),
    }
}

/// Whether the connection itself failed, as after a restart of PostgreSQL.
fn is_broken(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Protocol(_) => true,
        // Class 57P: PostgreSQL is going down or coming up.
        sqlx::Error::Database(error) => error.code().is_some_and(|code| code.starts_with("57P")),
        _ => false,
    }
}

fn options(url: &Sensitive) -> Result<PgConnectOptions, StartError> {
    Ok(PgConnectOptions::from_str(url.expose())
        .map_err(|_| StartError::Address)?
        .application_name("latchkey")
        // That a table is there already is no news.
        .options([("client_min_messages", "warning")])
        .disable_statement_logging())
}

/// Host and port of the database at this address; `None` where it is reached over a socket of this machine.
pub(crate) fn endpoint(url: &Sensitive) -> Result<Option<(String, u16)>, StartError> {
    let options = options(url)?;
    let host = options.get_host();
    let over_socket = options.get_socket().is_some() || host.starts_with('/');
    Ok((!over_socket).then(|| (host.to_owned(), options.get_port())))
}

/// Brings the database at this address up to date, and ends. Takes a lock, so that servers may start at once, and
/// all the time it needs: its connection has no time-outs.
///
/// Errors: no usable address, no database there, or a migration that failed and left nothing behind.
pub async fn migrate(url: &Sensitive) -> Result<(), StartError> {
    let mut connection = PgConnection::connect_with(&options(url)?).await?;
    MIGRATOR.run(&mut connection).await?;
    Ok(connection.close().await?)
}

/// As PostgreSQL's driver takes it.
pub(crate) fn instant(at: Timestamp) -> Result<DateTime<Utc>, sqlx::Error> {
    DateTime::from_timestamp_micros(at.micros())
        .ok_or_else(|| sqlx::Error::Encode("a moment beyond the calendar".into()))
}

/// As `domain` has it.
pub(crate) fn timestamp(at: DateTime<Utc>) -> Timestamp {
    Timestamp::from_micros(at.timestamp_micros())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A read that is under way when the server stops gives its connection back, or closing would wait for ever.
    #[sqlx::test]
    async fn closing_waits_for_a_read_and_ends(pool: PgPool) {
        let own = PgPoolOptions::new()
            .max_connections(4)
            .connect_with(std::sync::Arc::unwrap_or_clone(pool.connect_options()))
            .await
            .unwrap();
        let db = Db::over(own);
        let reading = db.clone();
        let (begun, begin) = tokio::sync::oneshot::channel();
        let begun = Mutex::new(Some(begun));
        let read = tokio::spawn(async move {
            reading
                .read(|reader| {
                    let begun = begun.lock().unwrap().take();
                    async move {
                        if let Some(begun) = begun {
                            begun.send(()).unwrap();
                        }
                        tokio::time::sleep(Duration::from_millis(200)).await;
                        Ok(((), reader))
                    }
                })
                .await
        });
        begin.await.unwrap();
        tokio::time::timeout(Duration::from_secs(3), db.close()).await.expect("closing ends");
        read.await.unwrap().unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn where_nothing_answers_the_wait_ends() {
        assert_eq!(in_time(std::future::ready(1)).await, Some(1));
        assert_eq!(in_time(std::future::pending::<()>()).await, None);
    }
}
