//! Values that two secrets may have in common: a key, or an account at a registry.

use super::repository::SecretRow;
use domain::{
    error::Field,
    secret::{Credential, SshKeyFacts},
};

/// A value that two secrets may have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Shared<'a> {
    /// A key, by its fingerprint.
    Key(&'a str),
    /// An account, by host and username.
    Account { host: &'a str, username: &'a str },
}

impl<'a> Shared<'a> {
    /// Returns what a new secret may share with others.
    pub(super) fn of(credential: &'a Credential, facts: Option<&'a SshKeyFacts>) -> Option<Self> {
        match credential {
            Credential::GitDataset { .. } => facts.map(|facts| Self::Key(&facts.fingerprint)),
            Credential::ImagePull { host, username, .. } => {
                Some(Self::Account { host: host.as_str(), username: username.as_str() })
            }
        }
    }

    /// Returns what a change makes a secret share with others, as far as the change concerns that.
    pub(super) fn after(row: &'a SecretRow, fields: &[&str], facts: Option<&'a SshKeyFacts>) -> Option<Self> {
        let account =
            [Field::RegistryHost, Field::Username].iter().any(|field| fields.contains(&field.name()));
        match (facts, &row.registry_host, &row.registry_username) {
            (Some(facts), ..) => Some(Self::Key(&facts.fingerprint)),
            (None, Some(host), Some(username)) if account => Some(Self::Account { host, username }),
            _ => None,
        }
    }
}
