//! The audit log. Records are written in the transaction of the change itself, and each is chained to the one before.

mod action;
mod alarms;
mod chain;
mod counts;
mod entry;
pub(crate) mod history;
mod list;
pub(crate) mod recent;
mod record;
pub(crate) mod repository;
mod service;
mod text;

pub use action::AuditAction;
pub(crate) use alarms::Alarms;
pub use entry::AuditEntry;
pub use history::{FoldedReads, FoldedRecords, SecretHistory};
pub use list::{AuditCursor, AuditPage, AuditQuery};
pub use recent::RecentChange;
pub(crate) use record::AuditRecord;
pub use record::Outcome;
pub use service::{AuditService, Verdict};

use crate::{context::Ctx, work::Work};

/// Records an action in the transaction of the change itself. Comes last in it, because the end of the chain stays
/// locked until the commit.
pub(crate) async fn record(
    work: &mut Work,
    ctx: &Ctx,
    action: AuditAction,
    object: &(impl ToString + ?Sized),
) -> Result<(), sqlx::Error> {
    record_change(work, ctx, action, object, &[]).await
}

/// Records an action together with the names of the changed fields.
pub(crate) async fn record_change(
    work: &mut Work,
    ctx: &Ctx,
    action: AuditAction,
    object: &(impl ToString + ?Sized),
    fields: &[&str],
) -> Result<(), sqlx::Error> {
    let object = object.to_string();
    repository::append(work, ctx, AuditRecord { fields, ..AuditRecord::done(action, &object) }).await
}

/// Records the same action on each of these objects, in their order.
pub(crate) async fn record_each(
    work: &mut Work,
    ctx: &Ctx,
    action: AuditAction,
    objects: &[impl ToString],
) -> Result<(), sqlx::Error> {
    let objects: Vec<String> = objects.iter().map(ToString::to_string).collect();
    let records: Vec<_> = objects.iter().map(|object| (ctx, AuditRecord::done(action, object))).collect();
    repository::append_many(work, &records).await
}

#[cfg(test)]
mod tests;
