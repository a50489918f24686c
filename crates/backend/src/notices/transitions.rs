//! Notices about tests: a secret that began to fail, one that works again, and a host key that has changed.

use super::{
    notice::NoticeFacts,
    raise::raise,
    subject::{NewNotice, Subject},
};
use crate::{context::Ctx, db::timestamp, work::Work};
use domain::{
    connection_test::TestStatus,
    notice::NoticeEvent,
    secret::{SecretId, SecretKind, SecretName},
};
use repository::{Known, Streak};
use uuid::Uuid;

mod repository;

/// Raises what the newest test of a secret has made true, in the transaction that stores its result. Follows from what is stored
/// alone, so that the same result, stored again, says nothing.
///
/// A secret fails after so many failures in a row as the settings say, which is said once, until a test that works ends it. A
/// changed host key is said at once, and does not count as a failure.
pub(crate) async fn after_test(work: &mut Work, ctx: &Ctx, secret: Uuid) -> Result<(), sqlx::Error> {
    let Some(known) = repository::known(work, secret).await? else { return Ok(()) };
    let Some(status) = TestStatus::parse(&known.check_status) else { return Ok(()) };
    let is_open = known.last_event.as_deref() == Some(NoticeEvent::TestFailed.code());
    match status {
        TestStatus::Works | TestStatus::Open => {
            let Some(began) = known.last_about.filter(|_| is_open) else { return Ok(()) };
            let facts = NoticeFacts { until: Some(ctx.now), ..facts(&known) };
            say(work, ctx, (secret, &known), NoticeEvent::TestWorks, began, facts).await
        }
        TestStatus::Refused | TestStatus::Unreachable => {
            if is_open {
                return Ok(());
            }
            let Streak { count, first } = repository::failures(work, secret).await?;
            let Some(first) = first.filter(|_| count >= i64::from(known.failures)) else { return Ok(()) };
            let facts = NoticeFacts { failures: Some(count), ..facts(&known) };
            say(work, ctx, (secret, &known), NoticeEvent::TestFailed, first, facts).await
        }
        TestStatus::HostKeyChanged => {
            let Some(first) = repository::unsaid_change_of_host_key(work, secret).await? else {
                return Ok(());
            };
            say(work, ctx, (secret, &known), NoticeEvent::HostKeyChanged, first, facts(&known)).await
        }
        TestStatus::NotTested => Ok(()),
    }
}

fn facts(known: &Known) -> NoticeFacts {
    NoticeFacts {
        display_name: Some(known.display_name.clone()),
        cause: Some(known.check_cause.clone()),
        ..NoticeFacts::default()
    }
}

async fn say(
    work: &mut Work,
    ctx: &Ctx,
    (row, known): (Uuid, &Known),
    event: NoticeEvent,
    about: chrono::DateTime<chrono::Utc>,
    facts: NoticeFacts,
) -> Result<(), sqlx::Error> {
    let (Some(kind), Ok(name)) = (SecretKind::parse(&known.kind), SecretName::parse(&known.name)) else {
        return Ok(());
    };
    let subject = Subject::Secret(row, SecretId::new(kind, name));
    let notice = NewNotice { facts, ..NewNotice::new(event, subject, timestamp(about)) };
    raise(work, ctx, &notice).await.map(drop)
}
