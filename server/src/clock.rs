//! The wall clock, which is read only here and passed on in the context. Spans of time are measured with
//! `tokio::time::Instant`.

use domain::time::Timestamp;
use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::{SystemTime, UNIX_EPOCH},
};

/// The largest difference to the database's clock, in microseconds, at which this machine's clock counts; a
/// query takes about as long.
const TOLERANCE_MICROS: i64 = 2_000_000;

/// The correction of this machine's clock, in microseconds.
static OFFSET: AtomicI64 = AtomicI64::new(0);

/// Returns the current time, by the database's clock if this machine's is wrong, so that servers that share a
/// database agree on when a session ends.
pub fn now() -> Timestamp {
    Timestamp::from_micros(machine().saturating_add(OFFSET.load(Ordering::Relaxed)))
}

/// Returns the time by this machine's own clock, even if it is wrong, for whoever compares the two.
pub fn of_this_machine() -> Timestamp {
    Timestamp::from_micros(machine())
}

#[expect(clippy::disallowed_methods, reason = "the clock is read here")]
fn machine() -> i64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since_epoch.as_micros()).unwrap_or(i64::MAX)
}

/// Sets the clock by the database's, and logs a difference.
pub fn set_by(database: Timestamp) {
    let offset = offset(database.micros(), machine());
    let before = OFFSET.swap(offset, Ordering::Relaxed);
    if (offset - before).abs() > TOLERANCE_MICROS {
        tracing::warn!(
            seconds = offset / 1_000_000,
            "this machine's clock differs from the database's, by which sessions and tokens expire. Set the clock by NTP"
        );
    }
}

fn offset(database: i64, machine: i64) -> i64 {
    let offset = database.saturating_sub(machine);
    if offset.abs() <= TOLERANCE_MICROS { 0 } else { offset }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offset_corrects_a_wrong_clock_and_ignores_noise() {
        assert_eq!(offset(1_000_000, 2_900_000), 0);
        assert_eq!(offset(0, 31 * 60_000_000), -31 * 60_000_000);
        assert_eq!(offset(31 * 60_000_000, 0), 31 * 60_000_000);
    }
}
