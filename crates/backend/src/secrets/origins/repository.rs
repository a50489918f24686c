//! All SQL about the origins of secrets.

use crate::secrets::repository::SecretRow;
use domain::secret::{Origins, SecretId};
use sqlx::{PgConnection, Postgres, QueryBuilder};
use uuid::Uuid;

/// Stores, in one statement, the known origins of secrets that were added in the same transaction.
pub(in crate::secrets) async fn insert_many(
    connection: &mut PgConnection,
    all: &[(Uuid, &Origins)],
) -> Result<(), sqlx::Error> {
    match insertion(all) {
        Some(mut insert) => insert.build().execute(connection).await.map(drop),
        None => Ok(()),
    }
}

fn insertion(all: &[(Uuid, &Origins)]) -> Option<QueryBuilder<Postgres>> {
    let known: Vec<_> = all.iter().filter(|(_, origins)| !origins.is_empty()).collect();
    if known.is_empty() {
        return None;
    }
    let mut insert = QueryBuilder::new("INSERT INTO secret_origins (secret_id, places, total) ");
    insert.push_values(known, |mut row, (id, origins)| {
        row.push_bind(*id)
            .push_bind(origins.places())
            .push_bind(i32::try_from(origins.total()).unwrap_or(i32::MAX));
    });
    Some(insert)
}

/// A secret with the rest of what its pages show.
pub(in crate::secrets) struct Shown {
    pub(in crate::secrets) row: SecretRow,
    pub(in crate::secrets) origins: Origins,
    /// The number of its consumers.
    pub(in crate::secrets) used_by: i32,
}

/// Returns a secret with its origins and the number of its consumers.
pub(in crate::secrets) async fn find_shown(
    connection: &mut PgConnection,
    id: &SecretId,
) -> Result<Option<Shown>, sqlx::Error> {
    let found = sqlx::query!(
        "SELECT id, kind, name, display_name, registry_host, registry_username, value_host, version, \
         value_version, submission, updated_at, updated_by, check_target, known_hosts, expires_at, \
         renew_every_days, stop_when_expired, value_changed_at, mac, \
         places AS \"places?\", total AS \"total?\", used_by \
         FROM secrets LEFT JOIN secret_origins ON secret_id = id \
         WHERE kind = $1 AND name = $2 AND deleted_at IS NULL",
        id.kind.as_str(),
        id.name.as_str()
    )
    .fetch_optional(connection)
    .await?;
    Ok(found.map(|found| Shown {
        origins: found.places.zip(found.total).map_or_else(Origins::default, |(places, total)| {
            Origins::stored(places, u32::try_from(total).unwrap_or_default())
        }),
        used_by: found.used_by,
        row: SecretRow {
            id: found.id,
            kind: found.kind,
            name: found.name,
            display_name: found.display_name,
            registry_host: found.registry_host,
            registry_username: found.registry_username,
            value_host: found.value_host,
            version: found.version,
            value_version: found.value_version,
            submission: found.submission,
            updated_at: found.updated_at,
            updated_by: found.updated_by,
            check_target: found.check_target,
            known_hosts: found.known_hosts,
            expires_at: found.expires_at,
            renew_every_days: found.renew_every_days,
            stop_when_expired: found.stop_when_expired,
            value_changed_at: found.value_changed_at,
            mac: found.mac,
        },
    }))
}
