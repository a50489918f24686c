//! The operations on API tokens. Every method authorizes first; every change is one transaction with its audit record.

use super::{
    chosen_secrets::checked,
    limits::{Stopped, TokenLimits},
    names,
    repository::{self, TokenRow},
};
use crate::{
    access::{Object, authorize},
    audit::{self, AuditAction},
    context::{Action, Actor, Ctx, TokenActor, called_token},
    db::{Db, timestamp},
    error::{Failure, internal, public_error},
    random,
    secrets::FoundValue,
    sessions::SessionService,
    submissions::{self, Submitted},
    users::{
        name_key,
        repository::{self as users, UserRow},
    },
    work::Work,
};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use domain::{
    access::{AccessProblem, NewToken, Restriction, Role, TokenDraft, TokenScope},
    error::{Error, Field},
    secret::SecretId,
    sensitive::Sensitive,
    time::Timestamp,
};
use std::time::Duration;
use uuid::Uuid;

/// The prefix of every token, by which a scanner of code recognizes a leaked one.
const PREFIX: &str = "latchkey";

/// The most valid tokens of one person.
const MAX_LIVE: u16 = 200;

/// The number of rows on a page.
const PAGE: usize = 50;

/// The shortest interval between two notes of a token's last use.
const USED_EVERY: Duration = Duration::from_mins(1);

/// The API tokens. Cheap to clone.
#[derive(Clone, Debug)]
pub struct TokenService {
    db: Db,
    sessions: SessionService,
    limits: TokenLimits,
}

/// A new token. Its text is shown once, here.
#[derive(Clone, Debug)]
pub struct CreatedToken {
    /// The public part.
    pub id: String,
    /// The name that people gave it.
    pub name: String,
    /// The whole text: `latchkey_<id>_<secret>`.
    pub text: Sensitive,
    /// The end of its validity.
    pub expires_at: Option<Timestamp>,
}

/// A token that its actor may create.
struct Prepared {
    id: String,
    secret: Sensitive,
    owner: Option<Uuid>,
    token: NewToken,
}

impl Prepared {
    /// Stores the token, if its name is free.
    async fn insert(&self, work: &mut Work, ctx: &Ctx) -> Result<CreatedToken, Failure<Error>> {
        let Self { id, secret, owner, token } = self;
        // Of two tokens with one name at once, one is created.
        users::lock(work).await?;
        let mut problem = name_problem(work, ctx, token.name.as_str()).await?;
        if let (None, Some(owner)) = (problem, *owner) {
            let names = repository::live_names(work, owner, ctx.now).await?;
            problem = problem_among(&names, token.name.as_str());
        }
        if let Some(problem) = problem {
            return Err(Error::field(Field::Name, problem).into());
        }
        repository::insert(work, ctx, id, &random::hash(secret), *owner, token).await?;
        audit::record(work, ctx, AuditAction::TokenCreated, id).await?;
        Ok(CreatedToken {
            text: Sensitive::new(format!("{PREFIX}_{id}_{}", secret.expose())),
            name: token.name.as_str().to_owned(),
            expires_at: token.expiry.at(ctx.now),
            id: id.clone(),
        })
    }
}

/// The properties of a token that may be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenSummary {
    /// The public part.
    pub id: String,
    /// The name that people gave it.
    pub name: String,
    /// The scope.
    pub scope: TokenScope,
    /// The secrets for which it is valid.
    pub restriction: Restriction,
    /// The owner; `None` for a token of the command line.
    pub owner: Option<String>,
    /// The name of the actor who created it.
    pub created_by: String,
    /// The time at which it was created.
    pub created_at: Timestamp,
    /// The end of its validity.
    pub expires_at: Option<Timestamp>,
    /// The time of its last use, to the minute.
    pub used_at: Option<Timestamp>,
    /// The time at which it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// The reason why it is rejected at the moment, because of its owner.
    pub stopped: Option<Stopped>,
    /// When it ends unless its owner signs in at the provider before.
    pub ends_without_sign_in: Option<Timestamp>,
}

/// A page of tokens, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenPage {
    /// The tokens.
    pub tokens: Vec<TokenSummary>,
    /// Whether there are older ones.
    pub more: bool,
    /// The server's time.
    pub now: Timestamp,
}

impl TokenService {
    pub(crate) fn new(db: Db, sessions: SessionService, limits: TokenLimits) -> Self {
        Self { db, sessions, limits }
    }

    /// Returns the limits for new tokens.
    pub fn limits(&self) -> TokenLimits {
        self.limits
    }

    /// Returns the actor of a token: one query, and once a minute a note of its use. `None` if the token is unknown, expired
    /// or revoked, if its owner may not sign in, or if the owner's provider no longer vouches for them. If the owner's role
    /// was lowered, the token may only read metadata.
    ///
    /// Errors: `Unavailable`, `Internal`.
    pub async fn identify(&self, ctx: &Ctx, text: &Sensitive) -> Result<Option<Actor>, Error> {
        let Some((id, secret)) = parse(text) else { return Ok(None) };
        let found = self.db.read(ctx, async |connection| repository::find(connection, &id).await);
        let Some(row) = found.await? else { return Ok(None) };
        self.proven(ctx, row, &id, &secret).await
    }

    /// Returns the same for a request for this secret's value, with the sealed value, by the same query.
    ///
    /// Errors: as `identify`.
    pub async fn identify_for_value(
        &self,
        ctx: &Ctx,
        text: &Sensitive,
        wanted: SecretId,
    ) -> Result<Option<(Actor, FoundValue)>, Error> {
        let Some((id, secret)) = parse(text) else { return Ok(None) };
        let wanted = &wanted;
        let found =
            self.db.read(ctx, async |connection| repository::find_with_value(connection, &id, wanted).await);
        let Some((row, stored)) = found.await? else { return Ok(None) };
        let actor = self.proven(ctx, row, &id, &secret).await?;
        Ok(actor.map(|actor| (actor, FoundValue::new(wanted.clone(), stored))))
    }

    /// Returns the actor of a stored token, if this is its secret and the token is valid.
    async fn proven(
        &self,
        ctx: &Ctx,
        row: TokenRow,
        id: &str,
        secret: &Sensitive,
    ) -> Result<Option<Actor>, Error> {
        let right = verify_slices_are_equal(&row.secret_hash, &random::hash(secret)).is_ok();
        let expired = row.expires_at.is_some_and(|at| timestamp(at) <= ctx.now);
        if !right || expired || row.revoked_at.is_some() || row.id != id {
            return Ok(None);
        }
        let (used_at, now) = (row.used_at, ctx.now);
        let Some(actor) = self.actor(row, now).map_err(|error| public_error(ctx, &error))? else {
            return Ok(None);
        };
        if used_at.is_none_or(|at| timestamp(at) + USED_EVERY <= now) {
            self.db.read(ctx, async |connection| repository::note_used(connection, id, now).await).await?;
        }
        Ok(Some(Actor::Token(actor)))
    }

    /// Returns the actor of this token; `None` if the portal did not write the token or its owner, or the owner may not sign
    /// in.
    fn actor(&self, row: TokenRow, now: Timestamp) -> Result<Option<TokenActor>, sqlx::Error> {
        let Some(owner) = self.owner_of(&row)? else { return Ok(None) };
        if owner.as_ref().is_some_and(|owner| self.limits.stopped(owner, now).is_some()) {
            return Ok(None);
        }
        let role = match &owner {
            Some(owner) => users::role(&owner.role)?,
            None => Role::Admin,
        };
        let scope = row.scope()?;
        let scope = if role >= scope.least_role() { scope } else { TokenScope::ReadMetadata };
        Ok(Some(TokenActor {
            restriction: row.restriction()?,
            expires_at: row.expires_at.map(timestamp),
            called: called_token(&row.name, row.owner_name()),
            id: row.id,
            name: row.name,
            owner: owner.map(|owner| owner.name),
            scope,
        }))
    }

    /// Returns the owner of a token, if the portal wrote both rows: `Some(None)` for tokens of the command line. Rows that
    /// somebody else wrote count as missing.
    #[expect(clippy::option_option, reason = "a token that is nobody's is another thing than none")]
    fn owner_of(&self, row: &TokenRow) -> Result<Option<Option<UserRow>>, sqlx::Error> {
        if !self.db.vouches(&row.message(), row.mac.as_deref(), || row.called())? {
            return Ok(None);
        }
        let Some(owner) = row.owner()? else { return Ok(Some(None)) };
        let ours = self.db.vouches(&owner.message(), owner.mac.as_deref(), || owner.called())?;
        Ok(ours.then_some(Some(owner)))
    }

    /// Creates a token of the actor, which may do no more than the actor. Except for a token that only reads metadata, a
    /// person proves their identity again.
    ///
    /// Errors: `Invalid`, `Locked`, `NoPasswords`, `ProveAtProvider`; and as usual.
    pub async fn create(&self, ctx: &Ctx, draft: &TokenDraft) -> Result<CreatedToken, Error> {
        let prepared = self.prepare(ctx, draft).await?;
        self.db.write(ctx, async |work| prepared.insert(work, ctx).await).await
    }

    /// Does the same for a form, which creates no second token of the same name when it is sent again, and none for secrets
    /// that do not exist.
    ///
    /// Errors: as `create`.
    pub async fn create_by_form(
        &self,
        ctx: &Ctx,
        form: Uuid,
        draft: &TokenDraft,
    ) -> Result<Submitted<CreatedToken>, Error> {
        authorize(&self.db, ctx, Action::OwnAccount, Object::Named("tokens")).await?;
        let mark = submissions::mark(ctx, form, "token", &draft.name);
        if let Some(id) = submissions::find(&self.db, ctx, mark).await? {
            return Ok(Submitted::Again(id));
        }
        let prepared = checked(&self.db, ctx, &draft.secrets, self.prepare(ctx, draft).await).await?;
        self.db
            .write(ctx, async |work| {
                // Locks in one order everywhere: this one, and then the rows of forms.
                users::lock(work).await?;
                match submissions::note(work, ctx, mark, &prepared.id).await? {
                    Some(id) => Ok(Submitted::Again(id)),
                    None => Ok(Submitted::First(prepared.insert(work, ctx).await?)),
                }
            })
            .await
    }

    /// Parses a draft, and checks that the actor may create this token.
    async fn prepare(&self, ctx: &Ctx, draft: &TokenDraft) -> Result<Prepared, Error> {
        authorize(&self.db, ctx, Action::OwnAccount, Object::Named("tokens")).await?;
        let mut token = match NewToken::parse(draft) {
            Ok(token) => token,
            Err(Error::Invalid(wrong))
                if TokenScope::parse(&draft.scope).is_some_and(TokenScope::asks_for_proof) =>
            {
                return Err(self.sessions.with_missing_proof(ctx, &draft.current_password, wrong).await);
            }
            Err(error) => return Err(error),
        };
        if draft.expiry.trim().is_empty() {
            token.expiry = self.limits.default_expiry();
        }
        let owner = match &ctx.actor {
            Actor::User(user) if user.role < token.scope.least_role() => {
                let problem = AccessProblem::TokenScopeBeyondRole(token.scope);
                return Err(Error::field(Field::Scope, problem));
            }
            Actor::User(user) => Some(user.id),
            _ => None,
        };
        if let Some(problem) = self.limits.problem(ctx, &token) {
            return Err(Error::Invalid(vec![problem]));
        }
        if token.scope.asks_for_proof() {
            self.sessions.prove(ctx, &draft.current_password).await?;
        }
        let id = random::hex(&random::bytes::<8>().map_err(|error| internal(ctx, &error))?);
        let secret = random::token().map_err(|error| internal(ctx, &error))?;
        Ok(Prepared { id, secret, owner, token })
    }

    /// Returns a page of tokens after this one, newest first: the actor's own, or with the right to it everybody's.
    ///
    /// Errors: `NotSignedIn`, `Forbidden`, `Unavailable`, `Internal`.
    pub async fn list(
        &self,
        ctx: &Ctx,
        everybodys: bool,
        beyond: Option<(Timestamp, &str)>,
    ) -> Result<TokenPage, Error> {
        let owner = self.reach(ctx, everybodys.then_some(Action::ReadTokens)).await?;
        let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
        let found = self.db.read(ctx, async |connection| {
            let rows = repository::list(connection, owner, beyond, limit).await?;
            rows.into_iter().map(|row| self.summary(row, ctx.now)).collect::<Result<Vec<_>, _>>()
        });
        let mut tokens = found.await?;
        let more = tokens.len() > PAGE;
        tokens.truncate(PAGE);
        Ok(TokenPage { tokens, more, now: ctx.now })
    }

    /// Returns a token: the actor's own, or with the right to it anybody's.
    ///
    /// Errors: `NotFound`; as `list`.
    pub async fn get(&self, ctx: &Ctx, id: &str) -> Result<TokenSummary, Error> {
        let owner = self.reach(ctx, manages(ctx).then_some(Action::ReadTokens)).await?;
        let found = self.db.read(ctx, async |connection| {
            let row = repository::find(connection, id).await?;
            let row = row.filter(|row| owner.is_none() || row.user_id == owner);
            row.map(|row| self.summary(row, ctx.now)).transpose()
        });
        found.await?.ok_or(Error::NotFound)
    }

    /// Returns the actor of a token that a signed-in person lends to a form, after they have proved their identity again.
    /// `None` if the token is invalid.
    ///
    /// Errors: `Invalid`, `Locked`, `NoPasswords`, `ProveAtProvider`; and as usual.
    pub async fn lent(
        &self,
        ctx: &Ctx,
        text: &Sensitive,
        current_password: &Sensitive,
    ) -> Result<Option<Actor>, Error> {
        authorize(&self.db, ctx, Action::OwnAccount, Object::Named("tokens")).await?;
        self.sessions.prove(ctx, current_password).await?;
        self.identify(ctx, text).await
    }

    /// Revokes a token.
    ///
    /// Errors: `NotFound`, also for a token of others without the right to it; as `list`.
    pub async fn revoke(&self, ctx: &Ctx, id: &str) -> Result<String, Error> {
        let owner = self.reach(ctx, manages(ctx).then_some(Action::ManageTokens)).await?;
        self.db
            .write(ctx, async |work| {
                let name = repository::revoke(work, id, owner, ctx.now).await?.ok_or(Error::NotFound)?;
                audit::record(work, ctx, AuditAction::TokenRevoked, id).await?;
                Ok(name)
            })
            .await
    }

    fn summary(&self, row: TokenRow, now: Timestamp) -> Result<TokenSummary, sqlx::Error> {
        let owner = row.owner()?;
        Ok(TokenSummary {
            scope: row.scope()?,
            restriction: row.restriction()?,
            stopped: owner.as_ref().and_then(|owner| self.limits.stopped(owner, now)),
            ends_without_sign_in: owner.as_ref().and_then(|owner| self.limits.end_without_sign_in(owner)),
            id: row.id,
            name: row.name,
            owner: owner.map(|owner| owner.name),
            created_by: row.created_by,
            created_at: timestamp(row.created_at),
            expires_at: row.expires_at.map(timestamp),
            used_at: row.used_at.map(timestamp),
            revoked_at: row.revoked_at.map(timestamp),
        })
    }

    /// Returns whose tokens the actor may reach: `None` is everybody's.
    async fn reach(&self, ctx: &Ctx, everybodys: Option<Action>) -> Result<Option<uuid::Uuid>, Error> {
        let action = everybodys.unwrap_or(Action::OwnAccount);
        authorize(&self.db, ctx, action, Object::Named("tokens")).await?;
        Ok(match &ctx.actor {
            Actor::User(user) if everybodys.is_none() => Some(user.id),
            _ => None,
        })
    }
}

/// Returns the problem of a name that would be mistaken for somebody else's. An actor who may not list users learns of no
/// names but those they know anyway, their own and those few administrators whom `who_can_help` names, because they could
/// otherwise find out by trying who has an account: the word "of" is rejected whatever comes after it.
async fn name_problem(work: &mut Work, ctx: &Ctx, name: &str) -> Result<Option<AccessProblem>, sqlx::Error> {
    let readings = names::readings(name);
    let is_persons = match &ctx.actor {
        Actor::User(user) if user.role < Role::Admin => {
            let known = users::admins(work).await?.into_iter().chain([user.name.clone()]);
            known.map(|name| name_key(&name)).any(|name| readings.contains(&name))
        }
        _ => users::any_named(work, &readings).await?,
    };
    Ok(if is_persons || names::is_reserved(&readings) {
        Some(AccessProblem::TokenNameReserved)
    } else {
        names::names_somebody(name).then_some(AccessProblem::TokenNameOf)
    })
}

/// Returns the problem of a name beside the other valid tokens of one person.
fn problem_among(names: &[String], name: &str) -> Option<AccessProblem> {
    if names.len() >= usize::from(MAX_LIVE) {
        return Some(AccessProblem::TokensTooMany(MAX_LIVE));
    }
    let taken = names.iter().any(|other| name_key(other) == name_key(name));
    taken.then_some(AccessProblem::TokenNameTaken)
}

/// Returns whether everybody's tokens are to be reached, and not only the actor's own.
fn manages(ctx: &Ctx) -> bool {
    match &ctx.actor {
        Actor::User(user) => user.role >= Role::Admin,
        _ => true,
    }
}

/// Splits `latchkey_<id>_<secret>` into its parts.
fn parse(text: &Sensitive) -> Option<(String, Sensitive)> {
    let is_hex = |text: &str| text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let (prefix, rest) = text.expose().split_once('_')?;
    let (id, secret) = rest.split_once('_')?;
    let fits = prefix == PREFIX && id.len() == 16 && secret.len() == 64 && is_hex(id) && is_hex(secret);
    fits.then(|| (id.to_owned(), Sensitive::new(secret)))
}
