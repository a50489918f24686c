//! The operations on secrets. Every method authorizes first; every change is one transaction with its audit record.

use super::{
    keys::repository as keys,
    list,
    origins::repository::{Shown, find_shown},
    repository::{self, SecretRow},
    retention::{KeepDeleted, KeepVersions, Retention},
};
use crate::{
    access::{Object, authorize, visible},
    access_log::ReadRecorder,
    context::{Action, Ctx},
    db::{Db, timestamp},
    error::public_error,
    keyring::Keyring,
    private_key_parser::PrivateKeyParser,
    revision::Revision,
};
use domain::{
    error::Error,
    page::{ListQuery, SecretPage},
    secret::{SecretDetails, SecretId, SecretKind},
};
use sqlx::PgConnection;
use std::sync::Arc;

/// The secrets. Cheap to clone.
#[derive(Clone, Debug)]
pub struct SecretService {
    pub(super) db: Db,
    keyring: Option<Arc<Keyring>>,
    pub(crate) parser: PrivateKeyParser,
    pub(super) reads: ReadRecorder,
    pub(super) keep_deleted: KeepDeleted,
    pub(super) keep_versions: KeepVersions,
}

impl SecretService {
    pub(crate) fn new(db: Db, keyring: Option<Arc<Keyring>>, retention: Retention) -> Self {
        let reads = ReadRecorder::new(db.clone());
        let Retention { deleted: keep_deleted, versions: keep_versions } = retention;
        Self { db, keyring, parser: PrivateKeyParser::new(), reads, keep_deleted, keep_versions }
    }

    /// Returns the keyring, unless the portal is sealed; every method calls this, reading ones too.
    pub(super) fn unsealed(&self) -> Result<&Keyring, Error> {
        self.keyring.as_deref().ok_or(Error::Sealed)
    }

    /// Returns a page of the list, in one round trip. A token for some secrets sees only those.
    ///
    /// Errors: `NotSignedIn`, `Forbidden`, `Sealed`, `Unavailable`, `Internal`.
    pub async fn list(&self, ctx: &Ctx, query: &ListQuery) -> Result<SecretPage, Error> {
        authorize(&self.db, ctx, Action::ReadSecrets, Object::Visible("secrets")).await?;
        self.unsealed()?;
        list::page(&self.db, query, visible(&ctx.actor), ctx.now)
            .await
            .map_err(|error| public_error(ctx, &error))
    }

    /// Returns the page exactly at this place of the list, `skip` rows on, for clients that count pages: if there are no
    /// rows, it is empty, and the total is 0. The database reads the skipped rows, so the caller must limit them.
    ///
    /// Errors: as `list`.
    pub async fn exact_page(&self, ctx: &Ctx, query: &ListQuery, skip: u32) -> Result<SecretPage, Error> {
        authorize(&self.db, ctx, Action::ReadSecrets, Object::Visible("secrets")).await?;
        self.unsealed()?;
        list::exact_page(&self.db, query, skip, visible(&ctx.actor), ctx.now)
            .await
            .map_err(|error| public_error(ctx, &error))
    }

    /// Checks that the actor may change this secret, or add one, before a form is shown that could not be submitted.
    ///
    /// Errors: `NotSignedIn`, `Forbidden`, `Sealed`, `Unavailable`, `Internal`.
    pub async fn may_change(&self, ctx: &Ctx, id: Option<&SecretId>) -> Result<(), Error> {
        let object = id.map_or(Object::Named("new secret"), Object::Secret);
        authorize(&self.db, ctx, Action::WriteSecrets, object).await?;
        self.unsealed().map(drop)
    }

    /// Rejects whoever may add no secret, whatever its name.
    ///
    /// Errors: `NotSignedIn`, `Forbidden`, `Sealed`.
    pub async fn may_add(&self, ctx: &Ctx) -> Result<(), Error> {
        authorize(&self.db, ctx, Action::WriteSecrets, Object::Visible("new secret")).await?;
        self.unsealed().map(drop)
    }

    /// Returns what may be shown of one secret.
    ///
    /// Errors: as `list`, and `NotFound`.
    pub async fn get(&self, ctx: &Ctx, id: &SecretId) -> Result<SecretDetails, Error> {
        self.get_with_revision(ctx, id).await.map(|(details, _)| details)
    }

    /// Returns the same with the revision that a change can name.
    ///
    /// Errors: as `get`.
    pub async fn get_with_revision(
        &self,
        ctx: &Ctx,
        id: &SecretId,
    ) -> Result<(SecretDetails, Revision), Error> {
        authorize(&self.db, ctx, Action::ReadSecrets, Object::Secret(id)).await?;
        self.unsealed()?;
        let found = self.db.read(ctx, async |connection| find_details(connection, ctx, id).await);
        found.await?.ok_or(Error::NotFound)
    }

    /// Finds the stored secret. The caller must have authorized.
    pub(super) async fn find(&self, ctx: &Ctx, id: &SecretId) -> Result<Option<SecretRow>, Error> {
        self.db.read(ctx, async |connection| repository::find(connection, id).await).await
    }
}

/// Returns what may be shown of one secret, and its revision; `None` if there is no such secret. The caller must have
/// authorized.
pub(super) async fn find_details(
    connection: &mut PgConnection,
    ctx: &Ctx,
    id: &SecretId,
) -> Result<Option<(SecretDetails, Revision)>, sqlx::Error> {
    let Some(Shown { row, origins, used_by }) = find_shown(connection, id).await? else { return Ok(None) };
    let (key, pending) = match id.kind {
        SecretKind::GitDataset => keys::find(connection, row.id).await?,
        SecretKind::ImagePull => Default::default(),
    };
    let revision = row.revision();
    let dates = row.dates();
    let details = SecretDetails {
        id: id.clone(),
        display_name: row.display_name,
        registry_host: row.registry_host,
        username: row.registry_username,
        target: row.check_target,
        known_hosts: row.known_hosts,
        origins,
        used_by: Some(used_by.unsigned_abs()),
        dates,
        version: row.version,
        updated_at: timestamp(row.updated_at),
        updated_by: row.updated_by,
        now: ctx.now,
        key,
        pending,
    };
    Ok(Some((details, revision)))
}
