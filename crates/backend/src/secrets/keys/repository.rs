//! All SQL about the facts of SSH keys.

use super::super::shared::Shared;
use crate::{
    context::Ctx,
    db::{instant, timestamp},
    keyring::{Location, SealedValue, ValueField},
};
use domain::secret::{
    PendingKey, SecretId, SecretKind, SecretName, SshKeyAlgorithm, SshKeyFacts, StoredSshKey,
};
use sqlx::{PgConnection, Postgres, QueryBuilder};
use uuid::Uuid;

/// The facts of a key; none if it could not be parsed.
#[derive(Clone, Copy, Debug)]
pub(in crate::secrets) struct KeyRow<'a> {
    pub(in crate::secrets) secret: Uuid,
    pub(in crate::secrets) pending: bool,
    pub(in crate::secrets) sealed_version: i64,
    pub(in crate::secrets) facts: Option<&'a SshKeyFacts>,
}

/// The facts as they are stored.
#[derive(Debug)]
struct FactsRow {
    algorithm: Option<String>,
    bits: Option<i32>,
    fingerprint: Option<String>,
    comment: Option<String>,
    public_key: Option<String>,
}

impl FactsRow {
    fn facts(self) -> Result<Option<SshKeyFacts>, sqlx::Error> {
        let Self {
            algorithm: Some(algorithm),
            bits: Some(bits),
            fingerprint: Some(fingerprint),
            comment: Some(comment),
            public_key: Some(public_key),
        } = self
        else {
            return Ok(None);
        };
        let unknown = || sqlx::Error::Decode("a stored kind of key is none".into());
        Ok(Some(SshKeyFacts {
            algorithm: SshKeyAlgorithm::parse(&algorithm).ok_or_else(unknown)?,
            bits: u32::try_from(bits).map_err(|_| unknown())?,
            fingerprint,
            comment,
            public_key,
        }))
    }
}

/// Returns the facts of a secret's key, and of the pending pair.
pub(in crate::secrets) async fn find(
    connection: &mut PgConnection,
    secret: Uuid,
) -> Result<(StoredSshKey, Option<PendingKey>), sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT pending, made_at, made_by, algorithm, bits, fingerprint, comment, public_key FROM git_keys \
         WHERE secret_id = $1",
        secret
    )
    .fetch_all(connection)
    .await?;
    let (mut stored, mut waiting) = (StoredSshKey::Unknown, None);
    for row in rows {
        let facts = FactsRow {
            algorithm: row.algorithm,
            bits: row.bits,
            fingerprint: row.fingerprint,
            comment: row.comment,
            public_key: row.public_key,
        };
        match (row.pending, facts.facts()?) {
            (true, facts) => {
                let (made_at, made_by) = (timestamp(row.made_at), row.made_by);
                waiting = facts.map(|facts| PendingKey { facts, made_at, made_by });
            }
            (false, Some(facts)) => stored = StoredSshKey::Known(facts),
            (false, None) => stored = StoredSshKey::Unreadable,
        }
    }
    Ok((stored, waiting))
}

/// Deletes the facts of the key in use, so that it counts as one that was not parsed yet.
pub(in crate::secrets) async fn forget(
    connection: &mut PgConnection,
    secret: Uuid,
) -> Result<(), sqlx::Error> {
    sqlx::query!("DELETE FROM git_keys WHERE secret_id = $1 AND NOT pending", secret)
        .execute(connection)
        .await
        .map(drop)
}

/// Stores the facts of a key, in the place of those of the key before.
pub(in crate::secrets) async fn put(
    connection: &mut PgConnection,
    ctx: &Ctx,
    row: &KeyRow<'_>,
) -> Result<(), sqlx::Error> {
    sqlx::query!("DELETE FROM git_keys WHERE secret_id = $1 AND pending = $2", row.secret, row.pending)
        .execute(&mut *connection)
        .await?;
    insert_many(connection, ctx, std::slice::from_ref(row)).await
}

pub(in crate::secrets) async fn insert_many(
    connection: &mut PgConnection,
    ctx: &Ctx,
    rows: &[KeyRow<'_>],
) -> Result<(), sqlx::Error> {
    if rows.is_empty() {
        return Ok(());
    }
    insertion(ctx, rows)?.build().execute(connection).await.map(drop)
}

/// Stores the facts of a key, if none are stored yet and the value is still the one that was parsed; returns the number of
/// rows.
pub(in crate::secrets) async fn note(
    connection: &mut PgConnection,
    ctx: &Ctx,
    row: &KeyRow<'_>,
) -> Result<u64, sqlx::Error> {
    // Locked until the end, so that nobody replaces the value meanwhile.
    let current =
        sqlx::query_scalar!("SELECT value_version FROM secrets WHERE id = $1 FOR UPDATE", row.secret)
            .fetch_optional(&mut *connection)
            .await?;
    if current != Some(row.sealed_version) {
        return Ok(0);
    }
    let mut insert = insertion(ctx, std::slice::from_ref(row))?;
    insert.push(" ON CONFLICT DO NOTHING");
    Ok(insert.build().execute(connection).await?.rows_affected())
}

fn insertion<'a>(ctx: &'a Ctx, rows: &'a [KeyRow<'a>]) -> Result<QueryBuilder<Postgres>, sqlx::Error> {
    let now = instant(ctx.now)?;
    let mut insert = QueryBuilder::<Postgres>::new(
        "INSERT INTO git_keys (secret_id, pending, sealed_version, algorithm, bits, fingerprint, comment, \
         public_key, made_at, made_by) ",
    );
    insert.push_values(rows, |mut values, row| {
        let facts = row.facts;
        values
            .push_bind(row.secret)
            .push_bind(row.pending)
            .push_bind(row.sealed_version)
            .push_bind(facts.map(|facts| facts.algorithm.as_str()))
            .push_bind(facts.map(|facts| i32::try_from(facts.bits).unwrap_or(i32::MAX)))
            .push_bind(facts.map(|facts| facts.fingerprint.clone()))
            .push_bind(facts.map(|facts| facts.comment.clone()))
            .push_bind(facts.map(|facts| facts.public_key.clone()))
            .push_bind(now)
            .push_bind(ctx.actor.name().to_owned());
    });
    Ok(insert)
}

/// Returns the pending pair: its value, the place where it is sealed, and its facts.
pub(crate) async fn find_pending(
    connection: &mut PgConnection,
    secret: Uuid,
) -> Result<Option<(Location, SealedValue, SshKeyFacts)>, sqlx::Error> {
    let field = ValueField::PendingSshPrivateKey;
    let found = sqlx::query!(
        "SELECT sealed.version, sealed.algorithm AS algorithm_of_value, kek_id, wrapped_key, nonce, ciphertext, \
         git_keys.algorithm, bits, fingerprint, comment, public_key \
         FROM git_keys JOIN secret_values AS sealed ON sealed.secret_id = git_keys.secret_id \
         AND sealed.field = $2 AND sealed.version = git_keys.sealed_version \
         WHERE git_keys.secret_id = $1 AND pending",
        secret,
        field.as_str()
    )
    .fetch_optional(connection)
    .await?;
    let Some(row) = found else { return Ok(None) };
    let place = Location { secret, field, version: row.version };
    let sealed = SealedValue {
        algorithm: row.algorithm_of_value,
        kek_id: row.kek_id,
        wrapped_key: row.wrapped_key,
        nonce: row.nonce,
        ciphertext: row.ciphertext,
    };
    let facts = FactsRow {
        algorithm: row.algorithm,
        bits: row.bits,
        fingerprint: row.fingerprint,
        comment: row.comment,
        public_key: row.public_key,
    };
    Ok(Some((place, sealed, facts.facts()?.ok_or(sqlx::Error::RowNotFound)?)))
}

/// Deletes the pending pair, with its value.
pub(in crate::secrets) async fn discard(
    connection: &mut PgConnection,
    secret: Uuid,
) -> Result<(), sqlx::Error> {
    sqlx::query!("DELETE FROM git_keys WHERE secret_id = $1 AND pending", secret)
        .execute(&mut *connection)
        .await?;
    sqlx::query!(
        "DELETE FROM secret_values WHERE secret_id = $1 AND field = $2",
        secret,
        ValueField::PendingSshPrivateKey.as_str()
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Returns the first other secret that holds the same: the key, in use or pending, or the account at the registry.
pub(in crate::secrets) async fn duplicate(
    connection: &mut PgConnection,
    of: &SecretId,
    credential: Shared<'_>,
) -> Result<Option<SecretId>, sqlx::Error> {
    let found: Option<String> = match credential {
        Shared::Key(fingerprint) => {
            sqlx::query_scalar!(
                "SELECT name FROM git_keys JOIN secrets ON id = secret_id \
                 WHERE fingerprint = $1 AND name <> $2 AND deleted_at IS NULL ORDER BY name LIMIT 1",
                fingerprint,
                of.name.as_str()
            )
            .fetch_optional(connection)
            .await?
        }
        Shared::Account { host, username } => {
            sqlx::query_scalar!(
                "SELECT name FROM secrets WHERE kind = 'image-pull' AND registry_host = $1 \
                 AND registry_username = $2 AND name <> $3 AND deleted_at IS NULL ORDER BY name LIMIT 1",
                host,
                username,
                of.name.as_str()
            )
            .fetch_optional(connection)
            .await?
        }
    };
    Ok(found.and_then(|name| Some(SecretId::new(of.kind, SecretName::parse(&name).ok()?))))
}

/// Returns the first secret, by name, that holds each of these keys, by their fingerprints.
pub(in crate::secrets) async fn duplicates_of_keys(
    connection: &mut PgConnection,
    fingerprints: &[&str],
) -> Result<Vec<(String, String)>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT fingerprint AS \"fingerprint!\", min(name) AS \"name!\" \
         FROM git_keys JOIN secrets ON id = secret_id WHERE fingerprint = ANY ($1) AND deleted_at IS NULL GROUP BY fingerprint",
        fingerprints as _
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.fingerprint, row.name)).collect())
}

/// Returns the first secret, by name, that holds each of these accounts.
pub(in crate::secrets) async fn duplicates_of_accounts(
    connection: &mut PgConnection,
    (hosts, usernames): (&[&str], &[&str]),
) -> Result<Vec<(String, String, String)>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT registry_host AS \"host!\", registry_username AS \"username!\", min(name) AS \"name!\" \
         FROM secrets WHERE kind = 'image-pull' \
         AND (registry_host, registry_username) IN (SELECT * FROM unnest($1::text[], $2::text[])) \
         AND deleted_at IS NULL GROUP BY registry_host, registry_username",
        hosts as _,
        usernames as _
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.host, row.username, row.name)).collect())
}

/// A value that was not parsed yet.
#[derive(Debug)]
pub(in crate::secrets) struct Unread {
    pub(in crate::secrets) place: Location,
    pub(in crate::secrets) sealed: SealedValue,
}

/// Returns keys without facts, after this secret, in the order of their ids.
pub(in crate::secrets) async fn unread(
    connection: &mut PgConnection,
    beyond: Uuid,
    limit: i64,
) -> Result<Vec<Unread>, sqlx::Error> {
    let field = ValueField::SshPrivateKey;
    let rows = sqlx::query!(
        "SELECT secret_id, sealed.version, algorithm, kek_id, wrapped_key, nonce, ciphertext \
         FROM secrets JOIN secret_values AS sealed ON secret_id = id AND sealed.version = value_version \
         AND field = $3 \
         WHERE kind = $4 AND id > $1 \
         AND NOT EXISTS (SELECT FROM git_keys WHERE git_keys.secret_id = id AND NOT pending) \
         ORDER BY id LIMIT $2",
        beyond,
        limit,
        field.as_str(),
        SecretKind::GitDataset.as_str()
    )
    .fetch_all(connection)
    .await?;
    let unread = rows.into_iter().map(|row| Unread {
        place: Location { secret: row.secret_id, field, version: row.version },
        sealed: SealedValue {
            algorithm: row.algorithm,
            kek_id: row.kek_id,
            wrapped_key: row.wrapped_key,
            nonce: row.nonce,
            ciphertext: row.ciphertext,
        },
    });
    Ok(unread.collect())
}
