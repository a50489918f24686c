//! Secrets that hold the same: the same key, or the same account at a registry. Often a slip, sometimes wanted.

use super::{keys::repository, repository::SecretRow};
use crate::{
    access::{Object, allowed},
    context::{Action, Ctx},
};
use domain::{
    error::Field,
    secret::{Credential, KeyFacts, SecretId, SecretKind, SecretName},
};
use sqlx::PgConnection;
use std::collections::HashMap;

/// What two secrets may have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Shared<'a> {
    /// A fingerprint.
    Key(&'a str),
    /// Where, and as whom.
    Account { host: &'a str, username: &'a str },
}

impl<'a> Shared<'a> {
    /// What a new secret may share with others.
    pub(super) fn of(credential: &'a Credential, facts: Option<&'a KeyFacts>) -> Option<Self> {
        match credential {
            Credential::GitDataset { .. } => facts.map(|facts| Self::Key(&facts.fingerprint)),
            Credential::ImagePull { host, username, .. } => {
                Some(Self::Account { host: host.as_str(), username: username.as_str() })
            }
        }
    }

    /// What a change makes a secret share with others, as far as it changes that.
    pub(super) fn after(row: &'a SecretRow, fields: &[&str], facts: Option<&'a KeyFacts>) -> Option<Self> {
        let account =
            [Field::RegistryHost, Field::Username].iter().any(|field| fields.contains(&field.key()));
        match (facts, &row.registry_host, &row.registry_username) {
            (Some(facts), ..) => Some(Self::Key(&facts.fingerprint)),
            (None, Some(host), Some(username)) if account => Some(Self::Account { host, username }),
            _ => None,
        }
    }
}

/// The first secret that holds the same as each of these, where whoever asks may know of it: in two queries, however many
/// there are.
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
    let keys: HashMap<String, SecretId> = repository::key_twins(work, &keys)
        .await?
        .into_iter()
        .filter_map(|(fingerprint, name)| Some((fingerprint, id(SecretKind::GitDataset, name)?)))
        .collect();
    let accounts: HashMap<(String, String), SecretId> = repository::account_twins(work, (&hosts, &usernames))
        .await?
        .into_iter()
        .filter_map(|(host, username, name)| Some(((host, username), id(SecretKind::ImagePull, name)?)))
        .collect();
    let twin = |shared: &Option<Shared<'_>>| match (*shared)? {
        Shared::Key(fingerprint) => keys.get(fingerprint).cloned(),
        Shared::Account { host, username } => accounts.get(&(host.to_owned(), username.to_owned())).cloned(),
    };
    Ok(all.iter().map(twin).collect())
}

/// The first other secret that holds the same, where whoever asks may know of it.
pub(crate) async fn find(
    work: &mut PgConnection,
    ctx: &Ctx,
    id: &SecretId,
    shared: Option<Shared<'_>>,
) -> Result<Option<SecretId>, sqlx::Error> {
    let Some(shared) = shared else { return Ok(None) };
    let found = repository::twin(work, id, shared).await?;
    Ok(found.filter(|twin| allowed(&ctx.actor, Action::ReadSecrets, Object::Secret(twin))))
}
