//! The operations on channels. Each authorizes first; every change is one transaction with its audit record.

use super::{
    outbox::{HOLD, place},
    service::NoticeService,
    subject::{NewNotice, Subject},
    webhook::{SECRET_BYTES, WebhookUrl, secret_text},
};
use crate::{
    audit::{self, AuditAction},
    context::{Actor, Ctx},
    error::{Failure, internal},
    keyring::{Keyring, ValueField, repository::active_id},
    random,
    revision::Expected,
    submissions::{self, Submitted},
    work::Work,
};
use domain::{
    error::{Error, Field, FieldError},
    notice::{
        ChannelDraft, ChannelState, DeliveryCause, DeliveryState, NoticeEvent, NoticeProblem, channel_name,
        channel_preset,
    },
    sensitive::Sensitive,
};
use repository::NewChannel;
use std::time::Duration;
use uuid::Uuid;
use zeroize::Zeroizing;

pub use summary::ChannelSummary;

pub(crate) mod repository;
mod summary;

/// How long the signing secret before the newest one signs as well, so that receivers can be changed.
const ROTATION: Duration = Duration::from_hours(24);

/// A channel that was added, or whose signing secret is a new one.
#[derive(Clone, Debug)]
pub struct SavedChannel {
    /// The id.
    pub id: Uuid,
    /// The name.
    pub name: String,
    /// The signing secret, which is shown once, here; `None` if the channel does not sign.
    pub signing_secret: Option<Sensitive>,
}

/// The outcome of a test of a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChannelTested {
    /// The reason why the test failed; `None` if it was delivered.
    pub cause: Option<DeliveryCause>,
    /// The HTTP status of the answer, if there was one.
    pub status: Option<u16>,
}

impl NoticeService {
    /// Returns all channels by name.
    ///
    /// Errors: `NotSignedIn`, `Forbidden`, `Unavailable`, `Internal`.
    pub async fn channels(&self, ctx: &Ctx) -> Result<Vec<ChannelSummary>, Error> {
        self.may(ctx).await?;
        self.db.read(ctx, async |connection| repository::list(connection, None, ctx.now).await).await
    }

    /// Returns a channel.
    ///
    /// Errors: `NotFound`; as `channels`.
    pub async fn channel(&self, ctx: &Ctx, id: Uuid) -> Result<ChannelSummary, Error> {
        self.may(ctx).await?;
        let found =
            self.db.read(ctx, async |connection| repository::list(connection, Some(id), ctx.now).await);
        found.await?.pop().ok_or(Error::NotFound)
    }

    /// Adds a channel. A person proves their identity again, because what goes there outlives a stolen session; a token was
    /// created with such a proof.
    ///
    /// Errors: `Invalid`, `Locked`, `NoPasswords`, `ProveAtProvider`, `Sealed`; as `channels`.
    pub async fn add_channel(&self, ctx: &Ctx, draft: &ChannelDraft) -> Result<SavedChannel, Error> {
        let keyring = self.unsealed(ctx).await?;
        let new = self.parse(ctx, draft).await?;
        self.db.write(ctx, async |work| insert(work, ctx, keyring, &new).await).await
    }

    /// Does the same for a form, which adds no second channel when it is sent again: of such a one, returns the id.
    ///
    /// Errors: as `add_channel`.
    pub async fn add_channel_by_form(
        &self,
        ctx: &Ctx,
        form: Uuid,
        draft: &ChannelDraft,
    ) -> Result<Submitted<SavedChannel>, Error> {
        let keyring = self.unsealed(ctx).await?;
        let mark = submissions::mark(ctx, form, "channel", &draft.name);
        if let Some(id) = submissions::find(&self.db, ctx, mark).await? {
            return Ok(Submitted::Again(id));
        }
        let new = self.parse(ctx, draft).await?;
        self.db
            .write(ctx, async |work| match submissions::note(work, ctx, mark, &new.id.to_string()).await? {
                Some(id) => Ok(Submitted::Again(id)),
                None => Ok(Submitted::First(insert(work, ctx, keyring, &new).await?)),
            })
            .await
    }

    /// Parses a new channel, and verifies the proof. Returns all problems at once.
    async fn parse(&self, ctx: &Ctx, draft: &ChannelDraft) -> Result<NewChannel, Error> {
        let name = channel_name(&draft.name).map_err(|problem| FieldError::new(Field::Name, problem));
        let preset = channel_preset(&draft.preset).map_err(|problem| FieldError::new(Field::Preset, problem));
        let url = self.url(&draft.url).await;
        let (name, preset, url) = match (name, preset, url) {
            (Ok(name), Ok(preset), Ok(url)) => (name, preset, url),
            (name, preset, url) => {
                let wrong = [name.err(), preset.err(), url.err()].into_iter().flatten().collect();
                return Err(self.without_proof(ctx, draft, wrong).await);
            }
        };
        self.prove(ctx, draft).await?;
        Ok(NewChannel {
            id: random::sortable_id(),
            name,
            preset,
            host: url.host(),
            url: Sensitive::new(draft.url.expose().trim()),
        })
    }

    /// Verifies the identity of a person who decides where notices go.
    async fn prove(&self, ctx: &Ctx, draft: &ChannelDraft) -> Result<(), Error> {
        match ctx.actor {
            Actor::Token(_) => Ok(()),
            _ => self.sessions.prove(ctx, &draft.current_password).await,
        }
    }

    /// Returns the error of these problems, with the missing proof.
    async fn without_proof(&self, ctx: &Ctx, draft: &ChannelDraft, wrong: Vec<FieldError>) -> Error {
        match ctx.actor {
            Actor::Token(_) => Error::Invalid(wrong),
            _ => self.sessions.with_missing_proof(ctx, &draft.current_password, wrong).await,
        }
    }

    async fn url(&self, typed: &Sensitive) -> Result<WebhookUrl, FieldError> {
        let url = WebhookUrl::parse_new(&self.http, typed).await;
        url.map_err(|problem| FieldError::new(Field::Url, problem))
    }

    /// Changes the name of a channel in the expected state, if one is given, and its address if one is typed, for which a person
    /// proves their identity again, as for a new channel.
    ///
    /// Errors: `Changed` with who and when; `Locked`, `NoPasswords`, `ProveAtProvider`; `NotFound`, `Invalid`, `Sealed`; as `channels`.
    pub async fn change_channel(
        &self,
        ctx: &Ctx,
        id: Uuid,
        draft: &ChannelDraft,
        expected: Option<Expected>,
    ) -> Result<(), Error> {
        let keyring = self.unsealed(ctx).await?;
        let name = channel_name(&draft.name).map_err(|problem| FieldError::new(Field::Name, problem));
        let keeps_url = draft.url.expose().trim().is_empty();
        let url = if keeps_url { Ok(None) } else { self.url(&draft.url).await.map(Some) };
        let (name, url) = match (name, url) {
            (Ok(name), Ok(url)) => (name, url),
            (name, url) => {
                let wrong = [name.err(), url.err()].into_iter().flatten().collect();
                return Err(if keeps_url {
                    Error::Invalid(wrong)
                } else {
                    self.without_proof(ctx, draft, wrong).await
                });
            }
        };
        if url.is_some() {
            self.prove(ctx, draft).await?;
        }
        self.db
            .write(ctx, async |work| {
                let old = repository::lock(work, id).await?.ok_or(Error::NotFound)?;
                old.last_change.require(ctx, expected)?;
                let mut fields = Vec::new();
                if old.name != name {
                    let renamed = repository::rename(work, ctx, id, &name).await;
                    renamed.map_err(taken)?;
                    fields.push("name");
                }
                if let Some(url) = &url {
                    let value = Sensitive::new(draft.url.expose().trim());
                    let version = repository::next_version(work, id, repository::URL).await?;
                    seal(work, ctx, keyring, (id, repository::URL, version), &value).await?;
                    repository::delete_older(work, id, repository::URL, version).await?;
                    repository::set_host(work, ctx, id, &url.host()).await?;
                    fields.push("url");
                }
                if !fields.is_empty() {
                    audit::record_change(work, ctx, AuditAction::ChannelChanged, &name, &fields).await?;
                }
                Ok(())
            })
            .await
    }

    /// Makes a new signing secret, beside which the one before signs for another day.
    ///
    /// Errors: `NotFound`, also for a channel that does not sign; `Sealed`; as `channels`.
    pub async fn rotate_secret(
        &self,
        ctx: &Ctx,
        id: Uuid,
        form: Option<Uuid>,
    ) -> Result<Submitted<SavedChannel>, Error> {
        let keyring = self.unsealed(ctx).await?;
        let mark = form.map(|form| submissions::mark(ctx, form, "signing secret", &id.to_string()));
        self.db
            .write(ctx, async |work| {
                let old = repository::lock(work, id).await?;
                let old = old.filter(|old| old.preset.is_signed()).ok_or(Error::NotFound)?;
                if let Some(mark) = mark
                    && let Some(id) = submissions::note(work, ctx, mark, &id.to_string()).await?
                {
                    return Ok(Submitted::Again(id));
                }
                let version = repository::next_version(work, id, repository::SIGNING).await?;
                repository::end_older(work, id, version, ctx.now + ROTATION).await?;
                let secret = sign_anew(work, ctx, keyring, id, version).await?;
                audit::record(work, ctx, AuditAction::ChannelSecretRotated, &old.name).await?;
                let signing_secret = Some(secret);
                Ok(Submitted::First(SavedChannel { id, name: old.name, signing_secret }))
            })
            .await
    }

    /// Pauses a channel, or has it send again, also after its receiver was gone.
    ///
    /// Errors: `NotFound`; as `channels`.
    pub async fn set_paused(&self, ctx: &Ctx, id: Uuid, paused: bool) -> Result<String, Error> {
        self.unsealed(ctx).await?;
        let state = if paused { ChannelState::Paused } else { ChannelState::Active };
        self.db
            .write(ctx, async |work| {
                let old = repository::lock(work, id).await?.ok_or(Error::NotFound)?;
                if old.state != state {
                    repository::set_state(work, ctx, id, state).await?;
                    audit::record_change(work, ctx, AuditAction::ChannelChanged, &old.name, &["state"])
                        .await?;
                }
                Ok(old.name)
            })
            .await
    }

    /// Deletes a channel in the expected state, if one is given, with its rules and deliveries.
    ///
    /// Errors: `Changed` with who and when; `NotFound`; as `channels`.
    pub async fn delete_channel(
        &self,
        ctx: &Ctx,
        id: Uuid,
        expected: Option<Expected>,
    ) -> Result<String, Error> {
        self.unsealed(ctx).await?;
        self.db
            .write(ctx, async |work| {
                let stored = repository::lock(work, id).await?.ok_or(Error::NotFound)?;
                stored.last_change.require(ctx, expected)?;
                let name = repository::delete(work, id).await?.ok_or(Error::NotFound)?;
                audit::record(work, ctx, AuditAction::ChannelDeleted, &name).await?;
                Ok(name)
            })
            .await
    }

    /// Sends a test to a channel, also to one that is paused, and waits for the answer.
    ///
    /// Errors: `NotFound`, `Sealed`; as `channels`.
    pub async fn test_channel(&self, ctx: &Ctx, id: Uuid) -> Result<ChannelTested, Error> {
        self.unsealed(ctx).await?;
        let delivery = self.db.write::<_, Error>(ctx, async |work| {
            let channel = repository::lock(work, id).await?.ok_or(Error::NotFound)?;
            let subject = Subject::Channel(id, channel.name.clone());
            let new = NewNotice::new(NoticeEvent::ChannelTest, subject, ctx.now);
            let notice = super::raise::raise(work, ctx, &new).await?.ok_or(Error::Unavailable)?;
            let delivery = repository::deliver_to(work, ctx, (notice, id), ctx.now + HOLD).await?;
            audit::record(work, ctx, AuditAction::ChannelTested, &channel.name).await?;
            Ok(delivery)
        });
        let delivery = delivery.await?;
        let held = self.take(ctx, Some(delivery)).await?.ok_or(Error::Unavailable)?;
        let state = self.deliver(ctx, held).await?;
        if state == DeliveryState::Delivered {
            return Ok(ChannelTested { cause: None, status: None });
        }
        let last = self.db.read(ctx, async |connection| repository::outcome(connection, delivery).await);
        let (cause, status) = last.await?;
        Ok(ChannelTested { cause: Some(cause), status })
    }
}

async fn insert(
    work: &mut Work,
    ctx: &Ctx,
    keyring: &Keyring,
    new: &NewChannel,
) -> Result<SavedChannel, Failure<Error>> {
    repository::insert(work, ctx, new).await.map_err(taken)?;
    seal(work, ctx, keyring, (new.id, repository::URL, 1), &new.url).await?;
    let signing_secret =
        if new.preset.is_signed() { Some(sign_anew(work, ctx, keyring, new.id, 1).await?) } else { None };
    audit::record(work, ctx, AuditAction::ChannelAdded, &new.name).await?;
    Ok(SavedChannel { id: new.id, name: new.name.clone(), signing_secret })
}

/// Returns the error of a name that another channel has in the place of the violated constraint.
fn taken(error: sqlx::Error) -> Failure<Error> {
    Failure::on_violation(error, repository::NAME_UNIQUE, || {
        Error::field(Field::Name, NoticeProblem::NameTaken)
    })
}

/// Makes a signing secret, and stores it sealed.
async fn sign_anew(
    work: &mut Work,
    ctx: &Ctx,
    keyring: &Keyring,
    channel: Uuid,
    version: i64,
) -> Result<Sensitive, Failure<Error>> {
    let bytes = random::bytes::<SECRET_BYTES>().map_err(|error| internal(ctx, &error))?;
    let secret = secret_text(Zeroizing::new(bytes).as_slice());
    seal(work, ctx, keyring, (channel, repository::SIGNING, version), &secret).await?;
    Ok(secret)
}

async fn seal(
    work: &mut Work,
    ctx: &Ctx,
    keyring: &Keyring,
    (channel, field, version): (Uuid, ValueField, i64),
    value: &Sensitive,
) -> Result<(), Failure<Error>> {
    let active = active_id(work).await?;
    let place = place(channel, field, version);
    let sealed = keyring.seal(&active, place, value)?;
    Ok(repository::insert_value(work, ctx, place, &sealed).await?)
}
