//! Whether a credential works: what is tried with it, and what came of it.

mod cause;
mod known_hosts;
mod target;

pub(crate) use target::names_hub_otherwise;

pub use cause::{CheckCause, CheckStatus};
pub use known_hosts::{KnownHosts, Unused, UnusedLine};
pub use target::{CheckSettings, ImageReference, Repository, TargetProblem};

use crate::time::Timestamp;

/// What a test of a connection came to. Nothing here can hold a value, and nothing of it is a peer's own text but what
/// a Git server calls its branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckReport {
    /// What it came to, and why.
    pub cause: CheckCause,
    /// The host that was asked, as people know it; `None` where there was none to ask.
    pub host: Option<String>,
    /// What was found in the repository.
    pub refs: Option<Refs>,
    /// The host's keys, where they are to be approved or are not the known ones.
    pub host_keys: Vec<HostKey>,
    /// What is wrong with the branch that a dataset names, where the credential works.
    pub branch: Option<CheckCause>,
    /// The port that was asked, of Git servers.
    pub port: Option<u16>,
    /// The address that may have been meant, where a port stands in the place of a folder.
    pub hint: Option<String>,
    /// The lines of the known hosts that are not used.
    pub unused: Vec<UnusedLine>,
    /// In how many seconds the host wants to be asked again, where it says so; at most a day.
    pub retry_after: Option<u32>,
}

impl CheckReport {
    /// A test that came to this.
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

    /// What it came to for the dataset whose branch was looked for.
    #[must_use]
    pub fn of_dataset(self) -> Self {
        Self { cause: self.branch.unwrap_or(self.cause), ..self }
    }
}

/// What a Git server says is in a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refs {
    /// The branch that a clone begins with, without `refs/heads/`; at most 200 characters, none of them control
    /// characters. `None` where there is none, as in an empty repository.
    pub branch: Option<String>,
    /// How many branches, tags and other refs there are.
    pub count: u32,
    /// False where counting stopped there and there are more.
    pub exact: bool,
    /// There are refs, and HEAD names none of them: a clone comes out empty.
    pub headless: bool,
}

/// A key with which a host proves who it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostKey {
    /// Such as `ssh-ed25519`.
    pub algorithm: String,
    /// As `ssh-keygen -lf` prints it: `SHA256:…`.
    pub fingerprint: String,
    /// The line of a `known_hosts` file that it makes.
    pub line: String,
    /// What the host's operator has published of it.
    pub published: Published,
}

/// Whether a host key is one that its operator publishes.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Published {
    /// Nothing is known beforehand of this host.
    Unknown,
    /// It is one of those that this operator publishes.
    By(&'static str),
    /// This operator publishes others: somebody may be in between.
    Otherwise(&'static str),
}

/// The last test of a stored secret, and what is tried and trusted at the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckState {
    /// What it came to; `NeverTested` before the first.
    pub cause: CheckCause,
    /// When and by whom.
    pub last: Option<(Timestamp, String)>,
    /// What was found in the repository.
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
    /// Such as `ssh-ed25519`.
    pub algorithm: String,
    /// `SHA256:…`; `None` where the key cannot be read.
    pub fingerprint: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn report_tells_how_long_the_host_wants_to_be_left_alone() {
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
