//! All SQL about sealed values.

use crate::{
    context::Ctx,
    db::instant,
    keyring::{Location, SealedValue, ValueField},
    secrets::repository::SecretRow,
};
use chrono::{DateTime, Utc};
use domain::secret::SecretId;
use sqlx::{PgConnection, Postgres, QueryBuilder};

/// A secret with its sealed value.
pub(crate) type StoredValue = (SecretRow, SealedValue);

/// Returns the row with the current sealed value.
pub(crate) async fn find(
    connection: &mut PgConnection,
    id: &SecretId,
) -> Result<Option<StoredValue>, sqlx::Error> {
    let found = sqlx::query!(
        "SELECT secrets.id, kind, name, display_name, registry_host, registry_username, value_host, secrets.version, \
         value_version, submission, updated_at, updated_by, check_target, known_hosts, expires_at, \
         renew_every_days, stop_when_expired, value_changed_at, mac, \
         algorithm, kek_id, wrapped_key, nonce, ciphertext \
         FROM secrets JOIN secret_values ON secret_values.secret_id = secrets.id AND secret_values.version = secrets.value_version \
         AND secret_values.field = $3 \
         WHERE kind = $1 AND name = $2 AND deleted_at IS NULL",
        id.kind.as_str(),
        id.name.as_str(),
        ValueField::of(id.kind).as_str()
    )
    .fetch_optional(connection)
    .await?;
    Ok(found.map(|row| {
        let sealed = SealedValue {
            algorithm: row.algorithm,
            kek_id: row.kek_id,
            wrapped_key: row.wrapped_key,
            nonce: row.nonce,
            ciphertext: row.ciphertext,
        };
        let row = SecretRow {
            id: row.id,
            kind: row.kind,
            name: row.name,
            display_name: row.display_name,
            registry_host: row.registry_host,
            registry_username: row.registry_username,
            value_host: row.value_host,
            version: row.version,
            value_version: row.value_version,
            submission: row.submission,
            updated_at: row.updated_at,
            updated_by: row.updated_by,
            check_target: row.check_target,
            known_hosts: row.known_hosts,
            expires_at: row.expires_at,
            renew_every_days: row.renew_every_days,
            stop_when_expired: row.stop_when_expired,
            value_changed_at: row.value_changed_at,
            mac: row.mac,
        };
        (row, sealed)
    }))
}

pub(in crate::secrets) async fn insert(
    connection: &mut PgConnection,
    now: DateTime<Utc>,
    values: impl Iterator<Item = (Location, SealedValue)>,
) -> Result<(), sqlx::Error> {
    let mut sql = QueryBuilder::<Postgres>::new(
        "INSERT INTO secret_values (secret_id, field, version, algorithm, kek_id, wrapped_key, nonce, ciphertext, \
         created_at) ",
    );
    sql.push_values(values, |mut row, (place, sealed)| {
        row.push_bind(place.secret)
            .push_bind(place.field.as_str())
            .push_bind(place.version)
            .push_bind(sealed.algorithm)
            .push_bind(sealed.kek_id)
            .push_bind(sealed.wrapped_key)
            .push_bind(sealed.nonce)
            .push_bind(sealed.ciphertext)
            .push_bind(now);
    });
    sql.build().execute(connection).await.map(drop)
}

/// Replaces all earlier versions of a value by a new one.
pub(in crate::secrets) async fn replace(
    connection: &mut PgConnection,
    ctx: &Ctx,
    place: Location,
    sealed: SealedValue,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "DELETE FROM secret_values WHERE secret_id = $1 AND field = $2",
        place.secret,
        place.field.as_str()
    )
    .execute(&mut *connection)
    .await?;
    insert(connection, instant(ctx.now)?, std::iter::once((place, sealed))).await
}
