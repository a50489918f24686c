//! Rotation of the key encryption keys: a new key is added and activated, every value is sealed under it again, and the old
//! key is retired. Each step may be interrupted and repeated, and secrets may be read and changed meanwhile.

use super::{
    Keyring, Location,
    guarded::Stale,
    repository,
    takeover::{self, Table},
};
use crate::{
    access::{Object, authorize},
    audit::{self, AuditAction},
    context::{Action, Ctx},
    db::{Db, timestamp},
    error::Failure,
    notices::channels::repository as channels,
};
use domain::{error::Error, time::Timestamp};
use std::sync::Arc;

/// The number of values that one transaction seals again.
const BATCH: i64 = 200;

/// The owners of sealed values; each kind has a table of its own.
#[derive(Clone, Copy, Debug)]
enum Owner {
    Secret,
    Channel,
}

impl Owner {
    const ALL: [Self; 2] = [Self::Secret, Self::Channel];
}

/// The key encryption keys. Cheap to clone.
#[derive(Clone, Debug)]
pub struct KekService {
    db: Db,
    keyring: Arc<Keyring>,
}

/// A key, and what depends on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KekStatus {
    /// The id, 16 hexadecimal digits.
    pub id: String,
    /// Whether new values are sealed under it.
    pub active: bool,
    /// Whether this process has it.
    pub at_hand: bool,
    /// The number of values that are sealed under it.
    pub sealed: u64,
    /// The number of rows that it vouches for: users, sessions, API tokens, links, mail addresses, secrets and their versions.
    pub vouches: u64,
    /// The time at which it was added.
    pub created_at: Timestamp,
    /// The time at which it was retired.
    pub retired_at: Option<Timestamp>,
}

/// The result of sealing values again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rewrapped {
    /// The number of values that were sealed under the active key.
    pub done: u64,
    /// The number of values that could not be opened, and stay as they are.
    pub broken: u64,
    /// The number of further rows that the active key vouches for.
    pub vouched: u64,
    /// The number of rows that the portal did not write, and that stay rejected.
    pub refused: u64,
}

/// The reason why a key was not added, activated or retired.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RotationError {
    /// The database knows no key with this id.
    #[error("there is no key of this id; `latchkey key status` lists them")]
    Unknown,
    /// The key is not at hand in this process.
    #[error("the key is not among those at hand: put it into the key file first")]
    NotAtHand,
    /// The key is retired.
    #[error("the key is retired")]
    Retired,
    /// The key seals new values.
    #[error("the key is the active one: activate another first")]
    Active,
    /// Values are sealed under the key.
    #[error("{0} values are still sealed under this key: run `latchkey key rewrap` first")]
    InUse(u64),
    /// The key vouches for rows.
    #[error("{0} rows are still vouched for by this key: run `latchkey key rewrap` first")]
    Vouches(u64),
    /// Any other error.
    #[error(transparent)]
    Refused(#[from] Error),
}

impl From<RotationError> for Failure<RotationError> {
    fn from(error: RotationError) -> Self {
        Self::Domain(error)
    }
}

impl KekService {
    pub(crate) fn new(db: Db, keyring: Arc<Keyring>) -> Self {
        Self { db, keyring }
    }

    /// Returns every key that is or was in use.
    ///
    /// Errors: `Forbidden`, `Unavailable`, `Internal`.
    pub async fn status(&self, ctx: &Ctx) -> Result<Vec<KekStatus>, Error> {
        authorize(&self.db, ctx, Action::ManageKeys, Object::Named("keys")).await?;
        let rows = self.db.read(ctx, repository::all).await?;
        let status = |row: repository::KekRow| KekStatus {
            active: row.active,
            at_hand: self.keyring.has(&row.id),
            sealed: u64::try_from(row.sealed).unwrap_or_default(),
            vouches: u64::try_from(row.vouches).unwrap_or_default(),
            created_at: timestamp(row.created_at),
            retired_at: row.retired_at.map(timestamp),
            id: row.id,
        };
        Ok(rows.into_iter().map(status).collect())
    }

    /// Adds the keys at hand that the database does not know, and returns their ids. Adding activates none.
    ///
    /// Errors: as `status`.
    pub async fn add(&self, ctx: &Ctx) -> Result<Vec<String>, Error> {
        authorize(&self.db, ctx, Action::ManageKeys, Object::Named("keys")).await?;
        self.db
            .write(ctx, async |work| {
                repository::lock(work).await?;
                let known = repository::all(work).await?;
                let mut added = Vec::new();
                for id in self.keyring.ids() {
                    if known.iter().all(|row| row.id != id) {
                        let row = self.keyring.check_row(id)?;
                        repository::insert(work, &row, ctx.now).await?;
                        audit::record(work, ctx, AuditAction::KeyAdded, id).await?;
                        added.push(id.to_owned());
                    }
                }
                Ok(added)
            })
            .await
    }

    /// Makes this the key under which every server seals new values. A server that does not have it rejects writes.
    ///
    /// Errors: `Unknown`, `NotAtHand`, `Retired`; `Refused`.
    pub async fn activate(&self, ctx: &Ctx, id: &str) -> Result<(), RotationError> {
        authorize(&self.db, ctx, Action::ManageKeys, Object::Named(id)).await?;
        self.db
            .write(ctx, async |work| {
                repository::lock(work).await?;
                let all = repository::all(work).await?;
                // The previous key is needed as well, because it vouches for the end of the audit log, after which this one
                // continues.
                let before = all.iter().any(|row| row.active && self.keyring.has(&row.id));
                let key = known(all, id)?;
                if !self.keyring.has(id) || !before {
                    return Err(RotationError::NotAtHand.into());
                }
                if key.active {
                    return Ok(());
                }
                repository::activate(work, id).await?;
                Ok(audit::record(work, ctx, AuditAction::KeyActivated, id).await?)
            })
            .await
    }

    /// Seals every value under the active key that is not yet, a batch at a time. What was done stays done if it is
    /// interrupted. Calls `progress` with the number of values so far.
    ///
    /// Errors: `NotAtHand`; `Refused`.
    pub async fn rewrap(&self, ctx: &Ctx, mut progress: impl FnMut(u64)) -> Result<Rewrapped, RotationError> {
        authorize(&self.db, ctx, Action::ManageKeys, Object::Named("keys")).await?;
        let mut total = Rewrapped::default();
        for owner in Owner::ALL {
            let mut after = None;
            while let Some((last, batch)) = self.rewrap_some(ctx, owner, after).await? {
                after = Some(last);
                total.done += batch.done;
                total.broken += batch.broken;
                progress(total.done);
            }
        }
        for table in Table::ALL {
            while let Some((done, broken)) = self.renew(ctx, table).await? {
                total.vouched += done;
                total.refused += broken;
            }
        }
        Ok(total)
    }

    /// Seals the next values after this place under the active key; `None` at the end.
    async fn rewrap_some(
        &self,
        ctx: &Ctx,
        owner: Owner,
        after: Option<Location>,
    ) -> Result<Option<(Location, Rewrapped)>, RotationError> {
        self.db
            .write(ctx, async |work| {
                let active = repository::active_id(work).await?;
                if !self.keyring.has(&active) {
                    return Err(RotationError::NotAtHand.into());
                }
                let stale = match owner {
                    Owner::Secret => repository::stale(work, &active, after, BATCH).await?,
                    Owner::Channel => channels::stale(work, &active, after, BATCH).await?,
                };
                let Some((last, _)) = stale.last() else { return Ok(None) };
                let mut batch = Rewrapped::default();
                for (place, old) in &stale {
                    match self.keyring.reseal((*place, old), (*place, &active)) {
                        // If somebody has replaced the value meanwhile, the new one is under the active key.
                        Ok(new) => {
                            let swapped = match owner {
                                Owner::Secret => repository::swap(work, *place, old, &new).await?,
                                Owner::Channel => channels::swap(work, *place, old, &new).await?,
                            };
                            batch.done += u64::from(swapped);
                        }
                        Err(error) => {
                            tracing::error!(?owner, id = %place.secret, key = old.kek_id, "{error}");
                            batch.broken += 1;
                        }
                    }
                }
                if batch.done > 0 {
                    audit::record(work, ctx, AuditAction::ValuesRewrapped, &active).await?;
                }
                Ok(Some((*last, batch)))
            })
            .await
    }

    /// Renews the MACs of the next rows of a table for which another key vouches; `None` at the end.
    async fn renew(&self, ctx: &Ctx, table: Table) -> Result<Option<(u64, u64)>, RotationError> {
        self.db
            .write(ctx, async |work| {
                let active = repository::active_id(work).await?;
                let all = repository::all(work).await?;
                // A row of a key that is not at hand would be mistaken for a forgery.
                let in_use = |row: &repository::KekRow| row.active || row.vouches > 0;
                if all.iter().any(|row| in_use(row) && !self.keyring.has(&row.id)) {
                    return Err(RotationError::NotAtHand.into());
                }
                let stale = Stale::OtherKeyThan(&active);
                let renewed = takeover::batch(work, &self.keyring, &active, table, stale).await?;
                let Some(renewed) = renewed else { return Ok(None) };
                audit::record(work, ctx, AuditAction::ValuesRewrapped, &active).await?;
                Ok(Some((renewed.done, renewed.broken)))
            })
            .await
    }

    /// Retires a key that seals nothing any more; after that it may be removed from the key file.
    ///
    /// Errors: `Unknown`, `Retired`, `Active`, `InUse`, `Vouches`; `Refused`.
    pub async fn retire(&self, ctx: &Ctx, id: &str) -> Result<(), RotationError> {
        authorize(&self.db, ctx, Action::ManageKeys, Object::Named(id)).await?;
        self.db
            .write(ctx, async |work| {
                repository::lock(work).await?;
                let key = known(repository::all(work).await?, id)?;
                if key.active {
                    return Err(RotationError::Active.into());
                }
                if key.sealed > 0 {
                    return Err(RotationError::InUse(u64::try_from(key.sealed).unwrap_or_default()).into());
                }
                if key.vouches > 0 {
                    return Err(RotationError::Vouches(u64::try_from(key.vouches).unwrap_or_default()).into());
                }
                repository::retire(work, id, ctx.now).await?;
                Ok(audit::record(work, ctx, AuditAction::KeyRetired, id).await?)
            })
            .await
    }
}

/// Returns the key with this id, if it may still be used.
fn known(rows: Vec<repository::KekRow>, id: &str) -> Result<repository::KekRow, RotationError> {
    let key = rows.into_iter().find(|row| row.id == id).ok_or(RotationError::Unknown)?;
    if key.retired_at.is_some() { Err(RotationError::Retired) } else { Ok(key) }
}
