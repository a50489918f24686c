//! Reads of values: who takes which value out. Recorded before the value leaves, many in one transaction, since the chain
//! of audit records lets one writer in at a time.

mod repository;

use crate::{
    audit::{AuditAction, AuditRecord, Outcome, repository::append_many},
    context::{Actor, Ctx},
    db::{Db, in_time},
    error::{is_unavailable, public_error},
};
use domain::{error::Error, secret::SecretId};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

/// The most reads that are recorded in one transaction.
const BATCH: usize = 128;

/// The most that wait; whoever comes then waits to be let in.
const WAITING: usize = 1_024;

/// A value that is about to leave.
#[derive(Clone, Debug)]
pub(crate) struct Read {
    pub(crate) ctx: Ctx,
    pub(crate) id: SecretId,
    /// The secret's row.
    pub(crate) secret: Uuid,
    pub(crate) outcome: Outcome,
    /// Nothing leaves: the consumer has it already.
    pub(crate) unchanged: bool,
}

impl Read {
    pub(crate) fn new(ctx: &Ctx, id: &SecretId, secret: Uuid, outcome: Outcome) -> Self {
        Self { ctx: ctx.clone(), id: id.clone(), secret, outcome, unchanged: false }
    }
}

struct Waiting {
    read: Read,
    done: oneshot::Sender<Result<(), Error>>,
}

/// Cheap to clone. Its writer ends with the last of them.
#[derive(Clone, Debug)]
pub(crate) struct ReadRecorder {
    waiting: mpsc::Sender<Waiting>,
}

impl ReadRecorder {
    /// To be called within a tokio runtime.
    pub(crate) fn new(db: Db) -> Self {
        let (waiting, reads) = mpsc::channel(WAITING);
        tokio::spawn(write_all(db, reads));
        Self { waiting }
    }

    /// Returns once the read is on record.
    ///
    /// Errors: `Unavailable`, `Internal`.
    pub(crate) async fn record(&self, read: Read) -> Result<(), Error> {
        let written = async {
            let (done, written) = oneshot::channel();
            self.waiting.send(Waiting { read, done }).await.map_err(|_| Error::Unavailable)?;
            written.await.unwrap_or(Err(Error::Unavailable))
        };
        in_time(written).await.unwrap_or(Err(Error::Unavailable))
    }
}

async fn write_all(db: Db, mut reads: mpsc::Receiver<Waiting>) {
    let mut batch = Vec::with_capacity(BATCH);
    while reads.recv_many(&mut batch, BATCH).await > 0 {
        let (reads, done): (Vec<Read>, Vec<_>) =
            batch.drain(..).map(|Waiting { read, done }| (read, done)).unzip();
        let written = written(&db, &reads).await;
        // What kept one from being recorded does not keep the others.
        let one_by_one = written.as_ref().is_err_and(|error| !is_unavailable(error)) && reads.len() > 1;
        for (read, done) in reads.iter().zip(done) {
            let outcome = if one_by_one {
                self::written(&db, std::slice::from_ref(read))
                    .await
                    .map_err(|error| public_error(&read.ctx, &error))
            } else {
                written.as_ref().copied().map_err(|error| public_error(&read.ctx, error))
            };
            // Whoever has gone meanwhile does not get the value either.
            drop(done.send(outcome));
        }
    }
}

async fn written(db: &Db, reads: &[Read]) -> Result<(), sqlx::Error> {
    in_time(Box::pin(write(db, reads))).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))
}

async fn write(db: &Db, reads: &[Read]) -> Result<(), sqlx::Error> {
    let mut work = db.begin().await?;
    let counted = reads.iter().filter(|read| read.outcome == Outcome::Done);
    let by_tokens: Vec<(&Read, &str)> = counted
        .filter_map(|read| match &read.ctx.actor {
            Actor::Token(token) => Some((read, token.id.as_str())),
            _ => None,
        })
        .collect();
    repository::count(&mut work, &by_tokens).await?;
    let ids: Vec<String> = reads.iter().map(|read| read.id.to_string()).collect();
    let records: Vec<(&Ctx, AuditRecord<'_>)> = reads
        .iter()
        .zip(&ids)
        .filter(|(read, _)| !read.unchanged)
        .map(|(read, object)| {
            let record =
                AuditRecord { outcome: read.outcome, ..AuditRecord::done(AuditAction::ValueRead, object) };
            (&read.ctx, record)
        })
        .collect();
    append_many(&mut work, &records).await?;
    work.commit().await
}

#[cfg(test)]
mod tests;
