//! From the stored parts to the credential.

use super::repository::SecretRow;
use crate::error::IntegrityError;
use domain::{
    secret::{Credential, Password, PrivateKeyText, RegistryHost, SecretKind, Username},
    sensitive::Sensitive,
};

/// Returns the credential from its parts. They were validated by the same rules when they were stored, so anything else is
/// damage.
pub(crate) fn restore(
    kind: SecretKind,
    row: SecretRow,
    value: Sensitive,
) -> Result<Credential, IntegrityError> {
    match (kind, row.registry_host, row.registry_username) {
        (SecretKind::GitDataset, ..) => {
            let private_key = PrivateKeyText::parse(&value).map_err(|_| IntegrityError)?;
            Ok(Credential::GitDataset { private_key })
        }
        (SecretKind::ImagePull, Some(host), Some(username)) => Ok(Credential::ImagePull {
            host: RegistryHost::parse(&host).map_err(|_| IntegrityError)?.host,
            username: Username::parse(&username).map_err(|_| IntegrityError)?,
            password: Password::parse(value).map_err(|_| IntegrityError)?,
        }),
        _ => Err(IntegrityError),
    }
}
