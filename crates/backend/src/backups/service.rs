//! The outcomes of backups, and the proof of a restored one.

use super::{BACKUP_OF, BackupRun, LastBackups, repository};
use crate::{
    access::{Object, authorize},
    audit::{self, AuditAction, AuditRecord, Outcome},
    context::{Action, Ctx},
    db::Db,
    keyring::Keyring,
};
use domain::error::Error;
use std::sync::Arc;

/// The number of values that are read at once.
const BATCH: i64 = 500;

/// Backups. Cheap to clone.
#[derive(Clone, Debug)]
pub struct BackupService {
    db: Db,
    keyring: Option<Arc<Keyring>>,
}

/// The numbers of stored values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Opened {
    /// The number of values that the key opens.
    pub opened: u64,
    /// The number of values that it does not open.
    pub broken: u64,
}

impl BackupService {
    pub(crate) fn new(db: Db, keyring: Option<Arc<Keyring>>) -> Self {
        Self { db, keyring }
    }

    /// Stores and records what became of a backup.
    ///
    /// Errors: `Forbidden`, `Sealed`, `Unavailable`, `Internal`.
    pub async fn note(&self, ctx: &Ctx, run: &BackupRun) -> Result<(), Error> {
        authorize(&self.db, ctx, Action::ManagePortal, Object::Named("backups")).await?;
        let outcome = if run.problem.is_some() { Outcome::Failed } else { Outcome::Done };
        let object = if run.verified { "database, verified" } else { "database" };
        self.db
            .write(ctx, async |work| {
                repository::insert(work, crate::sortable_id(), run).await?;
                let record = AuditRecord { outcome, ..AuditRecord::done(AuditAction::BackupMade, object) };
                Ok(audit::repository::append(work, ctx, record).await?)
            })
            .await
    }

    /// Records in a restored database that it was restored, and from which backup.
    ///
    /// Errors: as `note`.
    pub async fn note_restored(&self, ctx: &Ctx, made_at: &str) -> Result<(), Error> {
        authorize(&self.db, ctx, Action::ManagePortal, Object::Named("backups")).await?;
        self.db
            .write(ctx, async |work| {
                // Those were the servers of the time of the backup.
                repository::be_gone(work, None).await?;
                let object = format!("{BACKUP_OF}{made_at}");
                Ok(audit::record(work, ctx, AuditAction::DatabaseRestored, &object).await?)
            })
            .await
    }

    /// Returns what became of the last backup, and of the last good one.
    ///
    /// Errors: `NotSignedIn`, `Forbidden`, `Unavailable`, `Internal`.
    pub async fn last_backup(&self, ctx: &Ctx) -> Result<LastBackups, Error> {
        authorize(&self.db, ctx, Action::ManagePortal, Object::Named("backups")).await?;
        self.db.read(ctx, repository::last).await
    }

    /// Opens every stored value, and returns how many the key opens. The values go nowhere.
    ///
    /// Errors: `Forbidden`, `Sealed`, `Unavailable`, `Internal`.
    pub async fn open_all(&self, ctx: &Ctx) -> Result<Opened, Error> {
        authorize(&self.db, ctx, Action::ManageKeys, Object::Named("backups")).await?;
        let keyring = self.keyring.as_ref().ok_or(Error::Sealed)?;
        let mut opened = Opened::default();
        let mut after = None;
        loop {
            let batch = self
                .db
                .read(ctx, async |connection| repository::values(connection, after, BATCH).await)
                .await?;
            let Some((last, _)) = batch.last() else { return Ok(opened) };
            after = Some(*last);
            for (place, sealed) in &batch {
                match keyring.open(*place, sealed) {
                    Ok(_) => opened.opened += 1,
                    Err(error) => {
                        tracing::error!(secret = %place.secret, key = sealed.kek_id, "{error}");
                        opened.broken += 1;
                    }
                }
            }
        }
    }
}
