//! Secrets that hold the same: the same key, or the same account at a registry. Often a mistake, sometimes intended.

use super::{keys::repository, shared::Shared};
use crate::{
    access::{Object, allowed},
    context::{Action, Ctx},
};
use domain::secret::{SecretId, SecretKind, SecretName};
use sqlx::PgConnection;
use std::collections::HashMap;

/// Returns the first secret that holds the same as each of these, if the actor may see it: in two queries, however many there
/// are.
pub(crate) async fn find_many(
    work: &mut PgConnection,
    ctx: &Ctx,
    all: &[Option<Shared<'_>>],
) -> Result<Vec<Option<SecretId>>, sqlx::Error> {
    let (mut keys, mut hosts, mut usernames) = (Vec::new(), Vec::new(), Vec::new());
    for shared in all.iter().flatten() {
        match shared {
            Shared::Key(fingerprint) => keys.push(*fingerprint),
            Shared::Account { host, username } => {
                hosts.push(*host);
                usernames.push(*username);
            }
        }
    }
    let id = |kind, name: String| {
        let id = SecretId::new(kind, SecretName::parse(&name).ok()?);
        allowed(&ctx.actor, Action::ReadSecrets, Object::Secret(&id)).then_some(id)
    };
    let keys: HashMap<String, SecretId> = repository::duplicates_of_keys(work, &keys)
        .await?
        .into_iter()
        .filter_map(|(fingerprint, name)| Some((fingerprint, id(SecretKind::GitDataset, name)?)))
        .collect();
    let accounts: HashMap<(String, String), SecretId> =
        repository::duplicates_of_accounts(work, (&hosts, &usernames))
            .await?
            .into_iter()
            .filter_map(|(host, username, name)| Some(((host, username), id(SecretKind::ImagePull, name)?)))
            .collect();
    let duplicate = |shared: &Option<Shared<'_>>| match (*shared)? {
        Shared::Key(fingerprint) => keys.get(fingerprint).cloned(),
        Shared::Account { host, username } => accounts.get(&(host.to_owned(), username.to_owned())).cloned(),
    };
    Ok(all.iter().map(duplicate).collect())
}

/// Returns the first other secret that holds the same, if the actor may see it.
pub(crate) async fn find(
    work: &mut PgConnection,
    ctx: &Ctx,
    id: &SecretId,
    shared: Option<Shared<'_>>,
) -> Result<Option<SecretId>, sqlx::Error> {
    let Some(shared) = shared else { return Ok(None) };
    let found = repository::duplicate(work, id, shared).await?;
    Ok(found.filter(|duplicate| allowed(&ctx.actor, Action::ReadSecrets, Object::Secret(duplicate))))
}
