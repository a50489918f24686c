//! How long anything may take in all.

use std::time::Duration;

/// How long anything may take in all. PostgreSQL's own time-outs do not help where PostgreSQL itself, or the way
/// to it, stands still.
pub(super) const WORK_TIMEOUT: Duration = Duration::from_secs(8);

/// What the work comes to, or `None` where it takes too long.
pub(crate) async fn in_time<T>(work: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout(WORK_TIMEOUT, work).await.ok()
}
