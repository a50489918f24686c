//! Finding the history of one secret, for those who may see it.

use super::{SecretHistory, repository};
use crate::{
    access::{Object, allowed},
    audit::entry::AuditEntry,
    context::{Action, Ctx},
};
use domain::secret::SecretId;
use sqlx::PgConnection;

/// Returns the history of one secret. The caller must have authorized; addresses and sessions are only for those who may read
/// the whole log.
pub(crate) async fn find(
    connection: &mut PgConnection,
    ctx: &Ctx,
    id: &SecretId,
) -> Result<SecretHistory, sqlx::Error> {
    let mut history = repository::find(connection, id).await?.into_history(ctx.now);
    without_places(ctx, &mut history.changes);
    Ok(history)
}

/// Removes addresses and sessions, which are for those who may read the whole log.
fn without_places(ctx: &Ctx, entries: &mut [AuditEntry]) {
    if !allowed(&ctx.actor, Action::ReadAudit, Object::Named("audit log")) {
        for entry in entries {
            (entry.address, entry.credential) = (None, None);
        }
    }
}
