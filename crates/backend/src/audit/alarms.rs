//! Refusals, attempts that come to nothing whatever is tried, and rows that the portal did not write: the first of its kind is on record at once, and those like it within the
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
    /// Whether the first time is on record, or about to be.
    told: bool,
    /// How often after the first time.
    again: u64,
    /// The last time.
    last: Ctx,
}

/// What has to be done about one more.
struct Noted {
    /// Under which credential it is counted: its own, or the one that many share.
    credential: String,
    /// It is the first of its kind, and goes on record as this, under this object.
    first: Option<(AuditAction, String)>,
    /// Counts of the minute before, which is over.
    over: Vec<Kind>,
    /// When the minute began, where it is a new one.
    begun: Option<Instant>,
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
        self.note(db, ctx, &credential, (AuditAction::Attempt(action), object, Outcome::Refused)).await
    }

    /// Has on record, alone or by its number, what may be tried as often as anybody likes. Counted together is what comes from
    /// the same source.
    ///
    /// Errors: as `refused`.
    pub(crate) async fn tried(
        &self,
        db: &Db,
        ctx: &Ctx,
        source: &str,
        what: (AuditAction, &str, Outcome),
    ) -> Result<(), Error> {
        self.note(db, ctx, &format!("{} {source}", ctx.actor.kind()), what).await
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
            if let Err(error) = alarms.note(&db, &ctx, PORTAL, noted).await {
                tracing::error!("that could not be recorded: {error}");
            }
        });
    }

    async fn note(
        &self,
        db: &Db,
        ctx: &Ctx,
        credential: &str,
        what: (AuditAction, &str, Outcome),
    ) -> Result<(), Error> {
        let Noted { credential, first, over, begun } = self.count(Instant::now(), ctx, credential, what);
        if let Some(began) = begun {
            self.tell_later(db, credential.clone(), began);
        }
        write_counts(db, over).await;
        let Some((action, object)) = first else { return Ok(()) };
        let (_, _, outcome) = what;
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
            self.not_told(&credential, (action, &object, outcome));
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
        let is_full = minute.kinds.len() >= MOST_KINDS;
        let is = |kind: &Kind, action, object: &str| {
            kind.action == action && kind.object == object && kind.outcome == outcome
        };
        let known = minute.kinds.iter().position(|kind| is(kind, action, object));
        let (action, object) = match known {
            None if is_full => (AuditAction::ManyRefused, OTHERS),
            _ => (action, object),
        };
        let first = match minute.kinds.iter_mut().find(|kind| is(kind, action, object)) {
            Some(kind) if kind.told => {
                kind.repeat(ctx);
                None
            }
            Some(kind) => {
                kind.told = true;
                Some((action, object.to_owned()))
            }
            None => {
                let (object, last) = (object.to_owned(), ctx.clone());
                minute.kinds.push(Kind {
                    action,
                    object: object.clone(),
                    outcome,
                    told: true,
                    again: 0,
                    last,
                });
                Some((action, object))
            }
        };
        let begun = is_over.then_some(minute.began);
        Noted { credential: credential.to_owned(), first, over: over.unwrap_or_default(), begun }
    }

    /// Notes that the first of this kind could not be recorded. What was counted after it stays counted.
    fn not_told(&self, credential: &str, (action, object, outcome): (AuditAction, &str, Outcome)) {
        let mut counts = self.lock();
        let kinds = counts.get_mut(credential).into_iter().flat_map(|minute| &mut minute.kinds);
        let is = |kind: &&mut Kind| kind.action == action && kind.object == object && kind.outcome == outcome;
        for kind in kinds.filter(is) {
            kind.told = false;
        }
    }

    /// Writes the counts once the minute is over, whether the credential is used again or not.
    fn tell_later(&self, db: &Db, credential: String, began: Instant) {
        let (alarms, db) = (self.clone(), db.clone());
        tokio::spawn(async move {
            tokio::time::sleep_until(began + WINDOW).await;
            write_counts(&db, alarms.over(&credential, began)).await;
        });
    }

    /// Takes the counts of the minute that began then, unless the next one has taken its place.
    fn over(&self, credential: &str, began: Instant) -> Vec<Kind> {
        let mut counts = self.lock();
        if counts.get(credential).is_none_or(|minute| minute.began != began) {
            return Vec::new();
        }
        counts.remove(credential).map(Minute::repeated).unwrap_or_default()
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
    use crate::tests::{records, somebody, until_recorded};
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

    #[tokio::test(start_paused = true)]
    async fn what_could_not_be_recorded_is_the_first_of_its_kind_again() {
        let (alarms, now) = (Alarms::default(), Instant::now());
        for number in 0..MOST_KINDS {
            count(&alarms, now, "a", refusal(&*Box::leak(number.to_string().into_boxed_str())));
        }
        let many = alarms.count(now, &somebody(Role::Reader, 0), "a", refusal("x"));
        assert_eq!(many.first, Some((AuditAction::ManyRefused, OTHERS.to_owned())));
        assert!(!count(&alarms, now, "a", refusal("y")).0);
        alarms.not_told(&many.credential, (AuditAction::ManyRefused, OTHERS, Outcome::Refused));
        assert!(count(&alarms, now, "a", refusal("z")).0);
        assert!(!count(&alarms, now, "a", refusal("x")).0);
        assert_eq!(count(&alarms, now + WINDOW, "a", refusal("x")).1, [(OTHERS.to_owned(), 2)]);
    }

    #[tokio::test(start_paused = true)]
    async fn the_end_of_a_minute_takes_nothing_of_the_next() {
        let (alarms, began) = (Alarms::default(), Instant::now());
        count(&alarms, began, "a", refusal("one"));
        count(&alarms, began + WINDOW, "a", refusal("one"));
        count(&alarms, began + WINDOW, "a", refusal("one"));
        assert!(alarms.over("a", began).is_empty());
        let of_next: Vec<_> = alarms.over("a", began + WINDOW).into_iter().map(|kind| kind.again).collect();
        assert_eq!(of_next, [1]);
    }

    /// Lets the time of a minute pass for whoever waits for its end.
    async fn let_a_minute_pass() {
        tokio::time::pause();
        tokio::time::advance(WINDOW + Duration::from_secs(1)).await;
        tokio::time::resume();
    }

    #[sqlx::test]
    async fn what_many_credentials_share_is_told_within_the_minute(pool: sqlx::PgPool) {
        let backend = crate::tests::backend(pool.clone()).await;
        let alarms = backend.db.alarms();
        for number in 0..MOST_CREDENTIALS {
            alarms.count(Instant::now(), &somebody(Role::Editor, 0), &number.to_string(), refusal("one"));
        }
        for _ in 0..3 {
            backend.users().list(&somebody(Role::Reader, 1), "", "").await.unwrap_err();
        }
        assert_eq!(records(&pool).await, ["reader | manage users | users | refused | "]);
        let_a_minute_pass().await;
        until_recorded(&pool, "reader | manage users | users | refused | 2 times").await;
    }

    #[sqlx::test]
    async fn what_is_too_much_is_told_as_that_within_the_minute(pool: sqlx::PgPool) {
        let backend = crate::tests::backend(pool.clone()).await;
        for number in 0..MOST_KINDS + 5 {
            let reader = somebody(Role::Reader, 1);
            backend.users().get(&reader, &format!("user-{number}")).await.unwrap_err();
        }
        let many = AuditAction::ManyRefused.as_str();
        let told = records(&pool).await;
        assert_eq!(told.len(), MOST_KINDS + 1);
        assert_eq!(told[MOST_KINDS], format!("reader | {many} | {OTHERS} | refused | "));
        let_a_minute_pass().await;
        until_recorded(&pool, &format!("reader | {many} | {OTHERS} | refused | 4 times")).await;
    }
}
