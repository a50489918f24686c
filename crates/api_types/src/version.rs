//! The versions of a secret's value. Nothing here can hold a value.

use crate::test::TestResult;
use domain::{
    connection_test::TestReport,
    secret::{SecretVersion, VersionPage},
};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use utoipa::ToSchema;

/// A page of the versions of a value, the newest first.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub struct VersionList {
    /// The versions.
    pub items: Vec<Version>,
    /// Sent as `after`, it leads to the next page; null on the last.
    pub next: Option<String>,
}

impl From<VersionPage> for VersionList {
    fn from(page: VersionPage) -> Self {
        Self {
            items: page.items.into_iter().map(Version::from).collect(),
            next: page.next.map(|next| next.to_string()),
        }
    }
}

/// A version of a value: facts that are no secret.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub struct Version {
    /// From 1; goes up by one with each new value.
    pub number: i64,
    /// `current`, `kept`, `removed` or `destroyed`.
    pub state: Cow<'static, str>,
    /// When it was stored.
    pub stored_at: String,
    /// By whom; null where a portal stored it that kept no versions.
    pub stored_by: Option<String>,
    /// `added`, `edited`, `api`, `generated`, `switched`, `imported`, `rolled-back` or `unknown`.
    pub reason: Cow<'static, str>,
    /// The version that a rollback took the value of.
    pub rolled_back_from: Option<i64>,
    /// The registry host that it is or was used with. Image pull only.
    pub registry_host: Option<String>,
    /// The username that it is or was used with. Image pull only.
    pub username: Option<String>,
    /// The key's fingerprint. Git dataset only.
    pub fingerprint: Option<String>,
    /// The status of its last test, as `connection.status` of a secret; null where it was not tested.
    pub status: Option<Cow<'static, str>>,
    /// When it was tested.
    pub tested_at: Option<String>,
    /// When the value expires or expired; null where it has no end, or none that is known.
    pub expires_at: Option<String>,
    /// When its value was destroyed.
    pub destroyed_at: Option<String>,
    /// By whom.
    pub destroyed_by: Option<String>,
}

impl From<SecretVersion> for Version {
    fn from(version: SecretVersion) -> Self {
        let (status, tested_at) = version.test.unzip();
        let (destroyed_at, destroyed_by) = version.destroyed.unzip();
        Self {
            number: version.number,
            state: version.state.code().into(),
            stored_at: version.stored_at.rfc3339(),
            stored_by: version.stored_by,
            reason: version.reason.code().into(),
            rolled_back_from: version.rolled_back_from,
            registry_host: version.registry_host,
            username: version.username,
            fingerprint: version.fingerprint,
            status: status.map(|cause| cause.status().as_str().into()),
            tested_at: tested_at.map(domain::time::Timestamp::rfc3339),
            expires_at: version.expires_at.map(domain::time::Timestamp::rfc3339),
            destroyed_at: destroyed_at.map(domain::time::Timestamp::rfc3339),
            destroyed_by,
        }
    }
}

/// The result of a rollback.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub struct RolledBack {
    /// The version whose value came back.
    pub from: i64,
    /// The version in use: the new one, or the one before if that has the value already.
    pub version: i64,
    /// Whether the version in use has the value already, so that nothing was changed.
    #[serde(default)]
    pub already_current: bool,
    /// The result of the test; null where none was made.
    pub test: Option<TestResult>,
}

impl RolledBack {
    /// Returns the answer about a rollback to the value of the version `from`, after which `version` is in use.
    pub fn new(from: i64, version: i64, already_current: bool, report: Option<TestReport>) -> Self {
        Self { from, version, already_current, test: report.map(TestResult::from) }
    }
}
