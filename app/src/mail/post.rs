//! The forms of a person's own notifications, and those behind the links in mails.

use super::{
    OWN_NOTIFICATIONS, letters,
    links::LinkDone,
    pages::{EVENT, KIND, MailForm},
};
use crate::{
    document::Page,
    extract::{Anybody, Nothing, PostForm, Sender, SignedIn},
    language,
    respond::{Reply, done},
    sign_in::session::limited,
    ui::flash::ActionDone,
};
use axum::{http::StatusCode, response::Response};
use backend::{Addressee, MailChoiceDraft};
use domain::{
    error::{Error, Field},
    sensitive::Sensitive,
};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewAddress {
    mail_address: String,
    #[serde(default)]
    current_password: Sensitive,
}

/// Handles `POST /account/notifications/address`: sends the mail that asks to confirm it.
pub async fn ask_to_confirm(PostForm { reply, sent }: PostForm<NewAddress>) -> Response {
    let (SignedIn { backend, ctx }, input) = match sent {
        Ok(sent) => sent,
        Err(error) => return again(reply, error, Vec::new(), None).await,
    };
    let asked = async {
        limited(&reply, &ctx)?;
        let mail = backend.mail();
        let public_url = mail.public_url().ok_or(Error::NotFound)?.to_owned();
        let letter = |token: &Sensitive| {
            letters::confirmation(language::current(), &public_url, ctx.actor.name(), token)
        };
        mail.ask_to_confirm(&ctx, &input.mail_address, &input.current_password, letter).await
    };
    match asked.await {
        Ok(()) => done(OWN_NOTIFICATIONS, ActionDone::MailAsked),
        Err(error) => again(reply, error, vec![(Field::MailAddress, input.mail_address.clone())], None).await,
    }
}

/// Handles `POST /account/notifications/forget`.
pub async fn forget(PostForm { reply, sent }: PostForm<Nothing>) -> Response {
    let forgotten = async {
        let (SignedIn { backend, ctx }, Nothing {}) = sent?;
        backend.mail().forget(&ctx).await
    };
    match forgotten.await {
        Ok(()) => done(OWN_NOTIFICATIONS, ActionDone::MailForgotten),
        Err(error) => again(reply, error, Vec::new(), None).await,
    }
}

/// Handles `POST /account/notifications/test`.
pub async fn send_test(PostForm { reply, sent }: PostForm<Nothing>) -> Response {
    let tested = async {
        let (SignedIn { backend, ctx }, Nothing {}) = sent?;
        let mail = backend.mail();
        let public_url = mail.public_url().ok_or(Error::NotFound)?;
        let letter = letters::test(language::current(), public_url, ctx.actor.name());
        mail.send_test(&ctx, letter).await
    };
    match tested.await {
        Ok(()) => done(OWN_NOTIFICATIONS, ActionDone::MailTested),
        Err(error) => again(reply, error, Vec::new(), None).await,
    }
}

/// Handles `POST /account/notifications`.
pub async fn choose(PostForm { reply, sent }: PostForm<Vec<(String, String)>>) -> Response {
    let (SignedIn { backend, ctx }, fields) = match sent {
        Ok(sent) => sent,
        Err(error) => return again(reply, error, Vec::new(), None).await,
    };
    let Some(draft) = read(&fields) else {
        return again(reply, Error::BadRequest, Vec::new(), None).await;
    };
    match backend.mail().choose(&ctx, &draft).await {
        Ok(()) => done(OWN_NOTIFICATIONS, ActionDone::MailChosen),
        Err(error) => {
            let typed = vec![
                (Field::TimeZone, draft.time_zone.clone()),
                (Field::Prefix, draft.name_prefixes.join("\n")),
            ];
            again(reply, error, typed, Some(draft)).await
        }
    }
}

/// Reads the form; `None` if a field is unknown, or there twice, or is no number.
fn read(fields: &[(String, String)]) -> Option<MailChoiceDraft> {
    let mut draft = MailChoiceDraft::default();
    let (mut from, mut to, mut is_quiet) = (None, None, false);
    let hour = |text: &str| if text.is_empty() { Some(None) } else { text.parse().ok().map(Some) };
    for (at, (name, value)) in fields.iter().enumerate() {
        if fields[..at].iter().any(|(before, _)| before == name) {
            return None;
        }
        if let Some(code) = name.strip_prefix(EVENT) {
            draft.events.push(code.to_owned());
        } else if let Some(code) = name.strip_prefix(KIND) {
            draft.secret_kinds.push(code.to_owned());
        } else {
            match name.as_str() {
                // As the same field of a rule: one on each line, but spaces and commas are understood.
                "prefix" => {
                    let parts = value.split(|c: char| c.is_whitespace() || c == ',');
                    draft.name_prefixes = parts.filter(|part| !part.is_empty()).map(str::to_owned).collect();
                }
                "cadence" => draft.cadence.clone_from(value),
                "hour" => draft.hour = value.parse().ok()?,
                "weekday" => draft.weekday = value.parse().ok()?,
                "time_zone" => draft.time_zone.clone_from(value),
                "quiet" => is_quiet = true,
                "quiet_from" => from = hour(value)?,
                "quiet_to" => to = hour(value)?,
                "quiet_weekends" => draft.quiet_weekends = true,
                _ => return None,
            }
        }
    }
    draft.quiet = from.zip(to).filter(|_| is_quiet);
    Some(draft)
}

/// Renders the page with the reason why nothing was done.
async fn again(
    reply: Reply,
    error: Error,
    typed: Vec<(Field, String)>,
    draft: Option<MailChoiceDraft>,
) -> Response {
    let page = move |form| Page::OwnNotifications(Box::new(MailForm { form, draft }));
    reply.render_rejected_at(OWN_NOTIFICATIONS, error, typed, page).await
}

/// Handles `POST /mail/confirm`.
pub async fn confirm(PostForm { reply, sent }: PostForm<Nothing, Anybody>) -> Response {
    let confirmed = async {
        let (Anybody { backend, ctx }, Nothing {}) = sent?;
        limited(&reply, &ctx)?;
        let token = Sensitive::new(reply.parameter("token").unwrap_or_default());
        backend.mail().confirm(&ctx, &token).await
    };
    answer(confirmed.await, reply, LinkDone::Confirmed, Page::ConfirmMail).await
}

/// Handles `POST /mail/unsubscribe`, which mail programs send with a body of their own (RFC 8058): it is not read, and the
/// answer is no redirect.
pub async fn unsubscribe(reply: Reply) -> Response {
    let ended = async {
        let Anybody { backend, ctx } = Anybody::of(&reply)?;
        limited(&reply, &ctx)?;
        backend.mail().unsubscribe(&ctx, &reply.parameter("token").unwrap_or_default()).await
    };
    answer(ended.await, reply, LinkDone::Unsubscribed, Page::Unsubscribe).await
}

async fn answer(
    result: Result<Addressee, Error>,
    reply: Reply,
    done: LinkDone,
    page: impl FnOnce(crate::form_state::FormState) -> Page,
) -> Response {
    match result {
        Ok(addressee) => reply.page(StatusCode::OK, Page::MailLinkDone(done, addressee)).await,
        Err(error) => reply.render_rejected(error, Vec::new(), page).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(pairs: &[(&str, &str)]) -> Option<MailChoiceDraft> {
        read(&pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect::<Vec<_>>())
    }

    #[test]
    fn read_takes_each_known_field_once() {
        let whole = [
            ("event:secret.expires", "on"),
            ("event:secret.expired", "on"),
            ("type:git-dataset", "on"),
            ("prefix", "image-\r\ngit-"),
            ("cadence", "daily"),
            ("hour", "8"),
            ("weekday", "1"),
            ("time_zone", "Asia/Taipei"),
            ("quiet", "on"),
            ("quiet_from", "22"),
            ("quiet_to", "7"),
            ("quiet_weekends", "on"),
        ];
        let draft = fields(&whole).unwrap();
        assert_eq!(draft.events, ["secret.expires", "secret.expired"]);
        assert_eq!(draft.name_prefixes, ["image-", "git-"]);
        assert_eq!((draft.quiet, draft.quiet_weekends), (Some((22, 7)), true));
        assert_eq!(fields(&[("quiet_from", "22"), ("quiet_to", "7")]).unwrap().quiet, None);
        let in_one_line = fields(&[("prefix", " team-a, team-b team-c")]).unwrap();
        assert_eq!(in_one_line.name_prefixes, ["team-a", "team-b", "team-c"]);
        for wrong in [
            &[("user", "x")][..],
            &[("quiet_from", "x")],
            &[("hour", "x")],
            &[("hour", "300")],
            &[("cadence", "daily"), ("cadence", "weekly")],
            &[("event:a", "on"), ("event:a", "on")],
        ] {
            assert!(fields(wrong).is_none(), "{wrong:?}");
        }
    }
}
