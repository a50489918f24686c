//! Reads and writes on lent connections.

use super::{
    address::DatabaseConfig,
    limits::{WORK_TIMEOUT, in_time},
    load::PoolState,
    observer::{Kind, Named, Observed, Observer},
    pool::{self, Pool},
    repository, servers,
    time::timestamp,
    transaction::Transaction,
};
use crate::{
    context::Ctx,
    error::{self, Failure, StartError, public_error},
    keyring::{Doubted, Keyring, Witness, mac::Message},
    metrics::instruments::Metrics,
    work::Work,
};
use domain::{error::Error, time::Timestamp};
use sqlx::{PgConnection, Postgres, postgres::PgArguments, query::Query};
use std::{
    sync::{Arc, Weak},
    time::Duration,
};
use tokio::{
    sync::{Semaphore, mpsc},
    time::timeout,
};
use tracing::Instrument;

/// The longest time that a request waits for a connection before the database counts as unavailable.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// The longest time until requests are served again after a database is back, or another server has replaced it. In the
/// worst case every connection is in use and silent: requests time out, their connections are checked and closed, and
/// the first server that is asked for new ones is silent as well. If every place is taken by requests that wait for a
/// server that takes writes, beside a read-only one, it is less: each gives its place up when its wait ends.
const BACK: Duration = Duration::from_secs(10);

const _: () = {
    let silent = WORK_TIMEOUT.as_millis() + pool::LOOK.as_millis() + servers::HEAD_START.as_millis();
    let waiting = pool::CONNECT.as_millis() + 2 * servers::HEAD_START.as_millis();
    assert!(silent < BACK.as_millis(), "it takes longer until requests are served again");
    assert!(waiting < silent, "the wait for a server that takes writes is the worst");
};

/// The longest time that a used connection may take to begin a transaction.
const BEGIN: Duration = Duration::from_secs(2);

/// How often a read or the beginning of a transaction is retried on another connection.
const ATTEMPTS: u32 = 3;

/// The connections, and the keys that vouch for what is read and written on them. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Connections {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    pool: Arc<Pool>,
    /// The most reads at once: half of the connections, so that writes never wait for reads.
    readers: Semaphore,
    witness: Witness,
    observer: Observer,
}

/// Returns the path of the method that contains this closure, or of the given function; statements are logged under it.
fn method_of<T>(_: &T) -> &'static str {
    std::any::type_name::<T>().trim_end_matches("::{{closure}}")
}

/// The connections, for a holder that does not keep them open.
#[derive(Clone, Debug)]
pub(crate) struct WeakConnections(Weak<Inner>);

impl WeakConnections {
    /// Returns the connections, if anybody still has them.
    pub(crate) fn upgrade(&self) -> Option<Connections> {
        self.0.upgrade().map(|inner| Connections { inner })
    }
}

impl Connections {
    pub(super) async fn connect(
        config: DatabaseConfig,
        max_connections: u32,
    ) -> Result<(Self, mpsc::UnboundedReceiver<Doubted>), StartError> {
        let (connections, doubted) = Self::with(Pool::new(config, max_connections, ACQUIRE_TIMEOUT)?);
        // A connection proves at once that the database answers.
        connections.inner.pool.lend(true).await?.give_back();
        Ok((connections, doubted))
    }

    fn with(pool: Pool) -> (Self, mpsc::UnboundedReceiver<Doubted>) {
        let readers = usize::try_from(pool.most / 2).unwrap_or_default().max(1);
        let (witness, doubted) = Witness::new();
        let (pool, observer) = (Arc::new(pool), Observer::default());
        let inner = Inner { pool, readers: Semaphore::new(readers), witness, observer };
        (Self { inner: Arc::new(inner) }, doubted)
    }

    /// Returns separate connections to the database of a test's pool; they end with that pool.
    #[cfg(test)]
    pub(super) fn from_pool(pool: sqlx::PgPool) -> (Self, mpsc::UnboundedReceiver<Doubted>) {
        let options = Arc::unwrap_or_clone(pool.connect_options());
        let (most, wait) = (pool.options().get_max_connections(), pool.options().get_acquire_timeout());
        let (connections, doubted) = Self::with(Pool::with_options(options, most, wait.min(ACQUIRE_TIMEOUT)));
        let (closed, ours) = (pool.close_event(), connections.clone());
        tokio::spawn(async move {
            closed.await;
            ours.close().await;
            drop(pool);
        });
        (connections, doubted)
    }

    /// Returns the pool itself.
    #[cfg(test)]
    pub(super) fn pool(&self) -> &Arc<Pool> {
        &self.inner.pool
    }

    /// Returns the connections without keeping them open.
    pub(crate) fn downgrade(&self) -> WeakConnections {
        WeakConnections(Arc::downgrade(&self.inner))
    }

    /// Does a unit of work in one transaction and commits it, even if it changed nothing. If the work returns an error,
    /// the transaction is rolled back; the database's error is logged once, and outsiders see only a public error.
    pub(crate) async fn write<T, E: From<Error>>(
        &self,
        ctx: &Ctx,
        work: impl AsyncFnOnce(&mut Work) -> Result<T, Failure<E>>,
    ) -> Result<T, E> {
        let by = method_of(&work);
        let span = tracing::debug_span!("write", request_id = ctx.request_id, by);
        let named = Named { kind: Kind::Write, by, request_id: Some(&ctx.request_id) };
        let done = self.inner.observer.watch(named, self.writing(work)).instrument(span).await;
        done.map_err(|failure| failure.public_error(ctx))
    }

    /// Does a unit of work for a caller that handles failures itself, such as a name that is taken. Logs nothing.
    pub(crate) async fn try_write<T, E>(
        &self,
        work: impl AsyncFnOnce(&mut Work) -> Result<T, Failure<E>>,
    ) -> Result<T, Failure<E>> {
        let named = Named { kind: Kind::Write, by: method_of(&work), request_id: None };
        self.inner.observer.watch(named, self.writing(work)).await
    }

    async fn writing<T, E>(
        &self,
        work: impl AsyncFnOnce(&mut Work) -> Result<T, Failure<E>>,
    ) -> Result<T, Failure<E>> {
        // On the heap, because a unit of work is large, and every caller's future would carry it.
        let done = in_time(Box::pin(async {
            let mut unit = self.begin().await?;
            let done = work(&mut unit).await?;
            unit.commit().await?;
            Ok(done)
        }));
        done.await.unwrap_or(Err(Failure::Db(sqlx::Error::PoolTimedOut)))
    }

    /// Begins a unit of work, on another connection if the first is broken or its server takes no writes any more.
    /// `write` is for everything that a request waits for; this is for work with a time limit of its own, or without
    /// one.
    pub(crate) async fn begin(&self) -> Result<Work, sqlx::Error> {
        let metrics = self.metrics().cloned();
        Ok(Work::new(self.transaction().await?, self.inner.witness.clone(), metrics))
    }

    /// Watches the work on the database from here on. Called once.
    pub(crate) fn observe(&self, observed: Observed) {
        self.inner.observer.set(observed);
    }

    /// Returns what is counted and measured, if anybody wants to know.
    pub(crate) fn metrics(&self) -> Option<&Metrics> {
        self.inner.observer.metrics()
    }

    /// Returns the state of the pool.
    pub(crate) fn pool_state(&self) -> PoolState {
        self.inner.pool.state()
    }

    /// Sets the keys that vouch for every unit of work from here on.
    pub(crate) fn hold(&self, keyring: Arc<Keyring>) {
        self.inner.witness.hold(keyring);
    }

    /// Returns the keys at hand, if they are the right ones.
    pub(crate) fn keyring(&self) -> Option<&Arc<Keyring>> {
        self.inner.witness.keyring()
    }

    /// Returns whether the portal wrote this row. If somebody else did, logs and records that under `what`.
    ///
    /// Errors: no key is at hand.
    pub(crate) fn vouches(
        &self,
        message: &Message,
        mac: Option<&[u8]>,
        what: impl FnOnce() -> String,
    ) -> Result<bool, sqlx::Error> {
        self.inner.witness.vouches(message, mac, what)
    }

    async fn transaction(&self) -> Result<Transaction, sqlx::Error> {
        in_time(async {
            let mut failure = sqlx::Error::PoolTimedOut;
            for _ in 0..ATTEMPTS {
                let mut connection = self.inner.pool.lend(false).await?;
                let limit = if connection.fresh { WORK_TIMEOUT } else { BEGIN };
                // Before it is sent, because a caller that gives up waiting may leave a transaction open.
                connection.working = true;
                match timeout(limit, repository::begin(&mut connection, self.inner.pool.pooler)).await {
                    Ok(Ok(false)) => return Ok(Transaction::begun(connection)),
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

    /// Returns whether connections lead through a pooler, where single statements are not sent alone.
    pub(crate) fn is_pooled(&self) -> bool {
        self.inner.pool.pooler
    }

    /// Runs one statement that is a transaction by itself, and returns the number of its rows. It is never sent again:
    /// the caller has to find out whether a statement took effect whose connection broke. `by` names it in the log.
    pub(crate) async fn execute_alone(
        &self,
        by: &'static str,
        statement: Query<'_, Postgres, PgArguments>,
    ) -> Result<u64, sqlx::Error> {
        let mut connection = self.inner.pool.lend(true).await?;
        let named = Named { kind: Kind::Write, by, request_id: None };
        match self.inner.observer.watch(named, statement.execute(&mut *connection)).await {
            Err(error) if error::is_broken(&error) || error::is_read_only(&error) => {
                connection.discard();
                Err(error)
            }
            answered => {
                connection.give_back();
                answered.map(|done| done.rows_affected())
            }
        }
    }

    /// Reads, and retries if a connection is broken, because nothing was changed by then. The database's error is
    /// logged once, and outsiders see only a public error.
    pub(crate) async fn read<T>(
        &self,
        ctx: &Ctx,
        query: impl AsyncFnOnce(&mut PgConnection) -> Result<T, sqlx::Error> + Clone,
    ) -> Result<T, Error> {
        let by = method_of(&query);
        let span = tracing::debug_span!("read", request_id = ctx.request_id, by);
        let named = Named { kind: Kind::Read, by, request_id: Some(&ctx.request_id) };
        let found = self.inner.observer.watch(named, self.reading(query)).instrument(span).await;
        found.map_err(|error| public_error(ctx, &error))
    }

    /// Reads for a caller that handles failures itself. Logs nothing.
    ///
    /// Each attempt is a clone of the query, because the compiler cannot yet prove that the future of an `AsyncFn`,
    /// which could be called again, may move between threads.
    pub(crate) async fn try_read<T>(
        &self,
        query: impl AsyncFnOnce(&mut PgConnection) -> Result<T, sqlx::Error> + Clone,
    ) -> Result<T, sqlx::Error> {
        let named = Named { kind: Kind::Read, by: method_of(&query), request_id: None };
        self.inner.observer.watch(named, self.reading(query)).await
    }

    async fn reading<T>(
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
        let _turn = if let Ok(turn) = self.inner.readers.try_acquire() {
            turn
        } else {
            let _waiting = self.inner.pool.wait();
            self.inner.readers.acquire().await.map_err(|_| sqlx::Error::PoolClosed)?
        };
        let mut connection = self.inner.pool.lend(true).await?;
        let epoch = connection.epoch();
        if connection.pooler() {
            // A single statement may be prepared on one of the pooler's connections and run on another.
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
                    self.inner.pool.distrust(epoch);
                }
                Err(error)
            }
        }
    }

    /// Returns the time of the database's clock.
    pub(crate) async fn now(&self) -> Result<Timestamp, sqlx::Error> {
        self.try_read(async |connection| repository::now(connection).await.map(timestamp)).await
    }

    /// Closes all connections. Takes a bounded time, whatever the database does.
    pub(crate) async fn close(&self) {
        self.inner.readers.close();
        self.inner.pool.close().await;
    }
}
