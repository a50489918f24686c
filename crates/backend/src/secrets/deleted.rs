//! Deleting secrets, and restoring or removing deleted ones until their time ends.

mod repository;

use super::{
    conflict::{conflict, name_taken},
    repository::{self as secrets, NAME_IS_UNIQUE},
    retention::KeepDeleted,
    service::SecretService,
};
use crate::{
    access::{Object, authorize},
    audit::{self, AuditAction},
    context::{Action, Ctx},
    db::timestamp,
    error::{Failure, public_error},
    revision::Expected,
    usages::any_users,
};
use chrono::{DateTime, Utc};
use domain::{
    error::{Error, Field, FieldError, Problem},
    secret::{SecretId, Selection},
    time::Timestamp,
    usage::UsageProblem,
};
use sqlx::PgConnection;
use uuid::Uuid;

/// The number of rows on a page.
const PAGE: usize = 50;

/// The most secrets that one transaction removes.
const BATCH: i64 = 100;

/// A deleted secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeletedSecret {
    /// The id of the row, which tells it from others that had the same name.
    pub row: Uuid,
    /// The id that it had, and has again when it is restored.
    pub id: SecretId,
    /// The display name, or the name if none was given.
    pub display_name: String,
    /// The time at which it was deleted.
    pub deleted_at: Timestamp,
    /// The name of the actor who deleted it.
    pub deleted_by: String,
    /// The time at which it is removed for good.
    pub until: Timestamp,
    /// The number of images or datasets that still point to it.
    pub usage_count: u32,
}

/// A page of deleted secrets, the latest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeletedPage {
    /// The secrets in their order.
    pub rows: Vec<DeletedSecret>,
    /// Whether there are earlier ones.
    pub more: bool,
    /// The server's time.
    pub now: Timestamp,
}

impl SecretService {
    /// Returns how long deleted secrets are kept.
    pub fn keep_deleted(&self) -> KeepDeleted {
        self.keep_deleted
    }

    /// Deletes a secret: it is out of use at once, and kept as it is for the configured time. Returns its display name. If
    /// anything uses it, `typed_name` must be its name.
    ///
    /// Errors: `Invalid` if the name was not typed; `NotFound`, `Sealed`, `NotSignedIn`, `Forbidden`, `Unavailable`,
    /// `Internal`.
    pub async fn delete(&self, ctx: &Ctx, id: &SecretId, typed_name: &str) -> Result<String, Error> {
        self.delete_expected(ctx, id, typed_name, None).await
    }

    /// Deletes a secret in the expected state, if one is given.
    ///
    /// Errors: `Changed` with who and when; as `delete`.
    pub async fn delete_expected(
        &self,
        ctx: &Ctx,
        id: &SecretId,
        typed_name: &str,
        expected: Option<Expected>,
    ) -> Result<String, Error> {
        authorize(&self.db, ctx, Action::WriteSecrets, Object::Secret(id)).await?;
        self.unsealed()?;
        self.db
            .write(ctx, async |work| {
                let row = secrets::lock(work, id).await?.ok_or(Error::NotFound)?;
                if expected.is_some_and(|expected| !expected.is(row.revision())) {
                    return Err(conflict(ctx, row).into());
                }
                let used = any_users(work, &[row.id], ctx.now).await?;
                if used && typed_name.trim() != id.name.as_str() {
                    return Err(not_typed(UsageProblem::NameNotTyped).into());
                }
                self.delete_rows(work, ctx, &[row.id]).await?;
                audit::record(work, ctx, AuditAction::SecretDeleted, id).await?;
                Ok(row.display_name)
            })
            .await
    }

    /// Deletes several secrets as `delete` does one: all of them, or none. Secrets that are gone already count as deleted. If
    /// anything uses the others, `typed` must be the text of `Selection::confirmation` for them. Returns the deleted ids.
    ///
    /// Errors: `Invalid` if that was not typed; `Sealed`, `NotSignedIn`, `Forbidden`, `Unavailable`, `Internal`.
    pub async fn delete_many(
        &self,
        ctx: &Ctx,
        selection: &Selection,
        typed: &str,
    ) -> Result<Vec<SecretId>, Error> {
        for id in selection.ids() {
            authorize(&self.db, ctx, Action::WriteSecrets, Object::Secret(id)).await?;
        }
        self.unsealed()?;
        self.db
            .write(ctx, async |work| {
                let found = repository::lock_many(work, selection.ids()).await?;
                let (rows, mut ids): (Vec<Uuid>, Vec<SecretId>) = found.into_iter().unzip();
                ids.sort_by_cached_key(ToString::to_string);
                // Secrets that are gone need no confirmation.
                let Some(left) = Selection::of(ids.iter().cloned()) else { return Ok(ids) };
                let used = any_users(work, &rows, ctx.now).await?;
                if used && typed.trim() != left.confirmation() {
                    let problem = match left.ids() {
                        [_] => UsageProblem::NameNotTyped,
                        _ => UsageProblem::ConfirmationNotTyped,
                    };
                    return Err(not_typed(problem).into());
                }
                repository::lock_counts(work).await?;
                self.delete_rows(work, ctx, &rows).await?;
                audit::record_each(work, ctx, AuditAction::SecretDeleted, &ids).await?;
                Ok(ids)
            })
            .await
    }

    /// Takes the rows out of use, and keeps them for the configured time.
    async fn delete_rows(
        &self,
        work: &mut PgConnection,
        ctx: &Ctx,
        rows: &[Uuid],
    ) -> Result<(), sqlx::Error> {
        if self.keep_deleted.0 == 0 {
            repository::remove(work, rows).await
        } else {
            repository::mark_deleted(work, ctx, rows).await
        }
    }

    /// Returns a page of deleted secrets after this one, the latest first.
    ///
    /// Errors: `Sealed`, `NotSignedIn`, `Forbidden`, `Unavailable`, `Internal`.
    pub async fn deleted(&self, ctx: &Ctx, beyond: Option<(Timestamp, Uuid)>) -> Result<DeletedPage, Error> {
        authorize(&self.db, ctx, Action::ReadSecrets, Object::Named("deleted secrets")).await?;
        self.unsealed()?;
        let cutoff = self.cutoff(ctx)?;
        let found = self.db.read(ctx, async |connection| {
            let rows = repository::deleted(connection, cutoff, beyond, PAGE + 1).await?;
            rows.into_iter().map(|row| self.shown(row)).collect::<Result<Vec<_>, _>>()
        });
        let mut rows = found.await?;
        let more = rows.len() > PAGE;
        rows.truncate(PAGE);
        Ok(DeletedPage { rows, more, now: ctx.now })
    }

    /// Returns a deleted secret, for an actor who may remove it.
    ///
    /// Errors: `NotFound`, also if its time has ended; as `deleted`.
    pub async fn deleted_one(&self, ctx: &Ctx, row: Uuid) -> Result<DeletedSecret, Error> {
        authorize(&self.db, ctx, Action::WriteSecrets, Object::Named("deleted secrets")).await?;
        self.unsealed()?;
        let cutoff = self.cutoff(ctx)?;
        let found = self.db.read(ctx, async |connection| {
            let row = repository::deleted_one(connection, cutoff, row).await?;
            row.map(|row| self.shown(row)).transpose()
        });
        found.await?.ok_or(Error::NotFound)
    }

    /// Restores a deleted secret as it was; its consumers use it again.
    ///
    /// Errors: `Invalid` if another secret has the name now; `NotFound`, also if its time has ended; as `deleted`.
    pub async fn restore(&self, ctx: &Ctx, row: Uuid) -> Result<SecretId, Error> {
        authorize(&self.db, ctx, Action::WriteSecrets, Object::Named("deleted secrets")).await?;
        self.unsealed()?;
        let cutoff = self.cutoff(ctx)?;
        self.db
            .write(ctx, async |work| {
                let found = repository::deleted_one(work, cutoff, row).await?;
                let id = found.ok_or(Error::NotFound)?.secret()?;
                let restored = repository::mark_restored(work, row)
                    .await
                    .map_err(|error| Failure::on_violation(error, NAME_IS_UNIQUE, || name_taken(&id)));
                if !restored? {
                    return Err(Error::NotFound.into());
                }
                audit::record(work, ctx, AuditAction::SecretRestored, &id).await?;
                Ok(id)
            })
            .await
    }

    /// Restores whatever the actor deleted at exactly this time, which one deletion has for all of its secrets: all of them, or
    /// none. Returns their ids.
    ///
    /// Errors: `Invalid` if another secret has a name now; `NotFound` if nothing of it is kept any more; as `deleted`.
    pub async fn undo_deletion(&self, ctx: &Ctx, at: Timestamp) -> Result<Vec<SecretId>, Error> {
        authorize(&self.db, ctx, Action::WriteSecrets, Object::Named("deleted secrets")).await?;
        self.unsealed()?;
        let cutoff = self.cutoff(ctx)?;
        self.db
            .write(ctx, async |work| {
                let found = repository::lock_deleted_at(work, ctx, cutoff, at).await?;
                if found.is_empty() {
                    return Err(Error::NotFound.into());
                }
                repository::lock_counts(work).await?;
                let mut ids = Vec::new();
                for (row, id) in found {
                    let restored = repository::mark_restored(work, row).await;
                    restored
                        .map_err(|error| Failure::on_violation(error, NAME_IS_UNIQUE, || name_taken(&id)))?;
                    ids.push(id);
                }
                ids.sort_by_cached_key(ToString::to_string);
                audit::record_each(work, ctx, AuditAction::SecretRestored, &ids).await?;
                Ok(ids)
            })
            .await
    }

    /// Removes a deleted secret for good, with its values.
    ///
    /// Errors: `NotFound`, also if its time has ended; as `deleted`.
    pub async fn remove(&self, ctx: &Ctx, row: Uuid) -> Result<(), Error> {
        authorize(&self.db, ctx, Action::WriteSecrets, Object::Named("deleted secrets")).await?;
        self.unsealed()?;
        let cutoff = self.cutoff(ctx)?;
        self.db
            .write(ctx, async |work| {
                let found = repository::deleted_one(work, cutoff, row).await?;
                let id = found.ok_or(Error::NotFound)?.secret()?;
                if !repository::remove_deleted(work, row).await? {
                    return Err(Error::NotFound.into());
                }
                Ok(audit::record(work, ctx, AuditAction::SecretRemoved, &id).await?)
            })
            .await
    }

    /// Removes for good the deleted secrets whose time has ended, each with its record; returns their number. Any number of
    /// servers may do so at once.
    ///
    /// Errors: `Sealed`, `NotSignedIn`, `Forbidden`, `Unavailable`, `Internal`.
    pub async fn sweep_deleted(&self, ctx: &Ctx) -> Result<u64, Error> {
        authorize(&self.db, ctx, Action::WriteSecrets, Object::Named("deleted secrets")).await?;
        self.unsealed()?;
        let cutoff = self.cutoff(ctx)?;
        let mut total = 0;
        loop {
            let removed = self.db.write::<_, Error>(ctx, async |work| {
                let ids = repository::remove_overdue(work, cutoff, BATCH).await?;
                for id in &ids {
                    audit::record(work, ctx, AuditAction::SecretRemoved, id).await?;
                }
                Ok(ids.len())
            });
            match removed.await? {
                0 => return Ok(total),
                removed => total += removed as u64,
            }
        }
    }

    /// Returns the time at or before which a secret must have been deleted for its time to have ended.
    fn cutoff(&self, ctx: &Ctx) -> Result<DateTime<Utc>, Error> {
        self.keep_deleted.cutoff(ctx.now).map_err(|error| public_error(ctx, &error))
    }

    fn shown(&self, row: repository::DeletedRow) -> Result<DeletedSecret, sqlx::Error> {
        Ok(DeletedSecret {
            row: row.id,
            id: row.secret()?,
            display_name: row.display_name,
            deleted_at: timestamp(row.deleted_at),
            deleted_by: row.deleted_by,
            until: self.keep_deleted.until(row.deleted_at),
            usage_count: row.usage_count.unsigned_abs(),
        })
    }
}

fn not_typed(problem: UsageProblem) -> Error {
    Error::Invalid(vec![FieldError { field: Field::Confirmation, problem: Problem::Usage(problem) }])
}
