//! Reads of values: who reads which value. Recorded before the value leaves, many in one transaction, because the chain of
//! audit records admits one writer at a time.

mod read;
mod repository;

pub(crate) use read::{OfVersion, Read};

use crate::{
    audit::{
        AuditAction, AuditRecord, Outcome,
        repository::{KnownEnd, Links, append_and_remember},
    },
    context::{Actor, Ctx},
    db::{Db, in_time},
    error::{is_broken, is_unavailable, public_error},
};
use domain::error::Error;
use repository::CountedReads;
use tokio::{
    sync::{mpsc, oneshot},
    time::Instant,
};
use tracing::Instrument;

/// The most reads that are recorded in one transaction.
const BATCH: usize = 128;

/// The most reads that wait; further callers wait before they are queued.
const WAITING: usize = 1_024;

/// The name of the statement that records reads, in the log of slow queries.
const METHOD: &str = "backend::access_log::Writer::batch";

struct Waiting {
    read: Read,
    done: oneshot::Sender<Result<(), Error>>,
}

/// The recorder of reads. Cheap to clone. Its writer ends with the last clone.
#[derive(Clone, Debug)]
pub(crate) struct ReadRecorder {
    waiting: mpsc::Sender<Waiting>,
}

impl ReadRecorder {
    /// Starts the writer; to be called within a tokio runtime.
    pub(crate) fn new(db: Db) -> Self {
        let (waiting, reads) = mpsc::channel(WAITING);
        tokio::spawn(write_all(db, reads));
        Self { waiting }
    }

    /// Records a read, and returns when that is done.
    ///
    /// Errors: `Unavailable`, `Internal`.
    pub(crate) async fn record(&self, read: Read) -> Result<(), Error> {
        let span = tracing::debug_span!("append", request_id = read.ctx.request_id, by = METHOD);
        let written = async {
            let (done, written) = oneshot::channel();
            self.waiting.send(Waiting { read, done }).await.map_err(|_| Error::Unavailable)?;
            written.await.unwrap_or(Err(Error::Unavailable))
        };
        in_time(written).instrument(span).await.unwrap_or(Err(Error::Unavailable))
    }
}

/// Records reads, all that wait at once.
async fn write_all(db: Db, mut reads: mpsc::Receiver<Waiting>) {
    let mut writer = Writer { db, end: None };
    let mut batch = Vec::with_capacity(BATCH);
    while reads.recv_many(&mut batch, BATCH).await > 0 {
        let (reads, done): (Vec<Read>, Vec<_>) =
            batch.drain(..).map(|Waiting { read, done }| (read, done)).unzip();
        let written = writer.write(&reads).await;
        // A read that cannot be recorded must not prevent the others.
        let one_by_one = written.as_ref().is_err_and(|error| !is_unavailable(error)) && reads.len() > 1;
        for (read, done) in reads.iter().zip(done) {
            let outcome = if one_by_one {
                writer
                    .write(std::slice::from_ref(read))
                    .await
                    .map_err(|error| public_error(&read.ctx, &error))
            } else {
                written.as_ref().copied().map_err(|error| public_error(&read.ctx, error))
            };
            if let Some(metrics) = writer.db.metrics() {
                metrics.read(read.counted_as(outcome.is_ok()));
            }
            // A caller that has gone meanwhile does not get the value either.
            drop(done.send(outcome));
        }
    }
}

/// A writer of batches of reads. As long as nobody else adds audit records, a batch is one statement: its records are chained
/// to the end that the batch before has left, and the database accepts them only if that is still the end.
struct Writer {
    db: Db,
    /// The end of the chain after the last batch.
    end: Option<KnownEnd>,
}

impl Writer {
    /// Writes a batch.
    ///
    /// Errors: no read is recorded, or none is known to be.
    async fn write(&mut self, reads: &[Read]) -> Result<(), sqlx::Error> {
        // On the heap, because the future is large, and lives as long as the process.
        in_time(Box::pin(self.batch(reads))).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))
    }

    async fn batch(&mut self, reads: &[Read]) -> Result<(), sqlx::Error> {
        let ids: Vec<String> = reads.iter().map(|read| read.id.to_string()).collect();
        let versions: Vec<Option<String>> = reads.iter().map(Read::named_version).collect();
        let fields: Vec<Option<&str>> = versions.iter().map(Option::as_deref).collect();
        let records = records(reads, &ids, &fields);
        let counted = CountedReads::of(&by_tokens(reads))?;
        if self.db.is_pooled() {
            // Behind a pooler a single statement may meet two servers.
            return self.in_transaction(&records, counted, None).await;
        }
        if records.is_empty() {
            let done = self.db.execute_alone(METHOD, repository::counting(counted.clone())).await;
            return match done {
                // In the worst case it is counted twice.
                Err(error) if is_broken(&error) => self.in_transaction(&records, counted, None).await,
                done => done.map(drop),
            };
        }
        let (Some(end), Some(keyring)) = (self.end.take(), self.db.keyring()) else {
            return self.in_transaction(&records, counted, None).await;
        };
        let links = Links::behind(keyring, end, &records)?;
        let end = links.end.clone();
        let begun = self.db.metrics().map(|_| Instant::now());
        let statement = repository::recording(links, counted.clone());
        let attempted = match self.db.execute_alone(METHOD, statement).await {
            Ok(1..) => {
                if let Some((metrics, begun)) = self.db.metrics().zip(begun) {
                    metrics.appended(begun.elapsed());
                }
                self.end = Some(end);
                return Ok(());
            }
            // The connection broke, and it is unknown whether before or after the commit.
            Err(error) if is_broken(&error) => Some(end),
            // Somebody else has added a record, or the database refused this statement: nothing was written.
            Ok(0) | Err(_) => None,
        };
        self.in_transaction(&records, counted, attempted).await
    }

    /// Writes a batch step by step, after whatever the end is. If `attempted` is in the chain, everything was written before.
    async fn in_transaction(
        &mut self,
        records: &[(&Ctx, AuditRecord<'_>)],
        counted: CountedReads,
        attempted: Option<KnownEnd>,
    ) -> Result<(), sqlx::Error> {
        let mut work = self.db.begin().await?;
        repository::count(&mut work, counted).await?;
        let end = append_and_remember(&mut work, records).await?;
        // The end of the chain is locked now, so every other write has finished.
        if let Some(attempted) = attempted
            && attempted.is_in(&mut work).await?
        {
            return work.rollback().await;
        }
        work.commit().await?;
        if end.is_some() {
            self.end = end;
        }
        Ok(())
    }
}

/// Returns the reads that are counted, each with its token.
fn by_tokens(reads: &[Read]) -> Vec<(&Read, &str)> {
    let counted = reads.iter().filter(|read| read.outcome == Outcome::Done);
    counted
        .filter_map(|read| match &read.ctx.actor {
            Actor::Token(token) => Some((read, token.id.as_str())),
            _ => None,
        })
        .collect()
}

/// Returns the records of reads by which something leaves, or would have left.
fn records<'a>(
    reads: &'a [Read],
    ids: &'a [String],
    fields: &'a [Option<&'a str>],
) -> Vec<(&'a Ctx, AuditRecord<'a>)> {
    let recorded = reads.iter().zip(ids).zip(fields).filter(|((read, _), _)| !read.unchanged);
    recorded
        .map(|((read, id), fields)| {
            let record = AuditRecord {
                outcome: read.outcome,
                fields: fields.as_slice(),
                ..AuditRecord::done(AuditAction::ValueRead, id)
            };
            (&read.ctx, record)
        })
        .collect()
}

#[cfg(test)]
mod tests;
