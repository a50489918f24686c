//! The operations on deliveries: the list, sending again, and the cleanup.

use super::service::NoticeService;
use crate::{
    audit::{self, AuditAction},
    context::Ctx,
    mail::recipients::repository as recipients,
};
use domain::{error::Error, time::Timestamp};
use std::time::Duration;
use uuid::Uuid;

use repository::Again;

pub use delivery::{Delivery, DeliveryQuery};

mod delivery;
mod repository;

/// The number of rows on a page.
const PAGE: usize = 50;

/// How long notices and their deliveries are kept.
const KEPT: Duration = Duration::from_hours(90 * 24);

/// A page of deliveries, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryPage {
    /// The deliveries.
    pub deliveries: Vec<Delivery>,
    /// Whether there are older ones.
    pub more: bool,
    /// The server's time.
    pub now: Timestamp,
}

impl NoticeService {
    /// Returns a page of deliveries, newest first.
    ///
    /// Errors: `NotSignedIn`, `Forbidden`, `Unavailable`, `Internal`.
    pub async fn deliveries(&self, ctx: &Ctx, query: &DeliveryQuery) -> Result<DeliveryPage, Error> {
        self.may(ctx).await?;
        let found = self.db.read(ctx, async |connection| repository::list(connection, query, PAGE).await);
        let (deliveries, more) = found.await?;
        Ok(DeliveryPage { deliveries, more, now: ctx.now })
    }

    /// Has a delivery sent again at once, and by the schedule from its beginning: to a channel under the same id, to a person by
    /// another mail. Changes nothing while it is being sent.
    ///
    /// Errors: `NotFound`, `ChannelDisabled`, `Sealed`; as `deliveries`.
    pub async fn send_again(&self, ctx: &Ctx, id: Uuid) -> Result<(), Error> {
        self.unsealed(ctx).await?;
        self.db
            .write(ctx, async |work| {
                match repository::send_again(work, ctx.now, id).await? {
                    Again::Due(notice) => {
                        recipients::take_mail_apart(work, id).await?;
                        audit::record(work, ctx, AuditAction::NoticeSentAgain, &notice).await?;
                    }
                    Again::UnderWay => {}
                    Again::ChannelDisabled => return Err(Error::ChannelDisabled.into()),
                    Again::Missing => return Err(Error::NotFound.into()),
                }
                Ok(())
            })
            .await
    }

    /// Deletes notices and deliveries of more than 90 days ago; returns the number of notices. Of a failure that has not ended,
    /// the notice stays, so that it is not said again.
    ///
    /// Errors: as `deliveries`.
    pub async fn delete_old(&self, ctx: &Ctx) -> Result<u64, Error> {
        self.may(ctx).await?;
        self.db
            .write(ctx, async |work| {
                let deleted = repository::delete_old(work, ctx.now - KEPT).await?;
                recipients::delete_empty_mails(work).await?;
                Ok(deleted)
            })
            .await
    }
}
