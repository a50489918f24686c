//! All SQL about writing notices.

use super::{notice::Notice, subject::NewNotice};
use crate::{
    context::Ctx,
    db::{instant, timestamp},
};
use chrono::{DateTime, Utc};
use domain::{
    notice::{NoticeEvent, SubjectKind},
    secret::{SecretId, SecretKind, SecretName},
};
use sqlx::PgConnection;
use std::collections::HashMap;
use uuid::Uuid;

/// A notice as it is stored.
#[derive(Debug)]
struct NoticeRow {
    id: Uuid,
    event: String,
    subject_kind: String,
    subject: String,
    name: String,
    secret_kind: Option<String>,
    secret_name: Option<String>,
    threshold: i32,
    about: DateTime<Utc>,
    facts: serde_json::Value,
    at: DateTime<Utc>,
}

impl NoticeRow {
    /// Returns the notice; `None` for an event of a newer version, which this one cannot name.
    fn notice(self) -> Option<Notice> {
        let secret = match (self.secret_kind, self.secret_name) {
            (Some(kind), Some(name)) => {
                Some(SecretId::new(SecretKind::parse(&kind)?, SecretName::parse(&name).ok()?))
            }
            _ => None,
        };
        Some(Notice {
            id: self.id,
            event: NoticeEvent::parse(&self.event)?,
            subject_kind: SubjectKind::parse(&self.subject_kind)?,
            subject: self.subject,
            name: self.name,
            secret,
            threshold: u16::try_from(self.threshold).unwrap_or_default(),
            about: timestamp(self.about),
            facts: serde_json::from_value(self.facts).unwrap_or_default(),
            at: timestamp(self.at),
        })
    }
}

/// Returns these notices by their ids, without those of a newer version.
pub(crate) async fn find(
    connection: &mut PgConnection,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Notice>, sqlx::Error> {
    let rows = sqlx::query_as!(
        NoticeRow,
        "SELECT id, event, subject_kind, subject, name, secret_kind, secret_name, threshold, about, facts, at \
         FROM notices WHERE id = ANY ($1)",
        ids
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().filter_map(|row| Some((row.id, row.notice()?))).collect())
}

/// Writes a notice; returns false if the same was written before.
pub(super) async fn insert(
    connection: &mut PgConnection,
    ctx: &Ctx,
    id: Uuid,
    new: &NewNotice,
) -> Result<bool, sqlx::Error> {
    let secret = new.subject.secret();
    let facts = serde_json::to_value(&new.facts).map_err(|error| sqlx::Error::Encode(error.into()))?;
    let inserted = sqlx::query!(
        "INSERT INTO notices (id, event, subject_kind, subject, name, secret_kind, secret_name, threshold, about, facts, at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT ON CONSTRAINT notices_once DO NOTHING",
        id,
        new.event.code(),
        new.subject.kind().code(),
        new.subject.key(),
        new.subject.name(),
        secret.map(|id| id.kind.as_str()),
        secret.map(|id| id.name.as_str()),
        i32::from(new.threshold),
        instant(new.about)?,
        facts,
        instant(ctx.now)?
    )
    .execute(connection)
    .await?;
    Ok(inserted.rows_affected() > 0)
}

/// Makes a delivery of a notice for each channel that a rule names. Those of a paused one wait.
pub(super) async fn deliver_to_channels(
    connection: &mut PgConnection,
    ctx: &Ctx,
    notice: Uuid,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO notice_deliveries (id, notice_id, channel_id, state, next_at, created_at) \
         SELECT gen_random_uuid(), notices.id, notice_channels.id, 'waiting', $2, $2 \
         FROM notices CROSS JOIN notice_channels WHERE notices.id = $1 AND notice_channels.state <> 'disabled' \
         AND EXISTS (SELECT FROM notice_rules WHERE channel_id = notice_channels.id \
         AND is_rule_for(notice_rules, notices)) \
         ON CONFLICT ON CONSTRAINT notice_deliveries_channel_once DO NOTHING",
        notice,
        instant(ctx.now)?
    )
    .execute(connection)
    .await
    .map(drop)
}
