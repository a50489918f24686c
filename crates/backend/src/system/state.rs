//! The state of a check.

domain::coded_enum! {
    /// The state of a check, or of all. The code is sent.
    pub enum CheckState: code {
        /// All is well.
        Well = "well";
        /// Only people can tell whether all is well.
        Note = "note";
        /// The check could not be made; another one says why.
        NotLooked = "not-looked";
        /// Somebody should look at this.
        Look = "look";
        /// Something does not work.
        Broken = "broken";
    }
}

impl CheckState {
    /// Returns whether this is worse than the other.
    pub(super) fn is_worse_than(self, other: Self) -> bool {
        let rank = |state| Self::ALL.iter().position(|known| *known == state);
        rank(self) > rank(other)
    }
}
