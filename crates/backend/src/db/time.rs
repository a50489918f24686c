//! Moments, as PostgreSQL has them and as we do.

use chrono::{DateTime, Utc};
use domain::time::Timestamp;

/// As PostgreSQL's driver takes it.
pub(crate) fn instant(at: Timestamp) -> Result<DateTime<Utc>, sqlx::Error> {
    DateTime::from_timestamp_micros(at.micros())
        .ok_or_else(|| sqlx::Error::Encode("a moment beyond the calendar".into()))
}

/// As `domain` has it.
pub(crate) fn timestamp(at: DateTime<Utc>) -> Timestamp {
    Timestamp::from_micros(at.timestamp_micros())
}
