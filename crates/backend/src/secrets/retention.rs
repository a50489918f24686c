//! The retention of deleted secrets.

use crate::db::{instant, timestamp};
use chrono::{DateTime, Days, Utc};
use domain::time::Timestamp;

/// The number of days for which deleted secrets are kept; with 0 they are removed at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeepDeleted(pub u16);

impl Default for KeepDeleted {
    fn default() -> Self {
        Self(30)
    }
}

impl KeepDeleted {
    /// Returns the latest time of deletion whose time has ended.
    pub(super) fn cutoff(self, now: Timestamp) -> Result<DateTime<Utc>, sqlx::Error> {
        Ok(instant(now)?.checked_sub_days(Days::new(self.0.into())).unwrap_or_default())
    }

    pub(super) fn until(self, deleted_at: DateTime<Utc>) -> Timestamp {
        timestamp(deleted_at.checked_add_days(Days::new(self.0.into())).unwrap_or(deleted_at))
    }
}
