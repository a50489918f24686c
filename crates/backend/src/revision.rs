//! Which state of a row is meant: so that nothing is changed, or taken away, but what was seen.

use uuid::Uuid;

/// A state of a row: another one each time that it changes, and for one of the same name that was added later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revision {
    /// The row.
    pub row: Uuid,
    /// Its version, from 1.
    pub version: i64,
}

/// What has to be stored for a change to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected {
    /// At this version.
    pub version: i64,
    /// In this row, where whoever asks has seen which.
    pub row: Option<Uuid>,
}

impl Expected {
    /// What `named` says, and where that leaves something open, what was read to make the change of.
    pub fn of(named: Option<Self>, read: Revision) -> Self {
        Self {
            version: named.map_or(read.version, |named| named.version),
            row: named.and_then(|named| named.row).or(Some(read.row)),
        }
    }

    /// Whether this is stored.
    pub(crate) fn is(self, stored: Revision) -> bool {
        self.version == stored.version && self.row.is_none_or(|row| row == stored.row)
    }
}

/// A version of whatever row has the name.
impl From<i64> for Expected {
    fn from(version: i64) -> Self {
        Self { version, row: None }
    }
}
