//! All SQL about API tokens.

use crate::{context::Ctx, db::instant};
use chrono::{DateTime, Utc};
use domain::{
    access::{NewToken, Restriction, TokenScope},
    secret::SecretId,
    time::Timestamp,
};
use sqlx::{FromRow, PgConnection, Postgres, QueryBuilder};
use uuid::Uuid;

/// A token as it is stored, with what its owner may do.
#[derive(Debug, FromRow)]
pub(super) struct TokenRow {
    pub(super) id: String,
    pub(super) secret_hash: Vec<u8>,
    pub(super) name: String,
    /// None for tokens of the command line.
    pub(super) user_id: Option<Uuid>,
    scope: String,
    name_prefix: Option<String>,
    secrets: Option<Vec<String>>,
    pub(super) created_at: DateTime<Utc>,
    pub(super) created_by: String,
    pub(super) expires_at: Option<DateTime<Utc>>,
    pub(super) used_at: Option<DateTime<Utc>>,
    pub(super) revoked_at: Option<DateTime<Utc>>,
    pub(super) owner: Option<String>,
    pub(super) owner_role: Option<String>,
    pub(super) owner_disabled: Option<bool>,
    pub(super) owner_suspended: Option<bool>,
    /// Of people whom a provider vouches for: when they signed in last, or what counts in its place.
    pub(super) vouched_at: Option<DateTime<Utc>>,
}

impl TokenRow {
    pub(super) fn scope(&self) -> Result<TokenScope, sqlx::Error> {
        TokenScope::parse(&self.scope).ok_or_else(|| sqlx::Error::Decode("a stored scope is none".into()))
    }

    pub(super) fn restriction(&self) -> Result<Restriction, sqlx::Error> {
        Ok(match (&self.name_prefix, &self.secrets) {
            (Some(prefix), _) => Restriction::Prefix(prefix.clone()),
            (None, Some(ids)) => {
                let ids = ids.iter().map(|id| SecretId::parse(id)).collect::<Option<Vec<_>>>();
                let ids = ids.ok_or_else(|| sqlx::Error::Decode("a stored id is none".into()))?;
                Restriction::Secrets(ids)
            }
            (None, None) => Restriction::None,
        })
    }
}

const SELECT: &str = "SELECT api_tokens.id, secret_hash, api_tokens.name, user_id, scope, name_prefix, secrets, \
    api_tokens.created_at, api_tokens.created_by, expires_at, used_at, revoked_at, users.role AS owner_role, \
    users.name AS owner, users.disabled AS owner_disabled, users.suspended_at IS NOT NULL AS owner_suspended, \
    CASE WHEN users.oidc_issuer IS NOT NULL THEN \
    greatest(coalesce(users.signed_in_at, users.created_at), users.tokens_kept_from) END AS vouched_at FROM api_tokens LEFT JOIN users ON users.id = user_id";

pub(super) async fn find(connection: &mut PgConnection, id: &str) -> Result<Option<TokenRow>, sqlx::Error> {
    QueryBuilder::<Postgres>::new(format!("{SELECT} WHERE api_tokens.id = "))
        .push_bind(id)
        .build_query_as()
        .fetch_optional(connection)
        .await
}

pub(super) async fn insert(
    connection: &mut PgConnection,
    ctx: &Ctx,
    id: &str,
    secret_hash: &[u8],
    owner: Option<Uuid>,
    token: &NewToken,
) -> Result<(), sqlx::Error> {
    let (prefix, secrets) = match &token.restriction {
        Restriction::None => (None, None),
        Restriction::Prefix(prefix) => (Some(prefix.as_str()), None),
        Restriction::Secrets(ids) => (None, Some(ids.iter().map(ToString::to_string).collect::<Vec<_>>())),
    };
    sqlx::query(
        "INSERT INTO api_tokens (id, secret_hash, name, scope, user_id, name_prefix, secrets, created_at, created_by, \
         expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(id)
    .bind(secret_hash)
    .bind(token.name.as_str())
    .bind(token.scope.as_str())
    .bind(owner)
    .bind(prefix)
    .bind(secrets)
    .bind(instant(ctx.now)?)
    .bind(ctx.actor.name())
    .bind(token.expiry.at(ctx.now).map(instant).transpose()?)
    .execute(connection)
    .await
    .map(drop)
}

/// Notes that it is in use.
pub(super) async fn note_used(
    connection: &mut PgConnection,
    id: &str,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE api_tokens SET used_at = $2 WHERE id = $1")
        .bind(id)
        .bind(instant(now)?)
        .execute(connection)
        .await
        .map(drop)
}

/// The names of the tokens of this person that are neither revoked nor expired.
pub(super) async fn live_names(
    connection: &mut PgConnection,
    owner: Uuid,
    now: Timestamp,
) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT name FROM api_tokens WHERE user_id = $1 AND revoked_at IS NULL \
         AND (expires_at IS NULL OR expires_at > $2)",
    )
    .bind(owner)
    .bind(instant(now)?)
    .fetch_all(connection)
    .await
}

/// Ends all tokens of this person at once, and returns the ids of those that were good until then.
pub(crate) async fn revoke_all(
    connection: &mut PgConnection,
    owner: Uuid,
    now: Timestamp,
) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar(
        "UPDATE api_tokens SET revoked_at = $2 WHERE user_id = $1 AND revoked_at IS NULL \
         AND (expires_at IS NULL OR expires_at > $2) RETURNING id",
    )
    .bind(owner)
    .bind(instant(now)?)
    .fetch_all(connection)
    .await
}

/// Ends it at once; `None` where there is no such token, else its name. An owner reaches their own alone.
pub(super) async fn revoke(
    connection: &mut PgConnection,
    id: &str,
    owner: Option<Uuid>,
    now: Timestamp,
) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar(
        "UPDATE api_tokens SET revoked_at = coalesce(revoked_at, $3) \
         WHERE id = $1 AND ($2::uuid IS NULL OR user_id = $2) RETURNING name",
    )
    .bind(id)
    .bind(owner)
    .bind(instant(now)?)
    .fetch_optional(connection)
    .await
}

/// Newest first, those beyond this one; of one owner, or everybody's.
pub(super) async fn list(
    connection: &mut PgConnection,
    owner: Option<Uuid>,
    beyond: Option<(Timestamp, &str)>,
    limit: i64,
) -> Result<Vec<TokenRow>, sqlx::Error> {
    let mut sql = QueryBuilder::<Postgres>::new(SELECT);
    sql.push(" WHERE true");
    if let Some(owner) = owner {
        sql.push(" AND user_id = ").push_bind(owner);
    }
    if let Some((at, id)) = beyond {
        sql.push(" AND (api_tokens.created_at, api_tokens.id) < (").push_bind(instant(at)?);
        sql.push(", ").push_bind(id).push(")");
    }
    sql.push(" ORDER BY api_tokens.created_at DESC, api_tokens.id DESC LIMIT ").push_bind(limit);
    sql.build_query_as().fetch_all(connection).await
}
