//! Verifying the current password of a signed-in person: whoever has stolen their session may be guessing it.

use super::{
    attempts::{self, Attempts},
    repository,
};
use crate::{
    audit::{self, AuditAction, AuditRecord, Outcome},
    context::{Actor, Ctx},
    db::Db,
    notices,
    users::{
        Passwords,
        repository::{self as users, UserRow},
    },
};
use domain::{
    access::AccessProblem,
    error::{Error, Field},
    sensitive::Sensitive,
};

/// Compares the password with the actor's, and returns their row. Counts, locks and records as signing in does, under the
/// same name; the fifth failure ends the session that asks.
///
/// Errors: `Invalid` with `PasswordWrong`, `Locked`, `LockedOut`, `Busy`, `NoPasswords`, `KeptByProvider`; and as usual.
pub(crate) async fn verify(
    db: &Db,
    passwords: &Passwords,
    ctx: &Ctx,
    password: &Sensitive,
) -> Result<UserRow, Error> {
    passwords.in_use()?;
    let Actor::User(actor) = &ctx.actor else { return Err(Error::Forbidden) };
    if password.is_empty() {
        return Err(Error::field(Field::CurrentPassword, AccessProblem::PasswordMissing));
    }
    let attempts = &Attempts::of(ctx, &actor.name);
    let (counted, user) = db
        .write::<_, Error>(ctx, async |work| {
            let found = users::find(work, &actor.name).await?;
            let user = found.filter(|user| !user.disabled).ok_or(Error::NotSignedIn)?;
            if user.oidc_issuer.is_some() {
                return Err(Error::KeptByProvider.into());
            }
            let counted = attempts.count(work, ctx, Some(user.id)).await?;
            Ok((counted, user))
        })
        .await?;
    if let Some(seconds) = counted.locked {
        // No password was compared, so none was guessed: somebody else may have locked the name, and the actor is its owner.
        let what = (AuditAction::PasswordAsked, actor.name.as_str(), Outcome::Refused);
        db.alarms().tried(db, ctx, &attempts.source(), what).await?;
        return Err(Error::Locked(seconds));
    }
    let right = match passwords.verify(user.password_hash.clone(), password).await {
        Ok(right) => right,
        Err(error) => {
            db.write::<_, Error>(ctx, async |work| Ok(attempts.take_back(work).await?)).await?;
            return Err(error.reject(ctx));
        }
    };
    if !right {
        failed_once(db, ctx, counted.is_last).await?;
        let wrong = Error::field(Field::CurrentPassword, AccessProblem::PasswordWrong);
        return Err(if counted.is_last { Error::LockedOut(attempts::LOCK_SECONDS) } else { wrong });
    }
    db.write(ctx, async |work| {
        attempts.forget(work).await?;
        Ok(user)
    })
    .await
}

/// Records a failure; if it was one too many, the name is locked and the session that asks ends.
async fn failed_once(db: &Db, ctx: &Ctx, too_many: bool) -> Result<(), Error> {
    let Actor::User(actor) = &ctx.actor else { return Ok(()) };
    db.write(ctx, async |work| {
        if too_many {
            notices::sign_in_locked(work, ctx, &actor.name).await?;
        }
        let ended = too_many && repository::end(work, actor.id, actor.session).await?;
        let record = AuditRecord {
            outcome: Outcome::Failed,
            ..AuditRecord::done(AuditAction::PasswordAsked, actor.name.as_str())
        };
        let mut records = vec![(ctx, record)];
        if too_many {
            records.push((ctx, AuditRecord::done(AuditAction::AccountLocked, &actor.name)));
        }
        if ended {
            records.push((ctx, AuditRecord::done(AuditAction::SessionEnded, &actor.name)));
        }
        Ok(audit::repository::append_many(work, &records).await?)
    })
    .await
}
