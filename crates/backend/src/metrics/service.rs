//! The numbers of the database.

use super::{DatabaseNumbers, repository};
use crate::{
    access::{Object, authorize},
    context::{Action, Ctx},
    db::{Db, PoolState},
};
use domain::error::Error;

/// The numbers for monitoring. Cheap to clone.
#[derive(Clone, Debug)]
pub struct MetricsService {
    db: Db,
    sealed: bool,
}

impl MetricsService {
    pub(crate) fn new(db: Db, sealed: bool) -> Self {
        Self { db, sealed }
    }

    /// Returns the numbers of the database, with the facts of so many secrets by their names.
    ///
    /// Errors: `NotSignedIn`, `Forbidden`, `Sealed`, `Unavailable`, `Internal`.
    pub async fn numbers(&self, ctx: &Ctx, names: u32) -> Result<DatabaseNumbers, Error> {
        authorize(&self.db, ctx, Action::ManagePortal, Object::Named("metrics")).await?;
        if self.sealed {
            return Err(Error::Sealed);
        }
        self.db.read(ctx, async |connection| repository::find(connection, names, ctx.now).await).await
    }

    /// Returns the state of the connections to the database.
    ///
    /// Errors: `NotSignedIn`, `Forbidden`, `Unavailable`, `Internal`.
    pub async fn pool(&self, ctx: &Ctx) -> Result<PoolState, Error> {
        authorize(&self.db, ctx, Action::ManagePortal, Object::Named("metrics")).await?;
        Ok(self.db.pool_state())
    }
}
