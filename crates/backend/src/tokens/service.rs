//! What can be done with API tokens. Every method authorizes first; every change is one transaction with its audit
//! record.

use super::{
    limits::{Stopped, TokenLimits},
    names,
    repository::{self, TokenRow},
};
use crate::{
    access::{Object, authorize},
    audit::{self, AuditAction},
    context::{Action, Actor, Ctx, TokenActor, called_token},
    db::{Db, timestamp},
    error::{internal, public_error},
    random,
    sessions::SessionService,
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
    sensitive::Sensitive,
    time::Timestamp,
};

/// What every token begins with, so that a scanner of code knows a lost one.
const PREFIX: &str = "latchkey";

/// The most tokens of one person that are good at a time.
const MAX_LIVE: u16 = 200;

/// Rows a page.
const PAGE: usize = 50;

/// A token's last use is noted no more often than this, in microseconds: a minute.
const USED_EVERY: i64 = 60 * 1_000_000;

/// The API tokens. Cheap to clone.
#[derive(Clone, Debug)]
pub struct TokenService {
    db: Db,
    sessions: SessionService,
    limits: TokenLimits,
}

/// A token that was just made. Its text is shown once, here.
#[derive(Clone, Debug)]
pub struct CreatedToken {
    /// The part that is no secret.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// The whole text: `latchkey_<id>_<secret>`.
    pub text: Sensitive,
    /// Until when it is good.
    pub expires_at: Option<Timestamp>,
}

/// What may be shown of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenSummary {
    /// The part that is no secret.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// What it allows.
    pub scope: TokenScope,
    /// With which secrets.
    pub restriction: Restriction,
    /// Whose it is; `None` for one of the command line.
    pub owner: Option<String>,
    /// By whom it was made.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
    /// Until when it is good.
    pub expires_at: Option<Timestamp>,
    /// When it was used last, give or take a minute.
    pub used_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// Why it is refused at the moment, because of its person.
    pub stopped: Option<Stopped>,
    /// When it ends unless its person signs in at the provider before.
    pub ends_without_sign_in: Option<Timestamp>,
}

/// One page of tokens, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenPage {
    /// The tokens.
    pub tokens: Vec<TokenSummary>,
    /// Whether there are older ones.
    pub more: bool,
    /// The server's clock.
    pub now: Timestamp,
}

impl TokenService {
    pub(crate) fn new(db: Db, sessions: SessionService, limits: TokenLimits) -> Self {
        Self { db, sessions, limits }
    }

    /// Which tokens may be made.
    pub fn limits(&self) -> TokenLimits {
        self.limits
    }

    /// Whose token this text is: one query, and once a minute a note of its use. `None` where it is none, has expired or
    /// was revoked, where its owner may not sign in, or where the provider that vouched for them does no more. An owner whose role was lowered leaves it with no more than
    /// reading metadata.
    ///
    /// Errors: `Unavailable`, `Internal`.
    pub async fn identify(&self, ctx: &Ctx, text: &Sensitive) -> Result<Option<Actor>, Error> {
        let Some((id, secret)) = parse(text) else { return Ok(None) };
        let found = self.db.read(ctx, async |connection| repository::find(connection, &id).await);
        let Some(row) = found.await? else { return Ok(None) };
        let right = verify_slices_are_equal(&row.secret_hash, &random::hash(&secret)).is_ok();
        let expired = row.expires_at.is_some_and(|at| timestamp(at) <= ctx.now);
        if !right || expired || row.revoked_at.is_some() || row.id != id {
            return Ok(None);
        }
        let (used_at, now) = (row.used_at, ctx.now);
        let Some(actor) = self.actor(row, now).map_err(|error| public_error(ctx, &error))? else {
            return Ok(None);
        };
        if used_at.is_none_or(|at| timestamp(at).micros() <= now.micros() - USED_EVERY) {
            self.db.read(ctx, async |connection| repository::note_used(connection, &id, now).await).await?;
        }
        Ok(Some(Actor::Token(actor)))
    }

    /// Returns as whom somebody with this token acts; `None` where the portal did not write the token or its owner, or the
    /// owner may not sign in.
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

    /// The owner of a token, where the portal wrote both rows: `Some(None)` for tokens of the command line. Rows that somebody
    /// else wrote are as if they were not there.
    #[expect(clippy::option_option, reason = "a token that is nobody's is another thing than none")]
    fn owner_of(&self, row: &TokenRow) -> Result<Option<Option<UserRow>>, sqlx::Error> {
        if !self.db.vouches(&row.message(), row.mac.as_deref(), || row.called())? {
            return Ok(None);
        }
        let Some(owner) = row.owner()? else { return Ok(Some(None)) };
        let ours = self.db.vouches(&owner.message(), owner.mac.as_deref(), || owner.called())?;
        Ok(ours.then_some(Some(owner)))
    }

    /// Makes a token of the one who asks, that may do no more than they. But for one that reads metadata alone, a person proves
    /// anew who they are.
    ///
    /// Errors: `Invalid`, `Locked`, `NoPasswords`, `ProveAtProvider`; and as usual.
    pub async fn create(&self, ctx: &Ctx, draft: &TokenDraft) -> Result<CreatedToken, Error> {
        authorize(&self.db, ctx, Action::OwnAccount, Object::Named("tokens")).await?;
        let mut token = NewToken::parse(draft)?;
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
        self.db
            .write(ctx, async |work| {
                // Of two tokens of one name at once, one is made.
                users::lock(work).await?;
                let mut problem = name_problem(work, ctx, token.name.as_str()).await?;
                if let (None, Some(owner)) = (problem, owner) {
                    let names = repository::live_names(work, owner, ctx.now).await?;
                    problem = problem_among(&names, token.name.as_str());
                }
                if let Some(problem) = problem {
                    return Err(Error::field(Field::Name, problem).into());
                }
                repository::insert(work, ctx, &id, &random::hash(&secret), owner, &token).await?;
                audit::record(work, ctx, AuditAction::TokenCreated, &id).await?;
                Ok(CreatedToken {
                    text: Sensitive::new(format!("{PREFIX}_{id}_{}", secret.expose())),
                    name: token.name.as_str().to_owned(),
                    expires_at: token.expiry.at(ctx.now),
                    id,
                })
            })
            .await
    }

    /// One page of tokens beyond this one, newest first: one's own, or with the right to it everybody's.
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

    /// One token: one's own, or with the right to it anybody's.
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

    /// Returns whom a token stands for that somebody who has signed in lends to a form, after they have proven anew who they
    /// are. `None` where it is no good.
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
        Ok(self.identify(ctx, text).await?)
    }

    /// Ends a token at once.
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

    /// Whose tokens may be reached: `None` is everybody's.
    async fn reach(&self, ctx: &Ctx, everybodys: Option<Action>) -> Result<Option<uuid::Uuid>, Error> {
        let action = everybodys.unwrap_or(Action::OwnAccount);
        authorize(&self.db, ctx, action, Object::Named("tokens")).await?;
        Ok(match &ctx.actor {
            Actor::User(user) if everybodys.is_none() => Some(user.id),
            _ => None,
        })
    }
}

/// What is wrong with the name, which must not be taken for somebody else's. Whoever may not list users is told of no name
/// that they are not told anyway, their own and those few administrators whom `who_can_help` names, or they could find out by
/// trying who has an account: the word "of" is refused whatever comes after it.
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

/// What is wrong with the name beside the other live tokens of one person.
fn problem_among(names: &[String], name: &str) -> Option<AccessProblem> {
    if names.len() >= usize::from(MAX_LIVE) {
        return Some(AccessProblem::TokensTooMany(MAX_LIVE));
    }
    let taken = names.iter().any(|other| name_key(other) == name_key(name));
    taken.then_some(AccessProblem::TokenNameTaken)
}

/// Whether everybody's tokens are to be reached, and not one's own alone.
fn manages(ctx: &Ctx) -> bool {
    match &ctx.actor {
        Actor::User(user) => user.role >= Role::Admin,
        _ => true,
    }
}

/// `latchkey_<id>_<secret>` in its parts.
fn parse(text: &Sensitive) -> Option<(String, Sensitive)> {
    let is_hex = |text: &str| text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let (prefix, rest) = text.expose().split_once('_')?;
    let (id, secret) = rest.split_once('_')?;
    let fits = prefix == PREFIX && id.len() == 16 && secret.len() == 64 && is_hex(id) && is_hex(secret);
    fits.then(|| (id.to_owned(), Sensitive::new(secret)))
}
