//! Times, without a calendar library, because the browser downloads this.

use serde::{Deserialize, Serialize};
use std::{
    ops::{Add, Sub},
    time::Duration,
};

/// A time in microseconds since 1970-01-01T00:00:00Z, PostgreSQL's precision.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Timestamp(i64);

/// An age, in whole units.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Age {
    Now,
    Minutes(i64),
    Hours(i64),
    Days(i64),
    Months(i64),
    Years(i64),
}

/// A day in microseconds.
const DAY: i64 = 86_400 * 1_000_000;

/// Returns the microseconds of a span of time; the most there are where it is too long.
fn span(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

impl Add<Duration> for Timestamp {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(span(duration)))
    }
}

impl Sub<Duration> for Timestamp {
    type Output = Self;

    fn sub(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(span(duration)))
    }
}

impl Timestamp {
    /// Returns the time with this number of microseconds since the epoch.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// The last time that calendars and PostgreSQL both support: the end of the year 9999.
    pub const LAST: Self = Self::from_micros(253_402_300_799_000_000);

    /// Parses microseconds as they are written in an address; `None` outside of 1970 to `LAST`.
    pub fn parse_micros(text: &str) -> Option<Self> {
        let micros = text.parse().ok().filter(|micros| (0..=Self::LAST.micros()).contains(micros))?;
        Some(Self::from_micros(micros))
    }

    /// Returns the microseconds since the epoch.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Parses a day such as `2026-11-23`, from 1970 to 9999, as its midnight in UTC; `None` if the text is not a day.
    pub fn parse_date(text: &str) -> Option<Self> {
        let (year, rest) = text.split_once('-')?;
        let (month, day) = rest.split_once('-')?;
        if (year.len(), month.len(), day.len()) != (4, 2, 2) {
            return None;
        }
        let (year, month, day): (i64, i64, i64) =
            (year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
        if !(1970..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
            return None;
        }
        // The inverse of `civil`: years begin on 1 March.
        let shifted_year = year - i64::from(month <= 2);
        let (era, year_of_era) = (shifted_year.div_euclid(400), shifted_year.rem_euclid(400));
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        let days =
            era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468;
        let at = Self(days * DAY);
        // 30 February is not a day.
        at.rfc3339().starts_with(text).then_some(at)
    }

    /// Parses a time such as `2026-11-23T23:24:05Z` or `2026-11-23T23:24:05.5+08:00` (RFC 3339), from 1970 to `LAST`; `None` if
    /// the text is not a time.
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        let (date, rest) = text.split_at_checked(10)?;
        let rest = rest.strip_prefix(['T', 't'])?;
        let (clock, rest) = rest.split_at_checked(8)?;
        let number = |text: &str, limit: i64| {
            let is_number = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
            text.parse().ok().filter(|number: &i64| is_number && *number < limit)
        };
        let minutes_of = |text: &str| {
            let (hour, minute) = text.split_once(':')?;
            Some(number(hour, 24)? * 60 + number(minute, 60)?)
        };
        let (hour_and_minute, second) = clock.rsplit_once(':')?;
        let seconds = minutes_of(hour_and_minute)? * 60 + number(second, 60)?;
        // What is finer than a microsecond is left out.
        let (micros, zone) = match rest.strip_prefix('.') {
            None => (0, rest),
            Some(rest) => {
                let end = rest.find(|c: char| !c.is_ascii_digit()).filter(|end| *end > 0)?;
                let (digits, zone) = rest.split_at(end);
                (format!("{digits:0<6.6}").parse::<i64>().ok()?, zone)
            }
        };
        let minutes_east = match zone.split_at_checked(1)? {
            ("Z" | "z", "") => 0,
            ("+", zone) => minutes_of(zone)?,
            ("-", zone) => -minutes_of(zone)?,
            _ => return None,
        };
        let at = Self::parse_date(date)?.0 + (seconds - minutes_east * 60) * 1_000_000 + micros;
        Some(Self(at)).filter(|at| (0..=Self::LAST.0).contains(&at.0))
    }

    /// Returns the same time on the next day.
    #[must_use]
    pub fn next_day(self) -> Self {
        Self(self.0.saturating_add(DAY))
    }

    /// Returns the same time on the previous day.
    #[must_use]
    pub fn previous_day(self) -> Self {
        Self(self.0.saturating_sub(DAY))
    }

    /// Formats to the second: `2026-11-23T23:24:05Z` (RFC 3339).
    pub fn rfc3339(self) -> String {
        let Civil { year, month, day, hour, minute, second } = self.civil();
        let mut text = format!("{year:04}-");
        for (number, mark) in [(month, '-'), (day, 'T'), (hour, ':'), (minute, ':'), (second, 'Z')] {
            two_digits(&mut text, number);
            text.push(mark);
        }
        text
    }

    /// Formats to the microsecond: `2026-11-23T23:24:05.000001Z`.
    pub fn rfc3339_micros(self) -> String {
        let mut text = self.rfc3339();
        text.pop();
        format!("{text}.{:06}Z", self.0.rem_euclid(1_000_000))
    }

    /// Returns the age in the largest unit that fits. A time in the future is `Now`.
    pub fn age(self, now: Self) -> Age {
        let seconds = (now.0.saturating_sub(self.0)) / 1_000_000;
        match seconds {
            ..60 => Age::Now,
            60..3_600 => Age::Minutes(seconds / 60),
            3_600..86_400 => Age::Hours(seconds / 3_600),
            86_400..2_592_000 => Age::Days(seconds / 86_400),
            2_592_000..31_536_000 => Age::Months(seconds / 2_592_000),
            _ => Age::Years(seconds / 31_536_000),
        }
    }

    /// Returns the calendar's numbers in UTC.
    pub fn civil(self) -> Civil {
        let seconds = self.0.div_euclid(1_000_000);
        let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
        // Days to year, month and day in the proleptic Gregorian calendar, in eras of 400 years that begin on
        // 1 March, so that the leap day is the last of its year.
        let shifted = days + 719_468;
        let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
        let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        let small = |number: i64| u8::try_from(number).unwrap_or_default();
        Civil {
            year,
            month: small(month),
            day: small(day),
            hour: small(rest / 3_600),
            minute: small(rest / 60 % 60),
            second: small(rest % 60),
        }
    }
}

/// Appends a number without the formatting machinery, because a list has hundreds of them.
fn two_digits(text: &mut String, number: u8) {
    text.push(char::from(b'0' + number / 10));
    text.push(char::from(b'0' + number % 10));
}

/// A time as numbers of the calendar and the clock, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Civil {
    /// The year.
    pub year: i64,
    /// The month, from 1 to 12.
    pub month: u8,
    /// The day of the month, from 1 on.
    pub day: u8,
    /// The hour, from 0 to 23.
    pub hour: u8,
    /// The minute.
    pub minute: u8,
    /// The second.
    pub second: u8,
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1_000_000;

    #[test]
    fn durations_are_added_and_stop_at_the_ends() {
        let at = Timestamp::from_micros(SECOND);
        assert_eq!((at + Duration::from_secs(2)).micros(), 3 * SECOND);
        assert_eq!((at - Duration::from_secs(2)).micros(), -SECOND);
        assert_eq!((at + Duration::MAX).micros(), i64::MAX);
        assert_eq!((Timestamp::from_micros(i64::MIN) - Duration::MAX).micros(), i64::MIN);
    }

    #[test]
    fn rfc3339_follows_the_calendar() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_709_251_199, "2024-02-29T23:59:59Z"),
            (1_795_476_245, "2026-11-23T23:24:05Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59Z"),
        ] {
            assert_eq!(Timestamp::from_micros(seconds * SECOND).rfc3339(), text);
        }
    }

    #[test]
    fn parse_date_accepts_only_days_of_the_calendar() {
        for text in ["1970-01-01", "2000-02-29", "2026-11-24", "2026-01-31", "2026-03-01", "9999-12-31"] {
            assert_eq!(Timestamp::parse_date(text).unwrap().rfc3339(), format!("{text}T00:00:00Z"));
        }
        for text in [
            "",
            "2026-02-29",
            "2026-13-01",
            "2026-00-01",
            "2026-1-1",
            "1969-12-31",
            "+026-01-01",
            "2026-01-1x",
        ] {
            assert_eq!(Timestamp::parse_date(text), None, "{text}");
        }
        let day = Timestamp::parse_date("2026-12-31").unwrap();
        assert_eq!(day.next_day().rfc3339(), "2027-01-01T00:00:00Z");
        assert_eq!(day.next_day().previous_day(), day);
    }

    #[test]
    fn parse_rfc3339_accepts_only_times() {
        for (text, written) in [
            ("2026-11-23T23:24:05Z", "2026-11-23T23:24:05.000000Z"),
            ("2026-11-23t23:24:05z", "2026-11-23T23:24:05.000000Z"),
            ("2026-11-23T23:24:05.5Z", "2026-11-23T23:24:05.500000Z"),
            ("2026-11-23T23:24:05.123456789+08:00", "2026-11-23T15:24:05.123456Z"),
            ("2026-12-31T23:24:05-01:30", "2027-01-01T00:54:05.000000Z"),
            ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000000Z"),
            ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59.000000Z"),
        ] {
            let at = Timestamp::parse_rfc3339(text).unwrap();
            assert_eq!(at.rfc3339_micros(), written, "{text}");
            assert_eq!(Timestamp::parse_rfc3339(written), Some(at));
        }
        for text in [
            "",
            "2026-11-23",
            "2026-11-23T23:24:05",
            "2026-11-23 23:24:05Z",
            "2026-11-23T24:00:00Z",
            "2026-11-23T23:60:00Z",
            "2026-11-23T23:24:60Z",
            "2026-11-23T23:24:05.Z",
            "2026-11-23T23:24:05+8",
            "2026-11-23T23:24:05+24:00",
            "2026-11-23T23:24:05Zx",
            "2026-11-23T+3:24:05Z",
            "2026-02-30T23:24:05Z",
            "1970-01-01T00:00:00+01:00",
            "9999-12-31T23:59:59-01:00",
            "2026-11-2\u{fc}T23:24:05Z",
        ] {
            assert_eq!(Timestamp::parse_rfc3339(text), None, "{text}");
        }
    }

    #[test]
    fn age_is_in_the_largest_unit_that_fits() {
        let at = Timestamp::from_micros(0);
        for (seconds, age) in [
            (-5, Age::Now),
            (59, Age::Now),
            (60, Age::Minutes(1)),
            (7_200, Age::Hours(2)),
            (86_400 * 3, Age::Days(3)),
            (86_400 * 45, Age::Months(1)),
            (86_400 * 800, Age::Years(2)),
        ] {
            assert_eq!(at.age(Timestamp::from_micros(seconds * SECOND)), age);
        }
    }

    #[test]
    fn rfc3339_micros_has_every_digit() {
        let text = |micros| Timestamp::from_micros(micros).rfc3339_micros();
        assert_eq!(text(1), "1970-01-01T00:00:00.000001Z");
        assert_eq!(text(-1), "1969-12-31T23:59:59.999999Z");
    }
}
