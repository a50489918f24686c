//! The state of everything at a glance: what needs attention, what changed, and the last 30 days in numbers. All numbers are
//! kept, so that they cost the same with however many secrets.

mod repository;
mod service;

pub use service::OverviewService;

use crate::audit::RecentChange;
use domain::{connection_test::TestStatus, page::Total, time::Timestamp};

/// The number of days whose reads and tests are shown, today among them.
pub const OVERVIEW_DAYS: usize = 30;

/// The number of changes that are shown.
const CHANGES: u32 = 8;

domain::coded_enum! {
    /// A fact about the portal as a whole that an administrator has noted. The code is stored.
    pub enum PortalNote: code {
        /// The key file is backed up.
        KeyBackedUp = "key-backed-up";
        /// The steps of setting up are not shown any more.
        StepsDismissed = "steps-dismissed";
    }
}

/// The state of everything at a glance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overview {
    /// The number of secrets.
    pub secrets: u64,
    /// The numbers of secrets that need attention.
    pub attention: Attention,
    /// The newest changes, those first that happened last.
    pub changes: Vec<RecentChange>,
    /// The reads of values and the test results of each day, today's last.
    pub days: Vec<Day>,
    /// The steps of setting up, until all are done or an administrator dismisses them.
    pub steps: Option<SetUpSteps>,
    /// The server's time.
    pub now: Timestamp,
}

/// The numbers of secrets that need attention.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attention {
    /// The host has another key than the trusted one.
    pub host_key_changed: u64,
    /// The other side rejected the credential.
    pub refused: u64,
    /// The other side could not be asked.
    pub unreachable: u64,
    /// The host's keys are to be approved.
    pub host_key_unknown: u64,
    /// No test was made since the secret was added or changed.
    pub never_tested: u64,
    /// A new key pair waits to be used.
    pub key_pending: u64,
    /// The value has expired. Counted up to a limit, like the next ones.
    pub expired: Total,
    /// The value expires within 30 days.
    pub expire_soon: Total,
    /// The value is older than its owner wants it to become.
    pub renewal_due: Total,
    /// Nothing has used the secret for 90 days.
    pub unused: Total,
}

/// The numbers of one day, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day {
    /// The midnight that begins the day.
    pub at: Timestamp,
    /// The number of reads of values.
    pub reads: u64,
    /// The number of test results, by status.
    tests: [u64; TestStatus::ALL.len()],
}

impl Day {
    /// Returns the number of tests with this result.
    pub fn tests(&self, status: TestStatus) -> u64 {
        TestStatus::ALL
            .iter()
            .zip(self.tests)
            .find_map(|(known, count)| (*known == status).then_some(count))
            .unwrap_or(0)
    }
}

/// The steps of setting up, and which of them are done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SetUpSteps {
    /// An administrator has noted that the key file is backed up.
    pub key_backed_up: bool,
    /// There is a secret.
    pub has_secrets: bool,
    /// There is a second user, or people sign in at a provider.
    pub has_people: bool,
}

impl SetUpSteps {
    /// Returns whether all steps are done.
    pub fn are_done(&self) -> bool {
        self.key_backed_up && self.has_secrets && self.has_people
    }
}

#[cfg(test)]
mod tests;
