//! Limits on tests at once: one connection to a host at a time, and few outgoing connections in all, whoever asks.

use super::rate_limit::who;
use crate::context::Actor;
use domain::connection_test::TestCause;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{Mutex as Slot, OwnedMutexGuard, OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

/// The most tests at once.
const MOST: usize = 8;

/// The most tests at once for one person or token, so that nobody keeps the others waiting.
const MAX_PER_PERSON: usize = 3;

/// The longest wait for a slot.
const WAIT_TIMEOUT: Duration = Duration::from_secs(30);

/// The slots in use. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct HostSlots {
    all: Arc<Semaphore>,
    hosts: Arc<Mutex<HashMap<String, Arc<Slot<()>>>>>,
    people: Arc<Mutex<HashMap<String, Arc<Semaphore>>>>,
}

/// A slot, which is freed when it is dropped.
pub(super) struct Taken {
    _host: OwnedMutexGuard<()>,
    _all: OwnedSemaphorePermit,
    _own: Option<OwnedSemaphorePermit>,
}

impl HostSlots {
    pub(super) fn new() -> Self {
        Self { all: Arc::new(Semaphore::new(MOST)), hosts: Arc::default(), people: Arc::default() }
    }

    /// Waits for a slot for the actor at this host; `TookTooLong` if other tests take too long. The server's own tests
    /// have limits of their own.
    pub(super) async fn take(&self, actor: &Actor, host: &str) -> Result<Taken, TestCause> {
        let own = who(actor).map(|who| {
            let mut people = self.people.lock().unwrap_or_else(PoisonError::into_inner);
            people.retain(|_, slots| {
                Arc::strong_count(slots) > 1 || slots.available_permits() < MAX_PER_PERSON
            });
            Arc::clone(people.entry(who).or_insert_with(|| Arc::new(Semaphore::new(MAX_PER_PERSON))))
        });
        let turn = {
            let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
            // Hosts for which nobody waits, and whose slot nobody holds, are forgotten.
            hosts.retain(|_, turn| Arc::strong_count(turn) > 1);
            Arc::clone(hosts.entry(host.to_ascii_lowercase()).or_default())
        };
        let taken = timeout(WAIT_TIMEOUT, async {
            // First, so that whoever waits for an own slot takes nobody's place.
            let own = match own {
                Some(own) => Some(own.acquire_owned().await.ok()?),
                None => None,
            };
            let host = turn.lock_owned().await;
            let all = Arc::clone(&self.all).acquire_owned().await.ok()?;
            Some(Taken { _host: host, _all: all, _own: own })
        });
        taken.await.ok().flatten().ok_or(TestCause::TookTooLong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::{at, somebody};
    use domain::access::Role;

    #[tokio::test(start_paused = true)]
    async fn take_limits_one_person_to_their_share() {
        let slots = HostSlots::new();
        let (ana, portal) = (somebody(Role::Editor, 1).actor, at(1).actor);
        let Actor::User(user) = &ana else { panic!("not a person") };
        let ben = Actor::User(crate::UserActor { id: uuid::Uuid::max(), ..user.clone() });
        let mut held = Vec::new();
        for number in 0..MAX_PER_PERSON {
            held.push(slots.take(&ana, &number.to_string()).await.unwrap());
        }
        assert!(slots.take(&ana, "one too many").await.is_err());
        assert!(
            slots.take(&portal, "one too many").await.is_ok(),
            "who waits for their own turn is in nobody's way"
        );
        for number in 0..MAX_PER_PERSON {
            held.push(slots.take(&ben, &format!("b{number}")).await.unwrap());
        }
        held.remove(0);
        assert!(slots.take(&ana, "one too many").await.is_ok());
        drop(held);
        drop(slots.take(&portal, "x").await);
        drop(slots.take(&ben, "x").await);
        assert!(slots.people.lock().unwrap().len() <= 2, "people are forgotten");
    }

    #[tokio::test(start_paused = true)]
    async fn take_admits_one_test_per_host() {
        let slots = HostSlots::new();
        let portal = &at(1).actor;
        let first = slots.take(portal, "a").await.unwrap();
        assert!(slots.take(portal, "b").await.is_ok(), "another host is free");
        assert!(slots.take(portal, "A").await.is_err(), "the same is not");
        drop(first);
        assert!(slots.take(portal, "a").await.is_ok());
        let mut held = Vec::new();
        for number in 0..MOST {
            held.push(slots.take(portal, &number.to_string()).await.unwrap());
        }
        assert!(slots.take(portal, "one too many").await.is_err());
        drop(held);
        drop(slots.take(portal, "x").await);
        assert!(slots.hosts.lock().unwrap().len() <= 2, "hosts are forgotten");
    }
}
