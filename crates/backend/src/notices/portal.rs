//! Notices about the portal itself: what its servers notice while they run, each by itself. Of several that notice the same, the
//! first says it.

use super::{
    notice::NoticeFacts,
    raise::raise,
    service::NoticeService,
    subject::{NewNotice, Subject},
};
use crate::context::Ctx;
use domain::{error::Error, notice::NoticeEvent, time::Timestamp};
use std::time::Duration;

mod repository;

/// The shortest time without a database that is worth a notice.
const OUTAGE: Duration = Duration::from_mins(1);

impl NoticeService {
    /// Raises that the provider of single sign-on has not answered since then, or that it answers again. Each is said once, in
    /// turn.
    ///
    /// Errors: `NotSignedIn`, `Forbidden`, `Unavailable`, `Internal`.
    pub async fn note_sign_on(&self, ctx: &Ctx, down_since: Option<Timestamp>) -> Result<(), Error> {
        self.may(ctx).await?;
        self.db
            .write(ctx, async |work| {
                repository::lock(work).await?;
                let open = repository::sign_on_down(work).await?;
                let new = match (down_since, open) {
                    (Some(since), None) => NewNotice::new(NoticeEvent::SignOnDown, Subject::Portal, since),
                    (None, Some(since)) => {
                        let facts = NoticeFacts { until: Some(ctx.now), ..NoticeFacts::default() };
                        let new = NewNotice::new(NoticeEvent::SignOnWorks, Subject::Portal, since);
                        NewNotice { facts, ..new }
                    }
                    (Some(_), Some(_)) | (None, None) => return Ok(()),
                };
                Ok(raise(work, ctx, &new).await.map(drop)?)
            })
            .await
    }

    /// Raises that the database did not answer from then until now: nothing could be written before. A server that noticed the
    /// same outage says nothing more.
    ///
    /// Errors: as `note_sign_on`.
    pub async fn note_outage(&self, ctx: &Ctx, since: Timestamp) -> Result<(), Error> {
        self.may(ctx).await?;
        if ctx.now < since + OUTAGE {
            return Ok(());
        }
        self.db
            .write(ctx, async |work| {
                repository::lock(work).await?;
                if repository::knows_outage(work, since).await? {
                    return Ok(());
                }
                let facts = NoticeFacts { until: Some(ctx.now), ..NoticeFacts::default() };
                let new = NewNotice::new(NoticeEvent::DatabaseDown, Subject::Portal, since);
                Ok(raise(work, ctx, &NewNotice { facts, ..new }).await.map(drop)?)
            })
            .await
    }

    /// Raises that a server is sealed, once a day. A sealed server sends nothing: another one does, or the same once it has the
    /// right key.
    ///
    /// Errors: as `note_sign_on`.
    pub async fn note_sealed(&self, ctx: &Ctx) -> Result<(), Error> {
        const DAY: i64 = 86_400_000_000;
        self.may(ctx).await?;
        if self.keyring.is_some() {
            return Ok(());
        }
        let day = Timestamp::from_micros(ctx.now.micros().div_euclid(DAY) * DAY);
        let new = NewNotice::new(NoticeEvent::PortalSealed, Subject::Portal, day);
        self.db.write(ctx, async |work| Ok(raise(work, ctx, &new).await.map(drop)?)).await
    }
}
