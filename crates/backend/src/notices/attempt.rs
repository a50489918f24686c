//! The outcome of one attempt to deliver a notice, and the schedule of the next.

use crate::random;
use domain::{notice::DeliveryCause, time::Timestamp};
use std::time::Duration;

/// The pauses after the first, the second and each further failed attempt: those of Standard Webhooks, over more than three days.
const SCHEDULE: [Duration; 9] = [
    Duration::from_secs(5),
    Duration::from_mins(5),
    Duration::from_mins(30),
    Duration::from_hours(2),
    Duration::from_hours(5),
    Duration::from_hours(10),
    Duration::from_hours(14),
    Duration::from_hours(20),
    Duration::from_hours(24),
];

/// The outcome of one attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Attempt {
    /// The recipient has the notice; with the status of the answer, if it has one.
    Delivered { status: Option<u16> },
    /// The recipient has it not.
    Failed { cause: DeliveryCause, status: Option<u16>, retry: Retry },
}

/// When a failed attempt is repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Retry {
    /// After the next pause of the schedule.
    AsScheduled,
    /// After this time, or the next pause if that is longer.
    After(Duration),
    /// Never, unless somebody asks for it.
    Never,
}

impl Retry {
    /// Returns the time of the next attempt after the one at this place in the schedule; `None` after the last.
    pub(super) fn next_at(self, step: i32, now: Timestamp) -> Option<Timestamp> {
        let pause = SCHEDULE.get(usize::try_from(step).unwrap_or(usize::MAX)).copied();
        let pause = match (self, pause) {
            (Self::Never, _) | (_, None) => return None,
            (Self::AsScheduled, Some(pause)) => pause,
            (Self::After(asked), Some(pause)) => pause.max(asked),
        };
        Some(now + pause + random::share_of(pause / 5))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn next_at_follows_the_schedule_with_jitter_and_ends() {
        let now = Timestamp::from_micros(0);
        for (step, pause) in (0..).zip(SCHEDULE) {
            for _ in 0..20 {
                let next = Retry::AsScheduled.next_at(step, now).unwrap();
                assert!(next >= now + pause && next <= now + pause + pause / 5, "{step}: {next:?}");
            }
        }
        assert_eq!(Retry::AsScheduled.next_at(9, now), None);
        assert_eq!(Retry::Never.next_at(0, now), None);
        let hour = Duration::from_hours(1);
        assert!(Retry::After(hour).next_at(0, now).unwrap() >= now + hour);
        assert!(Retry::After(Duration::from_secs(1)).next_at(0, now).unwrap() >= now + SCHEDULE[0]);
        assert_eq!(Retry::After(hour).next_at(9, now), None);
    }
}
