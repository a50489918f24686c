//! Several secrets at once, all or none.

use super::repository::{self, NewRow};
use crate::{
    audit::{self, AuditAction, AuditRecord},
    context::Ctx,
    error::broken_constraint,
    keyring::{IntegrityError, Keyring},
};
use domain::secret::{NewSecret, SecretId};
use sqlx::PgConnection;

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
pub(crate) async fn exists(work: &mut PgConnection, id: &SecretId) -> Result<bool, sqlx::Error> {
    Ok(repository::find(work, id).await?.is_some())
}

/// Adds secrets within a unit of work, as `SecretService::create` adds one: sealed each by itself, each with its record.
/// After an error the unit of work is of no more use. Whoever calls has authorized.
pub(crate) async fn add_all(
    work: &mut PgConnection,
    ctx: &Ctx,
    keyring: &Keyring,
    kek_id: &str,
    secrets: &[NewSecret],
) -> Result<(), AddAllError> {
    // In one order, so that of two who add the same names neither waits for the other for ever; and the records last,
    // since whoever has begun with those holds all others up.
    let mut sorted: Vec<(SecretId, &NewSecret)> =
        secrets.iter().map(|secret| (id_of(secret), secret)).collect();
    sorted.sort_by_key(|(id, _)| id.to_string());
    for (id, secret) in &sorted {
        let row = NewRow::seal(keyring, kek_id, secret, None).map_err(AddAllError::Broken)?;
        repository::insert(work, ctx, row).await.map_err(|error| {
            if broken_constraint(&error) == Some("secrets_kind_name_unique") {
                AddAllError::Taken(id.clone())
            } else {
                AddAllError::Database(error)
            }
        })?;
    }
    for (id, _) in &sorted {
        let object = id.to_string();
        let record = AuditRecord::done(AuditAction::SecretAdded, &object);
        audit::repository::append(work, ctx, record).await?;
    }
    Ok(())
}
