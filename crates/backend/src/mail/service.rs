//! The operations of a person on their own mail. Nothing is sent to an address before its owner has confirmed it.

use super::{
    choice::{DroppedAddress, MailChoice, MailChoiceChange, MailChoiceDraft},
    failure::MailFailure,
    letter::{Envelope, Letter},
    link,
    outbox::repository as outbox,
    person::Addressee,
    repository::{self, Addresses, ChoiceRow, Pending},
    transport::Mailer,
};
use crate::{
    access::{Object, authorize},
    audit::{self, AuditAction},
    context::{Action, Actor, Ctx, UserActor},
    db::Db,
    error::{Failure, internal},
    random,
    sessions::SessionService,
    users::repository as users,
    work::Work,
};
use domain::{
    access::AccessProblem,
    error::{Error, Field, FieldError},
    mail::MailAddress,
    sensitive::Sensitive,
    time::Timestamp,
};
use std::time::Duration;
use tokio::time::timeout;
use uuid::Uuid;

/// The lifetime of a link that confirms an address: a day.
const LINK_LIFE: Duration = Duration::from_hours(24);

/// The pause between two mails that ask the same person to confirm an address, or that test one.
const PAUSE: Duration = Duration::from_mins(1);

/// The longest time that a page waits for the mail server.
const PAGE_TIMEOUT: Duration = Duration::from_secs(25);

/// A person, as far as mail goes.
#[derive(Clone, Debug)]
pub struct OwnMail {
    /// Whether the portal sends mail at all.
    pub is_on: bool,
    /// The address that mails go to, since when it is confirmed.
    pub address: Option<(String, Timestamp)>,
    /// The address that waits to be confirmed, and until when it can be.
    pub pending: Option<(String, Timestamp)>,
    /// The last address, if the mail server did not take mail for it.
    pub dropped: Option<DroppedAddress>,
    /// The time since which the person wants no mails.
    pub unsubscribed_at: Option<Timestamp>,
    /// The choice of events and times.
    pub choice: MailChoice,
}

/// The mail of people. Cheap to clone.
#[derive(Clone, Debug)]
pub struct MailService {
    pub(super) db: Db,
    pub(super) mailer: Option<Mailer>,
    sessions: SessionService,
}

impl MailService {
    pub(crate) fn new(db: Db, mailer: Option<Mailer>, sessions: SessionService) -> Self {
        Self { db, mailer, sessions }
    }

    /// Returns the address with which links in mails begin; `None` if the portal sends no mail.
    pub fn public_url(&self) -> Option<&str> {
        self.mailer.as_ref().map(|mailer| mailer.config().public_url.as_str())
    }

    /// Returns the actor's own mail.
    ///
    /// Errors: `NotSignedIn`, `Forbidden`, `Unavailable`, `Internal`.
    pub async fn own(&self, ctx: &Ctx) -> Result<OwnMail, Error> {
        let user = self.actor(ctx).await?;
        self.of(ctx, user.id).await
    }

    /// Returns the mail of the owner of the token that asks.
    ///
    /// Errors: `NotFound` for a token of the command line; as usual.
    pub async fn of_owner(&self, ctx: &Ctx) -> Result<OwnMail, Error> {
        authorize(&self.db, ctx, Action::ReadSecrets, Object::Visible("notifications")).await?;
        let user = self.owner(ctx).await?;
        self.of(ctx, user).await
    }

    /// Changes the choice of the owner of the token that asks. The address is never changed by a token, and mails that the
    /// person has ended begin again only if the change says so.
    ///
    /// Errors: `Invalid`, `BadRequest`; as `of_owner`, and `Forbidden` without the scope that writes.
    pub async fn choose_for_owner(&self, ctx: &Ctx, change: &MailChoiceChange) -> Result<(), Error> {
        self.may_choose_for_owner(ctx).await?;
        let user = self.owner(ctx).await?;
        self.put_choice(ctx, user, change.unsubscribed, |stored| change.apply(stored).parse()).await
    }

    /// Allows the change of the choice of the owner of the token that asks.
    ///
    /// Errors: `NotSignedIn`, `Forbidden`, `Unavailable`, `Internal`.
    pub async fn may_choose_for_owner(&self, ctx: &Ctx) -> Result<(), Error> {
        authorize(&self.db, ctx, Action::WriteSecrets, Object::Named("notifications")).await
    }

    async fn of(&self, ctx: &Ctx, user: Uuid) -> Result<OwnMail, Error> {
        let is_on = self.mailer.is_some();
        let found = self.db.read(ctx, async |connection| {
            let Some(row) = repository::find(connection, user).await? else { return Ok(None) };
            let addresses = row.read_addresses(&self.db)?;
            Ok(Some((row, addresses)))
        });
        let Some((row, Addresses { confirmed, pending })) = found.await? else {
            return Ok(OwnMail {
                is_on,
                address: None,
                pending: None,
                dropped: None,
                unsubscribed_at: None,
                choice: repository::first_choice(),
            });
        };
        let pending = pending.filter(|pending| pending.expires_at > ctx.now);
        Ok(OwnMail {
            is_on,
            address: confirmed.map(|(address, at)| (address.to_string(), at)),
            pending: pending.map(|pending| (pending.address.to_string(), pending.expires_at)),
            dropped: row.dropped(),
            unsubscribed_at: row.unsubscribed_at(),
            choice: row.choice(),
        })
    }

    /// Asks the owner of an address to confirm that mails may go there, by a mail with a link. The actor proves their identity
    /// again, because mails outlive a stolen session. `letter` writes the mail around the token of the link.
    ///
    /// Errors: `Invalid`, `Locked`, `NoPasswords`, `ProveAtProvider`; `NotFound` if the portal sends no mail; and as usual.
    pub async fn ask_to_confirm(
        &self,
        ctx: &Ctx,
        address: &str,
        current_password: &Sensitive,
        letter: impl FnOnce(&Sensitive) -> Letter,
    ) -> Result<(), Error> {
        let user = self.actor(ctx).await?;
        let mailer = self.mailer.as_ref().ok_or(Error::NotFound)?;
        let address = match MailAddress::parse(address) {
            Ok(address) => address,
            Err(problem) => {
                let wrong = vec![FieldError::new(Field::MailAddress, problem)];
                return Err(self.sessions.with_missing_proof(ctx, current_password, wrong).await);
            }
        };
        self.sessions.prove(ctx, current_password).await?;
        let token = random::token().map_err(|error| internal(ctx, &error))?;
        let hash = random::hash(&token);
        let expires_at = ctx.now + LINK_LIFE;
        self.db
            .write(ctx, async |work| {
                let row = repository::lock(work, ctx, user.id).await?;
                not_too_soon(ctx, &row)?;
                let Addresses { confirmed, .. } = row.addresses(work)?;
                let pending = Some(Pending { address: address.clone(), hash: hash.clone(), expires_at });
                repository::put_addresses(work, ctx, &row, &Addresses { confirmed, pending }).await?;
                repository::note_asked(work, ctx, user.id).await?;
                Ok::<_, Failure<Error>>(
                    audit::record_change(
                        work,
                        ctx,
                        AuditAction::MailAddressEntered,
                        &user.name,
                        &["address"],
                    )
                    .await?,
                )
            })
            .await?;
        let envelope = Envelope { id: random::random_id(), to: &address, at: ctx.now, unsubscribe: None };
        sent(mailer, &envelope, &letter(&token)).await
    }

    /// Returns the addressee of a link that confirms an address.
    ///
    /// Errors: `LinkSpent`; and as usual. Whoever has the link may ask.
    pub async fn pending(&self, ctx: &Ctx, token: &Sensitive) -> Result<Addressee, Error> {
        let hash = random::hash(token);
        self.db
            .write(ctx, async |work| {
                let (_, user, pending) = find_pending(work, ctx, &hash).await?;
                Ok(Addressee { name: user, address: pending.address.to_string() })
            })
            .await
    }

    /// Confirms an address by a link, which is spent. From now on mails go there.
    ///
    /// Errors: as `pending`.
    pub async fn confirm(&self, ctx: &Ctx, token: &Sensitive) -> Result<Addressee, Error> {
        let hash = random::hash(token);
        self.db
            .write(ctx, async |work| {
                let (row, name, Pending { address, .. }) = find_pending(work, ctx, &hash).await?;
                let addresses = Addresses { confirmed: Some((address.clone(), ctx.now)), pending: None };
                repository::put_addresses(work, ctx, &row, &addresses).await?;
                repository::put_dropped(work, row.user_id, None).await?;
                repository::put_unsubscribed(work, row.user_id, None).await?;
                audit::record_change(work, ctx, AuditAction::MailAddressConfirmed, &name, &["address"])
                    .await?;
                Ok(Addressee { name, address: address.to_string() })
            })
            .await
    }

    /// Forgets the actor's addresses. Nothing is sent to them any more.
    ///
    /// Errors: as usual.
    pub async fn forget(&self, ctx: &Ctx) -> Result<(), Error> {
        let user = self.actor(ctx).await?;
        self.db
            .write(ctx, async |work| {
                let row = repository::lock(work, ctx, user.id).await?;
                repository::put_addresses(work, ctx, &row, &Addresses::default()).await?;
                repository::put_dropped(work, user.id, None).await?;
                Ok::<_, Failure<Error>>(
                    audit::record_change(
                        work,
                        ctx,
                        AuditAction::MailAddressForgotten,
                        &user.name,
                        &["address"],
                    )
                    .await?,
                )
            })
            .await
    }

    /// Stores the actor's choice. Whoever chooses on their own page wants mails again.
    ///
    /// Errors: `Invalid`, `BadRequest`; and as usual.
    pub async fn choose(&self, ctx: &Ctx, draft: &MailChoiceDraft) -> Result<(), Error> {
        let user = self.actor(ctx).await?;
        let choice = draft.parse()?;
        self.put_choice(ctx, user.id, Some(false), |_| Ok(choice)).await
    }

    /// Stores what the change makes of the stored choice, which is locked meanwhile, and ends the mails or begins them again.
    async fn put_choice(
        &self,
        ctx: &Ctx,
        user: Uuid,
        unsubscribed: Option<bool>,
        change: impl FnOnce(MailChoiceDraft) -> Result<MailChoice, Error>,
    ) -> Result<(), Error> {
        self.db
            .write(ctx, async |work| {
                let row = repository::lock(work, ctx, user).await?;
                let stored = row.choice();
                let choice = change(stored.draft())?;
                let has_ended = row.unsubscribed_at().is_some();
                let ends = unsubscribed.filter(|ends| *ends != has_ended);
                if stored == choice && ends.is_none() {
                    return Ok(());
                }
                repository::put_choice(work, ctx, user, &choice).await?;
                if let Some(ends) = ends {
                    repository::put_unsubscribed(work, user, ends.then_some(ctx.now)).await?;
                }
                outbox::consider_anew(work, ctx, user).await?;
                Ok::<_, Failure<Error>>(
                    audit::record_change(
                        work,
                        ctx,
                        AuditAction::MailChoiceChanged,
                        ctx.actor.name(),
                        ends.map_or(&[], |_| &["unsubscribed"]),
                    )
                    .await?,
                )
            })
            .await
    }

    /// Sends a mail to the actor's confirmed address, to see whether it arrives.
    ///
    /// Errors: `NotFound` without such an address; `Invalid`; and as usual.
    pub async fn send_test(&self, ctx: &Ctx, letter: Letter) -> Result<(), Error> {
        let user = self.actor(ctx).await?;
        let mailer = self.mailer.as_ref().ok_or(Error::NotFound)?;
        let address = self.db.write(ctx, async |work| {
            let row = repository::lock(work, ctx, user.id).await?;
            not_too_soon(ctx, &row)?;
            let Addresses { confirmed, .. } = row.addresses(work)?;
            repository::note_asked(work, ctx, user.id).await?;
            confirmed.map(|(address, _)| address).ok_or(Failure::Domain(Error::NotFound))
        });
        let address = address.await?;
        let envelope = Envelope { id: random::random_id(), to: &address, at: ctx.now, unsubscribe: None };
        sent(mailer, &envelope, &letter).await
    }

    /// Returns the addressee of a link that ends mails.
    ///
    /// Errors: `LinkSpent`; and as usual. Whoever has the link may ask.
    pub async fn subscribed(&self, ctx: &Ctx, token: &str) -> Result<Addressee, Error> {
        self.db.write(ctx, async |work| Ok(link::find(work, token).await?.1)).await
    }

    /// Ends mails by a link, which works for as long as the address is the person's.
    ///
    /// Errors: as `subscribed`.
    pub async fn unsubscribe(&self, ctx: &Ctx, token: &str) -> Result<Addressee, Error> {
        self.db
            .write(ctx, async |work| {
                let (user, addressee) = link::find(work, token).await?;
                if repository::put_unsubscribed(work, user, Some(ctx.now)).await? {
                    audit::record(work, ctx, AuditAction::MailUnsubscribed, &addressee.name).await?;
                }
                Ok(addressee)
            })
            .await
    }

    /// Returns the signed-in person.
    async fn actor(&self, ctx: &Ctx) -> Result<UserActor, Error> {
        authorize(&self.db, ctx, Action::OwnAccount, Object::Named("notifications")).await?;
        match &ctx.actor {
            Actor::User(user) => Ok(user.clone()),
            _ => Err(Error::Forbidden),
        }
    }

    /// Returns the row of the owner of the token that asks.
    async fn owner(&self, ctx: &Ctx) -> Result<Uuid, Error> {
        let Actor::Token(token) = &ctx.actor else { return Err(Error::Forbidden) };
        let name = token.owner.clone().ok_or(Error::NotFound)?;
        let found =
            self.db.read(ctx, async |connection| users::find_unproven(connection, &name).await).await?;
        found.map(|user| user.id).ok_or(Error::NotFound)
    }
}

/// Returns the row, the name of the person, and the address that a link confirms.
async fn find_pending(
    work: &mut Work,
    ctx: &Ctx,
    hash: &[u8],
) -> Result<(ChoiceRow, String, Pending), Failure<Error>> {
    let row = repository::lock_pending(work, hash).await?.ok_or(Error::LinkSpent)?;
    let pending = row.addresses(work)?.pending;
    let pending = pending.filter(|pending| pending.hash == hash && pending.expires_at > ctx.now);
    let user = users::find_by_id(work, row.user_id).await?.filter(|user| !user.disabled);
    match (pending, user) {
        (Some(pending), Some(user)) => Ok((row, user.name, pending)),
        _ => Err(Error::LinkSpent.into()),
    }
}

/// Rejects a mail so soon after another.
fn not_too_soon(ctx: &Ctx, row: &ChoiceRow) -> Result<(), Error> {
    let next = row.asked_at().map(|at| at + PAUSE).filter(|next| *next > ctx.now);
    match next {
        Some(next) => {
            let micros = next.micros() - ctx.now.micros();
            let seconds = u32::try_from(micros.max(0) / 1_000_000).unwrap_or(u32::MAX).saturating_add(1);
            Err(Error::field(Field::MailAddress, AccessProblem::MailTooSoon(seconds)))
        }
        None => Ok(()),
    }
}

/// Sends a mail that a person waits for.
async fn sent(mailer: &Mailer, envelope: &Envelope<'_>, letter: &Letter) -> Result<(), Error> {
    let sent = timeout(PAGE_TIMEOUT, Box::pin(mailer.send(envelope, letter))).await;
    let Err(failure) = sent.unwrap_or(Err(MailFailure::TimedOut)) else { return Ok(()) };
    let (code, reply) = failure.code();
    tracing::warn!(code, reply, "a mail was not sent");
    let problem = match failure {
        MailFailure::AddressRejected(_) => AccessProblem::MailRejected,
        _ => AccessProblem::MailNotSent,
    };
    Err(Error::field(Field::MailAddress, problem))
}
