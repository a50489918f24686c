//! The status of the process, which `/readyz` reports.

use domain::time::Timestamp;
use std::sync::{
    OnceLock,
    atomic::{AtomicBool, AtomicI64, Ordering},
};

/// The status of this process, besides its backend.
#[derive(Default)]
pub struct Status {
    /// Whether files of the site are missing.
    pub(crate) incomplete: AtomicBool,
    /// The time of the last cleanup, in microseconds; 0 before the first.
    pub(crate) cleaned: AtomicI64,
    /// A function that says whether the private PostgreSQL runs, if there is one.
    pub(crate) private: OnceLock<Box<dyn Fn() -> bool + Send + Sync>>,
}

impl Status {
    /// Notes that pages lack their style or script.
    pub fn site_is_incomplete(&self) {
        self.incomplete.store(true, Ordering::Relaxed);
    }

    /// Notes that a cleanup was done.
    pub fn cleaned(&self, now: Timestamp) {
        self.cleaned.store(now.micros(), Ordering::Relaxed);
    }

    /// Sets the function that says whether the private PostgreSQL runs. Only the first counts, because there
    /// is only one.
    pub fn watch_private(&self, running: impl Fn() -> bool + Send + Sync + 'static) {
        let _ = self.private.set(Box::new(running));
    }
}
