//! Counters and histograms of this process.

use domain::connection_test::TestCause;
use prometheus_client::{
    metrics::{counter::Counter, family::Family, histogram::Histogram},
    registry::Registry,
};
use std::{sync::Arc, time::Duration};

/// The limits of the histograms, in seconds.
const SECONDS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0];

/// A label, with a value of a closed set.
type Label = [(&'static str, &'static str); 1];

/// The counters and histograms of this process. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Metrics(Arc<Instruments>);

#[derive(Debug)]
struct Instruments {
    reads: Family<Label, Counter>,
    tests: Family<Label, Counter>,
    appends: Histogram,
    work: Family<Label, Histogram, fn() -> Histogram>,
}

impl Default for Instruments {
    fn default() -> Self {
        Self {
            reads: Family::default(),
            tests: Family::default(),
            appends: histogram(),
            work: Family::new_with_constructor(histogram),
        }
    }
}

fn histogram() -> Histogram {
    Histogram::new(SECONDS)
}

impl Metrics {
    /// Registers everything. The names are public: they never change.
    pub fn register(&self, registry: &mut Registry) {
        let Instruments { reads, tests, appends, work } = &*self.0;
        registry.register("value_reads", "Reads of values, by their outcome", reads.clone());
        registry.register(
            "connection_tests",
            "Connection tests, by the cause of their result",
            tests.clone(),
        );
        registry.register(
            "audit_append_duration_seconds",
            "Time to append to the audit log, with the wait for its end",
            appends.clone(),
        );
        registry.register(
            "database_work_duration_seconds",
            "Time of reads and transactions, with the wait for a connection",
            work.clone(),
        );
    }

    /// Counts a read of a value.
    pub(crate) fn read(&self, outcome: &'static str) {
        self.0.reads.get_or_create(&[("outcome", outcome)]).inc();
    }

    /// Counts a connection test.
    pub(crate) fn tested(&self, cause: TestCause) {
        self.0.tests.get_or_create(&[("cause", cause.as_str())]).inc();
    }

    /// Measures an addition to the audit log.
    pub(crate) fn appended(&self, took: Duration) {
        self.0.appends.observe(took.as_secs_f64());
    }

    /// Measures a unit of work on the database.
    pub(crate) fn worked(&self, work: &'static str, took: Duration) {
        self.0.work.get_or_create(&[("work", work)]).observe(took.as_secs_f64());
    }
}
