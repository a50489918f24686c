//! All SQL about API tokens.

use crate::{
    context::Ctx,
    db::instant,
    keyring::{
        SealedValue, ValueField,
        guarded::{Guarded, NewMacs, Stale},
        mac::{Message, Purpose},
    },
    secrets::{repository::SecretRow, values::repository::StoredValue},
    users::repository::UserRow,
    work::Work,
};
use chrono::{DateTime, Utc};
use domain::{
    access::{NewToken, Restriction, TokenScope},
    secret::SecretId,
    time::Timestamp,
};
use sqlx::PgConnection;
use uuid::Uuid;

/// A token as it is stored, with the rights of its owner.
#[derive(Debug, Default)]
pub(super) struct TokenRow {
    pub(super) id: String,
    pub(super) secret_hash: Vec<u8>,
    pub(super) name: String,
    /// The owner; `None` for tokens of the command line.
    pub(super) user_id: Option<Uuid>,
    scope: String,
    name_prefix: Option<String>,
    secrets: Option<Vec<String>>,
    pub(super) created_at: DateTime<Utc>,
    pub(super) created_by: String,
    pub(super) expires_at: Option<DateTime<Utc>>,
    pub(super) used_at: Option<DateTime<Utc>>,
    pub(super) revoked_at: Option<DateTime<Utc>>,
    /// The code that vouches for what it grants.
    pub(super) mac: Option<Vec<u8>>,
    // The owner of the token, if it has one.
    owner_name: Option<String>,
    owner_role: Option<String>,
    owner_password_hash: Option<String>,
    owner_disabled: Option<bool>,
    owner_oidc_issuer: Option<String>,
    owner_oidc_subject: Option<String>,
    owner_signed_in_at: Option<DateTime<Utc>>,
    owner_suspended_at: Option<DateTime<Utc>>,
    owner_tokens_kept_from: Option<DateTime<Utc>>,
    owner_mac: Option<Vec<u8>>,
}

impl TokenRow {
    /// Returns the message for the MAC of a token: everything that it grants to whoever shows it.
    pub(super) fn message(&self) -> Message {
        Message::new(Purpose::ApiToken)
            .text(&self.id)
            .bytes(&self.secret_hash)
            .text(&self.name)
            .maybe(self.user_id.as_ref().map(Uuid::as_bytes))
            .text(&self.scope)
            .maybe(self.name_prefix.as_ref())
            .maybe_list(self.secrets.as_deref())
            .number(self.created_at.timestamp_micros())
            .text(&self.created_by)
            .maybe_number(self.expires_at.map(|at| at.timestamp_micros()))
            .maybe_number(self.revoked_at.map(|at| at.timestamp_micros()))
    }

    /// Returns the owner; `None` for tokens of the command line.
    ///
    /// Errors: the token has an owner, but no such user exists.
    pub(super) fn owner(&self) -> Result<Option<UserRow>, sqlx::Error> {
        let Some(id) = self.user_id else { return Ok(None) };
        let Self { owner_name: Some(name), owner_role: Some(role), owner_disabled: Some(disabled), .. } =
            self
        else {
            return Err(sqlx::Error::RowNotFound);
        };
        Ok(Some(UserRow {
            id,
            name: name.clone(),
            role: role.clone(),
            password_hash: self.owner_password_hash.clone(),
            disabled: *disabled,
            oidc_issuer: self.owner_oidc_issuer.clone(),
            oidc_subject: self.owner_oidc_subject.clone(),
            signed_in_at: self.owner_signed_in_at,
            suspended_at: self.owner_suspended_at,
            tokens_kept_from: self.owner_tokens_kept_from,
            mac: self.owner_mac.clone(),
        }))
    }

    /// Returns the name of the owner.
    pub(super) fn owner_name(&self) -> Option<&str> {
        self.owner_name.as_deref()
    }

    /// Returns the name by which a record reports that the portal did not write it.
    pub(super) fn called(&self) -> String {
        format!("API token {}", self.id)
    }

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

/// Selects `TokenRow`s by the rest of a statement.
macro_rules! select_tokens {
    ($rest:literal $(, $argument:expr)*) => {
        sqlx::query_as!(
            TokenRow,
            "SELECT api_tokens.id, secret_hash, api_tokens.name, user_id, scope, name_prefix, secrets, \
             api_tokens.created_at, api_tokens.created_by, expires_at, used_at, revoked_at, api_tokens.mac, \
             users.name AS \"owner_name?\", users.role AS \"owner_role?\", \
             users.password_hash AS owner_password_hash, users.disabled AS \"owner_disabled?\", \
             users.oidc_issuer AS owner_oidc_issuer, users.oidc_subject AS owner_oidc_subject, \
             users.signed_in_at AS owner_signed_in_at, users.suspended_at AS owner_suspended_at, \
             users.tokens_kept_from AS owner_tokens_kept_from, users.mac AS owner_mac \
             FROM api_tokens LEFT JOIN users ON users.id = user_id "
                + $rest
            $(, $argument)*
        )
    };
}

pub(super) async fn find(connection: &mut PgConnection, id: &str) -> Result<Option<TokenRow>, sqlx::Error> {
    select_tokens!("WHERE api_tokens.id = $1", id).fetch_optional(connection).await
}

/// Makes a `TokenRow` of a row that has more than its columns.
macro_rules! token_of {
    ($row:ident) => {
        TokenRow {
            id: $row.id,
            secret_hash: $row.secret_hash,
            name: $row.name,
            user_id: $row.user_id,
            scope: $row.scope,
            name_prefix: $row.name_prefix,
            secrets: $row.secrets,
            created_at: $row.created_at,
            created_by: $row.created_by,
            expires_at: $row.expires_at,
            used_at: $row.used_at,
            revoked_at: $row.revoked_at,
            mac: $row.mac,
            owner_name: $row.owner_name,
            owner_role: $row.owner_role,
            owner_password_hash: $row.owner_password_hash,
            owner_disabled: $row.owner_disabled,
            owner_oidc_issuer: $row.owner_oidc_issuer,
            owner_oidc_subject: $row.owner_oidc_subject,
            owner_signed_in_at: $row.owner_signed_in_at,
            owner_suspended_at: $row.owner_suspended_at,
            owner_tokens_kept_from: $row.owner_tokens_kept_from,
            owner_mac: $row.owner_mac,
        }
    };
}

/// Returns a token, and the sealed value of the secret that is asked for with it, if there is one.
pub(super) async fn find_with_value(
    connection: &mut PgConnection,
    id: &str,
    secret: &SecretId,
) -> Result<Option<(TokenRow, Option<StoredValue>)>, sqlx::Error> {
    let found = sqlx::query!(
        "SELECT api_tokens.id, secret_hash, api_tokens.name, user_id, scope, name_prefix, api_tokens.secrets, \
         api_tokens.created_at, api_tokens.created_by, api_tokens.expires_at, used_at, revoked_at, api_tokens.mac, \
         users.name AS \"owner_name?\", users.role AS \"owner_role?\", users.password_hash AS owner_password_hash, \
         users.disabled AS \"owner_disabled?\", users.oidc_issuer AS owner_oidc_issuer, \
         users.oidc_subject AS owner_oidc_subject, users.signed_in_at AS owner_signed_in_at, \
         users.suspended_at AS owner_suspended_at, users.tokens_kept_from AS owner_tokens_kept_from, \
         users.mac AS owner_mac, stored.id AS \"secret_id?\", display_name AS \"display_name?\", \
         registry_host AS \"registry_host?\", registry_username AS \"registry_username?\", \
         value_host AS \"value_host?\", version AS \"version?\", value_version AS \"value_version?\", \
         submission AS \"submission?\", updated_at AS \"updated_at?\", updated_by AS \"updated_by?\", \
         check_target AS \"check_target?\", known_hosts AS \"known_hosts?\", stored.expires_at AS \"secret_expires_at?\", \
         renew_every_days AS \"renew_every_days?\", stop_when_expired AS \"stop_when_expired?\", \
         value_changed_at AS \"value_changed_at?\", stored.mac AS \"secret_mac?\", \
         algorithm AS \"algorithm?\", kek_id AS \"kek_id?\", wrapped_key AS \"wrapped_key?\", nonce AS \"nonce?\", \
         ciphertext AS \"ciphertext?\" \
         FROM api_tokens LEFT JOIN users ON users.id = user_id \
         LEFT JOIN (SELECT secrets.id, display_name, registry_host, registry_username, value_host, secrets.version, \
         value_version, submission, updated_at, updated_by, check_target, known_hosts, expires_at, renew_every_days, \
         stop_when_expired, value_changed_at, mac, algorithm, kek_id, wrapped_key, nonce, ciphertext FROM secrets \
         JOIN secret_values ON secret_id = secrets.id AND secret_values.version = secrets.value_version AND field = $4 \
         WHERE kind = $2 AND name = $3 AND deleted_at IS NULL) AS stored ON true WHERE api_tokens.id = $1",
        id,
        secret.kind.as_str(),
        secret.name.as_str(),
        ValueField::of(secret.kind).as_str()
    )
    .fetch_optional(connection)
    .await?;
    let Some(row) = found else { return Ok(None) };
    let sealed = || {
        Some(SealedValue {
            algorithm: row.algorithm?,
            kek_id: row.kek_id?,
            wrapped_key: row.wrapped_key?,
            nonce: row.nonce?,
            ciphertext: row.ciphertext?,
        })
    };
    let stored = || {
        let stored = SecretRow {
            id: row.secret_id?,
            kind: secret.kind.as_str().to_owned(),
            name: secret.name.as_str().to_owned(),
            display_name: row.display_name?,
            registry_host: row.registry_host,
            registry_username: row.registry_username,
            value_host: row.value_host,
            version: row.version?,
            value_version: row.value_version?,
            submission: row.submission,
            updated_at: row.updated_at?,
            updated_by: row.updated_by?,
            check_target: row.check_target,
            known_hosts: row.known_hosts?,
            expires_at: row.secret_expires_at,
            renew_every_days: row.renew_every_days,
            stop_when_expired: row.stop_when_expired?,
            value_changed_at: row.value_changed_at?,
            mac: row.secret_mac,
        };
        Some((stored, sealed()?))
    };
    let stored = stored();
    Ok(Some((token_of!(row), stored)))
}

pub(super) async fn insert(
    work: &mut Work,
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
    let row = TokenRow {
        id: id.to_owned(),
        secret_hash: secret_hash.to_vec(),
        name: token.name.as_str().to_owned(),
        user_id: owner,
        scope: token.scope.as_str().to_owned(),
        name_prefix: prefix.map(str::to_owned),
        secrets,
        created_at: instant(ctx.now)?,
        created_by: ctx.actor.name().to_owned(),
        expires_at: token.expiry.at(ctx.now).map(instant).transpose()?,
        ..TokenRow::default()
    };
    let mac = work.sign(&row.message()).await?;
    sqlx::query!(
        "INSERT INTO api_tokens (id, secret_hash, name, scope, user_id, name_prefix, secrets, created_at, \
         created_by, expires_at, mac) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        row.id,
        row.secret_hash,
        row.name,
        row.scope,
        row.user_id,
        row.name_prefix,
        row.secrets.as_deref(),
        row.created_at,
        row.created_by,
        row.expires_at,
        mac
    )
    .execute(&mut **work)
    .await
    .map(drop)
}

/// Notes that it is in use.
pub(super) async fn note_used(
    connection: &mut PgConnection,
    id: &str,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query!("UPDATE api_tokens SET used_at = $2 WHERE id = $1", id, instant(now)?)
        .execute(connection)
        .await
        .map(drop)
}

/// Returns the names of this person's tokens that are neither revoked nor expired.
pub(super) async fn live_names(
    connection: &mut PgConnection,
    owner: Uuid,
    now: Timestamp,
) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT name FROM api_tokens WHERE user_id = $1 AND revoked_at IS NULL \
         AND (expires_at IS NULL OR expires_at > $2)",
        owner,
        instant(now)?
    )
    .fetch_all(connection)
    .await
}

/// Revokes all tokens of this person, and returns the ids of those that were valid until then.
pub(crate) async fn revoke_all(
    work: &mut Work,
    owner: Uuid,
    now: Timestamp,
) -> Result<Vec<String>, sqlx::Error> {
    let ids: Vec<String> = sqlx::query_scalar!(
        "SELECT id FROM api_tokens WHERE user_id = $1 AND revoked_at IS NULL \
         AND (expires_at IS NULL OR expires_at > $2) ORDER BY id",
        owner,
        instant(now)?
    )
    .fetch_all(&mut **work)
    .await?;
    for id in &ids {
        revoke(work, id, Some(owner), now).await?;
    }
    Ok(ids)
}

/// Revokes a token; returns its name, or `None` if there is no such token. An owner reaches only their own.
pub(super) async fn revoke(
    work: &mut Work,
    id: &str,
    owner: Option<Uuid>,
    now: Timestamp,
) -> Result<Option<String>, sqlx::Error> {
    let row = select_tokens!("WHERE api_tokens.id = $1 FOR UPDATE OF api_tokens", id)
        .fetch_optional(&mut **work)
        .await?;
    let Some(mut row) = row.filter(|row| owner.is_none() || row.user_id == owner) else { return Ok(None) };
    let ours = work.vouches(&row.message(), row.mac.as_deref(), || row.called())?;
    row.revoked_at = Some(row.revoked_at.unwrap_or(instant(now)?));
    // A token that the portal did not write is revoked as well, without being signed.
    let mac = if ours { Some(work.sign(&row.message()).await?) } else { None };
    sqlx::query!("UPDATE api_tokens SET revoked_at = $2, mac = $3 WHERE id = $1", id, row.revoked_at, mac)
        .execute(&mut **work)
        .await?;
    Ok(Some(row.name))
}

/// Returns tokens whose MACs are to be renewed, locked until the end of the transaction.
pub(crate) async fn guarded(
    connection: &mut PgConnection,
    stale: Stale<'_>,
    limit: i64,
) -> Result<Vec<Guarded<String>>, sqlx::Error> {
    let rows = select_tokens!(
        "WHERE ($1::text IS NULL AND api_tokens.mac IS NULL) OR substr(api_tokens.mac, 1, 8) <> decode($1, 'hex') \
         ORDER BY api_tokens.id LIMIT $2 FOR UPDATE OF api_tokens",
        stale.bound(),
        limit
    )
    .fetch_all(connection)
    .await?;
    let guarded = |row: TokenRow| Guarded { message: row.message(), key: row.id, mac: row.mac };
    Ok(rows.into_iter().map(guarded).collect())
}

/// Replaces the MACs of tokens; returns the number of rows.
pub(crate) async fn put_macs(
    connection: &mut PgConnection,
    macs: &NewMacs<String>,
) -> Result<usize, sqlx::Error> {
    let (ids, codes): (Vec<&str>, Vec<Option<&[u8]>>) =
        macs.iter().map(|(id, mac)| (id.as_str(), mac.as_deref())).unzip();
    sqlx::query!(
        "UPDATE api_tokens SET mac = fresh.mac FROM unnest($1::text[], $2::bytea[]) AS fresh (id, mac) \
         WHERE api_tokens.id = fresh.id",
        &ids as _,
        &codes as _
    )
    .execute(connection)
    .await?;
    Ok(macs.len())
}

/// Returns tokens newest first, after this one; of one owner, or everybody's.
pub(super) async fn list(
    connection: &mut PgConnection,
    owner: Option<Uuid>,
    beyond: Option<(Timestamp, &str)>,
    limit: i64,
) -> Result<Vec<TokenRow>, sqlx::Error> {
    // A statement each, because the planner takes an index only for the conditions that a statement has.
    match (owner, beyond) {
        (None, None) => {
            select_tokens!("ORDER BY api_tokens.created_at DESC, api_tokens.id DESC LIMIT $1", limit)
                .fetch_all(connection)
                .await
        }
        (None, Some((at, id))) => {
            select_tokens!(
                "WHERE (api_tokens.created_at, api_tokens.id) < ($2, $3) \
                 ORDER BY api_tokens.created_at DESC, api_tokens.id DESC LIMIT $1",
                limit,
                instant(at)?,
                id
            )
            .fetch_all(connection)
            .await
        }
        (Some(owner), None) => {
            select_tokens!(
                "WHERE user_id = $2 ORDER BY api_tokens.created_at DESC, api_tokens.id DESC LIMIT $1",
                limit,
                owner
            )
            .fetch_all(connection)
            .await
        }
        (Some(owner), Some((at, id))) => {
            select_tokens!(
                "WHERE user_id = $2 AND (api_tokens.created_at, api_tokens.id) < ($3, $4) \
                 ORDER BY api_tokens.created_at DESC, api_tokens.id DESC LIMIT $1",
                limit,
                owner,
                instant(at)?,
                id
            )
            .fetch_all(connection)
            .await
        }
    }
}
