//! Several secrets at once, all or none.

use super::{
    create::repository::{self as create, NewRow},
    keys::repository::{self as key_repository, KeyRow},
    origins, repository,
};
use crate::{
    audit::{self, AuditAction},
    context::Ctx,
    error::Failure,
    keyring::Keyring,
    work::Work,
};
use domain::secret::{NewSecret, Origins, SecretId, SshKeyFacts};
use sqlx::PgConnection;

/// A secret that is added together with others.
pub(crate) struct Addition {
    pub(crate) secret: NewSecret,
    /// The facts of its key.
    pub(crate) facts: Option<SshKeyFacts>,
    /// Its origins.
    pub(crate) origins: Origins,
}

pub(crate) fn id_of(secret: &NewSecret) -> SecretId {
    SecretId::new(secret.credential.kind(), secret.name.clone())
}

/// The most rows that one statement writes: PostgreSQL accepts no more than 65,535 parameters.
const ROWS: usize = 1_000;

/// Returns which of these secrets exist.
pub(crate) async fn existing(
    connection: &mut PgConnection,
    ids: &[SecretId],
) -> Result<Vec<SecretId>, sqlx::Error> {
    Ok(repository::targets(connection, ids).await?.into_iter().map(|(id, _)| id).collect())
}

/// Adds secrets within a unit of work, as `SecretService::create` adds one: each sealed by itself, each with its record. The
/// facts of a key and the origins are stored with it. After an error the unit of work is unusable; a name that somebody has
/// taken meanwhile is a violation of `NAME_IS_UNIQUE`. The caller must have authorized.
pub(crate) async fn add_all<E>(
    work: &mut Work,
    ctx: &Ctx,
    keyring: &Keyring,
    kek_id: &str,
    additions: &[Addition],
) -> Result<(), Failure<E>> {
    // In one order, so that two who add the same names never wait for each other for ever; and the records last, because
    // whoever has begun to write them holds up all others.
    let mut sorted: Vec<(SecretId, &Addition)> =
        additions.iter().map(|addition| (id_of(&addition.secret), addition)).collect();
    sorted.sort_by_key(|(id, _)| id.to_string());
    for some in sorted.chunks(ROWS) {
        let (mut rows, mut keys, mut places) = (Vec::new(), Vec::new(), Vec::new());
        for (_, Addition { secret, facts, origins }) in some {
            let row = NewRow::seal(keyring, kek_id, secret, None, ctx.now)?;
            let facts = facts.as_ref();
            if facts.is_some() {
                keys.push(KeyRow { secret: row.id, pending: false, sealed_version: 1, facts });
            }
            places.push((row.id, origins));
            rows.push(row);
        }
        create::insert_many(work, ctx, rows).await?;
        if !keys.is_empty() {
            key_repository::insert_many(work, ctx, &keys).await?;
        }
        origins::repository::insert_many(work, &places).await?;
    }
    let ids: Vec<&SecretId> = sorted.iter().map(|(id, _)| id).collect();
    Ok(audit::record_each(work, ctx, AuditAction::SecretAdded, &ids).await?)
}
