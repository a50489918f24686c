//! The status of the process, which `/readyz` reports.

use domain::time::Timestamp;
use std::sync::{
    OnceLock,
    atomic::{AtomicBool, AtomicI64, Ordering},
};

/// The status of this process, besides its backend.
#[derive(Default)]
pub struct Status {
    /// Files of the site are missing.
    pub(crate) incomplete: AtomicBool,
    /// The moment of the last clean-up, in microseconds; 0 before the first.
    pub(crate) cleaned: AtomicI64,
    /// Whether the private PostgreSQL runs, where there is one.
    pub(crate) private: OnceLock<Box<dyn Fn() -> bool + Send + Sync>>,
}

impl Status {
    /// Notes that pages cannot be shown as they should.
    pub fn site_is_incomplete(&self) {
        self.incomplete.store(true, Ordering::Relaxed);
    }

    /// Notes that a clean-up was done.
    pub fn cleaned(&self, now: Timestamp) {
        self.cleaned.store(now.micros(), Ordering::Relaxed);
    }

    /// Asks this from now on whether the private PostgreSQL runs. Only the first counts: there is one.
    pub fn watch_private(&self, running: impl Fn() -> bool + Send + Sync + 'static) {
        let _ = self.private.set(Box::new(running));
    }
}
