//! Connecting to that server of an address which takes writes.

use super::repository;
use crate::error;
use futures_util::{StreamExt, stream::FuturesUnordered};
use sqlx::{ConnectOptions, PgConnection, postgres::PgConnectOptions};
use std::time::Duration;
use tokio::time::timeout;

/// How long a server may be silent before the next one is asked as well.
pub(super) const HEAD_START: Duration = Duration::from_millis(500);

/// How long to wait for a server that takes writes after a read-only one has answered that would do.
const GRACE: Duration = Duration::from_secs(1);

/// A connection that was made.
#[derive(Debug)]
pub(super) struct Reached<C = PgConnection> {
    /// The server's place in the address.
    pub(super) number: usize,
    pub(super) connection: C,
    /// Whether the server takes no writes.
    pub(super) read_only: bool,
}

/// Connects to the first server that takes writes, or to a read-only one if no server does. Does not wait for a silent
/// server: the next one is asked as well, and whichever answers counts. Each has `limit` in all, so that a slow server is
/// reached too; if only a server that takes writes will do, also beside a read-only one that answered quickly.
///
/// Errors: what a server said that refused us, rather than that others are away.
pub(super) async fn reach(
    servers: Vec<(usize, PgConnectOptions)>,
    pooler: bool,
    writable_only: bool,
    limit: Duration,
    silent: impl Fn(usize),
) -> Result<Reached, sqlx::Error> {
    let ask = |number, options| async move { ask(number, &options, pooler).await };
    race(servers, writable_only, limit, silent, ask).await
}

async fn race<O, C, F>(
    servers: Vec<(usize, O)>,
    writable_only: bool,
    limit: Duration,
    silent: impl Fn(usize),
    ask: impl Fn(usize, O) -> F,
) -> Result<Reached<C>, sqlx::Error>
where
    F: Future<Output = Result<Reached<C>, sqlx::Error>>,
{
    let mut waiting = servers.into_iter();
    let mut asked = FuturesUnordered::new();
    let (mut readable, mut failure, mut last) = (None, None, None);
    loop {
        if let Some((number, options)) = waiting.next() {
            last = Some(number);
            asked.push(timeout(limit, ask(number, options)));
        }
        let patience = match (waiting.len(), &readable) {
            (1.., _) => HEAD_START,
            (0, Some(_)) if !writable_only => GRACE,
            (0, _) => limit,
        };
        match timeout(patience, asked.next()).await {
            Ok(Some(Ok(Ok(reached)))) if !reached.read_only => return Ok(reached),
            Ok(Some(Ok(Ok(reached)))) => readable = readable.or(Some(reached)),
            // A server that is away says less than one that refused us.
            Ok(Some(Ok(Err(error)))) if failure.as_ref().is_none_or(error::is_away) => failure = Some(error),
            Ok(None) => break,
            Err(_) if waiting.len() > 0 => last.into_iter().for_each(&silent),
            Err(_) if readable.is_some() => break,
            Ok(Some(_)) | Err(_) => {}
        }
    }
    readable.ok_or_else(|| failure.unwrap_or(sqlx::Error::PoolTimedOut))
}

async fn ask(number: usize, options: &PgConnectOptions, pooler: bool) -> Result<Reached, sqlx::Error> {
    let mut connection = options.connect().await?;
    let read_only = repository::begin(&mut connection, pooler).await?;
    repository::rollback(&mut connection).await?;
    Ok(Reached { number, connection, read_only })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns which of these servers is reached: each takes this number of milliseconds to answer, and takes writes or not.
    async fn reached(writable_only: bool, servers: &[(u64, bool)]) -> (usize, bool) {
        let servers = servers.iter().copied().enumerate().collect();
        let ask = |number, (millis, writable): (u64, bool)| async move {
            tokio::time::sleep(Duration::from_millis(millis)).await;
            Ok(Reached { number, connection: (), read_only: !writable })
        };
        let found = race(servers, writable_only, Duration::from_secs(3), |_| (), ask).await.unwrap();
        (found.number, found.read_only)
    }

    #[tokio::test(start_paused = true)]
    async fn reach_prefers_slow_writable_server_to_quick_read_only_one() {
        for slow in [900, 1_100, 2_900] {
            assert_eq!(reached(true, &[(5, false), (slow, true)]).await, (1, false), "{slow}");
            assert_eq!(reached(true, &[(slow, true), (5, false)]).await, (0, false), "{slow}");
        }
        // A server that is silent for longer is not waited for, and the other's answer counts.
        assert_eq!(reached(true, &[(5, false), (3_100, true)]).await, (0, true));
        // If a read-only server will do, it does after a moment.
        assert_eq!(reached(false, &[(5, false), (900, true)]).await, (1, false));
        assert_eq!(reached(false, &[(5, false), (2_900, true)]).await, (0, true));
    }

    #[tokio::test(start_paused = true)]
    async fn reach_waits_beside_read_only_server_no_longer_than_limit() {
        let began = tokio::time::Instant::now();
        assert_eq!(reached(true, &[(100_000, true), (5, false)]).await, (1, true));
        assert_eq!(began.elapsed(), Duration::from_secs(3));
    }
}
