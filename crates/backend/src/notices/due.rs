//! Notices that time alone makes true: ends that come near, renewals, key pairs that wait.

use super::{
    notice::NoticeFacts,
    raise::raise,
    subject::{NewNotice, Subject},
};
use crate::{context::Ctx, db::timestamp, work::Work};
use domain::{
    notice::NoticeEvent,
    secret::{SecretId, SecretKind, SecretName},
};
use repository::DueRow;

mod repository;

/// The number of notices that one transaction raises.
pub(super) const BATCH: i64 = 200;

/// Raises the next notices whose time has come, and returns their number; fewer than `BATCH` are all.
///
/// Of several thresholds that were reached since the last look, the nearest is said alone. After 30 days, nothing is said of
/// what has ended: whoever begins to use notices does not hear of all that is past.
pub(super) async fn raise_some(work: &mut Work, ctx: &Ctx) -> Result<i64, sqlx::Error> {
    let rows = repository::due(work, ctx.now, BATCH).await?;
    let mut count = 0;
    for row in rows {
        if let Some(notice) = notice(row) {
            raise(work, ctx, &notice).await?;
        }
        count += 1;
    }
    Ok(count)
}

/// Returns the notice of a row; `None` for names that this version cannot parse.
fn notice(row: DueRow) -> Option<NewNotice> {
    let event = NoticeEvent::parse(&row.event)?;
    let (subject, facts) = if let Some(secret) = row.secret {
        let kind = SecretKind::parse(row.kind.as_deref()?)?;
        let name = SecretName::parse(&row.name).ok()?;
        let facts = NoticeFacts { display_name: row.label, ..NoticeFacts::default() };
        (Subject::Secret(secret, SecretId::new(kind, name)), facts)
    } else {
        let facts = NoticeFacts { owner: row.label, ..NoticeFacts::default() };
        (Subject::Token { id: row.subject, name: row.name }, facts)
    };
    let threshold = u16::try_from(row.threshold).unwrap_or_default();
    Some(NewNotice { threshold, facts, ..NewNotice::new(event, subject, timestamp(row.about)) })
}
