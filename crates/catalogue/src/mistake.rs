//! A mistake in a catalogue.

use std::fmt;

/// A mistake in a catalogue.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mistake {
    /// The file, relative to the folder of the catalogue.
    pub file: String,
    /// The line, from 1 on.
    pub line: usize,
    /// The message, or an empty text.
    pub id: String,
    /// The description.
    pub what: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{}:{}: {}: {}", self.file, self.line, self.id, self.what)
    }
}

pub(crate) fn mistake(file: &str, line: usize, id: &str, what: impl Into<String>) -> Mistake {
    Mistake { file: file.to_owned(), line, id: id.to_owned(), what: what.into() }
}
