//! The servers of one address, asked for the one that takes writes.

use super::repository;
use crate::error;
use futures_util::{StreamExt, stream::FuturesUnordered};
use sqlx::{ConnectOptions, PgConnection, postgres::PgConnectOptions};
use std::time::Duration;
use tokio::time::timeout;

/// How long a server may be silent before the next one is asked beside it.
pub(super) const HEAD_START: Duration = Duration::from_millis(500);

/// How long to wait for a server that takes writes where one that does not has answered, and will do.
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

/// Connects to the first server that takes writes, or to one that can be read where none does. A server that is silent is
/// not waited for: the next one is asked beside it, and whichever answers counts. Each has `limit` in all, so that one
/// which is only slow is reached too; where only one that takes writes will do, also beside one that was quick to say that it
/// takes none.
///
/// Errors: what the server said that refused us, rather than that others are away.
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

    /// Which of these servers is reached: each takes so many milliseconds to answer, and takes writes or not.
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
    async fn a_slow_server_that_takes_writes_is_reached_beside_a_quick_one_that_takes_none() {
        for slow in [900, 1_100, 2_900] {
            assert_eq!(reached(true, &[(5, false), (slow, true)]).await, (1, false), "{slow}");
            assert_eq!(reached(true, &[(slow, true), (5, false)]).await, (0, false), "{slow}");
        }
        // One that is silent for as long as that is not waited for, and the answer is that of the other.
        assert_eq!(reached(true, &[(5, false), (3_100, true)]).await, (0, true));
        // Where one that can be read will do, it does after a moment.
        assert_eq!(reached(false, &[(5, false), (900, true)]).await, (1, false));
        assert_eq!(reached(false, &[(5, false), (2_900, true)]).await, (0, true));
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_that_can_only_be_read_is_waited_beside_for_as_long_as_another_has_and_no_longer() {
        let began = tokio::time::Instant::now();
        assert_eq!(reached(true, &[(100_000, true), (5, false)]).await, (1, true));
        assert_eq!(began.elapsed(), Duration::from_secs(3));
    }
}
