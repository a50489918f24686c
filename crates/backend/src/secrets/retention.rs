//! For how long deleted secrets are kept.

use crate::db::{instant, timestamp};
use chrono::{DateTime, Days, Utc};
use domain::time::Timestamp;

/// For how many days deleted secrets are kept; where it is 0 they are not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeepDeleted(pub u16);

impl Default for KeepDeleted {
    fn default() -> Self {
        Self(30)
    }
}

impl KeepDeleted {
    /// What was deleted then or before is over.
    pub(super) fn over(self, now: Timestamp) -> Result<DateTime<Utc>, sqlx::Error> {
        Ok(instant(now)?.checked_sub_days(Days::new(self.0.into())).unwrap_or_default())
    }

    pub(super) fn until(self, deleted_at: DateTime<Utc>) -> Timestamp {
        timestamp(deleted_at.checked_add_days(Days::new(self.0.into())).unwrap_or(deleted_at))
    }
}
