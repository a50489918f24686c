//! The choice of a person: the events of which mails tell, and the times of mails.

use super::schedule::{Schedule, Zone};
use domain::{
    access::AccessProblem,
    error::{Error, Field},
    mail::MailCadence,
    notice::NoticeEvent,
    secret::SecretKind,
    time::Timestamp,
};

/// The most prefixes, and the longest, in characters: that of a name.
const MAX_PREFIXES: usize = 50;
const MAX_PREFIX: usize = 253;

/// The choice of a person. The first is empty: nobody is written to who has not asked for it.
#[derive(Clone, Debug, PartialEq)]
pub struct MailChoice {
    /// The events.
    pub events: Vec<NoticeEvent>,
    /// The types of secrets; empty for all.
    pub secret_kinds: Vec<SecretKind>,
    /// The beginnings of names of secrets; empty for all.
    pub name_prefixes: Vec<String>,
    /// When the person is written to.
    pub schedule: Schedule,
}

/// The choice as a form or the API sends it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MailChoiceDraft {
    /// Codes of events.
    pub events: Vec<String>,
    /// Codes of types.
    pub secret_kinds: Vec<String>,
    /// Beginnings of names.
    pub name_prefixes: Vec<String>,
    /// The code of the cadence.
    pub cadence: String,
    /// The hour of a digest.
    pub hour: u8,
    /// The day of a weekly digest: 1 is Monday.
    pub weekday: u8,
    /// The name of the time zone.
    pub time_zone: String,
    /// The first quiet hour, and the first that is not quiet any more.
    pub quiet: Option<(u8, u8)>,
    /// Whether Saturday and Sunday are quiet.
    pub quiet_weekends: bool,
}

impl MailChoiceDraft {
    /// Parses the choice.
    ///
    /// Errors: `Invalid` for the time zone, the quiet hours and the prefixes; `BadRequest` for what no form sends.
    pub fn parse(&self) -> Result<MailChoice, Error> {
        let Self { cadence, hour, weekday, quiet, quiet_weekends, .. } = self;
        let in_day = |hour: u8| hour < 24;
        let hours = in_day(*hour) && quiet.is_none_or(|(from, to)| in_day(from) && in_day(to));
        if !hours || !(1..=7).contains(weekday) {
            return Err(Error::BadRequest);
        }
        let zone = Zone::find(self.time_zone.trim())
            .ok_or_else(|| Error::field(Field::TimeZone, AccessProblem::TimeZone))?;
        // No hour at all, or all 24 of them: whoever chooses this may mean either.
        if quiet.is_some_and(|(from, to)| from == to) {
            return Err(Error::field(Field::QuietTo, AccessProblem::QuietHours));
        }
        let prefixes = self.name_prefixes.iter().map(|prefix| prefix.trim().to_lowercase());
        let mut name_prefixes: Vec<_> = prefixes.filter(|prefix| !prefix.is_empty()).collect();
        name_prefixes.dedup();
        let is_prefix = |prefix: &String| {
            prefix.chars().count() <= MAX_PREFIX
                && prefix.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte))
        };
        if name_prefixes.len() > MAX_PREFIXES || !name_prefixes.iter().all(is_prefix) {
            return Err(Error::field(Field::Prefix, AccessProblem::TokenPrefix));
        }
        let event = |code: &String| NoticeEvent::parse(code).filter(|event| event.is_for_rules());
        let events: Option<Vec<_>> = self.events.iter().map(event).collect();
        let kinds: Option<Vec<_>> = self.secret_kinds.iter().map(|code| SecretKind::parse(code)).collect();
        let cadence = MailCadence::parse(cadence).ok_or(Error::BadRequest)?;
        Ok(MailChoice {
            events: events.ok_or(Error::BadRequest)?,
            secret_kinds: kinds.ok_or(Error::BadRequest)?,
            name_prefixes,
            schedule: Schedule {
                cadence,
                hour: *hour,
                weekday: *weekday,
                zone,
                quiet: *quiet,
                quiet_weekends: *quiet_weekends,
            },
        })
    }
}

impl MailChoice {
    /// Returns the form in which it is sent.
    pub fn draft(&self) -> MailChoiceDraft {
        let Schedule { cadence, hour, weekday, zone, quiet, quiet_weekends } = &self.schedule;
        MailChoiceDraft {
            events: self.events.iter().map(|event| event.code().to_owned()).collect(),
            secret_kinds: self.secret_kinds.iter().map(|kind| kind.as_str().to_owned()).collect(),
            name_prefixes: self.name_prefixes.clone(),
            cadence: cadence.as_str().to_owned(),
            hour: *hour,
            weekday: *weekday,
            time_zone: zone.name().to_owned(),
            quiet: *quiet,
            quiet_weekends: *quiet_weekends,
        }
    }
}

/// An address that the mail server does not take mail for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DroppedAddress {
    /// The address, which is not used any more.
    pub address: String,
    /// The time of the rejection.
    pub at: Timestamp,
    /// The number of the server's reply.
    pub reply: u16,
}
