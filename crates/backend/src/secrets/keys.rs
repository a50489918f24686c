//! The SSH keys of secrets: what is known of them, pairs that the portal makes, and taking one into use. Every method
//! authorizes first; every change is one transaction with its audit record.

pub(crate) mod repository;

use super::{
    repository::{self as secrets, SecretRow},
    service::{SecretService, Submission, broken, record},
};
use crate::{
    access::{Object, authorize},
    audit::{self, AuditAction, AuditRecord},
    checks::{TestedBefore, WhatWasTested, stored_settings},
    context::{Action, Ctx},
    db::bounded,
    error::refuse,
    key_reader::NotRead,
    keyring::{Keyring, Location, SealedValue, ValueField, repository::active_id},
};
use domain::{
    error::{Change, Error, FieldError},
    secret::{
        Credential, CredentialUpdate, GeneratedSecret, KeyFacts, NewKeyKind, NewSecret, PrivateKeyText,
        SecretId, SecretKind,
    },
    sensitive::Sensitive,
};
use formats::ssh_keys::{self, ReadKey};
use repository::{KeyRow, Unread};
use uuid::Uuid;

/// As many keys are looked at in one transaction.
const BATCH: i64 = 100;

impl SecretService {
    /// Reads the key of what is to be stored, which becomes a text that OpenSSH can use.
    ///
    /// Errors: `Invalid` with what is wrong with the key or its passphrase; `Unavailable`.
    pub(crate) async fn understand(&self, credential: &mut Credential) -> Result<Option<KeyFacts>, Error> {
        let Credential::GitDataset { private_key } = credential else { return Ok(None) };
        let ReadKey { text, facts } = self.reader.read(private_key).await.map_err(refused)?;
        *private_key = text;
        Ok(Some(facts))
    }

    /// The same for a change.
    pub(super) async fn understand_update(
        &self,
        credential: &mut CredentialUpdate,
    ) -> Result<Option<KeyFacts>, Error> {
        let CredentialUpdate::GitDataset { private_key: Some(private_key) } = credential else {
            return Ok(None);
        };
        let ReadKey { text, facts } = self.reader.read(private_key).await.map_err(refused)?;
        *private_key = text;
        Ok(Some(facts))
    }

    /// Adds a secret with a key that is made here; only its public half is ever told. `submission` is as in `create`,
    /// but that of two with the same mark the second is taken for the first, whatever key it would have got.
    ///
    /// Errors: as `create`.
    pub async fn create_generated(
        &self,
        ctx: &Ctx,
        wanted: GeneratedSecret,
        submission: Option<Submission>,
    ) -> Result<SecretId, Error> {
        let GeneratedSecret { name, display_name, key, settings } = wanted;
        let id = SecretId::new(SecretKind::GitDataset, name.clone());
        authorize(&self.db, ctx, Action::WriteSecrets, Object::Secret(&id)).await?;
        self.unsealed()?;
        let submission = submission.map(|submission| submission.of(ctx));
        if self.came_from(ctx, &id, submission).await? {
            return Ok(id);
        }
        let ReadKey { text, facts } = self.reader.generate(key, comment(&id)).await.map_err(refused)?;
        let credential = Credential::GitDataset { private_key: text };
        let secret = NewSecret { name, display_name, credential, knowingly: true, settings };
        self.store(ctx, id, secret, Some(facts), submission, AuditAction::SshKeyGenerated).await
    }

    /// Makes a pair that waits beside the key of this secret, which stays in use. One that waits already gives way.
    ///
    /// Errors: `NotFound`, for secrets without a key too; `Sealed`, `NotSignedIn`, `Forbidden`, `Unavailable`,
    /// `Internal`.
    pub async fn generate_key(&self, ctx: &Ctx, id: &SecretId, kind: NewKeyKind) -> Result<(), Error> {
        self.make_pair(ctx, id, kind, GivesWay::Any).await
    }

    /// Makes a pair that waits beside the key of this secret, unless another one waits than the one of this fingerprint,
    /// which gives way.
    ///
    /// Errors: as `generate_key`; `Changed` where another pair waits.
    pub async fn replace_pending_key(
        &self,
        ctx: &Ctx,
        id: &SecretId,
        kind: NewKeyKind,
        fingerprint: Option<&str>,
    ) -> Result<(), Error> {
        self.make_pair(ctx, id, kind, GivesWay::Only(fingerprint)).await
    }

    async fn make_pair(
        &self,
        ctx: &Ctx,
        id: &SecretId,
        kind: NewKeyKind,
        gives_way: GivesWay<'_>,
    ) -> Result<(), Error> {
        authorize(&self.db, ctx, Action::WriteSecrets, Object::Secret(id)).await?;
        let keyring = self.unsealed()?;
        if id.kind != SecretKind::GitDataset || self.find(ctx, id).await?.is_none() {
            return Err(Error::NotFound);
        }
        let made = self.reader.generate(kind, comment(id)).await.map_err(refused)?;
        bounded(ctx, async {
            let failed = |error: sqlx::Error| refuse(ctx, &error);
            let mut work = self.db.begin().await.map_err(failed)?;
            let row = secrets::lock(&mut work, id).await.map_err(failed)?.ok_or(Error::NotFound)?;
            row.prove(&self.db, id).map_err(|error| broken(ctx, error))?;
            let secret = row.id;
            if let GivesWay::Only(fingerprint) = gives_way {
                let waiting = repository::find_pending(&mut work, secret).await.map_err(failed)?;
                if waiting.is_some_and(|(_, _, facts)| Some(facts.fingerprint.as_str()) != fingerprint) {
                    return Err(changed(ctx, row));
                }
            }
            // A form that was opened before must not be saved over this unseen, so it counts as a change.
            let version = secrets::update(&mut work, ctx, row).await.map_err(failed)?;
            let place = Location { secret, field: ValueField::PendingSshPrivateKey, version };
            let kek_id = active_id(&mut work).await.map_err(failed)?;
            let sealed =
                keyring.seal(&kek_id, place, made.text.value()).map_err(|error| broken(ctx, error))?;
            secrets::replace_value(&mut work, ctx, place, sealed).await.map_err(failed)?;
            let row = KeyRow { secret, pending: true, sealed_version: version, facts: Some(&made.facts) };
            repository::put(&mut work, ctx, &row).await.map_err(failed)?;
            record(&mut work, ctx, AuditAction::SshKeyGenerated, id, &[]).await.map_err(failed)?;
            work.commit().await.map_err(failed)
        })
        .await
    }

    /// Takes the pair that waits into use, if it is still the one of this fingerprint; the old key is gone then.
    ///
    /// Errors: `Changed` where another pair waits; `NotFound` where none does; `Internal` where what is stored is not
    /// what was sealed; `Sealed`, `NotSignedIn`, `Forbidden`, `Unavailable`.
    pub async fn switch_key(&self, ctx: &Ctx, id: &SecretId, fingerprint: &str) -> Result<(), Error> {
        self.switch_key_tested(ctx, id, fingerprint, "").await
    }

    /// Does the same, and keeps what a test came to where `ticket` says that just this pair was tested; other tickets are
    /// ignored.
    ///
    /// Errors: as `switch_key`.
    pub async fn switch_key_tested(
        &self,
        ctx: &Ctx,
        id: &SecretId,
        fingerprint: &str,
        ticket: &str,
    ) -> Result<(), Error> {
        authorize(&self.db, ctx, Action::WriteSecrets, Object::Secret(id)).await?;
        let keyring = self.unsealed()?;
        bounded(ctx, async {
            let failed = |error: sqlx::Error| refuse(ctx, &error);
            let mut work = self.db.begin().await.map_err(failed)?;
            let mut row = secrets::lock(&mut work, id).await.map_err(failed)?.ok_or(Error::NotFound)?;
            row.prove(&self.db, id).map_err(|error| broken(ctx, error))?;
            let (place, sealed, facts) =
                repository::find_pending(&mut work, row.id).await.map_err(failed)?.ok_or(Error::NotFound)?;
            if facts.fingerprint != fingerprint {
                return Err(changed(ctx, row));
            }
            let settings = stored_settings(&mut work, id).await.map_err(failed)?;
            let tested = settings.and_then(|settings| {
                TestedBefore::read(keyring, ctx, ticket, &WhatWasTested::pending(place, &settings))
            });
            let value = open(ctx, keyring, place, &sealed)?;
            row.value_version += 1;
            let secret = row.id;
            let new = Location { secret, field: ValueField::SshPrivateKey, version: row.value_version };
            let kek_id = active_id(&mut work).await.map_err(failed)?;
            let sealed = keyring.seal(&kek_id, new, &value).map_err(|error| broken(ctx, error))?;
            secrets::replace_value(&mut work, ctx, new, sealed).await.map_err(failed)?;
            repository::discard(&mut work, secret).await.map_err(failed)?;
            let key = KeyRow { secret, pending: false, sealed_version: new.version, facts: Some(&facts) };
            repository::put(&mut work, ctx, &key).await.map_err(failed)?;
            let version = secrets::update(&mut work, ctx, row).await.map_err(failed)?;
            if let Some(tested) = tested {
                tested.keep(&mut work, ctx, secret, version).await.map_err(failed)?;
            }
            record(&mut work, ctx, AuditAction::SshKeySwitched, id, &["secret"]).await.map_err(failed)?;
            work.commit().await.map_err(failed)
        })
        .await
    }

    /// Takes the pair that waits away, if it is still the one of this fingerprint. Where none waits, nothing is done.
    ///
    /// Errors: `Changed` where another pair waits; `NotFound`; `Sealed`, `NotSignedIn`, `Forbidden`, `Unavailable`,
    /// `Internal`.
    pub async fn discard_key(&self, ctx: &Ctx, id: &SecretId, fingerprint: &str) -> Result<(), Error> {
        authorize(&self.db, ctx, Action::WriteSecrets, Object::Secret(id)).await?;
        self.unsealed()?;
        bounded(ctx, async {
            let failed = |error: sqlx::Error| refuse(ctx, &error);
            let mut work = self.db.begin().await.map_err(failed)?;
            let row = secrets::lock(&mut work, id).await.map_err(failed)?.ok_or(Error::NotFound)?;
            row.prove(&self.db, id).map_err(|error| broken(ctx, error))?;
            match repository::find_pending(&mut work, row.id).await.map_err(failed)? {
                None => return Ok(()),
                Some((_, _, facts)) if facts.fingerprint != fingerprint => return Err(changed(ctx, row)),
                Some(_) => {}
            }
            repository::discard(&mut work, row.id).await.map_err(failed)?;
            secrets::update(&mut work, ctx, row).await.map_err(failed)?;
            record(&mut work, ctx, AuditAction::SshKeyDiscarded, id, &[]).await.map_err(failed)?;
            work.commit().await.map_err(failed)
        })
        .await
    }

    /// Looks at the keys that were stored before keys were read, and notes what they are, a batch at a time: broken off,
    /// it goes on another time; of servers that do it at once, one writes. Values are opened for it, so each batch has its
    /// audit record. Answers with how many were looked at.
    ///
    /// Errors: `Sealed`, `NotSignedIn`, `Forbidden`, `Unavailable`, `Internal`.
    pub async fn read_old_keys(&self, ctx: &Ctx) -> Result<u64, Error> {
        authorize(&self.db, ctx, Action::ManageKeys, Object::Named("keys")).await?;
        let keyring = self.unsealed()?;
        let (mut total, mut beyond) = (0, Uuid::nil());
        loop {
            let unread = self
                .db
                .read(|mut reader| async move {
                    Ok((repository::unread(&mut reader, beyond, BATCH).await?, reader))
                })
                .await
                .map_err(|error| refuse(ctx, &error))?;
            let Some(last) = unread.last() else { return Ok(total) };
            beyond = last.place.secret;
            let mut read = Vec::with_capacity(unread.len());
            for Unread { place, sealed } in unread {
                match keyring.open(place, &sealed) {
                    Ok(value) => read.push((place, self.facts_of(&value).await?)),
                    // It says so wherever it is used; here it is left for another time.
                    Err(error) => tracing::error!(secret = %place.secret, "{error}"),
                }
            }
            total += self.note(ctx, &read).await?;
        }
    }

    async fn facts_of(&self, value: &Sensitive) -> Result<Option<KeyFacts>, Error> {
        let Ok(text) = PrivateKeyText::parse(value) else { return Ok(None) };
        match self.reader.read(&text).await {
            Ok(ReadKey { facts, .. }) => Ok(Some(facts)),
            Err(NotRead::Problem(_)) => Ok(None),
            Err(NotRead::Failed(error)) => Err(error),
        }
    }

    async fn note(&self, ctx: &Ctx, read: &[(Location, Option<KeyFacts>)]) -> Result<u64, Error> {
        bounded(ctx, async {
            let failed = |error: sqlx::Error| refuse(ctx, &error);
            let mut work = self.db.begin().await.map_err(failed)?;
            let mut noted = 0;
            for (place, facts) in read {
                let row = KeyRow {
                    secret: place.secret,
                    pending: false,
                    sealed_version: place.version,
                    facts: facts.as_ref(),
                };
                noted += repository::note(&mut work, ctx, &row).await.map_err(failed)?;
            }
            if noted > 0 {
                let action = AuditAction::SshKeysRead;
                let record = AuditRecord::done(action, action.as_str());
                audit::repository::append(&mut work, ctx, record).await.map_err(failed)?;
            }
            work.commit().await.map_err(failed)?;
            Ok(noted)
        })
        .await
    }

    /// Whether this secret was added by the form with this mark, and not changed since.
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

    async fn find(&self, ctx: &Ctx, id: &SecretId) -> Result<Option<SecretRow>, Error> {
        let found = self
            .db
            .read(|mut reader| async move { Ok((secrets::find(&mut reader, id).await?, reader)) })
            .await;
        found.map_err(|error| refuse(ctx, &error))
    }
}

/// The pair that waits and may give way to a new one.
#[derive(Clone, Copy)]
enum GivesWay<'a> {
    /// Whichever waits.
    Any,
    /// The pair of this fingerprint, or none at all.
    Only(Option<&'a str>),
}

/// What a key of the portal's own making is called, where it is registered.
fn comment(id: &SecretId) -> String {
    format!("{}@latchkey", id.name.as_str())
}

fn refused(error: NotRead) -> Error {
    match error {
        NotRead::Problem(problem) => Error::Invalid(vec![FieldError::of_key(problem)]),
        NotRead::Failed(error) => error,
    }
}

/// Something else is stored, or another pair waits, than what was meant.
pub(crate) fn changed(ctx: &Ctx, row: SecretRow) -> Error {
    Error::Changed(Change {
        by: row.updated_by,
        at: crate::db::timestamp(row.updated_at),
        now: ctx.now,
        version: row.version,
    })
}

fn open(ctx: &Ctx, keyring: &Keyring, place: Location, sealed: &SealedValue) -> Result<Sensitive, Error> {
    keyring.open(place, sealed).map_err(|error| broken(ctx, error))
}

/// What is known of the made-up key of benchmarks, which all of them share.
pub(super) fn facts_of_seed(secret: &NewSecret) -> Option<KeyFacts> {
    let Credential::GitDataset { private_key } = &secret.credential else { return None };
    ssh_keys::read(private_key).ok().map(|key| key.facts)
}

#[cfg(test)]
mod tests;
