//! The Import pages: a file or text, then its findings, to choose from and name.

pub mod choose;
pub mod post;
pub mod row;
pub mod start;
pub mod texts;

use backend::ImportChoice;
use domain::error::Error;
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
    pub error: Error,
}

impl NotSaved {
    /// Returns a rejection that repeats nothing that was chosen or typed.
    pub fn because(error: Error) -> Self {
        Self { chosen: Vec::new(), typed: Vec::new(), error }
    }
}
