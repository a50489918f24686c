//! All SQL about mails with notices.

use crate::{
    context::Ctx,
    db::{instant, timestamp},
    notices::{Notice, repository as notices},
};
use domain::{notice::DeliveryCause, time::Timestamp};
use sqlx::PgConnection;
use uuid::Uuid;

/// A delivery to a person that is due.
#[derive(Debug)]
pub(super) struct Due {
    pub(super) id: Uuid,
    pub(super) step: i32,
    pub(super) mail_id: Option<Uuid>,
    pub(super) created_at: Timestamp,
    /// The notice; `None` for one of a newer version.
    pub(super) notice: Option<Notice>,
}

/// Has what waits for a person considered anew, after they have chosen other times. Mails that were tried stay as they are.
pub(in crate::mail) async fn consider_anew(
    connection: &mut PgConnection,
    ctx: &Ctx,
    user: Uuid,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE notice_deliveries SET next_at = $2 WHERE user_id = $1 AND state = 'waiting' \
         AND NOT EXISTS (SELECT FROM mail_items WHERE delivery_id = notice_deliveries.id)",
        user,
        instant(ctx.now)?
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Locks a person for whom something is due, and whom no other server has locked.
pub(super) async fn lock_person(
    connection: &mut PgConnection,
    now: Timestamp,
) -> Result<Option<Uuid>, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT user_id FROM mail_choices WHERE EXISTS (SELECT FROM notice_deliveries AS due \
         WHERE due.user_id = mail_choices.user_id AND due.state = 'waiting' AND due.next_at <= $1 \
         AND (due.held_until IS NULL OR due.held_until <= $1)) \
         ORDER BY user_id LIMIT 1 FOR UPDATE SKIP LOCKED",
        instant(now)?
    )
    .fetch_optional(connection)
    .await
}

/// Returns what is due for a person, the oldest first, locked until the end of the transaction.
pub(super) async fn due(
    connection: &mut PgConnection,
    now: Timestamp,
    user: Uuid,
) -> Result<Vec<Due>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT notice_deliveries.id, step, mail_items.mail_id AS \"mail_id?\", notice_deliveries.created_at, notice_id \
         FROM notice_deliveries JOIN notices ON notices.id = notice_id \
         LEFT JOIN mail_items ON mail_items.delivery_id = notice_deliveries.id \
         WHERE user_id = $2 AND state = 'waiting' AND next_at <= $1 AND (held_until IS NULL OR held_until <= $1) \
         ORDER BY at, notice_deliveries.id LIMIT 1000 FOR UPDATE OF notice_deliveries SKIP LOCKED",
        instant(now)?,
        user
    )
    .fetch_all(&mut *connection)
    .await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.notice_id).collect();
    let mut found = notices::find(connection, &ids).await?;
    let due = rows.into_iter().map(|row| Due {
        id: row.id,
        step: row.step,
        mail_id: row.mail_id,
        created_at: timestamp(row.created_at),
        notice: found.remove(&row.notice_id),
    });
    Ok(due.collect())
}

/// Returns the language that a person has chosen for their pages.
pub(super) async fn language(
    connection: &mut PgConnection,
    user: Uuid,
) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar!("SELECT language FROM users WHERE id = $1", user).fetch_one(connection).await
}

/// Puts each of these deliveries off until its time.
pub(super) async fn put_off(
    connection: &mut PgConnection,
    all: &[(Uuid, Timestamp)],
) -> Result<(), sqlx::Error> {
    if all.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = all.iter().map(|(id, _)| *id).collect();
    let times = all.iter().map(|(_, at)| instant(*at)).collect::<Result<Vec<_>, _>>()?;
    sqlx::query!(
        "UPDATE notice_deliveries SET next_at = later.at FROM unnest($1::uuid[], $2::timestamptz[]) AS later (id, at) \
         WHERE notice_deliveries.id = later.id",
        &ids,
        &times
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Returns the number of deliveries in a mail.
pub(super) async fn count(connection: &mut PgConnection, mail: Uuid) -> Result<usize, sqlx::Error> {
    let count = sqlx::query_scalar!("SELECT count(*) AS \"count!\" FROM mail_items WHERE mail_id = $1", mail)
        .fetch_one(connection)
        .await?;
    Ok(usize::try_from(count).unwrap_or_default())
}

/// Takes mails apart: what was in them goes into others.
pub(super) async fn take_apart(connection: &mut PgConnection, mails: &[Uuid]) -> Result<(), sqlx::Error> {
    if mails.is_empty() {
        return Ok(());
    }
    sqlx::query!("DELETE FROM mail_items WHERE mail_id = ANY ($1)", mails).execute(connection).await.map(drop)
}

/// Puts deliveries into one mail.
pub(super) async fn bundle(
    connection: &mut PgConnection,
    now: Timestamp,
    mail: Uuid,
    ids: &[Uuid],
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "WITH mail AS (INSERT INTO mails (id, at) VALUES ($1, $2) RETURNING id) \
         INSERT INTO mail_items (delivery_id, mail_id) SELECT unnest($3::uuid[]), mail.id FROM mail",
        mail,
        instant(now)?,
        ids
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Returns when a mail was written.
pub(super) async fn written_at(connection: &mut PgConnection, mail: Uuid) -> Result<Timestamp, sqlx::Error> {
    sqlx::query_scalar!("SELECT at FROM mails WHERE id = $1", mail).fetch_one(connection).await.map(timestamp)
}

/// Holds deliveries for this server until then.
pub(super) async fn hold(
    connection: &mut PgConnection,
    ids: &[Uuid],
    holder: Uuid,
    until: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE notice_deliveries SET holder = $2, held_until = $3 WHERE id = ANY ($1)",
        ids,
        holder,
        instant(until)?
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Holds deliveries for longer, unless somebody else holds them by now.
pub(super) async fn hold_anew(
    connection: &mut PgConnection,
    ids: &[Uuid],
    holder: Uuid,
    until: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE notice_deliveries SET held_until = $3 WHERE id = ANY ($1) AND holder = $2",
        ids,
        holder,
        instant(until)?
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Gives deliveries up without an attempt.
pub(super) async fn give_up(
    connection: &mut PgConnection,
    ids: &[Uuid],
    cause: DeliveryCause,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE notice_deliveries SET state = 'failed', cause = $2 WHERE id = ANY ($1)",
        ids,
        cause.code()
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Notes that a mail was taken, unless somebody else holds it by now.
pub(super) async fn delivered(
    connection: &mut PgConnection,
    now: Timestamp,
    (ids, holder): (&[Uuid], Uuid),
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE notice_deliveries SET state = 'delivered', attempts = attempts + 1, step = step + 1, holder = NULL, \
         held_until = NULL, tried_at = $3, cause = NULL, status = NULL, delivered_at = $3 \
         WHERE holder = $2 AND id = ANY ($1)",
        ids,
        holder,
        instant(now)?
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Notes a failed attempt, and the time of the next, if there is one. Returns false if somebody else holds the mail by now.
pub(super) async fn failed(
    connection: &mut PgConnection,
    now: Timestamp,
    (ids, holder): (&[Uuid], Uuid),
    cause: DeliveryCause,
    reply: Option<u16>,
    next: Option<Timestamp>,
) -> Result<bool, sqlx::Error> {
    let failed = sqlx::query!(
        "UPDATE notice_deliveries SET state = CASE WHEN $4::timestamptz IS NULL THEN 'failed' ELSE 'waiting' END, \
         attempts = attempts + 1, step = step + 1, next_at = coalesce($4, next_at), holder = NULL, held_until = NULL, \
         tried_at = $3, cause = $5, status = $6 \
         WHERE holder = $2 AND id = ANY ($1)",
        ids,
        holder,
        instant(now)?,
        next.map(instant).transpose()?,
        cause.code(),
        reply.map(i32::from)
    )
    .execute(connection)
    .await?;
    Ok(failed.rows_affected() > 0)
}
