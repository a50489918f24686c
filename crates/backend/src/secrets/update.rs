//! Changing a secret in its expected state.

use super::{
    conflict, duplicates, hosts,
    keys::repository::{self as keys, KeyRow},
    repository::{self, SecretRow},
    service::SecretService,
    shared::Shared,
    values::repository as values,
};
use crate::{
    access::{Object, authorize},
    audit::{self, AuditAction},
    connection_tests::{TestedBefore, WhatWasTested},
    context::{Action, Ctx},
    db::instant,
    keyring::{Location, ValueField, repository::active_id},
    revision::Expected,
};
use domain::{
    error::{Error, Field},
    secret::{CredentialUpdate, NewDates, SecretId, SecretKind, SecretUpdate},
    sensitive::Sensitive,
    time::Timestamp,
};
use formats::password_end::known_end;

impl SecretService {
    /// Changes a secret in its expected state, and returns its new version. A value that is `None` stays as it is stored. A
    /// change that changes nothing writes nothing.
    ///
    /// Errors: `Changed` with who and when; `Invalid` with the problem of the key, or at the password if the host changes and
    /// the password stays; `Twin` as in `create`, if the change concerns it; `NotFound`, `BadRequest` for a change of the
    /// other type; `Sealed`, `Forbidden`, `Unavailable`, `Internal`.
    pub async fn update(
        &self,
        ctx: &Ctx,
        id: &SecretId,
        update: SecretUpdate,
        expected: impl Into<Expected>,
    ) -> Result<i64, Error> {
        self.update_tested(ctx, id, update, expected, "").await
    }

    /// Changes a secret, and keeps a test's result if `ticket` is for exactly these contents; ignores other tickets.
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
        // A value is compared as it was typed, before it is converted for storing.
        let tested = WhatWasTested::of_update(&update.credential, &update.settings, None)
            .and_then(|what| TestedBefore::read(keyring, ctx, ticket, &what));
        let facts = self.understand_update(&mut update.credential).await?;
        self.db
            .write(ctx, async |work| {
                let stored = repository::lock(work, id).await?.ok_or(Error::NotFound)?;
                if !expected.is(stored.revision()) {
                    return Err(conflict::conflict_in_fields(work, ctx, id, stored, expected).await?.into());
                }
                stored.prove(&self.db, id)?;
                let allow_duplicate = update.allow_duplicate;
                let value = Some((stored.id, stored.value_version));
                let tested = tested.or_else(|| {
                    let what = WhatWasTested::of_update(&update.credential, &update.settings, value)?;
                    TestedBefore::read(keyring, ctx, ticket, &what)
                });
                let Changed { row, value, fields } = apply(id, stored, update, ctx.now)?;
                if fields.is_empty() {
                    return Ok(expected.version);
                }
                // Otherwise, whoever may change a secret but not read it could get its password by naming a host of their
                // own.
                let moved = fields.contains(&Field::RegistryHost.name());
                let stays = hosts::may_go_to(row.registry_host.as_deref(), row.value_host.as_deref());
                if moved && value.is_none() && !stays {
                    return Err(hosts::password_again().into());
                }
                if !allow_duplicate {
                    let shared = Shared::after(&row, &fields, facts.as_ref());
                    if let Some(duplicate) = duplicates::find(work, ctx, id, shared).await? {
                        return Err(Error::Duplicate(duplicate).into());
                    }
                }
                if let Some((field, text)) = value {
                    let place = Location { secret: row.id, field, version: row.value_version };
                    let kek_id = active_id(work).await?;
                    let sealed = keyring.seal(&kek_id, place, &text)?;
                    values::replace(work, ctx, place, sealed).await?;
                    if let Some(facts) = &facts {
                        let (secret, sealed_version) = (place.secret, place.version);
                        let key = KeyRow { secret, pending: false, sealed_version, facts: Some(facts) };
                        keys::put(work, ctx, &key).await?;
                    }
                }
                let row_id = row.id;
                let version = repository::update(work, ctx, row).await?;
                if let Some(tested) = tested {
                    tested.keep(work, ctx, row_id, version).await?;
                }
                audit::record_change(work, ctx, AuditAction::SecretChanged, id, &fields).await?;
                Ok(version)
            })
            .await
    }
}

/// The changed row, the new value if any, and the names of the fields that differ.
struct Changed {
    row: SecretRow,
    value: Option<(ValueField, Sensitive)>,
    fields: Vec<&'static str>,
}

fn apply(id: &SecretId, stored: SecretRow, update: SecretUpdate, now: Timestamp) -> Result<Changed, Error> {
    let mut fields = Vec::new();
    let mut row = stored;
    let mut set = |place: &mut String, text: &str, field: Field| {
        if place != text {
            text.clone_into(place);
            fields.push(field.name());
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
        fields.push(field.name());
        row.value_version += 1;
        row.value_host.clone_from(&row.registry_host);
        (ValueField::of(id.kind), text)
    });
    let username = row.registry_username.as_deref();
    let known = username.zip(value.as_ref()).and_then(|(username, (_, text))| known_end(username, text, now));
    fields.extend(apply_dates(&mut row, update.dates, value.is_some().then_some(known), now)?);
    Ok(Changed { row, value, fields })
}

/// Applies the dates; returns the names of those that differ. `new_value` is there if a new value is stored, with its end if that
/// is known.
fn apply_dates(
    row: &mut SecretRow,
    dates: NewDates,
    new_value: Option<Option<Timestamp>>,
    now: Timestamp,
) -> Result<Vec<&'static str>, Error> {
    let before = row.dates();
    let expires_at = match new_value {
        Some(known) => dates.end_of_new_value(before.expires_at, known, now),
        None => dates.expiry.map(|typed| typed.at(before.expires_at)),
    };
    row.expires_at = expires_at.map(instant).transpose().map_err(|_| Error::BadRequest)?;
    row.renew_every_days = dates.renew_every_days.map(i32::from);
    row.stop_when_expired = dates.stop_when_expired;
    let changed = [
        (Field::ExpiresAt, expires_at != before.expires_at),
        (Field::RenewEveryDays, dates.renew_every_days != before.renew_every_days),
        (Field::StopWhenExpired, dates.stop_when_expired != before.stop_when_expired),
    ];
    Ok(changed.into_iter().filter(|(_, differs)| *differs).map(|(field, _)| field.name()).collect())
}
