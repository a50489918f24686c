//! The order of test statuses in the list.

use domain::connection_test::TestStatus;

/// Returns the rank of a status, as the column `status_rank` has it.
pub(super) fn rank(status: TestStatus) -> i16 {
    match status {
        TestStatus::HostKeyChanged => 0,
        TestStatus::Refused => 1,
        TestStatus::Unreachable => 2,
        TestStatus::NotTested => 3,
        TestStatus::Open => 4,
        TestStatus::Works => 5,
    }
}
