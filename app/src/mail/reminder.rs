//! The way from the date of a secret to the own choice: what is to be chosen so that mails remind of it. Nothing is stored until
//! the person saves.

use crate::{ssr, ui::icon::icon};
use backend::{MailChoice, MailChoiceDraft, OwnMail};
use domain::{notice::NoticeEvent, secret::SecretId};
use leptos::{either::Either, prelude::*};

/// The parameter of the address that names the secret.
pub(super) const PARAM: &str = "remind";

/// The events that dates bring about.
const EVENTS: [NoticeEvent; 3] =
    [NoticeEvent::SecretExpires, NoticeEvent::SecretExpired, NoticeEvent::RenewalDue];

/// The wish to be reminded of the dates of a secret.
#[derive(Clone, Debug)]
pub(super) struct Reminder {
    secret: SecretId,
    /// The choice that does so; `None` if mails remind of it already.
    pub(super) draft: Option<MailChoiceDraft>,
}

/// Returns the wish that the address of the page names.
pub(super) fn of_address(mail: &OwnMail) -> Option<Reminder> {
    let secret = SecretId::parse(&ssr::query_parameter(PARAM)?)?;
    let is_sent = mail.address.is_some() && mail.unsubscribed_at.is_none();
    Some(Reminder::new(secret, &mail.choice, is_sent))
}

impl Reminder {
    /// Returns the wish of somebody with this choice. `is_sent` is whether mails are sent to them at all.
    fn new(secret: SecretId, choice: &MailChoice, is_sent: bool) -> Self {
        let name = secret.name.as_str();
        let is_all = |count: usize| count == 0;
        let has_kind = is_all(choice.secret_kinds.len()) || choice.secret_kinds.contains(&secret.kind);
        let has_name = is_all(choice.name_prefixes.len())
            || choice.name_prefixes.iter().any(|prefix| name.starts_with(prefix));
        // A person without mails so far gets none about other secrets.
        let is_first = choice.events.is_empty();
        if is_sent && has_kind && has_name && EVENTS.iter().all(|event| choice.events.contains(event)) {
            return Self { secret, draft: None };
        }
        let mut draft = choice.draft();
        if is_first {
            draft.secret_kinds = vec![secret.kind.as_str().to_owned()];
            draft.name_prefixes = vec![name.to_owned()];
        } else {
            if !has_kind {
                draft.secret_kinds.push(secret.kind.as_str().to_owned());
            }
            if !has_name {
                draft.name_prefixes.push(name.to_owned());
            }
        }
        for event in EVENTS {
            if !choice.events.contains(&event) {
                draft.events.push(event.code().to_owned());
            }
        }
        Self { secret, draft: Some(draft) }
    }

    /// Renders what is still to be done.
    pub(super) fn note(&self) -> impl IntoView + use<> {
        let name = self.secret.to_string();
        let said = match self.draft {
            Some(_) => Either::Left(t!(mail_remind_of, name).view()),
            None => Either::Right(t!(mail_reminded_of, name).view()),
        };
        view! {
            <p class="to-do">
                {icon!("bell")}
                <span>{said}</span>
            </p>
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use backend::{Schedule, Zone};
    use domain::{mail::MailCadence, secret::SecretKind};

    fn choice(events: &[NoticeEvent], kinds: &[SecretKind], prefixes: &[&str]) -> MailChoice {
        MailChoice {
            events: events.to_vec(),
            secret_kinds: kinds.to_vec(),
            name_prefixes: prefixes.iter().map(|prefix| (*prefix).to_owned()).collect(),
            schedule: Schedule {
                cadence: MailCadence::Daily,
                hour: 8,
                weekday: 1,
                zone: Zone::utc(),
                quiet: None,
                quiet_weekends: false,
            },
        }
    }

    #[test]
    fn reminder_proposes_only_what_is_missing() {
        let secret = SecretId::parse("image-hub").unwrap();
        let draft = |choice: &MailChoice| Reminder::new(secret.clone(), choice, true).draft;
        let dates = ["secret.expires", "secret.expired", "secret.renewal_due"];
        let first = draft(&choice(&[], &[], &[])).unwrap();
        assert_eq!(first.events, dates);
        assert_eq!(
            (first.secret_kinds, first.name_prefixes),
            (vec!["image-pull".to_owned()], vec!["hub".to_owned()])
        );
        assert!(draft(&choice(&EVENTS, &[], &[])).is_none());
        assert!(draft(&choice(&EVENTS, &[SecretKind::ImagePull], &["team-", "hu"])).is_none());
        // Whoever gets no mails is not told, whatever they have chosen.
        let whole = choice(&EVENTS, &[], &[]);
        assert_eq!(Reminder::new(secret.clone(), &whole, false).draft, Some(whole.draft()));
        let some = draft(&choice(&[NoticeEvent::TestFailed], &[SecretKind::GitDataset], &["team-"])).unwrap();
        assert_eq!(some.events, ["secret.test_failed", dates[0], dates[1], dates[2]]);
        assert_eq!(some.secret_kinds, ["git-dataset", "image-pull"]);
        assert_eq!(some.name_prefixes, ["team-", "hub"]);
    }
}
