//! The secrets that an image or a dataset may use, with the fitting ones first.

use super::{
    repository::{self, Among, ChoiceRow},
    service::UsageService,
};
use crate::{
    connection_tests::trusts,
    context::{Action, Ctx},
};
use domain::{
    connection_test::KnownHosts,
    error::Error,
    secret::SecretId,
    usage::{GitAddress, SecretChoice, SecretChoices, UsageKind, UsageTarget},
};

/// The most secrets that are offered at once.
const CHOICES: usize = 200;

impl UsageService {
    /// Returns the secrets that a usage of this kind may use, beginning with those whose registry host or known hosts match
    /// the target. Includes the secret that is chosen already, whatever is searched for.
    ///
    /// Errors: as `list`.
    pub async fn choices(
        &self,
        ctx: &Ctx,
        kind: UsageKind,
        target: Option<&UsageTarget>,
        search: &str,
        chosen: Option<&SecretId>,
    ) -> Result<SecretChoices, Error> {
        self.may(ctx, Action::ReadSecrets, kind, None).await?;
        let secret_kind = kind.secret_kind();
        let chosen = chosen.filter(|id| id.kind == secret_kind);
        let host = target.and_then(host_of);
        let keys = match target {
            Some(UsageTarget::Image(image)) => image.registry.keys_for(image.image.name()),
            _ => Vec::new(),
        };
        let fitting = match (target, &host) {
            (Some(UsageTarget::Image(_)), _) => Some(Among::Registries(&keys)),
            (Some(UsageTarget::Dataset(_)), Some(host)) => Some(Among::KnownHosts(host)),
            _ => None,
        };
        let found = self.db.read(ctx, async |connection| {
            let mut rows = Vec::new();
            if let Some(id) = chosen {
                rows.extend(repository::secrets(connection, secret_kind, "", Among::One(id), 1).await?);
            }
            if let Some(among) = fitting {
                rows.extend(repository::secrets(connection, secret_kind, search, among, CHOICES).await?);
            }
            let others =
                repository::secrets(connection, secret_kind, search, Among::All, CHOICES + 1).await?;
            let more = others.len() > CHOICES;
            rows.extend(others.into_iter().take(CHOICES));
            let choice = |row: ChoiceRow| {
                let suggested = fits(&row, target);
                row.choice(suggested)
            };
            Ok((rows.into_iter().map(choice).collect::<Result<Vec<_>, _>>()?, more))
        });
        let (found, more) = found.await?;
        let mut choices = once_each(found);
        let rank = |choice: &SecretChoice| {
            let host = choice.account.as_ref().map(|(host, _)| host);
            let rank = host.and_then(|host| keys.iter().position(|key| key == host));
            rank.filter(|_| choice.suggested).unwrap_or(keys.len())
        };
        choices.sort_by_key(|choice| (!choice.suggested, rank(choice), choice.id.name.clone()));
        let cut = choices.len() > CHOICES;
        if cut {
            let rest = choices.split_off(CHOICES);
            choices.extend(rest.into_iter().filter(|choice| Some(&choice.id) == chosen));
        }
        Ok(SecretChoices { choices, more: more || cut })
    }
}

/// Returns whether the secret is for the registry or the host of the target.
fn fits(row: &ChoiceRow, target: Option<&UsageTarget>) -> bool {
    match target {
        Some(UsageTarget::Dataset(GitAddress::Ssh(repository))) => {
            trusts(&KnownHosts::stored(&row.known_hosts), &repository.known_as())
        }
        Some(target @ UsageTarget::Image(_)) => target.is_served_by(row.registry_host.as_deref()),
        _ => false,
    }
}

/// Returns the choices without repetitions of earlier ones.
fn once_each(found: Vec<SecretChoice>) -> Vec<SecretChoice> {
    let mut choices: Vec<SecretChoice> = Vec::with_capacity(found.len());
    for choice in found {
        if !choices.iter().any(|known| known.id == choice.id) {
            choices.push(choice);
        }
    }
    choices
}

/// Returns the host by which fitting keys are looked for.
fn host_of(target: &UsageTarget) -> Option<String> {
    match target {
        UsageTarget::Dataset(GitAddress::Ssh(repository)) => Some(repository.host.clone()),
        UsageTarget::Dataset(GitAddress::Http(_)) | UsageTarget::Image(_) => None,
    }
}
