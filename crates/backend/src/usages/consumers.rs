//! Who uses a secret: images or datasets, and the tokens that took its value out.

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
    usage::{SecretUsers, SelectedSecret},
};
use uuid::Uuid;

/// As many secrets are looked at in one statement.
const BATCH: i64 = 1_000;

impl UsageService {
    /// Who uses this secret: images or datasets, and the tokens that took its value out in the last 30 days.
    ///
    /// Errors: `NotFound`; as `list`.
    pub async fn of_secret(&self, ctx: &Ctx, id: &SecretId) -> Result<SecretUsers, Error> {
        authorize(&self.db, ctx, Action::ReadSecrets, Object::Secret(id)).await?;
        self.unsealed()?;
        let users = self
            .db
            .read(ctx, async |connection| repository::users(connection, id, ctx.now).await)
            .await?
            .ok_or(Error::NotFound)?;
        // Who is restricted to some secrets may see neither images and datasets nor other tokens.
        Ok(if *visible(&ctx.actor) == Restriction::None {
            users
        } else {
            SecretUsers { usages: Vec::new(), readers: Vec::new(), ..users }
        })
    }

    /// Those of these secrets that there are, each with who uses it.
    ///
    /// Errors: as `list`.
    pub async fn of_selection(&self, ctx: &Ctx, selection: &Selection) -> Result<Vec<SelectedSecret>, Error> {
        for id in selection.ids() {
            authorize(&self.db, ctx, Action::ReadSecrets, Object::Secret(id)).await?;
        }
        self.unsealed()?;
        self.db.read(ctx, async |connection| repository::selected(connection, selection, ctx.now).await).await
    }

    /// Forgets reads that count as use no more, and counts anew which tokens read a secret in the last 30 days, where they
    /// may have become fewer since; answers with how many secrets that was true of. It changes nothing but what lists are
    /// sorted by, so it leaves no record.
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
        let (mut beyond, mut changed) = (Some(Uuid::nil()), 0);
        while let Some(last) = beyond {
            let recounted = self.db.write::<_, Error>(ctx, async |work| {
                let secrets = repository::lock_read(work, last, BATCH).await?;
                let changed = repository::recount(work, &secrets, ctx.now).await?;
                Ok((secrets.last().copied(), changed))
            });
            let (next, count) = recounted.await?;
            beyond = next;
            changed += count;
        }
        Ok(changed)
    }
}
