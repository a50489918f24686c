//! The operations of the Overview.

use super::{CHANGES, Overview, PortalNote, repository};
use crate::{
    access::{Object, allowed, authorize},
    audit::{self, AuditAction, recent},
    context::{Action, Ctx},
    db::Db,
};
use domain::error::Error;

/// The Overview. Cheap to clone.
#[derive(Clone, Debug)]
pub struct OverviewService {
    db: Db,
    sealed: bool,
    /// Whether people sign in at a provider, so that nobody has to be added by hand.
    has_provider: bool,
}

impl OverviewService {
    pub(crate) fn new(db: Db, sealed: bool, has_provider: bool) -> Self {
        Self { db, sealed, has_provider }
    }

    fn unsealed(&self) -> Result<(), Error> {
        if self.sealed { Err(Error::Sealed) } else { Ok(()) }
    }

    /// Returns the state of everything, by two statements. Changes of people, tokens and keys are only for those who may read
    /// the audit log.
    ///
    /// Errors: `NotSignedIn`, `Forbidden`, `Sealed`, `Unavailable`, `Internal`.
    pub async fn get(&self, ctx: &Ctx) -> Result<Overview, Error> {
        authorize(&self.db, ctx, Action::ReadSecrets, Object::Named("overview")).await?;
        self.unsealed()?;
        let all = allowed(&ctx.actor, Action::ReadAudit, Object::Named("audit log"));
        self.db
            .read(ctx, async |connection| {
                let overview = repository::find(connection, ctx.now, self.has_provider).await?;
                let changes = recent::repository::find(connection, all, CHANGES.into()).await?;
                Ok(Overview { changes, ..overview })
            })
            .await
    }

    /// Notes a fact about the portal as a whole, and records who did.
    ///
    /// Errors: as `get`.
    pub async fn note(&self, ctx: &Ctx, note: PortalNote) -> Result<(), Error> {
        authorize(&self.db, ctx, Action::ManagePortal, Object::Named("set-up steps")).await?;
        self.unsealed()?;
        let (action, object) = match note {
            PortalNote::KeyBackedUp => (AuditAction::KeyBackedUp, "key encryption key"),
            PortalNote::StepsDismissed => (AuditAction::StepsDismissed, "set-up steps"),
        };
        self.db
            .write(ctx, async |work| {
                if repository::note(work, ctx, note).await? {
                    audit::record(work, ctx, action, object).await?;
                }
                Ok(())
            })
            .await
    }

    /// Merges what is added up, and deletes the numbers of days that are not shown any more. Changes no number that is shown,
    /// so nothing is recorded.
    ///
    /// Errors: as `get`.
    pub async fn tidy(&self, ctx: &Ctx) -> Result<(), Error> {
        authorize(&self.db, ctx, Action::WriteSecrets, Object::Named("secrets")).await?;
        self.unsealed()?;
        self.db
            .write(ctx, async |work| {
                repository::merge_tallies(work).await?;
                Ok(repository::forget_days(work, ctx.now).await?)
            })
            .await
    }
}
