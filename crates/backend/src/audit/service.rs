//! Reading the audit log, and verifying its chain.

use super::{AuditAction, AuditCursor, AuditEntry, AuditPage, AuditQuery, entry::AuditRow, list, repository};
use crate::{
    access::{Object, authorize},
    context::{Action, Ctx},
    db::Db,
    keyring::mac::Doubt,
};
use domain::error::Error;
use std::collections::BTreeMap;

/// The number of rows on a page.
const PAGE: u32 = 50;

/// The number of records that are verified at once, and that an export asks for at once.
const BATCH: u32 = 2_000;

/// The audit log. Cheap to clone.
#[derive(Clone, Debug)]
pub struct AuditService {
    db: Db,
}

/// The result of verifying the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The number of records, each as it was written, with none removed after the last.
    Whole(u64),
    /// The number of records that fit each other. Only the key could prove that nobody wrote all of them anew.
    Unproven(u64),
    /// The first record that fits those before it but was not written by the portal.
    Forged(i64),
    /// The first record that does not fit: it, or a record before it, was changed or removed.
    Broken(i64),
    /// The last record that is left; records after it were removed.
    CutShort(i64),
}

impl AuditService {
    pub(crate) fn new(db: Db) -> Self {
        Self { db }
    }

    /// Returns one page, newest first.
    ///
    /// Errors: `NotSignedIn`, `Forbidden`, `Unavailable`, `Internal`.
    pub async fn list(&self, ctx: &Ctx, query: &AuditQuery) -> Result<AuditPage, Error> {
        authorize(&self.db, ctx, Action::ReadAudit, Object::Named("audit log")).await?;
        let mut page = self.page(ctx, query, PAGE).await?;
        let of_tokens = page.entries.iter().filter(|entry| AuditAction::is_of_token(&entry.action));
        let ids: Vec<String> = of_tokens.map(|entry| entry.object.clone()).collect();
        if !ids.is_empty() {
            let found =
                self.db.read(ctx, async |connection| list::repository::token_names(connection, &ids).await);
            page.token_names = found.await?;
        }
        Ok(page)
    }

    /// Records that the log is exported, before anything leaves. Repeated attempts of the current minute are included
    /// with their number so far.
    ///
    /// Errors: as `list`.
    pub async fn begin_export(&self, ctx: &Ctx) -> Result<(), Error> {
        authorize(&self.db, ctx, Action::ReadAudit, Object::Named("audit log")).await?;
        self.db.alarms().flush(&self.db).await;
        self.db
            .write(ctx, async |work| {
                Ok(super::record(work, ctx, AuditAction::AuditExported, "audit log").await?)
            })
            .await
    }

    /// Returns the next records of an export, newest first; an empty list at the end.
    ///
    /// Errors: as `list`.
    pub async fn export(&self, ctx: &Ctx, query: &AuditQuery) -> Result<Vec<AuditEntry>, Error> {
        authorize(&self.db, ctx, Action::ReadAudit, Object::Named("audit log")).await?;
        Ok(self.page(ctx, query, BATCH).await?.entries)
    }

    async fn page(&self, ctx: &Ctx, query: &AuditQuery, size: u32) -> Result<AuditPage, Error> {
        // One row beyond those that are shown tells whether there is another page.
        let limit = size + 1;
        let found = self.db.read(ctx, async |connection| {
            let names = list::names::find(connection, query).await?;
            Ok((list::repository::list(connection, query, &names, limit).await?, names.more))
        });
        let (found, more_names) = found.await?;
        let more = found.len() > size as usize;
        let mut entries: Vec<_> = found.into_iter().take(size as usize).map(AuditEntry::from).collect();
        let (newer, older) = match query.cursor {
            AuditCursor::Newest => (false, more),
            AuditCursor::OlderThan(_) => (true, more),
            AuditCursor::NewerThan(_) => {
                entries.reverse();
                (more, true)
            }
        };
        let token_names = BTreeMap::new();
        Ok(AuditPage { entries, newer, older, more_names, token_names, now: ctx.now })
    }

    /// Verifies the whole chain, in batches. With the key at hand, verifies also that the portal wrote each record, and
    /// that the end is the one it signed.
    ///
    /// Errors: as `list`.
    pub async fn verify(&self, ctx: &Ctx) -> Result<Verdict, Error> {
        authorize(&self.db, ctx, Action::ReadAudit, Object::Named("audit log")).await?;
        // Records that are added meanwhile come after the end as it is now.
        let (last_id, last_hash, end_mac) = self.db.read(ctx, repository::head).await?;
        let keyring = self.db.keyring();
        let (mut id, mut hash) = (0, repository::beginning().to_vec());
        let mut count = 0;
        let mut vouched = false;
        loop {
            let batch: Vec<AuditRow> = self
                .db
                .read(ctx, async |connection| repository::chained(connection, id, i64::from(BATCH)).await)
                .await?;
            let full = batch.len() == BATCH as usize;
            for row in batch.into_iter().take_while(|row| row.id <= last_id) {
                hash = row.hash_after(&hash);
                if row.hash != hash {
                    return Ok(Verdict::Broken(row.id));
                }
                // Records from before the keys are vouched for by the first record that has a code.
                vouched |= row.mac.is_some();
                let message = repository::record_message(row.id, &hash);
                let doubt = keyring.and_then(|keyring| keyring.vouches(&message, row.mac.as_deref()).err());
                // A record under a key that was retired since is vouched for by the records after it.
                if vouched && doubt.is_some_and(|doubt| doubt != Doubt::OtherKey) {
                    return Ok(Verdict::Forged(row.id));
                }
                if keyring.is_some() && row.action == AuditAction::RecordCut.code() {
                    return Ok(Verdict::CutShort(id));
                }
                id = row.id;
                count += 1;
            }
            if !full || id >= last_id {
                break;
            }
        }
        if (id, &hash) != (last_id, &last_hash) {
            return Ok(Verdict::CutShort(id));
        }
        let Some(keyring) = keyring else { return Ok(Verdict::Unproven(count)) };
        let end = keyring.vouches(&repository::head_message(last_id, &last_hash), end_mac.as_deref());
        Ok(if end.is_ok() { Verdict::Whole(count) } else { Verdict::CutShort(id) })
    }
}
