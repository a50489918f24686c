//! All SQL about notices of the portal itself.

use crate::db::{instant, timestamp};
use domain::time::Timestamp;
use sqlx::PgConnection;

/// Has servers that notice the same wait for each other, until the end of the transaction.
pub(super) async fn lock(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query!("SELECT only_row FROM notice_settings FOR UPDATE").fetch_one(connection).await.map(drop)
}

/// Returns since when single sign-on is down, as the last notice about it says; `None` if it works.
pub(super) async fn sign_on_down(connection: &mut PgConnection) -> Result<Option<Timestamp>, sqlx::Error> {
    let last = sqlx::query!(
        "SELECT event, about FROM notices WHERE subject_kind = 'portal' AND event IN ('sign_on.down', 'sign_on.works') \
         ORDER BY at DESC, id DESC LIMIT 1"
    )
    .fetch_optional(connection)
    .await?;
    Ok(last.filter(|last| last.event == "sign_on.down").map(|last| timestamp(last.about)))
}

/// Returns whether a notice tells of an outage of the database that had not ended by then.
pub(super) async fn knows_outage(
    connection: &mut PgConnection,
    since: Timestamp,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT EXISTS (SELECT FROM notices WHERE subject_kind = 'portal' AND event = 'database.down' AND at >= $1) \
         AS \"known!\"",
        instant(since)?
    )
    .fetch_one(connection)
    .await
}
