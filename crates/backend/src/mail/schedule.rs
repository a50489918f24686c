//! The time at which a person is written to: a pure function of their choice and the clock.

use domain::{mail::MailCadence, time::Timestamp};
use jiff::{
    Zoned,
    civil::{Date, Weekday},
    tz::TimeZone,
};

/// The most stretches of quiet that follow each other: a night, a weekend and the night after it, with room to spare.
const MAX_STRETCHES: usize = 8;

/// The number of days within which the next digest is.
const MAX_DAYS: usize = 9;

/// An hour, in microseconds.
const HOUR: i64 = 3_600 * 1_000_000;

/// A time zone of the IANA database.
#[derive(Clone, Debug, PartialEq)]
pub struct Zone(TimeZone);

impl Zone {
    /// Returns the zone with this name, such as `Asia/Taipei`; `None` for an unknown name.
    pub fn find(name: &str) -> Option<Self> {
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"/_+-".contains(&byte);
        if name.is_empty() || name.len() > 64 || !name.bytes().all(is_name) {
            return None;
        }
        let zone = jiff::tz::db().get(name).ok()?;
        zone.iana_name().is_some().then_some(Self(zone))
    }

    /// Returns the names of zones that people know, such as `Asia/Taipei`: those of places, and UTC.
    pub fn names() -> Vec<String> {
        let names = jiff::tz::db().available();
        let of_a_place = |name: &str| {
            let area = name.split_once('/').map(|(area, _)| area);
            name == "UTC"
                || area.is_some_and(|area| !matches!(area, "Etc" | "SystemV" | "US" | "posix" | "right"))
        };
        names.filter(|name| of_a_place(name.as_str())).map(|name| name.as_str().to_owned()).collect()
    }

    /// Returns UTC.
    pub fn utc() -> Self {
        Self(TimeZone::UTC)
    }

    /// Returns the name.
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// Returns the time as the clocks of the zone show it, as if that were UTC.
    pub fn shown(&self, at: Timestamp) -> Timestamp {
        let offset = i64::from(self.local(at).offset().seconds());
        Timestamp::from_micros(at.micros().saturating_add(offset * 1_000_000))
    }

    fn local(&self, at: Timestamp) -> Zoned {
        // Times of the portal are within the library's calendar, which ends with the year 9999.
        let at = jiff::Timestamp::from_microsecond(at.micros()).unwrap_or(jiff::Timestamp::MAX);
        at.to_zoned(self.0.clone())
    }

    /// Returns the time at which the clocks show this hour: the first of two, and after a gap if they leave it out.
    fn at(&self, date: Date, hour: u8) -> Option<Timestamp> {
        let hour = i8::try_from(hour).ok()?;
        let zoned = date.at(hour, 0, 0, 0).to_zoned(self.0.clone()).ok()?;
        Some(Timestamp::from_micros(zoned.timestamp().as_microsecond()))
    }
}

/// The times at which a person wants to be written to.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    /// How often.
    pub cadence: MailCadence,
    /// The hour of a digest, from 0 to 23.
    pub hour: u8,
    /// The day of a weekly digest: 1 is Monday, 7 is Sunday.
    pub weekday: u8,
    /// The zone of all hours and days.
    pub zone: Zone,
    /// The hours in which nothing is sent, from the first to before the second, past midnight if need be.
    pub quiet: Option<(u8, u8)>,
    /// Whether nothing is sent on Saturday and Sunday.
    pub quiet_weekends: bool,
}

impl Schedule {
    /// Returns when something that happens now is to be sent. Never before now.
    pub fn due(&self, now: Timestamp) -> Timestamp {
        let due = match self.cadence {
            MailCadence::AtOnce => now,
            MailCadence::Daily => self.digest(now, None),
            MailCadence::Weekly => self.digest(now, Some(self.weekday)),
        };
        self.after_quiet(due)
    }

    /// Returns the first digest after this time.
    fn digest(&self, now: Timestamp, weekday: Option<u8>) -> Timestamp {
        let today = self.zone.local(now).date();
        let mut days = today.series(jiff::Span::new().days(1)).take(MAX_DAYS);
        let is_day = |date: &Date| weekday.is_none_or(|day| date.weekday() == of_number(day));
        days.by_ref()
            .filter(is_day)
            .filter_map(|date| self.zone.at(date, self.hour))
            .find(|at| *at > now)
            .unwrap_or(now)
    }

    /// Returns the first time from this one on that is not quiet.
    pub fn after_quiet(&self, at: Timestamp) -> Timestamp {
        let mut at = at;
        for _ in 0..MAX_STRETCHES {
            match self.quiet_until(at) {
                // Where clocks are set back, an end may not lie ahead.
                Some(end) => at = if end > at { end } else { Timestamp::from_micros(at.micros() + HOUR) },
                None => return at,
            }
        }
        at
    }

    /// Returns the end of the quiet stretch at this time; `None` if it is not quiet.
    fn quiet_until(&self, at: Timestamp) -> Option<Timestamp> {
        let local = self.zone.local(at);
        let (date, hour) = (local.date(), u8::try_from(local.hour()).unwrap_or_default());
        if self.quiet_weekends {
            let days = match date.weekday() {
                Weekday::Saturday => 2,
                Weekday::Sunday => 1,
                _ => 0,
            };
            if days > 0 {
                return self.zone.at(date.checked_add(jiff::Span::new().days(days)).ok()?, 0);
            }
        }
        let (from, to) = self.quiet.filter(|(from, to)| from != to)?;
        let past_midnight = from > to;
        let is_quiet = if past_midnight { hour >= from || hour < to } else { (from..to).contains(&hour) };
        if !is_quiet {
            return None;
        }
        let day = if past_midnight && hour >= from { date.tomorrow().ok()? } else { date };
        self.zone.at(day, to)
    }
}

fn of_number(day: u8) -> Weekday {
    match day {
        1 => Weekday::Monday,
        2 => Weekday::Tuesday,
        3 => Weekday::Wednesday,
        4 => Weekday::Thursday,
        5 => Weekday::Friday,
        6 => Weekday::Saturday,
        _ => Weekday::Sunday,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::from_micros(text.parse::<jiff::Timestamp>().unwrap().as_microsecond())
    }

    fn schedule(cadence: MailCadence, hour: u8, zone: &str) -> Schedule {
        let zone = Zone::find(zone).unwrap();
        Schedule { cadence, hour, weekday: 1, zone, quiet: None, quiet_weekends: false }
    }

    /// Checks what is due at each of these times.
    fn check(schedule: &Schedule, times: &[(&str, &str)]) {
        for (now, due) in times {
            assert_eq!(schedule.due(at(now)).rfc3339(), *due, "{now} {schedule:?}");
        }
    }

    #[test]
    fn find_takes_names_of_the_database_alone() {
        for name in ["Asia/Taipei", "Europe/Berlin", "UTC", "America/Argentina/Buenos_Aires", "Etc/GMT+5"] {
            assert_eq!(Zone::find(name).unwrap().name(), name);
        }
        for name in ["", "Mars/Base", "../../etc/passwd", "Asia/Taipei\0", "EST5EDT,M3.2.0,M11.1.0", "+08:00"]
        {
            assert!(Zone::find(name).is_none(), "{name}");
        }
    }

    #[test]
    fn names_are_those_of_places() {
        let names = Zone::names();
        for name in &names {
            assert!(Zone::find(name).is_some(), "{name}");
        }
        assert!(names.len() > 300, "{}", names.len());
        assert!(["Asia/Taipei", "UTC"].iter().all(|known| names.iter().any(|name| name == known)));
        assert!(!names.iter().any(|name| name.starts_with("Etc/")));
    }

    #[test]
    fn shown_is_the_time_of_the_zone() {
        let zone = Zone::find("Asia/Taipei").unwrap();
        assert_eq!(zone.shown(at("2026-11-28T20:05:00Z")).rfc3339(), "2026-11-29T04:05:00Z");
        let zone = Zone::find("America/New_York").unwrap();
        assert_eq!(zone.shown(at("2026-07-01T12:00:00Z")).rfc3339(), "2026-07-01T08:00:00Z");
        assert_eq!(zone.shown(at("2026-12-01T12:00:00Z")).rfc3339(), "2026-12-01T07:00:00Z");
    }

    #[test]
    fn due_at_once_is_now_unless_quiet() {
        let mut schedule = schedule(MailCadence::AtOnce, 0, "Asia/Taipei");
        check(&schedule, &[("2026-11-28T15:00:00Z", "2026-11-28T15:00:00Z")]);
        // In Taipei from 22:00 to 07:00, which is from 14:00 to 23:00 in UTC.
        schedule.quiet = Some((22, 7));
        check(
            &schedule,
            &[
                ("2026-11-26T13:59:59Z", "2026-11-26T13:59:59Z"),
                ("2026-11-26T14:00:00Z", "2026-11-26T23:00:00Z"),
                ("2026-11-26T17:30:00Z", "2026-11-26T23:00:00Z"),
                ("2026-11-26T22:59:59Z", "2026-11-26T23:00:00Z"),
                ("2026-11-26T23:00:00Z", "2026-11-26T23:00:00Z"),
            ],
        );
        // Friday night, the weekend, and the night to Monday.
        schedule.quiet_weekends = true;
        check(
            &schedule,
            &[
                ("2026-11-27T15:00:00Z", "2026-11-29T23:00:00Z"),
                ("2026-11-28T03:00:00Z", "2026-11-29T23:00:00Z"),
            ],
        );
        schedule.quiet = Some((12, 13));
        schedule.quiet_weekends = false;
        check(&schedule, &[("2026-11-26T04:20:00Z", "2026-11-26T05:00:00Z")]);
        schedule.quiet = Some((5, 5));
        check(&schedule, &[("2026-11-25T21:20:00Z", "2026-11-25T21:20:00Z")]);
    }

    #[test]
    fn due_digest_is_the_next_at_that_hour_of_the_zone() {
        let daily = schedule(MailCadence::Daily, 8, "Asia/Taipei");
        check(
            &daily,
            &[
                ("2026-11-27T23:59:59Z", "2026-11-28T00:00:00Z"),
                ("2026-11-28T00:00:00Z", "2026-11-29T00:00:00Z"),
                ("2026-12-31T10:00:00Z", "2027-01-01T00:00:00Z"),
            ],
        );
        // 30 November 2026 is a Monday.
        let weekly = Schedule { weekday: 1, ..schedule(MailCadence::Weekly, 8, "Asia/Taipei") };
        check(
            &weekly,
            &[
                ("2026-11-28T03:00:00Z", "2026-11-30T00:00:00Z"),
                ("2026-11-30T00:00:00Z", "2026-12-07T00:00:00Z"),
                ("2026-11-29T23:59:59Z", "2026-11-30T00:00:00Z"),
            ],
        );
        let quiet = Schedule { quiet: Some((6, 9)), ..daily };
        check(&quiet, &[("2026-11-27T10:00:00Z", "2026-11-28T01:00:00Z")]);
        let weekends = Schedule { quiet_weekends: true, quiet: None, weekday: 6, ..weekly };
        check(&weekends, &[("2026-11-24T10:00:00Z", "2026-11-29T16:00:00Z")]);
    }

    #[test]
    fn due_digest_comes_once_a_day_where_clocks_change() {
        // In Berlin clocks go from 02:00 to 03:00 on 29 March 2026, and from 03:00 back to 02:00 on 25 October.
        let early = schedule(MailCadence::Daily, 2, "Europe/Berlin");
        check(
            &early,
            &[
                ("2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z"),
                ("2026-03-29T01:00:00Z", "2026-03-30T00:00:00Z"),
                ("2026-10-24T12:00:00Z", "2026-10-25T00:00:00Z"),
                // Between the first and the second 02:00.
                ("2026-10-25T00:30:00Z", "2026-10-26T01:00:00Z"),
            ],
        );
        let usual = schedule(MailCadence::Daily, 8, "Europe/Berlin");
        check(
            &usual,
            &[
                ("2026-03-28T08:00:00Z", "2026-03-29T06:00:00Z"),
                ("2026-10-24T08:00:00Z", "2026-10-25T07:00:00Z"),
            ],
        );
        let quiet = Schedule { cadence: MailCadence::AtOnce, quiet: Some((22, 2)), ..usual };
        check(
            &quiet,
            &[
                ("2026-03-28T23:00:00Z", "2026-03-29T01:00:00Z"),
                ("2026-10-24T22:00:00Z", "2026-10-25T00:00:00Z"),
            ],
        );
        // Both of the hours that clocks show as 2 are quiet.
        let quiet = Schedule { quiet: Some((2, 3)), ..quiet };
        check(&quiet, &[("2026-10-25T00:10:00Z", "2026-10-25T02:00:00Z")]);
    }
}
