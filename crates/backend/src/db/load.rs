//! How much a pool has to do.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

/// The state of the pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolState {
    /// The most connections at once.
    pub most: u32,
    /// The lent connections, and those that are being made for a caller.
    pub in_use: u32,
    /// The connections that nobody uses.
    pub idle: u32,
    /// The callers that wait for a connection.
    pub waiting: u32,
}

/// A connection in the count of open ones, or a caller in the count of those that wait, for as long as this lives.
#[derive(Debug)]
pub(super) struct Counted(Arc<AtomicU32>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Counted {
    pub(super) fn new(open: &Arc<AtomicU32>) -> Self {
        open.fetch_add(1, Ordering::AcqRel);
        Self(Arc::clone(open))
    }
}
