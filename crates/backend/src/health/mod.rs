//! Whether requests can be served.

use crate::{
    context::Ctx,
    db::{self, Db},
    error::{is_read_only, public_error},
};
use domain::{error::Error, time::Timestamp};
use std::time::Duration;
use tokio::time::timeout;

/// How long the database may take to show that it can be written to. Less than callers wait.
const PATIENCE: Duration = Duration::from_secs(3);

/// Whether requests can be served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// Yes.
    Ready,
    /// No: the key encryption key is not the right one.
    Sealed,
    /// No: the database does not answer.
    Unavailable,
    /// No: the database takes no writes.
    ReadOnly,
}

/// What the database says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Health {
    /// The newest migration that was made.
    pub schema: i64,
    /// The moment on its clock.
    pub now: Timestamp,
}

/// Tries what a write needs: a transaction on a server that takes writes.
pub(crate) async fn probe(db: &Db) -> Readiness {
    let tried = timeout(PATIENCE, async {
        let work = db.begin().await?;
        work.rollback().await
    });
    match tried.await {
        Ok(Ok(())) => Readiness::Ready,
        Ok(Err(error)) if is_read_only(&error) => Readiness::ReadOnly,
        Ok(Err(_)) | Err(_) => Readiness::Unavailable,
    }
}

/// Asks the database what it says of itself.
///
/// Errors: `Unavailable`, `Internal`.
pub(crate) async fn look(db: &Db, ctx: &Ctx) -> Result<Health, Error> {
    let looked = timeout(PATIENCE, async {
        let schema = db.try_read(db::schema_version).await?;
        Ok(Health { schema, now: db.now().await? })
    });
    looked.await.unwrap_or(Err(sqlx::Error::PoolTimedOut)).map_err(|error| public_error(ctx, &error))
}
