//! Whether requests can be served.

use crate::{
    context::Ctx,
    db::{self, Db},
    error::{is_read_only, public_error},
};
use domain::{error::Error, time::Timestamp};
use std::time::Duration;
use tokio::time::timeout;

/// The time in which the database must show that it takes writes. Less than callers wait.
const PROBE_TIMEOUT: Duration = Duration::from_secs(3);

/// The portal's readiness to serve requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// Requests can be served.
    Ready,
    /// The key encryption key is not the right one.
    Sealed,
    /// The database does not answer.
    Unavailable,
    /// The database takes no writes.
    ReadOnly,
}

/// The state of the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Health {
    /// The newest migration that was applied.
    pub schema: i64,
    /// The time of its clock.
    pub now: Timestamp,
}

/// Tests what a write needs: a transaction on a server that takes writes.
pub(crate) async fn probe(db: &Db) -> Readiness {
    let tried = timeout(PROBE_TIMEOUT, async {
        let work = db.begin().await?;
        work.rollback().await
    });
    match tried.await {
        Ok(Ok(())) => Readiness::Ready,
        Ok(Err(error)) if is_read_only(&error) => Readiness::ReadOnly,
        Ok(Err(_)) | Err(_) => Readiness::Unavailable,
    }
}

/// Asks the database for its state.
///
/// Errors: `Unavailable`, `Internal`.
pub(crate) async fn look(db: &Db, ctx: &Ctx) -> Result<Health, Error> {
    let looked = timeout(PROBE_TIMEOUT, async {
        let schema = db.try_read(db::schema_version).await?;
        Ok(Health { schema, now: db.now().await? })
    });
    looked.await.unwrap_or(Err(sqlx::Error::PoolTimedOut)).map_err(|error| public_error(ctx, &error))
}
