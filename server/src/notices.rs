//! Notices: raises what time makes true, watches what may be down, and sends what is due.

use crate::clock;
use backend::{Backend, Ctx};
use domain::{error::Error, time::Timestamp};
use std::time::Duration;
use tokio::task::JoinSet;

/// The actor of notices, in audit records.
const ACTOR: &str = "notices";

/// The pause between two looks at what time makes true, and at what may be down.
const WATCH: Duration = Duration::from_secs(30);

/// The number of looks between two questions to the provider of single sign-on: about five minutes.
const ASK_PROVIDER: u32 = 10;

/// The number of looks between two cleanups: an hour.
const CLEAN_UP: u32 = 120;

/// The pause before a look for deliveries, if none was due.
const IDLE: Duration = Duration::from_secs(1);

/// The pause before a database that did not answer is asked again.
const RETRY: Duration = Duration::from_secs(10);

/// The most deliveries that this server sends at once.
const AT_ONCE: usize = 8;

fn ctx() -> Ctx {
    Ctx::system(ACTOR, clock::now())
}

/// Raises notices for as long as the server runs. Any number of servers may do so. `waited_since` is the time from which the
/// server has waited for its database when it started.
pub async fn watch(backend: Backend, waited_since: Option<Timestamp>) {
    let mut watch = Watch::new(waited_since);
    for turn in 0_u32.. {
        watch.look(&backend, &ctx(), turn).await;
        tokio::time::sleep(WATCH).await;
    }
}

/// The state of its surroundings that one server remembers in its memory.
#[derive(Debug, Default)]
pub struct Watch {
    /// Since when the database does not answer.
    database_down: Option<Timestamp>,
    /// Since when the provider of single sign-on does not answer.
    sign_on_down: Option<Timestamp>,
    /// The number of questions in a row that it did not answer.
    sign_on_failures: u32,
}

impl Watch {
    /// Returns the state of a server that has waited for its database since then.
    pub fn new(waited_since: Option<Timestamp>) -> Self {
        Self { database_down: waited_since, ..Self::default() }
    }

    /// Looks once, at the time of `ctx`, and raises what has become true. The number of the look decides what is done less often.
    pub async fn look(&mut self, backend: &Backend, ctx: &Ctx, turn: u32) {
        let notices = backend.notices();
        if backend.health(ctx).await.is_err() {
            self.database_down.get_or_insert(ctx.now);
            return;
        }
        // A failure is in the log, and the next look tries again.
        if let Some(since) = self.database_down
            && notices.note_outage(ctx, since).await.is_ok()
        {
            self.database_down = None;
        }
        if backend.is_sealed() {
            drop(notices.note_sealed(ctx).await);
            return;
        }
        if let Ok(raised @ 1..) = notices.raise_due(ctx).await {
            tracing::info!(raised, "raised notices whose time has come");
        }
        if turn.is_multiple_of(ASK_PROVIDER) {
            self.ask_provider(backend, ctx).await;
        }
        if turn.is_multiple_of(CLEAN_UP)
            && let Ok(deleted @ 1..) = notices.delete_old(ctx).await
        {
            tracing::info!(deleted, "deleted old notices");
        }
    }

    /// Asks the provider of single sign-on for its description. One failure says nothing yet.
    async fn ask_provider(&mut self, backend: &Backend, ctx: &Ctx) {
        let Some(single_sign_on) = backend.single_sign_on() else { return };
        if matches!(single_sign_on.is_answering(ctx).await, Ok(true)) {
            (self.sign_on_down, self.sign_on_failures) = (None, 0);
        } else {
            self.sign_on_down.get_or_insert(ctx.now);
            self.sign_on_failures = self.sign_on_failures.saturating_add(1);
        }
        if self.sign_on_failures != 1 {
            drop(backend.notices().note_sign_on(ctx, self.sign_on_down).await);
        }
    }
}

/// Sends deliveries that are due for as long as the server runs. Any number of servers may do so; each delivery is sent by one.
pub async fn send(backend: Backend) {
    let mut sending = JoinSet::new();
    loop {
        let mut pause = IDLE;
        if sending.len() < AT_ONCE {
            match backend.notices().take_due(&ctx()).await {
                Ok(Some(held)) => {
                    let backend = backend.clone();
                    sending.spawn(async move {
                        // A failure of the database is in the log, and the delivery is taken again once its hold expires.
                        drop(backend.notices().deliver(&ctx(), held).await);
                    });
                    continue;
                }
                // A server that is sealed sends nothing.
                Err(Error::Sealed) => return,
                Ok(None) => {}
                // The error is logged already.
                Err(_) => pause = RETRY,
            }
        }
        tokio::select! {
            Some(_) = sending.join_next() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}
