//! The result of reading one object of a file.

use super::found::Found;
use domain::import::{Encryption, Skipped};

/// The findings of an object, or the reason for skipping it.
pub(super) struct Reduced {
    pub(super) found: Vec<Found>,
    pub(super) skipped: Option<Skipped>,
    /// Whether the object names its kind; without a kind it is not an item of a `List`.
    pub(super) has_kind: bool,
    pub(super) encryption: Option<Encryption>,
}

impl Reduced {
    pub(super) fn skipped(skipped: Skipped) -> Self {
        Self::of(Vec::new(), skipped)
    }

    /// Returns the findings, or, without any, the reason for skipping the object.
    pub(super) fn of(found: Vec<Found>, otherwise: Skipped) -> Self {
        let skipped = found.is_empty().then_some(otherwise);
        Self { found, skipped, has_kind: true, encryption: None }
    }
}
