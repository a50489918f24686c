//! The choice of a person: the events of which mails tell, and the times of mails.

use super::schedule::{Schedule, Zone};
use crate::notices::Notice;
use domain::{
    access::AccessProblem,
    error::{Error, Field},
    mail::MailCadence,
    notice::NoticeEvent,
    secret::{SecretId, SecretKind},
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
        let name_prefixes = once(prefixes.filter(|prefix| !prefix.is_empty()), MAX_PREFIXES + 1);
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
            events: once(events.ok_or(Error::BadRequest)?, NoticeEvent::ALL.len()),
            secret_kinds: once(kinds.ok_or(Error::BadRequest)?, SecretKind::ALL.len()),
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

/// Returns each of these once, in the order of their first places, up to so many.
fn once<T: PartialEq>(all: impl IntoIterator<Item = T>, most: usize) -> Vec<T> {
    let mut kept = Vec::new();
    for one in all {
        if kept.len() < most && !kept.contains(&one) {
            kept.push(one);
        }
    }
    kept
}

/// A change of the choice of a person. What is left out stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MailChoiceChange {
    /// Codes of events.
    pub events: Option<Vec<String>>,
    /// Codes of types.
    pub secret_kinds: Option<Vec<String>>,
    /// Beginnings of names.
    pub name_prefixes: Option<Vec<String>>,
    /// The code of the cadence.
    pub cadence: Option<String>,
    /// The hour of a digest.
    pub hour: Option<u8>,
    /// The day of a weekly digest: 1 is Monday.
    pub weekday: Option<u8>,
    /// The name of the time zone.
    pub time_zone: Option<String>,
    /// The first quiet hour; without one, no hour is quiet.
    pub quiet_from: Option<Option<u8>>,
    /// The first hour that is not quiet any more; without one, no hour is quiet.
    pub quiet_to: Option<Option<u8>>,
    /// Whether Saturday and Sunday are quiet.
    pub quiet_weekends: Option<bool>,
    /// Whether the person wants no mails at all.
    pub unsubscribed: Option<bool>,
}

impl MailChoiceChange {
    /// Returns the stored choice with the changes.
    pub(super) fn apply(&self, stored: MailChoiceDraft) -> MailChoiceDraft {
        let quiet = match (self.quiet_from, self.quiet_to) {
            (None, None) => stored.quiet,
            (Some(None), _) | (_, Some(None)) => None,
            (from, to) => {
                let (from, to, (stored_from, stored_to)) =
                    (from.flatten(), to.flatten(), stored.quiet.unzip());
                // Where the other hour is missing, both are the same one, which is rejected.
                from.or(stored_from).or(to).zip(to.or(stored_to).or(from))
            }
        };
        MailChoiceDraft {
            events: self.events.clone().unwrap_or(stored.events),
            secret_kinds: self.secret_kinds.clone().unwrap_or(stored.secret_kinds),
            name_prefixes: self.name_prefixes.clone().unwrap_or(stored.name_prefixes),
            cadence: self.cadence.clone().unwrap_or(stored.cadence),
            hour: self.hour.unwrap_or(stored.hour),
            weekday: self.weekday.unwrap_or(stored.weekday),
            time_zone: self.time_zone.clone().unwrap_or(stored.time_zone),
            quiet,
            quiet_weekends: self.quiet_weekends.unwrap_or(stored.quiet_weekends),
        }
    }
}

impl MailChoice {
    /// Returns whether the person has chosen to hear of a notice. The statement that makes deliveries asks the same.
    pub(super) fn names(&self, notice: &Notice) -> bool {
        let is_named = |secret: &SecretId| {
            let name = secret.name.as_str();
            (self.secret_kinds.is_empty() || self.secret_kinds.contains(&secret.kind))
                && (self.name_prefixes.is_empty()
                    || self.name_prefixes.iter().any(|prefix| name.starts_with(prefix)))
        };
        self.events.contains(&notice.event) && notice.secret.as_ref().is_none_or(is_named)
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parse_keeps_each_event_type_and_prefix_once() {
        let all = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
        let draft = MailChoiceDraft {
            events: vec!["secret.expires".to_owned(); 5_000],
            secret_kinds: all(&["image-pull", "git-dataset", "image-pull"]),
            name_prefixes: all(&["team-a", "team-b", " Team-A", ""]),
            cadence: "daily".to_owned(),
            weekday: 1,
            time_zone: "UTC".to_owned(),
            ..MailChoiceDraft::default()
        };
        let choice = draft.parse().unwrap();
        assert_eq!(choice.events, [NoticeEvent::SecretExpires]);
        assert_eq!(choice.secret_kinds, [SecretKind::ImagePull, SecretKind::GitDataset]);
        assert_eq!(choice.name_prefixes, ["team-a", "team-b"]);
        // As many names as there may be, each of them twice.
        let names: Vec<_> = (0..MAX_PREFIXES).chain(0..MAX_PREFIXES).map(|name| format!("n{name}")).collect();
        let twice = MailChoiceDraft { name_prefixes: names, ..draft };
        assert_eq!(twice.parse().unwrap().name_prefixes.len(), MAX_PREFIXES);
    }
}
