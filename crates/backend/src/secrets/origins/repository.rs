//! All SQL about the origins of secrets.

use domain::secret::Origins;
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

/// Returns the origins of a secret.
pub(in crate::secrets) async fn find(
    connection: &mut PgConnection,
    secret: Uuid,
) -> Result<Origins, sqlx::Error> {
    let row = sqlx::query!("SELECT places, total FROM secret_origins WHERE secret_id = $1", secret)
        .fetch_optional(connection)
        .await?;
    Ok(row.map_or_else(Origins::default, |row| {
        Origins::stored(row.places, u32::try_from(row.total).unwrap_or_default())
    }))
}
