//! Refusals, and rows that the portal did not write: the first of its kind is on record at once, and those like it within the
//! minute are one record with their number, so that nobody fills the record by asking again and again.
//!
//! The counts live in the memory of each server: of one that is killed, the number of repetitions of that minute is lost, and
//! never the first.

use super::{AuditAction, AuditRecord, Outcome, repository};
use crate::{
    context::{Action, Actor, Ctx},
    db::{Db, bounded},
    error::refuse,
    keyring::mac::Doubt,
    work::Work,
};
use domain::{error::Error, time::Timestamp};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// What happens within this time belongs together.
const WINDOW: Duration = Duration::from_mins(1);

/// Different things of one credential that are put on record one by one within that time. What comes then is one more record,
/// with its number.
const MOST_KINDS: usize = 30;

/// Credentials that are counted at once; those beyond them share one count.
const MOST_CREDENTIALS: usize = 10_000;

/// The object of the record that stands for what was too much to be told one by one.
const OTHERS: &str = "other things";

/// Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Alarms {
    counts: Arc<Mutex<HashMap<String, Minute>>>,
}

/// What one credential was refused of late.
#[derive(Debug)]
struct Minute {
    began: Instant,
    kinds: Vec<Kind>,
}

#[derive(Debug)]
struct Kind {
    action: AuditAction,
    object: String,
    outcome: Outcome,
    /// How often after the first time.
    again: u64,
    /// The last time.
    last: Ctx,
}

/// What has to be done about one more.
struct Noted {
    /// It is the first of its kind, and goes on record under this object.
    first: Option<String>,
    /// Counts of the minute before, which is over.
    over: Vec<Kind>,
    /// A new minute has begun.
    begun: bool,
}

impl Alarms {
    /// Has a refusal on record, alone or by its number.
    ///
    /// Errors: `Unavailable`, `Internal`, `Sealed`: it is the first of its kind, and could not be recorded.
    pub(crate) async fn refused(
        &self,
        db: &Db,
        ctx: &Ctx,
        action: Action,
        object: &str,
    ) -> Result<(), Error> {
        let credential = ctx.actor.credential().unwrap_or_default();
        let credential = format!("{} {} {credential}", ctx.actor.kind(), ctx.actor.name());
        self.note(db, ctx, credential, (AuditAction::Attempt(action), object, Outcome::Refused)).await
    }

    /// Has it logged and recorded, beside what is under way, that a row is not what the portal wrote.
    pub(crate) fn raise(&self, db: &Db, doubt: Doubt, what: String) {
        tracing::error!(
            row = what,
            "{doubt}: it is refused. Somebody changes the database beside the portal"
        );
        let (alarms, db) = (self.clone(), db.clone());
        tokio::spawn(async move {
            // The time is the database's, when the record is written.
            let ctx = Ctx::system(PORTAL, Timestamp::from_micros(0));
            let noted = (AuditAction::RowRefused, what.as_str(), Outcome::IntegrityFailure);
            if let Err(error) = alarms.note(&db, &ctx, PORTAL.to_owned(), noted).await {
                tracing::error!("that could not be recorded: {error}");
            }
        });
    }

    async fn note(
        &self,
        db: &Db,
        ctx: &Ctx,
        credential: String,
        (action, object, outcome): (AuditAction, &str, Outcome),
    ) -> Result<(), Error> {
        let Noted { first, over, begun } =
            self.count(Instant::now(), ctx, &credential, (action, object, outcome));
        if begun {
            self.tell_later(db, credential.clone());
        }
        write_counts(db, over).await;
        let Some(object) = first else { return Ok(()) };
        let written = bounded(ctx, async {
            let failed = |error: sqlx::Error| refuse(ctx, &error);
            let mut work = db.begin().await.map_err(failed)?;
            let record = AuditRecord { action, object: &object, outcome, fields: &[] };
            let ctx = &dated(&mut work, ctx).await.map_err(failed)?;
            repository::append(&mut work, ctx, record).await.map_err(failed)?;
            work.commit().await.map_err(failed)
        })
        .await;
        if written.is_err() {
            // The next of its kind is the first again.
            self.forget(&credential, action, &object);
        }
        written
    }

    fn count(
        &self,
        now: Instant,
        ctx: &Ctx,
        credential: &str,
        (action, object, outcome): (AuditAction, &str, Outcome),
    ) -> Noted {
        let mut counts = self.lock();
        let credential = if counts.len() < MOST_CREDENTIALS || counts.contains_key(credential) {
            credential
        } else {
            OTHERS
        };
        let is_over = counts.get(credential).is_none_or(|minute| now >= minute.began + WINDOW);
        let over = if is_over { counts.remove(credential).map(Minute::repeated) } else { None };
        let minute =
            counts.entry(credential.to_owned()).or_insert_with(|| Minute { began: now, kinds: Vec::new() });
        let known = |kind: &Kind, object: &str| kind.action == action && kind.object == object;
        let first = if let Some(kind) = minute.kinds.iter_mut().find(|kind| known(kind, object)) {
            kind.repeat(ctx);
            None
        } else {
            let is_full = minute.kinds.len() >= MOST_KINDS;
            let (action, object) =
                if is_full { (AuditAction::ManyRefused, OTHERS) } else { (action, object) };
            let full =
                minute.kinds.iter_mut().find(|kind| is_full && kind.action == AuditAction::ManyRefused);
            if let Some(kind) = full {
                kind.repeat(ctx);
                None
            } else {
                let object = object.to_owned();
                minute.kinds.push(Kind {
                    action,
                    object: object.clone(),
                    outcome,
                    again: 0,
                    last: ctx.clone(),
                });
                Some(object)
            }
        };
        Noted { first, over: over.unwrap_or_default(), begun: is_over }
    }

    fn forget(&self, credential: &str, action: AuditAction, object: &str) {
        if let Some(minute) = self.lock().get_mut(credential) {
            minute.kinds.retain(|kind| kind.action != action || kind.object != object);
        }
    }

    /// Writes the counts once the minute is over, whether the credential is used again or not.
    fn tell_later(&self, db: &Db, credential: String) {
        let (alarms, db) = (self.clone(), db.clone());
        tokio::spawn(async move {
            tokio::time::sleep(WINDOW).await;
            let over = alarms.lock().remove(&credential).map(Minute::repeated);
            write_counts(&db, over.unwrap_or_default()).await;
        });
    }

    /// Writes every count there is, as before the server stops.
    pub(crate) async fn flush(&self, db: &Db) {
        let all: Vec<Kind> = self.lock().drain().flat_map(|(_, minute)| minute.repeated()).collect();
        write_counts(db, all).await;
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Minute>> {
        // Nothing that holds the lock can panic.
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// As whom the portal notes what it finds in the database.
const PORTAL: &str = "portal";

impl Minute {
    /// What happened more than once.
    fn repeated(self) -> Vec<Kind> {
        self.kinds.into_iter().filter(|kind| kind.again > 0).collect()
    }
}

impl Kind {
    fn repeat(&mut self, ctx: &Ctx) {
        self.again += 1;
        self.last = ctx.clone();
    }
}

async fn write_counts(db: &Db, kinds: Vec<Kind>) {
    if kinds.is_empty() {
        return;
    }
    let written = async {
        let mut work = db.begin().await?;
        let mut contexts = Vec::with_capacity(kinds.len());
        for kind in &kinds {
            contexts.push(dated(&mut work, &kind.last).await?);
        }
        let record = |kind: &Kind| (kind.action, kind.object.clone(), kind.outcome, kind.again);
        let counted: Vec<_> = kinds.iter().map(record).collect();
        let records: Vec<(&Ctx, AuditRecord<'_>, u64)> = contexts
            .iter()
            .zip(&counted)
            .map(|(ctx, (action, object, outcome, again))| {
                (ctx, AuditRecord { action: *action, object, outcome: *outcome, fields: &[] }, *again)
            })
            .collect();
        repository::append_counted(&mut work, &records).await?;
        work.commit().await
    };
    let written = crate::db::in_time(Box::pin(written)).await.unwrap_or(Err(sqlx::Error::PoolTimedOut));
    if let Err(error) = written {
        let refusals: u64 = kinds.iter().map(|kind| kind.again).sum();
        let ctx = &kinds[0].last;
        tracing::error!(refusals, "repeated refusals could not be recorded: {}", refuse(ctx, &error));
    }
}

/// The context with the time of the database, where it is the portal's own, which has none.
async fn dated(work: &mut Work, ctx: &Ctx) -> Result<Ctx, sqlx::Error> {
    if ctx.actor == Actor::System(PORTAL) {
        Ok(Ctx { now: repository::clock(work).await?, ..ctx.clone() })
    } else {
        Ok(ctx.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::somebody;
    use domain::access::Role;

    type What = (AuditAction, &'static str, Outcome);

    fn refusal(object: &'static str) -> What {
        (AuditAction::Attempt(Action::WriteSecrets), object, Outcome::Refused)
    }

    /// Whether it goes on record at once, and the counts that do by now.
    fn count(alarms: &Alarms, now: Instant, credential: &str, what: What) -> (bool, Vec<(String, u64)>) {
        let noted = alarms.count(now, &somebody(Role::Reader, 0), credential, what);
        (noted.first.is_some(), noted.over.into_iter().map(|kind| (kind.object, kind.again)).collect())
    }

    #[tokio::test(start_paused = true)]
    async fn repetitions_within_a_minute_are_counted_and_told_by_the_next() {
        let (alarms, began) = (Alarms::default(), Instant::now());
        assert_eq!(count(&alarms, began, "a", refusal("one")), (true, vec![]));
        for second in 0..59 {
            let now = began + Duration::from_secs(second);
            assert_eq!(count(&alarms, now, "a", refusal("one")), (false, vec![]), "{second}");
        }
        // Each first of its kind is told, of whoever it is.
        assert_eq!(count(&alarms, began, "a", refusal("two")), (true, vec![]));
        assert_eq!(count(&alarms, began, "b", refusal("one")), (true, vec![]));
        let later = began + WINDOW;
        assert_eq!(count(&alarms, later, "a", refusal("one")), (true, vec![("one".to_owned(), 59)]));
        assert_eq!(count(&alarms, later, "b", refusal("one")), (true, vec![]));
    }

    #[tokio::test(start_paused = true)]
    async fn one_credential_fills_no_record_however_different_what_it_asks_for() {
        let (alarms, now) = (Alarms::default(), Instant::now());
        let objects: Vec<&'static str> =
            (0..1_000).map(|number| &*Box::leak(format!("image-{number}").into_boxed_str())).collect();
        let told = objects.iter().filter(|object| count(&alarms, now, "a", refusal(object)).0).count();
        assert_eq!(told, MOST_KINDS + 1);
        let (_, over) = count(&alarms, now + WINDOW, "a", refusal("one"));
        assert_eq!(over, [(OTHERS.to_owned(), 969)]);
    }

    #[tokio::test(start_paused = true)]
    async fn as_many_credentials_as_come_take_so_much_memory_and_no_more() {
        let (alarms, now) = (Alarms::default(), Instant::now());
        for number in 0..MOST_CREDENTIALS + 50 {
            count(&alarms, now, &number.to_string(), refusal("one"));
        }
        assert_eq!(alarms.lock().len(), MOST_CREDENTIALS + 1);
    }
}
