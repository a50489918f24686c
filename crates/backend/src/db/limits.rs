//! The time limit of all work.

use std::time::Duration;

/// The longest time that anything may take in all. PostgreSQL's own timeouts do not help if PostgreSQL itself, or the
/// way to it, stands still.
pub(super) const WORK_TIMEOUT: Duration = Duration::from_secs(8);

/// Returns the result of the work, or `None` if it takes too long.
pub(crate) async fn in_time<T>(work: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout(WORK_TIMEOUT, work).await.ok()
}
