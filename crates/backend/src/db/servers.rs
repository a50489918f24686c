//! The servers of one address, asked for the one that takes writes.

use super::repository;
use crate::error;
use futures_util::{StreamExt, stream::FuturesUnordered};
use sqlx::{ConnectOptions, PgConnection, postgres::PgConnectOptions};
use std::time::Duration;
use tokio::time::timeout;

/// How long a server may be silent before the next one is asked beside it.
pub(super) const HEAD_START: Duration = Duration::from_millis(500);

/// How long to wait for a server that takes writes where one that does not has answered.
const GRACE: Duration = Duration::from_secs(1);

/// A connection that was made.
#[derive(Debug)]
pub(super) struct Reached {
    /// The server's place in the address.
    pub(super) number: usize,
    pub(super) connection: PgConnection,
    /// Whether the server takes no writes.
    pub(super) read_only: bool,
}

/// Connects to the first server that takes writes, or to one that can be read where none does. A server that is silent is
/// not waited for: the next one is asked beside it, and whichever answers counts. Each has `limit` in all, so that one
/// which is only slow is reached too.
///
/// Errors: what the server said that refused us, rather than that others are away.
pub(super) async fn reach(
    servers: Vec<(usize, PgConnectOptions)>,
    pooler: bool,
    limit: Duration,
    silent: impl Fn(usize),
) -> Result<Reached, sqlx::Error> {
    let mut waiting = servers.into_iter();
    let mut asked = FuturesUnordered::new();
    let (mut readable, mut failure, mut last) = (None, None, None);
    loop {
        if let Some((number, options)) = waiting.next() {
            last = Some(number);
            asked.push(async move { timeout(limit, ask(number, &options, pooler)).await });
        }
        let patience = match (waiting.len(), &readable) {
            (1.., _) => HEAD_START,
            (0, Some(_)) => GRACE,
            (0, None) => limit,
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
