//! What two secrets may have in common: a key, or an account at a registry.

use super::repository::SecretRow;
use domain::{
    error::Field,
    secret::{Credential, KeyFacts},
};

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
