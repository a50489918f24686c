//! The SSH keys of secrets: what is known of them, pairs that the portal generates, and switching to a pair. Every method
//! authorizes first; every change is one transaction with its audit record.

pub(crate) mod repository;

use super::{
    conflict::conflict, create::Submission, repository as secrets, service::SecretService,
    values::repository as values,
};
use crate::{
    access::{Object, authorize},
    audit::{self, AuditAction},
    connection_tests::{TestedBefore, WhatWasTested, stored_settings},
    context::{Action, Ctx},
    keyring::{Location, ValueField, repository::active_id},
    private_key_parser::NotRead,
};
use domain::{
    error::{Error, Field, FieldError},
    secret::{
        Credential, CredentialUpdate, GeneratedSecret, NewSecret, NewSshKeyKind, PrivateKeyText, SecretId,
        SecretKind, SshKeyFacts,
    },
    sensitive::Sensitive,
};
use formats::ssh_keys::ReadKey;
use repository::{KeyRow, Unread};
use uuid::Uuid;

/// The most keys that one transaction parses.
const BATCH: i64 = 100;

impl SecretService {
    /// Parses the key of a new secret, and replaces it by a text that OpenSSH can use.
    ///
    /// Errors: `Invalid` with the problem of the key or its passphrase; `Unavailable`.
    pub(crate) async fn understand(&self, credential: &mut Credential) -> Result<Option<SshKeyFacts>, Error> {
        let Credential::GitDataset { private_key } = credential else { return Ok(None) };
        let ReadKey { text, facts } = self.parser.read(private_key).await.map_err(parse_error)?;
        *private_key = text;
        Ok(Some(facts))
    }

    /// Parses the key of a change.
    pub(super) async fn understand_update(
        &self,
        credential: &mut CredentialUpdate,
    ) -> Result<Option<SshKeyFacts>, Error> {
        let CredentialUpdate::GitDataset { private_key: Some(private_key) } = credential else {
            return Ok(None);
        };
        let ReadKey { text, facts } = self.parser.read(private_key).await.map_err(parse_error)?;
        *private_key = text;
        Ok(Some(facts))
    }

    /// Adds a secret with a key that is generated here; only its public half ever leaves. `submission` is as in `create`, but
    /// of two with the same mark the second counts as the first, because each would get another key.
    ///
    /// Errors: as `create`.
    pub async fn create_generated(
        &self,
        ctx: &Ctx,
        wanted: GeneratedSecret,
        submission: Option<Submission>,
    ) -> Result<SecretId, Error> {
        let GeneratedSecret { name, display_name, key, settings, dates } = wanted;
        let id = SecretId::new(SecretKind::GitDataset, name.clone());
        authorize(&self.db, ctx, Action::WriteSecrets, Object::Secret(&id)).await?;
        self.unsealed()?;
        let submission = submission.map(|submission| submission.of(ctx));
        if self.came_from(ctx, &id, submission).await? {
            return Ok(id);
        }
        let ReadKey { text, facts } = self.parser.generate(key, comment(&id)).await.map_err(parse_error)?;
        let credential = Credential::GitDataset { private_key: text };
        let secret = NewSecret { name, display_name, credential, allow_duplicate: true, settings, dates };
        self.store(ctx, id, secret, Some(facts), submission, AuditAction::SshKeyGenerated).await
    }

    /// Generates a pair that waits beside the key of this secret, which stays in use. Replaces a pending pair.
    ///
    /// Errors: `NotFound`, for secrets without a key too; `Sealed`, `NotSignedIn`, `Forbidden`, `Unavailable`, `Internal`.
    pub async fn generate_key(&self, ctx: &Ctx, id: &SecretId, kind: NewSshKeyKind) -> Result<(), Error> {
        self.make_pair(ctx, id, kind, GivesWay::Any).await
    }

    /// Generates a pair that waits beside the key of this secret. Replaces the pending pair only if it has this fingerprint.
    ///
    /// Errors: as `generate_key`; `Changed` if another pair is pending.
    pub async fn replace_pending_key(
        &self,
        ctx: &Ctx,
        id: &SecretId,
        kind: NewSshKeyKind,
        fingerprint: Option<&str>,
    ) -> Result<(), Error> {
        self.make_pair(ctx, id, kind, GivesWay::Only(fingerprint)).await
    }

    async fn make_pair(
        &self,
        ctx: &Ctx,
        id: &SecretId,
        kind: NewSshKeyKind,
        gives_way: GivesWay<'_>,
    ) -> Result<(), Error> {
        authorize(&self.db, ctx, Action::WriteSecrets, Object::Secret(id)).await?;
        let keyring = self.unsealed()?;
        if id.kind != SecretKind::GitDataset || self.find(ctx, id).await?.is_none() {
            return Err(Error::NotFound);
        }
        let made = self.parser.generate(kind, comment(id)).await.map_err(parse_error)?;
        self.db
            .write(ctx, async |work| {
                let row = secrets::lock(work, id).await?.ok_or(Error::NotFound)?;
                row.prove(&self.db, id)?;
                let secret = row.id;
                if let GivesWay::Only(fingerprint) = gives_way {
                    let waiting = repository::find_pending(work, secret).await?;
                    if waiting.is_some_and(|(_, _, facts)| Some(facts.fingerprint.as_str()) != fingerprint) {
                        return Err(conflict(ctx, row).into());
                    }
                }
                // A form that was opened before must not overwrite the pair unseen, so it counts as a change.
                let version = secrets::update(work, ctx, row).await?;
                let place = Location { secret, field: ValueField::PendingSshPrivateKey, version };
                let kek_id = active_id(work).await?;
                let sealed = keyring.seal(&kek_id, place, made.text.value())?;
                values::replace(work, ctx, place, sealed).await?;
                let row = KeyRow { secret, pending: true, sealed_version: version, facts: Some(&made.facts) };
                repository::put(work, ctx, &row).await?;
                Ok(audit::record(work, ctx, AuditAction::SshKeyGenerated, id).await?)
            })
            .await
    }

    /// Switches to the pending pair, if it still has this fingerprint; the old key is gone then.
    ///
    /// Errors: `Changed` if another pair is pending; `NotFound` if none is; `Internal` if a stored value is not the one that
    /// was sealed; `Sealed`, `NotSignedIn`, `Forbidden`, `Unavailable`.
    pub async fn switch_key(&self, ctx: &Ctx, id: &SecretId, fingerprint: &str) -> Result<(), Error> {
        self.switch_key_tested(ctx, id, fingerprint, "").await
    }

    /// Switches to the pending pair, and keeps a test's result if `ticket` is for exactly this pair; ignores other tickets.
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
        self.db
            .write(ctx, async |work| {
                let mut row = secrets::lock(work, id).await?.ok_or(Error::NotFound)?;
                row.prove(&self.db, id)?;
                let (place, sealed, facts) =
                    repository::find_pending(work, row.id).await?.ok_or(Error::NotFound)?;
                if facts.fingerprint != fingerprint {
                    return Err(conflict(ctx, row).into());
                }
                let settings = stored_settings(work, id).await?;
                let tested = settings.and_then(|settings| {
                    TestedBefore::read(keyring, ctx, ticket, &WhatWasTested::pending(place, &settings))
                });
                let value = keyring.open(place, &sealed)?;
                let is_end_gone = row.begin_value(ctx.now);
                let secret = row.id;
                let new = Location { secret, field: ValueField::SshPrivateKey, version: row.value_version };
                let kek_id = active_id(work).await?;
                let sealed = keyring.seal(&kek_id, new, &value)?;
                values::replace(work, ctx, new, sealed).await?;
                repository::discard(work, secret).await?;
                let key = KeyRow { secret, pending: false, sealed_version: new.version, facts: Some(&facts) };
                repository::put(work, ctx, &key).await?;
                let version = secrets::update(work, ctx, row).await?;
                if let Some(tested) = tested {
                    tested.keep(work, ctx, secret, version).await?;
                }
                let fields = [Field::Secret.name(), Field::ExpiresAt.name()];
                let fields = if is_end_gone { &fields[..] } else { &fields[..1] };
                Ok(audit::record_change(work, ctx, AuditAction::SshKeySwitched, id, fields).await?)
            })
            .await
    }

    /// Discards the pending pair, if it still has this fingerprint. Does nothing if none is pending.
    ///
    /// Errors: `Changed` if another pair is pending; `NotFound`; `Sealed`, `NotSignedIn`, `Forbidden`, `Unavailable`,
    /// `Internal`.
    pub async fn discard_key(&self, ctx: &Ctx, id: &SecretId, fingerprint: &str) -> Result<(), Error> {
        authorize(&self.db, ctx, Action::WriteSecrets, Object::Secret(id)).await?;
        self.unsealed()?;
        self.db
            .write(ctx, async |work| {
                let row = secrets::lock(work, id).await?.ok_or(Error::NotFound)?;
                row.prove(&self.db, id)?;
                match repository::find_pending(work, row.id).await? {
                    None => return Ok(()),
                    Some((_, _, facts)) if facts.fingerprint != fingerprint => {
                        return Err(conflict(ctx, row).into());
                    }
                    Some(_) => {}
                }
                repository::discard(work, row.id).await?;
                secrets::update(work, ctx, row).await?;
                Ok(audit::record(work, ctx, AuditAction::SshKeyDiscarded, id).await?)
            })
            .await
    }

    /// Parses the keys that versions without key facts stored, and stores their facts, a batch at a time: interrupted, it
    /// continues at the next call; of servers that do it at once, one writes. Values are opened for it, so each batch has its
    /// audit record. Returns the number of parsed keys.
    ///
    /// Errors: `Sealed`, `NotSignedIn`, `Forbidden`, `Unavailable`, `Internal`.
    pub async fn read_old_keys(&self, ctx: &Ctx) -> Result<u64, Error> {
        authorize(&self.db, ctx, Action::ManageKeys, Object::Named("keys")).await?;
        let keyring = self.unsealed()?;
        let (mut total, mut beyond) = (0, Uuid::nil());
        loop {
            let unread = self
                .db
                .read(ctx, async |connection| repository::unread(connection, beyond, BATCH).await)
                .await?;
            let Some(last) = unread.last() else { return Ok(total) };
            beyond = last.place.secret;
            let mut read = Vec::with_capacity(unread.len());
            for Unread { place, sealed } in unread {
                match keyring.open(place, &sealed) {
                    Ok(value) => read.push((place, self.facts_of(&value).await?)),
                    // The error is reported wherever the secret is used; here the key is left for the next call.
                    Err(error) => tracing::error!(secret = %place.secret, "{error}"),
                }
            }
            total += self.note(ctx, &read).await?;
        }
    }

    async fn facts_of(&self, value: &Sensitive) -> Result<Option<SshKeyFacts>, Error> {
        let Ok(text) = PrivateKeyText::parse(value) else { return Ok(None) };
        match self.parser.read(&text).await {
            Ok(ReadKey { facts, .. }) => Ok(Some(facts)),
            Err(NotRead::Problem(_)) => Ok(None),
            Err(NotRead::Failed(error)) => Err(error),
        }
    }

    async fn note(&self, ctx: &Ctx, read: &[(Location, Option<SshKeyFacts>)]) -> Result<u64, Error> {
        self.db
            .write(ctx, async |work| {
                let mut noted = 0;
                for (place, facts) in read {
                    let row = KeyRow {
                        secret: place.secret,
                        pending: false,
                        sealed_version: place.version,
                        facts: facts.as_ref(),
                    };
                    noted += repository::note(work, ctx, &row).await?;
                }
                if noted > 0 {
                    let action = AuditAction::SshKeysRead;
                    audit::record(work, ctx, action, action.code()).await?;
                }
                Ok(noted)
            })
            .await
    }
}

/// The pending pair that a new one may replace.
#[derive(Clone, Copy)]
enum GivesWay<'a> {
    /// Any pending pair.
    Any,
    /// Only the pair with this fingerprint, or no pair at all.
    Only(Option<&'a str>),
}

/// Returns the comment of a generated key, which shows where the key is registered.
fn comment(id: &SecretId) -> String {
    format!("{}@latchkey", id.name.as_str())
}

fn parse_error(error: NotRead) -> Error {
    match error {
        NotRead::Problem(problem) => Error::Invalid(vec![FieldError::of_key(problem)]),
        NotRead::Failed(error) => error,
    }
}

#[cfg(test)]
mod tests;
