//! Deleting, and what may become of a deleted secret until its time is over.

use super::{
    keys::changed,
    repository,
    service::{SecretService, record},
};
use crate::{
    access::{Object, authorize},
    audit::{self, AuditAction, AuditRecord},
    context::{Action, Ctx},
    db::{bounded, instant, timestamp},
    error::{broken_constraint, refuse},
    revision::Expected,
    usages::any_users,
};
use chrono::{DateTime, Days, Utc};
use domain::{
    error::{Error, Field, FieldError, Problem},
    secret::{SecretId, Selection},
    time::Timestamp,
    usage::UsageProblem,
};
use sqlx::PgConnection;
use uuid::Uuid;

/// Rows a page.
const PAGE: usize = 50;

/// As many are removed in one transaction.
const BATCH: i64 = 100;

/// For how many days deleted secrets are kept; where it is 0 they are not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeepDeleted(pub u16);

impl Default for KeepDeleted {
    fn default() -> Self {
        Self(30)
    }
}

impl KeepDeleted {
    /// What was deleted then or before is over.
    fn over(self, now: Timestamp) -> Result<DateTime<Utc>, sqlx::Error> {
        Ok(instant(now)?.checked_sub_days(Days::new(self.0.into())).unwrap_or_default())
    }

    fn until(self, deleted_at: DateTime<Utc>) -> Timestamp {
        timestamp(deleted_at.checked_add_days(Days::new(self.0.into())).unwrap_or(deleted_at))
    }
}

/// A secret that was deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeletedSecret {
    /// Tells it from others that had the same name.
    pub row: Uuid,
    /// What it was, and is when it is restored.
    pub id: SecretId,
    /// The name, where none was given.
    pub display_name: String,
    /// When.
    pub deleted_at: Timestamp,
    /// By whom.
    pub deleted_by: String,
    /// When it is removed for good.
    pub until: Timestamp,
    /// How many images or datasets still point to it.
    pub usage_count: u32,
}

/// One page of deleted secrets, the latest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeletedPage {
    /// In their order.
    pub rows: Vec<DeletedSecret>,
    /// Whether there are earlier ones.
    pub more: bool,
    /// The server's clock.
    pub now: Timestamp,
}

impl SecretService {
    /// For how long deleted secrets are kept.
    pub fn keep_deleted(&self) -> KeepDeleted {
        self.keep_deleted
    }

    /// Deletes a secret: it is out of use at once, and kept as it is for as long as is set. Answers with its display name.
    /// Where anybody uses it, `typed_name` has to be its name.
    ///
    /// Errors: `Invalid` where the name was not typed; `NotFound`, `Sealed`, `NotSignedIn`, `Forbidden`, `Unavailable`,
    /// `Internal`.
    pub async fn delete(&self, ctx: &Ctx, id: &SecretId, typed_name: &str) -> Result<String, Error> {
        self.delete_expected(ctx, id, typed_name, None).await
    }

    /// The same for a secret that still is what is expected, where anything is.
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
        bounded(ctx, async {
            let failed = |error: sqlx::Error| refuse(ctx, &error);
            let mut work = self.db.begin().await.map_err(failed)?;
            let row = repository::lock(&mut work, id).await.map_err(failed)?.ok_or(Error::NotFound)?;
            if expected.is_some_and(|expected| !expected.is(row.revision())) {
                return Err(changed(ctx, row));
            }
            let used = any_users(&mut work, &[row.id], ctx.now).await.map_err(failed)?;
            if used && typed_name.trim() != id.name.as_str() {
                return Err(not_typed(UsageProblem::NameNotTyped));
            }
            self.take_away(&mut work, ctx, &[row.id]).await.map_err(failed)?;
            record(&mut work, ctx, AuditAction::SecretDeleted, id, &[]).await.map_err(failed)?;
            work.commit().await.map_err(failed)?;
            Ok(row.display_name)
        })
        .await
    }

    /// Deletes several secrets as `delete` does one: all of them, or none. Those that are gone already count as deleted.
    /// Where anybody uses any of the others, `typed` has to be what `Selection::confirmation` says of those. Answers with what
    /// it deleted.
    ///
    /// Errors: `Invalid` where that was not typed; `Sealed`, `NotSignedIn`, `Forbidden`, `Unavailable`, `Internal`.
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
        bounded(ctx, async {
            let failed = |error: sqlx::Error| refuse(ctx, &error);
            let mut work = self.db.begin().await.map_err(failed)?;
            let found = repository::lock_many(&mut work, selection.ids()).await.map_err(failed)?;
            let (rows, mut ids): (Vec<Uuid>, Vec<SecretId>) = found.into_iter().unzip();
            ids.sort_by_cached_key(ToString::to_string);
            // Of what is gone already nothing has to be said once more.
            let Some(left) = Selection::of(ids.iter().cloned()) else { return Ok(ids) };
            let used = any_users(&mut work, &rows, ctx.now).await.map_err(failed)?;
            if used && typed.trim() != left.confirmation() {
                return Err(not_typed(match left.ids() {
                    [_] => UsageProblem::NameNotTyped,
                    _ => UsageProblem::ConfirmationNotTyped,
                }));
            }
            repository::lock_counts(&mut work).await.map_err(failed)?;
            self.take_away(&mut work, ctx, &rows).await.map_err(failed)?;
            let objects: Vec<String> = ids.iter().map(ToString::to_string).collect();
            let records: Vec<_> = objects
                .iter()
                .map(|object| (ctx, AuditRecord::done(AuditAction::SecretDeleted, object)))
                .collect();
            audit::repository::append_many(&mut work, &records).await.map_err(failed)?;
            work.commit().await.map_err(failed)?;
            Ok(ids)
        })
        .await
    }

    /// Out of use, and kept for as long as is set.
    async fn take_away(&self, work: &mut PgConnection, ctx: &Ctx, rows: &[Uuid]) -> Result<(), sqlx::Error> {
        if self.keep_deleted.0 == 0 {
            repository::remove(work, rows).await
        } else {
            repository::mark_deleted(work, ctx, rows).await
        }
    }

    /// One page of deleted secrets beyond this one, the latest first.
    ///
    /// Errors: `Sealed`, `NotSignedIn`, `Forbidden`, `Unavailable`, `Internal`.
    pub async fn deleted(&self, ctx: &Ctx, beyond: Option<(Timestamp, Uuid)>) -> Result<DeletedPage, Error> {
        authorize(&self.db, ctx, Action::ReadSecrets, Object::Named("deleted secrets")).await?;
        self.unsealed()?;
        let failed = |error: sqlx::Error| refuse(ctx, &error);
        let over = self.keep_deleted.over(ctx.now).map_err(failed)?;
        let found = self.db.read(|mut reader| async move {
            Ok((repository::deleted(&mut reader, over, beyond, PAGE + 1).await?, reader))
        });
        let mut rows = found.await.map_err(failed)?;
        let more = rows.len() > PAGE;
        rows.truncate(PAGE);
        let rows = rows.into_iter().map(|row| self.shown(row)).collect::<Result<_, _>>();
        Ok(DeletedPage { rows: rows.map_err(failed)?, more, now: ctx.now })
    }

    /// One deleted secret, for whoever may remove it.
    ///
    /// Errors: `NotFound`, also where its time is over; as `deleted`.
    pub async fn deleted_one(&self, ctx: &Ctx, row: Uuid) -> Result<DeletedSecret, Error> {
        authorize(&self.db, ctx, Action::WriteSecrets, Object::Named("deleted secrets")).await?;
        self.unsealed()?;
        let failed = |error: sqlx::Error| refuse(ctx, &error);
        let over = self.keep_deleted.over(ctx.now).map_err(failed)?;
        let found = self.db.read(|mut reader| async move {
            Ok((repository::deleted_one(&mut reader, over, row).await?, reader))
        });
        let row = found.await.map_err(failed)?.ok_or(Error::NotFound)?;
        self.shown(row).map_err(failed)
    }

    /// Restores a deleted secret as it was; what used it uses it again.
    ///
    /// Errors: `Invalid` where another secret has the name by now; `NotFound`, also where its time is over; as `deleted`.
    pub async fn restore(&self, ctx: &Ctx, row: Uuid) -> Result<SecretId, Error> {
        authorize(&self.db, ctx, Action::WriteSecrets, Object::Named("deleted secrets")).await?;
        self.unsealed()?;
        bounded(ctx, async {
            let failed = |error: sqlx::Error| refuse(ctx, &error);
            let over = self.keep_deleted.over(ctx.now).map_err(failed)?;
            let mut work = self.db.begin().await.map_err(failed)?;
            let found = repository::deleted_one(&mut work, over, row).await.map_err(failed)?;
            let id = found.ok_or(Error::NotFound)?.secret().map_err(failed)?;
            match repository::mark_restored(&mut work, row).await {
                Ok(true) => {}
                Ok(false) => return Err(Error::NotFound),
                Err(error) if broken_constraint(&error) == Some("secrets_kind_name_unique") => {
                    let taken = FieldError { field: Field::Name, problem: Problem::NameTaken(id) };
                    return Err(Error::Invalid(vec![taken]));
                }
                Err(error) => return Err(failed(error)),
            }
            record(&mut work, ctx, AuditAction::SecretRestored, &id, &[]).await.map_err(failed)?;
            work.commit().await.map_err(failed)?;
            Ok(id)
        })
        .await
    }

    /// Removes a deleted secret for good, with its values.
    ///
    /// Errors: `NotFound`, also where its time is over; as `deleted`.
    pub async fn remove(&self, ctx: &Ctx, row: Uuid) -> Result<(), Error> {
        authorize(&self.db, ctx, Action::WriteSecrets, Object::Named("deleted secrets")).await?;
        self.unsealed()?;
        bounded(ctx, async {
            let failed = |error: sqlx::Error| refuse(ctx, &error);
            let over = self.keep_deleted.over(ctx.now).map_err(failed)?;
            let mut work = self.db.begin().await.map_err(failed)?;
            let found = repository::deleted_one(&mut work, over, row).await.map_err(failed)?;
            let id = found.ok_or(Error::NotFound)?.secret().map_err(failed)?;
            if !repository::remove_deleted(&mut work, row).await.map_err(failed)? {
                return Err(Error::NotFound);
            }
            record(&mut work, ctx, AuditAction::SecretRemoved, &id, &[]).await.map_err(failed)?;
            work.commit().await.map_err(failed)
        })
        .await
    }

    /// Removes those for good whose time is over, each with its record; answers with how many. Any number of servers may
    /// do it at once.
    ///
    /// Errors: `Sealed`, `NotSignedIn`, `Forbidden`, `Unavailable`, `Internal`.
    pub async fn sweep_deleted(&self, ctx: &Ctx) -> Result<u64, Error> {
        authorize(&self.db, ctx, Action::WriteSecrets, Object::Named("deleted secrets")).await?;
        self.unsealed()?;
        let mut total = 0;
        loop {
            let removed = bounded(ctx, async {
                let failed = |error: sqlx::Error| refuse(ctx, &error);
                let over = self.keep_deleted.over(ctx.now).map_err(failed)?;
                let mut work = self.db.begin().await.map_err(failed)?;
                let ids = repository::remove_overdue(&mut work, over, BATCH).await.map_err(failed)?;
                for id in &ids {
                    record(&mut work, ctx, AuditAction::SecretRemoved, id, &[]).await.map_err(failed)?;
                }
                work.commit().await.map_err(failed)?;
                Ok::<_, Error>(ids.len())
            })
            .await?;
            if removed == 0 {
                return Ok(total);
            }
            total += removed as u64;
        }
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
