//! Made-up secrets for benchmarks.

use super::{
    create::repository::{self as create, NewRow},
    keys::repository::{self as keys, KeyRow},
    repository,
    service::SecretService,
};
use crate::{
    access::{Object, authorize},
    audit::{self, AuditAction},
    context::{Action, Ctx},
    db::Db,
    error::Failure,
    keyring::{Keyring, repository::active_id},
};
use domain::{
    error::Error,
    secret::{
        Credential, DisplayName, NewSecret, Password, PrivateKeyText, RegistryHost, SecretKind, SecretName,
        SshKeyFacts, Username,
    },
    sensitive::Sensitive,
};
use formats::ssh_keys;

const BATCH: u32 = 1_000;

/// A key that opens nothing.
const KEY: &str = include_str!("seed_key");

const TEAMS: [&str; 12] = [
    "vision", "speech", "search", "ranking", "fraud", "pricing", "maps", "ads", "support", "risk", "growth",
    "platform",
];

const REGISTRIES: [&str; 5] =
    ["ghcr.io", "registry.gitlab.com", "quay.io", "docker.io", "harbor.example:5000"];

impl SecretService {
    /// Adds made-up secrets, half of each type, for benchmarks, in one transaction for each thousand.
    ///
    /// Errors: as `create`.
    pub async fn seed(&self, ctx: &Ctx, count: u32) -> Result<(), Error> {
        authorize(&self.db, ctx, Action::WriteSecrets, Object::Named("secrets")).await?;
        let keyring = self.unsealed()?;
        for batch in batches(count) {
            let inserted = insert(&self.db, ctx, keyring, &batch).await;
            inserted.map_err(|failure| failure.public_error(ctx))?;
        }
        self.db.read(ctx, repository::refresh_statistics).await
    }
}

/// Adds these secrets in one transaction, which may take longer than a request waits.
async fn insert(db: &Db, ctx: &Ctx, keyring: &Keyring, secrets: &[NewSecret]) -> Result<(), Failure> {
    let mut work = db.begin().await?;
    let kek_id = active_id(&mut work).await?;
    let sealed = secrets.iter().map(|secret| NewRow::seal(keyring, &kek_id, secret, None, ctx.now));
    let rows = sealed.collect::<Result<Vec<_>, _>>()?;
    let facts = secrets.iter().find_map(facts_of);
    let keys: Vec<KeyRow<'_>> = rows
        .iter()
        .filter(|row| row.kind == SecretKind::GitDataset)
        .map(|row| KeyRow { secret: row.id, pending: false, sealed_version: 1, facts: facts.as_ref() })
        .collect();
    create::insert_many(&mut work, ctx, rows).await?;
    keys::insert_many(&mut work, ctx, &keys).await?;
    let seeded = AuditAction::SecretsSeeded;
    audit::record(&mut work, ctx, seeded, seeded.code()).await?;
    Ok(work.commit().await?)
}

/// Returns the facts of the made-up key, which all of them share.
fn facts_of(secret: &NewSecret) -> Option<SshKeyFacts> {
    let Credential::GitDataset { private_key } = &secret.credential else { return None };
    ssh_keys::read(private_key).ok().map(|key| key.facts)
}

/// Returns `count` secrets, half of each type, a thousand at a time. The same count gives the same names.
fn batches(count: u32) -> impl Iterator<Item = Vec<NewSecret>> {
    (0..count)
        .step_by(BATCH as usize)
        .map(move |start| (start..(start + BATCH).min(count)).filter_map(secret).collect())
}

fn secret(number: u32) -> Option<NewSecret> {
    let team = TEAMS.get(number as usize / 2 % TEAMS.len())?;
    let registry = REGISTRIES.get(number as usize / 2 % REGISTRIES.len())?;
    let (what, credential) = if number.is_multiple_of(2) {
        ("dataset", Credential::GitDataset { private_key: PrivateKeyText::parse(&Sensitive::new(KEY)).ok()? })
    } else {
        let credential = Credential::ImagePull {
            host: RegistryHost::parse(registry).ok()?.host,
            username: Username::parse(&format!("robot-{team}")).ok()?,
            password: Password::parse(Sensitive::new(format!("made-up-{number}"))).ok()?,
        };
        ("images", credential)
    };
    Some(NewSecret {
        settings: domain::connection_test::TestSettings::default(),
        dates: domain::secret::NewDates::default(),
        name: SecretName::parse(&format!("{team}-{what}-{number:06}")).ok()?,
        display_name: DisplayName::parse(&format!("Team {team}: {what} {number}")).ok()?,
        credential,
        allow_duplicate: true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_return_the_requested_number() {
        let count = |count| batches(count).map(|batch| batch.len()).sum::<usize>();
        assert_eq!([count(0), count(1), count(999), count(1_001), count(2_500)], [0, 1, 999, 1_001, 2_500]);
    }
}
