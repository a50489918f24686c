//! Links for one use, with which people choose a password.

pub(crate) mod repository;

use super::{
    password::chosen,
    repository::{self as users, UserRow},
    service::{UserService, kept_here},
};
use crate::{
    access::{Object, authorize},
    audit::{self, AuditAction},
    context::{Action, Ctx},
    error::{Failure, internal},
    random,
    sessions::{attempts, repository as sessions},
    submissions::{self, Submitted},
    tokens::repository as tokens,
    work::Work,
};
use domain::{error::Error, sensitive::Sensitive};
use uuid::Uuid;

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
        self.change(ctx, name, async |work, user| self.reset(work, ctx, &user, reset, &token).await).await?;
        Ok(token)
    }

    /// Does the same for a form, which makes one link and resets once, however often it is sent.
    ///
    /// Errors: as `password_link`.
    pub async fn password_link_by_form(
        &self,
        ctx: &Ctx,
        form: Uuid,
        name: &str,
        reset: PasswordReset,
        current_password: &Sensitive,
    ) -> Result<Submitted<Sensitive>, Error> {
        authorize(&self.db, ctx, Action::ManageUsers, Object::Named(name)).await?;
        let mark = submissions::mark(ctx, form, "link", name);
        if let Some(name) = submissions::find(&self.db, ctx, mark).await? {
            return Ok(Submitted::Again(name));
        }
        self.proven(ctx, name, current_password).await?;
        let token = random::token().map_err(|error| internal(ctx, &error))?;
        let before = self.change(ctx, name, async |work, user| {
            let before = submissions::note(work, ctx, mark, &user.name).await?;
            if before.is_none() {
                self.reset(work, ctx, &user, reset, &token).await?;
            }
            Ok(before)
        });
        Ok(match before.await? {
            Some(name) => Submitted::Again(name),
            None => Submitted::First(token),
        })
    }

    /// Stores a link with this token, and revokes what the reset revokes.
    async fn reset(
        &self,
        work: &mut Work,
        ctx: &Ctx,
        user: &UserRow,
        reset: PasswordReset,
        token: &Sensitive,
    ) -> Result<(), Failure<Error>> {
        self.passwords.in_use()?;
        kept_here(user)?;
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
        repository::insert_for(work, ctx, &random::hash(token), user.id).await?;
        audit::record(work, ctx, AuditAction::PasswordLinkMade, &user.name).await?;
        Ok(audit::record_each(work, ctx, AuditAction::TokenRevoked, &revoked).await?)
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
