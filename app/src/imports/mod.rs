//! The Import pages: a file or text, then its findings, to choose from and name.

pub mod choose;
pub mod post;
pub mod row;
pub mod start;

use backend::ImportChoice;
use domain::{error::Error, import::ImportError};
use uuid::Uuid;

/// The address of the first step.
pub const IMPORT: &str = "/secrets/import";

/// Returns the address of the second step.
pub fn import_address(id: Uuid) -> String {
    format!("{IMPORT}/{id}")
}

/// A rejected choice: the rows as chosen and typed, and the reason, for the page that is sent in answer.
#[derive(Clone, Debug)]
pub struct NotSaved {
    /// The rows that were chosen.
    pub chosen: Vec<u32>,
    /// The fields of every row.
    pub typed: Vec<ImportChoice>,
    /// The reason.
    pub error: ImportError,
}

impl NotSaved {
    /// Returns a rejection that repeats nothing that was chosen or typed.
    pub fn because(error: Error) -> Self {
        Self { chosen: Vec::new(), typed: Vec::new(), error: error.into() }
    }
}

/// Returns the message above the form.
fn message(error: &ImportError) -> String {
    match error {
        ImportError::Problem(problem) => problem.message(),
        ImportError::Rows(_) => "Some rows need another look. Nothing was saved yet.".to_owned(),
        ImportError::NothingChosen => "Choose at least one credential, or discard them all.".to_owned(),
        ImportError::Gone => GONE.to_owned(),
        ImportError::Refused(error) => crate::error::ApiError::Refused(error.clone()).message(),
    }
}

const GONE: &str = "What was found waits for a quarter of an hour and for one session, and is thrown away when another \
                    import is begun. Nothing more of it is here; paste the file again.";
