//! Reading values, for consumers that hold a token for it.

pub(crate) mod repository;

use super::{
    hosts,
    keys::repository as keys,
    repository::{self as secrets, SecretRow},
    restore::restore,
    service::SecretService,
    versions::{self, EarlierValue},
};
use crate::{
    access::{Object, authorize},
    access_log::{OfVersion, Read},
    audit::Outcome,
    context::{Action, Ctx},
    error::{Failure, IntegrityError, internal},
    keyring::{Location, SealedValue, ValueField},
    revision::Revision,
};
use domain::{
    connection_test::Repository,
    error::Error,
    secret::{Credential, ExportFormat, SecretId, StoredSshKey},
};
use formats::export::{ExportSource, Exported, exported};
use uuid::Uuid;

/// The form in which a value is read.
#[derive(Clone, Copy, Debug)]
pub struct ValueQuery<'a> {
    /// The export format.
    pub shape: ExportFormat,
    /// The repository for Argo CD; without it the test target of the secret.
    pub url: Option<&'a str>,
}

/// The result of reading a value.
#[derive(Debug)]
pub enum ValueAnswer {
    /// The consumer has this state already.
    Unchanged(Revision),
    /// The exported value.
    Value(Revision, Exported),
}

/// The sealed value of a secret as the query found it that identified the caller, or its absence. It grants nothing:
/// `SecretService::value_found` authorizes before it opens the value.
#[derive(Clone, Debug)]
pub struct FoundValue {
    id: SecretId,
    stored: Option<repository::StoredValue>,
}

impl FoundValue {
    pub(crate) fn new(id: SecretId, stored: Option<repository::StoredValue>) -> Self {
        Self { id, stored }
    }

    /// Returns whether it belongs to this secret.
    pub fn is_of(&self, id: &SecretId) -> bool {
        self.id == *id
    }
}

/// A sealed value with the row that it is exported with.
struct Stored {
    row: SecretRow,
    sealed: SealedValue,
    /// The difference of an earlier version, whose account the row has then.
    earlier: Option<Earlier>,
}

struct Earlier {
    number: i64,
    public_key: Option<String>,
}

impl From<repository::StoredValue> for Stored {
    fn from((row, sealed): repository::StoredValue) -> Self {
        Self { row, sealed, earlier: None }
    }
}

impl Stored {
    /// Returns an earlier value with the proved row of its secret.
    fn earlier(row: SecretRow, earlier: EarlierValue) -> Self {
        let EarlierValue { facts, place, sealed } = earlier;
        let public_key = facts.key().ok().flatten().map(|facts| facts.public_line());
        let row = SecretRow {
            // Whoever stops an expired value stops this one at the end of either.
            expires_at: [row.expires_at, facts.expires_at].into_iter().flatten().min(),
            registry_host: facts.registry_host,
            registry_username: facts.registry_username,
            value_host: facts.value_host,
            ..row
        };
        Self { row, sealed, earlier: Some(Earlier { number: place.version, public_key }) }
    }

    /// Returns the version.
    fn version(&self) -> OfVersion {
        match &self.earlier {
            Some(earlier) => OfVersion { secret: self.row.id, number: earlier.number, earlier: true },
            None => version_of(&self.row),
        }
    }
}

/// Returns the version in use.
fn version_of(row: &SecretRow) -> OfVersion {
    OfVersion { secret: row.id, number: row.value_version, earlier: false }
}

impl SecretService {
    /// Returns the credential, value included. Records that before the value is returned.
    ///
    /// Errors: `NotFound`; `Expired` if the secret is not handed out any more; `Invalid` at the password if it was typed for another registry host; `Internal` if the stored
    /// value is not the one that was sealed, which is recorded too; `Sealed`, `NotSignedIn`, `Forbidden`, `Unavailable`.
    pub async fn credential(&self, ctx: &Ctx, id: &SecretId) -> Result<Credential, Error> {
        authorize(&self.db, ctx, Action::ReadValues, Object::Secret(id)).await?;
        self.unsealed()?;
        let stored = self.stored_value(ctx, id).await?;
        let row = &stored.0;
        self.has_not_stopped(ctx, id, row, version_of(row)).await?;
        if !hosts::may_go_to(row.registry_host.as_deref(), row.value_host.as_deref()) {
            return self.reject(ctx, id, version_of(row), hosts::password_again()).await;
        }
        self.open(ctx, id, stored.into()).await
    }

    /// Returns the credential in its consumer's export format, unless the consumer has this state already. Records that
    /// before the value is returned.
    ///
    /// Errors: `WrongShape`, `NoUrl`, `OtherHost`; as for `credential`.
    pub async fn value(
        &self,
        ctx: &Ctx,
        id: &SecretId,
        query: ValueQuery<'_>,
        is_known: impl FnOnce(Revision) -> bool + Send,
    ) -> Result<ValueAnswer, Error> {
        self.may_read(ctx, id, query).await?;
        let stored = self.stored_value(ctx, id).await?;
        self.answer(ctx, id, stored.into(), query, is_known).await
    }

    /// Returns the same of a version, earlier ones with the account that belongs to them.
    ///
    /// Errors: `NotFound` if there never was such a version; `VersionGone` if its value is no longer kept; as `value`.
    pub async fn value_of_version(
        &self,
        ctx: &Ctx,
        id: &SecretId,
        number: i64,
        query: ValueQuery<'_>,
        is_known: impl FnOnce(Revision) -> bool + Send,
    ) -> Result<ValueAnswer, Error> {
        self.may_read(ctx, id, query).await?;
        let found = self.db.read(ctx, async |connection| {
            let Some(row) = secrets::find(connection, id).await? else { return Ok(None) };
            let field = ValueField::of(id.kind);
            let version = versions::repository::find(connection, row.id, field, number).await?;
            Ok(Some((row, version)))
        });
        let (row, version) = found.await?.ok_or(Error::NotFound)?;
        if row.value_version == number {
            let stored = self.stored_value(ctx, id).await?;
            if stored.0.value_version != number {
                // Somebody has just changed it: the next try finds an earlier version.
                return Err(Error::Unavailable);
            }
            return self.answer(ctx, id, stored.into(), query, is_known).await;
        }
        let read = OfVersion { secret: row.id, number, earlier: true };
        let earlier = row.prove(&self.db, id).map_err(Failure::from);
        let earlier = earlier.and_then(|()| versions::earlier(&self.db, id, &row, number, version));
        match earlier {
            Ok(earlier) => self.answer(ctx, id, Stored::earlier(row, earlier), query, is_known).await,
            Err(failure) => {
                if matches!(failure, Failure::Integrity(_)) {
                    self.reads.record(Read::new(ctx, id, read, Outcome::IntegrityFailure)).await?;
                }
                Err(failure.public_error(ctx))
            }
        }
    }

    /// Returns the same of a value that was found before.
    ///
    /// Errors: as `value`.
    pub async fn value_found(
        &self,
        ctx: &Ctx,
        found: FoundValue,
        query: ValueQuery<'_>,
        is_known: impl FnOnce(Revision) -> bool + Send,
    ) -> Result<ValueAnswer, Error> {
        let FoundValue { id, stored } = found;
        self.may_read(ctx, &id, query).await?;
        // Looked for again if it was not there: the secret may have been added since, and lacks nothing then.
        let stored = match stored {
            Some(stored) => stored,
            None => self.stored_value(ctx, &id).await?,
        };
        self.answer(ctx, &id, stored.into(), query, is_known).await
    }

    async fn may_read(&self, ctx: &Ctx, id: &SecretId, query: ValueQuery<'_>) -> Result<(), Error> {
        authorize(&self.db, ctx, Action::ReadValues, Object::Secret(id)).await?;
        self.unsealed()?;
        if query.shape.fits(id.kind) { Ok(()) } else { Err(Error::WrongShape) }
    }

    async fn answer(
        &self,
        ctx: &Ctx,
        id: &SecretId,
        stored: Stored,
        ValueQuery { shape, url }: ValueQuery<'_>,
        is_known: impl FnOnce(Revision) -> bool + Send,
    ) -> Result<ValueAnswer, Error> {
        let row = &stored.row;
        // A consumer that has this state already has to learn it, too.
        self.has_not_stopped(ctx, id, row, stored.version()).await?;
        let revision = row.revision();
        if is_known(revision) {
            let read = Read::new(ctx, id, stored.version(), Outcome::Done);
            self.reads.record(Read { unchanged: true, ..read }).await?;
            return Ok(ValueAnswer::Unchanged(revision));
        }
        // The stored address in the form in which Argo CD finds the same repository: with the user, and encoded.
        let stored_url = || {
            let target = row.check_target.as_ref()?;
            Some(Repository::parse(target).map_or_else(|_| target.clone(), |repository| repository.url()))
        };
        let url = url.map(str::to_owned).or_else(stored_url);
        if shape == ExportFormat::ArgoCd && url.is_none() {
            return Err(Error::NoUrl(vec![id.clone()]));
        }
        let may_go = hosts::may_go_to(row.registry_host.as_deref(), row.value_host.as_deref());
        if !may_go {
            return self.reject(ctx, id, stored.version(), Error::OtherHost(id.clone())).await;
        }
        let public_key = match (shape, &stored.earlier) {
            (ExportFormat::Rancher | ExportFormat::Flux, None) => self.public_key(ctx, row.id).await?,
            (_, Some(earlier)) => earlier.public_key.clone(),
            _ => None,
        };
        let known_hosts = row.known_hosts.clone();
        let credential = self.open(ctx, id, stored).await?;
        let source = ExportSource {
            credential: &credential,
            known_hosts: &known_hosts,
            public_key: public_key.as_deref(),
            url: url.as_deref(),
        };
        let entries = exported(&source, shape).ok_or(Error::WrongShape)?;
        Ok(ValueAnswer::Value(revision, entries))
    }

    /// Rejects, and records, the read of a value that its owner does not want to be handed out after its end. The row is proved
    /// before a value leaves, so that nobody moves this end unnoticed.
    async fn has_not_stopped(
        &self,
        ctx: &Ctx,
        id: &SecretId,
        row: &SecretRow,
        version: OfVersion,
    ) -> Result<(), Error> {
        match row.dates().stopped_at(ctx.now) {
            None => Ok(()),
            Some(at) => self.reject(ctx, id, version, Error::Expired(id.clone(), at)).await,
        }
    }

    /// Records that the value is not handed out, and returns why.
    async fn reject<T>(&self, ctx: &Ctx, id: &SecretId, version: OfVersion, why: Error) -> Result<T, Error> {
        self.reads.record(Read::new(ctx, id, version, Outcome::Refused)).await?;
        Err(why)
    }

    async fn stored_value(&self, ctx: &Ctx, id: &SecretId) -> Result<repository::StoredValue, Error> {
        let found = self.db.read(ctx, async |connection| repository::find(connection, id).await).await?;
        match found {
            Some(stored) => Ok(stored),
            None => Err(self.without_value(ctx, id).await?),
        }
    }

    /// Returns why there is no value: consumers delete their copy if a secret does not exist, so a missing value is
    /// another error, and is recorded.
    async fn without_value(&self, ctx: &Ctx, id: &SecretId) -> Result<Error, Error> {
        let Some(row) = self.find(ctx, id).await? else { return Ok(Error::NotFound) };
        self.reads.record(Read::new(ctx, id, version_of(&row), Outcome::IntegrityFailure)).await?;
        Ok(internal(ctx, &IntegrityError))
    }

    async fn public_key(&self, ctx: &Ctx, secret: Uuid) -> Result<Option<String>, Error> {
        let found = self.db.read(ctx, async |connection| keys::find(connection, secret).await).await?;
        let (key, _) = found;
        Ok(match key {
            StoredSshKey::Known(facts) => Some(facts.public_line()),
            StoredSshKey::Unknown | StoredSshKey::Unreadable => None,
        })
    }

    /// Opens a sealed value, and records that before returning it.
    async fn open(&self, ctx: &Ctx, id: &SecretId, stored: Stored) -> Result<Credential, Error> {
        let version = stored.version();
        let Stored { row, sealed, earlier } = stored;
        let place =
            Location { secret: version.secret, field: ValueField::of(id.kind), version: version.number };
        let keyring = self.unsealed()?;
        // The row with an earlier account was proved before it got that.
        let proved = if earlier.is_some() { Ok(()) } else { row.prove(&self.db, id) };
        let opened =
            proved.and_then(|()| keyring.open(place, &sealed)).and_then(|text| restore(id.kind, row, text));
        let outcome = if opened.is_ok() { Outcome::Done } else { Outcome::IntegrityFailure };
        self.reads.record(Read::new(ctx, id, version, outcome)).await?;
        opened.map_err(|error| internal(ctx, &error))
    }
}
