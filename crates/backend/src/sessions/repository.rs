//! All SQL about sessions and attempts to sign in.

use crate::{
    context::Ctx,
    db::instant,
    keyring::{
        guarded::{Guarded, NewMacs, Stale},
        mac::{Message, Purpose},
    },
    users::repository::UserRow,
    work::Work,
};
use chrono::{DateTime, Utc};
use domain::time::Timestamp;
use sqlx::PgConnection;
use uuid::Uuid;

/// A session, with its user. Its validity has yet to be checked.
#[derive(Debug)]
pub(super) struct LiveRow {
    pub(super) session: Grant,
    pub(super) seen_at: DateTime<Utc>,
    pub(super) user: UserRow,
    /// The language that the user has chosen.
    pub(super) language: Option<String>,
}

/// The rights that a session grants, and to whom.
#[derive(Debug)]
pub(super) struct Grant {
    pub(super) id: Uuid,
    pub(super) user_id: Uuid,
    pub(super) created_at: DateTime<Utc>,
    pub(super) expires_at: DateTime<Utc>,
    /// The time of the person's last proof of identity at the provider.
    pub(super) proven_at: Option<DateTime<Utc>>,
    /// The provider's own session.
    pub(super) provider_session: Option<String>,
    pub(super) mac: Option<Vec<u8>>,
}

impl Grant {
    /// Returns the message for the MAC of a session, with the hash of the token that was shown.
    pub(super) fn message(&self, token_hash: &[u8]) -> Message {
        Message::new(Purpose::Session)
            .bytes(self.id.as_bytes())
            .bytes(self.user_id.as_bytes())
            .bytes(token_hash)
            .number(self.created_at.timestamp_micros())
            .number(self.expires_at.timestamp_micros())
            .maybe_number(self.proven_at.map(|at| at.timestamp_micros()))
            .maybe(self.provider_session.as_ref())
    }
}

/// Returns the session of this token, with its user.
pub(super) async fn find_live(
    connection: &mut PgConnection,
    token_hash: &[u8],
    seen_after: Timestamp,
) -> Result<Option<LiveRow>, sqlx::Error> {
    let found = sqlx::query!(
        "SELECT sessions.id, user_id, sessions.created_at, expires_at, proven_at, provider_session, \
         sessions.mac, seen_at, users.name, role, password_hash, disabled, oidc_issuer, oidc_subject, \
         signed_in_at, suspended_at, tokens_kept_from, language, users.mac AS user_mac \
         FROM sessions JOIN users ON users.id = user_id WHERE token_hash = $1 AND seen_at > $2",
        token_hash,
        instant(seen_after)?
    )
    .fetch_optional(connection)
    .await?;
    Ok(found.map(|row| LiveRow {
        session: Grant {
            id: row.id,
            user_id: row.user_id,
            created_at: row.created_at,
            expires_at: row.expires_at,
            proven_at: row.proven_at,
            provider_session: row.provider_session,
            mac: row.mac,
        },
        seen_at: row.seen_at,
        user: UserRow {
            id: row.user_id,
            name: row.name,
            role: row.role,
            password_hash: row.password_hash,
            disabled: row.disabled,
            oidc_issuer: row.oidc_issuer,
            oidc_subject: row.oidc_subject,
            signed_in_at: row.signed_in_at,
            suspended_at: row.suspended_at,
            tokens_kept_from: row.tokens_kept_from,
            mac: row.user_mac,
        },
        language: row.language,
    }))
}

/// Notes that it is in use.
pub(super) async fn note_seen(
    connection: &mut PgConnection,
    id: Uuid,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query!("UPDATE sessions SET seen_at = $2 WHERE id = $1", id, instant(now)?)
        .execute(connection)
        .await
        .map(drop)
}

/// A session to be inserted.
pub(super) struct NewRow<'a> {
    pub(super) id: Uuid,
    pub(super) user_id: Uuid,
    pub(super) token_hash: &'a [u8],
    pub(super) device: &'a str,
    pub(super) expires_at: Timestamp,
    pub(super) beginning: &'a Beginning,
}

/// The provider's data about the sign-in that begins a session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Beginning {
    /// The time of the person's last proof of identity there.
    pub(crate) proven_at: Option<Timestamp>,
    /// The provider's own session.
    pub(crate) provider_session: Option<String>,
}

/// Inserts a session; deletes those that have ended.
pub(super) async fn insert(
    work: &mut Work,
    ctx: &Ctx,
    row: NewRow<'_>,
    seen_after: Timestamp,
) -> Result<(), sqlx::Error> {
    let now = instant(ctx.now)?;
    sqlx::query!("DELETE FROM sessions WHERE expires_at <= $1 OR seen_at <= $2", now, instant(seen_after)?)
        .execute(&mut **work)
        .await?;
    let expires_at = instant(row.expires_at)?;
    let grant = Grant {
        id: row.id,
        user_id: row.user_id,
        created_at: now,
        expires_at,
        proven_at: row.beginning.proven_at.map(instant).transpose()?,
        provider_session: row.beginning.provider_session.clone(),
        mac: None,
    };
    let mac = work.sign(&grant.message(row.token_hash)).await?;
    sqlx::query!(
        "INSERT INTO sessions (id, user_id, token_hash, device, address, created_at, seen_at, expires_at, \
         proven_at, provider_session, mac) VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $8, $9, $10)",
        row.id,
        row.user_id,
        row.token_hash,
        row.device,
        ctx.address.map(|address| address.to_string()),
        now,
        expires_at,
        grant.proven_at,
        grant.provider_session,
        mac
    )
    .execute(&mut **work)
    .await
    .map(drop)
}

/// Returns sessions whose MACs are to be renewed, locked until the end of the transaction.
pub(crate) async fn guarded(
    connection: &mut PgConnection,
    stale: Stale<'_>,
    limit: i64,
) -> Result<Vec<Guarded<Uuid>>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT id, user_id, created_at, expires_at, proven_at, provider_session, mac, token_hash FROM sessions \
         WHERE ($1::text IS NULL AND mac IS NULL) OR substr(mac, 1, 8) <> decode($1, 'hex') \
         ORDER BY id LIMIT $2 FOR UPDATE",
        stale.bound(),
        limit
    )
    .fetch_all(connection)
    .await?;
    let guarded = rows.into_iter().map(|row| {
        let session = Grant {
            id: row.id,
            user_id: row.user_id,
            created_at: row.created_at,
            expires_at: row.expires_at,
            proven_at: row.proven_at,
            provider_session: row.provider_session,
            mac: row.mac,
        };
        Guarded { key: session.id, message: session.message(&row.token_hash), mac: session.mac }
    });
    Ok(guarded.collect())
}

/// Replaces the MACs of sessions; returns the number of rows.
pub(crate) async fn put_macs(
    connection: &mut PgConnection,
    macs: &NewMacs<Uuid>,
) -> Result<usize, sqlx::Error> {
    let (ids, codes): (Vec<Uuid>, Vec<Option<&[u8]>>) =
        macs.iter().map(|(id, mac)| (*id, mac.as_deref())).unzip();
    sqlx::query!(
        "UPDATE sessions SET mac = fresh.mac FROM unnest($1::uuid[], $2::bytea[]) AS fresh (id, mac) \
         WHERE sessions.id = fresh.id",
        &ids,
        &codes as _
    )
    .execute(connection)
    .await?;
    Ok(macs.len())
}

/// A session, as its owner sees it.
#[derive(Debug)]
pub(super) struct ListRow {
    pub(super) id: Uuid,
    pub(super) device: String,
    pub(super) address: Option<String>,
    pub(super) created_at: DateTime<Utc>,
    pub(super) seen_at: DateTime<Utc>,
}

/// Returns the user's valid sessions, the last used first.
pub(super) async fn list(
    connection: &mut PgConnection,
    user: Uuid,
    now: Timestamp,
    seen_after: Timestamp,
    limit: i64,
) -> Result<Vec<ListRow>, sqlx::Error> {
    sqlx::query_as!(
        ListRow,
        "SELECT id, device, address, created_at, seen_at FROM sessions \
         WHERE user_id = $1 AND expires_at > $2 AND seen_at > $3 ORDER BY seen_at DESC, id LIMIT $4",
        user,
        instant(now)?,
        instant(seen_after)?,
        limit
    )
    .fetch_all(connection)
    .await
}

/// Ends one session of this user; returns whether there was one.
pub(super) async fn end(connection: &mut PgConnection, user: Uuid, id: Uuid) -> Result<bool, sqlx::Error> {
    let ended = sqlx::query!("DELETE FROM sessions WHERE id = $1 AND user_id = $2", id, user)
        .execute(connection)
        .await?;
    Ok(ended.rows_affected() > 0)
}

/// Ends all sessions of this user but this one; returns their number.
pub(super) async fn end_others(
    connection: &mut PgConnection,
    user: Uuid,
    kept: Uuid,
) -> Result<u64, sqlx::Error> {
    sqlx::query!("DELETE FROM sessions WHERE user_id = $1 AND id <> $2", user, kept)
        .execute(connection)
        .await
        .map(|ended| ended.rows_affected())
}

/// Returns the time of the last proof of identity at the provider by the person of this session.
pub(super) async fn proven_at(
    connection: &mut PgConnection,
    id: Uuid,
) -> Result<Option<DateTime<Utc>>, sqlx::Error> {
    let found = sqlx::query_scalar!("SELECT proven_at FROM sessions WHERE id = $1", id)
        .fetch_optional(connection)
        .await?;
    Ok(found.flatten())
}

/// Ends the sessions of this user that belong to this one of the provider, and those without a known one.
pub(crate) async fn end_of_provider(
    connection: &mut PgConnection,
    user: Uuid,
    provider_session: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "DELETE FROM sessions WHERE user_id = $1 AND (provider_session = $2 OR provider_session IS NULL)",
        user,
        provider_session
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Ends all sessions of this user.
pub(crate) async fn end_all(connection: &mut PgConnection, user: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query!("DELETE FROM sessions WHERE user_id = $1", user).execute(connection).await.map(drop)
}

/// Deletes counts of attempts whose last one was counted before this time.
pub(super) async fn sweep_attempts(
    connection: &mut PgConnection,
    forgotten: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query!("DELETE FROM sign_in_attempts WHERE last_at <= $1", instant(forgotten)?)
        .execute(connection)
        .await
        .map(drop)
}

/// Counts an attempt under this name from this network. Returns the number of this attempt and the time of the last that was
/// counted.
pub(super) async fn count_attempt(
    connection: &mut PgConnection,
    name: &str,
    network: &str,
    most: i32,
    now: Timestamp,
) -> Result<(i32, DateTime<Utc>), sqlx::Error> {
    let counted = sqlx::query!(
        "INSERT INTO sign_in_attempts (name, network, count, last_at) VALUES ($1, $2, 1, $3) \
         ON CONFLICT (name, network) DO UPDATE SET count = LEAST(sign_in_attempts.count + 1, $4 + 1), \
         last_at = CASE WHEN sign_in_attempts.count >= $4 THEN sign_in_attempts.last_at ELSE $3 END \
         RETURNING count, last_at",
        name,
        network,
        instant(now)?,
        most
    )
    .fetch_one(connection)
    .await?;
    Ok((counted.count, counted.last_at))
}

/// Uncounts one attempt under this name from each of these networks.
pub(super) async fn take_back_attempt(
    connection: &mut PgConnection,
    name: &str,
    networks: &[&str],
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE sign_in_attempts SET count = GREATEST(count - 1, 0) WHERE name = $1 AND network = ANY($2)",
        name,
        networks as _
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Deletes the counts under this name from these networks.
pub(super) async fn forget_attempts(
    connection: &mut PgConnection,
    name: &str,
    networks: &[&str],
) -> Result<(), sqlx::Error> {
    sqlx::query!("DELETE FROM sign_in_attempts WHERE name = $1 AND network = ANY($2)", name, networks as _)
        .execute(connection)
        .await
        .map(drop)
}

/// Deletes the counts under this name.
pub(super) async fn forget_all_attempts(
    connection: &mut PgConnection,
    name: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query!("DELETE FROM sign_in_attempts WHERE name = $1", name).execute(connection).await.map(drop)
}

/// Returns whether this user has signed in from this network since this time.
pub(super) async fn knows_network(
    connection: &mut PgConnection,
    user: Uuid,
    network: &str,
    since: Timestamp,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT EXISTS (SELECT FROM known_networks WHERE user_id = $1 AND network = $2 AND last_at > $3) \
         AS \"known!\"",
        user,
        network,
        instant(since)?
    )
    .fetch_one(connection)
    .await
}

/// Notes that this user has signed in from this network, and deletes their networks of long ago.
pub(super) async fn know_network(
    connection: &mut PgConnection,
    user: Uuid,
    network: &str,
    now: Timestamp,
    forgotten: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "DELETE FROM known_networks WHERE user_id = $1 AND last_at <= $2",
        user,
        instant(forgotten)?
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "INSERT INTO known_networks (user_id, network, last_at) VALUES ($1, $2, $3) \
         ON CONFLICT (user_id, network) DO UPDATE SET last_at = GREATEST(known_networks.last_at, $3)",
        user,
        network,
        instant(now)?
    )
    .execute(connection)
    .await
    .map(drop)
}
