//! All SQL about the numbers for monitoring.

use super::{AuditNumbers, DatabaseNumbers, KeyNumbers, NamedSecret};
use crate::db::{instant, timestamp};
use domain::{connection_test::TestStatus, time::Timestamp};
use sqlx::PgConnection;

/// The numbers of days within which the secrets are counted that expire.
const EXPIRING_DAYS: [u16; 4] = [7, 14, 30, 90];

/// Returns the numbers, with the facts of so many secrets by their names. Those of secrets by type and state are kept; values,
/// ends and deliveries are counted. Values that live no longer than a day are not among those that end soon, or passwords
/// of twelve hours would always be.
pub(super) async fn find(
    connection: &mut PgConnection,
    names: u32,
    now: Timestamp,
) -> Result<DatabaseNumbers, sqlx::Error> {
    let types = sqlx::query!("SELECT kind, count FROM secret_counts ORDER BY kind")
        .fetch_all(&mut *connection)
        .await?;
    let states =
        sqlx::query!("SELECT state, sum(amount)::bigint AS \"count!\" FROM secret_tallies GROUP BY state")
            .fetch_all(&mut *connection)
            .await?;
    let days = EXPIRING_DAYS.map(i32::from);
    let expiring = sqlx::query_scalar!(
        "SELECT (SELECT count(*) FROM secrets WHERE expires_at > $2 AND deleted_at IS NULL \
         AND expires_at <= $2 + make_interval(days => ends.days) \
         AND expires_at > value_changed_at + interval '24 hours') AS \"count!\" \
         FROM unnest($1::int[]) WITH ORDINALITY AS ends (days, place) ORDER BY place",
        &days,
        instant(now)?
    )
    .fetch_all(&mut *connection)
    .await?;
    let expired = sqlx::query_scalar!(
        "SELECT count(*) AS \"count!\" FROM secrets WHERE expires_at <= $1 AND deleted_at IS NULL",
        instant(now)?
    )
    .fetch_one(&mut *connection)
    .await?;
    let deliveries = sqlx::query!(
        "SELECT known.state AS \"state!\", count(deliveries.state) AS \"count!\" \
         FROM unnest(ARRAY['waiting', 'retrying', 'delivered', 'failed']) AS known (state) \
         LEFT JOIN (SELECT CASE WHEN notice_deliveries.state = 'waiting' AND attempts > 0 \
         AND COALESCE(notice_channels.state, 'active') = 'active' THEN 'retrying' ELSE notice_deliveries.state END AS state \
         FROM notice_deliveries LEFT JOIN notice_channels ON notice_channels.id = channel_id) AS deliveries \
         ON deliveries.state = known.state GROUP BY known.state"
    )
    .fetch_all(&mut *connection)
    .await?;
    let audit = sqlx::query!(
        "SELECT last_id, (SELECT at FROM audit_records WHERE id = last_id) AS last_at, \
         pg_total_relation_size('audit_records') AS \"bytes!\" FROM audit_head"
    )
    .fetch_one(&mut *connection)
    .await?;
    let keys = sqlx::query!(
        "SELECT id, active, (SELECT count(*) FROM secret_values WHERE kek_id = keys.id) \
         + (SELECT count(*) FROM notice_channel_values WHERE kek_id = keys.id) AS \"count!\" \
         FROM key_encryption_keys AS keys WHERE retired_at IS NULL ORDER BY created_at, id"
    )
    .fetch_all(&mut *connection)
    .await?;
    let total: i64 = types.iter().map(|row| row.count).sum();
    Ok(DatabaseNumbers {
        types: types.into_iter().map(|row| (row.kind, row.count.unsigned_abs())).collect(),
        states: states.into_iter().map(|row| (row.state, row.count.max(0).unsigned_abs())).collect(),
        expiring: std::iter::once((0, expired.unsigned_abs()))
            .chain(EXPIRING_DAYS.into_iter().zip(expiring.into_iter().map(i64::unsigned_abs)))
            .collect(),
        named: named(connection, names).await?,
        names_left_out: total > i64::from(names),
        deliveries: deliveries.into_iter().map(|row| (row.state, row.count.unsigned_abs())).collect(),
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
        "SELECT kind, name, check_status, expires_at, value_changed_at, last_read_at FROM secrets WHERE deleted_at IS NULL \
         ORDER BY name, kind LIMIT $1",
        i64::from(most)
    )
    .fetch_all(connection)
    .await?;
    let named = rows.into_iter().map(|row| NamedSecret {
        works: works(&row.check_status),
        kind: row.kind,
        name: row.name,
        expires_at: row.expires_at.map(timestamp),
        changed_at: timestamp(row.value_changed_at),
        used_at: row.last_read_at.map(timestamp),
    });
    Ok(named.collect())
}

/// Returns whether a connection test with this status succeeded; `None` if nothing was tested.
fn works(status: &str) -> Option<bool> {
    let status = TestStatus::parse(status)?;
    (status != TestStatus::NotTested).then_some(matches!(status, TestStatus::Works | TestStatus::Open))
}
