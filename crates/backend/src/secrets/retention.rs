//! The retention of deleted secrets, and of earlier values.

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

/// The versions of a value that are kept. The value in use and the one before it are always kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeepVersions {
    /// The number of versions, the one in use included.
    pub count: u16,
    /// The number of days for which a value is kept after another took its place; `None` for no end.
    pub days: Option<u16>,
}

impl Default for KeepVersions {
    fn default() -> Self {
        Self { count: 10, days: None }
    }
}

impl KeepVersions {
    /// Returns the number of versions, of which two are always kept.
    pub(super) fn count(self) -> i64 {
        i64::from(self.count.max(2))
    }

    /// Returns the latest time of a replacement after which the replaced value's time has ended; `None` if it has no end.
    pub(super) fn cutoff(self, now: Timestamp) -> Result<Option<DateTime<Utc>>, sqlx::Error> {
        let Some(days) = self.days else { return Ok(None) };
        Ok(Some(instant(now)?.checked_sub_days(Days::new(days.into())).unwrap_or_default()))
    }
}

/// How long is kept what is no longer in use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retention {
    /// Deleted secrets.
    pub deleted: KeepDeleted,
    /// Earlier values.
    pub versions: KeepVersions,
}

impl From<KeepDeleted> for Retention {
    fn from(deleted: KeepDeleted) -> Self {
        Self { deleted, ..Self::default() }
    }
}
