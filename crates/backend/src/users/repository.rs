//! All SQL about users and their one-time links.

use crate::{context::Ctx, db::instant};
use chrono::{DateTime, Utc};
use domain::{
    access::{Role, UserName},
    time::Timestamp,
};
use sqlx::{FromRow, PgConnection, Postgres, QueryBuilder};
use uuid::Uuid;

/// Whoever changes who the administrators are holds this lock until the end of the transaction; the number is arbitrary.
const ACCESS_LOCK: i64 = 0x6c61_7463_685f_6163;

/// What may be shown of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserSummary {
    /// By which they sign in.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// May not sign in.
    pub disabled: bool,
    /// Has chosen a password.
    pub has_password: bool,
    /// The last time they did, if ever.
    pub signed_in_at: Option<Timestamp>,
    /// How many sessions they have now.
    pub sessions: u32,
    /// The issuer who vouches for them, where they sign in at a provider; their role is then that of their groups there.
    pub issuer: Option<String>,
    /// Since when their API tokens are refused, because the provider has refused or signed them out.
    pub suspended_at: Option<Timestamp>,
    /// How many API tokens they have that are neither revoked nor expired.
    pub tokens: u32,
}

#[derive(Debug, FromRow)]
pub(super) struct ListRow {
    name: String,
    role: String,
    disabled: bool,
    has_password: bool,
    signed_in_at: Option<DateTime<Utc>>,
    sessions: i64,
    oidc_issuer: Option<String>,
    suspended_at: Option<DateTime<Utc>>,
    tokens: i64,
}

impl TryFrom<ListRow> for UserSummary {
    type Error = sqlx::Error;

    fn try_from(row: ListRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            name: row.name,
            role: role(&row.role)?,
            disabled: row.disabled,
            has_password: row.has_password,
            signed_in_at: row.signed_in_at.map(crate::db::timestamp),
            sessions: u32::try_from(row.sessions).unwrap_or_default(),
            issuer: row.oidc_issuer,
            suspended_at: row.suspended_at.map(crate::db::timestamp),
            tokens: u32::try_from(row.tokens).unwrap_or_default(),
        })
    }
}

/// A stored role.
pub(crate) fn role(text: &str) -> Result<Role, sqlx::Error> {
    Role::parse(text).ok_or_else(|| sqlx::Error::Decode("a stored role is none".into()))
}

/// A user, as far as signing in goes.
#[derive(Clone, Debug, FromRow)]
pub(crate) struct UserRow {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) role: String,
    pub(crate) password_hash: Option<String>,
    pub(crate) disabled: bool,
    pub(crate) oidc_issuer: Option<String>,
}

/// The user of this name.
pub(crate) async fn find(connection: &mut PgConnection, name: &str) -> Result<Option<UserRow>, sqlx::Error> {
    sqlx::query_as("SELECT id, name, role, password_hash, disabled, oidc_issuer FROM users WHERE name = $1")
        .bind(name)
        .fetch_optional(connection)
        .await
}

/// Whether one of these is the name of a user.
pub(crate) async fn any_named(connection: &mut PgConnection, names: &[String]) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar("SELECT EXISTS (SELECT FROM users WHERE name = ANY($1))")
        .bind(names)
        .fetch_one(connection)
        .await
}

/// Has the API tokens of a user refused until they sign in at the provider again.
///
/// Says whether they were taken until now.
pub(crate) async fn suspend(connection: &mut PgConnection, ctx: &Ctx, id: Uuid) -> Result<bool, sqlx::Error> {
    let suspended = sqlx::query("UPDATE users SET suspended_at = $2 WHERE id = $1 AND suspended_at IS NULL")
        .bind(id)
        .bind(instant(ctx.now)?)
        .execute(connection)
        .await?;
    Ok(suspended.rows_affected() > 0)
}

/// Takes the API tokens of a user again; says whether they were refused until now.
pub(crate) async fn resume(connection: &mut PgConnection, id: Uuid) -> Result<bool, sqlx::Error> {
    let resumed =
        sqlx::query("UPDATE users SET suspended_at = NULL WHERE id = $1 AND suspended_at IS NOT NULL")
            .bind(id)
            .execute(connection)
            .await?;
    Ok(resumed.rows_affected() > 0)
}

/// The user for whom this issuer vouches under this subject.
pub(crate) async fn find_by_subject(
    connection: &mut PgConnection,
    issuer: &str,
    subject: &str,
) -> Result<Option<UserRow>, sqlx::Error> {
    sqlx::query_as(
        "SELECT id, name, role, password_hash, disabled, oidc_issuer FROM users \
         WHERE oidc_issuer = $1 AND oidc_subject = $2",
    )
    .bind(issuer)
    .bind(subject)
    .fetch_optional(connection)
    .await
}

/// The users of this issuer who have a session here that belongs to this one there.
pub(crate) async fn of_provider_session(
    connection: &mut PgConnection,
    issuer: &str,
    provider_session: &str,
) -> Result<Vec<UserRow>, sqlx::Error> {
    sqlx::query_as(
        "SELECT id, name, role, password_hash, disabled, oidc_issuer FROM users WHERE oidc_issuer = $1 \
         AND id IN (SELECT user_id FROM sessions WHERE provider_session = $2)",
    )
    .bind(issuer)
    .bind(provider_session)
    .fetch_all(connection)
    .await
}

/// Adds a user for whom this issuer vouches under this subject.
pub(crate) async fn insert_vouched(
    connection: &mut PgConnection,
    ctx: &Ctx,
    name: &UserName,
    role: Role,
    (issuer, subject): (&str, &str),
) -> Result<UserRow, sqlx::Error> {
    let id = insert(connection, ctx, name, role, None).await?;
    sqlx::query_as(
        "UPDATE users SET oidc_issuer = $2, oidc_subject = $3 WHERE id = $1 \
         RETURNING id, name, role, password_hash, disabled, oidc_issuer",
    )
    .bind(id)
    .bind(issuer)
    .bind(subject)
    .fetch_one(connection)
    .await
}

/// Keeps others from changing users until the end of the transaction.
pub(crate) async fn lock(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(ACCESS_LOCK).execute(connection).await.map(drop)
}

/// Whether there is any user, but for those whom a provider vouches for and who are no administrators: they could not let
/// anybody else in.
pub(super) async fn any(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar("SELECT EXISTS (SELECT FROM users WHERE oidc_issuer IS NULL OR role = 'admin')")
        .fetch_one(connection)
        .await
}

pub(super) async fn insert(
    connection: &mut PgConnection,
    ctx: &Ctx,
    name: &UserName,
    role: Role,
    password_hash: Option<&str>,
) -> Result<Uuid, sqlx::Error> {
    let id = Uuid::now_v7();
    sqlx::query(
        "INSERT INTO users (id, name, role, password_hash, created_at, created_by) \
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(id)
    .bind(name.as_str())
    .bind(role.as_str())
    .bind(password_hash)
    .bind(instant(ctx.now)?)
    .bind(ctx.actor.name())
    .execute(connection)
    .await?;
    Ok(id)
}

/// How many administrators may sign in besides this user. Those of a provider count for each other alone: whether they still
/// are administrators shows when they sign in again.
pub(super) async fn other_admins(connection: &mut PgConnection, user: &UserRow) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT count(*) FROM users WHERE role = 'admin' AND NOT disabled AND id <> $1 \
         AND (oidc_issuer IS NULL OR $2)",
    )
    .bind(user.id)
    .bind(user.oidc_issuer.is_some())
    .fetch_one(connection)
    .await
}

/// The names of those who can help, a few of them.
pub(super) async fn admins(connection: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar("SELECT name FROM users WHERE role = 'admin' AND NOT disabled ORDER BY name LIMIT 5")
        .fetch_all(connection)
        .await
}

pub(crate) async fn set_role(connection: &mut PgConnection, id: Uuid, role: Role) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE users SET role = $2 WHERE id = $1")
        .bind(id)
        .bind(role.as_str())
        .execute(connection)
        .await
        .map(drop)
}

pub(super) async fn set_disabled(
    connection: &mut PgConnection,
    id: Uuid,
    disabled: bool,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE users SET disabled = $2 WHERE id = $1")
        .bind(id)
        .bind(disabled)
        .execute(connection)
        .await
        .map(drop)
}

/// Stores a password's hash; the links to choose one are spent by it.
pub(super) async fn set_password(
    connection: &mut PgConnection,
    id: Uuid,
    hash: Option<&str>,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE users SET password_hash = $2 WHERE id = $1")
        .bind(id)
        .bind(hash)
        .execute(&mut *connection)
        .await?;
    sqlx::query("DELETE FROM one_time_links WHERE user_id = $1").bind(id).execute(connection).await.map(drop)
}

/// Notes that they have signed in.
pub(crate) async fn note_sign_in(
    connection: &mut PgConnection,
    ctx: &Ctx,
    id: Uuid,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE users SET signed_in_at = $2 WHERE id = $1")
        .bind(id)
        .bind(instant(ctx.now)?)
        .execute(connection)
        .await
        .map(drop)
}

/// Users in the order of their names, beyond this one.
pub(super) async fn list(
    connection: &mut PgConnection,
    search: &str,
    beyond: &str,
    limit: i64,
    now: Timestamp,
) -> Result<Vec<ListRow>, sqlx::Error> {
    summary(now)?
        .push(" WHERE strpos(name, ")
        .push_bind(search)
        .push(") > 0 AND name > ")
        .push_bind(beyond)
        .push(" ORDER BY name LIMIT ")
        .push_bind(limit)
        .build_query_as()
        .fetch_all(connection)
        .await
}

/// One user.
pub(super) async fn get(
    connection: &mut PgConnection,
    name: &str,
    now: Timestamp,
) -> Result<Option<ListRow>, sqlx::Error> {
    summary(now)?
        .push(" WHERE name = ")
        .push_bind(name)
        .build_query_as()
        .fetch_optional(connection)
        .await
}

fn summary(now: Timestamp) -> Result<QueryBuilder<Postgres>, sqlx::Error> {
    let mut sql = QueryBuilder::new(
        "SELECT name, role, disabled, password_hash IS NOT NULL AS has_password, signed_in_at, oidc_issuer, \
         suspended_at, (SELECT count(*) FROM sessions WHERE user_id = users.id) AS sessions, \
         (SELECT count(*) FROM api_tokens WHERE user_id = users.id AND revoked_at IS NULL \
         AND (expires_at IS NULL OR expires_at > ",
    );
    sql.push_bind(instant(now)?).push(")) AS tokens FROM users");
    Ok(sql)
}

/// Notes a one-time link; those that have expired are swept away.
pub(super) async fn insert_link(
    connection: &mut PgConnection,
    ctx: &Ctx,
    token_hash: &[u8],
    user: Option<Uuid>,
    expires_at: Timestamp,
) -> Result<(), sqlx::Error> {
    let now = instant(ctx.now)?;
    sqlx::query("DELETE FROM one_time_links WHERE expires_at <= $1")
        .bind(now)
        .execute(&mut *connection)
        .await?;
    sqlx::query(
        "INSERT INTO one_time_links (token_hash, user_id, created_at, expires_at) VALUES ($1, $2, $3, $4)",
    )
    .bind(token_hash)
    .bind(user)
    .bind(now)
    .bind(instant(expires_at)?)
    .execute(connection)
    .await
    .map(drop)
}

/// Whom a link is for, where it is still good: `Some(None)` is the first administrator.
pub(super) async fn find_link(
    connection: &mut PgConnection,
    ctx: &Ctx,
    token_hash: &[u8],
) -> Result<Option<Option<UserRow>>, sqlx::Error> {
    let found: Option<Option<Uuid>> =
        sqlx::query_scalar("SELECT user_id FROM one_time_links WHERE token_hash = $1 AND expires_at > $2")
            .bind(token_hash)
            .bind(instant(ctx.now)?)
            .fetch_optional(&mut *connection)
            .await?;
    match found {
        None => Ok(None),
        Some(None) => Ok(Some(None)),
        Some(Some(id)) => {
            let user: Option<UserRow> = sqlx::query_as(
                "SELECT id, name, role, password_hash, disabled, oidc_issuer FROM users \
                 WHERE id = $1 AND NOT disabled",
            )
            .bind(id)
            .fetch_optional(connection)
            .await?;
            Ok(user.map(Some))
        }
    }
}

/// Takes the links for the first administrator away: there is one now.
pub(super) async fn spend_setup_links(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM one_time_links WHERE user_id IS NULL").execute(connection).await.map(drop)
}
