//! A rate limit by key, counted by this process for itself.

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter, clock::Clock};
use std::{hash::Hash, num::NonZeroU32};

/// The number of times that something was done for each key. Keys that have not been seen for a while are forgotten.
#[derive(Debug)]
pub struct RateLimit<K: Hash + Eq + Clone> {
    counts: DefaultKeyedRateLimiter<K>,
    max_keys: usize,
}

impl<K: Hash + Eq + Clone> RateLimit<K> {
    /// Returns a limit of so many at once, and so many a minute. With more than `max_keys` keys, idle ones are forgotten.
    pub fn per_minute(limit: NonZeroU32, max_keys: usize) -> Self {
        Self { counts: RateLimiter::keyed(Quota::per_minute(limit)), max_keys }
    }

    /// Counts one for this key.
    ///
    /// Errors: there were too many; the number of seconds to wait.
    pub fn count(&self, key: &K) -> Result<(), u32> {
        if self.counts.len() > self.max_keys {
            self.counts.retain_recent();
        }
        self.counts.check_key(key).map_err(|early| {
            let wait = early.wait_time_from(self.counts.clock().now()).as_secs();
            u32::try_from(wait).unwrap_or(u32::MAX).saturating_add(1)
        })
    }
}
