//! The addresses of secrets, which notices, lists and pages share.

use domain::secret::SecretId;

/// The address of the list of secrets.
pub const LIST: &str = "/secrets";

/// The address of the list of deleted secrets.
#[cfg(feature = "ssr")]
pub const DELETED: &str = "/secrets/deleted";

/// Returns the address of a secret's page.
pub fn secret_address(id: &SecretId) -> String {
    format!("{LIST}/{id}")
}
