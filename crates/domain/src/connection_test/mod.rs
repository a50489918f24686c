//! Connection tests: their targets and their results.

mod cause;
mod known_hosts;
mod problem;
mod target;

pub(crate) use target::names_hub_otherwise;

pub use cause::{TestCause, TestStatus};
pub use known_hosts::{KnownHosts, Unused, UnusedLine};
pub use problem::TargetProblem;
pub use target::{ImageReference, Repository, TestSettings};

use crate::time::Timestamp;

/// The result of a connection test. Nothing here can hold a value, and the only text of the other side is the name of a Git
/// server's branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestReport {
    /// The result and its reason.
    pub cause: TestCause,
    /// The host that was asked, as people know it; `None` if no host was asked.
    pub host: Option<String>,
    /// The refs of the repository.
    pub refs: Option<Refs>,
    /// The host's keys, if they await approval or are not the known ones.
    pub host_keys: Vec<HostKey>,
    /// The problem with the branch that a dataset names, if the credential works.
    pub branch: Option<TestCause>,
    /// The port that was asked, for Git servers.
    pub port: Option<u16>,
    /// The address that was probably meant, if a port is in the place of a folder.
    pub hint: Option<String>,
    /// The lines of the known hosts that are not used.
    pub unused: Vec<UnusedLine>,
    /// The seconds after which the host wants to be asked again, if it says so; at most a day.
    pub retry_after: Option<u32>,
}

impl TestReport {
    /// Creates a report with only this cause.
    pub fn new(cause: TestCause) -> Self {
        Self {
            cause,
            host: None,
            refs: None,
            host_keys: Vec::new(),
            branch: None,
            port: None,
            hint: None,
            unused: Vec::new(),
            retry_after: None,
        }
    }

    /// Returns what happened and what to do, with the time to wait if the host named one.
    pub fn message(&self) -> String {
        let message = self.cause.message();
        let Some(seconds) = self.retry_after else { return message.to_owned() };
        let (count, unit) = match seconds {
            0..=120 => (seconds.max(1), "second"),
            121..=7_200 => (seconds.div_ceil(60), "minute"),
            _ => (seconds.div_ceil(3_600), "hour"),
        };
        let plural = if count == 1 { "" } else { "s" };
        format!("{message} The host asks to wait for {count} {unit}{plural}.")
    }

    /// Returns the report for the dataset whose branch was looked for.
    #[must_use]
    pub fn of_dataset(self) -> Self {
        Self { cause: self.branch.unwrap_or(self.cause), ..self }
    }
}

/// The refs that a Git server advertises.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refs {
    /// The branch that a clone begins with, without `refs/heads/`; at most 200 characters, none of them control
    /// characters. `None` without a branch, as in an empty repository.
    pub branch: Option<String>,
    /// The number of branches, tags and other refs.
    pub count: u32,
    /// Whether `count` is exact; false if counting stopped at the limit.
    pub exact: bool,
    /// Whether there are refs and HEAD names none of them: a clone has no files then.
    pub headless: bool,
}

/// A key with which a host proves its identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostKey {
    /// The algorithm, such as `ssh-ed25519`.
    pub algorithm: String,
    /// The fingerprint as `ssh-keygen -lf` prints it: `SHA256:…`.
    pub fingerprint: String,
    /// The line of a `known_hosts` file for it.
    pub line: String,
    /// The comparison with the fingerprints that the operator publishes.
    pub published: Published,
}

/// The comparison of a host key with those that its operator publishes.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Published {
    /// Nothing is published for this host.
    Unknown,
    /// The operator named here publishes the key.
    By(&'static str),
    /// The operator named here publishes other keys: somebody may be in between.
    Otherwise(&'static str),
}

/// The last test of a stored secret, and the target and trusted hosts of the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestState {
    /// The result; `NeverTested` before the first.
    pub cause: TestCause,
    /// The time and the tester of the last test.
    pub last: Option<(Timestamp, String)>,
    /// The refs of the repository.
    pub refs: Option<Refs>,
    /// The repository or the image that is tested.
    pub target: Option<String>,
    /// The trusted keys of hosts, one for each line.
    pub trusted: Vec<TrustedKey>,
    /// The lines of the known hosts that are not used.
    pub unused: Vec<UnusedLine>,
    /// The server's time, for telling how long ago that was.
    pub now: Timestamp,
}

/// A test of a stored secret in the past.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastTest {
    /// The time of the test.
    pub at: Timestamp,
    /// The result.
    pub cause: TestCause,
    /// The name of the actor who tested.
    pub by: String,
}

impl PastTest {
    /// The most tests that are kept of a secret.
    pub const KEPT: u32 = 30;
}

/// A line of the known hosts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedKey {
    /// The hosts that it is for; `None` if they are hashed.
    pub hosts: Option<String>,
    /// The algorithm, such as `ssh-ed25519`.
    pub algorithm: String,
    /// `SHA256:…`; `None` if the key cannot be parsed.
    pub fingerprint: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn message_says_how_long_to_wait_if_the_host_does() {
        let cause = TestCause::TooManyRequests;
        let said = |retry_after| TestReport { retry_after, ..TestReport::new(cause) }.message();
        assert_eq!(said(None), cause.message());
        for (seconds, expected) in [
            (0, "1 second."),
            (1, "1 second."),
            (90, "90 seconds."),
            (121, "3 minutes."),
            (7_201, "3 hours."),
        ] {
            assert!(
                said(Some(seconds)).ends_with(&format!("wait for {expected}")),
                "{}",
                said(Some(seconds))
            );
        }
    }

    #[test]
    fn of_dataset_blames_the_branch_if_one_was_looked_for() {
        let works = TestReport::new(TestCause::RepositoryRead);
        assert_eq!(works.clone().of_dataset().cause, TestCause::RepositoryRead);
        let without = TestReport { branch: Some(TestCause::BranchNotFound), ..works };
        assert_eq!(without.of_dataset().cause, TestCause::BranchNotFound);
    }
}
