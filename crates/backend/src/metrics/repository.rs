//! All SQL about the numbers for monitoring.

use super::{AuditNumbers, DatabaseNumbers, KeyNumbers, NamedSecret};
use crate::db::timestamp;
use domain::connection_test::TestStatus;
use sqlx::PgConnection;

/// Returns the numbers, with the facts of so many secrets by their names. Counts nothing but values by their keys: the other
/// numbers are kept.
pub(super) async fn find(connection: &mut PgConnection, names: u32) -> Result<DatabaseNumbers, sqlx::Error> {
    let types = sqlx::query!("SELECT kind, count FROM secret_counts ORDER BY kind")
        .fetch_all(&mut *connection)
        .await?;
    let states =
        sqlx::query!("SELECT state, sum(amount)::bigint AS \"count!\" FROM secret_tallies GROUP BY state")
            .fetch_all(&mut *connection)
            .await?;
    let audit = sqlx::query!(
        "SELECT last_id, (SELECT at FROM audit_records WHERE id = last_id) AS last_at, \
         pg_total_relation_size('audit_records') AS \"bytes!\" FROM audit_head"
    )
    .fetch_one(&mut *connection)
    .await?;
    let keys = sqlx::query!(
        "SELECT id, active, (SELECT count(*) FROM secret_values WHERE kek_id = keys.id) AS \"count!\" \
         FROM key_encryption_keys AS keys WHERE retired_at IS NULL ORDER BY created_at, id"
    )
    .fetch_all(&mut *connection)
    .await?;
    let total: i64 = types.iter().map(|row| row.count).sum();
    Ok(DatabaseNumbers {
        types: types.into_iter().map(|row| (row.kind, row.count.unsigned_abs())).collect(),
        states: states.into_iter().map(|row| (row.state, row.count.max(0).unsigned_abs())).collect(),
        named: named(connection, names).await?,
        names_left_out: total > i64::from(names),
        audit: AuditNumbers {
            records: audit.last_id.unsigned_abs(),
            bytes: audit.bytes.unsigned_abs(),
            last_at: audit.last_at.map(timestamp),
        },
        keys: keys
            .into_iter()
            .map(|row| KeyNumbers { id: row.id, active: row.active, values: row.count.unsigned_abs() })
            .collect(),
    })
}

async fn named(connection: &mut PgConnection, most: u32) -> Result<Vec<NamedSecret>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT kind, name, check_status, last_read_at FROM secrets WHERE deleted_at IS NULL \
         ORDER BY name, kind LIMIT $1",
        i64::from(most)
    )
    .fetch_all(connection)
    .await?;
    let named = rows.into_iter().map(|row| NamedSecret {
        works: works(&row.check_status),
        kind: row.kind,
        name: row.name,
        used_at: row.last_read_at.map(timestamp),
    });
    Ok(named.collect())
}

/// Returns whether a connection test with this status succeeded; `None` if nothing was tested.
fn works(status: &str) -> Option<bool> {
    let status = TestStatus::parse(status)?;
    (status != TestStatus::NotTested).then_some(matches!(status, TestStatus::Works | TestStatus::Open))
}
