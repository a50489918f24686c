//! The first administrator: by a link of the command line, or from the settings.

use super::{links::repository as links, password::chosen, repository, service::UserService};
use crate::{
    access::{Object, authorize},
    audit::{self, AuditAction},
    context::{Action, Ctx},
    error::internal,
    random,
};
use domain::{
    access::{Role, UserName},
    error::{Error, Field, FieldError},
    sensitive::Sensitive,
};

/// A first administrator who is added without anybody at a browser.
#[derive(Clone, Debug)]
pub struct FirstAdmin {
    /// The name.
    pub name: String,
    /// The password.
    pub password: Sensitive,
}

impl UserService {
    /// Creates a link for the first administrator, valid for an hour; `None` if there is a user, or nobody signs in with a
    /// password.
    ///
    /// Errors: `Forbidden` for all but the server itself; `Unavailable`, `Internal`.
    pub async fn setup_link(&self, ctx: &Ctx) -> Result<Option<Sensitive>, Error> {
        authorize(&self.db, ctx, Action::ManageUsers, Object::Named("first administrator")).await?;
        if self.passwords.in_use().is_err() {
            return Ok(None);
        }
        let token = random::token().map_err(|error| internal(ctx, &error))?;
        self.db
            .write(ctx, async |work| {
                repository::lock(work).await?;
                if repository::any(work).await? {
                    return Ok(None);
                }
                links::insert_setup(work, ctx, &random::hash(&token)).await?;
                Ok(Some(token))
            })
            .await
    }

    /// Adds the first administrator with a link from `setup_link`. Of two at once, one succeeds.
    ///
    /// Errors: `LinkSpent`, also if there is a user; `Invalid`; `Refused`.
    pub async fn set_up(
        &self,
        ctx: &Ctx,
        token: &Sensitive,
        name: &str,
        password: &Sensitive,
    ) -> Result<UserName, Error> {
        // Before a password is hashed for just anybody.
        if self.link(ctx, token).await?.is_some() {
            return Err(Error::LinkSpent);
        }
        self.first_admin(ctx, Some(token), name, password).await?.ok_or(Error::LinkSpent)
    }

    /// Adds the first administrator from the server's settings; `None` if there is a user.
    ///
    /// Errors: `Invalid`; and as usual.
    pub async fn set_up_unattended(&self, ctx: &Ctx, admin: &FirstAdmin) -> Result<Option<UserName>, Error> {
        authorize(&self.db, ctx, Action::ManageUsers, Object::Named("first administrator")).await?;
        if self.any(ctx).await? {
            return Ok(None);
        }
        self.first_admin(ctx, None, &admin.name, &admin.password).await
    }

    async fn first_admin(
        &self,
        ctx: &Ctx,
        token: Option<&Sensitive>,
        name: &str,
        password: &Sensitive,
    ) -> Result<Option<UserName>, Error> {
        self.passwords.in_use()?;
        let name = UserName::parse(name).map_err(|problem| FieldError::new(Field::Username, problem));
        let shown = name.as_ref().map_or("", UserName::as_str);
        let password = chosen(password, shown);
        let (name, password) = match (name, password) {
            (Ok(name), Ok(password)) => (name, password),
            (name, password) => {
                let wrong = [name.err(), password.err()];
                return Err(Error::Invalid(wrong.into_iter().flatten().collect()));
            }
        };
        let hash = self.passwords.hash(&password).await.map_err(|error| error.reject(ctx))?;
        self.db
            .write(ctx, async |work| {
                repository::lock(work).await?;
                if repository::any(work).await? {
                    return Ok(None);
                }
                if let Some(token) = token {
                    let link = links::find(work, ctx, &random::hash(token)).await?;
                    if !matches!(link, Some(None)) {
                        return Ok(None);
                    }
                }
                repository::insert(work, ctx, &name, Role::Admin, Some(&hash)).await?;
                links::spend_setup(work).await?;
                audit::record_change(work, ctx, AuditAction::UserAdded, name.as_str(), &["role", "password"])
                    .await?;
                Ok(Some(name))
            })
            .await
    }
}
