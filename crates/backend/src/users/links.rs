//! Links for one use, with which people choose a password.

pub(crate) mod repository;

use super::{
    password::chosen,
    repository as users,
    service::{UserService, kept_here},
};
use crate::{
    audit::{self, AuditAction},
    context::Ctx,
    error::internal,
    random,
    sessions::{attempts, repository as sessions},
    tokens::repository as tokens,
};
use domain::{error::Error, sensitive::Sensitive};

/// The immediate effect of a link to choose another password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordReset {
    /// No effect: the old password is valid until another is chosen.
    WhenChosen,
    /// The old password and every session end.
    Now,
    /// The old password, every session and every API token end.
    NowAndTokens,
}

impl UserService {
    /// Creates a link with which this user chooses another password. Until then the old one is valid, unless the reset
    /// revokes it at once, and every session with it; if it says so, the user's API tokens are revoked, too. The actor proves
    /// their identity again.
    ///
    /// Errors: `Invalid`, `Locked`, `ProveAtProvider`; `NoPasswords`, `KeptByProvider`; `NotFound`, and as usual.
    pub async fn password_link(
        &self,
        ctx: &Ctx,
        name: &str,
        reset: PasswordReset,
        current_password: &Sensitive,
    ) -> Result<Sensitive, Error> {
        self.proven(ctx, name, current_password).await?;
        let token = random::token().map_err(|error| internal(ctx, &error))?;
        self.change(ctx, name, async |work, user| {
            self.passwords.in_use()?;
            kept_here(&user)?;
            if reset != PasswordReset::WhenChosen {
                users::set_password(work, user.id, None).await?;
                sessions::end_all(work, user.id).await?;
            }
            // The guesses of a stranger must not lock out whoever is helped back in.
            attempts::forget_all(work, &user.name).await?;
            let revoked = match reset {
                PasswordReset::NowAndTokens => tokens::revoke_all(work, user.id, ctx.now).await?,
                PasswordReset::WhenChosen | PasswordReset::Now => Vec::new(),
            };
            repository::insert_for(work, ctx, &random::hash(&token), user.id).await?;
            audit::record(work, ctx, AuditAction::PasswordLinkMade, &user.name).await?;
            Ok(audit::record_each(work, ctx, AuditAction::TokenRevoked, &revoked).await?)
        })
        .await?;
        Ok(token)
    }

    /// Returns the user of a link: `None` is the first administrator.
    ///
    /// Errors: `LinkSpent`; and as usual.
    pub async fn link(&self, ctx: &Ctx, token: &Sensitive) -> Result<Option<String>, Error> {
        self.db
            .write(ctx, async |work| match repository::find(work, ctx, &random::hash(token)).await? {
                Some(Some(user)) => Ok(Some(user.name)),
                Some(None) if !users::any(work).await? => Ok(None),
                _ => Err(Error::LinkSpent.into()),
            })
            .await
    }

    /// Chooses a password by a link, which is spent. Every session ends.
    ///
    /// Errors: `LinkSpent`; `Invalid`; and as usual.
    pub async fn choose_password(
        &self,
        ctx: &Ctx,
        token: &Sensitive,
        password: &Sensitive,
    ) -> Result<String, Error> {
        self.passwords.in_use()?;
        let Some(name) = self.link(ctx, token).await? else { return Err(Error::LinkSpent) };
        let password = chosen(password, &name).map_err(|wrong| Error::Invalid(vec![wrong]))?;
        let hash = self.passwords.hash(&password).await.map_err(|error| error.reject(ctx))?;
        self.db
            .write(ctx, async |work| {
                users::lock(work).await?;
                let link = repository::find(work, ctx, &random::hash(token)).await?;
                let Some(Some(user)) = link else { return Err(Error::LinkSpent.into()) };
                users::set_password(work, user.id, Some(&hash)).await?;
                sessions::end_all(work, user.id).await?;
                attempts::forget_all(work, &user.name).await?;
                audit::record_change(work, ctx, AuditAction::PasswordChanged, &user.name, &["password"])
                    .await?;
                Ok(user.name)
            })
            .await
    }
}
