//! Watching the work on the database: its duration, for monitoring and for the log of slow queries.

use crate::metrics::instruments::Metrics;
use std::{sync::OnceLock, time::Duration};
use tokio::time::Instant;

/// The uses that are made of watching the work on the database.
#[derive(Clone, Debug, Default)]
pub struct Observed {
    /// The metrics that it is measured for.
    pub metrics: Option<Metrics>,
    /// The duration from which on it is logged.
    pub slow: Option<Duration>,
}

/// The kind of work.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Read,
    Write,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }
}

/// A unit of work with its name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Named<'a> {
    pub(super) kind: Kind,
    /// The method that does it.
    pub(super) by: &'static str,
    pub(super) request_id: Option<&'a str>,
}

/// The observer. Until it is set, work costs nothing more.
#[derive(Debug, Default)]
pub(super) struct Observer(OnceLock<Observed>);

impl Observer {
    pub(super) fn set(&self, observed: Observed) {
        if self.0.set(observed).is_err() {
            tracing::error!("the database was to be observed twice; the first observer stays");
        }
    }

    pub(super) fn metrics(&self) -> Option<&Metrics> {
        self.0.get()?.metrics.as_ref()
    }

    /// Does the work, and measures it.
    pub(super) async fn watch<T>(&self, named: Named<'_>, work: impl Future<Output = T>) -> T {
        let Some(observed) = self.0.get() else { return work.await };
        let begun = Instant::now();
        let done = work.await;
        observed.note(named, begun.elapsed());
        done
    }
}

impl Observed {
    fn note(&self, named: Named<'_>, took: Duration) {
        let Named { kind, by, request_id } = named;
        if let Some(metrics) = &self.metrics {
            metrics.worked(kind.as_str(), took);
        }
        if self.slow.is_some_and(|slow| took >= slow) {
            let milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
            tracing::warn!(work = kind.as_str(), by, request_id, milliseconds, "slow query");
        }
    }
}
