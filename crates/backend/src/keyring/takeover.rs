//! The step in which rows from before MACs are vouched for, once; and the renewal of codes after another key was activated.

use super::{
    Keyring,
    guarded::{Guarded, NewMacs, Stale},
    repository::{self, CheckRow},
    ring::Checked,
};
use crate::{
    audit::{self, AuditAction, AuditRecord},
    context::Ctx,
    secrets::repository as secrets,
    sessions::repository as sessions,
    tokens::repository as tokens,
    users::{links::repository as links, repository as users},
    work::Work,
};
use domain::time::Timestamp;
use sqlx::PgConnection;

/// Rows that are vouched for by one statement.
pub(super) const BATCH: i64 = 1_000;

/// As the record names whoever takes rows over.
const ACTOR: &str = "start";

/// What giving codes came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Renewed {
    pub(super) done: u64,
    /// Rows that were not what the portal wrote. They lose what they had, and stay refused.
    pub(super) broken: u64,
}

/// The tables whose rows carry codes that can be renewed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Table {
    Users,
    Sessions,
    ApiTokens,
    Links,
    Secrets,
}

impl Table {
    pub(super) const ALL: [Self; 5] =
        [Self::Users, Self::Sessions, Self::ApiTokens, Self::Links, Self::Secrets];

    fn words(self) -> &'static str {
        match self {
            Self::Users => "users",
            Self::Sessions => "sessions",
            Self::ApiTokens => "API tokens",
            Self::Links => "one-time links",
            Self::Secrets => "secrets",
        }
    }
}

/// Has the rows of an older version vouched for, where that has not been done. To be called under the lock of the keys; it
/// holds writers back until the end of the transaction.
pub(super) async fn run(
    work: &mut Work,
    keyring: &Keyring,
    known: &[CheckRow],
    active: &str,
    is_new: bool,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let ctx = Ctx::system(ACTOR, now);
    if is_new {
        // Where there was no key, nothing is taken over: whoever can delete the key's row would have their own rows vouched
        // for with it. Nor is the end of a record that has been vouched for: the next record says that it was cut.
        if audit::repository::is_vouched_for(work).await? {
            return Ok(());
        }
        return audit::repository::vouch_for_end(work, keyring, active).await;
    }
    if known.iter().any(|row| keyring.check(row) == Some(Checked::Vouched)) {
        // A key that was not at hand then is noted now, so that it takes nothing over once it is the only one.
        for row in known.iter().filter(|row| keyring.check(row) == Some(Checked::Unvouched)) {
            repository::put_check(work, &keyring.check_row(&row.id)?).await?;
        }
        return Ok(());
    }
    tracing::warn!(
        "taking over the rows of an older version: from now on only rows that this key vouches for count"
    );
    repository::hold_writers(work).await?;
    for table in Table::ALL {
        let mut total = 0;
        while let Some(Renewed { done, .. }) = batch(work, keyring, active, table, Stale::Unvouched).await? {
            total += done;
        }
        tracing::info!(count = total, "took over {}", table.words());
    }
    audit::repository::vouch_for_end(work, keyring, active).await?;
    for row in known.iter().filter(|row| keyring.check(row).is_some()) {
        repository::put_check(work, &keyring.check_row(&row.id)?).await?;
    }
    let record = AuditRecord::done(AuditAction::RowsTakenOver, active);
    audit::repository::append_with(work, Some(keyring), &[(&ctx, record)]).await?;
    tracing::info!("took over the audit record: its new end vouches for every record before it");
    Ok(())
}

/// Gives codes to the next rows of a table; `None` where there are no more.
pub(super) async fn batch(
    connection: &mut PgConnection,
    keyring: &Keyring,
    active: &str,
    table: Table,
    stale: Stale<'_>,
) -> Result<Option<Renewed>, sqlx::Error> {
    let mut renewal = Renewal { keyring, active, table, stale, renewed: Renewed::default() };
    let count = match table {
        Table::Users => {
            let rows = users::guarded(connection, stale, BATCH).await?;
            users::put_macs(connection, &renewal.of(rows)?).await?
        }
        Table::Sessions => {
            let rows = sessions::guarded(connection, stale, BATCH).await?;
            sessions::put_macs(connection, &renewal.of(rows)?).await?
        }
        Table::ApiTokens => {
            let rows = tokens::guarded(connection, stale, BATCH).await?;
            tokens::put_macs(connection, &renewal.of(rows)?).await?
        }
        Table::Links => {
            let rows = links::guarded(connection, stale, BATCH).await?;
            links::put_macs(connection, &renewal.of(rows)?).await?
        }
        Table::Secrets => {
            let rows = secrets::guarded(connection, stale, BATCH).await?;
            secrets::put_macs(connection, &renewal.of(rows)?).await?
        }
    };
    Ok((count > 0).then_some(renewal.renewed))
}

struct Renewal<'a> {
    keyring: &'a Keyring,
    active: &'a str,
    table: Table,
    stale: Stale<'a>,
    renewed: Renewed,
}

impl Renewal<'_> {
    fn of<K>(&mut self, rows: Vec<Guarded<K>>) -> Result<NewMacs<K>, sqlx::Error> {
        rows.into_iter()
            .map(|Guarded { key, message, mac }| {
                let doubt = match self.stale {
                    Stale::Unvouched => None,
                    Stale::OtherKeyThan(_) => self.keyring.vouches(&message, mac.as_deref()).err(),
                };
                match doubt {
                    None => {
                        self.renewed.done += 1;
                        let mac = self.keyring.mac(self.active, &message);
                        Ok((key, Some(mac.map_err(|error| sqlx::Error::Encode(error.into()))?)))
                    }
                    Some(doubt) => {
                        tracing::error!(table = self.table.words(), "{doubt}: it stays refused");
                        self.renewed.broken += 1;
                        Ok((key, None))
                    }
                }
            })
            .collect()
    }
}
