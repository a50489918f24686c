//! The notifications that the owner of a token gets by mail.

use super::{
    Answer, Caller, Problem, ProblemDetails,
    body::{Body, whole_number, whole_number_or_null},
    json,
};
use backend::{MailChoiceChange, OwnMail};
use domain::{mail::MailCadence, notice::NoticeEvent, secret::SecretKind, time::Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The notifications that a person gets by mail, and when.
#[derive(Debug, Serialize, ToSchema)]
pub struct Notifications {
    /// The address of mails; null until an address is confirmed. Only its owner changes it, on the page.
    address: Option<String>,
    /// Since when the person wants no mails, such as by the link in one; null while mails are sent.
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
#[expect(clippy::option_option, reason = "left out, null and a number are three things")]
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
    /// `true` ends all mails, `false` begins them again. Left out, mails that the person has ended stay so, whatever else changes.
    unsubscribed: Option<bool>,
}

impl NotificationsChange {
    /// Returns the change in the service's form.
    ///
    /// Errors: a code or a number that is not taken here.
    fn parse(self) -> Result<MailChoiceChange, Problem> {
        let wrong = |name, what: &str| Problem::parameter(name, what.to_owned());
        let known = |name, codes: Option<Vec<String>>, is: fn(&str) -> bool| match codes {
            Some(codes) if !codes.iter().all(|code| is(code)) => {
                Err(wrong(name, "One of these is not known here. See /api/docs."))
            }
            codes => Ok(codes),
        };
        let number = |name, sent: Option<u32>, least: u8, most: u8| match sent.map(u8::try_from) {
            None => Ok(None),
            Some(Ok(number)) if (least..=most).contains(&number) => Ok(Some(number)),
            Some(_) => Err(wrong(name, "The number is outside of what is possible.")),
        };
        let is_event = |code: &str| NoticeEvent::parse(code).is_some_and(NoticeEvent::is_for_rules);
        if self.cadence.as_deref().is_some_and(|cadence| MailCadence::parse(cadence).is_none()) {
            return Err(wrong("cadence", "Send at-once, daily or weekly."));
        }
        let hour = |name, sent: Option<Option<u32>>| match sent {
            None => Ok(None),
            Some(hour) => number(name, hour, 0, 23).map(Some),
        };
        if matches!((self.quiet_from, self.quiet_to), (Some(Some(from)), Some(Some(to))) if from == to) {
            return Err(wrong("quiet_to", "Send two different hours, or null for no quiet hours."));
        }
        Ok(MailChoiceChange {
            events: known("events", self.events, is_event)?,
            secret_kinds: known("types", self.types, |code| SecretKind::parse(code).is_some())?,
            name_prefixes: self.name_prefixes,
            cadence: self.cadence,
            hour: number("hour", self.hour, 0, 23)?,
            weekday: number("weekday", self.weekday, 1, 7)?,
            time_zone: self.time_zone,
            quiet_from: hour("quiet_from", self.quiet_from)?,
            quiet_to: hour("quiet_to", self.quiet_to)?,
            quiet_weekends: self.quiet_weekends,
            unsubscribed: self.unsubscribed,
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
/// on the page. Mails that the owner has ended by the link in one stay so, unless `unsubscribed` is sent.
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
    let change = change.content()?.parse()?;
    mail.choose_for_owner(&caller.ctx, &change).await?;
    Ok(json(Notifications::from(mail.of_owner(&caller.ctx).await?)))
}
