//! All SQL about where secrets came from.

use domain::secret::{Origins, SecretId};
use sqlx::PgConnection;
use uuid::Uuid;

/// Keeps where secrets came from that were added in the same transaction; of those for which nothing is known, nothing.
pub(crate) async fn insert_many(
    connection: &mut PgConnection,
    all: &[(&SecretId, &Origins)],
) -> Result<(), sqlx::Error> {
    for (id, origins) in all.iter().filter(|(_, origins)| !origins.is_empty()) {
        sqlx::query(
            "INSERT INTO secret_origins (secret_id, places, total) \
             SELECT id, $3, $4 FROM secrets WHERE kind = $1 AND name = $2 AND deleted_at IS NULL",
        )
        .bind(id.kind.as_str())
        .bind(id.name.as_str())
        .bind(origins.places())
        .bind(i32::try_from(origins.total()).unwrap_or(i32::MAX))
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// Where a secret came from.
pub(in crate::secrets) async fn find(
    connection: &mut PgConnection,
    secret: Uuid,
) -> Result<Origins, sqlx::Error> {
    let row: Option<(Vec<String>, i32)> =
        sqlx::query_as("SELECT places, total FROM secret_origins WHERE secret_id = $1")
            .bind(secret)
            .fetch_optional(connection)
            .await?;
    Ok(row.map_or_else(Origins::default, |(places, total)| {
        Origins::stored(places, u32::try_from(total).unwrap_or_default())
    }))
}
