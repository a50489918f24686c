//! The tests that are under way, so that a server that stops waits for them, and cuts off none without its record.

use super::PORTAL;
use crate::{
    audit::{self, AuditAction, AuditRecord, Outcome},
    context::{Actor, Ctx},
    error::Failure,
    work::Work,
};
use domain::{error::Error, secret::SecretId};
use std::{sync::Arc, time::Duration};
use tokio::{sync::watch, time::timeout};

/// The tests under way. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Running {
    count: Arc<watch::Sender<usize>>,
    ends: Arc<watch::Sender<Ending>>,
}

/// Whether the server stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Ending {
    Not,
    /// No test begins any more.
    Soon,
    /// Tests are cut off.
    Now,
}

/// A test that is under way, until this is dropped.
pub(super) struct UnderWay(Arc<watch::Sender<usize>>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}

impl Running {
    pub(super) fn new() -> Self {
        Self { count: Arc::new(watch::Sender::new(0)), ends: Arc::new(watch::Sender::new(Ending::Not)) }
    }

    /// Counts a test until what is returned is dropped.
    ///
    /// Errors: `Unavailable` if the server stops.
    pub(super) fn begin(&self) -> Result<UnderWay, Error> {
        if self.is_ending() {
            return Err(Error::Unavailable);
        }
        self.count.send_modify(|count| *count += 1);
        Ok(UnderWay(Arc::clone(&self.count)))
    }

    /// Returns whether no test begins any more.
    pub(super) fn is_ending(&self) -> bool {
        *self.ends.borrow() >= Ending::Soon
    }

    /// Does the work of a test; returns `None` if it was cut off.
    pub(super) async fn unless_cut_off<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let mut ends = self.ends.subscribe();
        tokio::select! {
            done = work => Some(done),
            // The sender lives as long as this.
            _ = ends.wait_for(|ending| *ending == Ending::Now) => None,
        }
    }

    /// Lets no test begin, waits for those that are under way, and cuts off what is left after `grace`. Returns once all have their
    /// records.
    pub(super) async fn end(&self, grace: Duration) {
        self.ends.send_replace(Ending::Soon);
        let mut count = self.count.subscribe();
        if timeout(grace, count.wait_for(|count| *count == 0)).await.is_err() {
            self.ends.send_replace(Ending::Now);
            // The sender lives as long as this.
            let _ = count.wait_for(|count| *count == 0).await;
        }
    }
}

/// Records that a person has made a test. The portal's own tests have no records.
pub(super) async fn record(
    work: &mut Work,
    ctx: &Ctx,
    id: Option<&SecretId>,
    outcome: Outcome,
) -> Result<(), Failure<Error>> {
    if matches!(ctx.actor, Actor::System(PORTAL)) {
        return Ok(());
    }
    let object = id.map_or_else(|| "new secret".to_owned(), ToString::to_string);
    let record = AuditRecord { outcome, ..AuditRecord::done(AuditAction::ConnectionTested, &object) };
    Ok(audit::repository::append(work, ctx, record).await?)
}
