//! The outbox: one of the servers takes a delivery, sends it and notes what became of it. A server that ends in between leaves
//! the delivery to the others once its hold expires, under the same id.

use super::{
    attempt::{Attempt, Retry},
    channels::repository as channels,
    service::NoticeService,
    webhook::{self, Opened},
};
use crate::{
    audit::{self, AuditAction},
    context::Ctx,
    keyring::{Keyring, Location},
    random,
};
use domain::{
    error::Error,
    notice::{ChannelPreset, DeliveryCause, DeliveryState},
    sensitive::Sensitive,
};
use held::Recipient;
use std::time::Duration;
use tokio::time::Instant;
use uuid::Uuid;

pub use held::HeldDelivery;

mod held;
pub(super) mod repository;

/// The time for which a server holds a delivery: longer than an attempt takes, with what is written after it.
pub(super) const HOLD: Duration = Duration::from_mins(1);

/// The longest time for which a channel is left alone because its receiver is busy and does not say for how long.
const BUSY: Duration = Duration::from_secs(30);

impl NoticeService {
    /// Takes the next delivery that is due, so that no other server sends it meanwhile; channels that work go first. `None` if
    /// nothing is due.
    ///
    /// Errors: `Sealed`, `NotSignedIn`, `Forbidden`, `Unavailable`, `Internal`.
    pub async fn take_due(&self, ctx: &Ctx) -> Result<Option<HeldDelivery>, Error> {
        self.take(ctx, None).await
    }

    /// Takes this delivery, or the next that is due.
    pub(super) async fn take(&self, ctx: &Ctx, wanted: Option<Uuid>) -> Result<Option<HeldDelivery>, Error> {
        self.unsealed(ctx).await?;
        let holder = random::random_id();
        let until = ctx.now + HOLD;
        self.db
            .write(ctx, async |work| Ok(repository::take(work, ctx.now, wanted, holder, until).await?))
            .await
    }

    /// Makes one attempt to deliver, and notes what became of it.
    ///
    /// Errors: as `take_due`.
    pub async fn deliver(&self, ctx: &Ctx, held: HeldDelivery) -> Result<DeliveryState, Error> {
        let keyring = self.unsealed(ctx).await?;
        let began = Instant::now();
        let attempt = self.attempt(ctx, keyring, &held).await?;
        let ended = Ctx { now: ctx.now + began.elapsed(), ..ctx.clone() };
        self.settle(&ended, &held, attempt).await
    }

    async fn attempt(&self, ctx: &Ctx, keyring: &Keyring, held: &HeldDelivery) -> Result<Attempt, Error> {
        match held.recipient {
            Recipient::Channel(channel, preset) => {
                let Some(opened) = self.opened(ctx, keyring, channel, preset).await? else {
                    let retry = Retry::AsScheduled;
                    return Ok(Attempt::Failed { cause: DeliveryCause::Unreadable, status: None, retry });
                };
                let public = self.config.public_url.as_deref();
                Ok(webhook::send(&self.http, &opened, &held.notice, public, ctx.now).await)
            }
        }
    }

    /// Opens the address and the signing secrets of a channel; `None` if they are not what was sealed.
    async fn opened(
        &self,
        ctx: &Ctx,
        keyring: &Keyring,
        channel: Uuid,
        preset: ChannelPreset,
    ) -> Result<Option<Opened>, Error> {
        let found =
            self.db.read(ctx, async |connection| channels::values(connection, channel, ctx.now).await);
        let (mut url, mut secrets) = (None::<Sensitive>, Vec::new());
        for (place, sealed) in found.await? {
            let Ok(text) = keyring.open(place, &sealed) else {
                tracing::error!(%channel, "the address or a signing secret of a channel cannot be opened");
                return Ok(None);
            };
            if place.field == channels::URL { url = Some(text) } else { secrets.push(text) }
        }
        let complete = !preset.is_signed() || !secrets.is_empty();
        Ok(url.filter(|_| complete).map(|url| Opened { preset, url, secrets }))
    }

    /// Notes what became of an attempt, unless the hold has expired and another server has the delivery.
    async fn settle(&self, ctx: &Ctx, held: &HeldDelivery, attempt: Attempt) -> Result<DeliveryState, Error> {
        let Recipient::Channel(channel, _) = held.recipient;
        self.db
            .write(ctx, async |work| {
                // Before the delivery: what ends the channel's other deliveries, or deletes it, takes them in the same order.
                channels::lock_order(work, channel).await?;
                let next = match attempt {
                    Attempt::Delivered { .. } => None,
                    // A test of a channel is repeated by whoever makes it.
                    Attempt::Failed { .. } if held.is_test() => None,
                    Attempt::Failed { retry, .. } => retry.next_at(held.step, ctx.now),
                };
                let state = match (attempt, next) {
                    (Attempt::Delivered { .. }, _) => DeliveryState::Delivered,
                    (Attempt::Failed { .. }, Some(_)) => DeliveryState::Waiting,
                    (Attempt::Failed { .. }, None) => DeliveryState::Failed,
                };
                if !repository::settle(work, ctx.now, (held.id, held.holder), attempt, state, next).await? {
                    return Ok(state);
                }
                match attempt {
                    Attempt::Delivered { .. } => channels::note_success(work, channel).await?,
                    Attempt::Failed { cause: DeliveryCause::Gone, .. } => {
                        let disabled = channels::disable(work, ctx, channel).await?;
                        repository::give_up(work, channel).await?;
                        if let Some(name) = disabled {
                            audit::record(work, ctx, AuditAction::ChannelDisabled, &name).await?;
                        }
                    }
                    Attempt::Failed { cause, retry, .. } => {
                        let left_alone_until = match (cause, retry) {
                            (DeliveryCause::Busy, Retry::After(asked)) => Some(ctx.now + asked),
                            (DeliveryCause::Busy, _) => Some(ctx.now + BUSY),
                            _ => None,
                        };
                        channels::note_failure(work, channel, left_alone_until).await?;
                    }
                }
                Ok(state)
            })
            .await
    }
}

/// Returns the place of a sealed value of a channel.
pub(super) fn place(channel: Uuid, field: crate::keyring::ValueField, version: i64) -> Location {
    Location { secret: channel, field, version }
}
