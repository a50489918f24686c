//! Parsing and generating SSH keys beside everything else: a few at a time, and off the threads that answer requests.

use crate::random;
use domain::{
    error::Error,
    secret::{NewSshKeyKind, PrivateKeyText, SshKeyProblem},
};
use formats::ssh_keys::{self, ReadKey};
use std::{sync::Arc, time::Duration};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

/// The most keys at once: each may take a core for seconds, and up to 64 MiB.
const AT_ONCE: usize = 2;

/// The longest wait for a turn.
const WAIT_TIMEOUT: Duration = Duration::from_secs(8);

/// Parses and generates keys, a few at a time and off the threads that answer requests. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct PrivateKeyParser {
    turns: Arc<Semaphore>,
}

/// The reason why a key was not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NotRead {
    /// The key is invalid.
    Problem(SshKeyProblem),
    /// The key is not the cause.
    Failed(Error),
}

impl PrivateKeyParser {
    pub(crate) fn new() -> Self {
        Self { turns: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    /// Parses a key, with its passphrase if it has one.
    pub(crate) async fn read(&self, pasted: &PrivateKeyText) -> Result<ReadKey, NotRead> {
        let pasted = pasted.clone();
        self.in_turn(move || ssh_keys::read(&pasted)).await?.map_err(NotRead::Problem)
    }

    /// Generates a key pair.
    pub(crate) async fn generate(&self, kind: NewSshKeyKind, comment: String) -> Result<ReadKey, NotRead> {
        let seed = random::bytes::<32>().map(Zeroizing::new);
        let seed = seed.map_err(|_| NotRead::Problem(SshKeyProblem::ReaderFailed))?;
        self.in_turn(move || ssh_keys::generate(kind, &comment, &seed)).await?.map_err(NotRead::Problem)
    }

    /// Runs work that may take a core for seconds, a few at a time and off the threads that answer requests.
    pub(crate) async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, NotRead> {
        let busy = || NotRead::Failed(Error::Unavailable);
        let turn = tokio::time::timeout(WAIT_TIMEOUT, Arc::clone(&self.turns).acquire_owned()).await;
        let turn = turn.map_err(|_| busy())?.map_err(|_| busy())?;
        let done = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            work()
        });
        done.await.map_err(|error| {
            // A fault of ours that concerns only this key: the database answers, and other keys can be read.
            tracing::error!(panicked = error.is_panic(), "parsing a key failed");
            NotRead::Problem(SshKeyProblem::ReaderFailed)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::sensitive::Sensitive;

    fn pasted() -> PrivateKeyText {
        PrivateKeyText::parse(&Sensitive::new(include_str!("secrets/seed_key"))).unwrap()
    }

    /// A panic while parsing one key is not reported as an unavailable database, and the next key is parsed.
    #[tokio::test]
    async fn read_rejects_key_after_panic_and_reads_the_next() {
        let parser = PrivateKeyParser::new();
        let failed = parser.in_turn::<()>(|| panic!("as a library may")).await;
        assert_eq!(failed, Err(NotRead::Problem(SshKeyProblem::ReaderFailed)));
        let pasted = pasted();
        assert!(parser.read(&pasted).await.is_ok());
    }

    /// Callers that wait for too long get an error.
    #[tokio::test]
    async fn in_turn_runs_two_at_once() {
        let parser = PrivateKeyParser::new();
        let all = Arc::clone(&parser.turns).acquire_many_owned(2).await.unwrap();
        let pasted = pasted();
        let waiting = parser.read(&pasted);
        tokio::time::pause();
        assert_eq!(waiting.await.unwrap_err(), NotRead::Failed(Error::Unavailable));
        tokio::time::resume();
        drop(all);
        assert!(parser.read(&pasted).await.is_ok());
    }
}
