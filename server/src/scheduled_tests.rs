//! Scheduled tests of connections.

use crate::clock;
use backend::{Backend, Ctx, PORTAL, TestOutcome, Tested};
use domain::{connection_test::TestStatus, error::Error};
use std::time::Duration;

/// The shortest and the longest pause between two looks for tests that are due.
const TICKS: (Duration, Duration) = (Duration::from_secs(1), Duration::from_mins(1));

/// Tests every secret once in this interval, a share at each tick, until the task is dropped.
pub async fn run(backend: Backend, interval: Duration) {
    let tick = (interval / 20).clamp(TICKS.0, TICKS.1);
    tracing::info!(seconds = interval.as_secs(), "testing the connection of every secret at this interval");
    loop {
        tokio::time::sleep(tick).await;
        match backend.connection_tests().due(&Ctx::system(PORTAL, clock::now()), interval, tick).await {
            Ok(tested) => tested.iter().for_each(tell),
            // The error is logged already, and the next tick tries again.
            Err(Error::Unavailable | Error::Internal(_)) => {}
            Err(error) => tracing::warn!("scheduled tests failed: {error}"),
        }
    }
}

fn tell(tested: &Tested) {
    if let TestOutcome::Tested(cause) = tested.outcome
        && !matches!(cause.status(), TestStatus::Works | TestStatus::Open)
    {
        tracing::warn!(secret = %tested.id, cause = cause.as_str(), "a credential does not work");
    }
}
