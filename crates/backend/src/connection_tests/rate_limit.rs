//! A rate limit on connection tests by person and token, because each test reaches somebody else's server.

use crate::{context::Actor, rate_limit::RateLimit};
use domain::error::Error;
use std::{num::NonZeroU32, sync::Arc};

/// The number of tests at once, and per minute.
const TESTS: NonZeroU32 = NonZeroU32::new(60).unwrap();

/// The number of keys above which idle ones are forgotten.
const MANY: usize = 1_000;

/// The recent tests of each person or token. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct TestRateLimit(Arc<RateLimit<String>>);

impl TestRateLimit {
    pub(super) fn new() -> Self {
        Self(Arc::new(RateLimit::per_minute(TESTS, MANY)))
    }

    /// Counts a test. The server's own tests, and its command line, have other limits.
    ///
    /// Errors: `TooManyTests`.
    pub(super) fn step(&self, actor: &Actor) -> Result<(), Error> {
        let Some(who) = who(actor) else { return Ok(()) };
        // One second to spare.
        self.0.count(&who).map_err(|wait| Error::TooManyTests(wait.saturating_add(1)))
    }
}

/// Returns whose tests are counted together; `None` for the server's own.
pub(super) fn who(actor: &Actor) -> Option<String> {
    match actor {
        Actor::User(user) => Some(user.id.to_string()),
        Actor::Token(token) => Some(token.id.clone()),
        Actor::System(_) | Actor::Anonymous => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::{at, somebody};
    use domain::access::Role;

    #[test]
    fn step_limits_one_person_and_no_other() {
        let limit = TestRateLimit::new();
        let (editor, portal) = (somebody(Role::Editor, 1).actor, at(1).actor);
        let refused = (0..=2 * TESTS.get()).find_map(|_| limit.step(&editor).err());
        assert!(matches!(refused, Some(Error::TooManyTests(2..=3))), "{refused:?}");
        let Actor::User(user) = editor else { panic!("not a person") };
        let other = Actor::User(crate::UserActor { id: uuid::Uuid::max(), ..user });
        assert_eq!(limit.step(&other), Ok(()));
        assert!((0..=2 * TESTS.get()).all(|_| limit.step(&portal).is_ok()));
    }
}
