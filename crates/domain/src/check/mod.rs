//! Tests of connections: their targets and their results.

mod cause;
mod known_hosts;
mod problem;
mod target;

pub(crate) use target::names_hub_otherwise;

pub use cause::{CheckCause, CheckStatus};
pub use known_hosts::{KnownHosts, Unused, UnusedLine};
pub use problem::TargetProblem;
pub use target::{CheckSettings, ImageReference, Repository};

use crate::time::Timestamp;

/// The result of a connection test. Nothing here can hold a value, and nothing of it is a peer's own text but what
/// a Git server calls its branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckReport {
    /// The result and its reason.
    pub cause: CheckCause,
    /// The host that was asked, as people know it; `None` where no host was asked.
    pub host: Option<String>,
    /// The refs of the repository.
    pub refs: Option<Refs>,
    /// The host's keys, where they are to be approved or are not the known ones.
    pub host_keys: Vec<HostKey>,
    /// The problem with the branch that a dataset names, where the credential works.
    pub branch: Option<CheckCause>,
    /// The port that was asked, of Git servers.
    pub port: Option<u16>,
    /// The address that may have been meant, where a port stands in the place of a folder.
    pub hint: Option<String>,
    /// The lines of the known hosts that are not used.
    pub unused: Vec<UnusedLine>,
    /// The seconds after which the host wants to be asked again, where it says so; at most a day.
    pub retry_after: Option<u32>,
}

impl CheckReport {
    /// Creates a report with this cause alone.
    pub fn new(cause: CheckCause) -> Self {
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

    /// Returns what happened and what to do, with the time to wait where the host has told it.
    pub fn message(&self) -> String {
        let message = self.cause.message();
        let Some(seconds) = self.retry_after else { return message.to_owned() };
        let (count, unit) = match seconds {
            0..=120 => (seconds.max(1), "second"),
            121..=7_200 => (seconds.div_ceil(60), "minute"),
            _ => (seconds.div_ceil(3_600), "hour"),
        };
        let plural = if count == 1 { "" } else { "s" };
        format!("{message} It asks to wait for {count} {unit}{plural}.")
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
    /// False where counting stopped there and there are more.
    pub exact: bool,
    /// There are refs, and HEAD names none of them: a clone comes out empty.
    pub headless: bool,
}

/// A key with which a host proves who it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostKey {
    /// The algorithm, such as `ssh-ed25519`.
    pub algorithm: String,
    /// The fingerprint as `ssh-keygen -lf` prints it: `SHA256:…`.
    pub fingerprint: String,
    /// The line of a `known_hosts` file that it makes.
    pub line: String,
    /// The operator's published fingerprints, compared.
    pub published: Published,
}

/// A comparison of a host key with those that its operator publishes.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Published {
    /// Nothing is known beforehand of this host.
    Unknown,
    /// The operator named here publishes the key.
    By(&'static str),
    /// The operator named here publishes others: somebody may be in between.
    Otherwise(&'static str),
}

/// The last test of a stored secret, and what is tried and trusted at the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckState {
    /// The result; `NeverTested` before the first.
    pub cause: CheckCause,
    /// The time and the tester of the last test.
    pub last: Option<(Timestamp, String)>,
    /// The refs of the repository.
    pub refs: Option<Refs>,
    /// The repository or the image that is tried.
    pub target: Option<String>,
    /// The keys of hosts that are trusted, one for each line.
    pub trusted: Vec<TrustedKey>,
    /// The lines of the known hosts that are not used.
    pub unused: Vec<UnusedLine>,
    /// The server's clock, for telling how long ago that was.
    pub now: Timestamp,
}

/// A line of the known hosts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedKey {
    /// The hosts it is for; hashed ones cannot be read.
    pub hosts: Option<String>,
    /// The algorithm, such as `ssh-ed25519`.
    pub algorithm: String,
    /// `SHA256:…`; `None` where the key cannot be read.
    pub fingerprint: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn message_says_how_long_to_wait_where_the_host_does() {
        let cause = CheckCause::TooManyRequests;
        let said = |retry_after| CheckReport { retry_after, ..CheckReport::new(cause) }.message();
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
}
