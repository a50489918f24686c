//! The tests of connections that the portal makes by itself.

use crate::clock;
use backend::{Backend, Ctx, PORTAL, TestOutcome, Tested};
use domain::{check::CheckStatus, error::Error};
use std::time::Duration;

/// How often to look for what is due, at most and at least.
const TICKS: (Duration, Duration) = (Duration::from_secs(1), Duration::from_mins(1));

/// Has every secret tested once in this interval, a share at each tick, for as long as it is let.
pub async fn run(backend: Backend, interval: Duration) {
    let tick = (interval / 20).clamp(TICKS.0, TICKS.1);
    tracing::info!(seconds = interval.as_secs(), "connections are tested anew in this interval");
    loop {
        tokio::time::sleep(tick).await;
        match backend.checks().due(&Ctx::system(PORTAL, clock::now()), interval, tick).await {
            Ok(tested) => tested.iter().for_each(tell),
            // The log has it already, and the next tick is another try.
            Err(Error::Unavailable | Error::Internal(_)) => {}
            Err(error) => tracing::warn!("connections are not tested: {error}"),
        }
    }
}

fn tell(tested: &Tested) {
    if let TestOutcome::Tested(cause) = tested.outcome
        && !matches!(cause.status(), CheckStatus::Works | CheckStatus::Open)
    {
        tracing::warn!(secret = %tested.id, cause = cause.as_str(), "a credential does not work");
    }
}
