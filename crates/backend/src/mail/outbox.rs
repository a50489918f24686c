//! Notices by mail: one of the servers takes what is due for a person, puts it into one mail, and sends it. A mail keeps its id
//! and its contents however often it is tried, so that readers recognize a copy.

use super::{
    choice::DroppedAddress,
    failure::MailFailure,
    letter::{Envelope, Letter},
    link,
    person::{Reader, may_hear_of},
    repository::{self as choices, Addresses},
    service::MailService,
};
use crate::{
    access::{Object, authorize},
    audit::{self, AuditAction},
    context::{Action, Ctx},
    error::Failure,
    notices::Notice,
    random,
    users::repository as users,
    work::Work,
};
use domain::{
    access::Role,
    error::Error,
    language::Language,
    mail::MailAddress,
    notice::{DeliveryCause, DeliveryState},
    time::Timestamp,
};
use repository::Due;
use std::{collections::HashSet, time::Duration};
use tokio::time::{Instant, timeout};
use uuid::Uuid;

pub(super) mod repository;

/// The time for which a server holds a mail. A server that is still sending holds it anew in time, because a conversation may
/// take longer: a receiver has minutes for each of its replies.
const HOLD: Duration = Duration::from_mins(5);

/// The pause before a server that is still sending holds the mail anew.
const HOLD_ANEW: Duration = Duration::from_mins(1);

/// The time for which a server leaves what it does not know to those of a newer version.
const LEAVE: Duration = Duration::from_mins(1);

/// The pauses after failed attempts; after the last, a day has passed.
const PAUSES: [Duration; 9] = [
    Duration::from_mins(1),
    Duration::from_mins(4),
    Duration::from_mins(10),
    Duration::from_mins(30),
    Duration::from_hours(1),
    Duration::from_hours(2),
    Duration::from_hours(4),
    Duration::from_hours(7),
    Duration::from_hours(9),
];

/// The most notices in one mail; the rest is in the next.
const MAX_NOTICES: usize = 200;

/// A mail that this server holds.
#[derive(Clone, Debug)]
pub struct HeldMail {
    /// The id of the mail.
    id: Uuid,
    holder: Uuid,
    /// The deliveries in it.
    deliveries: Vec<Uuid>,
    user: Uuid,
    to: MailAddress,
    /// The time at which the mail was written.
    at: Timestamp,
    /// The number of failed attempts.
    step: i32,
    /// The person it is for.
    pub reader: Reader,
    /// The name of the reader's time zone.
    pub zone: super::schedule::Zone,
    /// The notices in it, the oldest first.
    pub notices: Vec<Notice>,
    /// The address of a page that ends mails, and at which a POST does so at once.
    pub unsubscribe: String,
}

impl HeldMail {
    /// Returns the deliveries, and the holder.
    fn held(&self) -> (&[Uuid], Uuid) {
        (&self.deliveries, self.holder)
    }
}

/// The result of looking for a mail to send.
#[derive(Debug)]
pub enum TakenMail {
    /// A mail to send.
    Held(Box<HeldMail>),
    /// Something was put off, or given up; there may be more.
    PutOff,
    /// Nothing is due.
    Nothing,
}

impl MailService {
    /// Takes what is due for one person, so that no other server sends it meanwhile. `unsubscribe` is the path of the page that
    /// ends mails.
    ///
    /// Errors: `Sealed`, `NotSignedIn`, `Forbidden`, `Unavailable`, `Internal`.
    pub async fn take_due(&self, ctx: &Ctx, unsubscribe: &str) -> Result<TakenMail, Error> {
        authorize(&self.db, ctx, Action::ManagePortal, Object::Named("mail")).await?;
        let Some(public_url) = self.public_url() else { return Ok(TakenMail::Nothing) };
        self.db
            .write(ctx, async |work| {
                let Some(user) = repository::lock_person(work, ctx.now).await? else {
                    return Ok(TakenMail::Nothing);
                };
                let due = repository::due(work, ctx.now, user).await?;
                let Some(person) = find_person(work, ctx, user).await? else {
                    // Whoever was disabled, unsubscribed, or has no address any more.
                    let ids: Vec<Uuid> = due.iter().map(|row| row.id).collect();
                    repository::give_up(work, &ids, DeliveryCause::NoAddress).await?;
                    return Ok(TakenMail::PutOff);
                };
                let Some((id, rows)) = choose(work, ctx, &person, due).await? else {
                    return Ok(TakenMail::PutOff);
                };
                let holder = random::random_id();
                let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
                repository::hold(work, &ids, holder, ctx.now + HOLD).await?;
                let (at, step) =
                    (repository::written_at(work, id).await?, rows.iter().map(|row| row.step).max());
                let notices: Vec<Notice> = rows.into_iter().filter_map(|row| row.notice).collect();
                let token = link::token(work, user, &person.address).await?;
                Ok(TakenMail::Held(Box::new(HeldMail {
                    id,
                    holder,
                    deliveries: ids,
                    user,
                    to: person.address,
                    at,
                    step: step.unwrap_or_default(),
                    reader: person.reader,
                    zone: person.choice.schedule.zone,
                    notices,
                    unsubscribe: format!("{public_url}{unsubscribe}?token={token}"),
                })))
            })
            .await
    }

    /// Sends a mail that was taken, and notes what became of it.
    ///
    /// Errors: as `take_due`.
    pub async fn deliver(&self, ctx: &Ctx, held: &HeldMail, letter: &Letter) -> Result<DeliveryState, Error> {
        authorize(&self.db, ctx, Action::ManagePortal, Object::Named("mail")).await?;
        let Some(mailer) = &self.mailer else { return Ok(DeliveryState::Waiting) };
        let began = Instant::now();
        let envelope =
            Envelope { id: held.id, to: &held.to, at: held.at, unsubscribe: Some(held.unsubscribe.clone()) };
        let mut sending = Box::pin(mailer.send(&envelope, letter));
        let sent = loop {
            if let Ok(sent) = timeout(HOLD_ANEW, &mut sending).await {
                break sent;
            }
            let until = ctx.now + began.elapsed() + HOLD;
            // If the database does not answer, there is time for several more tries.
            let held_anew = self.db.write::<_, Error>(ctx, async |work| {
                Ok(repository::hold_anew(work, &held.deliveries, held.holder, until).await?)
            });
            drop(held_anew.await);
        };
        let ended = Ctx { now: ctx.now + began.elapsed(), ..ctx.clone() };
        self.settle(&ended, held, sent).await
    }

    async fn settle(
        &self,
        ctx: &Ctx,
        held: &HeldMail,
        sent: Result<(), MailFailure>,
    ) -> Result<DeliveryState, Error> {
        let Err(failure) = sent else {
            self.db
                .write::<_, Error>(ctx, async |work| {
                    Ok(repository::delivered(work, ctx.now, held.held()).await?)
                })
                .await?;
            return Ok(DeliveryState::Delivered);
        };
        let (code, reply) = failure.code();
        tracing::warn!(code, reply, mail = %held.id, "a mail was not taken");
        self.db
            .write(ctx, async |work| {
                let row = choices::lock(work, ctx, held.user).await?;
                if let MailFailure::AddressRejected(reply) = failure {
                    let Addresses { confirmed, pending } = row.addresses(work)?;
                    let cause = DeliveryCause::AddressRejected;
                    let failed =
                        repository::failed(work, ctx.now, held.held(), cause, Some(reply), None).await?;
                    // Unless another address was confirmed meanwhile.
                    if failed && confirmed.is_some_and(|(address, _)| address == held.to) {
                        choices::put_addresses(work, ctx, &row, &Addresses { confirmed: None, pending })
                            .await?;
                        let address = held.to.to_string();
                        let dropped = DroppedAddress { address, at: ctx.now, reply };
                        choices::put_dropped(work, held.user, Some(&dropped)).await?;
                        audit::record(work, ctx, AuditAction::MailAddressDropped, &held.reader.name).await?;
                    }
                    return Ok::<_, Failure<Error>>(DeliveryState::Failed);
                }
                let pause = usize::try_from(held.step).ok().and_then(|step| PAUSES.get(step)).copied();
                let next = pause.map(|pause| {
                    row.choice().schedule.after_quiet(ctx.now + pause + random::share_of(pause / 5))
                });
                repository::failed(work, ctx.now, held.held(), cause(failure), reply, next).await?;
                Ok(if next.is_some() { DeliveryState::Waiting } else { DeliveryState::Failed })
            })
            .await
    }
}

/// A person who may be written to.
struct Person {
    reader: Reader,
    role: Role,
    address: MailAddress,
    choice: super::choice::MailChoice,
}

/// Returns the person, if they may be written to now. What is not signed by the portal does not count.
async fn find_person(work: &mut Work, ctx: &Ctx, user: Uuid) -> Result<Option<Person>, sqlx::Error> {
    let row = choices::lock(work, ctx, user).await?;
    let Some((address, _)) = row.addresses(work)?.confirmed else { return Ok(None) };
    let found = users::find_by_id(work, user).await?.filter(|user| !user.disabled);
    let Some(found) = found.filter(|_| row.unsubscribed_at().is_none()) else { return Ok(None) };
    let language = repository::language(work, user).await?.and_then(|code| Language::parse(&code));
    let reader = Reader { name: found.name, language: language.unwrap_or_default() };
    Ok(Some(Person { reader, role: users::role(&found.role)?, address, choice: row.choice() }))
}

/// Returns the mail that is tried again, or a new one of everything that is due; puts off what is due later, and gives up what
/// the person no longer receives. `None` if nothing is to be sent now.
async fn choose(
    work: &mut Work,
    ctx: &Ctx,
    person: &Person,
    due: Vec<Due>,
) -> Result<Option<(Uuid, Vec<Due>)>, sqlx::Error> {
    let schedule = &person.choice.schedule;
    let quiet_until = schedule.after_quiet(ctx.now);
    if quiet_until > ctx.now {
        let all: Vec<_> = due.iter().map(|row| (row.id, quiet_until)).collect();
        repository::put_off(work, &all).await?;
        return Ok(None);
    }
    let due = leave_newer(work, ctx, due).await?;
    let (wanted, mut changed) = give_up_unwanted(work, person, due).await?;
    let mut tried: Vec<Uuid> = wanted.iter().filter_map(|row| row.mail_id).collect();
    tried.dedup();
    for mail in tried {
        let is_in = |row: &&Due| row.mail_id == Some(mail);
        // A mail that is not whole any more would have other contents under the same id.
        let count = wanted.iter().filter(is_in).count();
        if !changed.contains(&mail) && repository::count(work, mail).await? == count {
            return Ok(Some((mail, wanted.into_iter().filter(|row| row.mail_id == Some(mail)).collect())));
        }
        changed.insert(mail);
    }
    let changed: Vec<Uuid> = changed.into_iter().collect();
    repository::take_apart(work, &changed).await?;
    let (mut now, mut later) = (Vec::new(), Vec::new());
    for row in wanted {
        let at = schedule.due(row.created_at);
        if at > ctx.now {
            later.push((row.id, at));
        } else if now.len() < MAX_NOTICES {
            now.push(row);
        }
    }
    repository::put_off(work, &later).await?;
    if now.is_empty() {
        return Ok(None);
    }
    let id = random::sortable_id();
    let ids: Vec<Uuid> = now.iter().map(|row| row.id).collect();
    repository::bundle(work, ctx.now, id, &ids).await?;
    Ok(Some((id, now)))
}

/// Returns what is due without what only a newer version knows, and without mails that have something of it: those are held for
/// some time, so that a server of that version takes them.
async fn leave_newer(work: &mut Work, ctx: &Ctx, due: Vec<Due>) -> Result<Vec<Due>, sqlx::Error> {
    let newer = due.iter().filter(|row| row.notice.is_none());
    let mails: HashSet<Uuid> = newer.filter_map(|row| row.mail_id).collect();
    let is_left = |row: &Due| row.notice.is_none() || row.mail_id.is_some_and(|mail| mails.contains(&mail));
    let (left, known): (Vec<_>, Vec<_>) = due.into_iter().partition(is_left);
    let ids: Vec<Uuid> = left.iter().map(|row| row.id).collect();
    if !ids.is_empty() {
        repository::hold(work, &ids, random::random_id(), ctx.now + LEAVE).await?;
    }
    Ok(known)
}

/// Gives up what the person has not chosen any more, or may not hear of. Returns the rest, and the mails that are not whole by
/// that.
async fn give_up_unwanted(
    work: &mut Work,
    person: &Person,
    due: Vec<Due>,
) -> Result<(Vec<Due>, HashSet<Uuid>), sqlx::Error> {
    let (mut wanted, mut changed) = (Vec::new(), HashSet::new());
    let (mut not_chosen, mut not_allowed) = (Vec::new(), Vec::new());
    for row in due {
        let about = row.notice.as_ref();
        let given_up = if about.is_none_or(|notice| !may_hear_of(person.role, notice.event)) {
            &mut not_allowed
        } else if about.is_none_or(|notice| !person.choice.names(notice)) {
            &mut not_chosen
        } else {
            wanted.push(row);
            continue;
        };
        given_up.push(row.id);
        changed.extend(row.mail_id);
    }
    for (ids, cause) in [(not_chosen, DeliveryCause::NotChosen), (not_allowed, DeliveryCause::NoAddress)] {
        if !ids.is_empty() {
            repository::give_up(work, &ids, cause).await?;
        }
    }
    Ok((wanted, changed))
}

/// Returns the cause that the list of deliveries shows.
fn cause(failure: MailFailure) -> DeliveryCause {
    use domain::connection_test::TestCause;
    match failure {
        MailFailure::Unreachable(TestCause::NameNotFound) => DeliveryCause::NameNotFound,
        MailFailure::Unreachable(TestCause::AddressNotAllowed) => DeliveryCause::AddressNotAllowed,
        MailFailure::Unreachable(TestCause::AddressForbidden) => DeliveryCause::AddressForbidden,
        MailFailure::Unreachable(TestCause::TimedOut) | MailFailure::TimedOut => DeliveryCause::TimedOut,
        MailFailure::Unreachable(
            TestCause::CertificateNotTrusted
            | TestCause::CertificateExpired
            | TestCause::CertificateForAnother
            | TestCause::CertificateWithoutName
            | TestCause::CertificateUnusable
            | TestCause::TlsFailed
            | TestCause::TlsTooOld
            | TestCause::TlsNotAgreed,
        )
        | MailFailure::NoTls
        | MailFailure::NotLoopback => DeliveryCause::Tls,
        MailFailure::Unreachable(_) => DeliveryCause::NotReached,
        MailFailure::Later(_) => DeliveryCause::Busy,
        MailFailure::AddressRejected(_) => DeliveryCause::AddressRejected,
        MailFailure::NoSignIn | MailFailure::SignInRejected(_) | MailFailure::Rejected(_) => {
            DeliveryCause::Rejected
        }
        MailFailure::NotSmtp => DeliveryCause::ServerError,
    }
}
