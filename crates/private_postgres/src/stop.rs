//! Asking the server to stop.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// A way to ask a server to stop, even while it starts. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Asks the server to stop.
    pub fn ask(&self) {
        self.0.store(true, Ordering::Release);
    }

    pub(crate) fn is_asked(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}
