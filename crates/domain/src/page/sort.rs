//! The order of the list.

coded_enum! {
    /// The column that the list is sorted by.
    pub enum SortColumn: as_str {
        /// By name.
        Name = "name";
        /// By display name, upper and lower case alike.
        DisplayName = "display";
        /// By type, then name.
        Type = "type";
        /// By how much the test status asks for a look, the gravest first; then by name.
        Status = "status";
        /// By the number of consumers.
        UsedBy = "used-by";
        /// By the minute of the last use; secrets without a use come as the oldest.
        LastUsed = "last-used";
        /// By the end of the value, the next one first; secrets without an end come last.
        Expires = "expires";
        /// By the last change.
        Updated = "updated";
    }
}

/// The end that comes first.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Direction {
    /// A to Z, old to new.
    Ascending,
    /// Z to A, new to old.
    Descending,
}

impl Direction {
    /// Returns the opposite direction.
    #[must_use]
    pub fn reversed(self) -> Self {
        match self {
            Self::Ascending => Self::Descending,
            Self::Descending => Self::Ascending,
        }
    }
}
