//! The reason why a backup was not made or not restored.

use backend::{BackupProblem, StartError};
use private_postgres::ToolsError;

/// A failure: its kind, which is stored, and the words for whoever runs the command.
#[derive(Debug, thiserror::Error)]
#[error("{words}")]
pub(super) struct Failure {
    pub(super) problem: BackupProblem,
    words: String,
}

/// The outcome of a step.
pub(super) type Step<T> = Result<T, Failure>;

impl Failure {
    pub(super) fn new(problem: BackupProblem, words: impl Into<String>) -> Self {
        Self { problem, words: words.into() }
    }

    /// Adds what became of it.
    pub(super) fn and(mut self, more: &str) -> Self {
        self.words = format!("{}; {more}", self.words);
        self
    }

    /// Returns a failure of the file that is written or read.
    pub(super) fn of_file(words: impl Into<String>) -> Self {
        Self::new(BackupProblem::File, words)
    }

    /// Returns a failure of something that the database or the process around it did.
    #[expect(clippy::needless_pass_by_value, reason = "the form in which it is a step of a chain")]
    pub(super) fn of_database(words: impl ToString) -> Self {
        Self::new(BackupProblem::Database, words.to_string())
    }

    /// Returns a failure of a proof.
    pub(super) fn unproven(words: impl Into<String>) -> Self {
        Self::new(BackupProblem::Unproven, words)
    }
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        Self::of_database(error)
    }
}

impl From<ToolsError> for Failure {
    fn from(error: ToolsError) -> Self {
        Self::new(BackupProblem::Tools, error.to_string())
    }
}
