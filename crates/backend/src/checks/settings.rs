//! What a stored secret is tried on, and whom it trusts there.

use super::repository::{self, CheckRow};
use domain::{
    check::{CheckSettings, ImageReference, KnownHosts, Repository},
    secret::{RegistryHost, SecretId},
};
use sqlx::PgConnection;

/// Returns on what the key of a Git dataset is tried.
pub(crate) async fn stored_settings(
    connection: &mut PgConnection,
    id: &SecretId,
) -> Result<Option<CheckSettings>, sqlx::Error> {
    Ok(repository::find(connection, id).await?.map(|row| settings(&row, None)))
}

/// What was stored went through the same rules; what is not to be understood any more counts as not given.
pub(super) fn settings(row: &CheckRow, host: Option<&str>) -> CheckSettings {
    let registry = host.and_then(|host| RegistryHost::parse(host).ok()).map(|normalized| normalized.host);
    let target = row.check_target.as_deref();
    let (repository, image) = match (&registry, target) {
        (None, Some(target)) => (Repository::parse(target).ok(), None),
        (Some(registry), Some(target)) => (None, ImageReference::parse(target, Some(registry)).ok()),
        (_, None) => (None, None),
    };
    CheckSettings { repository, image, known_hosts: KnownHosts::stored(&row.known_hosts) }
}
