//! The consumers of a secret: images or datasets, and the tokens that read its value.

pub(crate) mod repository;

use super::service::UsageService;
use crate::{
    access::{Object, authorize, visible},
    context::{Action, Ctx},
};
use domain::{
    access::Restriction,
    error::Error,
    secret::{SecretId, Selection},
    usage::{SecretConsumers, SelectedSecret},
};
use sqlx::PgConnection;
use uuid::Uuid;

/// Returns the consumers of this secret; `None` if there is no such secret. The caller must have authorized.
pub(crate) async fn find(
    connection: &mut PgConnection,
    ctx: &Ctx,
    id: &SecretId,
) -> Result<Option<SecretConsumers>, sqlx::Error> {
    let users = repository::users(connection, id, ctx.now).await?;
    // A token that is restricted to some secrets may see neither images and datasets nor other tokens.
    Ok(if *visible(&ctx.actor) == Restriction::None {
        users
    } else {
        users.map(|users| SecretConsumers {
            usages: Vec::new(),
            readers: Vec::new(),
            outdated: Vec::new(),
            ..users
        })
    })
}

/// The most secrets that one statement recounts.
const BATCH: i64 = 1_000;

impl UsageService {
    /// Returns the consumers of this secret: images or datasets, and the tokens that read its value in the last 30 days.
    ///
    /// Errors: `NotFound`; as `list`.
    pub async fn of_secret(&self, ctx: &Ctx, id: &SecretId) -> Result<SecretConsumers, Error> {
        authorize(&self.db, ctx, Action::ReadSecrets, Object::Secret(id)).await?;
        self.unsealed()?;
        self.db.read(ctx, async |connection| find(connection, ctx, id).await).await?.ok_or(Error::NotFound)
    }

    /// Returns those of these secrets that exist, each with its consumers.
    ///
    /// Errors: as `list`.
    pub async fn of_selection(&self, ctx: &Ctx, selection: &Selection) -> Result<Vec<SelectedSecret>, Error> {
        for id in selection.ids() {
            authorize(&self.db, ctx, Action::ReadSecrets, Object::Secret(id)).await?;
        }
        self.unsealed()?;
        self.db.read(ctx, async |connection| repository::selected(connection, selection, ctx.now).await).await
    }

    /// Deletes reads that no longer count as use, except for the last of each token, and recounts the tokens that read a secret
    /// in the last 30 days, for secrets whose number may have fallen since; returns the number of these secrets. Changes only
    /// what lists are sorted by, so nothing is recorded.
    ///
    /// Errors: `Sealed`, `NotSignedIn`, `Forbidden`, `Unavailable`, `Internal`.
    pub async fn recount(&self, ctx: &Ctx) -> Result<u64, Error> {
        authorize(&self.db, ctx, Action::WriteSecrets, Object::Named("secrets")).await?;
        self.unsealed()?;
        let mut forgotten = 1;
        while forgotten > 0 {
            let forgetting = self.db.read(ctx, async |connection| {
                repository::forget_reads(connection, 10 * BATCH, ctx.now).await
            });
            forgotten = forgetting.await?;
        }
        let (mut after, mut changed) = (Some(Uuid::nil()), 0);
        while let Some(last) = after {
            let recounted = self.db.write::<_, Error>(ctx, async |work| {
                let secrets = repository::lock_read(work, last, BATCH).await?;
                let changed = repository::recount(work, &secrets, ctx.now).await?;
                Ok((secrets.last().copied(), changed))
            });
            let (next, count) = recounted.await?;
            after = next;
            changed += count;
        }
        Ok(changed)
    }
}
