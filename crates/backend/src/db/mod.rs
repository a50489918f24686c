//! Connections, transactions and migrations.

mod address;
mod pool;
mod repository;
mod schema;
mod servers;

pub use address::DatabaseConfig;
pub(crate) use repository::schema_version;
pub(crate) use schema::endpoints;
pub use schema::{has_key, migrate};

use crate::{
    audit::Alarms,
    context::Ctx,
    error::{self, Failure, StartError, public_error},
    keyring::{Keyring, NoKey, mac::Message},
    work::Work,
};
use chrono::{DateTime, Utc};
use domain::{error::Error, time::Timestamp};
use pool::{Connection, Pool};
use sqlx::PgConnection;
use std::{
    ops::{Deref, DerefMut},
    sync::{Arc, OnceLock},
    time::Duration,
};
use tokio::{sync::Semaphore, time::timeout};

/// How long a request waits for a connection before it is told that the database is not available.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// How long anything may take in all. PostgreSQL's own time-outs do not help where PostgreSQL itself, or the way
/// to it, stands still.
const PATIENCE: Duration = Duration::from_secs(8);

/// How long it takes at most until requests are served again where a database is back, or another server has taken its
/// place. The worst is that every connection is in use and silent: requests give up, their connections are looked at and
/// closed, and the first server that is asked for new ones is silent as well. Where every place is taken by requests that wait
/// for a server that takes writes, beside one that takes none, it is less: each gives its place up as its wait ends.
const BACK: Duration = Duration::from_secs(10);

const _: () = {
    let silent = PATIENCE.as_millis() + pool::LOOK.as_millis() + servers::HEAD_START.as_millis();
    let waiting = pool::CONNECT.as_millis() + 2 * servers::HEAD_START.as_millis();
    assert!(silent < BACK.as_millis(), "it takes longer until requests are served again");
    assert!(waiting < silent, "the wait for a server that takes writes is the worst");
};

/// How long a connection that was used before may take to begin a transaction.
const BEGIN: Duration = Duration::from_secs(2);

/// How often a read or the beginning of a transaction is tried anew on another connection.
const ATTEMPTS: u32 = 3;

/// The connections. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Db {
    pool: Arc<Pool>,
    /// As many as may read at once: half of the connections, so that writes never wait for reads.
    readers: Arc<Semaphore>,
    /// Set once it is known that the keys at hand are the right ones.
    keyring: Arc<OnceLock<Arc<Keyring>>>,
    alarms: Alarms,
}

/// A transaction on a connection that is lent: `commit` keeps it, dropping it does not.
#[derive(Debug)]
pub(crate) struct Transaction(Connection);

impl Db {
    pub(crate) async fn connect(config: DatabaseConfig, max_connections: u32) -> Result<Self, StartError> {
        let db = Self::with(Pool::new(config, max_connections, ACQUIRE_TIMEOUT)?);
        // Whether it answers is known from here on.
        db.pool.lend(true).await?.give_back();
        Ok(db)
    }

    fn with(pool: Pool) -> Self {
        let readers = usize::try_from(pool.most / 2).unwrap_or_default().max(1);
        Self {
            pool: Arc::new(pool),
            readers: Arc::new(Semaphore::new(readers)),
            keyring: Arc::default(),
            alarms: Alarms::default(),
        }
    }

    /// Connections of its own to where the pool of a test leads; they end with that pool.
    #[cfg(test)]
    pub(crate) fn over(pool: sqlx::PgPool) -> Self {
        let options = Arc::unwrap_or_clone(pool.connect_options());
        let (most, wait) = (pool.options().get_max_connections(), pool.options().get_acquire_timeout());
        let db = Self::with(Pool::with_options(options, most, wait.min(ACQUIRE_TIMEOUT)));
        let (closed, ours) = (pool.close_event(), db.clone());
        tokio::spawn(async move {
            closed.await;
            ours.close().await;
            drop(pool);
        });
        db
    }

    /// Does a unit of work in one transaction and commits it, also where it changed nothing. Where the work returns an error
    /// the transaction is rolled back; what the database said is logged, once, and outsiders are told as little as ever.
    pub(crate) async fn write<T, E: From<Error>>(
        &self,
        ctx: &Ctx,
        work: impl AsyncFnOnce(&mut Work) -> Result<T, Failure<E>>,
    ) -> Result<T, E> {
        self.try_write(work).await.map_err(|failure| failure.public_error(ctx))
    }

    /// Does the same for whoever knows better what to make of a failure, such as a name that is taken. Nothing is logged.
    pub(crate) async fn try_write<T, E>(
        &self,
        work: impl AsyncFnOnce(&mut Work) -> Result<T, Failure<E>>,
    ) -> Result<T, Failure<E>> {
        // On the heap: a unit of work is large, and every caller's future would carry it.
        let done = in_time(Box::pin(async {
            let mut unit = self.begin().await?;
            let done = work(&mut unit).await?;
            unit.commit().await?;
            Ok(done)
        }));
        done.await.unwrap_or(Err(Failure::Db(sqlx::Error::PoolTimedOut)))
    }

    /// Begins a unit of work, on another connection where the first turns out to be broken or its server to take no
    /// writes any more. `write` is for all that a request waits for; this is for what has a time limit of its own, or none.
    pub(crate) async fn begin(&self) -> Result<Work, sqlx::Error> {
        Ok(Work::new(self.transaction().await?, self.clone()))
    }

    /// Has every unit of work from here on vouched for by these keys.
    pub(crate) fn hold(&self, keyring: Arc<Keyring>) {
        // Only the first counts: there is one set of keys for as long as the process runs.
        let _ = self.keyring.set(keyring);
    }

    /// Returns whether the portal wrote this row. Where somebody else did, that is logged and recorded under `what`. A row that
    /// is signed under a key which is in use and not at hand is refused as well, and logged alone: another server that knows a
    /// newer key may have written it.
    ///
    /// Errors: no key is at hand.
    pub(crate) fn vouches(
        &self,
        message: &Message,
        mac: Option<&[u8]>,
        what: impl FnOnce() -> String,
    ) -> Result<bool, sqlx::Error> {
        let keyring = self.keyring().ok_or_else(NoKey::into_database_error)?;
        let Err(doubt) = keyring.vouches(message, mac) else { return Ok(true) };
        self.alarms.raise(self, doubt, mac, what());
        Ok(false)
    }

    /// Refusals that are waiting to be recorded with their number, and rows that nobody of the portal wrote.
    pub(crate) fn alarms(&self) -> &Alarms {
        &self.alarms
    }

    /// The keys at hand, if they are the right ones.
    pub(crate) fn keyring(&self) -> Option<&Arc<Keyring>> {
        self.keyring.get()
    }

    async fn transaction(&self) -> Result<Transaction, sqlx::Error> {
        in_time(async {
            let mut failure = sqlx::Error::PoolTimedOut;
            for _ in 0..ATTEMPTS {
                let mut connection = self.pool.lend(false).await?;
                let limit = if connection.fresh { PATIENCE } else { BEGIN };
                // Before it is sent: whoever gives up waiting leaves a transaction that may be open.
                connection.working = true;
                match timeout(limit, repository::begin(&mut connection, self.pool.pooler)).await {
                    Ok(Ok(false)) => return Ok(Transaction(connection)),
                    Ok(Ok(true)) if connection.fresh => return Err(error::read_only()),
                    Ok(Ok(true)) => failure = error::read_only(),
                    Ok(Err(error)) if error::is_broken(&error) => failure = error,
                    Ok(Err(error)) => return Err(error),
                    Err(_) => {}
                }
                connection.discard();
            }
            Err(failure)
        })
        .await
        .unwrap_or(Err(sqlx::Error::PoolTimedOut))
    }

    /// Reads, again where a connection turns out to be broken: nothing was changed by then. What the database said is logged,
    /// once, and outsiders are told as little as ever.
    pub(crate) async fn read<T>(
        &self,
        ctx: &Ctx,
        query: impl AsyncFnOnce(&mut PgConnection) -> Result<T, sqlx::Error> + Clone,
    ) -> Result<T, Error> {
        self.try_read(query).await.map_err(|error| public_error(ctx, &error))
    }

    /// Does the same for whoever knows better what to make of a failure. Nothing is logged.
    ///
    /// Each attempt is a clone of the query: of an `AsyncFn`, which could be called again, the compiler cannot yet tell that
    /// its future may move between threads.
    pub(crate) async fn try_read<T>(
        &self,
        query: impl AsyncFnOnce(&mut PgConnection) -> Result<T, sqlx::Error> + Clone,
    ) -> Result<T, sqlx::Error> {
        in_time(async {
            let mut failure = sqlx::Error::PoolTimedOut;
            for _ in 0..ATTEMPTS {
                match self.read_once(query.clone()).await {
                    Err(error) if error::is_broken(&error) => failure = error,
                    read => return read,
                }
            }
            Err(failure)
        })
        .await
        .unwrap_or(Err(sqlx::Error::PoolTimedOut))
    }

    async fn read_once<T>(
        &self,
        query: impl AsyncFnOnce(&mut PgConnection) -> Result<T, sqlx::Error>,
    ) -> Result<T, sqlx::Error> {
        let _turn = self.readers.acquire().await.map_err(|_| sqlx::Error::PoolClosed)?;
        let mut connection = self.pool.lend(true).await?;
        let epoch = connection.epoch();
        if connection.pooler() {
            // A statement alone may be prepared on one of the pooler's connections and run on another.
            connection.working = true;
            repository::begin(&mut connection, true).await?;
        }
        match query(&mut connection).await {
            Ok(found) => {
                if connection.working {
                    repository::commit(&mut connection).await?;
                    connection.working = false;
                }
                connection.give_back();
                Ok(found)
            }
            Err(error) => {
                if error::is_broken(&error) {
                    self.pool.distrust(epoch);
                }
                Err(error)
            }
        }
    }

    /// The moment it is on the database's clock.
    pub(crate) async fn now(&self) -> Result<Timestamp, sqlx::Error> {
        self.try_read(async |connection| repository::now(connection).await.map(timestamp)).await
    }

    pub(crate) async fn close(&self) {
        self.readers.close();
        self.pool.close().await;
    }
}

impl Transaction {
    /// Keeps what was done.
    pub(crate) async fn commit(mut self) -> Result<(), sqlx::Error> {
        repository::commit(&mut self.0).await?;
        self.0.working = false;
        self.0.give_back();
        Ok(())
    }

    /// Takes back what was done, and waits until that is so.
    pub(crate) async fn rollback(mut self) -> Result<(), sqlx::Error> {
        repository::rollback(&mut self.0).await?;
        self.0.working = false;
        self.0.give_back();
        Ok(())
    }

    /// Takes back what was done, and begins anew on the same connection.
    pub(crate) async fn start_over(&mut self) -> Result<(), sqlx::Error> {
        repository::rollback(&mut self.0).await?;
        let pooler = self.0.pooler();
        if repository::begin(&mut self.0, pooler).await? { Err(error::read_only()) } else { Ok(()) }
    }
}

impl Deref for Transaction {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.0
    }
}

impl DerefMut for Transaction {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.0
    }
}

/// What the work comes to, or `None` where it takes too long.
pub(crate) async fn in_time<T>(work: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout(PATIENCE, work).await.ok()
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
mod tests;
