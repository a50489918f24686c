//! All SQL about notices of tests.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

/// The state of a secret after a test, and the last notice about its tests, by the order in which they were written: the times are
/// those at which the tests began.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) display_name: String,
    pub(super) check_status: String,
    pub(super) check_cause: String,
    /// The number of failures in a row after which a notice says so.
    pub(super) failures: i32,
    pub(super) last_event: Option<String>,
    pub(super) last_about: Option<DateTime<Utc>>,
}

/// Several tests in a row.
#[derive(Debug)]
pub(super) struct Streak {
    pub(super) count: i64,
    pub(super) first: Option<DateTime<Utc>>,
}

pub(super) async fn known(connection: &mut PgConnection, secret: Uuid) -> Result<Option<Known>, sqlx::Error> {
    sqlx::query_as!(
        Known,
        "SELECT kind, secrets.name, display_name, check_status, check_cause, \
         (SELECT failures FROM notice_settings) AS \"failures!\", last.event AS \"last_event?\", \
         last.about AS \"last_about?\" FROM secrets LEFT JOIN LATERAL (SELECT event, about FROM notices \
         WHERE subject_kind = 'secret' AND subject = secrets.id::text \
         AND event IN ('secret.test_failed', 'secret.test_works') ORDER BY notices.id DESC LIMIT 1) AS last ON true \
         WHERE secrets.id = $1 AND deleted_at IS NULL",
        secret
    )
    .fetch_optional(connection)
    .await
}

/// Returns the failures since the last test that worked.
pub(super) async fn failures(connection: &mut PgConnection, secret: Uuid) -> Result<Streak, sqlx::Error> {
    sqlx::query_as!(
        Streak,
        "SELECT count(*) AS \"count!\", min(at) AS first FROM secret_tests WHERE secret_id = $1 \
         AND status IN ('refused', 'unreachable') AND at > coalesce((SELECT max(at) FROM secret_tests \
         WHERE secret_id = $1 AND status IN ('works', 'open')), '-infinity')",
        secret
    )
    .fetch_one(connection)
    .await
}

/// Returns the first of the last tests in a row that found another host key, unless a notice has said so since.
pub(super) async fn unsaid_change_of_host_key(
    connection: &mut PgConnection,
    secret: Uuid,
) -> Result<Option<DateTime<Utc>>, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT min(at) FROM secret_tests, (SELECT coalesce(max(at), '-infinity') AS before FROM secret_tests \
         WHERE secret_id = $1 AND status <> 'host-key-changed') AS other \
         WHERE secret_id = $1 AND at > other.before AND NOT EXISTS (SELECT FROM notices \
         WHERE subject_kind = 'secret' AND subject = $1::uuid::text AND event = 'secret.host_key_changed' \
         AND notices.about > other.before)",
        secret
    )
    .fetch_one(connection)
    .await
}
