//! The operations on users. Every method authorizes first; every change is one transaction with its audit record.

use super::{
    Passwords,
    links::repository as links,
    password::chosen,
    repository::{self, UserRow, UserSummary},
};
use crate::{
    access::{Object, authorize},
    audit::{self, AuditAction},
    context::{Action, Actor, Ctx},
    db::Db,
    error::{Failure, internal},
    random,
    sessions::{SessionService, current_password, repository as sessions},
    submissions::{self, Submitted},
    tokens::repository as tokens,
    work::Work,
};
use domain::{
    access::{AccessProblem, Role, UserName},
    error::{Error, Field, FieldError},
    language::Language,
    sensitive::Sensitive,
    time::Timestamp,
};
use sqlx::PgConnection;
use uuid::Uuid;

/// The number of rows on a page.
const PAGE: i64 = 50;

/// The users. Cheap to clone.
#[derive(Clone, Debug)]
pub struct UserService {
    pub(super) db: Db,
    pub(super) passwords: Passwords,
    pub(super) sessions: SessionService,
}

/// A page of users, by name.
#[derive(Clone, Debug)]
pub struct UserPage {
    /// The users.
    pub users: Vec<UserSummary>,
    /// The name after which the next page begins, if there is one.
    pub next: Option<String>,
    /// The server's time.
    pub now: Timestamp,
}

/// A user and the token of the link with which they choose a password, once.
#[derive(Clone, Debug)]
pub struct AddedUser {
    /// The name.
    pub name: UserName,
    /// The token of the link.
    pub link_token: Sensitive,
}

/// A user whom the actor may add, with the token of the link.
struct Prepared {
    name: UserName,
    role: Role,
    link_token: Sensitive,
}

impl Prepared {
    /// Stores the user and the link, if the name is free.
    async fn insert(&self, work: &mut Work, ctx: &Ctx) -> Result<AddedUser, Failure<Error>> {
        let Self { name, role, link_token } = self;
        let id = repository::insert(work, ctx, name, *role, None).await.map_err(|error| {
            Failure::on_violation(error, "users_name_unique", || {
                Error::field(Field::Username, AccessProblem::UserNameTaken)
            })
        })?;
        links::insert_for(work, ctx, &random::hash(link_token), id).await?;
        audit::record_change(work, ctx, AuditAction::UserAdded, name.as_str(), &["role"]).await?;
        Ok(AddedUser { name: name.clone(), link_token: link_token.clone() })
    }
}

impl UserService {
    pub(crate) fn new(db: Db, passwords: Passwords, sessions: SessionService) -> Self {
        Self { db, passwords, sessions }
    }

    /// Returns whether there is any user yet.
    ///
    /// Errors: `Unavailable`, `Internal`. Anybody may ask, because the sign-in page says what to do first.
    pub async fn any(&self, ctx: &Ctx) -> Result<bool, Error> {
        self.db.read(ctx, repository::any).await
    }

    /// Returns a page of users whose names contain this text, after that name.
    ///
    /// Errors: `NotSignedIn`, `Forbidden`, `Unavailable`, `Internal`.
    pub async fn list(&self, ctx: &Ctx, search: &str, after: &str) -> Result<UserPage, Error> {
        authorize(&self.db, ctx, Action::ManageUsers, Object::Named("users")).await?;
        let search = &search.trim().to_lowercase().replace('\0', "");
        let after = &after.replace('\0', "");
        let mut users = self
            .db
            .read(ctx, async |connection| {
                repository::list(connection, search, after, PAGE + 1, ctx.now).await
            })
            .await?;
        let more = i64::try_from(users.len()).is_ok_and(|count| count > PAGE);
        users.truncate(usize::try_from(PAGE).unwrap_or_default());
        let next = if more { users.last().map(|user| user.name.clone()) } else { None };
        Ok(UserPage { users, next, now: ctx.now })
    }

    /// Returns a user.
    ///
    /// Errors: `NotFound`; as `list`.
    pub async fn get(&self, ctx: &Ctx, name: &str) -> Result<UserSummary, Error> {
        authorize(&self.db, ctx, Action::ManageUsers, Object::Named(name)).await?;
        let found =
            self.db.read(ctx, async |connection| repository::get(connection, name, ctx.now).await).await?;
        found.ok_or(Error::NotFound)
    }

    /// Returns whether this user is the last administrator, who can be neither disabled nor given another role.
    ///
    /// Errors: `NotFound`; as `list`.
    pub async fn is_last_admin(&self, ctx: &Ctx, name: &str) -> Result<bool, Error> {
        authorize(&self.db, ctx, Action::ManageUsers, Object::Named(name)).await?;
        let found = self.db.read(ctx, async |connection| {
            let Some(user) = repository::find_unproven(connection, name).await? else { return Ok(None) };
            is_last_admin(connection, &user).await.map(Some)
        });
        found.await?.ok_or(Error::NotFound)
    }

    /// Returns the issuer who vouches for the actor, if they sign in at a provider.
    ///
    /// Errors: `NotSignedIn`, `Forbidden`, `Unavailable`, `Internal`.
    pub async fn own_issuer(&self, ctx: &Ctx) -> Result<Option<String>, Error> {
        authorize(&self.db, ctx, Action::OwnAccount, Object::Named("account")).await?;
        let name = ctx.actor.name();
        let find = async |connection: &mut PgConnection| repository::find_unproven(connection, name).await;
        Ok(self.db.read(ctx, find).await?.and_then(|user| user.oidc_issuer))
    }

    /// Returns the names of a few administrators, so that whoever is forbidden something knows whom to ask.
    ///
    /// Errors: `NotSignedIn`, `Unavailable`, `Internal`.
    pub async fn who_can_help(&self, ctx: &Ctx) -> Result<Vec<String>, Error> {
        authorize(&self.db, ctx, Action::OwnAccount, Object::Named("administrators")).await?;
        self.db.read(ctx, repository::admins).await
    }

    /// Adds a user, who chooses a password by a link. The actor proves their identity again, because the link outlives their
    /// session.
    ///
    /// Errors: `Invalid`, `Locked`, `NoPasswords`, `ProveAtProvider`; and as usual.
    pub async fn add(
        &self,
        ctx: &Ctx,
        name: &str,
        role: &str,
        current_password: &Sensitive,
    ) -> Result<AddedUser, Error> {
        let user = self.prepare(ctx, (name, role), current_password).await?;
        self.db.write(ctx, async |work| user.insert(work, ctx).await).await
    }

    /// Does the same for a form, which adds the user once and makes no second link when it is sent again.
    ///
    /// Errors: as `add`.
    pub async fn add_by_form(
        &self,
        ctx: &Ctx,
        form: Uuid,
        name: &str,
        role: &str,
        current_password: &Sensitive,
    ) -> Result<Submitted<AddedUser>, Error> {
        authorize(&self.db, ctx, Action::ManageUsers, Object::Named("users")).await?;
        let mark = submissions::mark(ctx, form, "user", name);
        if let Some(name) = submissions::find(&self.db, ctx, mark).await? {
            return Ok(Submitted::Again(name));
        }
        let user = self.prepare(ctx, (name, role), current_password).await?;
        self.db
            .write(ctx, async |work| {
                // Locks in one order everywhere: this one, and then the rows of forms.
                repository::lock(work).await?;
                match submissions::note(work, ctx, mark, user.name.as_str()).await? {
                    Some(name) => Ok(Submitted::Again(name)),
                    None => Ok(Submitted::First(user.insert(work, ctx).await?)),
                }
            })
            .await
    }

    /// Parses name and role, and checks that the actor may add a user.
    async fn prepare(
        &self,
        ctx: &Ctx,
        (name, role): (&str, &str),
        current_password: &Sensitive,
    ) -> Result<Prepared, Error> {
        authorize(&self.db, ctx, Action::ManageUsers, Object::Named("users")).await?;
        self.passwords.in_use()?;
        let name = UserName::parse(name).map_err(|problem| FieldError::new(Field::Username, problem));
        let role = Role::parse(role).ok_or_else(|| FieldError::new(Field::Role, AccessProblem::Role));
        let (name, role) = match (name, role) {
            (Ok(name), Ok(role)) => (name, role),
            (name, role) => {
                let wrong = [name.err(), role.err()].into_iter().flatten().collect();
                return Err(self.sessions.with_missing_proof(ctx, current_password, wrong).await);
            }
        };
        self.sessions.prove(ctx, current_password).await?;
        let link_token = random::token().map_err(|error| internal(ctx, &error))?;
        Ok(Prepared { name, role, link_token })
    }

    /// Sets a user's role. The user's sessions end, so that nothing of the old role is left. The actor proves their identity
    /// again.
    ///
    /// Errors: `LastAdmin`, `KeptByProvider`; `Invalid`, `Locked`, `NoPasswords`, `ProveAtProvider`; and as usual.
    pub async fn set_role(
        &self,
        ctx: &Ctx,
        name: &str,
        role: &str,
        current_password: &Sensitive,
    ) -> Result<(), Error> {
        authorize(&self.db, ctx, Action::ManageUsers, Object::Named(name)).await?;
        let role = Role::parse(role).ok_or_else(|| Error::field(Field::Role, AccessProblem::Role))?;
        self.proven(ctx, name, current_password).await?;
        self.change(ctx, name, async |work, user| {
            kept_here(&user)?;
            if user.role == role.as_str() {
                return Ok(());
            }
            if role != Role::Admin && is_last_admin(work, &user).await? {
                return Err(Error::LastAdmin.into());
            }
            repository::set_role(work, user.id, role).await?;
            sessions::end_all(work, user.id).await?;
            Ok(audit::record_change(work, ctx, AuditAction::UserRoleChanged, &user.name, &["role"]).await?)
        })
        .await
    }

    /// Disables a user. Requires no proof, because whoever looks after the portal has to be quick.
    ///
    /// Errors: `LastAdmin`; and as usual.
    pub async fn disable(&self, ctx: &Ctx, name: &str) -> Result<(), Error> {
        self.set_disabled(ctx, name, true).await
    }

    /// Enables a user, and has their API tokens accepted again. The actor proves their identity again.
    ///
    /// Errors: `Invalid`, `Locked`, `NoPasswords`, `ProveAtProvider`; and as usual.
    pub async fn enable(&self, ctx: &Ctx, name: &str, current_password: &Sensitive) -> Result<(), Error> {
        self.proven(ctx, name, current_password).await?;
        self.set_disabled(ctx, name, false).await
    }

    async fn set_disabled(&self, ctx: &Ctx, name: &str, disabled: bool) -> Result<(), Error> {
        self.change(ctx, name, async |work, user| {
            if user.disabled == disabled {
                return Ok(());
            }
            if disabled && is_last_admin(work, &user).await? {
                return Err(Error::LastAdmin.into());
            }
            repository::set_disabled(work, user.id, disabled).await?;
            sessions::end_all(work, user.id).await?;
            let action = if disabled { AuditAction::UserDisabled } else { AuditAction::UserEnabled };
            Ok(audit::record(work, ctx, action, &user.name).await?)
        })
        .await
    }

    /// Ends all sessions of a user.
    ///
    /// Errors: as usual.
    pub async fn end_sessions(&self, ctx: &Ctx, name: &str) -> Result<(), Error> {
        self.change(ctx, name, async |work, user| {
            sessions::end_all(work, user.id).await?;
            Ok(audit::record(work, ctx, AuditAction::SessionEnded, &user.name).await?)
        })
        .await
    }

    /// Checks that the actor may change users, and verifies their identity again, because their changes outlive a stolen
    /// session.
    ///
    /// Errors: `Invalid`, `Locked`, `NoPasswords`, `ProveAtProvider`; and as usual.
    pub(super) async fn proven(
        &self,
        ctx: &Ctx,
        name: &str,
        current_password: &Sensitive,
    ) -> Result<(), Error> {
        authorize(&self.db, ctx, Action::ManageUsers, Object::Named(name)).await?;
        self.sessions.prove(ctx, current_password).await
    }

    /// Changes one user under the lock, in one transaction.
    pub(super) async fn change<T>(
        &self,
        ctx: &Ctx,
        name: &str,
        change: impl AsyncFnOnce(&mut Work, UserRow) -> Result<T, Failure<Error>>,
    ) -> Result<T, Error> {
        authorize(&self.db, ctx, Action::ManageUsers, Object::Named(name)).await?;
        self.db
            .write(ctx, async |work| {
                repository::lock(work).await?;
                let user = repository::find(work, name).await?.ok_or(Error::NotFound)?;
                change(work, user).await
            })
            .await
    }

    /// Changes the actor's own password, and revokes their API tokens on request. Every session ends, this one too: the
    /// caller signs in again. The current password is counted as signing in is.
    ///
    /// Errors: `Invalid`, `Locked`; and as usual.
    pub async fn change_password(
        &self,
        ctx: &Ctx,
        current: &Sensitive,
        password: &Sensitive,
        revoke_tokens: bool,
    ) -> Result<(), Error> {
        authorize(&self.db, ctx, Action::OwnAccount, Object::Named("password")).await?;
        self.passwords.in_use()?;
        let Actor::User(actor) = &ctx.actor else { return Err(Error::Forbidden) };
        let name = actor.name.as_str();
        let chosen = chosen(password, name);
        let user = match current_password::verify(&self.db, &self.passwords, ctx, current).await {
            Ok(user) => user,
            Err(Error::Invalid(mut wrong)) => {
                wrong.extend(chosen.err());
                return Err(Error::Invalid(wrong));
            }
            Err(error) => return Err(error),
        };
        let password = chosen.map_err(|wrong| Error::Invalid(vec![wrong]))?;
        let hash = self.passwords.hash(&password).await.map_err(|error| error.reject(ctx))?;
        self.db
            .write(ctx, async |work| {
                repository::lock(work).await?;
                // Somebody may have removed the old password while the new one was hashed.
                let unchanged = repository::find(work, name)
                    .await?
                    .is_some_and(|now| !now.disabled && now.password_hash == user.password_hash);
                if !unchanged {
                    return Err(Error::NotSignedIn.into());
                }
                repository::set_password(work, user.id, Some(&hash)).await?;
                sessions::end_all(work, user.id).await?;
                let revoked = if revoke_tokens {
                    tokens::revoke_all(work, user.id, ctx.now).await?
                } else {
                    Vec::new()
                };
                audit::record_change(work, ctx, AuditAction::PasswordChanged, name, &["password"]).await?;
                Ok(audit::record_each(work, ctx, AuditAction::TokenRevoked, &revoked).await?)
            })
            .await
    }

    /// Sets the language of the caller's pages; `None` for that of the browser.
    ///
    /// Errors: as usual.
    pub async fn set_language(&self, ctx: &Ctx, language: Option<Language>) -> Result<(), Error> {
        authorize(&self.db, ctx, Action::OwnAccount, Object::Named("language")).await?;
        let Actor::User(actor) = &ctx.actor else { return Err(Error::Forbidden) };
        self.db
            .write::<_, Error>(ctx, async |work| {
                if repository::set_language(work, actor.id, language.map(Language::code)).await? {
                    audit::record(work, ctx, AuditAction::LanguageChanged, &actor.name).await?;
                }
                Ok(())
            })
            .await
    }
}

/// Rejects a change of role or password of a user for whom a provider vouches.
pub(super) fn kept_here(user: &UserRow) -> Result<(), Error> {
    if user.oidc_issuer.is_some() { Err(Error::KeptByProvider) } else { Ok(()) }
}

async fn is_last_admin(connection: &mut PgConnection, user: &UserRow) -> Result<bool, sqlx::Error> {
    let is_admin = user.role == Role::Admin.as_str() && !user.disabled;
    Ok(is_admin && repository::other_admins(connection, user).await? == 0)
}
