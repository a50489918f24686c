//! Conversion of times between PostgreSQL's driver and `domain`.

use chrono::{DateTime, Utc};
use domain::time::Timestamp;

/// Returns the time in the type of PostgreSQL's driver.
pub(crate) fn instant(at: Timestamp) -> Result<DateTime<Utc>, sqlx::Error> {
    DateTime::from_timestamp_micros(at.micros())
        .ok_or_else(|| sqlx::Error::Encode("a moment beyond the calendar".into()))
}

/// Returns the time in the type of `domain`.
pub(crate) fn timestamp(at: DateTime<Utc>) -> Timestamp {
    Timestamp::from_micros(at.timestamp_micros())
}
