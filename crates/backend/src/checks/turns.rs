//! One connection to a host at a time, and few to the outside in all, whoever asks for them.

use domain::check::CheckCause;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{Mutex as Turn, OwnedMutexGuard, OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

/// As many tests at once.
const MOST: usize = 8;

/// How long to wait for one's turn.
const PATIENCE: Duration = Duration::from_secs(30);

/// Whose turn it is. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Turns {
    all: Arc<Semaphore>,
    hosts: Arc<Mutex<HashMap<String, Arc<Turn<()>>>>>,
}

/// One's turn; over when it is dropped.
pub(super) struct Taken {
    _host: OwnedMutexGuard<()>,
    _all: OwnedSemaphorePermit,
}

impl Turns {
    pub(super) fn new() -> Self {
        Self { all: Arc::new(Semaphore::new(MOST)), hosts: Arc::default() }
    }

    /// Waits for one's turn with this host; `TookTooLong` where others take too long.
    pub(super) async fn take(&self, host: &str) -> Result<Taken, CheckCause> {
        let turn = {
            let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
            // What nobody waits for or holds is forgotten.
            hosts.retain(|_, turn| Arc::strong_count(turn) > 1);
            Arc::clone(hosts.entry(host.to_ascii_lowercase()).or_default())
        };
        let taken = timeout(PATIENCE, async {
            let host = turn.lock_owned().await;
            let all = Arc::clone(&self.all).acquire_owned().await.ok()?;
            Some(Taken { _host: host, _all: all })
        });
        taken.await.ok().flatten().ok_or(CheckCause::TookTooLong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_host_is_met_by_one_at_a_time() {
        let turns = Turns::new();
        let first = turns.take("a").await.unwrap();
        assert!(turns.take("b").await.is_ok(), "another host is free");
        assert!(turns.take("A").await.is_err(), "the same is not");
        drop(first);
        assert!(turns.take("a").await.is_ok());
        let mut held = Vec::new();
        for number in 0..MOST {
            held.push(turns.take(&number.to_string()).await.unwrap());
        }
        assert!(turns.take("one too many").await.is_err());
        drop(held);
        drop(turns.take("x").await);
        assert!(turns.hosts.lock().unwrap().len() <= 2, "hosts are forgotten");
    }
}
