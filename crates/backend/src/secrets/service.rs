//! What can be done with secrets. Every method authorizes first; every change is one transaction with its audit
//! record.

use super::{
    deleted::KeepDeleted,
    hosts,
    keys::{
        self, facts_of_seed,
        repository::{self as key_repository, KeyRow},
    },
    list, origins,
    repository::{self, NewRow, SecretRow},
    seed,
    twins::{self, Shared},
};
use crate::{
    access::{Object, authorize, visible},
    audit::{self, AuditAction, AuditRecord, Outcome},
    checks::{TestedBefore, WhatWasTested},
    context::{Action, Ctx},
    db::{Db, bounded, in_time},
    error::{broken_constraint, refuse},
    key_reader::KeyReader,
    keyring::{IntegrityError, Keyring, Location, ValueField, repository::active_id},
    random::form_of,
    reads::ReadRecorder,
    revision::{Expected, Revision},
    work::Work,
};
use domain::{
    error::{Error, Field, FieldError, Problem},
    page::{ListQuery, SecretPage},
    secret::{
        Credential, CredentialUpdate, KeyFacts, NewSecret, Origins, Password, PrivateKeyText, RegistryHost,
        SecretDetails, SecretId, SecretKind, SecretUpdate, Username,
    },
    sensitive::Sensitive,
};
use std::sync::Arc;
use uuid::Uuid;

/// What marks a request to add a secret, so that the same sent again adds nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Submission {
    /// A form. Sent with another name in it, it adds another secret.
    Form(Uuid),
    /// A request with a key of its own, which adds one secret and no other, however often and wherever it is sent.
    Request(Uuid),
}

impl Submission {
    /// As it counts for whoever sends it: the mark of another person's form, or of a request, marks nothing here.
    pub(super) fn of(self, ctx: &Ctx) -> Self {
        match self {
            Self::Form(mark) => Self::Form(form_of(ctx, mark)),
            Self::Request(mark) => Self::Request(mark),
        }
    }

    /// As it is stored.
    pub(super) fn mark(self) -> Uuid {
        match self {
            Self::Form(mark) | Self::Request(mark) => mark,
        }
    }
}

/// The secrets. Cheap to clone.
#[derive(Clone, Debug)]
pub struct SecretService {
    pub(super) db: Db,
    keyring: Option<Arc<Keyring>>,
    pub(crate) reader: KeyReader,
    pub(super) reads: ReadRecorder,
    pub(super) keep_deleted: KeepDeleted,
}

impl SecretService {
    pub(crate) fn new(db: Db, keyring: Option<Arc<Keyring>>, keep_deleted: KeepDeleted) -> Self {
        let reads = ReadRecorder::new(db.clone());
        Self { db, keyring, reader: KeyReader::new(), reads, keep_deleted }
    }

    /// The keyring, unless the portal is sealed; every method passes here, reading ones too.
    pub(super) fn unsealed(&self) -> Result<&Keyring, Error> {
        self.keyring.as_deref().ok_or(Error::Sealed)
    }

    /// One page of the list, in one round trip. A token that is for some secrets alone sees no others.
    ///
    /// Errors: `NotSignedIn`, `Forbidden`, `Sealed`, `Unavailable`, `Internal`.
    pub async fn list(&self, ctx: &Ctx, query: &ListQuery) -> Result<SecretPage, Error> {
        authorize(&self.db, ctx, Action::ReadSecrets, Object::Visible("secrets")).await?;
        self.unsealed()?;
        list::page(&self.db, query, visible(&ctx.actor), ctx.now).await.map_err(|error| refuse(ctx, &error))
    }

    /// The page at this very place of the list, `skip` rows on, for clients that count pages: where there are no rows, it
    /// has none, and the total is 0. The database reads the rows that are skipped, so whoever calls bounds them.
    ///
    /// Errors: as `list`.
    pub async fn exact_page(&self, ctx: &Ctx, query: &ListQuery, skip: u32) -> Result<SecretPage, Error> {
        authorize(&self.db, ctx, Action::ReadSecrets, Object::Visible("secrets")).await?;
        self.unsealed()?;
        list::exact_page(&self.db, query, skip, visible(&ctx.actor), ctx.now)
            .await
            .map_err(|error| refuse(ctx, &error))
    }

    /// Whether whoever asks may change this secret, or add one: before a form is shown that could not be sent.
    ///
    /// Errors: `NotSignedIn`, `Forbidden`, `Sealed`, `Unavailable`, `Internal`.
    pub async fn may_change(&self, ctx: &Ctx, id: Option<&SecretId>) -> Result<(), Error> {
        let object = id.map_or(Object::Named("new secret"), Object::Secret);
        authorize(&self.db, ctx, Action::WriteSecrets, object).await?;
        self.unsealed().map(drop)
    }

    /// What may be shown of one secret.
    ///
    /// Errors: as `list`, and `NotFound`.
    pub async fn get(&self, ctx: &Ctx, id: &SecretId) -> Result<SecretDetails, Error> {
        self.seen(ctx, id).await.map(|(details, _)| details)
    }

    /// The same, with what a change can say that it has seen.
    ///
    /// Errors: as `get`.
    pub async fn seen(&self, ctx: &Ctx, id: &SecretId) -> Result<(SecretDetails, Revision), Error> {
        authorize(&self.db, ctx, Action::ReadSecrets, Object::Secret(id)).await?;
        self.unsealed()?;
        let found = self
            .db
            .read(|mut reader| async move {
                let Some(row) = repository::find(&mut reader, id).await? else { return Ok((None, reader)) };
                let keys = match id.kind {
                    SecretKind::GitDataset => key_repository::find(&mut reader, row.id).await?,
                    SecretKind::ImagePull => Default::default(),
                };
                let origins = origins::repository::find(&mut reader, row.id).await?;
                Ok((Some((row, keys, origins)), reader))
            })
            .await;
        let (row, (key, pending), origins) =
            found.map_err(|error| refuse(ctx, &error))?.ok_or(Error::NotFound)?;
        let revision = row.revision();
        let details = SecretDetails {
            id: id.clone(),
            display_name: row.display_name,
            registry_host: row.registry_host,
            username: row.registry_username,
            target: row.check_target,
            known_hosts: row.known_hosts,
            origins,
            version: row.version,
            updated_at: crate::db::timestamp(row.updated_at),
            updated_by: row.updated_by,
            now: ctx.now,
            key,
            pending,
        };
        Ok((details, revision))
    }

    /// Adds a secret. `submission` marks the form it came from: the same form sent twice is saved once, and the
    /// second time is told the same. Sent again with something else in it, it is another one, and the name is taken. Where a
    /// request of this mark has added another secret, nothing is added, and that one is answered with.
    ///
    /// Errors: `Invalid` with `NameTaken`, or with what is wrong with the key; `Twin` where another secret holds the same
    /// and this is not known to whoever asks; `Sealed`, `NotSignedIn`, `Forbidden`, `Unavailable`, `Internal`.
    pub async fn create(
        &self,
        ctx: &Ctx,
        secret: NewSecret,
        submission: Option<Submission>,
    ) -> Result<SecretId, Error> {
        self.create_wanted(ctx, secret, submission, "", &Origins::default()).await
    }

    /// Does the same, and keeps where the secret came from.
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

    /// Says what `create` would come to, and writes nothing: the id, and what is known of the key.
    ///
    /// Errors: as `create`.
    pub async fn would_create(
        &self,
        ctx: &Ctx,
        mut secret: NewSecret,
    ) -> Result<(SecretId, Option<KeyFacts>), Error> {
        let id = SecretId::new(secret.credential.kind(), secret.name.clone());
        authorize(&self.db, ctx, Action::WriteSecrets, Object::Secret(&id)).await?;
        self.unsealed()?;
        let facts = self.understand(&mut secret.credential).await?;
        bounded(ctx, async {
            let failed = |error: sqlx::Error| refuse(ctx, &error);
            let mut work = self.db.begin().await.map_err(failed)?;
            if repository::find(&mut work, &id).await.map_err(failed)?.is_some() {
                let taken = FieldError { field: Field::Name, problem: Problem::NameTaken(id.clone()) };
                return Err(Error::Invalid(vec![taken]));
            }
            let shared = Shared::of(&secret.credential, facts.as_ref()).filter(|_| !secret.knowingly);
            match twins::find(&mut work, ctx, &id, shared).await.map_err(failed)? {
                Some(twin) => Err(Error::Twin(twin)),
                None => Ok(()),
            }
        })
        .await?;
        Ok((id, facts))
    }

    /// Does the same, and keeps what a test came to where `ticket` says that exactly this was tested; other tickets are
    /// ignored.
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

    /// Stores what `create` has understood.
    pub(super) async fn store(
        &self,
        ctx: &Ctx,
        id: SecretId,
        secret: NewSecret,
        facts: Option<KeyFacts>,
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
        let inserted = in_time(Box::pin(self.insert(ctx, keyring, wanted))).await;
        match inserted.unwrap_or(Err(sqlx::Error::PoolTimedOut)) {
            Ok(outcome) => outcome,
            Err(error) if broken_constraint(&error) == Some("secrets_kind_name_unique") => {
                // A key that is made is another one each time.
                let again = if action == AuditAction::SshKeyGenerated {
                    self.came_from(ctx, id, submission).await?
                } else {
                    self.is_sent_again(ctx, keyring, id, secret, submission).await?
                };
                if again {
                    Ok(id.clone())
                } else {
                    let taken = FieldError { field: Field::Name, problem: Problem::NameTaken(id.clone()) };
                    Err(Error::Invalid(vec![taken]))
                }
            }
            Err(error) => Err(refuse(ctx, &error)),
        }
    }

    async fn insert(
        &self,
        ctx: &Ctx,
        keyring: &Keyring,
        wanted: Wanted<'_>,
    ) -> Result<Result<SecretId, Error>, sqlx::Error> {
        let Wanted { id, secret, facts, submission, action, tested, origins } = wanted;
        let mut work = self.db.begin().await?;
        if let Some(Submission::Request(mark)) = submission {
            repository::lock_submission(&mut work, mark).await?;
            let made = repository::find_submitted(&mut work, mark).await?;
            if let Some(made) = made.filter(|made| made != id) {
                return Ok(Ok(made));
            }
        }
        // A name that is taken is said first: it may be the same form once more.
        if !secret.knowingly && repository::find(&mut work, id).await?.is_none() {
            let shared = Shared::of(&secret.credential, facts);
            if let Some(twin) = twins::find(&mut work, ctx, id, shared).await? {
                return Ok(Err(Error::Twin(twin)));
            }
        }
        let kek_id = active_id(&mut work).await?;
        let row = match NewRow::seal(keyring, &kek_id, secret, submission.map(Submission::mark)) {
            Ok(row) => row,
            Err(error) => return Ok(Err(broken(ctx, error))),
        };
        let row_id = row.id;
        let key = KeyRow { secret: row_id, pending: false, sealed_version: 1, facts };
        repository::insert(&mut work, ctx, row).await?;
        if facts.is_some() {
            key_repository::insert_many(&mut work, ctx, &[key]).await?;
        }
        if let Some(tested) = tested {
            tested.keep(&mut work, ctx, row_id, 1).await?;
        }
        origins::repository::insert_many(&mut work, &[(row_id, origins)]).await?;
        record(&mut work, ctx, action, id, &[]).await?;
        work.commit().await?;
        Ok(Ok(id.clone()))
    }

    /// The secret that was added with this mark, if there is one still.
    ///
    /// Errors: `NotSignedIn`, `Forbidden`, `Sealed`, `Unavailable`, `Internal`.
    pub async fn submitted(&self, ctx: &Ctx, submission: Uuid) -> Result<Option<SecretId>, Error> {
        authorize(&self.db, ctx, Action::WriteSecrets, Object::Visible("secrets")).await?;
        self.unsealed()?;
        let found = self.db.read(|mut reader| async move {
            Ok((repository::find_submitted(&mut reader, submission).await?, reader))
        });
        found.await.map_err(|error| refuse(ctx, &error))
    }

    /// Whether the stored secret came from this form, and is what is in it.
    async fn is_sent_again(
        &self,
        ctx: &Ctx,
        keyring: &Keyring,
        id: &SecretId,
        secret: &NewSecret,
        submission: Option<Submission>,
    ) -> Result<bool, Error> {
        let Some(submission) = submission.map(Submission::mark) else { return Ok(false) };
        let found = self
            .db
            .read(|mut reader| async move { Ok((repository::find_value(&mut reader, id).await?, reader)) });
        let found = found.await.map_err(|error| refuse(ctx, &error))?;
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
            && row.known_hosts == secret.settings.known_hosts.as_str();
        let place = Location { secret: row.id, field: value_field(id.kind), version: row.value_version };
        let same = same && row.prove(&self.db, id).is_ok();
        Ok(same && keyring.open(place, &sealed).is_ok_and(|stored| stored.expose() == value.expose()))
    }

    /// Changes a secret that is still what is expected, and answers with the version it has then. A value
    /// that is `None` stays as it is stored. A change that changes nothing writes nothing.
    ///
    /// Errors: `Changed` with who and when; `Invalid` with what is wrong with the key, or at the password where the host
    /// changes and the password stays; `Twin` as in `create`, where what it is about changes; `NotFound`, `BadRequest` for the wrong kind of change; `Sealed`, `Forbidden`, `Unavailable`,
    /// `Internal`.
    pub async fn update(
        &self,
        ctx: &Ctx,
        id: &SecretId,
        update: SecretUpdate,
        expected: impl Into<Expected>,
    ) -> Result<i64, Error> {
        self.update_tested(ctx, id, update, expected, "").await
    }

    /// Does the same, and keeps what a test came to where `ticket` says that exactly this was tested; other tickets are
    /// ignored.
    ///
    /// Errors: as `update`.
    pub async fn update_tested(
        &self,
        ctx: &Ctx,
        id: &SecretId,
        mut update: SecretUpdate,
        expected: impl Into<Expected>,
        ticket: &str,
    ) -> Result<i64, Error> {
        let expected = expected.into();
        authorize(&self.db, ctx, Action::WriteSecrets, Object::Secret(id)).await?;
        let keyring = self.unsealed()?;
        // A value is compared as it was typed, before it becomes what is stored.
        let tested = WhatWasTested::of_update(&update.credential, &update.settings, None)
            .and_then(|what| TestedBefore::read(keyring, ctx, ticket, &what));
        let facts = self.understand_update(&mut update.credential).await?;
        bounded(ctx, async {
            let failed = |error: sqlx::Error| refuse(ctx, &error);
            let mut work = self.db.begin().await.map_err(failed)?;
            let stored = repository::lock(&mut work, id).await.map_err(failed)?.ok_or(Error::NotFound)?;
            if !expected.is(stored.revision()) {
                return Err(keys::changed(ctx, stored));
            }
            stored.prove(&self.db, id).map_err(|error| broken(ctx, error))?;
            let knowingly = update.knowingly;
            let value = Some((stored.id, stored.value_version));
            let tested = tested.or_else(|| {
                let what = WhatWasTested::of_update(&update.credential, &update.settings, value)?;
                TestedBefore::read(keyring, ctx, ticket, &what)
            });
            let Changed { row, value, fields } = changed(id, stored, update)?;
            if fields.is_empty() {
                return Ok(expected.version);
            }
            // Whoever may change a secret but not read it would have its password by naming a host of their own.
            let moved = fields.contains(&Field::RegistryHost.key());
            let stays = hosts::may_go_to(row.registry_host.as_deref(), row.value_host.as_deref());
            if moved && value.is_none() && !stays {
                return Err(hosts::password_again());
            }
            if !knowingly {
                let shared = Shared::after(&row, &fields, facts.as_ref());
                if let Some(twin) = twins::find(&mut work, ctx, id, shared).await.map_err(failed)? {
                    return Err(Error::Twin(twin));
                }
            }
            if let Some((field, text)) = value {
                let place = Location { secret: row.id, field, version: row.value_version };
                let kek_id = active_id(&mut work).await.map_err(failed)?;
                let sealed = keyring.seal(&kek_id, place, &text).map_err(|error| broken(ctx, error))?;
                repository::replace_value(&mut work, ctx, place, sealed).await.map_err(failed)?;
                if let Some(facts) = &facts {
                    let (secret, sealed_version) = (place.secret, place.version);
                    let key = KeyRow { secret, pending: false, sealed_version, facts: Some(facts) };
                    key_repository::put(&mut work, ctx, &key).await.map_err(failed)?;
                }
            }
            let row_id = row.id;
            let version = repository::update(&mut work, ctx, row).await.map_err(failed)?;
            if let Some(tested) = tested {
                tested.keep(&mut work, ctx, row_id, version).await.map_err(failed)?;
            }
            record(&mut work, ctx, AuditAction::SecretChanged, id, &fields).await.map_err(failed)?;
            work.commit().await.map_err(failed)?;
            Ok(version)
        })
        .await
    }

    /// Adds made-up secrets, half of each kind, for benchmarks. One transaction for each thousand.
    ///
    /// Errors: as `create`.
    pub async fn seed(&self, ctx: &Ctx, count: u32) -> Result<(), Error> {
        authorize(&self.db, ctx, Action::WriteSecrets, Object::Named("secrets")).await?;
        let keyring = self.unsealed()?;
        for batch in seed::batches(count) {
            let inserted = self.insert_many(ctx, keyring, &batch).await;
            inserted.map_err(|error| refuse(ctx, &error))?.map_err(|error| broken(ctx, error))?;
        }
        let refreshed = self
            .db
            .read(
                |mut reader| async move { Ok((repository::refresh_statistics(&mut reader).await?, reader)) },
            )
            .await;
        refreshed.map_err(|error| refuse(ctx, &error))
    }

    async fn insert_many(
        &self,
        ctx: &Ctx,
        keyring: &Keyring,
        secrets: &[NewSecret],
    ) -> Result<Result<(), IntegrityError>, sqlx::Error> {
        let mut work = self.db.begin().await?;
        let kek_id = active_id(&mut work).await?;
        let sealed = secrets.iter().map(|secret| NewRow::seal(keyring, &kek_id, secret, None));
        let rows = match sealed.collect::<Result<Vec<_>, _>>() {
            Ok(rows) => rows,
            Err(error) => return Ok(Err(error)),
        };
        let facts = secrets.iter().find_map(facts_of_seed);
        let keys: Vec<KeyRow<'_>> = rows
            .iter()
            .filter(|row| row.kind == SecretKind::GitDataset)
            .map(|row| KeyRow { secret: row.id, pending: false, sealed_version: 1, facts: facts.as_ref() })
            .collect();
        repository::insert_many(&mut work, ctx, rows).await?;
        key_repository::insert_many(&mut work, ctx, &keys).await?;
        let seeded = AuditAction::SecretsSeeded;
        audit::repository::append(&mut work, ctx, AuditRecord::done(seeded, seeded.as_str())).await?;
        work.commit().await?;
        Ok(Ok(()))
    }
}

/// What is to be stored, and how it is recorded.
struct Wanted<'a> {
    id: &'a SecretId,
    secret: &'a NewSecret,
    facts: Option<&'a KeyFacts>,
    submission: Option<Submission>,
    action: AuditAction,
    /// What a test of exactly this came to.
    tested: Option<TestedBefore>,
    origins: &'a Origins,
}

pub(super) async fn record(
    work: &mut Work,
    ctx: &Ctx,
    action: AuditAction,
    id: &SecretId,
    fields: &[&'static str],
) -> Result<(), sqlx::Error> {
    let object = id.to_string();
    let record = AuditRecord { action, object: &object, outcome: Outcome::Done, fields };
    audit::repository::append(work, ctx, record).await
}

/// A value could not be sealed or opened.
pub(crate) fn broken(ctx: &Ctx, error: IntegrityError) -> Error {
    tracing::error!(request_id = ctx.request_id, "{error}");
    Error::Internal(ctx.request_id.clone())
}

pub(crate) fn value_field(kind: SecretKind) -> ValueField {
    match kind {
        SecretKind::GitDataset => ValueField::SshPrivateKey,
        SecretKind::ImagePull => ValueField::RegistryPassword,
    }
}

/// The row as it is to be, the new value if there is one, and the names of the fields that differ.
struct Changed {
    row: SecretRow,
    value: Option<(ValueField, Sensitive)>,
    fields: Vec<&'static str>,
}

fn changed(id: &SecretId, stored: SecretRow, update: SecretUpdate) -> Result<Changed, Error> {
    let mut fields = Vec::new();
    let mut row = stored;
    let mut set = |place: &mut String, text: &str, field: Field| {
        if place != text {
            text.clone_into(place);
            fields.push(field.key());
        }
    };
    let display_name = update.display_name.as_ref().map_or(id.name.as_str(), |name| name.as_str());
    set(&mut row.display_name, display_name, Field::DisplayName);
    let tried = if id.kind == SecretKind::GitDataset { Field::Repository } else { Field::Image };
    set(row.check_target.get_or_insert_default(), update.settings.target().unwrap_or_default(), tried);
    set(&mut row.known_hosts, update.settings.known_hosts.as_str(), Field::KnownHosts);
    row.check_target.take_if(|target| target.is_empty());
    let value = match (id.kind, update.credential) {
        (SecretKind::GitDataset, CredentialUpdate::GitDataset { private_key }) => {
            private_key.map(|key| (Field::Secret, key.value().clone()))
        }
        (SecretKind::ImagePull, CredentialUpdate::ImagePull { host, username, password }) => {
            set(row.registry_host.get_or_insert_default(), host.as_str(), Field::RegistryHost);
            set(row.registry_username.get_or_insert_default(), username.as_str(), Field::Username);
            password.map(|password| (Field::Password, password.value().clone()))
        }
        _ => return Err(Error::BadRequest),
    };
    let value = value.map(|(field, text)| {
        fields.push(field.key());
        row.value_version += 1;
        row.value_host.clone_from(&row.registry_host);
        (value_field(id.kind), text)
    });
    Ok(Changed { row, value, fields })
}

/// The credential from its parts. What was stored went through the same rules, so anything else is damage.
pub(crate) fn restore(
    kind: SecretKind,
    row: SecretRow,
    value: Sensitive,
) -> Result<Credential, IntegrityError> {
    match (kind, row.registry_host, row.registry_username) {
        (SecretKind::GitDataset, ..) => {
            let private_key = PrivateKeyText::parse(&value).map_err(|_| IntegrityError)?;
            Ok(Credential::GitDataset { private_key })
        }
        (SecretKind::ImagePull, Some(host), Some(username)) => Ok(Credential::ImagePull {
            host: RegistryHost::parse(&host).map_err(|_| IntegrityError)?.host,
            username: Username::parse(&username).map_err(|_| IntegrityError)?,
            password: Password::parse(value).map_err(|_| IntegrityError)?,
        }),
        _ => Err(IntegrityError),
    }
}
