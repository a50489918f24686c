//! Tests of connections.

use domain::{
    connection_test::{Published, Refs, TestReport, TestState, UnusedLine},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use utoipa::ToSchema;

/// The last test of a secret's connection.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub struct Connection {
    /// `works`, `open`, `refused`, `unreachable`, `host-key-changed` or `not-tested`.
    pub status: Cow<'static, str>,
    /// Why: a word that stays the same.
    pub cause: Cow<'static, str>,
    /// Why, in words, and what to do.
    pub detail: Cow<'static, str>,
    /// When it was tested.
    pub tested_at: Option<String>,
    /// By whom.
    pub tested_by: Option<String>,
    /// The branch that a clone begins with.
    pub branch: Option<String>,
    /// How many branches, tags and other refs there are.
    pub refs: Option<u32>,
    /// Whether there are more refs than were counted.
    pub refs_truncated: Option<bool>,
    /// Whether HEAD names a branch that does not exist: a clone comes out empty.
    pub head_missing: Option<bool>,
}

impl From<TestState> for Connection {
    fn from(state: TestState) -> Self {
        let (tested_at, tested_by) = state.last.unzip();
        let Found { branch, refs, refs_truncated, head_missing } = state.refs.into();
        Self {
            status: state.cause.status().as_str().into(),
            cause: state.cause.as_str().into(),
            detail: state.cause.message().into(),
            tested_at: tested_at.map(Timestamp::rfc3339),
            tested_by,
            branch,
            refs,
            refs_truncated,
            head_missing,
        }
    }
}

fn unused(line: &UnusedLine) -> String {
    let hosts = line.hosts.as_deref().unwrap_or("a hashed name");
    format!("{hosts} ({})", line.why.description())
}

/// The facts about a repository, as the API has them.
#[derive(Default)]
struct Found {
    branch: Option<String>,
    refs: Option<u32>,
    refs_truncated: Option<bool>,
    head_missing: Option<bool>,
}

impl From<Option<Refs>> for Found {
    fn from(refs: Option<Refs>) -> Self {
        let Some(Refs { branch, count, exact, headless }) = refs else { return Self::default() };
        Self { branch, refs: Some(count), refs_truncated: Some(!exact), head_missing: Some(headless) }
    }
}

/// What a test came to just now.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub struct TestResult {
    /// `works`, `open`, `refused`, `unreachable`, `host-key-changed` or `not-tested`.
    pub status: Cow<'static, str>,
    /// Why: a word that stays the same.
    pub cause: Cow<'static, str>,
    /// Why, in words, and what to do.
    pub detail: String,
    /// In how many seconds the host wants to be asked again, where it says so.
    pub retry_after: Option<u32>,
    /// The host that was asked.
    pub host: Option<String>,
    /// The port that was asked, of Git servers.
    pub port: Option<u16>,
    /// The address that may have been meant, where a port stands in the place of a folder: `host:2222/group/app`.
    pub address_hint: Option<String>,
    /// The lines of the known hosts that are not used, and why.
    #[schema(required)]
    #[serde(default)]
    pub known_hosts_unused: Vec<String>,
    /// The branch that a clone begins with.
    pub branch: Option<String>,
    /// How many branches, tags and other refs there are.
    pub refs: Option<u32>,
    /// Whether there are more refs than were counted.
    pub refs_truncated: Option<bool>,
    /// Whether HEAD names a branch that does not exist: a clone comes out empty.
    pub head_missing: Option<bool>,
    /// The host's keys, where they are to be approved or are not the known ones.
    #[schema(required)]
    #[serde(default)]
    pub host_keys: Vec<HostKey>,
}

/// A key with which a host proves who it is.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub struct HostKey {
    /// Such as `ssh-ed25519`.
    pub algorithm: String,
    /// As `ssh-keygen -l` prints it.
    pub fingerprint: String,
    /// The line of a `known_hosts` file. Added to the secret's `known_hosts`, it is trusted.
    pub line: String,
    /// Whether the host's operator publishes this key; null where nothing is known of that.
    pub published: Option<bool>,
}

impl From<TestReport> for TestResult {
    fn from(report: TestReport) -> Self {
        let detail = report.message();
        let Found { branch, refs, refs_truncated, head_missing } = report.refs.into();
        let host_keys = report.host_keys.into_iter().map(|key| HostKey {
            algorithm: key.algorithm,
            fingerprint: key.fingerprint,
            line: key.line,
            published: match key.published {
                Published::Unknown => None,
                Published::By(_) => Some(true),
                Published::Otherwise(_) => Some(false),
            },
        });
        Self {
            status: report.cause.status().as_str().into(),
            cause: report.cause.as_str().into(),
            detail,
            retry_after: report.retry_after,
            host: report.host,
            port: report.port,
            address_hint: report.hint,
            known_hosts_unused: report.unused.iter().map(unused).collect(),
            branch,
            refs,
            refs_truncated,
            head_missing,
            host_keys: host_keys.collect(),
        }
    }
}
