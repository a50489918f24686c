//! The dates of a secret's value: when it expires, and when it is to be renewed.

use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;

const DAY: Duration = Duration::from_hours(24);

/// The last second of a day, counted from its first.
const LAST_SECOND: Duration = Duration::from_secs(86_399);

/// The most days after which a value is renewed.
pub const MAX_RENEWAL_DAYS: u16 = 3_650;

/// The days before its end in which a value is said to expire soon.
pub const SOON_DAYS: u16 = 30;

coded_enum! {
    /// The reason why a date of a secret is invalid.
    pub enum DatesProblem: code, message {
        /// The text is neither a day nor a time.
        Date = "date", "Enter a day such as 2027-01-31, or a time such as 2027-01-31T12:00:00Z.";
        /// The text is not a number of days within the limit.
        Days = "days", "Enter a number of days from 1 to 3650.";
    }
}

/// The dates of a stored value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dates {
    /// The time after which the value is expired.
    pub expires_at: Option<Timestamp>,
    /// The number of days after which the value is to be renewed.
    pub renew_every_days: Option<u16>,
    /// Whether the value is not handed out any more once it is expired.
    pub stop_when_expired: bool,
    /// The time at which the value was stored.
    pub value_changed_at: Timestamp,
}

/// The state of a value by its dates, the gravest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DatesState {
    /// The value has expired.
    Expired(Timestamp),
    /// The value expires within `SOON_DAYS`.
    Soon(Timestamp),
    /// The value is to be renewed since this time.
    RenewalDue(Timestamp),
    /// Nothing is to be done yet.
    Fine,
}

impl Dates {
    /// Returns the dates of a value without any, stored at this time.
    pub fn none(value_changed_at: Timestamp) -> Self {
        Self { expires_at: None, renew_every_days: None, stop_when_expired: false, value_changed_at }
    }

    /// Returns the time from which on the value is to be renewed.
    pub fn renewal_due_at(&self) -> Option<Timestamp> {
        self.renew_every_days.map(|days| self.value_changed_at + DAY * days.into())
    }

    /// Returns whether the value has expired.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|at| at <= now)
    }

    /// Returns since when the value is not handed out any more.
    pub fn stopped_at(&self, now: Timestamp) -> Option<Timestamp> {
        self.expires_at.filter(|at| self.stop_when_expired && *at <= now)
    }

    /// Returns the state that is said first.
    pub fn state(&self, now: Timestamp) -> DatesState {
        match (self.expires_at, self.renewal_due_at()) {
            (Some(at), _) if at <= now => DatesState::Expired(at),
            (Some(at), _) if at <= now + DAY * SOON_DAYS.into() => DatesState::Soon(at),
            (_, Some(due)) if due <= now => DatesState::RenewalDue(due),
            _ => DatesState::Fine,
        }
    }
}

/// The dates that a form or a request gives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NewDates {
    /// The end.
    pub expiry: Option<TypedExpiry>,
    /// The number of days after which the value is to be renewed.
    pub renew_every_days: Option<u16>,
    /// Whether the value is not handed out any more once it is expired.
    pub stop_when_expired: bool,
}

/// The end of a value as it was typed: a day, through which the value is valid, or a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TypedExpiry {
    at: Timestamp,
    is_day: bool,
}

impl TypedExpiry {
    /// Parses a day such as `2026-12-31`, in a zone that is this number of minutes east of UTC, or a time (RFC 3339). An empty
    /// text means no end, an invalid zone UTC.
    pub fn parse(text: &str, zone: &str) -> Result<Option<Self>, DatesProblem> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(None);
        }
        if let Some(midnight) = Timestamp::parse_date(text) {
            let minutes: i64 =
                zone.trim().parse().ok().filter(|minutes| (-1_440..=1_440).contains(minutes)).unwrap_or(0);
            let local = (midnight + LAST_SECOND).micros() - minutes * 60_000_000;
            let at = Timestamp::from_micros(local.clamp(0, Timestamp::LAST.micros()));
            return Ok(Some(Self { at, is_day: true }));
        }
        let at = Timestamp::parse_rfc3339(text).ok_or(DatesProblem::Date)?;
        Ok(Some(Self { at, is_day: false }))
    }

    /// Returns a time that was not typed but found.
    pub fn at_time(at: Timestamp) -> Self {
        Self { at, is_day: false }
    }

    /// Returns the time of the end. A day on which the stored end is already keeps it, because a form shows only its day.
    pub fn at(self, stored: Option<Timestamp>) -> Timestamp {
        let is_on_this_day = |stored: &Timestamp| (self.at - LAST_SECOND..=self.at).contains(stored);
        stored.filter(|stored| self.is_day && is_on_this_day(stored)).unwrap_or(self.at)
    }
}

impl NewDates {
    /// Parses a number of days; an empty text means never.
    pub fn parse_days(text: &str) -> Result<Option<u16>, DatesProblem> {
        match text.trim() {
            "" => Ok(None),
            days => match days.parse() {
                Ok(days) if (1..=MAX_RENEWAL_DAYS).contains(&days) => Ok(Some(days)),
                _ => Err(DatesProblem::Days),
            },
        }
    }

    /// Returns the end of a new value: the one that was typed, else the one that is known of the value, else the stored one if
    /// it has not passed. A form or a request that leaves the stored end as it is types none.
    pub fn end_of_new_value(
        &self,
        stored: Option<Timestamp>,
        known: Option<Timestamp>,
        now: Timestamp,
    ) -> Option<Timestamp> {
        let typed = self.expiry.map(|typed| typed.at(stored));
        typed.filter(|at| Some(*at) != stored).or(known).or_else(|| typed.filter(|at| *at > now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    fn typed(text: &str, zone: &str) -> Timestamp {
        TypedExpiry::parse(text, zone).unwrap().unwrap().at(None)
    }

    #[test]
    fn typed_expiry_is_the_end_of_the_day_in_the_zone() {
        for (text, zone, at) in [
            ("2026-12-31", "", "2026-12-31T23:59:59Z"),
            (" 2026-12-31 ", "480", "2026-12-31T15:59:59Z"),
            ("2026-12-31", "-300", "2027-01-01T04:59:59Z"),
            ("2026-12-31", "nonsense", "2026-12-31T23:59:59Z"),
            ("2026-12-31", "99999", "2026-12-31T23:59:59Z"),
            ("9999-12-31", "-300", "9999-12-31T23:59:59Z"),
            ("1970-01-01", "1440", "1970-01-01T00:00:00Z"),
            ("2026-12-31T12:00:00+08:00", "480", "2026-12-31T04:00:00Z"),
        ] {
            assert_eq!(typed(text, zone).rfc3339(), at, "{text} {zone}");
        }
        assert_eq!(TypedExpiry::parse("  ", "480"), Ok(None));
        for text in ["tomorrow", "2026-02-30", "31.12.2026", "2026-12-31 12:00", "SENTINEL"] {
            assert_eq!(TypedExpiry::parse(text, ""), Err(DatesProblem::Date), "{text}");
        }
    }

    #[test]
    fn typed_day_keeps_the_stored_time_on_that_day() {
        let stored = Some(time("2026-12-31T12:30:00Z"));
        let at = |text: &str, zone: &str| TypedExpiry::parse(text, zone).unwrap().unwrap().at(stored);
        assert_eq!(Some(at("2026-12-31", "")), stored);
        assert_eq!(Some(at("2026-12-31", "-300")), stored);
        assert_eq!(Some(at("2027-01-01", "720")), stored, "the day there");
        assert_eq!(at("2027-01-01", "").rfc3339(), "2027-01-01T23:59:59Z");
        assert_eq!(at("2026-12-31T23:59:59Z", "").rfc3339(), "2026-12-31T23:59:59Z", "a time is exact");
    }

    #[test]
    fn parse_days_accepts_numbers_within_the_limit() {
        assert_eq!(NewDates::parse_days(""), Ok(None));
        assert_eq!(NewDates::parse_days(" 90 "), Ok(Some(90)));
        assert_eq!(NewDates::parse_days("3650"), Ok(Some(MAX_RENEWAL_DAYS)));
        for text in ["0", "-1", "3651", "1.5", "x"] {
            assert_eq!(NewDates::parse_days(text), Err(DatesProblem::Days), "{text}");
        }
        assert!(DatesProblem::Days.message().contains(&MAX_RENEWAL_DAYS.to_string()));
    }

    #[test]
    fn end_of_new_value_is_typed_or_known_and_never_one_that_has_passed() {
        let now = time("2026-12-01T00:00:00Z");
        let (past, ahead, other) =
            (time("2026-11-01T00:00:00Z"), time("2027-01-01T00:00:00Z"), time("2027-02-01T00:00:00Z"));
        for (typed, stored, known, end) in [
            (None, None, None, None),
            (None, None, Some(other), Some(other)),
            (Some(ahead), None, None, Some(ahead)),
            (Some(ahead), None, Some(other), Some(ahead)),
            // Left as it is.
            (Some(past), Some(past), None, None),
            (Some(past), Some(past), Some(other), Some(other)),
            (Some(ahead), Some(ahead), None, Some(ahead)),
            (Some(ahead), Some(ahead), Some(other), Some(other)),
            // Emptied, or given anew.
            (None, Some(ahead), None, None),
            (Some(ahead), Some(past), Some(other), Some(ahead)),
        ] {
            let dates = NewDates { expiry: typed.map(TypedExpiry::at_time), ..NewDates::default() };
            assert_eq!(dates.end_of_new_value(stored, known, now), end, "{typed:?} {stored:?} {known:?}");
        }
    }

    #[test]
    fn state_names_the_gravest_first() {
        let now = time("2026-12-01T00:00:00Z");
        let dates = |expires_at: Option<&str>, days: Option<u16>, changed: &str| Dates {
            expires_at: expires_at.map(time),
            renew_every_days: days,
            stop_when_expired: false,
            value_changed_at: time(changed),
        };
        let state = |expires_at, days, changed| dates(expires_at, days, changed).state(now);
        let long_ago = "2026-01-01T00:00:00Z";
        assert_eq!(state(None, None, long_ago), DatesState::Fine);
        assert_eq!(
            state(Some("2026-12-01T00:00:00Z"), Some(1), long_ago),
            DatesState::Expired(now),
            "the very second"
        );
        let soon = "2026-12-31T00:00:00Z";
        assert_eq!(state(Some(soon), Some(1), long_ago), DatesState::Soon(time(soon)));
        assert_eq!(state(Some("2026-12-31T00:00:01Z"), None, long_ago), DatesState::Fine);
        assert_eq!(
            state(Some("2028-01-01T00:00:00Z"), Some(30), "2026-11-01T00:00:00Z"),
            DatesState::RenewalDue(now)
        );
        assert_eq!(state(None, Some(31), "2026-11-01T00:00:00Z"), DatesState::Fine);
    }

    #[test]
    fn stopped_at_needs_the_wish_and_the_end() {
        let now = time("2026-12-01T00:00:00Z");
        let dates =
            |at, stop_when_expired| Dates { expires_at: Some(at), stop_when_expired, ..Dates::none(now) };
        assert_eq!(dates(now, true).stopped_at(now), Some(now));
        assert_eq!(dates(now, false).stopped_at(now), None);
        assert!(dates(now, false).is_expired(now));
        assert_eq!(dates(now.next_day(), true).stopped_at(now), None);
        assert_eq!(Dates { stop_when_expired: true, ..Dates::none(now) }.stopped_at(now), None);
    }
}
