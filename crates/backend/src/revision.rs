//! Exactly one state of a row, so that nothing is changed or deleted but what was seen.

use crate::context::Ctx;
use domain::{
    error::{Change, Error},
    time::Timestamp,
};
use uuid::Uuid;

/// A state of a row: it differs after each change, and for a later row with the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revision {
    /// The id of the row.
    pub row: Uuid,
    /// Its version, from 1.
    pub version: i64,
}

/// The state that must be stored for a change to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected {
    /// The version.
    pub version: i64,
    /// The row, if the caller has seen which.
    pub row: Option<Uuid>,
}

impl Expected {
    /// Returns the state that `named` requires, completed by the state that was read for the change.
    pub fn of(named: Option<Self>, read: Revision) -> Self {
        Self {
            version: named.map_or(read.version, |named| named.version),
            row: named.and_then(|named| named.row).or(Some(read.row)),
        }
    }

    /// Returns whether this state is stored.
    pub(crate) fn is(self, stored: Revision) -> bool {
        self.version == stored.version && self.row.is_none_or(|row| row == stored.row)
    }
}

/// The state of a stored row, with its last change.
pub(crate) struct LastChange {
    pub(crate) revision: Revision,
    pub(crate) at: Timestamp,
    /// The name of the actor.
    pub(crate) by: String,
}

impl LastChange {
    pub(crate) fn new((row, version): (Uuid, i64), at: Timestamp, by: String) -> Self {
        Self { revision: Revision { row, version }, at, by }
    }

    /// Rejects a row that is not in the expected state, if one is named.
    ///
    /// Errors: `Changed` with who and when.
    pub(crate) fn require(self, ctx: &Ctx, expected: Option<Expected>) -> Result<(), Error> {
        if expected.is_none_or(|expected| expected.is(self.revision)) {
            Ok(())
        } else {
            Err(self.conflict(ctx))
        }
    }

    /// Returns the error of a change that expected another stored state.
    pub(crate) fn conflict(self, ctx: &Ctx) -> Error {
        Error::Changed(Change {
            at: self.at,
            now: ctx.now,
            version: self.revision.version,
            own: ctx.actor.is_user_named(&self.by),
            by: self.by,
            fields: Vec::new(),
        })
    }
}

/// Returns a version of whichever row has the name.
impl From<i64> for Expected {
    fn from(version: i64) -> Self {
        Self { version, row: None }
    }
}
