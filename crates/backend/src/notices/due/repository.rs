//! All SQL about notices that time alone makes true.

use crate::db::instant;
use chrono::{DateTime, Utc};
use domain::{notice::THRESHOLDS, time::Timestamp};
use sqlx::PgConnection;
use uuid::Uuid;

/// A notice whose time has come.
#[derive(Debug)]
pub(super) struct DueRow {
    pub(super) event: String,
    pub(super) subject: String,
    /// The row of a secret; `None` for a token.
    pub(super) secret: Option<Uuid>,
    pub(super) kind: Option<String>,
    pub(super) name: String,
    /// The display name of a secret, or the owner of a token.
    pub(super) label: Option<String>,
    pub(super) threshold: i32,
    pub(super) about: DateTime<Utc>,
}

/// Returns notices whose time has come and that were not raised yet, in the order of their subjects.
///
/// A token says nothing of a threshold that its whole validity is within.
pub(super) async fn due(
    connection: &mut PgConnection,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<DueRow>, sqlx::Error> {
    let thresholds = THRESHOLDS.map(i32::from);
    sqlx::query_as!(
        DueRow,
        "SELECT event AS \"event!\", subject AS \"subject!\", secret, kind, name AS \"name!\", label, \
         threshold AS \"threshold!\", about AS \"about!\" FROM ( \
         SELECT 'secret.key_waiting' AS event, 'secret' AS subject_kind, secrets.id::text AS subject, secrets.id AS secret, \
         kind, name, display_name AS label, 0 AS threshold, made_at AS about \
         FROM git_keys JOIN secrets ON secrets.id = secret_id WHERE pending AND deleted_at IS NULL \
         AND made_at <= $1::timestamptz - interval '168 hours' AND made_at > $1::timestamptz - interval '888 hours' \
         UNION ALL \
         SELECT CASE WHEN expires_at <= $1::timestamptz THEN 'token.expired' ELSE 'token.expires' END, 'token', api_tokens.id, NULL, \
         NULL, api_tokens.name, users.name, \
         CASE WHEN expires_at <= $1::timestamptz THEN 0 ELSE (SELECT min(days) FROM unnest($2::integer[]) AS thresholds (days) \
         WHERE expires_at <= $1::timestamptz + make_interval(hours => days * 24) \
         AND expires_at - make_interval(hours => days * 24) > api_tokens.created_at) END, expires_at \
         FROM api_tokens LEFT JOIN users ON users.id = user_id WHERE revoked_at IS NULL \
         AND expires_at > $1::timestamptz - interval '720 hours' AND expires_at <= $1::timestamptz + interval '720 hours' \
         ) AS due WHERE threshold IS NOT NULL AND NOT EXISTS (SELECT FROM notices \
         WHERE notices.subject_kind = due.subject_kind AND notices.subject = due.subject \
         AND notices.event = due.event AND notices.threshold = due.threshold AND notices.about = due.about) \
         ORDER BY subject, event LIMIT $3",
        instant(now)?,
        &thresholds[..],
        limit
    )
    .fetch_all(connection)
    .await
}
