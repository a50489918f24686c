//! Signing in and out, and identifying a request by its session.

use super::{
    attempt_queue::AttemptQueue,
    attempts::{self, Attempts, Counted},
    current_password,
    repository::{self, Beginning, ListRow, LiveRow, NewRow},
};
use crate::{
    access::{Object, authorize},
    audit::{self, AuditAction, AuditRecord, Outcome},
    context::{Action, Actor, Ctx, UserActor},
    db::{Db, timestamp},
    error::{Failure, internal, public_error},
    random,
    users::{Passwords, name_key, repository as users},
    work::Work,
};
use domain::{
    access::Role,
    error::{Error, FieldError},
    language::Language,
    sensitive::Sensitive,
    time::Timestamp,
};
use std::time::Duration;
use uuid::Uuid;

/// How long a proof of identity at the provider counts.
const PROVEN_FOR: Duration = Duration::from_mins(5);

/// The shortest interval between two notes of a session's last use.
const SEEN_EVERY: Duration = Duration::from_mins(1);

/// The most sessions that are shown.
const MAX_SHOWN: i64 = 100;

/// The longest name of a device, in characters.
const DEVICE_CHARS: usize = 200;

/// The lifetimes of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionLimits {
    /// The lifetime without a request.
    pub idle: Duration,
    /// The lifetime in all.
    pub absolute: Duration,
}

impl Default for SessionLimits {
    fn default() -> Self {
        Self { idle: Duration::from_mins(30), absolute: Duration::from_hours(12) }
    }
}

/// The sessions. Cheap to clone.
#[derive(Clone, Debug)]
pub struct SessionService {
    db: Db,
    pub(super) passwords: Passwords,
    limits: SessionLimits,
    queue: AttemptQueue,
}

/// How a person proves their identity again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// With their password.
    Password,
    /// At the provider, done within the last minutes.
    Given,
    /// At the provider.
    AtProvider,
}

/// A new session, for the browser's cookie.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// The id of the user.
    pub user: Uuid,
    /// The name and role of the user.
    pub person: (String, Role),
    /// The value of the cookie: 256 random bits.
    pub token: Sensitive,
    /// The longest lifetime.
    pub absolute: Duration,
}

/// A session in the list of a person's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionSummary {
    /// The id by which the session is ended.
    pub id: Uuid,
    /// The name that the browser gives itself.
    pub device: String,
    /// The address from which it was begun.
    pub address: Option<String>,
    /// The time at which it was begun.
    pub created_at: Timestamp,
    /// The time of its last use, to the minute.
    pub seen_at: Timestamp,
    /// Whether it is the session that asks.
    pub is_this: bool,
}

impl SessionService {
    pub(crate) fn new(db: Db, passwords: Passwords, limits: SessionLimits) -> Self {
        Self { db, passwords, limits, queue: AttemptQueue::default() }
    }

    /// Returns the actor of a session: one query, and once a minute a note of its use. `None` if the session does not exist
    /// or has ended.
    ///
    /// Errors: `Unavailable`, `Internal`.
    pub async fn identify(&self, ctx: &Ctx, token: &Sensitive) -> Result<Option<Actor>, Error> {
        let hash = &random::hash(token);
        let (now, seen_after) = (ctx.now, self.seen_after(ctx.now));
        let found =
            self.db.read(ctx, async |connection| repository::find_live(connection, hash, seen_after).await);
        let Some(row) = found.await? else { return Ok(None) };
        let seen_at = timestamp(row.seen_at);
        let Some(actor) = self.actor(row, hash, now).map_err(|error| public_error(ctx, &error))? else {
            return Ok(None);
        };
        if seen_at + SEEN_EVERY <= now {
            let id = actor.session;
            self.db.read(ctx, async |connection| repository::note_seen(connection, id, now).await).await?;
        }
        Ok(Some(Actor::User(actor)))
    }

    /// Returns the actor of this session, if it is valid.
    fn actor(
        &self,
        row: LiveRow,
        token_hash: &[u8],
        now: Timestamp,
    ) -> Result<Option<UserActor>, sqlx::Error> {
        if !self.is_good(&row, token_hash, now)? {
            return Ok(None);
        }
        let LiveRow { session, user, language, .. } = row;
        let role = users::role(&user.role)?;
        // A language of another version of the portal counts as none.
        let language = language.and_then(|code| Language::parse(&code));
        Ok(Some(UserActor { id: user.id, name: user.name, role, session: session.id, language }))
    }

    /// Returns whether the portal wrote both rows, and they are valid now. Rows that somebody else wrote count as missing.
    fn is_good(&self, row: &LiveRow, token_hash: &[u8], now: Timestamp) -> Result<bool, sqlx::Error> {
        let LiveRow { session, user, .. } = row;
        let of_session = self.db.vouches(&session.message(token_hash), session.mac.as_deref(), || {
            format!("session {} of {}", session.id, user.name)
        })?;
        let of_user = self.db.vouches(&user.message(), user.mac.as_deref(), || user.called())?;
        let ours = of_session && of_user && session.user_id == user.id;
        Ok(ours && timestamp(session.expires_at) > now && !user.disabled)
    }

    /// Returns whether people sign in with passwords at all.
    pub fn takes_passwords(&self) -> bool {
        self.passwords.in_use().is_ok()
    }

    fn seen_after(&self, now: Timestamp) -> Timestamp {
        now - self.limits.idle
    }

    /// Signs in. After five failures under a name from one network, in whatever spelling, the name is locked there for 15
    /// minutes, also for the right password. An unknown name gets the same answer, after the same time, as a wrong password.
    ///
    /// Errors: `WrongPassword`, `Locked`, `Busy`, `NoPasswords`; and as usual.
    pub async fn sign_in(
        &self,
        ctx: &Ctx,
        name: &str,
        password: &Sensitive,
        device: &str,
    ) -> Result<NewSession, Error> {
        self.passwords.in_use()?;
        let key = &name_key(name);
        let attempts = &Attempts::of(ctx, key);
        // Each is counted before its password is compared: many at once would lock the name, though all of them are right.
        let _place = self.queue.wait(&attempts.source()).await;
        let counted = self.db.write::<_, Error>(ctx, async |work| {
            // The first error of a transaction is the cause, because every later query fails, too.
            let user = users::find(work, key).await?;
            let counted = attempts.count(work, ctx, user.as_ref().map(|user| user.id)).await?;
            Ok((counted, user))
        });
        let (Counted { locked, is_last }, user) = counted.await?;
        let user = user.filter(|user| !user.disabled);
        // The typed name may be a password in the wrong field: only existing names are recorded.
        let object = user.as_ref().map_or("unknown user", |user| user.name.as_str()).to_owned();
        if let Some(seconds) = locked {
            // Counted for each name by itself, so that an unknown name is recorded as often as a known one, and takes as
            // long.
            let what = (AuditAction::SignIn, object.as_str(), Outcome::Refused);
            self.db.alarms().tried(&self.db, ctx, &attempts.source(), what).await?;
            return Err(Error::Locked(seconds));
        }
        let stored = user.as_ref().and_then(|user| user.password_hash.clone());
        let right = match self.passwords.verify(stored, password).await {
            Ok(right) => right,
            Err(error) => {
                self.take_back(ctx, attempts).await?;
                return Err(error.reject(ctx));
            }
        };
        let Some(user) = user.filter(|_| right) else {
            self.record(ctx, AuditAction::SignIn, &object, Outcome::Failed).await?;
            if is_last {
                self.record(ctx, AuditAction::AccountLocked, &object, Outcome::Done).await?;
            }
            return Err(Error::WrongPassword);
        };
        self.db
            .write(ctx, async |work| {
                // Somebody may have removed the password, or disabled the user, while it was compared.
                users::lock(work).await?;
                let now = users::find(work, &user.name).await?;
                let user = now
                    .filter(|now| !now.disabled && now.password_hash == user.password_hash)
                    .ok_or(Error::WrongPassword)?;
                attempts.forget(work).await?;
                self.begin(work, ctx, &user, device, &Beginning::default(), &[]).await
            })
            .await
    }

    /// Uncounts an attempt whose password was not compared.
    async fn take_back(&self, ctx: &Ctx, attempts: &Attempts) -> Result<(), Error> {
        self.db.write(ctx, async |work| Ok(attempts.take_back(work).await?)).await
    }

    /// Begins a session for a user who has just proved their identity by other means: a link, or the old password.
    ///
    /// Errors: `Refused` with `NotSignedIn` if there is no such user, and as usual.
    pub async fn begin_for(&self, ctx: &Ctx, name: &str, device: &str) -> Result<NewSession, Error> {
        self.db
            .write(ctx, async |work| {
                users::lock(work).await?;
                let found = users::find(work, name).await?;
                let user = found.filter(|user| !user.disabled).ok_or(Error::NotSignedIn)?;
                self.begin(work, ctx, &user, device, &Beginning::default(), &[]).await
            })
            .await
    }

    /// Begins a session for this user, in this transaction, which holds the lock of users. Whatever led to it is recorded
    /// with it, because the record comes last.
    pub(crate) async fn begin(
        &self,
        work: &mut Work,
        ctx: &Ctx,
        user: &users::UserRow,
        device: &str,
        beginning: &Beginning,
        before: &[(&Ctx, AuditRecord<'_>)],
    ) -> Result<NewSession, Failure<Error>> {
        let token = random::token().map_err(|error| internal(ctx, &error))?;
        let device: String = device.chars().filter(|c| !c.is_control()).take(DEVICE_CHARS).collect();
        let id = crate::random::sortable_id();
        let row = NewRow {
            id,
            user_id: user.id,
            token_hash: &random::hash(&token),
            device: &device,
            expires_at: ctx.now + self.limits.absolute,
            beginning,
        };
        repository::insert(work, ctx, row, self.seen_after(ctx.now)).await?;
        users::note_sign_in(work, ctx, user.id).await?;
        attempts::know_network(work, ctx, user.id).await?;
        // Recorded as done by the person who signed in.
        let role = users::role(&user.role)?;
        let person = (user.name.clone(), role);
        let actor = Actor::User(UserActor {
            id: user.id,
            name: user.name.clone(),
            role,
            session: id,
            language: None,
        });
        let ctx = Ctx { actor, ..ctx.clone() };
        let signed_in = (&ctx, AuditRecord::done(AuditAction::SignIn, &user.name));
        let records: Vec<_> = before.iter().copied().chain([signed_in]).collect();
        audit::repository::append_many(work, &records).await?;
        Ok(NewSession { user: user.id, person, token, absolute: self.limits.absolute })
    }

    async fn record(
        &self,
        ctx: &Ctx,
        action: AuditAction,
        object: &str,
        outcome: Outcome,
    ) -> Result<(), Error> {
        self.db
            .write(ctx, async |work| {
                let record = AuditRecord { outcome, ..AuditRecord::done(action, object) };
                Ok(audit::repository::append(work, ctx, record).await?)
            })
            .await
    }

    /// Returns how the actor would prove their identity again.
    ///
    /// Errors: `NotSignedIn`, `Forbidden`, `Unavailable`, `Internal`.
    pub async fn proof(&self, ctx: &Ctx) -> Result<Proof, Error> {
        let (user, proven_at) = self.provenance(ctx).await?;
        Ok(match (user.oidc_issuer, proven_at) {
            (None, _) => Proof::Password,
            (Some(_), Some(at)) if is_recent(at, ctx.now) => Proof::Given,
            (Some(_), _) => Proof::AtProvider,
        })
    }

    /// Returns the actor's row, and the time of their last proof at the provider.
    async fn provenance(&self, ctx: &Ctx) -> Result<(users::UserRow, Option<Timestamp>), Error> {
        let actor = self.own_account(ctx).await?;
        let (name, session) = (actor.name.as_str(), actor.session);
        let found = self.db.read(ctx, async |connection| {
            let user = users::find_unproven(connection, name).await?;
            Ok((user, repository::proven_at(connection, session).await?))
        });
        let (user, proven_at) = found.await?;
        Ok((user.ok_or(Error::NotSignedIn)?, proven_at.map(timestamp)))
    }

    /// Verifies the actor's identity again, where that is required: by their password, counted as signing in is, or for
    /// people of a provider by a sign-in there within the last five minutes. The server's own command line is exempt.
    ///
    /// Errors: `Invalid`, `Locked`, `NoPasswords`; `ProveAtProvider`; and as usual.
    pub async fn prove(&self, ctx: &Ctx, password: &Sensitive) -> Result<(), Error> {
        if matches!(ctx.actor, Actor::System(_)) {
            return Ok(());
        }
        let (user, proven_at) = self.provenance(ctx).await?;
        if user.oidc_issuer.is_none() {
            return current_password::verify(&self.db, &self.passwords, ctx, password).await.map(drop);
        }
        if proven_at.is_some_and(|at| is_recent(at, ctx.now)) { Ok(()) } else { Err(Error::ProveAtProvider) }
    }

    /// Returns the error for these problems of a form, with the missing proof, so that all are reported at once.
    pub(crate) async fn with_missing_proof(
        &self,
        ctx: &Ctx,
        password: &Sensitive,
        mut wrong: Vec<FieldError>,
    ) -> Error {
        // An empty password is compared with nothing, and not counted.
        if password.is_empty()
            && let Err(Error::Invalid(missing)) = self.prove(ctx, password).await
        {
            wrong.extend(missing);
        }
        Error::Invalid(wrong)
    }

    /// Ends the session that asks. Succeeds if it has ended already.
    ///
    /// Errors: `Unavailable`, `Internal`.
    pub async fn sign_out(&self, ctx: &Ctx) -> Result<(), Error> {
        let Actor::User(user) = &ctx.actor else { return Ok(()) };
        self.end_one(ctx, user, user.session, AuditAction::SignOut).await.map(drop)
    }

    /// Returns the actor's own sessions.
    ///
    /// Errors: `NotSignedIn`, `Forbidden`, `Unavailable`, `Internal`.
    pub async fn own(&self, ctx: &Ctx) -> Result<Vec<SessionSummary>, Error> {
        let user = self.own_account(ctx).await?;
        let (id, this) = (user.id, user.session);
        let (now, seen_after) = (ctx.now, self.seen_after(ctx.now));
        let found = self
            .db
            .read(ctx, async |connection| repository::list(connection, id, now, seen_after, MAX_SHOWN).await);
        let summary = |row: ListRow| SessionSummary {
            id: row.id,
            device: row.device,
            address: row.address,
            created_at: timestamp(row.created_at),
            seen_at: timestamp(row.seen_at),
            is_this: row.id == this,
        };
        Ok(found.await?.into_iter().map(summary).collect())
    }

    /// Ends one of the actor's own sessions.
    ///
    /// Errors: `NotFound`, `NotSignedIn`, `Forbidden`, `Unavailable`, `Internal`.
    pub async fn end(&self, ctx: &Ctx, id: Uuid) -> Result<(), Error> {
        let user = self.own_account(ctx).await?;
        if self.end_one(ctx, user, id, AuditAction::SessionEnded).await? {
            Ok(())
        } else {
            Err(Error::NotFound)
        }
    }

    /// Ends all of the actor's own sessions but the one that asks; returns their number.
    ///
    /// Errors: `NotSignedIn`, `Forbidden`, `Unavailable`, `Internal`.
    pub async fn end_others(&self, ctx: &Ctx) -> Result<u64, Error> {
        let user = self.own_account(ctx).await?;
        self.db
            .write(ctx, async |work| {
                let ended = repository::end_others(work, user.id, user.session).await?;
                if ended > 0 {
                    audit::record(work, ctx, AuditAction::SessionEnded, &user.name).await?;
                }
                Ok(ended)
            })
            .await
    }

    async fn own_account<'a>(&self, ctx: &'a Ctx) -> Result<&'a UserActor, Error> {
        authorize(&self.db, ctx, Action::OwnAccount, Object::Named("sessions")).await?;
        match &ctx.actor {
            Actor::User(user) => Ok(user),
            _ => Err(Error::Forbidden),
        }
    }

    async fn end_one(
        &self,
        ctx: &Ctx,
        user: &UserActor,
        id: Uuid,
        action: AuditAction,
    ) -> Result<bool, Error> {
        self.db
            .write(ctx, async |work| {
                if !repository::end(work, user.id, id).await? {
                    return Ok(false);
                }
                audit::record(work, ctx, action, &user.name).await?;
                Ok(true)
            })
            .await
    }
}

/// Returns whether a proof at the provider still counts.
pub(crate) fn is_recent(proven_at: Timestamp, now: Timestamp) -> bool {
    proven_at >= now - PROVEN_FOR
}
