//! Alarms: forbidden attempts, attempts that fail whatever is tried, and rows that the portal did not write. The first
//! of its kind is recorded at once; repetitions within the minute become one record with their number, so that nobody
//! fills the log by asking again and again.
//!
//! Each server counts in memory. If a server is killed, the number of that minute's repetitions is lost, but never the
//! first. A count that cannot be written is kept, and written as soon as possible.

use super::{
    action::AuditAction,
    counts::{Counts, Kind, Noted, PORTAL, Source, WINDOW},
    record::{AuditRecord, Outcome},
    repository,
};
use crate::{
    context::{Action, Actor, Ctx},
    db::Connections,
    keyring::{
        Doubted,
        mac::{self, Doubt},
        repository::is_in_use,
    },
    work::Work,
};
use domain::{error::Error, time::Timestamp};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::{sync::mpsc, time::Instant};

/// Counts of alarms, and their way into the audit log. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Alarms {
    counts: Arc<Mutex<Counts>>,
}

impl Alarms {
    /// Records a forbidden attempt, alone or in a count.
    ///
    /// Errors: `Unavailable`, `Internal`, `Sealed`: the attempt is the first of its kind and could not be recorded.
    pub(crate) async fn forbidden(
        &self,
        db: &Connections,
        ctx: &Ctx,
        action: Action,
        object: &str,
    ) -> Result<(), Error> {
        let credential = ctx.actor.credential().unwrap_or_default();
        let credential = format!("{} {} {credential}", ctx.actor.kind(), ctx.actor.name());
        self.note(db, ctx, &credential, (AuditAction::Attempt(action), object, Outcome::Refused)).await
    }

    /// Records an attempt that may be repeated at will, alone or in a count. Attempts from the same source are counted
    /// together.
    ///
    /// Errors: as `forbidden`.
    pub(crate) async fn tried(
        &self,
        db: &Connections,
        ctx: &Ctx,
        source: &str,
        what: (AuditAction, &str, Outcome),
    ) -> Result<(), Error> {
        self.note(db, ctx, &format!("{} {source}", ctx.actor.kind()), what).await
    }

    /// Raises an alarm for each row that is doubted from now on, for as long as anybody has the connections.
    pub(crate) fn listen(&self, db: &Connections, mut doubted: mpsc::UnboundedReceiver<Doubted>) {
        let (alarms, db) = (self.clone(), db.downgrade());
        tokio::spawn(async move {
            while let Some(doubted) = doubted.recv().await {
                let Some(db) = db.upgrade() else { return };
                let alarms = alarms.clone();
                // In a task of its own, so that no doubted row waits for the one before.
                tokio::spawn(async move { alarms.raise(&db, doubted).await });
            }
        });
    }

    /// Logs and records that a row is not what the portal wrote. A row whose code names a key that is in use but not at
    /// hand may be another server's, and is logged only.
    async fn raise(&self, db: &Connections, Doubted { doubt, mac, what }: Doubted) {
        // The database supplies the time when the record is written.
        let ctx = Ctx::system(PORTAL, Timestamp::from_micros(0));
        let key = if doubt == Doubt::OtherKey { mac.as_deref().and_then(mac::key_id) } else { None };
        if let Some(key) = key.as_deref() {
            match db.read(&ctx, async |connection| is_in_use(connection, key).await).await {
                Ok(false) => {}
                Ok(true) => {
                    tracing::error!(
                        row = what,
                        key,
                        "a row's authentication code names a key that is in use but not at hand on this server, so the row \
                         is rejected. Start this server again with every key that is in use"
                    );
                    return;
                }
                Err(error) => {
                    tracing::error!(
                        row = what,
                        key,
                        "{doubt}: it is rejected. Whether that key is in use could not be looked up: {error}"
                    );
                    return;
                }
            }
        }
        tracing::error!(
            row = what,
            "{doubt}: it is rejected. Somebody changes the database beside the portal"
        );
        let noted = (AuditAction::RowRefused, what.as_str(), Outcome::IntegrityFailure);
        if let Err(error) = self.note(db, &ctx, PORTAL, noted).await {
            tracing::error!("a rejected row could not be recorded: {error}");
        }
    }

    async fn note(
        &self,
        db: &Connections,
        ctx: &Ctx,
        credential: &str,
        what: (AuditAction, &str, Outcome),
    ) -> Result<(), Error> {
        let (_, _, outcome) = what;
        let Noted { source, first, ended, begun } = self.lock().count(Instant::now(), ctx, credential, what);
        if let Some(began) = begun {
            self.tell_later(db, source.clone(), began);
        }
        if first.is_none() && ended.is_empty() {
            return Ok(());
        }
        let (alarms, db, of) = (self.clone(), db.clone(), ctx.clone());
        // In a task of its own, because whoever asks may be gone before the record is written, and the attempt counts
        // as recorded from here on.
        let told = tokio::spawn(async move {
            alarms.write(&db, ended).await;
            let Some((action, object)) = first else { return Ok(()) };
            alarms.tell(&db, &of, &source, (action, &object, outcome)).await
        });
        told.await.unwrap_or_else(|error| {
            tracing::error!(
                request_id = ctx.request_id,
                "a forbidden attempt could not be recorded: {error}"
            );
            Err(Error::Internal(ctx.request_id.clone()))
        })
    }

    /// Records the first of its kind.
    ///
    /// Errors: as `forbidden`.
    async fn tell(
        &self,
        db: &Connections,
        ctx: &Ctx,
        source: &Source,
        (action, object, outcome): (AuditAction, &str, Outcome),
    ) -> Result<(), Error> {
        let written = db
            .write(ctx, async |work| {
                let record = AuditRecord { action, object, outcome, fields: &[] };
                let ctx = &dated(work, ctx).await?;
                Ok(repository::append(work, ctx, record).await?)
            })
            .await;
        if written.is_err() {
            // The next of its kind counts as the first again.
            self.lock().not_told(source, (action, object, outcome));
        }
        written
    }

    /// Writes the counts when the minute has ended, whether or not the credential is used again.
    fn tell_later(&self, db: &Connections, source: Source, began: Instant) {
        let (alarms, db) = (self.clone(), db.clone());
        tokio::spawn(async move {
            tokio::time::sleep_until(began + WINDOW).await;
            let ended = alarms.lock().ended(&source, began);
            if !ended.is_empty() {
                alarms.write(&db, ended).await;
            }
        });
    }

    /// Writes all counts, before the server stops.
    pub(crate) async fn flush(&self, db: &Connections) {
        let all = self.lock().drain();
        let (alarms, db) = (self.clone(), db.clone());
        // As in `note`: they leave the counts here.
        let written = tokio::spawn(async move { alarms.write(&db, all).await });
        if let Err(error) = written.await {
            tracing::error!("repeated attempts could not be recorded: {error}");
        }
    }

    /// Writes counts, including those that could not be written before. Counts that fail again are kept.
    async fn write(&self, db: &Connections, ended: Vec<Kind>) {
        let mut kinds = std::mem::take(&mut self.lock().unwritten);
        kinds.extend(ended);
        let Some(last) = kinds.last() else { return };
        if let Err(error) = write_counts(db, &last.last, &kinds).await {
            let refusals: u64 = kinds.iter().map(|kind| kind.again).sum();
            tracing::error!(
                refusals,
                "repeated attempts could not be recorded; the next try is in a minute: {error}"
            );
            self.put_back(db, kinds);
        }
    }

    /// Keeps counts that could not be written, and schedules another try.
    fn put_back(&self, db: &Connections, kinds: Vec<Kind>) {
        let is_waiting = {
            let mut counts = self.lock();
            for kind in kinds {
                counts.keep(kind);
            }
            std::mem::replace(&mut counts.is_waiting, true)
        };
        if is_waiting {
            return;
        }
        let (alarms, db) = (self.clone(), db.clone());
        tokio::spawn(async move {
            tokio::time::sleep(WINDOW).await;
            alarms.lock().is_waiting = false;
            alarms.write(&db, Vec::new()).await;
        });
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        // Nothing that holds the lock can panic.
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Records all counts, or none of them.
async fn write_counts(db: &Connections, ctx: &Ctx, kinds: &[Kind]) -> Result<(), Error> {
    db.write(ctx, async |work| {
        let mut contexts = Vec::with_capacity(kinds.len());
        for kind in kinds {
            contexts.push(dated(work, &kind.last).await?);
        }
        let records: Vec<(&Ctx, AuditRecord<'_>, u64)> = contexts
            .iter()
            .zip(kinds)
            .map(|(ctx, Kind { action, object, outcome, again, .. })| {
                (ctx, AuditRecord { action: *action, object, outcome: *outcome, fields: &[] }, *again)
            })
            .collect();
        Ok(repository::append_counted(work, &records).await?)
    })
    .await
}

/// Returns the context with the database's time if it is the portal's own, which has no time.
async fn dated(work: &mut Work, ctx: &Ctx) -> Result<Ctx, sqlx::Error> {
    if ctx.actor == Actor::System(PORTAL) {
        Ok(Ctx { now: repository::clock(work).await?, ..ctx.clone() })
    } else {
        Ok(ctx.clone())
    }
}

#[cfg(test)]
mod tests;
