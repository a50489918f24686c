//! What is kept of one object of a file.

use super::found::Found;
use domain::import::{Encryption, Skipped};

/// What was found in an object, or as what it is skipped.
pub(super) struct Reduced {
    pub(super) found: Vec<Found>,
    pub(super) skipped: Option<Skipped>,
    /// Whether it says what it is, without which it is none of a `List`.
    pub(super) has_kind: bool,
    pub(super) encryption: Option<Encryption>,
}

impl Reduced {
    pub(super) fn skipped(skipped: Skipped) -> Self {
        Self::of(Vec::new(), skipped)
    }

    /// What was found, or as what the object is skipped.
    pub(super) fn of(found: Vec<Found>, otherwise: Skipped) -> Self {
        let skipped = found.is_empty().then_some(otherwise);
        Self { found, skipped, has_kind: true, encryption: None }
    }
}
