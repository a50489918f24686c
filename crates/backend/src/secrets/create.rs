//! Adding secrets. The same form or request sent twice is saved once.

pub(super) mod repository;

use super::{
    conflict::name_taken,
    duplicates,
    keys::repository::{self as keys, KeyRow},
    origins,
    repository::{self as secrets, NAME_IS_UNIQUE},
    service::SecretService,
    shared::Shared,
    values::repository as values,
};
use crate::{
    access::{Object, authorize},
    audit::{self, AuditAction},
    connection_tests::{TestedBefore, WhatWasTested},
    context::{Action, Ctx},
    error::Failure,
    keyring::{Keyring, Location, ValueField, repository::active_id},
    random::form_of,
    work::Work,
};
use domain::{
    error::Error,
    secret::{Credential, NewSecret, Origins, SecretId, SshKeyFacts},
};
use repository::NewRow;
use uuid::Uuid;

/// The mark of a form or request that adds a secret, so that the same one sent again adds nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Submission {
    /// A form. Sent again with another name in it, it adds another secret.
    Form(Uuid),
    /// A request with a key of its own, which adds one secret, however often and wherever it is sent.
    Request(Uuid),
}

impl Submission {
    /// Returns the mark as it counts for the sender: the mark of another person's form, or of a request, has no meaning here.
    pub(super) fn of(self, ctx: &Ctx) -> Self {
        match self {
            Self::Form(mark) => Self::Form(form_of(ctx, mark)),
            Self::Request(mark) => Self::Request(mark),
        }
    }

    /// Returns the mark as it is stored.
    pub(super) fn mark(self) -> Uuid {
        match self {
            Self::Form(mark) | Self::Request(mark) => mark,
        }
    }
}

impl SecretService {
    /// Adds a secret. `submission` marks the form it came from: the same form sent twice is saved once, with the same answer.
    /// Sent again with other contents, it is another form, and the name is taken. If a request with this mark has added
    /// another secret, adds nothing and returns that one.
    ///
    /// Errors: `Invalid` with `NameTaken`, or with the problem of the key; `Twin` if another secret holds the same and the
    /// caller does not allow duplicates; `Sealed`, `NotSignedIn`, `Forbidden`, `Unavailable`, `Internal`.
    pub async fn create(
        &self,
        ctx: &Ctx,
        secret: NewSecret,
        submission: Option<Submission>,
    ) -> Result<SecretId, Error> {
        self.create_wanted(ctx, secret, submission, "", &Origins::default()).await
    }

    /// Adds a secret as `create` does, and keeps its origins.
    ///
    /// Errors: as `create`.
    pub async fn create_from(
        &self,
        ctx: &Ctx,
        secret: NewSecret,
        submission: Option<Submission>,
        origins: &Origins,
    ) -> Result<SecretId, Error> {
        self.create_wanted(ctx, secret, submission, "", origins).await
    }

    /// Returns the result of `create` without writing anything: the id, and what is known of the key.
    ///
    /// Errors: as `create`.
    pub async fn would_create(
        &self,
        ctx: &Ctx,
        mut secret: NewSecret,
    ) -> Result<(SecretId, Option<SshKeyFacts>), Error> {
        let id = SecretId::new(secret.credential.kind(), secret.name.clone());
        authorize(&self.db, ctx, Action::WriteSecrets, Object::Secret(&id)).await?;
        self.unsealed()?;
        let facts = self.understand(&mut secret.credential).await?;
        self.db
            .write(ctx, async |work| {
                if secrets::find(work, &id).await?.is_some() {
                    return Err(name_taken(&id).into());
                }
                let shared =
                    Shared::of(&secret.credential, facts.as_ref()).filter(|_| !secret.allow_duplicate);
                match duplicates::find(work, ctx, &id, shared).await? {
                    Some(duplicate) => Err(Failure::Domain(Error::Duplicate(duplicate))),
                    None => Ok(()),
                }
            })
            .await?;
        Ok((id, facts))
    }

    /// Adds a secret as `create` does, and keeps a test's result if `ticket` is for exactly these contents; ignores other
    /// tickets.
    ///
    /// Errors: as `create`.
    pub async fn create_tested(
        &self,
        ctx: &Ctx,
        secret: NewSecret,
        submission: Option<Submission>,
        ticket: &str,
    ) -> Result<SecretId, Error> {
        self.create_wanted(ctx, secret, submission, ticket, &Origins::default()).await
    }

    async fn create_wanted(
        &self,
        ctx: &Ctx,
        mut secret: NewSecret,
        submission: Option<Submission>,
        ticket: &str,
        origins: &Origins,
    ) -> Result<SecretId, Error> {
        let id = SecretId::new(secret.credential.kind(), secret.name.clone());
        authorize(&self.db, ctx, Action::WriteSecrets, Object::Secret(&id)).await?;
        let keyring = self.unsealed()?;
        let what = WhatWasTested::new(&secret.credential, &secret.settings);
        let tested = TestedBefore::read(keyring, ctx, ticket, &what);
        let submission = submission.map(|submission| submission.of(ctx));
        let facts = self.understand(&mut secret.credential).await?;
        let action = AuditAction::SecretAdded;
        let wanted =
            Wanted { id: &id, secret: &secret, facts: facts.as_ref(), submission, action, tested, origins };
        self.store_wanted(ctx, wanted).await
    }

    /// Stores a validated secret.
    pub(super) async fn store(
        &self,
        ctx: &Ctx,
        id: SecretId,
        secret: NewSecret,
        facts: Option<SshKeyFacts>,
        submission: Option<Submission>,
        action: AuditAction,
    ) -> Result<SecretId, Error> {
        let facts = facts.as_ref();
        let origins = &Origins::default();
        let wanted = Wanted { id: &id, secret: &secret, facts, submission, action, tested: None, origins };
        self.store_wanted(ctx, wanted).await
    }

    async fn store_wanted(&self, ctx: &Ctx, wanted: Wanted<'_>) -> Result<SecretId, Error> {
        let keyring = self.unsealed()?;
        let Wanted { id, secret, submission, action, .. } = wanted;
        let stored = self.db.try_write(async |work| insert(work, ctx, keyring, wanted).await).await;
        match stored {
            Err(failure) if failure.violates(NAME_IS_UNIQUE) => {
                // Each generated key is another one.
                let again = if action == AuditAction::SshKeyGenerated {
                    self.came_from(ctx, id, submission).await?
                } else {
                    self.is_sent_again(ctx, keyring, id, secret, submission).await?
                };
                if again { Ok(id.clone()) } else { Err(name_taken(id)) }
            }
            stored => stored.map_err(|failure| failure.public_error(ctx)),
        }
    }

    /// Returns the secret that was added with this mark, if it still exists.
    ///
    /// Errors: `NotSignedIn`, `Forbidden`, `Sealed`, `Unavailable`, `Internal`.
    pub async fn submitted(&self, ctx: &Ctx, submission: Uuid) -> Result<Option<SecretId>, Error> {
        authorize(&self.db, ctx, Action::WriteSecrets, Object::Visible("secrets")).await?;
        self.unsealed()?;
        self.db.read(ctx, async |connection| repository::find_submitted(connection, submission).await).await
    }

    /// Returns whether the stored secret came from this form, with the same contents.
    async fn is_sent_again(
        &self,
        ctx: &Ctx,
        keyring: &Keyring,
        id: &SecretId,
        secret: &NewSecret,
        submission: Option<Submission>,
    ) -> Result<bool, Error> {
        let Some(submission) = submission.map(Submission::mark) else { return Ok(false) };
        let found = self.db.read(ctx, async |connection| values::find(connection, id).await).await?;
        let Some((row, sealed)) = found.filter(|(row, _)| row.submission == Some(submission)) else {
            return Ok(false);
        };
        let (host, username, value) = match &secret.credential {
            Credential::GitDataset { private_key } => (None, None, private_key.value()),
            Credential::ImagePull { host, username, password } => {
                (Some(host.as_str()), Some(username.as_str()), password.value())
            }
        };
        let same = row.version == 1
            && row.display_name == repository::shown_name(secret)
            && row.registry_host.as_deref() == host
            && row.registry_username.as_deref() == username
            && row.check_target.as_deref() == secret.settings.target()
            && row.known_hosts == secret.settings.known_hosts.as_str()
            && has_dates(&row, secret);
        let place = Location { secret: row.id, field: ValueField::of(id.kind), version: row.value_version };
        let same = same && row.prove(&self.db, id).is_ok();
        Ok(same && keyring.open(place, &sealed).is_ok_and(|stored| stored.expose() == value.expose()))
    }

    /// Returns whether the form with this mark added this secret, and nobody has changed it since.
    pub(super) async fn came_from(
        &self,
        ctx: &Ctx,
        id: &SecretId,
        submission: Option<Submission>,
    ) -> Result<bool, Error> {
        let Some(submission) = submission.map(Submission::mark) else { return Ok(false) };
        let found = self.find(ctx, id).await?;
        Ok(found.is_some_and(|row| row.submission == Some(submission) && row.version == 1))
    }
}

/// Returns whether a stored secret has the dates of a new one. An end that was not typed follows from the value, and from the
/// time of the request.
fn has_dates(row: &secrets::SecretRow, secret: &NewSecret) -> bool {
    let (stored, dates) = (row.dates(), secret.dates);
    dates.expiry.is_none_or(|typed| stored.expires_at == Some(typed.at(stored.expires_at)))
        && dates.renew_every_days == stored.renew_every_days
        && dates.stop_when_expired == stored.stop_when_expired
}

/// The secret to store, and the action to record.
struct Wanted<'a> {
    id: &'a SecretId,
    secret: &'a NewSecret,
    facts: Option<&'a SshKeyFacts>,
    submission: Option<Submission>,
    action: AuditAction,
    /// The result of a test of exactly these contents.
    tested: Option<TestedBefore>,
    origins: &'a Origins,
}

/// Inserts the secret with everything that belongs to it, unless a request with the same mark has added another one.
async fn insert(
    work: &mut Work,
    ctx: &Ctx,
    keyring: &Keyring,
    wanted: Wanted<'_>,
) -> Result<SecretId, Failure> {
    let Wanted { id, secret, facts, submission, action, tested, origins } = wanted;
    if let Some(Submission::Request(mark)) = submission {
        repository::lock_submission(work, mark).await?;
        let made = repository::find_submitted(work, mark).await?;
        if let Some(made) = made.filter(|made| made != id) {
            return Ok(made);
        }
    }
    // A taken name is reported first, because it may be the same form once more.
    if !secret.allow_duplicate && secrets::find(work, id).await?.is_none() {
        let shared = Shared::of(&secret.credential, facts);
        if let Some(duplicate) = duplicates::find(work, ctx, id, shared).await? {
            return Err(Error::Duplicate(duplicate).into());
        }
    }
    let kek_id = active_id(work).await?;
    let row = NewRow::seal(keyring, &kek_id, secret, submission.map(Submission::mark), ctx.now)?;
    let row_id = row.id;
    let key = KeyRow { secret: row_id, pending: false, sealed_version: 1, facts };
    repository::insert(work, ctx, row).await?;
    if facts.is_some() {
        keys::insert_many(work, ctx, &[key]).await?;
    }
    if let Some(tested) = tested {
        tested.keep(work, ctx, row_id, 1).await?;
    }
    origins::repository::insert_many(work, &[(row_id, origins)]).await?;
    audit::record(work, ctx, action, id).await?;
    Ok(id.clone())
}
