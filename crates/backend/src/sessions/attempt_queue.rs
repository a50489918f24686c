//! The queue of attempts: those of one source are made one after the other, so that those that are right never lock their own name.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::{Mutex as Queue, OwnedMutexGuard};

/// The queues of this server. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(super) struct AttemptQueue(Arc<Mutex<HashMap<String, Arc<Queue<()>>>>>);

impl AttemptQueue {
    /// Waits until nobody else of this source is at it, in the order of asking.
    pub(super) async fn wait(&self, source: &str) -> OwnedMutexGuard<()> {
        let queue = {
            let mut queues = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            // Sources that nobody waits for are forgotten.
            queues.retain(|_, queue| Arc::strong_count(queue) > 1);
            Arc::clone(queues.entry(source.to_owned()).or_default())
        };
        queue.lock_owned().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    #[tokio::test]
    async fn wait_admits_one_of_a_source_at_a_time() {
        let queue = AttemptQueue::default();
        let first = queue.wait("a").await;
        assert!(queue.wait("b").now_or_never().is_some(), "another source is free");
        assert!(queue.wait("a").now_or_never().is_none());
        drop(first);
        assert!(queue.wait("a").now_or_never().is_some());
        assert_eq!(queue.0.lock().unwrap().len(), 1, "sources are forgotten");
    }
}
