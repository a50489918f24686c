//! From what became of the last backups to a finding: a pure function.

use super::{finding::Finding, judge::size};
use crate::backups::{BackupRun, LastBackups};
use domain::time::Timestamp;

/// The age up to which a backup needs no look, in microseconds: 7 days.
const FRESH_MICROS: i64 = 7 * 24 * 60 * 60 * 1_000_000;

/// Judges the last backup. A configured database may be backed up by whoever operates it, so that without any backup of the
/// portal's own there is nothing to judge.
pub(super) fn last_backup(backups: &LastBackups, is_private: bool, now: Timestamp) -> Finding {
    let Some(BackupRun { began_at, bytes, verified, problem, .. }) = backups.last.clone() else {
        return if is_private { Finding::LastBackupNever } else { Finding::LastBackupUnknown };
    };
    // The data is of the time at which it began, and so is the file's name.
    let at = began_at;
    let good = backups.last_good.as_ref().map(|run| run.began_at);
    let size = || size(bytes.unwrap_or_default());
    match problem {
        Some(problem) if bytes.is_some() => Finding::LastBackupUnproven { at, problem, good },
        Some(problem) => Finding::LastBackupFailed { at, problem, good },
        None if now.micros().saturating_sub(at.micros()) > FRESH_MICROS => Finding::LastBackupOld { at },
        None if verified => Finding::LastBackupVerified { at, size: size() },
        None => Finding::LastBackupMade { at, size: size() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{backups::BackupProblem, system::CheckState};

    const DAY: i64 = FRESH_MICROS / 7;

    fn day(number: i64) -> Timestamp {
        Timestamp::from_micros(number * DAY)
    }

    fn run(began: i64, bytes: Option<u64>, verified: bool, problem: Option<BackupProblem>) -> BackupRun {
        BackupRun { began_at: day(began), ended_at: day(began), bytes, verified, problem }
    }

    /// Returns what is found ten days after the start about this backup, and a good one of the first day.
    fn found(last: BackupRun) -> Finding {
        let good = if last.problem.is_some() { run(1, Some(1), true, None) } else { last.clone() };
        last_backup(&LastBackups { last: Some(last), last_good: Some(good) }, true, day(10))
    }

    #[test]
    fn last_backup_is_well_for_seven_days_verified_or_not() {
        let size = || "3 MiB".to_owned();
        for (verified, expected) in [
            (true, Finding::LastBackupVerified { at: day(3), size: size() }),
            (false, Finding::LastBackupMade { at: day(3), size: size() }),
        ] {
            let found = found(run(3, Some(3 << 20), verified, None));
            assert_eq!((found.state(), found), (CheckState::Well, expected));
        }
        let old = found(run(2, Some(3 << 20), true, None));
        assert_eq!((old.state(), old), (CheckState::Look, Finding::LastBackupOld { at: day(2) }));
    }

    #[test]
    fn last_backup_needs_a_look_if_it_failed_however_young_a_good_one_is() {
        let problem = BackupProblem::NoScratch;
        let unproven = found(run(9, Some(1), false, Some(problem)));
        let expected = Finding::LastBackupUnproven { at: day(9), problem, good: Some(day(1)) };
        assert_eq!((unproven.state(), unproven), (CheckState::Look, expected));
        let problem = BackupProblem::Dump;
        let failed = run(9, None, false, Some(problem));
        let expected = |good| Finding::LastBackupFailed { at: day(9), problem, good };
        assert_eq!(found(failed.clone()), expected(Some(day(1))));
        let alone = LastBackups { last: Some(failed), last_good: None };
        let alone = last_backup(&alone, false, day(10));
        assert_eq!((alone.state(), alone), (CheckState::Look, expected(None)));
    }

    #[test]
    fn last_backup_that_was_never_made_needs_a_look_in_the_private_postgresql_alone() {
        let never = |is_private| last_backup(&LastBackups::default(), is_private, day(10));
        assert_eq!((never(true).state(), never(true)), (CheckState::Look, Finding::LastBackupNever));
        assert_eq!((never(false).state(), never(false)), (CheckState::Note, Finding::LastBackupUnknown));
    }
}
