//! The test state of a stored secret, and its tests in the past.

use super::{
    known_hosts,
    repository::{self, ResultRow},
};
use crate::db::timestamp;
use chrono::{DateTime, Utc};
use domain::{
    connection_test::{KnownHosts, PastTest, Refs, TestCause, TestState},
    time::Timestamp,
};
use sqlx::PgConnection;
use uuid::Uuid;

/// A result as it is stored.
pub(super) struct Kept {
    pub(super) cause: String,
    pub(super) at: Option<DateTime<Utc>>,
    pub(super) by: Option<String>,
    /// The branch; empty for a HEAD that leads nowhere.
    pub(super) branch: Option<String>,
    /// The number of refs; negative if there are more.
    pub(super) refs: Option<i32>,
}

impl Kept {
    /// Returns the state of a secret with this test target and these known hosts.
    pub(super) fn into_state(self, target: Option<String>, known_hosts: &str, now: Timestamp) -> TestState {
        let Self { cause, at, by, branch, refs } = self;
        let known = KnownHosts::stored(known_hosts);
        let refs = refs.map(|refs| Refs {
            headless: branch.as_deref() == Some(""),
            branch: branch.filter(|branch| !branch.is_empty()),
            count: refs.unsigned_abs(),
            exact: refs >= 0,
        });
        TestState {
            cause: TestCause::parse(&cause).unwrap_or(TestCause::NeverTested),
            last: at.map(timestamp).zip(by),
            refs,
            target,
            trusted: known_hosts::trusted(&known),
            unused: known.unused().collect(),
            now,
        }
    }
}

/// Returns the test state of the secret with this row, test target and known hosts, and its past tests, the newest first.
pub(crate) async fn state_and_past(
    connection: &mut PgConnection,
    secret: Uuid,
    (target, known_hosts): (Option<String>, &str),
    now: Timestamp,
) -> Result<(TestState, Vec<PastTest>), sqlx::Error> {
    let mut rows = repository::results(connection, secret).await?;
    let past = rows.iter_mut().filter_map(past_test).collect();
    let first = rows.into_iter().next().ok_or(sqlx::Error::RowNotFound)?;
    let kept = Kept {
        cause: first.check_cause,
        at: first.checked_at,
        by: first.checked_by,
        branch: first.check_branch,
        refs: first.check_refs,
    };
    Ok((kept.into_state(target, known_hosts, now), past))
}

/// Returns the test of a row. A cause of a newer version, which a server of this one cannot name, is left out.
fn past_test(row: &mut ResultRow) -> Option<PastTest> {
    let cause = TestCause::parse(row.past_cause.as_deref()?)?;
    Some(PastTest { at: timestamp(row.past_at?), cause, by: row.past_by.take()? })
}
