//! The test target of a stored secret, and the hosts that it trusts.

use super::repository::{self, TestRow};
use domain::{
    connection_test::{ImageReference, KnownHosts, Repository, TestSettings},
    secret::{RegistryHost, SecretId},
};
use sqlx::PgConnection;

/// Returns the test target of a Git dataset's key.
pub(crate) async fn stored_settings(
    connection: &mut PgConnection,
    id: &SecretId,
) -> Result<Option<TestSettings>, sqlx::Error> {
    stored_settings_for(connection, id, None).await
}

/// Returns the test target of a value that is sent to this registry host.
pub(crate) async fn stored_settings_for(
    connection: &mut PgConnection,
    id: &SecretId,
    host: Option<&str>,
) -> Result<Option<TestSettings>, sqlx::Error> {
    Ok(repository::find(connection, id).await?.map(|row| settings(&row, host)))
}

/// Parses stored settings. They were validated by the same rules when they were stored; a setting that can no longer be
/// parsed counts as missing.
pub(super) fn settings(row: &TestRow, host: Option<&str>) -> TestSettings {
    let registry = host.and_then(|host| RegistryHost::parse(host).ok()).map(|normalized| normalized.host);
    let target = row.check_target.as_deref();
    let (repository, image) = match (&registry, target) {
        (None, Some(target)) => (Repository::parse(target).ok(), None),
        (Some(registry), Some(target)) => (None, ImageReference::parse(target, Some(registry)).ok()),
        (_, None) => (None, None),
    };
    TestSettings { repository, image, known_hosts: KnownHosts::stored(&row.known_hosts) }
}
