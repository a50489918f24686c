//! The notifications that the owner of a token gets by mail.

use super::{
    Answer, Caller, Problem, ProblemDetails,
    body::{Body, whole_number, whole_number_or_null},
    json,
};
use backend::{MailChoiceDraft, OwnMail};
use domain::{mail::MailCadence, notice::NoticeEvent, secret::SecretKind, time::Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The notifications that a person gets by mail, and when.
#[derive(Debug, Serialize, ToSchema)]
pub struct Notifications {
    /// The address of mails; null until an address is confirmed. Only its owner changes it, on the page.
    address: Option<String>,
    /// Since when the person wants no mails, by the link in one.
    unsubscribed_at: Option<String>,
    /// The events, such as `secret.expires`; empty for no mail.
    events: Vec<String>,
    /// Only about secrets of these types, `git-dataset` or `image-pull`; empty for all.
    types: Vec<String>,
    /// Only about secrets whose names begin so; empty for all.
    name_prefixes: Vec<String>,
    /// `at-once`, `daily` or `weekly`.
    cadence: String,
    /// The hour of a daily or weekly mail, from 0 to 23.
    hour: u8,
    /// The day of a weekly mail: 1 is Monday, 7 is Sunday.
    weekday: u8,
    /// The time zone of all hours and days.
    time_zone: String,
    /// From this hour on nothing is sent; null without quiet hours.
    quiet_from: Option<u8>,
    /// Until this hour.
    quiet_to: Option<u8>,
    /// Whether nothing is sent on Saturday and Sunday.
    quiet_weekends: bool,
}

impl From<OwnMail> for Notifications {
    fn from(mail: OwnMail) -> Self {
        let draft = mail.choice.draft();
        let (quiet_from, quiet_to) = draft.quiet.unzip();
        Self {
            address: mail.address.map(|(address, _)| address),
            unsubscribed_at: mail.unsubscribed_at.map(Timestamp::rfc3339),
            events: draft.events,
            types: draft.secret_kinds,
            name_prefixes: draft.name_prefixes,
            cadence: draft.cadence,
            hour: draft.hour,
            weekday: draft.weekday,
            time_zone: draft.time_zone,
            quiet_from,
            quiet_to,
            quiet_weekends: draft.quiet_weekends,
        }
    }
}

/// A change. What is left out stays as it is.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NotificationsChange {
    /// The events; an empty list ends the mails.
    events: Option<Vec<String>>,
    /// Only about secrets of these types; an empty list for all.
    types: Option<Vec<String>>,
    /// Only about secrets whose names begin so; an empty list for all.
    name_prefixes: Option<Vec<String>>,
    /// `at-once`, `daily` or `weekly`.
    cadence: Option<String>,
    /// The hour of a daily or weekly mail, from 0 to 23.
    #[serde(default, deserialize_with = "whole_number")]
    hour: Option<u32>,
    /// The day of a weekly mail: 1 is Monday, 7 is Sunday.
    #[serde(default, deserialize_with = "whole_number")]
    weekday: Option<u32>,
    /// The name of a time zone, such as `Asia/Taipei`.
    time_zone: Option<String>,
    /// From this hour on nothing is sent; null in this or in `quiet_to` for no quiet hours.
    #[schema(value_type = Option<u32>)]
    #[serde(default, deserialize_with = "whole_number_or_null")]
    quiet_from: Option<Option<u32>>,
    /// Until this hour: another one.
    #[schema(value_type = Option<u32>)]
    #[serde(default, deserialize_with = "whole_number_or_null")]
    quiet_to: Option<Option<u32>>,
    /// Whether nothing is sent on Saturday and Sunday.
    quiet_weekends: Option<bool>,
}

impl NotificationsChange {
    /// Returns the choice with the changes.
    ///
    /// Errors: a code or a number that is not taken here.
    fn apply(self, stored: MailChoiceDraft) -> Result<MailChoiceDraft, Problem> {
        let wrong = |name, what: &str| Problem::parameter(name, what.to_owned());
        let known = |name, codes: Option<Vec<String>>, stored: Vec<String>, is: fn(&str) -> bool| match codes
        {
            None => Ok(stored),
            Some(codes) if codes.iter().all(|code| is(code)) => Ok(codes),
            Some(_) => Err(wrong(name, "One of these is not known here. See /api/docs.")),
        };
        let number = |name, sent: Option<u32>, stored: u8, least: u8, most: u8| match sent.map(u8::try_from) {
            None => Ok(stored),
            Some(Ok(number)) if (least..=most).contains(&number) => Ok(number),
            Some(_) => Err(wrong(name, "The number is outside of what is possible.")),
        };
        let is_event = |code: &str| NoticeEvent::parse(code).is_some_and(NoticeEvent::is_for_rules);
        let cadence = self.cadence.unwrap_or(stored.cadence);
        if MailCadence::parse(&cadence).is_none() {
            return Err(wrong("cadence", "Send at-once, daily or weekly."));
        }
        let quiet = match (self.quiet_from, self.quiet_to) {
            (None, None) => stored.quiet,
            // The other one belongs to it.
            (Some(None), _) | (_, Some(None)) => None,
            (from, to) => {
                let (stored_from, stored_to) = stored.quiet.unzip();
                let hour = |name, sent: Option<Option<u32>>, stored: Option<u8>| {
                    let sent = sent.flatten().or(stored.map(u32::from));
                    let missing = || wrong(name, "Send both hours, or null for no quiet hours.");
                    number(name, Some(sent.ok_or_else(missing)?), 0, 0, 23)
                };
                let hours = (hour("quiet_from", from, stored_from)?, hour("quiet_to", to, stored_to)?);
                if hours.0 == hours.1 {
                    return Err(wrong("quiet_to", "Send two different hours, or null for no quiet hours."));
                }
                Some(hours)
            }
        };
        Ok(MailChoiceDraft {
            events: known("events", self.events, stored.events, is_event)?,
            secret_kinds: known("types", self.types, stored.secret_kinds, |code| {
                SecretKind::parse(code).is_some()
            })?,
            name_prefixes: self.name_prefixes.unwrap_or(stored.name_prefixes),
            cadence,
            hour: number("hour", self.hour, stored.hour, 0, 23)?,
            weekday: number("weekday", self.weekday, stored.weekday, 1, 7)?,
            time_zone: self.time_zone.unwrap_or(stored.time_zone),
            quiet,
            quiet_weekends: self.quiet_weekends.unwrap_or(stored.quiet_weekends),
        })
    }
}

/// The notifications of the token's owner
#[utoipa::path(
    get, path = "/api/v1/me/notifications", tag = "Notifications", operation_id = "show_own_notifications",
    responses(
        (status = 200, description = "The choice", body = Notifications),
        (status = 404, description = "The token is one of the command line", body = ProblemDetails, content_type = "application/problem+json"),
    ),
)]
pub async fn show(caller: Caller) -> Answer {
    let mail = caller.backend.mail().of_owner(&caller.ctx).await?;
    Ok(json(Notifications::from(mail)))
}

/// Change the notifications of the token's owner
///
/// Takes a token of the scope `write` that is for all secrets. The address is not changed here: its owner enters and confirms it
/// on the page.
#[utoipa::path(
    patch, path = "/api/v1/me/notifications", tag = "Notifications", operation_id = "change_own_notifications",
    request_body = NotificationsChange,
    responses(
        (status = 200, description = "Changed", body = Notifications),
        (status = 404, description = "The token is one of the command line", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 422, description = "Fields need another look", body = ProblemDetails, content_type = "application/problem+json"),
    ),
)]
pub async fn change(caller: Caller, change: Body<NotificationsChange>) -> Answer {
    let mail = caller.backend.mail();
    mail.may_choose_for_owner(&caller.ctx).await?;
    let change = change.content()?;
    let stored = mail.of_owner(&caller.ctx).await?;
    let draft = change.apply(stored.choice.draft())?;
    mail.choose_for_owner(&caller.ctx, &draft).await?;
    Ok(json(Notifications::from(mail.of_owner(&caller.ctx).await?)))
}
