//! Whether the value in use is that of an earlier version.

mod repository;

use super::repository::VersionRow;
use crate::secrets::repository::SecretRow;
use sqlx::PgConnection;

/// Returns whether the value in use is that of this version, with the account that belongs to it. Values are not compared for
/// that: whoever may write and not read would learn by it whether a guess is right. Only rollbacks count.
pub(super) async fn is_in_use(
    connection: &mut PgConnection,
    row: &SecretRow,
    version: &VersionRow,
) -> Result<bool, sqlx::Error> {
    let account = (&row.registry_host, &row.registry_username);
    if account != (&version.registry_host, &version.registry_username) {
        return Ok(false);
    }
    repository::have_same_value(connection, row.id, [version.number, row.value_version]).await
}
