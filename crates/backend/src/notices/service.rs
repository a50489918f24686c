//! The service of notices. Its operations are beside: channels, rules, deliveries, the outbox, and what time makes true.

use super::due;
use crate::{
    access::{Object, authorize},
    connection_tests::http::Http,
    context::{Action, Ctx},
    db::Db,
    keyring::Keyring,
    sessions::SessionService,
};
use domain::error::Error;
use std::sync::Arc;

/// The configuration of notices.
#[derive(Clone, Debug, Default)]
pub struct NoticeConfig {
    /// The portal's public address, such as `https://keys.example`, for links; without it, notices have none.
    pub public_url: Option<String>,
}

/// Notices. Cheap to clone.
#[derive(Clone, Debug)]
pub struct NoticeService {
    pub(super) db: Db,
    pub(super) keyring: Option<Arc<Keyring>>,
    pub(super) http: Http,
    pub(super) sessions: SessionService,
    pub(super) config: Arc<NoticeConfig>,
}

impl NoticeService {
    pub(crate) fn new(
        db: Db,
        keyring: Option<Arc<Keyring>>,
        http: Http,
        sessions: SessionService,
        config: NoticeConfig,
    ) -> Self {
        Self { db, keyring, http, sessions, config: Arc::new(config) }
    }

    /// Allows what is for administrators, and for the server itself.
    pub(super) async fn may(&self, ctx: &Ctx) -> Result<(), Error> {
        authorize(&self.db, ctx, Action::ManageNotices, Object::Named("notifications")).await
    }

    /// Does the same, and returns the keyring, unless the portal is sealed.
    pub(super) async fn unsealed(&self, ctx: &Ctx) -> Result<&Keyring, Error> {
        self.may(ctx).await?;
        self.keyring.as_deref().ok_or(Error::Sealed)
    }

    /// Rejects whoever may not change channels, rules and settings.
    ///
    /// Errors: `NotSignedIn`, `Forbidden`, `Sealed`.
    pub async fn may_manage(&self, ctx: &Ctx) -> Result<(), Error> {
        self.unsealed(ctx).await.map(drop)
    }

    /// Raises the notices whose time has come: ends that come near, renewals, key pairs that wait. Any number of servers may do
    /// so. Returns their number.
    ///
    /// Errors: `NotSignedIn`, `Forbidden`, `Unavailable`, `Internal`.
    pub async fn raise_due(&self, ctx: &Ctx) -> Result<i64, Error> {
        self.may(ctx).await?;
        let mut total = 0;
        loop {
            let raised =
                self.db.write::<_, Error>(ctx, async |work| Ok(due::raise_some(work, ctx).await?)).await?;
            total += raised;
            if raised < due::BATCH {
                return Ok(total);
            }
        }
    }
}
