//! All SQL about forms that were sent.

use crate::{context::Ctx, db::instant, work::Work};
use sqlx::PgConnection;
use std::time::Duration;
use uuid::Uuid;

/// The time for which a form is recognized: tabs are kept open for weeks.
const KEPT: Duration = Duration::from_hours(30 * 24);

/// Returns the thing that the form with this mark created.
pub(super) async fn find(connection: &mut PgConnection, mark: Uuid) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar!("SELECT object FROM form_submissions WHERE mark = $1", mark)
        .fetch_optional(connection)
        .await
}

/// Stores that the form with this mark creates this thing; deletes old marks. Returns the thing that the same form has created
/// before, if any. Waits for another transaction with the same mark.
pub(crate) async fn note(
    work: &mut Work,
    ctx: &Ctx,
    mark: Uuid,
    object: &str,
) -> Result<Option<String>, sqlx::Error> {
    let noted = sqlx::query!(
        "INSERT INTO form_submissions (mark, object, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        mark,
        object,
        instant(ctx.now)?
    )
    .execute(&mut **work)
    .await?;
    if noted.rows_affected() == 0 {
        return find(work, mark).await;
    }
    sqlx::query!("DELETE FROM form_submissions WHERE at < $1", instant(ctx.now - KEPT)?)
        .execute(&mut **work)
        .await?;
    Ok(None)
}
