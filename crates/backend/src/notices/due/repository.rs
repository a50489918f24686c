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
/// Nothing is said of a threshold that the whole life of a value or a token is within, such as a day before a password of twelve
/// hours ends.
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
         SELECT CASE WHEN expires_at <= $1::timestamptz THEN 'secret.expired' ELSE 'secret.expires' END AS event, \
         'secret' AS subject_kind, id::text AS subject, id AS secret, kind, name, display_name AS label, \
         CASE WHEN expires_at <= $1::timestamptz THEN 0 ELSE (SELECT min(days) FROM unnest($2::integer[]) AS thresholds (days) \
         WHERE expires_at <= $1::timestamptz + make_interval(hours => days * 24) \
         AND expires_at - make_interval(hours => days * 24) > value_changed_at) END AS threshold, expires_at AS about \
         FROM secrets WHERE deleted_at IS NULL AND expires_at > $1::timestamptz - interval '720 hours' \
         AND expires_at <= $1::timestamptz + interval '720 hours' \
         UNION ALL \
         SELECT 'secret.renewal_due', 'secret', id::text, id, kind, name, display_name, 0, renewal_due_at \
         FROM secrets WHERE deleted_at IS NULL AND renewal_due_at <= $1::timestamptz \
         AND renewal_due_at > $1::timestamptz - interval '720 hours' \
         UNION ALL \
         SELECT 'secret.key_waiting', 'secret', secrets.id::text, secrets.id, kind, name, display_name, 0, made_at \
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
