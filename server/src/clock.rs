//! The clock is read here and nowhere else.

use domain::time::Timestamp;
use std::time::{SystemTime, UNIX_EPOCH};

/// The moment it is.
pub fn now() -> Timestamp {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_micros(i64::try_from(since_epoch.as_micros()).unwrap_or(i64::MAX))
}
