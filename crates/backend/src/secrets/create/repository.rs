//! All SQL about adding secrets.

use crate::{
    context::Ctx,
    db::instant,
    error::IntegrityError,
    keyring::{Keyring, Location, SealedValue, ValueField, mac::Message},
    secrets::{
        repository::{Binding, Stop},
        values::repository as values,
    },
    work::Work,
};
use chrono::{DateTime, Utc};
use domain::{
    secret::{Credential, NewSecret, SecretId, SecretKind, SecretName},
    time::Timestamp,
};
use formats::password_end::known_end;
use sqlx::{PgConnection, Postgres, QueryBuilder};
use uuid::Uuid;

/// A secret to store, with its sealed value.
pub(in crate::secrets) struct NewRow {
    pub(in crate::secrets) id: Uuid,
    pub(in crate::secrets) kind: SecretKind,
    name: String,
    display_name: String,
    registry_host: Option<String>,
    registry_username: Option<String>,
    submission: Option<Uuid>,
    check_target: Option<String>,
    known_hosts: String,
    expires_at: Option<DateTime<Utc>>,
    renew_every_days: Option<i32>,
    stop_when_expired: bool,
    place: Location,
    sealed: SealedValue,
}

impl NewRow {
    fn message(&self) -> Message {
        Binding {
            id: self.id,
            kind: self.kind.as_str(),
            name: &self.name,
            registry_host: self.registry_host.as_deref(),
            registry_username: self.registry_username.as_deref(),
            value_host: self.registry_host.as_deref(),
            value_version: self.place.version,
            check_target: self.check_target.as_deref(),
            known_hosts: &self.known_hosts,
            stops: self.stop_when_expired.then_some(Stop { expires_at: self.expires_at }),
        }
        .message()
    }

    /// Seals a new secret. Without a date that was typed, its value ends as it says itself, or as its kind does.
    pub(in crate::secrets) fn seal(
        keyring: &Keyring,
        kek_id: &str,
        secret: &NewSecret,
        submission: Option<Uuid>,
        now: Timestamp,
    ) -> Result<Self, IntegrityError> {
        let id = crate::random::sortable_id();
        let kind = secret.credential.kind();
        let place = Location { secret: id, field: ValueField::of(kind), version: 1 };
        let (host, username, value) = match &secret.credential {
            Credential::GitDataset { private_key } => (None, None, private_key.value()),
            Credential::ImagePull { host, username, password } => {
                (Some(host.as_str().to_owned()), Some(username.as_str().to_owned()), password.value())
            }
        };
        let name = secret.name.as_str().to_owned();
        let expires_at = secret.dates.end_of_new_value(None, end_of(&secret.credential, now), now);
        Ok(Self {
            id,
            kind,
            display_name: shown_name(secret).to_owned(),
            name,
            registry_host: host,
            registry_username: username,
            submission,
            check_target: secret.settings.target().map(str::to_owned),
            known_hosts: secret.settings.known_hosts.as_str().to_owned(),
            expires_at: expires_at.and_then(|at| instant(at).ok()),
            renew_every_days: secret.dates.renew_every_days.map(i32::from),
            stop_when_expired: secret.dates.stop_when_expired,
            place,
            sealed: keyring.seal(kek_id, place, value)?,
        })
    }
}

/// Returns the end of a new value, if it is known.
pub(in crate::secrets) fn end_of(credential: &Credential, now: Timestamp) -> Option<Timestamp> {
    match credential {
        Credential::GitDataset { .. } => None,
        Credential::ImagePull { username, password, .. } => {
            known_end(username.as_str(), password.value(), now)
        }
    }
}

/// Returns the display name, or the name in its place.
pub(in crate::secrets) fn shown_name(secret: &NewSecret) -> &str {
    secret.display_name.as_ref().map_or(secret.name.as_str(), |name| name.as_str())
}

/// Returns the secret that came from the form with this mark.
pub(in crate::secrets) async fn find_submitted(
    connection: &mut PgConnection,
    submission: Uuid,
) -> Result<Option<SecretId>, sqlx::Error> {
    let found = sqlx::query!(
        "SELECT kind, name FROM secrets WHERE submission = $1 AND deleted_at IS NULL LIMIT 1",
        submission
    )
    .fetch_optional(connection)
    .await?;
    Ok(found.and_then(|row| {
        Some(SecretId::new(SecretKind::parse(&row.kind)?, SecretName::parse(&row.name).ok()?))
    }))
}

/// Prevents others, also on other servers, from adding a secret by a request with this mark until the end of the transaction.
pub(in crate::secrets) async fn lock_submission(
    connection: &mut PgConnection,
    submission: Uuid,
) -> Result<(), sqlx::Error> {
    // Another mark with the same hash waits a moment in vain.
    sqlx::query!("SELECT pg_advisory_xact_lock(hashtext('submission'), hashtext($1::uuid::text))", submission)
        .execute(connection)
        .await
        .map(drop)
}

pub(in crate::secrets) async fn insert(work: &mut Work, ctx: &Ctx, row: NewRow) -> Result<(), sqlx::Error> {
    insert_many(work, ctx, vec![row]).await
}

/// Inserts secrets and their values, in two statements.
pub(in crate::secrets) async fn insert_many(
    work: &mut Work,
    ctx: &Ctx,
    rows: Vec<NewRow>,
) -> Result<(), sqlx::Error> {
    let now = instant(ctx.now)?;
    let mut signed = Vec::with_capacity(rows.len());
    for row in &rows {
        signed.push((row, work.sign(&row.message()).await?));
    }
    let mut secrets = QueryBuilder::<Postgres>::new(
        "INSERT INTO secrets (id, kind, name, display_name, registry_host, registry_username, version, \
         value_version, submission, created_at, updated_at, updated_by, check_target, known_hosts, expires_at, \
         renew_every_days, stop_when_expired, mac) ",
    );
    secrets.push_values(&signed, |mut values, (row, mac)| {
        values
            .push_bind(row.id)
            .push_bind(row.kind.as_str())
            .push_bind(&row.name)
            .push_bind(&row.display_name)
            .push_bind(&row.registry_host)
            .push_bind(&row.registry_username)
            .push_bind(1_i64)
            .push_bind(row.place.version)
            .push_bind(row.submission)
            .push_bind(now)
            .push_bind(now)
            .push_bind(ctx.actor.name())
            .push_bind(&row.check_target)
            .push_bind(&row.known_hosts)
            .push_bind(row.expires_at)
            .push_bind(row.renew_every_days)
            .push_bind(row.stop_when_expired)
            .push_bind(mac);
    });
    secrets.build().execute(&mut **work).await?;
    values::insert(work, now, rows.into_iter().map(|row| (row.place, row.sealed))).await
}
