//! The versions of values: listing them, rolling back to an earlier one without reading it, and destroying one. Every method
//! authorizes first; every change is one transaction with its audit record.

mod in_use;
pub(crate) mod repository;

use super::{
    conflict, hosts,
    keys::repository::{self as keys, KeyRow},
    repository::{self as secrets, SecretRow},
    service::SecretService,
};
use crate::{
    access::{Object, authorize},
    audit::{self, AuditAction},
    connection_tests::{TestedBefore, WhatWasTested, stored_settings_for},
    context::{Action, Ctx},
    db::{Connections, instant, timestamp},
    error::{Failure, public_error},
    keyring::{Keyring, Location, SealedValue, ValueField, repository::active_id},
    revision::Expected,
};
use chrono::{DateTime, Utc};
use domain::{
    connection_test::ImageReference,
    error::{Error, Field},
    secret::{RegistryHost, SecretId, SecretKind, SshKeyFacts, VersionPage, VersionReason},
    time::Timestamp,
};
use formats::password_end::visible_end;
use in_use::is_in_use;
use repository::{Found, NewVersion, VersionRow};
use sqlx::PgConnection;

/// The number of versions on a page.
const PAGE: i64 = 50;

/// The number of values that one statement of the cleanup deletes.
const BATCH: i64 = 1_000;

/// An earlier version whose facts were proved, and its value.
#[derive(Debug)]
pub(crate) struct EarlierValue {
    pub(crate) facts: VersionRow,
    pub(crate) place: Location,
    pub(crate) sealed: SealedValue,
}

/// Returns an earlier version of a secret with its value, as `repository::find` found them.
///
/// Errors: `NotFound` if there never was such a version, `CurrentVersion`, `VersionGone`; the facts are not what the portal wrote.
pub(crate) fn earlier(
    db: &Connections,
    id: &SecretId,
    row: &SecretRow,
    number: i64,
    found: Option<Found>,
) -> Result<EarlierValue, Failure> {
    let field = ValueField::of(id.kind);
    if number == row.value_version {
        return Err(Error::CurrentVersion.into());
    }
    // Of a version from before versions were kept, there is no trace.
    let was_there = (1..row.value_version).contains(&number);
    let (facts, sealed) = found.ok_or(if was_there { Error::VersionGone } else { Error::NotFound })?;
    let sealed = sealed.ok_or(Error::VersionGone)?;
    facts.prove(db, id)?;
    Ok(EarlierValue { facts, place: Location { secret: row.id, field, version: number }, sealed })
}

impl EarlierValue {
    /// Returns the same, if the value was typed for the registry host that it was last used with.
    ///
    /// Errors: `OtherHost`.
    pub(crate) fn for_its_host(self, id: &SecretId) -> Result<Self, Error> {
        let VersionRow { registry_host, value_host, .. } = &self.facts;
        if hosts::may_go_to(registry_host.as_deref(), value_host.as_deref()) {
            Ok(self)
        } else {
            Err(Error::OtherHost(id.clone()))
        }
    }
}

/// The outcome of a rollback.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rollback {
    /// The value of the earlier version is in use again, as the version of this number.
    NewVersion(i64),
    /// The version in use, of this number, has that value and its account already, so that nothing was changed.
    AlreadyCurrent(i64),
}

/// Returns the reason of a change of a value by this actor.
pub(super) fn reason_of_change(ctx: &Ctx) -> VersionReason {
    match ctx.actor {
        crate::context::Actor::Token(_) => VersionReason::Api,
        _ => VersionReason::Edited,
    }
}

impl SecretService {
    /// Returns which versions of a value are kept.
    pub fn keep_versions(&self) -> super::KeepVersions {
        self.keep_versions
    }

    /// Returns a page of the versions of a secret's value, the newest first: those before this number, if one is given.
    ///
    /// Errors: `NotFound`, `Sealed`, `NotSignedIn`, `Forbidden`, `Unavailable`, `Internal`.
    pub async fn versions(
        &self,
        ctx: &Ctx,
        id: &SecretId,
        before: Option<i64>,
    ) -> Result<VersionPage, Error> {
        authorize(&self.db, ctx, Action::ReadSecrets, Object::Secret(id)).await?;
        self.unsealed()?;
        let found = self.db.read(ctx, async |connection| {
            let Some(row) = secrets::find(connection, id).await? else { return Ok(None) };
            page(connection, ctx, (id, row.id), before, PAGE).await.map(Some)
        });
        found.await?.ok_or(Error::NotFound)
    }

    /// Rolls back: stores the value of an earlier version as a new version, with the registry host, the username or the facts
    /// of the key that belong to it, and with its own end, also if that has passed. The value is opened and sealed inside the
    /// keyring alone, so the actor need not be allowed to read it. Keeps a test's result if `ticket` is for exactly this version;
    /// ignores other tickets. A version whose value is in use already is not stored once more.
    ///
    /// Errors: `NotFound`, also if there never was such a version; `VersionGone` if its value is no longer kept; `OtherHost` if its password was typed for another host than it was last used with; `Changed` with who and when;
    /// `Internal` if a stored value or fact is not what the portal wrote; `Sealed`, `NotSignedIn`, `Forbidden`, `Unavailable`.
    pub async fn roll_back(
        &self,
        ctx: &Ctx,
        id: &SecretId,
        number: i64,
        expected: Option<Expected>,
        ticket: &str,
    ) -> Result<Rollback, Error> {
        authorize(&self.db, ctx, Action::WriteSecrets, Object::Secret(id)).await?;
        let keyring = self.unsealed()?;
        self.db
            .write(ctx, async |work| {
                let mut row = secrets::lock(work, id).await?.ok_or(Error::NotFound)?;
                if expected.is_some_and(|expected| !expected.is(row.revision())) {
                    return Err(conflict::conflict(ctx, row).into());
                }
                row.prove(&self.db, id)?;
                if number == row.value_version {
                    return Ok(Rollback::AlreadyCurrent(number));
                }
                let found = repository::find(work, row.id, ValueField::of(id.kind), number).await?;
                let earlier = earlier(&self.db, id, &row, number, found)?;
                if is_in_use(work, &row, &earlier.facts).await? {
                    return Ok(Rollback::AlreadyCurrent(row.value_version));
                }
                let earlier = earlier.for_its_host(id)?;
                let end = restored_end(keyring, &earlier, &row, ctx.now)?;
                let EarlierValue { facts, place, sealed } = earlier;
                let settings = stored_settings_for(work, id, facts.registry_host.as_deref()).await?;
                let tested = settings.and_then(|settings| {
                    TestedBefore::read(keyring, ctx, ticket, &WhatWasTested::version(place, &settings))
                });
                let key = facts.key()?;
                let (stored_key, _) = keys::find(work, row.id).await?;
                let before = row.clone();
                let mut fields = restore_account(id, &mut row, &facts);
                row.value_version += 1;
                if row.expires_at != end {
                    row.expires_at = end;
                    fields.push(Field::ExpiresAt.name());
                }
                let to = Location { version: row.value_version, ..place };
                let sealed = keyring.reseal((place, &sealed), (to, &active_id(work).await?))?;
                let (reason, rolled_back_from) = (VersionReason::RolledBack, Some(number));
                let new = NewVersion { place: to, sealed, reason, rolled_back_from };
                repository::put(work, ctx, self.keep_versions, (&before, stored_key), new).await?;
                put_key(work, ctx, to, key.as_ref()).await?;
                let version = secrets::update(work, ctx, row).await?;
                if let Some(tested) = tested {
                    tested.keep(work, ctx, to.secret, version).await?;
                }
                let numbers = [format!("from-{number}"), format!("to-{}", to.version)];
                fields.extend(numbers.iter().map(String::as_str));
                audit::record_change(work, ctx, AuditAction::ValueRolledBack, id, &fields).await?;
                Ok(Rollback::NewVersion(to.version))
            })
            .await
    }

    /// Returns whether a rollback to this version would change nothing.
    ///
    /// Errors: `NotFound` if there is no such secret; `Sealed`, `NotSignedIn`, `Forbidden`, `Unavailable`, `Internal`.
    pub async fn is_version_in_use(&self, ctx: &Ctx, id: &SecretId, number: i64) -> Result<bool, Error> {
        authorize(&self.db, ctx, Action::WriteSecrets, Object::Secret(id)).await?;
        self.unsealed()?;
        let found = self.db.read(ctx, async |connection| {
            let Some(row) = secrets::find(connection, id).await? else { return Ok(None) };
            if number == row.value_version {
                return Ok(Some(true));
            }
            match repository::find(connection, row.id, ValueField::of(id.kind), number).await? {
                Some((version, Some(_))) => is_in_use(connection, &row, &version).await.map(Some),
                // The rollback says why it is not possible.
                _ => Ok(Some(false)),
            }
        });
        found.await?.ok_or(Error::NotFound)
    }

    /// Destroys the value of an earlier version, which nothing brings back. The facts of the version stay.
    ///
    /// Errors: `CurrentVersion`, because a secret is never without a value; `VersionGone` if it is no longer kept; `NotFound`
    /// if there never was such a version; `Sealed`, `NotSignedIn`, `Forbidden`, `Unavailable`, `Internal`.
    pub async fn destroy_version(&self, ctx: &Ctx, id: &SecretId, number: i64) -> Result<(), Error> {
        authorize(&self.db, ctx, Action::WriteSecrets, Object::Secret(id)).await?;
        self.unsealed()?;
        self.db
            .write(ctx, async |work| {
                let row = secrets::lock(work, id).await?.ok_or(Error::NotFound)?;
                row.prove(&self.db, id)?;
                if number == row.value_version {
                    return Err(Error::CurrentVersion.into());
                }
                let field = ValueField::of(id.kind);
                if repository::find(work, row.id, field, number).await?.is_none() {
                    return Err(Error::NotFound.into());
                }
                let place = Location { secret: row.id, field, version: number };
                if !repository::destroy(work, ctx, place).await? {
                    return Err(Error::VersionGone.into());
                }
                let version = format!("version-{number}");
                let fields = [version.as_str()];
                Ok(audit::record_change(work, ctx, AuditAction::VersionDestroyed, id, &fields).await?)
            })
            .await
    }

    /// Deletes earlier values whose time has ended, or of which there are too many, with a record for each secret; returns the
    /// number of secrets. Any number of servers may do so at once.
    ///
    /// Errors: `Sealed`, `NotSignedIn`, `Forbidden`, `Unavailable`, `Internal`.
    pub async fn clean_up_versions(&self, ctx: &Ctx) -> Result<u64, Error> {
        authorize(&self.db, ctx, Action::WriteSecrets, Object::Named("versions")).await?;
        self.unsealed()?;
        let keep = self.keep_versions;
        let cutoff = keep.cutoff(ctx.now).map_err(|error| public_error(ctx, &error))?;
        let mut total = 0;
        loop {
            let removed = self.db.write::<_, Error>(ctx, async |work| {
                let ids = repository::prune_some(work, keep, cutoff, BATCH).await?;
                audit::record_each(work, ctx, AuditAction::VersionsRemoved, &ids).await?;
                Ok(ids.len())
            });
            match removed.await? {
                0 => return Ok(total),
                removed => total += removed as u64,
            }
        }
    }
}

/// Returns a page of the versions of this secret. The caller must have authorized.
pub(super) async fn page(
    connection: &mut PgConnection,
    ctx: &Ctx,
    (id, row): (&SecretId, uuid::Uuid),
    before: Option<i64>,
    size: i64,
) -> Result<VersionPage, sqlx::Error> {
    let before = before.unwrap_or(i64::MAX);
    let mut items = repository::list(connection, row, ValueField::of(id.kind), before, size + 1).await?;
    let more = items.len() > usize::try_from(size).unwrap_or(usize::MAX);
    if more {
        items.pop();
    }
    let next = items.last().filter(|_| more).map(|last| last.number);
    Ok(VersionPage { items, next, now: ctx.now })
}

/// Gives the row the registry host and username of the earlier value, so that a password never goes to another host than its
/// own; returns the names of the changed fields. An image of another registry is no test target any more.
fn restore_account(id: &SecretId, row: &mut SecretRow, facts: &VersionRow) -> Vec<&'static str> {
    let value = if id.kind == SecretKind::GitDataset { Field::Secret } else { Field::Password };
    let mut fields = vec![value.name()];
    if row.registry_username != facts.registry_username {
        fields.push(Field::Username.name());
    }
    if row.registry_host != facts.registry_host {
        fields.push(Field::RegistryHost.name());
        let registry = facts.registry_host.as_deref().and_then(|host| RegistryHost::parse(host).ok());
        let fits = |image: &str| {
            registry.as_ref().is_some_and(|known| ImageReference::parse(image, Some(&known.host)).is_ok())
        };
        if row.check_target.take_if(|image| !fits(image)).is_some() {
            fields.push(Field::Image.name());
        }
    }
    row.registry_host.clone_from(&facts.registry_host);
    row.registry_username.clone_from(&facts.registry_username);
    // A trigger does the same, because the version of the value changes.
    row.value_host.clone_from(&facts.registry_host);
    fields
}

/// Returns the end of a value that comes back into use: its own, as it was when another took its place, or as the value contains
/// it. If neither is known, an end that lies ahead stays, and one that has passed is forgotten, as with any new value.
fn restored_end(
    keyring: &Keyring,
    earlier: &EarlierValue,
    row: &SecretRow,
    now: Timestamp,
) -> Result<Option<DateTime<Utc>>, Failure> {
    let EarlierValue { facts, place, sealed } = earlier;
    if facts.end_kept {
        return Ok(facts.expires_at);
    }
    match visible_end(&keyring.open(*place, sealed)?) {
        Some(end) => Ok(Some(instant(end)?)),
        None => Ok(row.expires_at.filter(|at| timestamp(*at) > now)),
    }
}

/// Stores the facts of the key that came back into use; without any, the key is parsed when the server starts next.
async fn put_key(
    connection: &mut PgConnection,
    ctx: &Ctx,
    place: Location,
    facts: Option<&SshKeyFacts>,
) -> Result<(), sqlx::Error> {
    if place.field != ValueField::SshPrivateKey {
        return Ok(());
    }
    let Location { secret, version: sealed_version, .. } = place;
    match facts {
        Some(_) => {
            keys::put(connection, ctx, &KeyRow { secret, pending: false, sealed_version, facts }).await
        }
        None => keys::forget(connection, secret).await,
    }
}

#[cfg(test)]
mod tests;
