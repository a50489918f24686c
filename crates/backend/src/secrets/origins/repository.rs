//! All SQL about where secrets came from.

use crate::secrets::repository::{ROW, SecretRow};
use domain::secret::{Origins, SecretId};
use sqlx::{AssertSqlSafe, FromRow, PgConnection, Postgres, QueryBuilder};
use uuid::Uuid;

/// Keeps, in one statement, where secrets came from that were added in the same transaction; of those for which nothing is
/// known, nothing.
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

/// A secret with what its pages show besides.
pub(in crate::secrets) struct Shown {
    pub(in crate::secrets) row: SecretRow,
    /// Where it came from.
    pub(in crate::secrets) origins: Origins,
    /// The number of its consumers.
    pub(in crate::secrets) used_by: i32,
}

/// Finds a secret, where it came from, and how many use it.
pub(in crate::secrets) async fn find_shown(
    connection: &mut PgConnection,
    id: &SecretId,
) -> Result<Option<Shown>, sqlx::Error> {
    #[derive(FromRow)]
    struct Joined {
        #[sqlx(flatten)]
        row: SecretRow,
        places: Option<Vec<String>>,
        total: Option<i32>,
        used_by: i32,
    }
    let sql = format!(
        "SELECT {ROW}, places, total, used_by FROM secrets LEFT JOIN secret_origins ON secret_id = secrets.id \
         WHERE kind = $1 AND name = $2 AND deleted_at IS NULL"
    );
    let found: Option<Joined> = sqlx::query_as(AssertSqlSafe(sql))
        .bind(id.kind.as_str())
        .bind(id.name.as_str())
        .fetch_optional(connection)
        .await?;
    Ok(found.map(|Joined { row, places, total, used_by }| {
        let origins = places.zip(total).map_or_else(Origins::default, |(places, total)| {
            Origins::stored(places, u32::try_from(total).unwrap_or_default())
        });
        Shown { row, origins, used_by }
    }))
}
