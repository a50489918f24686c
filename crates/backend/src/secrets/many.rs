//! Several secrets at once, all or none.

use super::{
    keys::repository::{self as key_repository, KeyRow},
    repository::{self, NewRow},
};
use crate::{
    audit::{self, AuditAction, AuditRecord},
    context::Ctx,
    error::broken_constraint,
    keyring::{IntegrityError, Keyring},
    work::Work,
};
use domain::secret::{KeyFacts, NewSecret, SecretId};

/// Why none of them was added.
#[derive(Debug)]
pub(crate) enum AddAllError {
    /// Somebody has taken this name meanwhile.
    Taken(SecretId),
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

/// Whether there is a secret of this id.
pub(crate) async fn exists(work: &mut Work, id: &SecretId) -> Result<bool, sqlx::Error> {
    Ok(repository::find(work, id).await?.is_some())
}

/// Adds secrets within a unit of work, as `SecretService::create` adds one: sealed each by itself, each with its record.
/// What is known of a key comes with it. After an error the unit of work is of no more use. Whoever calls has authorized.
pub(crate) async fn add_all(
    work: &mut Work,
    ctx: &Ctx,
    keyring: &Keyring,
    kek_id: &str,
    secrets: &[(NewSecret, Option<KeyFacts>)],
) -> Result<(), AddAllError> {
    // In one order, so that of two who add the same names neither waits for the other for ever; and the records last,
    // since whoever has begun with those holds all others up.
    let mut sorted: Vec<(SecretId, &NewSecret, Option<&KeyFacts>)> =
        secrets.iter().map(|(secret, facts)| (id_of(secret), secret, facts.as_ref())).collect();
    sorted.sort_by_key(|(id, ..)| id.to_string());
    for (id, secret, facts) in &sorted {
        let row = NewRow::seal(keyring, kek_id, secret, None).map_err(AddAllError::Broken)?;
        let key = KeyRow { secret: row.id, pending: false, sealed_version: 1, facts: *facts };
        repository::insert(work, ctx, row).await.map_err(|error| {
            if broken_constraint(&error) == Some("secrets_kind_name_unique") {
                AddAllError::Taken(id.clone())
            } else {
                AddAllError::Database(error)
            }
        })?;
        if facts.is_some() {
            key_repository::insert_many(work, ctx, &[key]).await?;
        }
    }
    for (id, ..) in &sorted {
        let object = id.to_string();
        let record = AuditRecord::done(AuditAction::SecretAdded, &object);
        audit::repository::append(work, ctx, record).await?;
    }
    Ok(())
}
