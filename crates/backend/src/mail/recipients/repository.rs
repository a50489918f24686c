//! All SQL about whom a notice is written to.

use crate::{context::Ctx, db::instant};
use sqlx::PgConnection;
use uuid::Uuid;

/// Makes a delivery of a notice for each person who wants to be written to about it. What is not about a secret is for
/// administrators, and notices about an API token are for its owner.
pub(crate) async fn deliver_to_people(
    connection: &mut PgConnection,
    ctx: &Ctx,
    notice: Uuid,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO notice_deliveries (id, notice_id, user_id, state, next_at, created_at) \
         SELECT gen_random_uuid(), notices.id, users.id, 'waiting', $2, $2 \
         FROM notices CROSS JOIN mail_choices JOIN users ON users.id = mail_choices.user_id \
         WHERE notices.id = $1 AND mail_choices.address IS NOT NULL AND unsubscribed_at IS NULL AND NOT users.disabled \
         AND notices.event = ANY (mail_choices.events) \
         AND CASE notices.subject_kind \
         WHEN 'secret' THEN (cardinality(secret_kinds) = 0 OR notices.secret_kind = ANY (secret_kinds)) \
         AND (cardinality(name_prefixes) = 0 OR EXISTS (SELECT FROM unnest(name_prefixes) AS prefixes (prefix) \
         WHERE starts_with(notices.secret_name, prefix))) \
         WHEN 'token' THEN notices.facts ->> 'owner' = users.name \
         OR (notices.facts ->> 'owner' IS NULL AND users.role = 'admin') \
         ELSE users.role = 'admin' END \
         ON CONFLICT ON CONSTRAINT notice_deliveries_user_once DO NOTHING",
        notice,
        instant(ctx.now)?
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Takes the mail apart that a delivery is in. What is left of it is sent as another mail, because a mail has the same contents
/// in each attempt.
pub(crate) async fn take_mail_apart(
    connection: &mut PgConnection,
    delivery: Uuid,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "DELETE FROM mail_items USING mail_items AS own WHERE own.delivery_id = $1 AND mail_items.mail_id = own.mail_id",
        delivery
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Deletes mails whose notices are gone.
pub(crate) async fn delete_empty_mails(connection: &mut PgConnection) -> Result<u64, sqlx::Error> {
    let deleted =
        sqlx::query!("DELETE FROM mails WHERE NOT EXISTS (SELECT FROM mail_items WHERE mail_id = mails.id)")
            .execute(connection)
            .await?;
    Ok(deleted.rows_affected())
}
