//! Several secrets at once, all or none.

use super::{
    keys::repository::{self as key_repository, KeyRow},
    origins,
    repository::{self, NewRow},
};
use crate::{
    audit::{self, AuditAction, AuditRecord},
    context::Ctx,
    error::broken_constraint,
    keyring::{IntegrityError, Keyring},
    work::Work,
};
use domain::secret::{KeyFacts, NewSecret, Origins, SecretId};
use sqlx::PgConnection;

/// One of the secrets that are added at once.
pub(crate) struct Addition {
    pub(crate) secret: NewSecret,
    /// What is known of its key.
    pub(crate) facts: Option<KeyFacts>,
    /// Where it came from.
    pub(crate) origins: Origins,
}

/// Why none of them was added.
#[derive(Debug)]
pub(crate) enum AddAllError {
    /// Somebody has taken one of the names meanwhile.
    Taken,
    /// A value could not be sealed.
    Broken(IntegrityError),
    /// The database failed.
    Database(sqlx::Error),
}

impl From<sqlx::Error> for AddAllError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error)
    }
}

pub(crate) fn id_of(secret: &NewSecret) -> SecretId {
    SecretId::new(secret.credential.kind(), secret.name.clone())
}

/// So many rows are written at once: PostgreSQL takes no more than 65,535 parameters.
const ROWS: usize = 1_000;

/// Which of these secrets there are already.
pub(crate) async fn existing(
    connection: &mut PgConnection,
    ids: &[SecretId],
) -> Result<Vec<SecretId>, sqlx::Error> {
    Ok(repository::targets(connection, ids).await?.into_iter().map(|(id, _)| id).collect())
}

/// Adds secrets within a unit of work, as `SecretService::create` adds one: sealed each by itself, each with its record.
/// What is known of a key, and where it came from, comes with it. After an error the unit of work is of no more use. Whoever calls has authorized.
pub(crate) async fn add_all(
    work: &mut Work,
    ctx: &Ctx,
    keyring: &Keyring,
    kek_id: &str,
    additions: &[Addition],
) -> Result<(), AddAllError> {
    // In one order, so that of two who add the same names neither waits for the other for ever; and the records last,
    // since whoever has begun with those holds all others up.
    let mut sorted: Vec<(SecretId, &Addition)> =
        additions.iter().map(|addition| (id_of(&addition.secret), addition)).collect();
    sorted.sort_by_key(|(id, _)| id.to_string());
    for some in sorted.chunks(ROWS) {
        let (mut rows, mut keys, mut places) = (Vec::new(), Vec::new(), Vec::new());
        for (_, Addition { secret, facts, origins }) in some {
            let row = NewRow::seal(keyring, kek_id, secret, None).map_err(AddAllError::Broken)?;
            let facts = facts.as_ref();
            if facts.is_some() {
                keys.push(KeyRow { secret: row.id, pending: false, sealed_version: 1, facts });
            }
            places.push((row.id, origins));
            rows.push(row);
        }
        repository::insert_many(work, ctx, rows).await.map_err(|error| {
            if broken_constraint(&error) == Some("secrets_kind_name_unique") {
                AddAllError::Taken
            } else {
                AddAllError::Database(error)
            }
        })?;
        if !keys.is_empty() {
            key_repository::insert_many(work, ctx, &keys).await?;
        }
        origins::repository::insert_many(work, &places).await?;
    }
    let objects: Vec<String> = sorted.iter().map(|(id, _)| id.to_string()).collect();
    let records: Vec<_> =
        objects.iter().map(|object| (ctx, AuditRecord::done(AuditAction::SecretAdded, object))).collect();
    audit::repository::append_many(work, &records).await?;
    Ok(())
}
